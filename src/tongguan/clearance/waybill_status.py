"""CEB513: the status of a waybill. The only one there is says that the parcel was signed for."""

from __future__ import annotations

from datetime import UTC

from tongguan.ceb.problem import Problem
from tongguan.clearance.inventory import is_there
from tongguan.clearance.model import Case, Document, Facts, RecordFiled
from tongguan.clearance.receipts import coded
from tongguan.clearance.record import element_path
from tongguan.clearance.rule import Rule
from tongguan.clearance.times import read_time
from tongguan.clearance.turn import SENT, Turn
from tongguan.law.inforce import LawAt

NO_WAYBILL = Rule(
    id="D29", stage="arrival", documents=("waybill_status",), fields=("logisticsCode", "logisticsNo"),
    zh="运单状态对应的运单不存在", en="the waybill that the status is about is not there",
    fix_zh="先申报运单（CEB511），再报运单状态", fix_en="file the waybill (CEB511) first, then its status",
    source="specification 202205 ch. 7", confidence="medium", codes={"waybill_status": "-505014"},
)  # fmt: skip
RULES = (NO_WAYBILL,)


def refusals(event: RecordFiled, case: Case, facts: Facts, law: LawAt) -> tuple[Problem, ...]:
    """D29: a status needs a waybill that was declared and stands."""
    if case.waybill is not None and is_there(case.waybill):
        return ()
    path = element_path(event.kind, event.record_no, "logisticsNo")
    return (NO_WAYBILL.problem(event.kind, path, found=" ".join(event.key[:2])),)


def proceed(document: Document, case: Case, turn: Turn) -> str:
    """120: the waybill has its time of signature; the outcome."""
    assert case.waybill is not None, "D29 has refused a status of nothing"
    turn.say(document, "3", SENT)
    turn.change(document, status="120", accepted_at=turn.facts.now, lapses_at=None)
    turn.say(document, "120", coded("1800"))
    signed = read_time(document.record.logisticsTime)
    assert signed is not None, "D18 has refused what is no time"
    turn.change(case.waybill, signed_at=signed.astimezone(UTC))
    return "accepted"


def undo(document: Document, case: Case, turn: Turn) -> None:
    """A deleted status takes the signature with it."""
    if case.waybill is not None:
        turn.change(case.waybill, signed_at=None)
