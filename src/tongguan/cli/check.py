"""``tongguan check``: is this message well formed? Nothing is filed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tongguan.ceb.envelope import open_envelope
from tongguan.ceb.limits import Limits
from tongguan.ceb.problem import Problem
from tongguan.ceb.read import Profile, read
from tongguan.cli.papers import papers
from tongguan.cli.settings import settings
from tongguan.cli.show import out, print_json, print_problem, say
from tongguan.gateway.answer import problem_form


def check(
    paths: Annotated[list[Path], typer.Argument(help="files, folders, zip archives 文件、文件夹或压缩包")],
    profile: Annotated[Profile, typer.Option(help="strict or lenient 严格或宽松")] = Profile.STRICT,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON line a file 每个文件一行 JSON")] = False,
) -> None:
    """Check messages against the schema without filing them. 不申报，只校验报文格式。"""
    limits = settings().limits()
    all_valid = True
    for name, raw in papers(paths, bytes_max=limits.bytes_max):
        message_type, problems, warnings = examine(raw, profile, limits)
        all_valid = all_valid and not problems
        if as_json:
            print_json(
                {
                    "file": name,
                    "messageType": message_type,
                    "schema": "invalid" if problems else "valid",
                    "problems": [problem_form(problem) for problem in problems],
                    "warnings": [problem_form(warning) for warning in warnings],
                }
            )
            continue
        verdict = say("不合格", "invalid") if problems else say("合格", "valid")
        out.print(f"{name}: {message_type}: {verdict}", markup=False)
        for problem in (*problems, *warnings):
            print_problem(problem)
    if not all_valid:
        raise typer.Exit(1)


def examine(raw: bytes, profile: Profile, limits: Limits) -> tuple[str, tuple[Problem, ...], tuple[Problem, ...]]:
    """Message type, problems and warnings of one posted text, in an envelope or bare."""
    envelope = open_envelope(raw, limits)
    if envelope.problems:
        return "Unknown", envelope.problems, ()
    reading = read(envelope.data, profile, limits)
    return reading.message_type, reading.problems, reading.warnings
