"""Payment bills that are not paid in time: the guarantee behind them is closed until they are.

Two accounts count, without an amount. That of a payment bill holds one from the end of its last day on and has used one
once its payment is noted. That of a guarantor holds as many as it has bills that are late.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import msgspec

from tongguan.clearance import tax_bill
from tongguan.clearance.accounts import taken
from tongguan.clearance.model import Await, Balance, Bill, Case, Commanded, Decision, Document, Due, Facts, Move
from tongguan.clearance.rule import Rule
from tongguan.clearance.times import china_day, china_midnight, read_day
from tongguan.clearance.turn import Turn, nothing
from tongguan.law.calendar import Reckoned
from tongguan.law.inforce import LawAt

UNPAID, SETTLED = "unpaid", "settled"
SETTING = "payment_bill_days"
_OFFICE, _DAY = 4, 8
_ONE_DAY = timedelta(days=1)
_ONE = Decimal(1)

LATE = Rule(
    id="T-UNPAID", stage="time", documents=("inventory",), fields=("entDutyNo", SETTING),
    zh="缴款书逾期未缴，担保企业的税款担保停用", en="the payment bill was not paid in time: the guarantee is closed",
    fix_zh="缴清后登记缴款，担保即恢复使用", fix_en="pay it and have the payment noted; the guarantee is open again then",
    source="Customs Law art. 60; setting payment_bill_days", confidence="medium",
)  # fmt: skip
RULES = (LATE,)


def unpaid_bill_account(ent_duty_no: str) -> str:
    """The account that says whether one payment bill is late (held) or paid (used)."""
    return f"unpaid_bill:{ent_duty_no}"


def unpaid_bills_account(assure_code: str) -> str:
    """The account that counts the late payment bills of a guarantor."""
    return f"unpaid_bills:{assure_code}"


def guarantor_of(ent_duty_no: str) -> str:
    """Whose guarantee stands behind a payment bill: its number ends with that code (``tax_bill.ent_duty_no``)."""
    return ent_duty_no[_OFFICE + _DAY + 1 :]


def last_day(ent_duty_no: str, law: LawAt) -> Reckoned | None:
    """The last day in China on which a payment bill is paid in time. Its own day does not count, a last day that is no
    working day moves to the next one. None for a number without a day.
    """
    made = read_day(ent_duty_no[_OFFICE : _OFFICE + _DAY])
    return _last_day(made, law) if made is not None else None


def _last_day(made: date, law: LawAt) -> Reckoned:
    setting = law.setting(SETTING)
    found = law.calendar.next_working_day(made + timedelta(days=setting.int))
    return Reckoned(found.day, (setting.id, *found.law_rows), found.doubtful or setting.doubtful)


def watch(inventory: Document, turn: Turn) -> None:
    """The inventory's tax bill has just been summarised: look at the payment bill when its last day is over."""
    bill = turn.now(inventory).bill
    if bill is None or bill.paid_at is not None or not turn.law.has_setting(SETTING):
        return
    found = _last_day(china_day(turn.facts.now), turn.law)
    turn.law_rows = (*turn.law_rows, *found.law_rows)
    turn.due.append(_due(UNPAID, bill, china_midnight(found.day + _ONE_DAY)))


def lessened(bill: Bill | None, turn: Turn) -> None:
    """A return has taken ``bill`` out of its payment bill: ask whether that has left anything to pay."""
    if bill is not None and bill.ent_duty_no and turn.law.has_setting(SETTING):
        turn.due.append(_due(SETTLED, bill, turn.facts.now))


def last_day_over(case: Case, event: Due, facts: Facts, law: LawAt) -> Decision:
    """The last day of a payment bill is over. Stale where nothing of it is left to pay, or its payment was noted."""
    bill, own, count = facts.payment_bill, facts.unpaid_bill, facts.unpaid_bills
    if not law.has_setting(SETTING) or bill is None or own is None or count is None:
        return nothing(None)
    if not bill.held or taken(own):
        return nothing(None)
    setting = law.setting(SETTING)
    day = china_day(event.at) - _ONE_DAY
    return Decision(
        outcome=UNPAID,
        status="",
        problems=(LATE.problem("inventory", "entDutyNo", found=event.key[0], expected=str(day), law_row=setting.id),),
        moves=(_hold(own, _ONE), _hold(count, taken(count) + _ONE)),
        law_rows=(setting.id,),
        doubtful=setting.doubtful,
    )


def nothing_left(case: Case, event: Due, facts: Facts, law: LawAt) -> Decision:
    """Returns have taken everything out of a payment bill that is late: it counts no longer."""
    bill, own, count = facts.payment_bill, facts.unpaid_bill, facts.unpaid_bills
    if bill is None or own is None or count is None or bill.held or not own.held:
        return nothing(None)
    moves = (Move(own.account, "give_back", _ONE, _ONE), _counted_off(count))
    return Decision(outcome=SETTLED, status="", moves=moves, brings=_open_again(event.key[0], count))


def note_payment(event: Commanded, facts: Facts, law: LawAt) -> Decision:
    """Somebody notes that a payment bill was paid (``tax_bill.note_payment``): if it was late, it counts no longer."""
    decision = tax_bill.note_payment(event, facts)
    own, count = facts.unpaid_bill, facts.unpaid_bills
    if decision.outcome != tax_bill.PAID or own is None or count is None or own.used or not law.has_setting(SETTING):
        return decision
    use = Move(own.account, "use", _ONE, _ONE)
    if not own.held:
        return msgspec.structs.replace(decision, moves=(*decision.moves, _hold(own, _ONE), use))
    return msgspec.structs.replace(
        decision,
        moves=(*decision.moves, use, _counted_off(count)),
        brings=(*decision.brings, *_open_again(event.key[0], count)),
    )


def is_closed(facts: Facts) -> bool:
    """Whether the guarantor of the inventory has a payment bill that is late: nothing is released by its guarantee."""
    return facts.unpaid_bills is not None and facts.unpaid_bills.held > 0


def _open_again(ent_duty_no: str, count: Balance) -> tuple[Await, ...]:
    """Whoever waits for the guarantor, once this was its last late bill."""
    return (Await("guarantor", (guarantor_of(ent_duty_no),)),) if count.held == _ONE else ()


def _hold(account: Balance, limit: Decimal) -> Move:
    return Move(account.account, "hold", _ONE, limit)


def _counted_off(count: Balance) -> Move:
    return Move(count.account, "give_back", _ONE, count.held)


def _due(what: str, bill: Bill, at: datetime) -> Due:
    return Due(what=what, kind=tax_bill.PAYMENT_BILL, key=(bill.ent_duty_no,), at=at)
