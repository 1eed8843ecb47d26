"""subscriptions.csv: what its rows may say, what keeps the folder out, and whom it lets have copies of what."""

from __future__ import annotations

from datetime import date

import pytest

from tongguan.registry.snapshot import build_registry, pack_registry
from tongguan.registry.tables import read_registry

PARTIES = (
    "code,name,roles,dxp_id,profile,valid_from,valid_to\n"
    "9901000001,甲,platform,DXPENT9000000001,,2026-01-01,\n"
    "9901000002,乙,declarant,DXPENT9000000002,,2026-01-01,\n"
)
HEADER = "dxp_id,party_code,copies,role,fields,valid_from,valid_to\n"
GOOD = "DXPENT9000000002,9901000001,ALL,declarant,OrderHead.orderNo|OrderList.qty,2026-01-01,2026-12-31\n"


def read(*rows: str):
    return read_registry({"parties.csv": PARTIES, "subscriptions.csv": HEADER + "".join(rows)})


def test_a_good_row_is_read_packed_and_looked_up():
    tables = read(GOOD).tables
    assert tables is not None
    found = build_registry(pack_registry(tables)).subscriptions
    row = found.recorded("DXPENT9000000002", "9901000001", "DATA", date(2026, 12, 31))
    assert row is not None
    assert (row.role, row.fields) == ("declarant", ("OrderHead.orderNo", "OrderList.qty"))
    assert found.recorded("DXPENT9000000002", "9901000001", "RET", date(2026, 1, 1)) == row
    assert found.recorded("DXPENT9000000002", "9901000001", "RET", date(2027, 1, 1)) is None
    assert found.recorded("DXPENT9000000002", "9901000002", "RET", date(2026, 1, 1)) is None


def test_a_row_for_receipts_needs_no_role_and_gives_no_data():
    tables = read("DXPENT9000000002,9901000001,RET,,,2026-01-01,\n").tables
    assert tables is not None
    found = build_registry(pack_registry(tables)).subscriptions
    assert found.recorded("DXPENT9000000002", "9901000001", "RET", date(2026, 6, 1)) is not None
    assert found.recorded("DXPENT9000000002", "9901000001", "DATA", date(2026, 6, 1)) is None


@pytest.mark.parametrize(
    ("row", "rule", "path"),
    [
        ("DXPENT9000000002,9901000009,RET,,,2026-01-01,\n", "R12", "row 2/party_code"),
        ("DXPENT9000000009,9901000001,RET,,,2026-01-01,\n", "R28", "row 2/dxp_id"),
        ("DXPENT9000000002,9901000001,DATA,,,2026-01-01,\n", "R29", "row 2/role"),
        ("DXPENT9000000002,9901000001,ALL,officer,,2026-01-01,\n", "R09", "row 2/role"),
        ("DXPENT9000000002,9901000001,SOME,,,2026-01-01,\n", "R09", "row 2/copies"),
        ("DXPENT9000000002,9901000001,ALL,declarant,OrderHead.wages,2026-01-01,\n", "R09", "row 2/fields"),
        ("DXPENT9000000002,9901000001,RET,,,2026-02-01,2026-01-01\n", "R08", "row 2/valid_to"),
    ],
)
def test_a_wrong_row_keeps_the_folder_out(row, rule, path):
    reading = read(row)
    assert reading.tables is None
    assert [(one.rule_id, one.path) for one in reading.problems] == [(rule, path)]


def test_two_rows_of_one_pair_may_not_overlap():
    reading = read(GOOD, "DXPENT9000000002,9901000001,RET,,,2026-12-31,\n")
    assert [one.rule_id for one in reading.problems] == ["R11"]
    assert read(GOOD, "DXPENT9000000002,9901000001,RET,,,2027-01-01,\n").tables is not None
