"""Points on which sources differ: what is wrong is a rule, what follows is a setting, and the default is tested too."""

from __future__ import annotations

import msgspec
import pytest

from tests.clearance.playstore import AREA, COURIER, MERCHANT, NAMES, PAYER, D, Filed, PlayStore, a_bonded_set, a_set
from tests.clearance.playstore import law_with as _law_with
from tests.clearance.test_whole_cases import clear
from tongguan.clearance.address import names_a_district
from tongguan.clearance.company_names import plain
from tongguan.clearance.holds import open_holds
from tongguan.clearance.model import Decision
from tongguan.law.snapshot import Law, build_law, pack, package_tables

ROWS = {"legal_quantity_mismatch": "S30", "company_name_mismatch": "S31", "identity_unknown": "S32",
        "address_not_detailed": "S33", "address_characters_min": "S34", "address_needs_district": "S35"}  # fmt: skip


def law_with(**settings: str) -> Law:
    """The package's law with other values of these settings."""
    tables = package_tables()
    for key, value in settings.items():
        rows = [{**row, "value": value} if row["key"] == key else row for row in tables["settings"].as_dicts()]
        table = tables["settings"]
        tables = tables.with_table(
            "settings", type(table)(table.header, tuple(tuple(row[name] for name in table.header) for row in rows))
        )
    return build_law(pack(tables))


def text_of(decision: Decision, status: str) -> str:
    """The returnInfo of the receipt with this status."""
    return next(one.info for one in decision.receipts if one.status == status)


def pieces(docs: dict[str, Filed], qty1: str) -> dict[str, Filed]:
    """The first line dealt in kilograms, its first legal unit: 1 of them, or so many."""
    docs["order"] = docs["order"].line(1, unit="035")
    docs["inventory"] = docs["inventory"].line(1, unit="035", qty1=D(qty1))
    return docs


@pytest.mark.parametrize(
    ("qty1", "value", "status", "told"),
    [
        pytest.param("1", "reject", "800", False, id="both quantities alike"),
        pytest.param("1.00000", "reject", "800", False, id="alike, written with decimals"),
        pytest.param("1.00001", "reject", "100", True, id="a hundred-thousandth more"),
        pytest.param("0.5", "note", "800", True, id="half as much, by default a note"),
    ],
)
def test_one_unit_means_one_quantity(qty1, value, status, told):
    final = clear(PlayStore(law=law_with(legal_quantity_mismatch=value)), pieces(a_set(), qty1))
    assert final.status == status
    assert any("[D08B;" in one.info for one in final.receipts) is told
    assert ("S30" in final.law_rows) is told


def test_two_units_say_nothing_of_the_quantities():
    docs = a_set()  # dealt in bottles, 0.5 kg each
    assert "D08B" not in {one.rule_id for one in clear(PlayStore(), docs).problems}


@pytest.mark.parametrize(
    ("kind", "element", "code"),
    [
        ("order", "ebpName", None), ("order", "ebcName", None), ("order", "payName", None),
        ("payment", "payName", None), ("payment", "ebpName", None), ("waybill", "logisticsName", None),
        ("inventory", "ebpName", None), ("inventory", "ebcName", None), ("inventory", "logisticsName", None),
        ("inventory", "agentName", None),
    ],
)  # fmt: skip
def test_a_company_goes_by_its_registered_name(kind, element, code):
    docs = a_set()
    docs[kind] = docs[kind].head(**{element: "沙箱另司"})
    final = clear(PlayStore(), docs)
    (problem,) = final.problems
    assert (final.status, problem.rule_id, problem.document) == ("100", "M15", kind)
    assert problem.path.endswith("/" + element)
    assert (problem.found, problem.expected in NAMES.values()) == ("沙箱另司", True)
    assert "[M15;" in text_of(final, "100") and "S31" in final.law_rows


def test_the_bonded_company_goes_by_its_registered_name_too():
    docs, book = a_bonded_set()
    docs["inventory"] = docs["inventory"].head(areaName="沙箱区外")
    final = clear(PlayStore(book=book), docs)
    assert [(one.rule_id, one.expected) for one in final.problems] == [("M15", NAMES[AREA])]


