"""The door of the law: tables in, one frozen snapshot out, and what of it is in force on a day.

``build_law(pack(package_tables())).at(day)`` is all that a decision needs; the digest names the snapshot for good.
"""

from tongguan.law.build import build_law
from tongguan.law.calendar import Calendar, Reckoned
from tongguan.law.faults import LawFault, NoLaw
from tongguan.law.inforce import IMPORT_SCHEME, Law, LawAt, doubtful_rows
from tongguan.law.rows import (
    ConsumptionRow,
    GoodsRow,
    HolidayRow,
    LaneRow,
    LimitRow,
    ListRow,
    Parcel,
    RemedyRow,
    RetentionRow,
    Row,
    SettingRow,
    TreatmentRow,
    VatRow,
)
from tongguan.law.source import LawTables, Table, digest, pack, package_tables, read_tables, unpack

__all__ = [
    "IMPORT_SCHEME",
    "Calendar",
    "ConsumptionRow",
    "GoodsRow",
    "HolidayRow",
    "LaneRow",
    "Law",
    "LawAt",
    "LawFault",
    "LawTables",
    "LimitRow",
    "ListRow",
    "NoLaw",
    "Parcel",
    "Reckoned",
    "RemedyRow",
    "RetentionRow",
    "Row",
    "SettingRow",
    "Table",
    "TreatmentRow",
    "VatRow",
    "build_law",
    "digest",
    "doubtful_rows",
    "pack",
    "package_tables",
    "read_tables",
    "unpack",
]
