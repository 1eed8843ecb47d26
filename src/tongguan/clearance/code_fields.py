"""D16: codes that a document writes stand in the code tables of customs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tongguan.clearance.form_rules import D16
from tongguan.clearance.paper import Finding, Paper
from tongguan.codes.catalogue import table

Fields = tuple[tuple[str, str], ...]
"""(element, code table)."""

_OFFICE: Fields = (("customsCode", "customs_districts"),)
HEAD_CODES: Mapping[str, Fields] = {
    "inventory": (
        *_OFFICE,
        ("portCode", "customs_districts"),
        ("trafMode", "transport_modes"),
        ("wrapType", "wrap_types_1digit"),
        ("country", "countries"),
    ),
    "order": (("consigneeDistrict", "admin_divisions"),),
    "cancellation": _OFFICE,
    "goods_return": _OFFICE,
    "entry_list": (*_OFFICE, ("trafMode", "transport_modes")),
    "waybill_status": (("logisticsStatus", "logistics_status"),),
}
LINE_CODES: Mapping[str, Fields] = {
    "order": (("unit", "units"), ("country", "countries")),
    "inventory": (
        ("unit", "units"),
        ("unit1", "units"),
        ("unit2", "units"),
        ("country", "countries"),
        ("tradeCountry", "countries"),
    ),
    "goods_return": (("unit", "units"),),
}
NOT_FILED: Mapping[str, frozenset[str]] = {
    "customs_districts": frozenset({"0000"}),
    "transport_modes": frozenset({"A"}),
}
"""Codes that mean "all of them": they serve queries and name no place or mode in a filing."""


def codes_are_known(paper: Paper) -> Iterator[Finding]:
    """D16 for every code of the document that is filled; what must be filled is asked elsewhere."""
    for name, codes in HEAD_CODES.get(paper.kind, ()):
        if (value := getattr(paper.head, name)) and not known(codes, value):
            yield Finding(D16, paper.at_head(name), value, codes)
    fields = LINE_CODES.get(paper.kind, ())
    for at, line in enumerate(paper.lines if fields else (), 1):
        for name, codes in fields:
            if (value := getattr(line, name)) and not known(codes, value):
                yield Finding(D16, paper.at_line(at, name), value, codes)


def known(codes: str, value: str) -> bool:
    """Whether the table has the code and a filing may name it.

    Counties are founded and renamed every year, so a district also counts where its prefecture is in the table.
    """
    if value in NOT_FILED.get(codes, ()):
        return False
    found = table(codes)
    if codes == "admin_divisions" and len(value) == _DISTRICT_LENGTH and value.isascii() and value.isdigit():
        return found.has(value) or found.has(value[:4] + "00")
    return found.has(value)


_DISTRICT_LENGTH = 6
