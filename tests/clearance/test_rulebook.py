"""The rule entries: complete, unique, in both languages, with codes of the official and field tables; pages up to
date.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import tongguan.clearance
from tests.clearance.playstore import PlayStore, a_set
from tests.clearance.test_whole_cases import KINDS, clear
from tongguan.clearance.rule import Rule, provenance
from tongguan.clearance.rulebook import RULES, by_id, main, pages
from tongguan.codes.catalogue import table

ROOT = Path(__file__).parents[2]
IN_SCOPE = (
    *(f"D{at:02d}" for at in (*range(1, 19), *range(23, 28))),
    *(f"M{at:02d}" for at in range(1, 21)),
    *("D08B", "D08-UNIT", "D09-MODE", "D11-UNKNOWN", "D07-WAYBILL", "M03-ID", "M16-LOW", "M17-USED"),
    *("D19-CODE", "D19-ROLE", "D20-SIGN", "D20-CERT", "D20-CARD", "D20-FILER"),
)


def test_every_rule_in_scope_has_one_entry():
    ids = [rule.id for rule in RULES]
    assert len(ids) == len(set(ids))
    assert set(IN_SCOPE) <= set(ids)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_says_everything_in_both_languages(rule: Rule):
    for zh in (rule.zh, rule.fix_zh):
        assert any("一" <= character <= "鿿" for character in zh)
    for en in (rule.en, rule.fix_en):
        assert en and not any("一" <= character <= "鿿" for character in en)
    assert rule.source and rule.fields and rule.documents
    assert rule.confidence in ("high", "medium", "low")
    assert rule.stage in ("arrival", "match", "accept", "time", "officer", "pull")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_codes_are_those_of_the_tables_and_never_invented(rule: Rule):
    for code in rule.codes.values():
        known = table("return_error_codes") if code.startswith("-") else table("customs_result_codes")
        assert code in known
        assert code.startswith("-") == (rule.stage == "arrival")
        assert provenance(code) in ("official", "field")


def test_a_rule_without_a_code_is_ours():
    assert provenance("") == "ours"
    assert by_id("M07") is not None and by_id("M07").code("waybill") == ""
    assert by_id("nothing") is None


def test_the_pages_of_the_rules_are_up_to_date():
    for path, text in pages(ROOT).items():
        assert path.read_text(encoding="utf-8") == text, "run python -m tongguan.clearance.rulebook"
        for rule in RULES:
            assert f"### {rule.id}\n" in text


def test_the_check_of_the_pages_notices_a_change(tmp_path, monkeypatch):
    (tmp_path / "docs").mkdir()
    monkeypatch.chdir(tmp_path)
    assert main(["--check"]) == 1
    assert main([]) == 0
    assert main(["--check"]) == 0
    (tmp_path / "docs" / "rules.md").write_text("x", encoding="utf-8")
    assert main(["--check"]) == 1


FORBIDDEN = {"time", "random", "os", "socket", "sqlite3", "asyncio", "secrets", "uuid", "logging"}


def test_the_core_knows_no_clock_no_chance_and_no_store():
    for path in Path(tongguan.clearance.__file__).parent.glob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            for name in names:
                assert name.split(".")[0] not in FORBIDDEN, f"{path.name} imports {name}"
                if name.startswith("tongguan."):
                    assert name.split(".")[1] in ("ceb", "codes", "law", "registry", "clearance")
            if isinstance(node, ast.Attribute):
                assert (
                    node.attr not in ("now", "today", "utcnow")
                    or not isinstance(node.value, ast.Name)
                    or (node.value.id not in ("datetime", "date"))
                ), f"{path.name} reads the clock"


def test_equal_arguments_give_an_equal_decision():
    first, second = PlayStore(), PlayStore()
    docs = a_set()
    clear(first, docs)
    clear(second, docs, KINDS)
    assert first.decisions == second.decisions
