"""The guides answer for what the program can say: every status and every named fault has its entry, in both
languages.
"""

from __future__ import annotations

import ast
import re

import pytest

from tests.house.house import PACKAGE, ROOT
from tongguan.codes.catalogue import table

DOCS = ROOT / "docs"
GUIDES = ("tutorial", "integrators", "filers", "officers", "operators", "auditors")


def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def trees(room: str = "") -> list[ast.Module]:
    return [ast.parse(path.read_text(encoding="utf-8")) for path in (PACKAGE / room).rglob("*.py")]


def first_cells(text: str) -> set[str]:
    """The code words in the first cell of every row of the page's tables."""
    rows = re.findall(r"^\| ([^|]*) \|", text, flags=re.MULTILINE)
    return {word for row in rows for word in re.findall("`([^`]+)`", row)}


def statuses_used() -> set[str]:
    """The codes of the table of statuses that stand as a text in the decision core or the engine."""
    known = table("return_status")
    texts = {
        node.value
        for room in ("clearance", "engine")
        for tree in trees(room)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    return {text for text in texts if text in known}


def fault_classes() -> set[str]:
    """StoreFault and everything below it."""
    bases = {
        node.name: {base.id for base in node.bases if isinstance(base, ast.Name)}
        for tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }
    found = {"StoreFault"}
    while more := {name for name, above in bases.items() if above & found} - found:
        found |= more
    return found


def fault_names() -> set[str]:
    """The names of all faults that are raised; a name that is not written out could not be looked up."""
    classes, names = fault_classes(), set()
    for tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in classes:
                name = node.args[0]
                assert isinstance(name, ast.Constant) and isinstance(name.value, str), ast.unparse(node)
                names.add(name.value)
    return names


def test_the_search_itself_finds_statuses_and_faults():
    assert {"1", "2", "3", "100", "120", "300", "399", "500", "800"} <= statuses_used()
    assert {"StoreFault", "EngineFault", "ClockSteppedBack"} <= fault_classes()
    assert {"clock-stepped-back", "inbox-cut-short", "engine-running", "store-is-production"} <= fault_names()


@pytest.mark.parametrize("name", ["filers.md", "filers.zh.md"])
def test_every_status_tells_a_filer_what_to_do(name):
    told = first_cells(page(name))
    assert statuses_used() - told == set()
    known = set(table("return_status"))
    assert known - told == set(), "a status of the official table that a program may meet one day"


@pytest.mark.parametrize("name", ["operators.md", "operators.zh.md"])
def test_every_named_fault_tells_an_operator_what_to_do(name):
    section = re.split(r"^## ", page(name), flags=re.MULTILINE)
    (faults,) = (part for part in section if part.startswith(("Faults by name", "按名称排障")))
    assert first_cells(faults) == fault_names()


@pytest.mark.parametrize("name", ["operators.md", "operators.zh.md"])
def test_every_figure_of_the_gateway_is_explained(name):
    source = (PACKAGE / "gateway" / "metrics.py").read_text(encoding="utf-8")
    figures = set(re.findall(r'"(tongguan_\w+)"', source))
    assert len(figures) == 5
    assert figures - first_cells(page(name)) == set()


@pytest.mark.parametrize("guide", GUIDES)
def test_both_languages_have_the_same_sections_tables_and_code(guide):
    english, chinese = page(f"{guide}.md"), page(f"{guide}.zh.md")
    for pattern in (r"^##+ ", r"^\|", r"^```", r"^- ", r"^\d+\. "):
        count = [len(re.findall(pattern, text, flags=re.MULTILINE)) for text in (english, chinese)]
        assert count[0] == count[1], pattern
    code = re.compile(r"^```\n(tongguan .*?)```", flags=re.MULTILINE | re.DOTALL)
    spoken = re.compile(r'"[^"]*"')  # reasons and names are in the reader's language
    assert [spoken.sub("", block) for block in code.findall(english)] == [
        spoken.sub("", block) for block in code.findall(chinese)
    ]


@pytest.mark.parametrize("name", [f"{guide}{twin}.md" for guide in GUIDES for twin in ("", ".zh")])
def test_every_command_a_guide_names_exists(name):
    from typer.main import get_command

    from tongguan.cli.app import app

    root = get_command(app)
    word = "[a-z]+(?:-[a-z]+)*"
    for words, options in re.findall(rf"tongguan ((?:{word} ?)+)((?:[^\n`]*)?)", "\n".join(commands(page(name)))):
        command, rest = root, words.split()
        while rest and rest[0] in getattr(command, "commands", {}):
            command = command.commands[rest.pop(0)]
        assert not getattr(command, "commands", {}) and command is not root, f"no such command: tongguan {words}"
        known = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
        assert set(re.findall(rf"(?<![\w-])--{word}", options)) - known == set(), f"tongguan {words}{options}"


def commands(text: str) -> list[str]:
    """What stands in code: lines of blocks and words between back-ticks."""
    blocks = re.findall(r"^```\w*\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)
    rest = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.splitlines()] + re.findall(r"`([^`\n]+)`", rest)
