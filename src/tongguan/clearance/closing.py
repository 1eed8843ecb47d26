"""After release: until when goods may come back, when the tax bill is summarised, when the inventory is closed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from tongguan.clearance import tax_bill, unpaid
from tongguan.clearance.model import Case, Decision, Document, Due, Facts, Terms
from tongguan.clearance.times import china_day, china_midnight
from tongguan.clearance.turn import Turn, nothing
from tongguan.law.inforce import LawAt

BILL, CLOSE = "bill", "close"
_CLOSED = "结关 / closed"
_SETTINGS = ("return_request_days", "return_arrival_days", "tax_bill_days")


def begin(inventory: Document, turn: Turn) -> None:
    """What a release starts: the first tax bill, and the days on which it is summarised and the inventory closed.

    A law older than the setting tax_bill_days knows nothing of it, and filings of that time are decided as they were.
    """
    if not turn.law.has_setting("tax_bill_days"):
        return
    terms = terms_after(china_day(turn.facts.now), turn.law)
    turn.change(inventory, terms=terms)
    tax_bill.issue(inventory, turn)
    turn.due.append(_due(inventory, BILL, china_midnight(terms.bill_on)))
    turn.due.append(_due(inventory, CLOSE, china_midnight(closing_day(terms))))


def terms_after(released: date, law: LawAt) -> Terms:
    """The days that follow a release on that day in China. No bill is summarised while a return may still be asked."""
    rows = [law.setting(key) for key in _SETTINGS if law.has_setting(key)]
    days = {row.key: timedelta(days=row.int) for row in rows}
    ask_until = released + days["return_request_days"]
    bill_on = released + days.get("tax_bill_days", timedelta())
    return Terms(
        ask_until,
        released + days["return_arrival_days"],
        max(bill_on, ask_until + timedelta(days=1)),
        tuple(row.id for row in rows),
    )


def closing_day(terms: Terms) -> date:
    """The first day on which nothing can come back any more and the tax bill has been summarised."""
    return max(terms.back_until + timedelta(days=1), terms.bill_on)


def goods_awaited(requests: Iterable[Document]) -> bool:
    """Whether a goods return has been granted time and its goods are not back yet."""
    return any(one.kind == "goods_return" and one.status == "120" and not one.deleted for one in requests)


def bill_day(case: Case, event: Due, facts: Facts, law: LawAt) -> Decision:
    """The day of the tax bill: summarised, unless goods are awaited; then the end of that return comes back here."""
    inventory = case.existing
    if (
        inventory is None
        or inventory.record is None
        or inventory.terms is None
        or inventory.bill is None
        or inventory.bill.status != tax_bill.GENERATED
        or facts.now < china_midnight(inventory.terms.bill_on)
        or goods_awaited(case.requests)
    ):
        return nothing(inventory)
    turn = Turn(facts, law)
    tax_bill.summarise(inventory, turn)
    unpaid.watch(inventory, turn)
    return turn.freeze("summarised", inventory)


def closing_time(case: Case, event: Due, facts: Facts, law: LawAt) -> Decision:
    """899 after the last day for goods to be back, once the tax bill is settled. A return that is open holds it up."""
    inventory = case.existing
    if (
        inventory is None
        or inventory.record is None
        or inventory.status != "800"
        or inventory.terms is None
        or facts.now < china_midnight(closing_day(inventory.terms))
        or (inventory.bill is not None and inventory.bill.status == tax_bill.GENERATED)
        or goods_awaited(case.requests)
    ):
        return nothing(inventory)
    turn = Turn(facts, law)
    turn.change(inventory, status="899", closed_at=facts.now)
    turn.say(inventory, "899", _CLOSED)
    return turn.freeze("closed", inventory)


def resume(inventory: Document, turn: Turn) -> None:
    """A goods return is decided: what it held up falls due again, each at its time, or now where that has passed."""
    if inventory.terms is None:
        return
    for what, day in ((BILL, inventory.terms.bill_on), (CLOSE, closing_day(inventory.terms))):
        turn.due.append(_due(inventory, what, max(china_midnight(day), turn.facts.now)))


def _due(inventory: Document, what: str, at: datetime) -> Due:
    return Due(what=what, kind=inventory.kind, key=inventory.key, at=at)
