"""The settings of this run and the ``config`` commands."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tongguan import config
from tongguan.cli.show import BAD_INPUT, out, print_json, print_problem, say

app = typer.Typer(no_args_is_help=True, help="The settings file 设置文件")
_file: list[Path] = []


def choose_file(path: Path | None) -> None:
    """Take the settings from this file for the rest of the run."""
    _file[:] = [path] if path else []


def settings() -> config.Settings:
    """The settings in force; a mistake in them ends the command with every mistake named."""
    try:
        return config.load(_file[0] if _file else None)
    except config.SettingsFault as fault:
        for problem in fault.problems:
            print_problem(problem)
        raise typer.Exit(BAD_INPUT) from None


@app.command("show")
def show(as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """Print the settings in force, defaults included. 显示生效的设置。"""
    now = settings()
    if as_json:
        print_json({name: getattr(now, name) for name in config.SECTIONS})
    else:
        out.print(config.show(now), end="", markup=False)


@app.command("check")
def check(as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """Name every mistake in the settings file; exit 2 if there is one. 检查设置文件。"""
    problems = config.check(_file[0] if _file else None)
    if as_json:
        print_json({"valid": not problems, "problems": problems})
    else:
        for problem in problems:
            print_problem(problem)
        if not problems:
            out.print(say("设置无误", "the settings are good"))
    if problems:
        raise typer.Exit(BAD_INPUT)
