"""What the law of the day says of a matched inventory: lists, units, guarantee, account book, limits and tax."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, NamedTuple

from tongguan.ceb.problem import Problem
from tongguan.clearance import law_rules as R
from tongguan.clearance.accounts import fits, stock_account
from tongguan.clearance.compare import show
from tongguan.clearance.match import Papers
from tongguan.clearance.match_rules import M16
from tongguan.clearance.model import Facts, Held, Hold
from tongguan.clearance.quantity import hold_quantities
from tongguan.clearance.rule import Rule
from tongguan.clearance.settled import settle
from tongguan.clearance.year import over_year
from tongguan.law.inforce import LawAt
from tongguan.law.limits import item_count, single_limit, within_single
from tongguan.law.money import EXACT
from tongguan.law.tax import GoodsLine, TaxBill, assess, dutiable_value

_BONDED = ("1210", "1239")


class Admission(NamedTuple):
    """What the law says: the tax, what must be held of the stock, the rows used, what is wrong, what is only noted.

    ``stock`` has the buyer's yearly quantities (in kilograms) too. ``holds`` are to be open from acceptance on.
    """

    bill: TaxBill | None
    stock: tuple[Held, ...]
    law_rows: tuple[str, ...]
    doubtful: bool
    problems: tuple[Problem, ...]
    notes: tuple[Problem, ...]
    holds: tuple[Hold, ...] = ()


def admit(papers: Papers, facts: Facts, law: LawAt) -> Admission:
    """Ask the law of the day about a matched inventory, all questions at once."""
    record = papers.inventory.record
    head, lines = record.InventoryHead, record.InventoryList
    problems = [*_goods(head, lines, law), *_guarantor(head, facts, law)]
    stock: tuple[Held, ...] = ()
    if head.tradeMode in _BONDED:
        faults, stock = _stock(head, lines, facts, law)
        problems += faults
    over, kilograms, of_quantity = hold_quantities(lines, facts, law)
    problems += over
    bill, of_tax, rows = _tax(papers, facts, law)
    problems += of_tax
    listed = [row for row in (law.listed(line.gcode) for line in lines) if row is not None]
    used = dict.fromkeys((*(row.id for row in listed), *of_quantity, *rows, *(bill.law_rows if bill else ())))
    doubtful = any(row.doubtful for row in listed) or (bill is not None and bill.doubtful)
    settled = settle(papers, bill, facts, law)
    return Admission(
        bill,
        (*stock, *kilograms),
        (*used, *settled.law_rows),
        doubtful,
        (*problems, *settled.problems),
        settled.notes,
        settled.holds,
    )


def goods_lines(lines: tuple[Any, ...]) -> tuple[GoodsLine, ...]:
    """The lines of an inventory as the tax wants them."""
    return tuple(
        GoodsLine(
            gnum=line.gnum, gcode=line.gcode, gmodel=line.gmodel, country=line.country,
            qty=line.qty, unit=line.unit, qty1=line.qty1, unit1=line.unit1, qty2=line.qty2, unit2=line.unit2 or "",
            price=line.price, totalPrice=line.totalPrice,
        )
        for line in lines
    )  # fmt: skip


def _goods(head: Any, lines: tuple[Any, ...], law: LawAt) -> Iterator[Problem]:
    for at, line in enumerate(lines, 1):
        goods, listed = law.goods(line.gcode), law.listed(line.gcode)
        if goods is None or listed is None:
            wanting = "tariff" if goods is None else "positive list"
            yield _at_line(R.D09, at, "gcode", line.gcode, wanting)
        elif listed.trade_modes and head.tradeMode not in listed.trade_modes:
            found = f"{line.gcode} {head.tradeMode}"
            yield _at_line(R.D09_MODE, at, "gcode", found, " ".join(listed.trade_modes), listed.id)
        if goods is None:
            continue
        if line.unit1 != goods.unit1:
            yield _at_line(R.D08_UNIT, at, "unit1", line.unit1, goods.unit1, goods.id)
        if (line.unit2 or "") != goods.unit2:
            yield _at_line(R.D08_UNIT, at, "unit2", line.unit2 or "", goods.unit2, goods.id)


def _guarantor(head: Any, facts: Facts, law: LawAt) -> Iterator[Problem]:
    parties = (head.ebpCode, head.ebcCode, head.logisticsCode, head.agentCode)
    row = facts.guarantee
    if head.assureCode not in parties:
        yield M16.problem("inventory", "InventoryHead/assureCode", found=head.assureCode, expected=" ".join(parties))
    elif row is None or row.assure_code != head.assureCode:
        yield M16.problem("inventory", "InventoryHead/assureCode", found=head.assureCode)
    elif not row.valid_from <= law.day <= row.valid_to:
        span = f"{row.valid_from} .. {row.valid_to}"
        yield M16.problem("inventory", "InventoryHead/assureCode", found=head.assureCode, expected=span)


def _stock(head: Any, lines: tuple[Any, ...], facts: Facts, law: LawAt) -> tuple[list[Problem], tuple[Held, ...]]:
    tolerance = law.setting("stock_price_tolerance_share").decimal
    problems: list[Problem] = []
    wanted: dict[str, Held] = {}
    for at, line in enumerate(lines, 1):
        item = next(
            (row for row in facts.book_items
             if (row.ems_no, row.item_record_no) == (head.emsNo, line.itemRecordNo)), None
        )  # fmt: skip
        if item is None:
            problems.append(_at_line(R.D15, at, "itemRecordNo", f"{head.emsNo} {line.itemRecordNo}"))
            continue
        for name, found, expected in (
            ("areaCode", head.areaCode, item.area_code),
            ("gcode", line.gcode, item.gcode),
            ("unit", line.unit, item.unit),
            ("unit1", line.unit1, item.unit1),
            ("country", line.country, item.country),
        ):
            if found != expected:
                problems.append(_at_line(R.D15, at, name, found or "", expected))
        if abs(EXACT.subtract(line.price, item.price)) > EXACT.multiply(item.price, tolerance):
            problems.append(_at_line(R.D15, at, "price", show(line.price), show(item.price)))
        account = stock_account(item.ems_no, item.item_record_no)
        before = wanted[account].amount if account in wanted else Decimal(0)
        wanted[account] = Held(account, EXACT.add(before, line.qty1), False, item.qty1)
        balance = next((row for row in facts.stock if row.account == account), None)
        if not fits(wanted[account].amount, balance, item.qty1):
            left = EXACT.subtract(item.qty1, EXACT.add(balance.held, balance.used) if balance else Decimal(0))
            problems.append(_at_line(R.D15, at, "qty1", show(wanted[account].amount), f"<= {show(left)}"))
    return problems, tuple(wanted.values())


def _tax(papers: Papers, facts: Facts, law: LawAt) -> tuple[TaxBill | None, tuple[Problem, ...], tuple[str, ...]]:
    head = papers.inventory.record.InventoryHead
    lines = goods_lines(papers.inventory.record.InventoryList)
    if any(law.goods(line.gcode) is None for line in lines):
        return None, (), ()  # D09 has said so; there is nothing to reckon with
    value = dutiable_value(lines, head.freight, head.insuredFee)
    treatment, limit = within_single(value, item_count(lines), law), single_limit(law)
    if not treatment.allowed:
        path, most = "InventoryHead/dutiableValue", f"<= {show(limit.amount)}"
        return None, (R.T04.problem("inventory", path, found=show(value), expected=most, law_row=limit.id),), (
            limit.id, treatment.id)  # fmt: skip
    discount = papers.order.record.OrderHead.discount
    bill = assess(lines, head.freight, head.insuredFee, law, treatment, discount)
    over = over_year(bill.taxPrice, facts, law) if isinstance(bill, TaxBill) else None
    if over is not None and over.allowed:  # over the year, yet let in: taxed as that row says
        treatment = over
        bill = assess(lines, head.freight, head.insuredFee, law, treatment, discount)
    if not isinstance(bill, TaxBill):
        numbers = {line.gnum: at for at, line in enumerate(lines, 1)}
        return None, tuple(
            fault.problem("inventory", f"InventoryList[{numbers[fault.gnum]}]" if fault.gnum else "InventoryHead")
            for fault in bill
        ), (limit.id, treatment.id)  # fmt: skip
    return bill, (), (limit.id, treatment.id)


def _at_line(rule: Rule, at: int, element: str, found: str, expected: str = "", law_row: str = "") -> Problem:
    path = f"InventoryList[{at}]/{element}" if element != "areaCode" else "InventoryHead/areaCode"
    return rule.problem("inventory", path, found=found, expected=expected, law_row=law_row)
