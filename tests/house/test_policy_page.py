"""docs/policy.md lists every feature of the policy, and nothing is called working without a test that shows it."""

from __future__ import annotations

import ast
import re
from functools import cache

import pytest

from tests.house.house import ROOT

# How many features each of the twelve articles has.
FEATURES = {1: 8, 2: 5, 3: 8, 4: 9, 5: 10, 6: 9, 7: 5, 8: 8, 9: 13, 10: 4, 11: 6, 12: 10}
STATES = {"works", "partly", "not yet"}


def feature_rows(page: str) -> list[tuple[str, ...]]:
    """(id, zh, en, state, tests) of each row of the page's tables."""
    lines = [line for line in page.splitlines() if re.match(r"\| F\d", line)]
    return [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in lines]


def faults(row: tuple[str, ...]) -> list[str]:
    """What is wrong with one row; empty when it keeps its word."""
    if len(row) != 5:
        return [f"{row[0]} has {len(row)} cells, not 5"]
    name, zh, en, state, tests = row
    found = []
    if not re.search(r"[\u4e00-\u9fff]", zh):
        found.append(f"{name} has no Chinese sentence")
    if re.search(r"[\u4e00-\u9fff]", en) or not en:
        found.append(f"{name} has no English sentence")
    if state not in STATES:
        found.append(f"{name} has an unknown state: {state!r}")
    named = re.findall(r"`([^`]+)`", tests)
    if state in {"works", "partly"} and not named:
        found.append(f"{name} is called {state!r} and names no test")
    if state == "partly" and not ("尚未：" in zh and "Not yet: " in en):
        found.append(f"{name} does not say in both languages what does not work yet")
    if state == "not yet" and named:
        found.append(f"{name} is not begun, but names tests")
    return found + [f"{name} names a test that is not there: {test}" for test in named if not exists(test)]


@cache
def functions_of(file: str) -> frozenset[str]:
    """Test functions of one file, those in classes as ``Class::name``."""
    path = ROOT / file
    if not path.is_file():
        return frozenset()
    names = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            names.add(node.name)
        elif isinstance(node, ast.ClassDef):
            names |= {f"{node.name}::{f.name}" for f in node.body if isinstance(f, ast.FunctionDef)}
    return frozenset(name for name in names if name.split("::")[-1].startswith("test_"))


def exists(test: str) -> bool:
    file, _, name = test.partition("::")
    return file.startswith("tests/") and name.partition("[")[0] in functions_of(file)


PAGE = feature_rows((ROOT / "docs" / "policy.md").read_text(encoding="utf-8"))


def test_every_feature_of_the_twelve_articles_stands_on_the_page_once_and_in_order():
    expected = [f"F{article}.{n}" for article, count in FEATURES.items() for n in range(1, count + 1)]
    assert len(expected) == 95
    assert [row[0] for row in PAGE] == expected


@pytest.mark.parametrize("row", PAGE, ids=lambda row: row[0])
def test_each_row_keeps_its_word(row):
    assert faults(row) == []


HERE = "tests/house/test_policy_page.py"


@pytest.mark.parametrize(
    ("state", "tests", "said"),
    [
        ("not yet", "", []),
        ("works", f"`{HERE}::test_each_row_keeps_its_word`", []),
        ("works", "", ["names no test"]),
        ("partly", f"`{HERE}::test_each_row_keeps_its_word`", []),
        ("partly", "", ["names no test"]),
        ("works", f"`{HERE}::test_that_nobody_wrote`", ["not there"]),
        ("works", "`tests/house/no_such_file.py::test_x`", ["not there"]),
        ("works", f"`{HERE}::feature_rows`", ["not there"]),
        ("works", f"`{HERE}`", ["not there"]),
        ("not yet", f"`{HERE}::test_each_row_keeps_its_word`", ["not begun"]),
        ("soon", "", ["unknown state"]),
    ],
)
def test_a_row_without_proof_is_found(state, tests, said):
    found = faults(("F1.1", "一句话。尚未：另一半。", "A sentence. Not yet: the other half.", state, tests))
    assert len(found) == len(said)
    assert all(part in fault for part, fault in zip(said, found, strict=True))


@pytest.mark.parametrize(("zh", "en"), [("words", "A sentence."), ("一句话。", ""), ("一句话。", "一句话。")])
def test_a_row_in_one_language_is_found(zh, en):
    assert len(faults(("F1.1", zh, en, "not yet", ""))) == 1


@pytest.mark.parametrize(("zh", "en"), [("一句话。", "Half. Not yet: more."), ("一半。尚未：其余。", "A sentence.")])
def test_a_part_that_hides_what_is_missing_is_found(zh, en):
    (fault,) = faults(("F1.1", zh, en, "partly", f"`{HERE}::test_each_row_keeps_its_word`"))
    assert "does not work yet" in fault