def test_a_foreign_name_is_only_noted_where_the_setting_says_so():
    docs = a_set()
    docs["waybill"] = docs["waybill"].head(logisticsName="沙箱另司")
    store = PlayStore(law=law_with(company_name_mismatch="note"))
    final = clear(store, docs)
    assert final.status == "800" and "[M15;" in text_of(final, "120")
    assert [one.rule_id for one in store.get(docs["inventory"]).problems] == ["M15"]


@pytest.mark.parametrize(
    "written", ["沙箱（物流）Ａ有限公司", "沙箱(物流) a 有限公司", " 沙箱[物流]A有限公司　", "沙箱物流A有限公司"]
)
def test_width_blanks_case_and_brackets_do_not_make_another_name(written):
    docs, store = a_set(), PlayStore()
    store.parties[COURIER] = msgspec.structs.replace(store.parties[COURIER], name="沙箱【物流】A有限公司")
    docs["waybill"] = docs["waybill"].head(logisticsName=written)
    docs["inventory"] = docs["inventory"].head(logisticsName=written)
    assert clear(store, docs).status == "800"
    assert plain(written) == plain("沙箱【物流】A有限公司") != plain("沙箱物流B有限公司")


def test_an_absent_name_is_no_other_name():
    docs = a_set()
    docs["order"] = docs["order"].head(payName=None)
    assert clear(PlayStore(), docs).status == "800"
    docs["order"] = docs["order"].head(payCode=None, payName="沙箱另司")
    assert clear(PlayStore(), docs).status == "800", "a name without a code is nobody's"


def test_a_company_that_is_not_registered_any_more_is_left_to_d19():
    store, docs = PlayStore(), a_set()
    for kind in ("order", "payment", "waybill"):
        store.file(docs[kind])
    del store.parties[PAYER]
    assert store.file(docs["inventory"]).status == "800"
    del store.parties[MERCHANT]
    assert store.file(a_set(2)["inventory"]).problems[0].rule_id == "D19-CODE"


def with_address(address: str, district: str | None = None) -> dict[str, Filed]:
    """A good set that is delivered there."""
    docs = a_set()
    docs["order"] = docs["order"].head(consigneeAddress=address, consigneeDistrict=district)
    docs["waybill"] = docs["waybill"].head(consigneeAddress=address)
    docs["inventory"] = docs["inventory"].head(consigneeAddress=address)
    return docs


@pytest.mark.parametrize(
    ("address", "status"),
    [
        pytest.param("沙箱市样例路1号", "800", id="eight characters"),
        pytest.param("沙箱市样例路1", "600", id="seven characters"),
        pytest.param("沙箱市，样例路，1。", "600", id="seven characters and punctuation"),
        pytest.param("//////////", "600", id="no character at all"),
        pytest.param("Room 1 A", "600", id="six letters and figures"),
    ],
)
def test_an_address_has_its_least_length(address, status):
    store = PlayStore()
    docs = with_address(address)
    final = clear(store, docs)
    assert final.status == status
    inventory = store.get(docs["inventory"])
    if status == "600":
        (hold,) = open_holds(inventory)
        assert (hold.agency, hold.kind, hold.status, hold.rule) == ("customs", "address", "600", "D24")
        assert "[D24;" in text_of(final, "120") and "[D24;" in text_of(final, "600")
        assert address not in msgspec.json.encode([final.receipts, final.problems]).decode()
        assert {"S33"} <= set(final.law_rows)


@pytest.mark.parametrize(("value", "status"), [("note", "800"), ("suspend", "600"), ("reject", "100")])
def test_what_follows_from_a_vague_address_is_a_setting(value, status):
    final = clear(PlayStore(law=law_with(address_not_detailed=value)), with_address("样例路1号"))
    assert final.status == status
    assert any("[D24;" in one.info for one in final.receipts)
    assert bool(final.moves) is (status != "100")


def test_an_officer_releases_what_is_suspended_for_its_address():
    store, docs = PlayStore(), with_address("样例路1号")
    assert clear(store, docs).status == "600"
    final = store.command("release", docs["inventory"], reason="收货人已核实")
    assert final.status == "800"
    assert open_holds(store.get(docs["inventory"])) == ()


