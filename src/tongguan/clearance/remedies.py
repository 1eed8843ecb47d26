"""What can be done against an act of customs: in one line of a receipt, and as sentences for an explanation."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from tongguan.clearance.holds import DETAINED
from tongguan.clearance.receipts import INFO_MOST
from tongguan.law.inforce import LawAt
from tongguan.law.rows import RemedyRow

ACTS: Mapping[str, str] = MappingProxyType(
    {"100": "rejection", "700": "ship_back"} | dict.fromkeys(DETAINED, "detention")
)
"""Which act a status tells of."""
_ROOM = INFO_MOST - 50
"""Characters up to which remedies are added; what follows is for the mark of a sandbox."""
_NAMES = {
    "human_decision": ("人工复核", "review by a person"),
    "reconsideration": ("行政复议", "administrative reconsideration"),
    "lawsuit": ("行政诉讼", "administrative lawsuit"),
    "lawsuit_after_reconsideration": ("复议后行政诉讼", "lawsuit after reconsideration"),
}
_UNITS = {"days": ("日", "days"), "months": ("个月", "months")}


def act_of(status: str) -> str:
    """The kind of act that a status tells of; a negative code is a refusal; empty where there is nothing to contest."""
    return "refusal" if status.startswith("-") else ACTS.get(status, "")


def with_remedies(info: str, status: str, law: LawAt) -> str:
    """A returnInfo with the remedies against what its status tells: what, with whom, until when; as far as there is
    room.
    """
    for row in law.remedies(ACTS[status]) if status in ACTS else ():
        if len(info) + len(short := _short(row)) > _ROOM:
            break
        info += short
    return info


def sentences(act: str, law: LawAt) -> tuple[tuple[str, str], ...]:
    """(zh, en) of each remedy against an act of that kind, with authority and period."""
    return tuple((f"{_short(row, False)}{row.zh}", f"{_short(row, True)}{row.en}") for row in law.remedies(act))


def _short(row: RemedyRow, english: bool | None = None) -> str:
    zh, en = _NAMES[row.remedy]
    of_zh, of_en = _UNITS.get(row.period_unit, ("", ""))
    until_zh = f"，{row.period}{of_zh}内" if row.period else ""
    until_en = f", within {row.period} {of_en}" if row.period else ""
    in_zh, in_en = f"{zh}：{row.authority_zh}{until_zh}", f"{en}: {row.authority_en}{until_en}"
    if english is None:
        return f"[{row.id};{in_zh} / {in_en}]"
    return f"{in_en}. " if english else f"{in_zh}。"
