"""Reading a registry folder: a stranger's one comes in, and every mistake is named at its place."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.registry import folder as far
from tests.registry.folder import folder
from tongguan.registry.model import BookItemRow, SiteRow
from tongguan.registry.rules import RULES
from tongguan.registry.tables import COLUMNS, RegistryTables, read_registry


def tables(**changed: str | bytes | None) -> RegistryTables:
    """The rows of a folder that has to be good."""
    reading = read_registry(folder(**changed))
    assert reading.problems == ()
    assert reading.tables is not None
    return reading.tables


def test_a_strangers_folder_comes_in_whole() -> None:
    rows = tables()
    assert [(row.code, row.valid_from.year) for row in rows.parties] == [
        ("88AA000001", 2026), ("88AA000002", 2026), ("88AA000002", 2027), ("88AA000003", 2026),
    ]  # fmt: skip
    assert rows.parties[0].roles == ("platform", "merchant")
    assert (rows.parties[1].name, rows.parties[1].profile, rows.parties[2].profile) == (
        "远方报关, 分公司", "lenient", "strict",
    )  # fmt: skip
    assert rows.sites == (
        SiteRow(
            loct_no="FAR0000001", customs_code="5141", name="远方场所", operator_code="88AA000002", needs_arrival=True
        ),
        SiteRow(loct_no="FAR0000002", customs_code="5165", name="远方场所二", operator_code="88AA000002"),
    )
    assert [row.amount for row in rows.guarantees] == [Decimal("1000000.50"), Decimal(2000000)]
    assert rows.book_items[0] == BookItemRow(
        ems_no="T5165W000001", item_record_no="1", area_code="88AA000003", gcode="2009500000", unit="142", unit1="035",
        country="304", qty1=Decimal("12.5"), price=Decimal("19.9"),
    )  # fmt: skip


def test_certificates_are_read_and_their_chain_is_checked() -> None:
    reading = read_registry(folder())
    assert reading.warnings == ()
    assert reading.tables is not None
    by_number = {row.number: row for row in reading.tables.certificates}
    assert set(by_number) == {"1001", "1002"}, "0x1002 was written as 4098"
    assert {row.chain for row in by_number.values()} == {"ok"}
    assert (by_number["1001"].revoked_at, by_number["1002"].revoked_at) == (None, far.REVOKED)
    assert (by_number["1001"].not_before, by_number["1001"].not_after) == (far.FROM, far.UNTIL)
    assert by_number["1001"].algorithm == "SM2"


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param(
            {"certificates/one.pem": far.leaf(0x1001, "nobody").certificate_pem}, id="a root that is not there"
        ),
        pytest.param({"roots/middle.pem": None, "crl/middle.pem": None}, id="an intermediate that is not there"),
    ],
)
def test_a_broken_chain_is_a_warning_and_stays_in_the_row(changed: dict[str, bytes | None]) -> None:
    reading = read_registry(folder(**changed))
    assert reading.problems == ()
    assert {warning.rule_id for warning in reading.warnings} == {"R30"}
    assert reading.warnings[0].path == "row 2/file"
    assert reading.tables is not None
    assert [row.chain for row in reading.tables.certificates if row.number == "1001"] == ["unknown"]


def test_only_the_parties_must_be_there() -> None:
    reading = read_registry({"parties.csv": far.PARTIES})
    assert reading.tables is not None
    assert reading.tables.certificates == ()


def test_columns_may_stand_in_any_order_and_a_byte_order_mark_is_taken() -> None:
    lines = [line.split(",") for line in far.SITES.splitlines()]
    turned = "\ufeff" + "\r\n".join(",".join(reversed(line)) for line in lines) + "\r\n\r\n"
    assert tables(sites_csv=turned).sites == tables().sites


def line_of(sheet: str, row: int, /, **cells: str) -> dict[str, str]:
    """A change of the good folder: cells of one row (2 is the first below the header) put wrong."""
    text = {"parties": far.PARTIES, "certificates": far.CERTIFICATES, "guarantees": far.GUARANTEES,
            "sites": far.SITES, "book_items": far.BOOK_ITEMS, "identities": far.IDENTITIES,
            "subscriptions": far.SUBSCRIPTIONS, "officers": far.OFFICERS, "shifts": far.SHIFTS,
            "conflicts": far.CONFLICTS}[sheet]  # fmt: skip
    lines = text.splitlines()
    names, values = lines[0].split(","), lines[row - 1].split(",")
    for name, value in cells.items():
        values[names.index(name)] = value
    return {f"{sheet}_csv": "\n".join([*lines[: row - 1], ",".join(values), *lines[row:]]) + "\n"}


@pytest.mark.parametrize(
    ("changed", "rule", "file", "path"),
    [
        pytest.param({"parties_csv": None}, "R01", "parties.csv", "", id="no parties at all"),
        pytest.param(
            {"certificates/two.pem": None},
            "R01",
            "certificates.csv",
            "row 3/file",
            id="a certificate's file is missing",
        ),
        pytest.param({"sites_csv": "loct_no,name\n"}, "R02", "sites.csv", "row 1", id="columns are missing"),
        pytest.param({"sites_csv": ""}, "R02", "sites.csv", "row 1", id="an empty file"),
        pytest.param(
            {"sites_csv": far.SITES.replace("name", "title")}, "R02", "sites.csv", "row 1", id="an unknown column"
        ),
        pytest.param({"sites_csv": "名".encode("gb18030")}, "R03", "sites.csv", "", id="not in UTF-8"),
        pytest.param({"sites_csv": far.SITES + "A,1\n"}, "R03", "sites.csv", "row 4", id="a row that is too short"),
        pytest.param(
            {"sites_csv": far.SITES + '"open,1,2,3,4\n'}, "R03", "sites.csv", "", id="a quote that never ends"
        ),
        pytest.param(line_of("parties", 2, name=""), "R04", "parties.csv", "row 2/name", id="no name"),
        pytest.param(line_of("parties", 2, roles=""), "R04", "parties.csv", "row 2/roles", id="no role"),
        pytest.param(line_of("parties", 2, valid_from=""), "R04", "parties.csv", "row 2/valid_from", id="no first day"),
        pytest.param(
            line_of("guarantees", 2, valid_to=""),
            "R04",
            "guarantees.csv",
            "row 2/valid_to",
            id="a guarantee without end",
        ),
        pytest.param(
            line_of("parties", 2, valid_from="2026-02-30"), "R05", "parties.csv", "row 2/valid_from", id="no such day"
        ),
        pytest.param(
            line_of("parties", 2, valid_from="20260201"),
            "R05",
            "parties.csv",
            "row 2/valid_from",
            id="a date without hyphens",
        ),
        pytest.param(
            line_of("guarantees", 2, amount="-1"), "R06", "guarantees.csv", "row 2/amount", id="a negative amount"
        ),
        pytest.param(line_of("guarantees", 2, amount="1e6"), "R06", "guarantees.csv", "row 2/amount", id="an exponent"),
        pytest.param(
            line_of("book_items", 2, qty1="1.123456"), "R06", "book_items.csv", "row 2/qty1", id="six decimals"
        ),
        pytest.param(
            line_of("parties", 2, roles="platform|king"), "R07", "parties.csv", "row 2/roles", id="an unknown role"
        ),
        pytest.param(
            line_of("parties", 2, valid_to="2025-12-31"),
            "R08",
            "parties.csv",
            "row 2/valid_to",
            id="ends before it begins",
        ),
        pytest.param(
            line_of("parties", 2, profile="loose"), "R09", "parties.csv", "row 2/profile", id="an unknown profile"
        ),
        pytest.param(
            line_of("guarantees", 2, kind="word"),
            "R09",
            "guarantees.csv",
            "row 2/kind",
            id="an unknown kind of guarantee",
        ),
        pytest.param(
            line_of("sites", 2, needs_arrival="maybe"),
            "R09",
            "sites.csv",
            "row 2/needs_arrival",
            id="neither yes nor no",
        ),
        pytest.param(
            line_of("parties", 2, dxp_id="FAR0000000000002"),
            "R10",
            "parties.csv",
            "row 3/dxp_id",
            id="two parties for one dxp_id",
        ),
        pytest.param(
            line_of("parties", 4, valid_from="2026-12-31"),
            "R11",
            "parties.csv",
            "row 4/code",
            id="two rows of one code on one day",
        ),
        pytest.param(
            line_of("guarantees", 3, valid_from="2026-06-30"),
            "R11",
            "guarantees.csv",
            "row 3/assure_code",
            id="two guarantees on one day",
        ),
        pytest.param(
            line_of("certificates", 2, party_code="88AA000009"),
            "R12",
            "certificates.csv",
            "row 2/party_code",
            id="a certificate of no party",
        ),
        pytest.param(
            line_of("guarantees", 2, assure_code="88AA000009"),
            "R12",
            "guarantees.csv",
            "row 2/assure_code",
            id="a guarantee of no party",
        ),
        pytest.param(
            line_of("certificates", 2, dxp_id="FAR0000000000002"),
            "R13",
            "certificates.csv",
            "row 2/dxp_id",
            id="a certificate for another's dxp_id",
        ),
        pytest.param({"certificates/one.pem": b"no"}, "R14", "certificates.csv", "row 2/file", id="not a certificate"),
        pytest.param({"roots/root.pem": b"no"}, "R14", "roots/root.pem", "", id="not a root"),
        pytest.param({"crl/middle.pem": b"no"}, "R14", "crl/middle.pem", "", id="not a revocation list"),
        pytest.param(
            line_of("certificates", 2, number="1003"),
            "R15",
            "certificates.csv",
            "row 2/number",
            id="another serial number",
        ),
        pytest.param(
            {"certificates_csv": far.CERTIFICATES + "1001,one.pem,88AA000001,FAR0000000000001\n"},
            "R16",
            "certificates.csv",
            "row 4/file",
            id="a certificate twice",
        ),
        pytest.param(line_of("sites", 3, loct_no="FAR0000001"), "R16", "sites.csv", "row 3/loct_no", id="a site twice"),
        pytest.param(
            line_of("book_items", 3, item_record_no="1"),
            "R16",
            "book_items.csv",
            "row 3/item_record_no",
            id="an item twice",
        ),
        pytest.param(
            {"crl/middle.pem": far.crl("nobody")}, "R17", "crl/middle.pem", "", id="a list of an unknown authority"
        ),
        pytest.param(
            line_of("sites", 2, operator_code="88AA000001"),
            "R18",
            "sites.csv",
            "row 2/operator_code",
            id="an operator that is none",
        ),
        pytest.param(
            line_of("book_items", 2, area_code="88AA000001"),
            "R18",
            "book_items.csv",
            "row 2/area_code",
            id="goods of a company that is not bonded",
        ),
        pytest.param(
            line_of("guarantees", 2, assure_code="88AA000001"),
            "R18",
            "guarantees.csv",
            "row 2/assure_code",
            id="a guarantor that is none",
        ),
        pytest.param(
            line_of("parties", 2, code="88aa000001"), "R19", "parties.csv", "row 2/code", id="a code in small letters"
        ),
        pytest.param(
            line_of("parties", 2, code="8" * 19), "R19", "parties.csv", "row 2/code", id="a code of 19 characters"
        ),
        pytest.param(
            line_of("parties", 2, dxp_id="FAR00000000000001"),
            "R19",
            "parties.csv",
            "row 2/dxp_id",
            id="a dxp_id of 17 characters",
        ),
        pytest.param(
            line_of("book_items", 2, gcode="200950"),
            "R19",
            "book_items.csv",
            "row 2/gcode",
            id="a goods code of six digits",
        ),
        pytest.param(
            line_of("certificates", 2, file="../roots/root.pem"),
            "R19",
            "certificates.csv",
            "row 2/file",
            id="a file outside its folder",
        ),
        pytest.param(
            line_of("identities", 2, number=far.NUMBERS[0][:-1] + "!"),
            "R27",
            "identities.csv",
            "row 2/number",
            id="not an identity number",
        ),
        pytest.param(
            line_of("identities", 3, number=far.NUMBERS[0]),
            "R16",
            "identities.csv",
            "row 3/number",
            id="a person with two names",
        ),
        pytest.param(line_of("identities", 3, name=""), "R04", "identities.csv", "row 3/name", id="nameless"),
        pytest.param(
            line_of("subscriptions", 2, dxp_id="FAR0000000000009"),
            "R28",
            "subscriptions.csv",
            "row 2/dxp_id",
            id="copies for an exchange id that nobody has",
        ),
        pytest.param(
            line_of("subscriptions", 2, role=""),
            "R29",
            "subscriptions.csv",
            "row 2/role",
            id="data seen as nobody",
        ),
        pytest.param(
            line_of("officers", 3, valid_from="2026-06-30"),
            "R11",
            "officers.csv",
            "row 3/officer_id",
            id="an officer twice on one day",
        ),
        pytest.param(
            line_of("officers", 2, agency="secret"), "R09", "officers.csv", "row 2/agency", id="an unknown agency"
        ),
        pytest.param(line_of("officers", 2, roles="king"), "R07", "officers.csv", "row 2/roles", id="an unknown role"),
        pytest.param(
            line_of("officers", 2, customs_code="51"), "R19", "officers.csv", "row 2/customs_code", id="half an office"
        ),
        pytest.param(line_of("officers", 2, rank="-1"), "R19", "officers.csv", "row 2/rank", id="a rank below zero"),
        pytest.param(
            line_of("officers", 2, officer_id="远"), "R19", "officers.csv", "row 2/officer_id", id="an id in Chinese"
        ),
        pytest.param(
            {"shifts_csv": far.SHIFTS.replace("2026-03-02T08:00", "2026-03-02 08:00")},
            "R24",
            "shifts.csv",
            "row 2/from",
            id="a time written otherwise",
        ),
        pytest.param(
            {"shifts_csv": far.SHIFTS.replace("T08:00,2026-03-02T16", "T16:00,2026-03-02T16")},
            "R25",
            "shifts.csv",
            "row 2/to",
            id="a shift of no time",
        ),
        pytest.param(
            line_of("shifts", 2, officer_id="far.9"), "R26", "shifts.csv", "row 2/officer_id", id="a shift of nobody"
        ),
        pytest.param(
            line_of("conflicts", 2, officer_id="far.9"),
            "R26",
            "conflicts.csv",
            "row 2/officer_id",
            id="a conflict of nobody",
        ),
        pytest.param(
            line_of("conflicts", 2, party_code="88AA000009"),
            "R12",
            "conflicts.csv",
            "row 2/party_code",
            id="a conflict with nobody",
        ),
        pytest.param(
            {"conflicts_csv": far.CONFLICTS + "far.1,88AA000003\n"},
            "R16",
            "conflicts.csv",
            "row 3/officer_id",
            id="a conflict told twice",
        ),
        pytest.param({"notes.txt": b"x"}, "R20", "notes.txt", "", id="a file with no place"),
        pytest.param({"keys/one.pem": b"x"}, "R20", "keys/one.pem", "", id="a key among the tables"),
    ],
)
def test_a_mistake_is_named_at_its_place(
    changed: dict[str, str | bytes | None], rule: str, file: str, path: str
) -> None:
    reading = read_registry(folder(**changed))
    assert reading.tables is None
    assert (rule, file, path) in {(one.rule_id, one.document, one.path) for one in reading.problems}
    for one in reading.problems:
        assert one.text_zh and one.text_en and one.fix_zh and one.fix_en


def test_each_invariant_is_broken_by_one_of_the_cases_above() -> None:
    marks = test_a_mistake_is_named_at_its_place.pytestmark  # type: ignore[attr-defined]
    shown = {case.values[1] for mark in marks for case in mark.args[1]}
    assert set(RULES) == shown | {"R30"}


def test_all_mistakes_of_a_row_are_told_at_once() -> None:
    reading = read_registry(folder(**line_of("parties", 2, name="", roles="king", valid_from="soon")))
    assert {(one.rule_id, one.path) for one in reading.problems} == {
        ("R04", "row 2/name"), ("R07", "row 2/roles"), ("R05", "row 2/valid_from"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("left", "right", "good"),
    [
        pytest.param("2026-06-30", "2026-07-01", True, id="one ends the day before the other begins"),
        pytest.param("2026-07-01", "2026-07-01", False, id="one day in common"),
        pytest.param("", "2026-07-01", False, id="the first one never ends"),
    ],
)
def test_a_dxp_id_may_pass_from_one_party_to_another(left: str, right: str, good: bool) -> None:
    text = (
        "code,name,roles,dxp_id,profile,valid_from,valid_to\n"
        f"88AA000001,甲,platform,FAR1,,2026-01-01,{left}\n"
        f"88AA000002,乙,platform,FAR1,,{right},\n"
    )
    reading = read_registry({"parties.csv": text})
    assert [one.rule_id for one in reading.problems] == ([] if good else ["R10"])


def test_a_period_of_one_day_is_a_period() -> None:
    text = "code,name,roles,dxp_id,profile,valid_from,valid_to\n8,甲,platform,,,2026-01-01,2026-01-01\n"
    reading = read_registry({"parties.csv": text})
    assert reading.tables is not None
    assert reading.tables.parties[0].valid_to == date(2026, 1, 1)


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(sorted([*COLUMNS, "certificates/one.pem", "roots/root.pem", "crl/middle.pem"])),
    st.binary(max_size=300),
)
def test_any_bytes_at_all_give_a_reading(name: str, content: bytes) -> None:
    reading = read_registry({**folder(), name: content})
    assert (reading.tables is None) is bool(reading.problems)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_a_changed_byte_in_a_table_never_raises(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(COLUMNS)))
    content = bytearray(folder()[name].encode("utf-8"))  # type: ignore[union-attr]
    content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    reading = read_registry({**folder(), name: bytes(content)})
    assert (reading.tables is None) is bool(reading.problems)
