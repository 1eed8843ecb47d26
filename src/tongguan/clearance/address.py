"""D24: a delivery address is detailed enough to be found. What is enough, and what follows, are settings."""

from __future__ import annotations

from functools import cache

from tongguan.ceb.problem import Problem
from tongguan.clearance.code_fields import known
from tongguan.clearance.match import Papers
from tongguan.clearance.rule import Rule
from tongguan.codes.catalogue import table
from tongguan.law.inforce import LawAt

D24 = Rule(
    id="D24", stage="match", documents=("inventory",), fields=("consigneeAddress", "consigneeDistrict"),
    zh="收货地址不详", en="the delivery address is not detailed enough",
    fix_zh="向订购人核实省、市、区县、街道和门牌号；已入库的，先撤销清单，更正订单、运单和清单后重新申报",
    fix_en="ask the buyer for province, city, district, street and number; cancel an accepted inventory first, "
    "then correct order, waybill and inventory and file again",
    source="seen returned by officers; settings address_not_detailed, address_characters_min, address_needs_district",
    confidence="medium",
)  # fmt: skip

ADDRESS = "address"
"""The kind of hold that is open while customs looks at such an address."""


def address_problem(papers: Papers, law: LawAt) -> Problem | None:
    """D24 for the address of the inventory: too short, or without a district where one is needed.

    The address itself is a person's and is not shown; how long it is, is.
    """
    head = papers.inventory.record.InventoryHead
    least = law.setting("address_characters_min").int
    length = sum(letter.isalnum() for letter in head.consigneeAddress)
    if length < least:
        path = "InventoryHead/consigneeAddress"
        return D24.problem("inventory", path, found=str(length), expected=f">= {least}")
    need = law.setting("address_needs_district").value
    district = (papers.order.record.OrderHead.consigneeDistrict or "").strip()
    if need == "no" or known("admin_divisions", district):
        return None
    if need == "code_or_name" and names_a_district(head.consigneeAddress):
        return None
    return D24.problem("order", "OrderHead/consigneeDistrict", found=district, expected="admin_divisions")


def names_a_district(address: str) -> bool:
    """Whether a county, city district or city without districts of the table of divisions stands in the address."""
    names, longest = _districts()
    return any(address[at : at + length] in names for at in range(len(address)) for length in range(2, longest + 1))


@cache
def _districts() -> tuple[frozenset[str], int]:
    """Their names, and how many characters the longest has."""
    divisions = table("admin_divisions")
    places = {code: divisions.zh(code) for code in divisions if divisions.zh(code) not in _NO_PLACES}
    counties = {code for code in places if not code.endswith("00")}
    parted = {code[:4] for code in counties}
    whole = {code for code in places if code.endswith("00") and code[2:4] != "00" and code[:4] not in parted}
    names = frozenset(places[code] for code in counties | whole)
    return names, max(map(len, names))


_NO_PLACES = frozenset({"县", "市辖区", "城区", "矿区", "郊区"})
"""Words of the table that would be found in many an address without naming its district."""
