"""Electronic tax bills as they go out: the two forms of CEB816, and CEB818."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from lxml import etree

from tongguan.ceb.schema import validator
from tongguan.clearance.model import Receipt
from tongguan.gateway.forms import receipt_form, receipts_xml
from tongguan.store.issued import issue, render
from tongguan.store.tax_bills import naming_keys, told

AT = datetime(2026, 11, 24, 5, 0, 0, 250_000, UTC)
CEB = "{http://www.chinaport.gov.cn/ceb}"
HEAD = (
    ("invtNo", "51652026I000000001"), ("taxNo", "51652026I000000001_0"), ("customsTax", "0.00"),
    ("valueAddedTax", "19.11"), ("consumptionTax", "0.00"), ("assureCode", "99E1000001"), ("ebcCode", "99E1000002"),
    ("logisticsCode", "99E1000004"), ("agentCode", "99E1000005"), ("customsCode", "5165"),
)  # fmt: skip
PRODUCTION = (("orderNo", "SBX000001"), ("logisticsNo", "W000001"))


def lines(count: int) -> tuple[tuple[str, str], ...]:
    return tuple(("TaxListRd", f"{at} 1901101000 {at}.50 0.00 0.01 0.00") for at in range(1, count + 1))


def bill(*more: tuple[str, str], count: int = 2) -> Receipt:
    keys = (*HEAD, *more, *lines(count))
    return Receipt("CEB816Message", keys, "1", "电子税单已生成 / tax bill generated", ("DXP1",))


def status(*more: tuple[str, str]) -> Receipt:
    return Receipt("CEB818Message", (*HEAD[:2], *more, ("assureCode", "99E1000001")), "2", "已汇总", ("DXP1",))


def written(*receipts: Receipt, sandbox: bool = False) -> list[etree._Element]:
    issued = issue("a house", 7, AT, list(enumerate(receipts)), sandbox=sandbox)
    return [etree.fromstring(message) for message in render(issued)]


def names(element: etree._Element) -> list[str]:
    return [one.tag.removeprefix(CEB) for one in element]


@pytest.mark.parametrize("count", [1, 2, 11, 99])
def test_the_strict_form_passes_the_schema_with_its_lines_in_order(count: int) -> None:
    (message,) = written(bill(count=count))
    assert validator().validate(message), validator().error_log
    (tax,) = message.findall(f"{CEB}Tax")
    assert names(tax) == ["TaxHeadRd", *["TaxListRd"] * count]
    assert [one.findtext(f"{CEB}gnum") for one in tax.findall(f"{CEB}TaxListRd")] == [
        str(at) for at in range(1, count + 1)
    ]
    head = tax.find(f"{CEB}TaxHeadRd")
    assert (head.findtext(f"{CEB}status"), head.findtext(f"{CEB}returnTime")) == ("1", "20261124130000250")
    assert head.findtext(f"{CEB}valueAddedTax") == "19.11"


def test_the_form_of_production_has_two_more_elements_after_the_last_and_is_else_the_same() -> None:
    (strict,), (production,) = written(bill()), written(bill(*PRODUCTION))
    one, other = (message.find(f"{CEB}Tax/{CEB}TaxHeadRd") for message in (strict, production))
    assert names(other) == [*names(one), "orderNo", "logisticsNo"]
    assert [part.text for part in other][-2:] == ["SBX000001", "W000001"]
    assert not validator().validate(production)  # as real bills fail the schema
    for element in list(other)[-2:]:
        other.remove(element)
    assert validator().validate(production)
    assert etree.tostring(production) == etree.tostring(strict)


@pytest.mark.parametrize("more", [(), (("entDutyNo", "516520260402D99E1000001"),)])
def test_the_status_of_a_bill_passes_the_schema(more: tuple[tuple[str, str], ...]) -> None:
    (message,) = written(status(*more))
    assert validator().validate(message), validator().error_log
    head = message.find(f"{CEB}Tax/{CEB}TaxHeadStatus")
    assert head.findtext(f"{CEB}status") == "2"
    assert head.findtext(f"{CEB}entDutyNo") == (more[0][1] if more else None)


def test_neighbours_of_one_kind_share_a_message_and_the_order_stays() -> None:
    found = written(status(), bill(), bill(), status())
    assert [message.tag.removeprefix(CEB) for message in found] == ["CEB818Message", "CEB816Message", "CEB818Message"]
    assert len(found[1].findall(f"{CEB}Tax")) == 2
    guids = [one.text for message in found for one in message.iter(f"{CEB}guid")]
    assert len(set(guids)) == 4 and all(validator().validate(message) for message in found)


def test_a_bill_of_a_sandbox_says_so_in_its_note() -> None:
    (message,) = written(bill(), sandbox=True)
    assert message.findtext(f"{CEB}Tax/{CEB}TaxHeadRd/{CEB}note").endswith("[沙箱/SANDBOX]")
    assert validator().validate(message)


def test_the_api_names_the_bill_by_its_numbers_and_tells_the_rest_apart() -> None:
    (issued,) = issue("a house", 7, AT, [(0, bill(*PRODUCTION))], sandbox=False)
    form = receipt_form(issued)
    assert form.keys == {"invtNo": "51652026I000000001", "taxNo": "51652026I000000001_0"}
    assert form.return_status == "1" and form.tax_bill is not None
    assert form.tax_bill.head["orderNo"] == "SBX000001" and form.tax_bill.lines[1]["taxPrice"] == "2.50"
    assert b"<taxNo>51652026I000000001_0</taxNo>" in receipts_xml("DXP1", [issued], "", False)


def test_other_receipts_have_no_tax_bill() -> None:
    plain = Receipt("CEB312Message", (("orderNo", "1"),), "2", "x", ("DXP1",))
    assert told(plain) is None and naming_keys(plain) == plain.keys
    assert receipt_form(issue("a house", 7, AT, [(0, plain)], sandbox=False)[0]).tax_bill is None
