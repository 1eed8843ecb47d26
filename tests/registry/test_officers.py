"""Who is in office, on duty and in conflict, as the registry's tables tell."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from tests.registry import folder as far
from tongguan.registry.model import ConflictRow, OfficerRow, ShiftRow
from tongguan.registry.officers import Roster
from tongguan.registry.sheet import CHINA
from tongguan.registry.snapshot import build_registry, pack_registry
from tongguan.registry.tables import read_registry

EIGHT = datetime(2026, 3, 2, 8, tzinfo=CHINA)


def officer(officer_id: str, **fields: Any) -> OfficerRow:
    usual = {"name": officer_id, "agency": "customs", "customs_code": "5165", "rank": 1, "roles": ("casework",)}
    return OfficerRow(officer_id=officer_id, **({"valid_from": date(2026, 1, 1)} | usual | fields))


def shift(name: str, begins: datetime = EIGHT, hours: int = 8) -> ShiftRow:
    return ShiftRow(officer_id=name, begins=begins, ends=begins + timedelta(hours=hours))


def test_the_folder_becomes_a_roster_that_survives_packing() -> None:
    tables = read_registry(far.folder(identities_csv=None)).tables
    assert tables is not None
    roster = build_registry(pack_registry(tables)).roster
    assert roster
    found = roster.officer("far.1", date(2026, 3, 2))
    assert found is not None and (found.customs_code, found.rank, found.roles) == (
        "5141",
        1,
        ("casework", "enforcement"),
    )
    assert roster.officer("far.1", date(2026, 7, 1)) == officer(
        "far.1", name="远方甲", rank=2, valid_from=date(2026, 7, 1)
    )
    assert roster.officer("far.9", date(2026, 3, 2)) is None
    assert roster.on_duty("customs", "5141", EIGHT) == ("far.1",)


def test_without_officers_the_roster_is_empty() -> None:
    tables = read_registry(
        far.folder(identities_csv=None, officers_csv=None, shifts_csv=None, conflicts_csv=None)
    ).tables
    assert tables is not None
    assert not build_registry(pack_registry(tables)).roster


@pytest.mark.parametrize(
    ("at", "on_duty"),
    [
        pytest.param(EIGHT - timedelta(seconds=1), (), id="a second before the shift"),
        pytest.param(EIGHT, ("an",), id="its first moment"),
        pytest.param(EIGHT + timedelta(hours=4), ("an", "bo"), id="two overlap"),
        pytest.param(EIGHT + timedelta(hours=8) - timedelta(seconds=1), ("an", "bo"), id="a second before its end"),
        pytest.param(EIGHT + timedelta(hours=8), ("bo",), id="the end is no more of it"),
        pytest.param(EIGHT + timedelta(hours=12), (), id="nobody"),
    ],
)
def test_a_shift_has_its_first_moment_and_not_its_last(at: datetime, on_duty: tuple[str, ...]) -> None:
    roster = Roster([officer("an"), officer("bo")], [shift("an"), shift("bo", EIGHT + timedelta(hours=4))], [])
    assert roster.on_duty("customs", "5165", at) == on_duty
    assert roster.on_duty("customs", "5165", at) == on_duty  # asked again


def test_only_who_works_on_cases_of_the_office_counts() -> None:
    people = [
        officer("an"), officer("all", customs_code="*"), officer("far", customs_code="2200"),
        officer("qin", agency="inspection"), officer("guard", roles=("duty",)),
        officer("gone", valid_to=date(2026, 3, 1)),
    ]  # fmt: skip
    roster = Roster(people, [shift(one.officer_id) for one in people], [])
    assert roster.on_duty("customs", "5165", EIGHT) == ("all", "an")
    assert roster.on_duty("inspection", "5165", EIGHT) == ("qin",)


def test_the_next_shift_is_the_first_that_begins_after_now() -> None:
    later = [EIGHT + timedelta(days=days) for days in (3, 1)]
    roster = Roster([officer("an"), officer("far", customs_code="2200")], [*(shift("an", at) for at in later),
                    shift("far", EIGHT + timedelta(hours=1))], [])  # fmt: skip
    assert roster.next_shift("customs", "5165", EIGHT) == EIGHT + timedelta(days=1)
    assert roster.next_shift("customs", "5165", EIGHT + timedelta(days=1)) == EIGHT + timedelta(days=3)
    assert roster.next_shift("customs", "5165", EIGHT + timedelta(days=3)) is None
    assert roster.next_shift("customs", "2200", EIGHT) == EIGHT + timedelta(hours=1)


def test_conflicts_are_those_with_the_parties_named() -> None:
    roster = Roster([officer("an")], [], [ConflictRow(officer_id="an", party_code=code) for code in ("P2", "P1")])
    assert roster.conflicts("an", {"P1", "P2", "P3"}) == ("P1", "P2")
    assert roster.conflicts("an", {"P3"}) == () and roster.conflicts("bo", {"P1"}) == ()