@pytest.mark.parametrize(
    ("need", "address", "district", "status"),
    [
        pytest.param("no", "沙箱省模拟市测试区一号", None, "800", id="not needed"),
        pytest.param("code", "沙箱省模拟市测试区一号", "110101", "800", id="by code"),
        pytest.param("code", "浙江省杭州市西湖区样例路1号", None, "100", id="the name is not enough"),
        pytest.param("code_or_name", "浙江省杭州市西湖区样例路1号", None, "800", id="by name"),
        pytest.param("code_or_name", "广东省东莞市样例镇样例路1号", None, "800", id="a city without districts"),
        pytest.param("code_or_name", "沙箱省模拟市测试区一号", None, "100", id="a name that is no district"),
        pytest.param("code_or_name", "浙江省杭州市样例路1号", None, "100", id="a city that has districts"),
        pytest.param("code_or_name", "样例县市辖区样例路1号", None, "100", id="words that name no place"),
    ],
)
def test_a_district_by_code_or_by_name(need, address, district, status):
    law = law_with(address_needs_district=need, address_not_detailed="reject")
    assert clear(PlayStore(law=law), with_address(address, district)).status == status


def test_districts_are_found_anywhere_in_the_address():
    assert (
        names_a_district("样例小区（莫力达瓦达斡尔族自治旗）一号")
        and names_a_district("嘉峪关市")
        and names_a_district("三亚市一号")
    )
    assert not names_a_district("") and not names_a_district("区")


@pytest.mark.parametrize(
    ("identity", "value", "status"),
    [
        pytest.param("", "review", "800", id="no register is kept"),
        pytest.param("known", "review", "800", id="name and number agree"),
        pytest.param("mismatch", "accept", "100", id="another name"),
        pytest.param("unknown", "accept", "800", id="unknown, by default accepted"),
        pytest.param("unknown", "review", "300", id="unknown, to be reviewed"),
    ],
)
def test_what_the_identity_register_says(identity, value, status):
    store, docs = PlayStore(law=law_with(identity_unknown=value), identity=identity), a_set()
    final = clear(store, docs)
    assert final.status == status
    told = " ".join(one.info for one in final.receipts)
    assert ("[D11;" in told) is (status == "100")
    assert ("[D11-UNKNOWN;" in told) is (status == "300")
    if status == "300":
        (hold,) = open_holds(store.get(docs["inventory"]))
        assert (hold.kind, hold.rule) == ("identity", "D11-UNKNOWN")
        assert store.command("release", docs["inventory"], reason="已核实").status == "800"


def test_a_law_older_than_these_points_does_not_ask_them():
    tables = package_tables()
    table = tables["settings"]
    old = tuple(row for row in table.rows if row[table.header.index("key")] not in ROWS)
    store = PlayStore(
        law=build_law(pack(tables.with_table("settings", type(table)(table.header, old)))), identity="unknown"
    )
    docs = with_address("样例路1号")
    docs["waybill"] = docs["waybill"].head(logisticsName="沙箱另司")
    assert clear(store, docs).status == "800"


def test_the_defaults_are_those_of_the_reference():
    law = _law_with("settings", "S01")
    for key, value in (("legal_quantity_mismatch", "note"), ("company_name_mismatch", "reject"),
                       ("identity_unknown", "accept"), ("address_not_detailed", "suspend"),
                       ("tax_total_mismatch", "note")):  # fmt: skip
        row = next(row for row in law.rows("settings") if row.key == key)  # type: ignore[attr-defined]
        assert row.value == value  # type: ignore[attr-defined]


def test_a_wrong_tax_total_is_rejected_where_the_setting_says_so_and_holds_nothing():
    final = clear(PlayStore(law=law_with(tax_total_mismatch="reject")), a_set(tax="14.55"))
    (problem,) = final.problems
    assert (final.status, problem.rule_id, problem.document) == ("100", "M20", "order")
    assert (problem.found, problem.expected) == ("14.55", "14.56")
    assert not final.moves and "S13" in final.law_rows
