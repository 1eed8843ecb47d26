"""Working days by the notices of the State Council for 2024, 2025 and 2026, and by weekends alone where there is none.

The expected days are read off the notices, not off the table.
"""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongguan.law.build import completed
from tongguan.law.calendar import Calendar
from tongguan.law.rows import HolidayRow
from tongguan.law.snapshot import Law, LawFault, LawTables, build_law, pack, package_tables

LAW = build_law(pack(package_tables()))
TODAY = LAW.at(date(2026, 11, 24)).calendar


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("of", "works"),
    [
        pytest.param("2026-10-09", True, id="a plain Friday"),
        pytest.param("2026-10-10", True, id="a Saturday made up for National Day"),
        pytest.param("2026-10-11", False, id="the Sunday after it"),
        pytest.param("2026-10-07", False, id="the last day of National Day"),
        pytest.param("2026-01-02", False, id="a Friday joined to New Year"),
        pytest.param("2026-01-04", True, id="the Sunday that is worked for it"),
        pytest.param("2026-02-15", False, id="the first day of the Spring Festival of 2026"),
        pytest.param("2026-02-23", False, id="its ninth day"),
        pytest.param("2026-02-24", True, id="the day after"),
        pytest.param("2026-02-28", True, id="a Saturday made up for it"),
        pytest.param("2025-10-08", False, id="2025 has eight days off in October"),
        pytest.param("2025-04-07", True, id="the Monday after Tomb-Sweeping Day 2025"),
        pytest.param("2024-04-07", True, id="the Sunday after it in 2024 was worked"),
        pytest.param("2024-02-09", True, id="the eve of the Spring Festival 2024 was no day off"),
        pytest.param("2027-10-01", True, id="a Friday of a year without a notice"),
        pytest.param("2027-10-02", False, id="a Saturday of that year"),
    ],
)
def test_whether_offices_work(of: str, works: bool) -> None:
    assert TODAY.is_working_day(day(of)) is works


@pytest.mark.parametrize(("of", "doubtful"), [("2026-12-31", False), ("2027-01-01", True), ("2023-12-31", True)])
def test_a_day_of_a_year_without_a_notice_is_in_doubt(of: str, doubtful: bool) -> None:
    assert TODAY.is_doubtful(day(of)) is doubtful


@pytest.mark.parametrize(
    ("of", "lands", "rows", "doubtful"),
    [
        ("2026-10-10", "2026-10-10", 1, False),
        ("2026-10-01", "2026-10-08", 7, False),
        ("2026-09-05", "2026-09-07", 0, False),
        ("2025-12-31", "2025-12-31", 0, False),
        ("2027-01-02", "2027-01-04", 0, True),
    ],
)
def test_a_last_day_moves_to_the_next_working_day(of: str, lands: str, rows: int, doubtful: bool) -> None:
    found = TODAY.next_working_day(day(of))
    assert (found.day, len(found.law_rows), found.doubtful) == (day(lands), rows, doubtful)
    assert all(LAW.row(name).mark == "S" for name in found.law_rows)


@pytest.mark.parametrize(
    ("of", "count", "lands"),
    [
        ("2026-09-30", 0, "2026-09-30"),
        ("2026-09-30", 1, "2026-10-08"),
        ("2026-09-30", 3, "2026-10-10"),
        ("2026-09-30", 4, "2026-10-12"),
        ("2026-02-13", 1, "2026-02-14"),
        ("2026-02-13", 2, "2026-02-24"),
    ],
)
def test_working_days_are_counted_from_the_day_after(of: str, count: int, lands: str) -> None:
    assert TODAY.add_working_days(day(of), count).day == day(lands)


@given(st.dates(date(2023, 12, 1), date(2027, 3, 1)), st.integers(1, 40))
def test_so_many_working_days_lie_between(start: date, count: int) -> None:
    found = TODAY.add_working_days(start, count).day
    between = [start + timedelta(days=one) for one in range(1, (found - start).days + 1)]
    assert sum(TODAY.is_working_day(one) for one in between) == count and TODAY.is_working_day(found)


def test_before_its_notice_a_year_is_told_by_weekends_alone() -> None:
    before, after = (LAW.at(day(of)).calendar for of in ("2025-11-03", "2025-11-04"))
    assert before.is_working_day(day("2026-01-02")) and before.is_doubtful(day("2026-01-02"))
    assert not after.is_working_day(day("2026-01-02")) and not after.is_doubtful(day("2026-01-02"))


def test_a_row_in_doubt_makes_what_rests_on_it_doubtful() -> None:
    row = HolidayRow(id="H", zh="假", en="off", valid_from=day("2026-01-01"), valid_to=None, source="s",
                     confidence="low", mark="S", day=day("2027-01-01"), kind="holiday")  # fmt: skip
    calendar = Calendar([row])
    assert calendar.next_working_day(day("2027-01-01")) == (day("2027-01-04"), ("H",), True)
    assert not calendar.is_doubtful(day("2027-01-02")), "the year is known now"


def test_a_law_of_before_has_no_holidays_and_a_wrong_kind_is_refused() -> None:
    tables = package_tables()
    older: Law = build_law(pack(LawTables({name: tables[name] for name in tables if name != "holidays"})))
    assert older.at(day("2026-11-24")).calendar.is_working_day(day("2026-10-01"))
    assert len(completed(LawTables({}))["holidays"].rows) == 0
    row = {"id": "HX", "day": "2027-01-01", "kind": "half", "zh": "元旦", "en": "New Year", "valid_from": "2026-11-01",
           "valid_to": "", "source": "notice", "confidence": "high", "mark": "S"}  # fmt: skip
    with pytest.raises(LawFault, match="half"):
        build_law(pack(tables.with_row("holidays", row)))
