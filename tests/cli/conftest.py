"""Commands run as an operator runs them, without a new process for each."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tongguan.cli.app import app

Run = Callable[..., Result]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """``run("check", path)``: the result has exit_code, stdout and stderr. Works in an empty folder, in English."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TONGGUAN_LANG", "en")
    monkeypatch.delenv("TONGGUAN_CONFIG", raising=False)

    def call(*arguments: object, code: int | None = 0) -> Result:
        result = CliRunner().invoke(app, [str(argument) for argument in arguments])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert code is None or result.exit_code == code, (result.exit_code, result.stdout, result.stderr)
        return result

    return call


@pytest.fixture
def box(run: Run, tmp_path: Path) -> Path:
    """Three good sets with their registry."""
    run("sandbox", "make", "--sets", 3, "--seed", 11, "--out", tmp_path / "box")
    return tmp_path / "box"
