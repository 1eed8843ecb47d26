"""How commands speak: one reader's language, tables that are also JSON, problems with their cure."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from typing import Any, Literal, NoReturn, get_args

import msgspec
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from tongguan.ceb.problem import Problem

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

BAD_INPUT = 2
"""Exit status of a command that could not do what it was asked; 1 is kept for a plain no (``check``, ``replay``)."""

Language = Literal["zh", "en"]
_chosen: list[Language] = []


def choose_language(language: str) -> None:
    """Set the language of this run: ``zh`` or ``en``; anything else follows the locale."""
    _chosen[:] = [one for one in get_args(Language) if one == language]


def language() -> Language:
    """``zh`` or ``en``: the one chosen, else that of the locale, else English."""
    if _chosen:
        return _chosen[0]
    locale = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "zh" if locale.lower().startswith("zh") else "en"


def say(zh: str, en: str) -> str:
    """The one of two sentences that the reader reads."""
    return zh if language() == "zh" else en


def note(zh: str, en: str) -> None:
    """Tell the operator something on the error stream, so that output stays clean for pipes."""
    err.print(escape(say(zh, en)))


def fail(zh: str, en: str) -> NoReturn:
    """End the command with a sentence that says what to do."""
    err.print(f"[bold red]{say('错误', 'error')}[/]: {escape(say(zh, en))}")
    raise typer.Exit(BAD_INPUT)


def print_json(value: Any) -> None:
    """One JSON text on one line, with everything that msgspec knows how to write, and paths as text."""
    sys.stdout.write(msgspec.json.encode(value, enc_hook=str).decode() + "\n")


def print_table(title: str, columns: Sequence[tuple[str, str]], rows: Iterable[Sequence[object]]) -> None:
    """A table whose headings are pairs (zh, en). Numbers should come as text, already in the form to show."""
    table = Table(title=title, title_justify="left", header_style="bold")
    for zh, en in columns:
        table.add_column(say(zh, en), overflow="fold")
    for row in rows:
        table.add_row(*(escape(str(cell)) for cell in row))
    out.print(table)


def print_problem(problem: Problem, where: str = "") -> None:
    """A problem as a person reads it: what and where, both values, the cure."""
    head = " ".join(filter(None, (where, problem.document, problem.path)))
    err.print(f"[bold]{escape(problem.rule_id)}[/] {escape(head)}: {escape(say(problem.text_zh, problem.text_en))}")
    if problem.found or problem.expected:
        err.print(
            escape(
                say(
                    f"    实际：{problem.found or '（空）'}；应为：{problem.expected or '（见说明）'}",
                    f"    found: {problem.found or '(empty)'}; expected: {problem.expected or '(see text)'}",
                )
            )
        )
    err.print(escape("    " + say(problem.fix_zh, problem.fix_en)))
