"""docs/commands.md and its Chinese twin name every command, argument and option, and nothing that is not there."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from typing import Any

import pytest
import typer

from tests.house.house import ROOT
from tongguan.cli.app import app

PAGES = ("commands.md", "commands.zh.md")


def commands(group: Any, name: str) -> Iterator[tuple[str, Any]]:
    """(full name, command) of everything that can be called; the program itself for what is common."""
    yield from [(name, group)] if name == "tongguan" else []
    for word, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, f"{name} {word}")
        else:
            yield f"{name} {word}", command


COMMANDS = dict(commands(typer.main.get_command(app), "tongguan"))


def named(command: Any) -> set[str]:
    """What a table has to list: ``--db``, ``PATHS``. The help option is common to all and told once."""
    found = set()
    for parameter in command.params:
        if parameter.param_type_name == "argument":
            found.add(parameter.metavar or parameter.name.upper())
        elif parameter.name != "help":
            found.add(parameter.opts[0])
    return found


def sections(page: str) -> dict[str, str]:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    return dict(re.findall(r"^## `(tongguan[a-z -]*)`\n(.*?)(?=^## |\Z)", text, flags=re.DOTALL | re.MULTILINE))


@pytest.mark.parametrize("page", PAGES)
def test_every_command_has_its_section_and_no_section_lacks_its_command(page: str) -> None:
    assert list(sections(page)) == list(COMMANDS)


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("name", COMMANDS)
def test_a_section_lists_exactly_what_the_command_takes(page: str, name: str) -> None:
    section = sections(page)[name]
    listed = re.findall(r"^\| `([^`]+)` \|", section, flags=re.MULTILINE)
    assert sorted(listed) == sorted(named(COMMANDS[name]))
    assert ("退出码" if "zh" in page else "Exit status") in section


@pytest.mark.parametrize("page", PAGES)
def test_every_example_calls_its_command_with_options_that_it_has(page: str) -> None:
    for name, section in sections(page).items():
        (block,) = re.findall(r"```bash\n(.*?)```", section, flags=re.DOTALL)
        calls = [shlex.split(line) for line in block.splitlines()]
        common = named(COMMANDS["tongguan"])
        assert any(name in " ".join(_without(common, call)) for call in calls), name
        for call in calls:
            assert call[0] == "tongguan"
            options = {word for word in call if word.startswith("--")}
            assert options <= named(COMMANDS[name]) | common, call


def _without(common: set[str], call: list[str]) -> list[str]:
    """The call without the common options, which stand between the program and the command, and their values."""
    words = iter(call)
    left = []
    for word in words:
        if word in common:
            next(words, None)
        else:
            left.append(word)
    return left
