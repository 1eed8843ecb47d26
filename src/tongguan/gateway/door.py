"""What the door does with one posted message, without any HTTP: open, read, verify, seal; a value in, a value out.

``gateway.app`` and the ``clear`` command both go through here, so that a message is judged alike on every way in.
The verdicts concern bytes only. Whether the sender is registered, its certificate in force and its role the right one
is asked by ``decide``.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from time import perf_counter_ns
from typing import Any, Literal

import msgspec

from tongguan.ceb.envelope import open_envelope
from tongguan.ceb.limits import Limits
from tongguan.ceb.messages.common import BaseSubscribe, BaseTransfer
from tongguan.ceb.problem import Problem
from tongguan.ceb.read import Profile, Reading, read
from tongguan.ceb.signature.verify import verify
from tongguan.ceb.table import NAMESPACE, messages
from tongguan.chain.event import make_part, record_fields
from tongguan.clearance.record import MESSAGE_KINDS
from tongguan.gateway.answer import JSON, Answer, encode_json, problem_form, refuse
from tongguan.gateway.problems import problem
from tongguan.gateway.refusal import refusal_answer
from tongguan.gateway.wire_time import iso_utc
from tongguan.store.filing import FiledRecord, Filing

Answering = Literal["xml", "json"]

_COP_NO = {
    "CEB621Message": ("Inventory", "InventoryHead"),
    "CEB623Message": ("InvtCancel", ""),
    "CEB625Message": ("InvtRefund", "InvtRefundHead"),
}
"""Messages whose receipt has to name copNo, with the group and the part of it that holds the element."""

STAGES = ("envelope", "read", "verify", "part", "pack")
"""What ``take`` spends its time on, in order; ``inbox`` comes after, in the group commit."""

_encode = msgspec.msgpack.Encoder().encode


class TokenParty(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Whoever stands behind a token. ``kind`` is filer, officer, operator or auditor; a filer has party and dxp_id,
    an officer an office and, to give commands, the officer_id of the registry.
    """

    kind: str
    party_code: str = ""
    dxp_id: str = ""
    office: str = ""
    token_id: str = ""
    officer_id: str = ""


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to give once ``filing`` is on disk; with no filing it is given at once and nothing is stored.

    ``spent_ns`` is the time of each of STAGES in nanoseconds (a stage that was not reached took none).
    """

    answer: Answer
    filing: Filing | None = None
    message_type: str = "Unknown"
    spent_ns: tuple[int, ...] = ()

    @property
    def answer_status(self) -> int:
        """The HTTP status of the answer."""
        return self.answer.status

    @property
    def answer_body(self) -> bytes:
        """The body of the answer: JSON for 202 and 403, CEB900 or JSON for 422."""
        return self.answer.body


class Door:
    """Takes posted bytes.

    ``profile_of(dxp_id)`` says ``strict`` or ``lenient`` for the party of an exchange id (``strict`` when unknown);
    ``find_certificate(key_name)`` gives the DER form of a registered certificate, for messages that carry none.
    """

    def __init__(
        self,
        *,
        profile_of: Callable[[str], str] = lambda dxp_id: "strict",
        find_certificate: Callable[[str], bytes | None] | None = None,
        limits: Limits | None = None,
        echo_chars_max: int = 1_000_000,
        random: Callable[[int], bytes] = os.urandom,
        sandbox: bool = False,
    ) -> None:
        self._profile_of = profile_of
        self._find_certificate = find_certificate
        self._limits = limits or Limits()
        self._echo_chars_max = echo_chars_max
        self._random = random
        self._sandbox = sandbox

    def take(
        self,
        raw: bytes,
        *,
        filing_id: str,
        received_ns: int,
        token_party: TokenParty | None,
        answering: Answering = "xml",
    ) -> Taken:
        """Judge one post.

        ``raw`` is a DxpMsg envelope or a bare message; ``received_ns`` is wall time in ns when its last byte was read;
        ``filing_id`` is minted by the caller and lost when nothing is stored. ``token_party`` None means a local
        command (``clear``) that needs no token. Never raises because of what ``raw`` holds.
        """
        watch = _Watch()
        envelope = open_envelope(raw, self._limits)
        watch.lap()
        if token_party and not envelope.bare and not envelope.problems and envelope.senderId != token_party.dxp_id:
            answer = refuse("A03", path="TransInfo/SenderId", found=envelope.senderId, expected=token_party.dxp_id)
            return Taken(answer=answer, spent_ns=watch.laps())
        sender = token_party.dxp_id if token_party else envelope.senderId
        digest = hashlib.sha256(raw).digest()
        post = _Post(filing_id, received_ns, digest, "" if envelope.bare else envelope.copMsgId, sender)
        if envelope.problems:
            return self._refused(post, envelope.problems, "Unknown", raw, "strict", answering, watch)

        reading, profile = self._read(envelope.data, sender)
        watch.lap()
        problems = reading.problems or _refused_though_readable(reading)
        if problems or reading.message is None:
            kind = reading.message_type
            return self._refused(post, problems, kind, envelope.data, profile, answering, watch)
        return self._accepted(post, reading, profile, watch)

    def _read(self, data: bytes, sender: str) -> tuple[Reading, str]:
        """Read as the sender's row says. A bare message of a local command names its sender only inside."""
        profile = self._profile_of(sender) if sender else "strict"
        reading = read(data, Profile(profile), self._limits)
        if reading.problems and not sender and (inside := _dxp_id_inside(reading)):
            profile = self._profile_of(inside)
            if profile != "strict":
                reading = read(data, Profile(profile), self._limits)
        return reading, profile

    def _accepted(self, post: _Post, reading: Reading, profile: str, watch: _Watch) -> Taken:
        verdict = verify(reading.root, self._find_certificate)
        watch.lap()
        kind = MESSAGE_KINDS.get(reading.message_type, "")
        parts = [make_part(record_fields(record), self._random(64)) for record in reading.records]
        watch.lap()
        packed = [_encode(record) for record in reading.records]
        records = tuple(
            FiledRecord(number, kind, text, hashlib.sha256(text).digest(), part)
            for number, (text, part) in enumerate(zip(packed, parts, strict=True), 1)
        )
        message: Any = reading.message
        transfer: BaseTransfer = message.BaseTransfer
        subscribe: tuple[BaseSubscribe, ...] = message.BaseSubscribe
        filing = Filing(
            filing_id=post.filing_id,
            message_type=reading.message_type,
            message_guid=message.guid,
            cop_msg_id=post.cop_msg_id,
            sender=post.sender or transfer.dxpId,
            transfer=(transfer.copCode, transfer.dxpId),
            subscribers=_subscribers(subscribe, "RET"),
            copy_to=_subscribers(subscribe, "DATA"),
            received_ns=post.received_ns,
            profile=profile,
            raw_digest=post.digest,
            verdict=verdict,
            warnings=reading.warnings,
            records=records,
        )
        answer = Answer(202, _accepted_body(filing), JSON)
        watch.lap()
        return Taken(answer=answer, filing=filing, message_type=reading.message_type, spent_ns=watch.laps())

    def _refused(
        self,
        post: _Post,
        problems: tuple[Problem, ...],
        message_type: str,
        original: bytes,
        profile: str,
        answering: Answering,
        watch: _Watch,
    ) -> Taken:
        filing = Filing(
            filing_id=post.filing_id,
            message_type=message_type,
            cop_msg_id=post.cop_msg_id,
            sender=post.sender,
            received_ns=post.received_ns,
            profile=profile,
            raw_digest=post.digest,
            refused=problems,
        )
        answer = refusal_answer(filing, original, answering, self._echo_chars_max, sandbox=self._sandbox)
        return Taken(answer=answer, filing=filing, message_type=message_type, spent_ns=watch.laps())


