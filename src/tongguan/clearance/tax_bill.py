"""Electronic tax bills (CEB816, CEB818): issued at release, issued anew for what is left, summarised, paid.

A bill is numbered by its inventory: invtNo and ``_0``, then ``_1`` and so on for each one that takes its place. On its
day it is summarised into a payment bill, one for a guarantor, an office and a day in China. What the payment bill comes
to stands in an account of its own (held: to be paid, used: paid); until it is paid the guarantee stays used.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import msgspec

from tongguan.clearance.accounts import guarantee_account, taken
from tongguan.clearance.compare import show
from tongguan.clearance.model import (
    Await,
    Bill,
    Commanded,
    Decision,
    Document,
    Facts,
    FactsMissing,
    Held,
    Move,
    Receipt,
    TaxedLine,
)
from tongguan.clearance.remaining import lines_left
from tongguan.clearance.rule import Rule
from tongguan.clearance.times import china_day, read_day
from tongguan.clearance.turn import Turn
from tongguan.law.money import EXACT, add

GENERATED, SUMMARISED, VOID = "1", "2", "3"
BILL_MESSAGE, STATUS_MESSAGE = "CEB816Message", "CEB818Message"
LINE = "TaxListRd"
TAXES = ("customsTax", "valueAddedTax", "consumptionTax")
PAYMENT_BILL = "payment_bill"
"""The kind of subject that a payment bill is, and of the account that holds what it comes to."""
PAID = "paid"
_OFFICE, _DAY = 4, 8

BILL_ABSENT = Rule(
    id="C-PAID-NONE", stage="officer", documents=("inventory",), fields=("entDutyNo",),
    zh="没有这份缴款书，或其税款已全部缴清", en="there is no such payment bill, or nothing of it is left to pay",
    fix_zh="按 CEB818 的 entDutyNo 核对缴款书编号", fix_en="check the number against entDutyNo of the CEB818",
    source="ours", confidence="high",
)  # fmt: skip
BILL_OPEN = Rule(
    id="C-PAID-EARLY", stage="officer", documents=("inventory",), fields=("entDutyNo",),
    zh="缴款书当日仍在汇总，次日起方可缴纳", en="the payment bill is still being made up on its own day",
    fix_zh="次日再登记缴款", fix_en="note the payment on the next day",
    source="ours", confidence="high",
)  # fmt: skip
RULES = (BILL_ABSENT, BILL_OPEN)

_TEXTS = {
    GENERATED: "电子税单已生成 / tax bill generated",
    SUMMARISED: "电子税单已汇总 / tax bill summarised",
    VOID: "电子税单已作废 / tax bill void",
}


def payment_bill_account(ent_duty_no: str) -> str:
    """The account of one payment bill, in yuan."""
    return f"{PAYMENT_BILL}:{ent_duty_no}"


def ent_duty_no(head: Any, day: date) -> str:
    """The payment bill that an inventory of this head is summarised into on that day: office, day, D and guarantor.

    Made from what it is for, so that every tax bill of a guarantor, an office and a day comes to the same number. The
    form is ours: none is public.
    """
    return f"{head.customsCode}{day:%Y%m%d}D{head.assureCode}"


def issue(inventory: Document, turn: Turn) -> None:
    """Generate the tax bill of an inventory for what is left of it: the first one, or the next after a void one."""
    current = turn.now(inventory)
    number = int(current.bill.taxNo.rpartition("_")[2]) + 1 if current.bill else 0
    lines = lines_left(current)
    sums: dict[str, Any] = {tax: add(getattr(line, tax) for line in lines) for tax in TAXES}
    bill = Bill(taxNo=f"{current.invt_no}_{number}", status=GENERATED, **sums)
    turn.change(inventory, bill=bill)
    turn.send(Receipt(BILL_MESSAGE, _bill_keys(current, bill, lines, turn), GENERATED, _TEXTS[GENERATED],
                      _readers(inventory, turn.facts)))  # fmt: skip


def reissue(inventory: Document, turn: Turn) -> None:
    """The tax has changed before it was paid: the bill is void, and another one says what is left, if anything is.

    A bill that is in a payment bill already leaves it; the next one goes into that of its own day.
    """
    bill = turn.now(inventory).bill
    assert bill is not None and may_be_reissued(bill), "a bill that is void or paid stands as it is"
    if bill.status == SUMMARISED:
        turn.moves.append(Move(payment_bill_account(bill.ent_duty_no), "give_back", bill.taxTotal, bill.taxTotal))
    turn.change(inventory, bill=msgspec.structs.replace(bill, status=VOID))
    _tell_status(inventory, turn)
    if lines_left(turn.now(inventory)):
        issue(inventory, turn)


def may_be_reissued(bill: Bill | None) -> bool:
    """Whether there is a bill that is neither void nor paid."""
    return bill is not None and bill.status != VOID and bill.paid_at is None


def summarise(inventory: Document, turn: Turn) -> None:
    """Put the tax bill into today's payment bill of its guarantor and office, and wait for that to be paid."""
    bill, account = turn.now(inventory).bill, turn.facts.payment_bill
    assert bill is not None and bill.status == GENERATED, "only a bill that stands is summarised"
    if account is None:
        raise FactsMissing(PAYMENT_BILL)
    number = ent_duty_no(inventory.record.InventoryHead, china_day(turn.facts.now))
    total = bill.taxTotal
    paid_at = None if total else turn.facts.now  # nothing to pay: nothing to wait for
    turn.change(inventory, bill=msgspec.structs.replace(bill, status=SUMMARISED, ent_duty_no=number, paid_at=paid_at))
    _tell_status(inventory, turn)
    if total:
        turn.moves.append(Move(account.account, "hold", total, EXACT.add(taken(account), total)))
        turn.awaits = (*turn.awaits, Await(PAID, (number,)))


