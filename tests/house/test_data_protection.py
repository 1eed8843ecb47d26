"""The page on personal data tells every period of the law and every refusal, and both languages agree."""

from __future__ import annotations

import re

import pytest

from tests.house.house import ROOT
from tongguan.ceb.person import PERSON_ELEMENTS
from tongguan.clearance.person_answers import SETTING
from tongguan.clearance.retention import ENTRIES
from tongguan.law.snapshot import package_tables

PAGES = ("data-protection.md", "data-protection.zh.md")
UNITS = {"months": ("months", "个月"), "days": ("days", "天")}


def page(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("row", list(package_tables()["retention"].as_dicts()), ids=lambda row: row["id"])
def test_every_period_stands_on_the_page_with_its_figure(name: str, row: dict[str, str]) -> None:
    (cells,) = re.findall(rf"^\| {row['id']} \| (.*) \|$", page(name), flags=re.MULTILINE)
    least, most = (cell.strip() for cell in cells.split("|")[2:4])
    unit = UNITS.get(row["unit"], ("", ""))[name.endswith(".zh.md")]
    assert least == (f"{row['least']} {unit}" if row["least"] else "")
    assert most == (f"{row['most']} {unit}" if row["most"] else "")


@pytest.mark.parametrize("name", PAGES)
def test_every_refusal_and_free_text_is_named(name: str) -> None:
    text = page(name)
    assert [entry.id for entry in ENTRIES if f"| {entry.id} |" not in text] == []
    assert SETTING in text
    for element in ("note", "reason"):
        assert element in PERSON_ELEMENTS and f"`{element}`" in text


def test_both_languages_have_the_same_sections_tables_and_steps() -> None:
    for pattern in (r"^##+ ", r"^\|", r"^```", r"^- ", r"^\d+\. "):
        counts = [len(re.findall(pattern, page(name), flags=re.MULTILINE)) for name in PAGES]
        assert counts[0] == counts[1], pattern
