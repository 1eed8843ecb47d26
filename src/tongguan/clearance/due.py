"""What time itself brings: each kind of due has one function that decides on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from tongguan.clearance import closing, expiry, goods_return, payment_pull, requests, unpaid
from tongguan.clearance.model import Case, Decision, Due, Facts
from tongguan.clearance.officers import assignment, talk
from tongguan.clearance.receipts import tell
from tongguan.clearance.rule import ALL_KINDS, Rule
from tongguan.clearance.turn import Turn, nothing
from tongguan.law.inforce import LawAt

LAPSE = Rule(
    id="T-LAPSE", stage="time", documents=ALL_KINDS, fields=("wait_days_max",),
    zh="等待其他单证超过最长天数，单证失效", en="waited for the other documents longer than the greatest number of days",
    fix_zh="单证齐备后以较晚的报送时间重新申报", fix_en="file it again with a later appTime once all documents can come",
    source="setting wait_days_max; no figure is public", confidence="low",
)  # fmt: skip
RULES = (LAPSE,)


def lapsed(case: Case, event: Due, facts: Facts, law: LawAt) -> Decision:
    """A document that still waits at its time lapses: 100, free to be filed again. A stale due changes nothing."""
    document = case.existing
    waits = (
        document is not None
        and not document.deleted
        and document.record is not None
        and document.used_by is None
        and document.status in ("1", "2", "4")
        and document.lapses_at == event.at
    )
    if document is None or not waits:
        return nothing(document)
    turn = Turn(facts, law)
    setting = law.setting("wait_days_max")
    problem = LAPSE.problem(document.kind, "", expected=f"{setting.value} {setting.unit}", law_row=setting.id)
    turn.change(document, status="100", missing=(), problems=(problem,), lapses_at=None)
    turn.problems, turn.law_rows = (problem,), (setting.id,)
    turn.say(document, "100", tell((problem,)))
    return turn.freeze("lapsed", document)


_DECIDERS: Mapping[str, Callable[[Case, Due, Facts, LawAt], Decision]] = MappingProxyType(
    {
        "lapse": lapsed,
        goods_return.LIMIT: requests.limit_reached,
        closing.BILL: closing.bill_day,
        closing.CLOSE: closing.closing_time,
        talk.ANSWER: talk.time_over,
        assignment.SHIFT: assignment.shift_begins,
        payment_pull.LATE: payment_pull.late,
        payment_pull.COUNTED: payment_pull.no_longer_counted,
        unpaid.UNPAID: unpaid.last_day_over,
        unpaid.SETTLED: unpaid.nothing_left,
        expiry.EXPIRES_SOON: expiry.expires_soon,
        expiry.EXPIRED: expiry.expired,
    }
)


def fallen_due(case: Case, event: Due, facts: Facts, law: LawAt) -> Decision:
    """Decide on what has fallen due. What is stale changes nothing. Raises KeyError for a due that nobody put."""
    return _DECIDERS[event.what](case, event, facts, law)