def paid(inventory: Document, number: str, turn: Turn) -> str:
    """The payment bill of this number is paid: the guarantee is free again. Stale for a bill that has left it."""
    bill = inventory.bill
    if bill is None or bill.status != SUMMARISED or bill.paid_at is not None or bill.ent_duty_no != number:
        return "nothing"
    guarantee = guarantee_account(inventory.record.InventoryHead.assureCode)
    freed = tuple(one for one in inventory.held if one.account == guarantee)
    turn.moves += [Move(one.account, "give_back", one.amount, one.limit, one.used) for one in freed]
    turn.moves.append(Move(payment_bill_account(bill.ent_duty_no), "use", bill.taxTotal, bill.taxTotal))
    held: tuple[Held, ...] = tuple(one for one in inventory.held if one not in freed)
    turn.change(inventory, held=held, bill=msgspec.structs.replace(bill, paid_at=turn.facts.now))
    return PAID


def note_payment(event: Commanded, facts: Facts) -> Decision:
    """Somebody notes that a payment bill was paid: every inventory in it is woken and gives its guarantee back."""
    number, account = event.key[0], facts.payment_bill
    problem = None
    if account is None or not account.held:
        problem = BILL_ABSENT.problem("inventory", PAID, found=number)
    elif (day := read_day(number[_OFFICE : _OFFICE + _DAY])) is None or day >= china_day(facts.now):
        problem = BILL_OPEN.problem("inventory", PAID, found=number)
    if problem is not None:
        return Decision(outcome="refused", status="", problems=(problem,))
    return Decision(outcome=PAID, status="", brings=(Await(PAID, event.key),))


def _tell_status(inventory: Document, turn: Turn) -> None:
    """818: what has become of the bill."""
    head, current = inventory.record.InventoryHead, turn.now(inventory)
    bill = current.bill
    assert bill is not None, "there is a bill to tell about"
    keys = (
        ("invtNo", current.invt_no), ("taxNo", bill.taxNo), ("entDutyNo", bill.ent_duty_no),
        ("assureCode", head.assureCode),
    )  # fmt: skip
    given = tuple(pair for pair in keys if pair[1])
    turn.send(Receipt(STATUS_MESSAGE, given, bill.status, _TEXTS[bill.status], _readers(inventory, turn.facts)))


def _readers(inventory: Document, facts: Facts) -> tuple[str, ...]:
    """The exchange ids of declarant, merchant, guarantor and logistics company, as far as they have one."""
    head = inventory.record.InventoryHead
    dxp_ids = {row.code: row.dxp_id for row in facts.parties}
    named = (dxp_ids.get(code, "") for code in (head.agentCode, head.ebcCode, head.assureCode, head.logisticsCode))
    return tuple(dict.fromkeys(filter(None, named)))


def _bill_keys(inventory: Document, bill: Bill, lines: Iterable[TaxedLine], turn: Turn) -> tuple[tuple[str, str], ...]:
    """Every element of the bill but guid, time and status; each line in one pair.

    The form of production (setting tax_bill_form) has orderNo and logisticsNo at the end of the head, which the
    schema 202205 does not know.
    """
    head = inventory.record.InventoryHead
    keys = [("invtNo", inventory.invt_no), ("taxNo", bill.taxNo)]
    keys += [(tax, show(getattr(bill, tax))) for tax in TAXES]
    keys += [(name, getattr(head, name)) for name in ("assureCode", "ebcCode", "logisticsCode", "agentCode")]
    keys.append(("customsCode", head.customsCode))
    if turn.law.has_setting("tax_bill_form") and turn.law.setting("tax_bill_form").value == "production":
        keys += [("orderNo", head.orderNo), ("logisticsNo", head.logisticsNo)]
    return (*keys, *map(_line_key, lines))


def _line_key(line: TaxedLine) -> tuple[str, str]:
    """One line in one pair: its elements in the order of the schema, with blanks between them."""
    values = (line.taxPrice, line.customsTax, line.valueAddedTax, line.consumptionTax)
    return LINE, " ".join([str(line.gnum), line.gcode, *map(show, values)])
