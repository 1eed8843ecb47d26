"""The truth, written down when the faults were planted, against what the rules decide: two sources, one answer."""

from __future__ import annotations

import pytest

from tests.sandbox.clearing import START, Answer, ClearingHouse, registry_of
from tests.sandbox.conftest import World
from tongguan.law.snapshot import build_law, pack, package_tables
from tongguan.sandbox.faults import BY_NAME


@pytest.fixture(scope="module")
def house(world: World) -> ClearingHouse:
    """Everything filed, in its order."""
    house = ClearingHouse(build_law(pack(package_tables())), registry_of(world.out), START)
    for path in sorted((world.out / "filings").iterdir()):
        house.take(path)
    return house


def difference(row: dict[str, str], answer: Answer | None) -> str:
    """What speaks against one row of truth, or nothing."""
    if answer is None or not answer.statuses:
        return "no answer"
    right = {row["expected_status"], *filter(None, row["also_right"].split("|"))}
    if answer.statuses[-1] not in right:
        return f"status {answer.statuses} instead of {sorted(right)}: {answer.said}"
    codes = [code for code in row["expected_code"].split("|") if code]
    if codes and not any(code in answer.said for code in codes):
        return f"code {codes} not in: {answer.said}"
    if row["expected_rule"] not in answer.said:
        return f"rule {row['expected_rule']} not in: {answer.said}"
    return ""


@pytest.mark.parametrize("fault", ["good", *BY_NAME])
def test_what_is_decided_is_what_was_planted(world: World, house: ClearingHouse, fault: str) -> None:
    rows = world.rows(fault)
    assert rows
    told = {
        f"{row['file']}#{row['record']}": said
        for row in rows
        if (said := difference(row, house.answers.get((row["file"], int(row["record"])))))
    }
    assert told == {}


def test_a_guarantee_that_is_too_low_is_named_as_the_reason(world: World, house: ClearingHouse) -> None:
    [row] = [row for row in world.rows("M16-LOW") if row["document"] == "inventory"]
    [hold] = house.documents["inventory", tuple(row["key"].split(" "))].holds
    assert (hold.kind, hold.lifted_at) == ("guarantee", None)
