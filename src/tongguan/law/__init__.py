"""The written law as dated data: limits, rates, lists, settings; and the exact tax that follows from them."""

from tongguan.law.snapshot import (
    Law,
    LawAt,
    LawFault,
    LawTables,
    NoLaw,
    build_law,
    digest,
    doubtful_rows,
    pack,
    package_tables,
    read_tables,
)

__all__ = [
    "Law",
    "LawAt",
    "LawFault",
    "LawTables",
    "NoLaw",
    "build_law",
    "digest",
    "doubtful_rows",
    "pack",
    "package_tables",
    "read_tables",
]
