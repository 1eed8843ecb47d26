"""The law and the registry of an invented year, and how both change while it passes."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

import msgspec

from tests.clearance.playstore import GOODS, MERCHANT, PLATFORM, a_bonded_set
from tests.clearance.yard import OPEN_SITE, SITE
from tests.engine.house import law_without_lanes, registry
from tongguan.clearance.times import CHINA
from tongguan.law.change import merge
from tongguan.law.snapshot import LawTables, Table, pack, unpack
from tongguan.registry.model import BookItemRow, ConflictRow, GuaranteeRow, OfficerRow, ShiftRow
from tongguan.registry.roles import OFFICER_ROLES
from tongguan.registry.snapshot import build_registry, pack_registry

FIRST_DAY = date(2026, 3, 2)
DAYS = 430
FAR_AWAY = date(2030, 12, 31)
DRAWN = ("chen", "deng", "feng")
"""Who is on shift by turns; nobody is on every fourth day."""
PEOPLE = (*DRAWN, "han", "chief", "qin", "qiu", "far", "clerk")
_LANE = {
    "customs_code": "*", "goods": "*", "trade_mode": "*", "value_from": "", "value_to": "", "party": "*",
    "origin": "*", "price_outlier": "no", "zh": "测试", "en": "test", "valid_from": "2020-01-01", "valid_to": "",
    "source": "test", "confidence": "high", "mark": "d",
}  # fmt: skip


def law_of_the_year() -> bytes:
    """The package's law with three lanes that take many (review, examination, a review of the inspection), and limits
    that few orders fill: 1,500 yuan an order, 4,000 a year.
    """
    lanes = [
        {"id": "LN81", "share": "0.2", "hold": "review", "agency": "customs"} | _LANE,
        {"id": "LN82", "share": "0.1", "hold": "examination", "agency": "customs"} | _LANE,
        {"id": "LN83", "share": "0.1", "hold": "review", "agency": "inspection"} | _LANE,
    ]
    header = unpack(law_without_lanes())["lanes"].header
    rows = tuple(tuple(row[column] for column in header) for row in lanes)
    tables = merge(unpack(law_without_lanes()), LawTables({"lanes": Table(header, rows)}))
    return pack(_with_cells(_with_cells(tables, "limits", "L03", amount="1500"), "limits", "L04", amount="4000"))


def _with_cells(tables: LawTables, name: str, row_id: str, **cells: str) -> LawTables:
    table = tables[name]
    rows = [dict(zip(table.header, row, strict=True)) for row in table.rows]
    changed = [row | (cells if row["id"] == row_id else {}) for row in rows]
    return tables.with_table(name, Table(table.header, tuple(tuple(row.values()) for row in changed)))


CHANGES = (
    ("limits", "L04", "amount", ("3000", "8000")),
    ("vat_rates", "V08", "rate", ("0.11", "0.15")),
    ("settings", "S03", "value", ("20", "40")),  # days that a document waits
    ("settings", "S17", "value", ("20", "40")),  # days to ask for a goods return
    ("settings", "S18", "value", ("30", "60")),  # days until the goods are back
    ("settings", "S20", "value", ("25", "45")),  # day of the tax bill
)
"""Rows of law that may change, the column, and what it may become."""


def changed_law(packed: bytes, change: tuple[str, str, str, tuple[str, str]], begins: date, rng: Random) -> bytes:
    """The law with one row ended and a new one from ``begins`` on."""
    name, row_id, column, values = change
    table = unpack(packed)[name]
    rows = [dict(zip(table.header, row, strict=True)) for row in table.rows]
    (old,) = [row for row in rows if row["id"] == row_id]
    new = old | {"id": f"{row_id}X", "valid_from": begins.isoformat(), column: rng.choice(values)}
    old["valid_to"] = (begins - timedelta(days=1)).isoformat()
    laid = tuple(tuple(row[one] for one in table.header) for row in (*rows, new))
    return pack(unpack(packed).with_table(name, Table(table.header, laid)))


def registry_of_the_year(guarantee: str = "1000", last_day: date = FAR_AWAY) -> bytes:
    """The house's companies with sites, an account book, officers and their shifts, and this guarantee."""
    tables = build_registry(registry(book=book(), sites=(SITE, OPEN_SITE))).tables
    return pack_registry(
        msgspec.structs.replace(
            tables,
            guarantees=(
                GuaranteeRow(assure_code=PLATFORM, kind="cash", amount=Decimal(guarantee),
                             valid_from=date(2026, 1, 1), valid_to=last_day),
            ),
            officers=tuple(_officers()),
            shifts=tuple(_shifts()),
            conflicts=(ConflictRow(officer_id="han", party_code=MERCHANT),),
        )
    )  # fmt: skip


def book() -> tuple[BookItemRow, ...]:
    """The account book of the bonded sets, with 3 kg of each item."""
    return tuple(msgspec.structs.replace(row, qty1=Decimal("3")) for row in a_bonded_set()[1])


def _officers() -> list[OfficerRow]:
    usual = {"agency": "customs", "customs_code": "5165", "rank": 1, "roles": tuple(OFFICER_ROLES)}
    special = {
        "chief": {"rank": 5, "customs_code": "*"},
        "qin": {"agency": "inspection"},
        "qiu": {"agency": "inspection"},
        "far": {"customs_code": "2200"},
        "clerk": {"roles": ("casework",)},
    }
    return [
        OfficerRow(officer_id=name, name=f"沙箱{name}", valid_from=date(2026, 1, 1), **(usual | special.get(name, {})))
        for name in PEOPLE
    ]


def _shifts() -> list[ShiftRow]:
    days = [(at, FIRST_DAY + timedelta(days=at)) for at in range(DAYS) if at % 4 != 3]
    return [
        ShiftRow(officer_id=DRAWN[(at + turn) % len(DRAWN)], begins=begins, ends=begins + timedelta(hours=10))
        for at, day in days
        for turn in (0, 1)
        for begins in (datetime(day.year, day.month, day.day, 8, tzinfo=CHINA),)
    ]


__all__ = ["CHANGES", "DAYS", "DRAWN", "FAR_AWAY", "FIRST_DAY", "GOODS", "PEOPLE", "changed_law", "law_of_the_year",
           "registry_of_the_year"]  # fmt: skip
