"""The door for uploads: form, session, signature. What the data say is left to the engine."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple
from urllib.parse import parse_qs

import msgspec

from tongguan.ceb.pay_exchange import PayExchange, Upload, read_upload
from tongguan.ceb.signature.verify import Verdict
from tongguan.clearance.model import Pulled
from tongguan.clearance.payment_pull import UPLOADED
from tongguan.codes.catalogue import table
from tongguan.payment_pull.signature import verify_texts
from tongguan.payment_pull.times import stamp
from tongguan.store.pulls import Pulls, Session

FIELD = "payExInfoStr"
SUCCESS, UNREADABLE, INCOMPLETE, NO_SESSION, SESSION_OVER = "10000", "20001", "20002", "20003", "20004"
BAD_SIGNATURE, BAD_CERTIFICATE, NOT_THE_ORDER, BUSY = "20005", "20006", "20007", "20008"
_FLAWS_TOLD = 5


class Told(NamedTuple):
    """The answer to an upload: a code of ``pull_answers`` and what is to be said beside it."""

    code: str
    detail: str = ""

    def body(self, now: datetime) -> bytes:
        """The JSON of the answer; ``now`` (aware) is its serviceTime, in milliseconds."""
        names = table("pull_answers")
        message = "上传成功 / uploaded" if self.code == SUCCESS else f"{names.zh(self.code)} / {names.en(self.code)}"
        message = f"{message}: {self.detail}" if self.detail else message
        told = {"code": self.code, "message": message, "total": 0, "serviceTime": int(now.timestamp() * 1000)}
        return msgspec.json.encode(told)


class UploadDoor:
    """Takes uploads, one at a time. ``give`` hands an event to the engine and returns once it is durable."""

    def __init__(
        self,
        pulls: Pulls,
        find_certificate: Callable[[str], bytes | None],
        give: Callable[[Pulled], object],
        now: Callable[[], datetime],
    ) -> None:
        self._pulls, self._find_certificate, self._give, self._now = pulls, find_certificate, give, now

    def take(self, body: bytes) -> Told:
        """The answer to one posted body. Never raises for what is in it.

        An upload that is answered with anything but success leaves its session open, so that it can be mended; one that
        comes again is answered as before.
        """
        text = form_value(body)
        if text is None:
            return Told(UNREADABLE, FIELD)
        upload = read_upload(text)
        if upload.exchange is None:
            return Told(UNREADABLE, _flaws(upload))
        session = self._pulls.session(upload.exchange.sessionID)
        if session is None:
            return Told(NO_SESSION, upload.exchange.sessionID[:60])
        digest = hashlib.sha256(text).hexdigest()
        if session.state == "uploaded" and session.digest == digest:
            return Told(session.told)
        if session.state != "asked" or stamp(self._now()) > session.until_at:
            return Told(SESSION_OVER, session.until_at)
        if upload.flaws:
            return Told(INCOMPLETE, _flaws(upload))
        verdict = verify_texts(
            upload.signed_texts,
            upload.exchange.signValue,
            upload.exchange.certNo,
            self._find_certificate(upload.exchange.certNo),
        )
        if verdict.step != "ok":
            return Told(BAD_SIGNATURE if verdict.step == "value" else BAD_CERTIFICATE, upload.exchange.certNo)
        return self._keep(session, upload, upload.exchange, verdict, digest)

    def _keep(self, session: Session, upload: Upload, exchange: PayExchange, verdict: Verdict, digest: str) -> Told:
        """Hand it on first and close the session then: after a crash between the two it comes once more, and counts
        once.
        """
        if session.purpose == "test":
            if session.order_no not in {one.orderNo for one in exchange.payExchangeInfoLists}:
                return Told(NOT_THE_ORDER, session.order_no)
        else:
            event = Pulled(
                step=UPLOADED,
                kind="order",
                key=(session.ebp_code, session.order_no),
                session=session.session_id,
                exchange=exchange,
                verdict=verdict,
                misspelt=upload.misspelt,
            )
            self._give(event)
        self._pulls.close_session(session.session_id, "uploaded", SUCCESS, stamp(self._now()), digest)
        return Told(SUCCESS)


def form_value(body: bytes) -> bytes | None:
    """``payExInfoStr`` of a form; also of one whose JSON was put in without escaping. None: it is not there."""
    prefix = FIELD.encode() + b"="
    if body.startswith(prefix + b"{"):
        return body[len(prefix) :]
    try:
        fields = parse_qs(body.decode("ascii"), keep_blank_values=True, max_num_fields=16, errors="strict")
    except (UnicodeDecodeError, ValueError):
        return None
    values = fields.get(FIELD, [])
    return values[0].encode() if len(values) == 1 else None


def _flaws(upload: Upload) -> str:
    return "; ".join(f"{one.path} [{one.found}] {one.expected}" for one in upload.flaws[:_FLAWS_TOLD])[:500]
