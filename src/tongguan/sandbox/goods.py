"""The sandbox's own goods: real codes and legal units, invented names and prices."""

from __future__ import annotations

import csv
from decimal import Decimal
from functools import cache
from importlib.resources import files

import msgspec


class Good(msgspec.Struct, frozen=True, kw_only=True):
    """One article. ``price`` is in yuan a ``unit``; ``net_kg``, ``qty1_each`` and ``qty2_each`` are for one unit too.

    ``vat_rate`` is what the invented platform reckons its advance tax with. None of the goods bears consumption tax.
    """

    sku: str
    gcode: str
    zh: str
    en: str
    gmodel: str
    unit: str
    unit1: str
    unit2: str
    country: str
    price: Decimal
    net_kg: Decimal
    qty1_each: Decimal
    qty2_each: Decimal | None
    vat_rate: Decimal


@cache
def goods() -> tuple[Good, ...]:
    """All articles, in the order of the table ``goods.csv``."""
    text = (files(__package__) / "goods.csv").read_text(encoding="utf-8")
    return tuple(_good(row) for row in csv.DictReader(text.splitlines()))


def _good(row: dict[str, str]) -> Good:
    return Good(
        sku=row["sku"],
        gcode=row["gcode"],
        zh=row["zh"],
        en=row["en"],
        gmodel=row["gmodel"],
        unit=row["unit"],
        unit1=row["unit1"],
        unit2=row["unit2"],
        country=row["country"],
        price=Decimal(row["price"]),
        net_kg=Decimal(row["net_kg"]),
        qty1_each=Decimal(row["qty1_each"]),
        qty2_each=Decimal(row["qty2_each"]) if row["qty2_each"] else None,
        vat_rate=Decimal(row["vat_rate"]),
    )