class _Post(msgspec.Struct, frozen=True, array_like=True):
    """What is known of a post before its message is read."""

    filing_id: str
    received_ns: int
    digest: bytes
    cop_msg_id: str
    sender: str


class _Watch:
    """Times the stages of one ``take``."""

    def __init__(self) -> None:
        self._last = perf_counter_ns()
        self._laps: list[int] = []

    def lap(self) -> None:
        now = perf_counter_ns()
        self._laps.append(now - self._last)
        self._last = now

    def laps(self) -> tuple[int, ...]:
        return tuple(self._laps)


def _subscribers(subscribe: tuple[BaseSubscribe, ...], copies: str) -> tuple[str, ...]:
    """Exchange ids that are named for RET or DATA, or for ALL (reference 1.7), each once, in the order named."""
    wanted = (item.dxpAddress for item in subscribe if item.status in ("ALL", copies) and item.dxpAddress)
    return tuple(dict.fromkeys(wanted))


def _accepted_body(filing: Filing) -> bytes:
    return encode_json(
        {
            "filingId": filing.filing_id,
            "messageType": filing.message_type,
            "records": len(filing.records),
            "receivedAt": iso_utc(filing.received_ns),
            "warnings": [problem_form(item) for item in filing.warnings],
        }
    )


def _refused_though_readable(reading: Reading) -> tuple[Problem, ...]:
    """Faults of a message that fits the schema, but that no receipt could answer: CEB900 is all that is left."""
    spec = messages().get(reading.message_type)
    if spec is None or spec.direction == "out":
        return (problem("A16", document=reading.message_type, found=reading.message_type),)
    if reading.message_type not in _COP_NO:
        return ()
    group, head = _COP_NO[reading.message_type]
    found = []
    for number, record in enumerate(reading.records, 1):
        part: Any = getattr(record, head) if head else record
        if not (part.copNo or "").strip():
            path = "/".join(step for step in (f"{group}[{number}]", head, "copNo") if step)
            found.append(problem("A15", document=reading.message_type, path=path))
    return tuple(found)


def _dxp_id_inside(reading: Reading) -> str:
    if reading.root is None:
        return ""
    return (reading.root.findtext(f"{{{NAMESPACE}}}BaseTransfer/{{{NAMESPACE}}}dxpId") or "").strip()
