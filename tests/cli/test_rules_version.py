"""``replay --verify`` on the command line: other rules are told apart and do not fail, equal ones that differ do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.engine.house import House, a_set
from tests.engine.test_rules_version import BEFORE, drained, rules_of, underpaid
from tongguan.clearance.rules_version import RULES_VERSION


def decided_by(version: str, folder: Path) -> House:
    house = House(folder)
    with rules_of(version):
        underpaid(house, 1)
        drained(house)
    assert house.status(a_set(1)["inventory"]) == "800"
    return house


def test_other_rules_are_named_and_do_not_fail(run: Run, tmp_path: Path) -> None:
    decided_by(BEFORE, tmp_path / "db")
    told = run("replay", "--verify", "--db", tmp_path / "db").stdout
    assert f"decided by rules {BEFORE}: 4 events, 1 would come out otherwise now" in told
    assert "0 differences" in told
    told = json.loads(run("replay", "--verify", "--json", "--db", tmp_path / "db").stdout)
    assert (told["rules"], told["differences"]) == (RULES_VERSION, [])
    assert [(one["rules"], one["events"], len(one["differing"])) for one in told["others"]] == [(BEFORE, 4, 1)]


def test_an_event_of_before_versions_were_kept_says_so(run: Run, tmp_path: Path) -> None:
    decided_by("", tmp_path / "db")
    assert "decided by rules (no version kept)" in run("replay", "--verify", "--db", tmp_path / "db").stdout


@pytest.mark.parametrize(("arguments", "code"), [(("--verify",), 1), ((), 0)])
def test_equal_rules_that_differ_fail(run: Run, tmp_path: Path, arguments: tuple[str, ...], code: int) -> None:
    decided_by(RULES_VERSION, tmp_path / "db")
    told = run("replay", *arguments, "--db", tmp_path / "db", code=code).stdout
    assert "decided by rules" not in told and "decision.status" in told
