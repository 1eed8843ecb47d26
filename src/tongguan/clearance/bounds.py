"""D25, D26: no amount and no quantity is below 0 or above what this system takes, in whatever document it stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from tongguan.clearance.compare import show
from tongguan.clearance.form_rules import D25, D26
from tongguan.clearance.paper import Finding, Paper

AMOUNTS: Mapping[str, tuple[str, ...]] = {
    "order": ("goodsValue", "freight", "discount", "taxTotal", "acturalPaid"),
    "payment": ("amountPaid",),
    "waybill": ("freight", "insuredFee"),
    "inventory": ("freight", "insuredFee"),
}
"""The amounts in yuan in the head, by kind; kinds that are not here have none."""
QUANTITIES: Mapping[str, tuple[str, ...]] = {"waybill": ("weight",), "inventory": ("grossWeight", "netWeight")}
LINE_AMOUNTS: Mapping[str, tuple[str, ...]] = {
    "order": ("price", "totalPrice"),
    "inventory": ("price", "totalPrice"),
}
LINE_QUANTITIES: Mapping[str, tuple[str, ...]] = {
    "order": ("qty",),
    "inventory": ("qty", "qty1", "qty2"),
    "goods_return": ("qty",),
}

_NOTHING = Decimal(0)


def within_bounds(paper: Paper) -> Iterator[Finding]:
    """D25 and D26 for every amount and quantity of the document."""
    yuan = paper.law.setting("amount_bound_yuan").decimal
    count = paper.law.setting("quantity_bound").decimal
    kind = paper.kind
    for names, most in ((AMOUNTS.get(kind, ()), yuan), (QUANTITIES.get(kind, ()), count)):
        for name in names:
            if _is_outside(value := getattr(paper.head, name), most):
                yield _finding(value, most, paper.at_head(name))
    for names, most in ((LINE_AMOUNTS.get(kind, ()), yuan), (LINE_QUANTITIES.get(kind, ()), count)):
        for at, line in enumerate(paper.lines if names else (), 1):
            for name in names:
                if _is_outside(value := getattr(line, name), most):
                    yield _finding(value, most, paper.at_line(at, name))


def _is_outside(value: Decimal | None, most: Decimal) -> bool:
    return value is not None and not _NOTHING <= value <= most


def _finding(value: Decimal, most: Decimal, path: str) -> Finding:
    return Finding(D26 if value < 0 else D25, path, show(value), f"0 .. {show(most)}")
