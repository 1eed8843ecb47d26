"""One file to be filed: its records, who sends and signs it, what is done to it, and what must come of each record."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from tongguan.sandbox.companies import Company
from tongguan.sandbox.documents import KINDS, DocumentSet

Edit = Callable[[bytes], bytes]


class Expected(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes of one filing of a record once everything before and after it is cleared.

    ``status`` is the last status of the version that it makes, before a later filing of the same key replaces that;
    or the negative code with which it is refused; or ``CEB900``; or nothing for a repeat. ``also`` holds statuses that
    are right too (a lane may draw an inventory). ``code`` and ``rule`` name a reason that must be among those given;
    they are empty where none is known. Several codes are joined by ``|``: sources differ.
    """

    status: str
    also: tuple[str, ...] = ()
    code: str = ""
    rule: str = ""
    note_zh: str = ""
    note_en: str = ""


RELEASED = Expected(
    status="800",
    also=("300", "500"),
    note_zh="放行；被随机抽中时停在 300 或 500",
    note_en="released; stops at 300 or 500 when a lane draws it",
)
USED = Expected(status="120", note_zh="随清单入库", note_en="accepted with its inventory")
WAITS = Expected(status="2", also=("3",), note_zh="申报成功，等待", note_en="filed well, waits")
NOTHING = Expected(status="", note_zh="重复报文：重发回执，状态不变", note_en="a repeat: receipts again, no change")


def refused(code: str, rule: str) -> Expected:
    """The filing is answered with a negative code; ``code`` may name several, joined by ``|``, where sources differ."""
    first, *others = code.split("|")
    return Expected(status=first, also=tuple(others), code=code, rule=rule)


def rejected(rule: str, code: str = "") -> Expected:
    """The inventory is rejected by customs (100)."""
    return Expected(status="100", code=code, rule=rule)


def waits_for(rule: str, text: str) -> Expected:
    """The inventory stays at 2; ``text`` is the official text that says what is missing."""
    return Expected(status="2", code="", rule=rule, note_zh=text, note_en="waits at 2, naming what is missing")


def at_the_door(rule: str) -> Expected:
    """The message is answered with CEB900; ``rule`` is the schema rule that is broken."""
    return Expected(status="CEB900", code="CEB900", rule=rule, note_zh="格式错误", note_en="a format error")


Outcome = Mapping[str, Expected]
"""What is expected of each document of a set, by kind."""

ALL_RELEASED: Outcome = {"order": USED, "payment": USED, "waybill": USED, "inventory": RELEASED}
_ALL_WAIT: Outcome = dict.fromkeys(KINDS, WAITS)
_MISSING: Mapping[str, Expected] = {
    "order": waits_for("M01", "订单不存在"),
    "payment": waits_for("M02", "支付信息不存在"),
    "waybill": waits_for("M06", "运单信息不存在"),
}


def inventory_is(expected: Expected) -> Outcome:
    """The inventory ends so; the three documents wait at 2, free for another inventory."""
    return {**_ALL_WAIT, "inventory": expected}


def document_is(document: str, expected: Expected) -> Outcome:
    """One document is refused; when it is not the inventory, that waits for it and says so."""
    outcome = {**_ALL_WAIT, document: expected}
    return outcome if document == "inventory" else {**outcome, "inventory": _MISSING[document]}


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One file. ``before`` is done to the message before it is signed, ``after`` to the signed one.

    ``use`` names the certificate of ``signed_by`` (``Authority.signer``); ``options`` go to ``Signer.sign``.
    ``again`` counts back to an earlier file of the same plan whose bytes are filed once more (1 is the last one).
    """

    document: str
    records: tuple[Any, ...]
    expected: tuple[Expected, ...]
    sender: Company
    signed_by: Company
    dxp_id: str = ""
    use: str = "sm2"
    options: Mapping[str, Any] = {}
    signed: bool = True
    before: Edit | None = None
    after: Edit | None = None
    again: int = 0


def sender_of(document: str, filed: DocumentSet) -> Company:
    """Who files this kind of document."""
    parties = filed.deal.parties
    return {
        "order": parties.platform,
        "payment": parties.payment,
        "waybill": parties.logistics,
        "inventory": parties.declarant,
    }[document]


def step(document: str, sets: Sequence[DocumentSet], expected: Sequence[Expected], **changes: Any) -> Step:
    """One file of one kind with a record of each set (all of one sender)."""
    sender = sender_of(document, sets[0])
    plain = Step(
        document=document,
        records=tuple(one.record(document) for one in sets),
        expected=tuple(expected),
        sender=sender,
        signed_by=sender,
    )
    return msgspec.structs.replace(plain, **changes)


def steps(
    filed: DocumentSet, outcome: Outcome, order: Sequence[str] = KINDS, at: str = "", **changes: Any
) -> Iterator[Step]:
    """The files of one set, one document each, in ``order``; ``changes`` are made to the file of document ``at``."""
    for document in order:
        yield step(document, [filed], [outcome[document]], **(changes if document == at else {}))
