"""What a rule is: one small entry that an officer could read, with its code, its source and its cure."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import msgspec

from tongguan.ceb.problem import Problem
from tongguan.codes.catalogue import table

KINDS = ("order", "payment", "waybill", "inventory")
"""The four documents that are matched with one another."""
REQUESTS = ("cancellation", "goods_return")
"""What is asked about an inventory that customs has accepted."""
ALL_KINDS = (*KINDS, *REQUESTS, "entry_list", "waybill_status")

# "Field checks failed", the e-port's own general answer for each kind of document.
GENERAL_CODES: Mapping[str, str] = MappingProxyType(
    {
        "order": "-301008",
        "payment": "-401009",
        "waybill": "-504011",
        "inventory": "-621001",
        "cancellation": "-623001",
        "goods_return": "-625001",
        "entry_list": "-800001",
        "waybill_status": "-505011",
    }
)


def provenance(code: str) -> str:
    """Where a code is known from: official (specification 202205), field (real receipts), or ours where there is none.

    All result codes of customs (those that do not begin with a minus) are known from receipts only.
    """
    if not code:
        return "ours"
    negative = table("return_error_codes")
    return negative.get(code, "source") if code in negative else "field"


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """One rule.

    ``stage`` says when it is asked: arrival (at filing, answered with a negative code), match (when all documents are
    there, answered with 100), accept (at acceptance), time or officer. ``codes`` are receipt codes by kind of document;
    a rule without one for a kind answers the general code at arrival, and 100 with its own id afterwards.
    ``source`` and ``confidence`` are about the rule itself; where a code is known from, ``provenance`` tells.
    """

    id: str
    stage: str
    documents: tuple[str, ...]
    fields: tuple[str, ...]
    zh: str
    en: str
    fix_zh: str
    fix_en: str
    source: str
    confidence: str
    codes: Mapping[str, str] = {}

    def code(self, kind: str) -> str:
        """The receipt code for a kind of document; empty when none is known (then 100, or the general code)."""
        found = self.codes.get(kind, "")
        return GENERAL_CODES[kind] if not found and self.stage == "arrival" else found

    def problem(self, kind: str, path: str = "", *, found: str = "", expected: str = "", law_row: str = "") -> Problem:
        """This rule, broken at ``path`` of a document of that kind."""
        return Problem(
            rule_id=self.id,
            document=kind,
            path=path,
            text_zh=self.zh,
            text_en=self.en,
            fix_zh=self.fix_zh,
            fix_en=self.fix_en,
            found=found,
            expected=expected,
            code=self.code(kind),
            law_row=law_row,
        )
