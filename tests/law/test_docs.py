"""The page on the law names every table, column, setting with its default, and rule, in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from tongguan.law.staging import LAW_RULES
from tongguan.law.tax import TAX_RULES

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("page", ["law.md", "law.zh.md"])
def test_the_page_is_complete(tables, page):
    text = (DOCS / page).read_text(encoding="utf-8")
    named = {f"`{name}`" for name in tables} | {f"`{column}`" for name in tables for column in tables[name].header}
    assert [name for name in sorted(named) if name not in text] == []
    rows = [f"| `{row['key']}` | {row['value']} |" for row in tables["settings"].as_dicts()]
    assert [row for row in rows if row not in text] == []
    assert [rule.id for rule in (*TAX_RULES, *LAW_RULES) if f"| {rule.id} |" not in text] == []


@pytest.mark.parametrize("rule", TAX_RULES, ids=lambda rule: rule.id)
def test_rules_speak_both_languages(rule):
    for zh, en in ((rule.text_zh, rule.text_en), (rule.fix_zh, rule.fix_en)):
        assert any("\u4e00" <= letter <= "\u9fff" for letter in zh) and any(letter.isalpha() for letter in en)
