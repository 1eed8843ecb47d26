"""The page about the upstream names every verdict, rule and log line, in both languages."""

from __future__ import annotations

import re

import pytest

from tests.house.house import PACKAGE, ROOT
from tongguan.upstream.comparing import Verdict
from tongguan.upstream.problems import ENTRIES

PAGES = {name: (ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("upstream.md", "upstream.zh.md")}


def log_lines() -> set[str]:
    sources = [*(PACKAGE / "upstream").glob("*.py"), PACKAGE / "gateway" / "folder_door.py"]
    return {name for path in sources for name in re.findall(r'log\.\w+\("(\w+)"', path.read_text(encoding="utf-8"))}


@pytest.mark.parametrize("page", PAGES)
def test_every_verdict_and_log_line_is_explained(page: str) -> None:
    assert len(log_lines()) > 8
    cells = {word for row in re.findall(r"^\| ([^|]*) \|", PAGES[page], flags=re.MULTILINE) for word in row.split()}
    wanted = log_lines() | {one.value for one in Verdict}
    assert wanted - {cell.strip("`") for cell in cells} == set()


def test_every_rule_stands_on_both_pages_with_its_cure() -> None:
    for rule_id, entry in ENTRIES.items():
        assert f"| {rule_id} | {entry.text_en} | {entry.fix_en} |" in PAGES["upstream.md"]
        assert f"| {rule_id} | {entry.text_zh} | {entry.fix_zh} |" in PAGES["upstream.zh.md"]


def test_both_pages_have_the_same_parts() -> None:
    for pattern in (r"^##+ ", r"^\|", r"^```", r"^- ", r"^\d+\. "):
        count = {len(re.findall(pattern, text, flags=re.MULTILINE)) for text in PAGES.values()}
        assert len(count) == 1, pattern


def test_the_settings_on_the_page_are_good() -> None:
    from tongguan import config

    for text in PAGES.values():
        blocks = re.findall(r"```toml\n(.*?)```", text, flags=re.DOTALL)
        assert len(blocks) == 2
        assert all(config.parse(block.encode())[1] == () for block in blocks)
