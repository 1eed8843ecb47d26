"""What can be wrong with what comes from the upstream, one entry each (rule ids U01 …), in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import msgspec

from tongguan.ceb.problem import Problem


class Entry(msgspec.Struct, frozen=True, array_like=True):
    """What is wrong and how to mend it, in Chinese and English."""

    text_zh: str
    text_en: str
    fix_zh: str
    fix_en: str


ENTRIES: Mapping[str, Entry] = MappingProxyType(
    {
        "U01": Entry(
            "这个文件读不出 XML",
            "this file cannot be read as XML",
            "请向上游索取完整的文件",
            "ask the upstream for the whole file",
        ),
        "U02": Entry(
            "这不是回执",
            "this is not a receipt",
            "回执文件夹只放回执；请移走此文件",
            "only receipts belong into this folder; take the file out",
        ),
    }
)


def problem(rule_id: str, *, document: str = "receipt", path: str = "", found: str = "", expected: str = "") -> Problem:
    """One of these problems. Raises KeyError for an id that ENTRIES does not hold."""
    entry = ENTRIES[rule_id]
    return Problem(
        rule_id=rule_id,
        document=document,
        path=path,
        text_zh=entry.text_zh,
        text_en=entry.text_en,
        fix_zh=entry.fix_zh,
        fix_en=entry.fix_en,
        found=found,
        expected=expected,
    )
