"""The law that comes with the package, built once."""

from __future__ import annotations

from datetime import date

import pytest

from tongguan.law.snapshot import Law, LawAt, LawTables, build_law, pack, package_tables


@pytest.fixture(scope="session")
def tables() -> LawTables:
    return package_tables()


@pytest.fixture(scope="session")
def law(tables: LawTables) -> Law:
    return build_law(pack(tables))


@pytest.fixture(scope="session")
def law_2025(law: Law) -> LawAt:
    return law.at(date(2025, 6, 1))
