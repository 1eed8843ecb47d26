"""What import rules cannot see: the pure rooms call no clock, open no file of the user's and keep money exact."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.house.house import PACKAGE

PURE = ("clearance", "registry", "law", "codes")
# Commands for maintainers that write pages from the rules; they live beside the rules and nothing else imports them.
SCRIPTS = ("clearance/rulebook.py", "clearance/codebook.py", "clearance/page_files.py")
CLOCKS = {"datetime", "date", "time"}
CLOCK_CALLS = {"now", "utcnow", "today", "time", "perf_counter", "monotonic", "time_ns"}
OUTSIDE_CALLS = {"open", "input", "print", "eval", "exec", "__import__", "float"}


def breaches(source: str) -> list[str]:
    """Calls in ``source`` that a pure module may not make, as ``line: name``."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute) and reads_a_clock(node.func):
                found.append(f"{node.lineno}: {node.func.attr}")
            elif isinstance(node.func, ast.Name) and node.func.id in OUTSIDE_CALLS:
                found.append(f"{node.lineno}: {node.func.id}")
    return found


def reads_a_clock(function: ast.Attribute) -> bool:
    """``datetime.now``, ``datetime.date.today``, ``time.time`` …, but not a method of ours that is called ``now``."""
    owner = function.value
    name = owner.attr if isinstance(owner, ast.Attribute) else owner.id if isinstance(owner, ast.Name) else ""
    return name in CLOCKS and function.attr in CLOCK_CALLS


def modules() -> list[Path]:
    found = [path for room in PURE for path in sorted((PACKAGE / room).rglob("*.py"))]
    return [path for path in found if path.relative_to(PACKAGE).as_posix() not in SCRIPTS]


@pytest.mark.parametrize("module", modules(), ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_a_pure_module_asks_nobody(module):
    assert breaches(module.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ("from datetime import datetime\nx = datetime.now()", 1),
        ("import datetime\nx = datetime.date.today()", 1),
        ("from datetime import UTC, datetime\nx = datetime.now(UTC)", 1),
        ("import time\nx = time.time()", 1),
        ("document = turn.now(inventory)", 0),
        ("x = open('a')", 1),
        ("x = float('1.10')", 1),
        ("now = facts.now\nx = now.date()", 0),
        ("x = files('tongguan.law').joinpath('a').open()", 0),
    ],
)
def test_the_check_itself_sees_the_difference(source, count):
    assert len(breaches(source)) == count


@pytest.mark.parametrize("script", SCRIPTS)
def test_nothing_imports_a_maintainers_script(script):
    name = script.removesuffix(".py").rpartition("/")[2]
    importing = re.compile(rf"^\s*(?:from|import)\b.*\b{name}\b", flags=re.MULTILINE)
    others = [p for p in PACKAGE.rglob("*.py") if p.relative_to(PACKAGE).as_posix() not in SCRIPTS]
    assert [p for p in others if importing.search(p.read_text(encoding="utf-8"))] == []


SQL = re.compile(r"^\s*(?:SELECT|INSERT|UPDATE|DELETE|REPLACE|CREATE|DROP|ALTER|PRAGMA|WITH)\s+[\w*(]", re.IGNORECASE)
STATEMENT = re.compile(r"\b(?:FROM|INTO|SET|TABLE|INDEX|VALUES)\b|^\s*PRAGMA ")


def sql_texts(source: str) -> list[int]:
    """Lines of string constants that are SQL statements, docstrings left out."""
    strings = [n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
    return [n.lineno for n in strings if SQL.match(n.value) and STATEMENT.search(n.value)]


def test_sql_is_written_in_the_store_only():
    outside = [p for p in PACKAGE.rglob("*.py") if "store" not in p.relative_to(PACKAGE).parts]
    found = {p.relative_to(PACKAGE).as_posix(): sql_texts(p.read_text(encoding="utf-8")) for p in outside}
    assert {name: lines for name, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ("db.execute('SELECT a FROM b')", 1),
        ("db.execute('BEGIN IMMEDIATE')", 0),
        ("db.execute('PRAGMA wal_checkpoint')", 1),
        ("db.execute(sql('find_due'))", 0),
        ("text = 'Select a file to import'", 0),
        ("text = 'update the law: a new row'", 0),
    ],
)
def test_the_search_for_sql_sees_the_difference(source, count):
    assert len(sql_texts(source)) == count


def find_bare_excepts(source: str) -> list[int]:
    return [n.lineno for n in ast.walk(ast.parse(source)) if isinstance(n, ast.ExceptHandler) and n.type is None]


def test_no_bare_except_anywhere():
    assert {p.name: find_bare_excepts(p.read_text(encoding="utf-8")) for p in PACKAGE.rglob("*.py")
            if find_bare_excepts(p.read_text(encoding="utf-8"))} == {}  # fmt: skip
