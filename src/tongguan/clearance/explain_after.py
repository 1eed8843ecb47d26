"""What is told after a release: the days for a return, what came back, the tax bill; and of a return, its last day."""

from __future__ import annotations

from collections.abc import Iterator

from tongguan.clearance import tax_bill
from tongguan.clearance.closing import goods_awaited
from tongguan.clearance.compare import show
from tongguan.clearance.model import Bill, Document

Pair = tuple[str, str]
"""One sentence in Chinese and English."""


def after_release(inventory: Document) -> Iterator[Pair]:
    """How a released inventory goes on; nothing for other documents."""
    terms = inventory.terms
    if terms is not None and inventory.status == "800":
        yield (
            f"{terms.ask_until} 前（含当日）可申请退货，货物须在 {terms.back_until} 前（含当日）运抵原监管场所",
            f"a goods return may be asked for until the end of {terms.ask_until}; the goods must be back in the site "
            f"by the end of {terms.back_until}",
        )
    for gnum, qty in inventory.returned:
        yield f"第 {gnum} 项已退货，数量 {show(qty)}", f"line {gnum}: {show(qty)} came back"
    if inventory.bill is not None:
        yield _bill(inventory, inventory.bill)


def goods_to_bring(request: Document) -> Iterator[Pair]:
    """What a goods return that stands at 120 still needs."""
    if request.terms is not None and goods_awaited((request,)):
        yield (
            f"货物须在 {request.terms.back_until} 前（含当日）运抵原监管场所，由关员登记，否则申请失效（D23）",
            f"bring the goods back into the site by the end of {request.terms.back_until}, where an officer notes it; "
            "else the request ends (D23)",
        )


def _bill(inventory: Document, bill: Bill) -> Pair:
    name, sum_ = bill.taxNo, show(bill.taxTotal)
    if bill.status == tax_bill.VOID:
        return f"电子税单 {name} 已作废，货物已全部退回", f"tax bill {name} is void: everything came back"
    if bill.status == tax_bill.GENERATED:
        on = inventory.terms.bill_on if inventory.terms else ""
        return (
            f"电子税单 {name} 已生成，税款 {sum_} 元，自 {on} 起汇总（有退货未办结的，办结后汇总）",
            f"tax bill {name} for {sum_} yuan; it is summarised on {on}, or when an open goods return is decided",
        )
    if bill.paid_at is not None:
        return (
            f"电子税单 {name} 已汇总，缴款书 {bill.ent_duty_no} 已缴",
            f"tax bill {name} is summarised and its payment bill {bill.ent_duty_no} paid",
        )
    return (
        f"电子税单 {name} 已汇总，缴款书 {bill.ent_duty_no}，税款 {sum_} 元待缴",
        f"tax bill {name} is summarised: {sum_} yuan are to be paid with payment bill {bill.ent_duty_no}",
    )
