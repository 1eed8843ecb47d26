"""M15: the companies' names in the documents are those registered for their codes."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from tongguan.ceb.problem import Problem
from tongguan.clearance.match import Papers
from tongguan.clearance.model import Facts
from tongguan.clearance.record import SHAPES, head_of
from tongguan.clearance.rule import KINDS, Rule

M15 = Rule(
    id="M15", stage="match", documents=KINDS,
    fields=("ebpName", "ebcName", "payName", "logisticsName", "agentName", "areaName"),
    zh="企业名称与该企业代码登记的名称不一致", en="a company's name is not the one registered for its code",
    fix_zh="按登记填写企业名称；企业已更名的，先更新登记（全角半角、空格、括号的写法不计）",
    fix_en="write the name as it is registered, or have the new name registered first "
    "(width, blanks and brackets do not count)",
    source="specification 202205, ebpName; setting company_name_mismatch", confidence="medium",
)  # fmt: skip

_NAMES = {
    "order": (("ebpName", "ebpCode"), ("ebcName", "ebcCode"), ("payName", "payCode")),
    "payment": (("payName", "payCode"), ("ebpName", "ebpCode")),
    "waybill": (("logisticsName", "logisticsCode"),),
    "inventory": (
        ("ebpName", "ebpCode"),
        ("ebcName", "ebcCode"),
        ("logisticsName", "logisticsCode"),
        ("agentName", "agentCode"),
        ("areaName", "areaCode"),
    ),
}
_BRACKETS = frozenset("()[]{}<>【】〔〕〈〉《》「」『』")


def foreign_names(papers: Papers, facts: Facts) -> Iterator[Problem]:
    """M15 for every name in the four documents. A code that is not registered was refused before (D19)."""
    registered = {row.code: row.name for row in facts.parties}
    for document in (papers.order, papers.payment, papers.waybill, papers.inventory):
        kind = document.kind
        head = head_of(kind, document.record)
        for element, code_element in _NAMES[kind]:
            found, expected = getattr(head, element), registered.get(getattr(head, code_element) or "")
            if found and expected is not None and found != expected and plain(found) != plain(expected):
                yield M15.problem(kind, f"{SHAPES[kind].head}/{element}", found=found, expected=expected)


@lru_cache(maxsize=1024)  # the same few companies stand in all filings
def plain(name: str) -> str:
    """A name without what people write one way or another: width, blanks, brackets, case."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(letter for letter in folded if letter not in _BRACKETS and not letter.isspace())
