"""When receipts are shown in a sandbox that keeps the pace of production."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from decimal import Decimal

import pytest

from tests.house.house import ROOT
from tongguan.clearance.model import Receipt
from tongguan.store.pace import OTHERS, WAITS, Wait, plan, wait_of

MS = 1_000_000
STATUSES = ("2", "3", "120", "300", "399", "800", "100", "-301002")


def guids(count: int) -> Iterator[str]:
    return (str(uuid.UUID(int=number)).upper() for number in range(1, count + 1))


def delays(guid: str, status: str, message_type: str = "CEB622Message") -> tuple[int, ...]:
    return plan(guid, wait_of(Receipt(message_type, (), status, "text", ("D",))))


def first(guid: str, status: str) -> int:
    return delays(guid, status)[0]


@pytest.mark.parametrize(
    ("last", "status", "delays_ms"),
    [
        pytest.param(3, "399", (169_757,), id="once: 60000 + a7ddc2c88524585d % 120001"),
        pytest.param(7, "399", (403_548,), id="held up: 370000 + 286db3deeb70389e % 120001"),
        pytest.param(7, "2", (6_893,), id="held up: 6200 + 286db3deeb70389e % 1301"),
        pytest.param(
            1, "120", (43_388, 63_667), id="8000 + ea019988fc42d225 % 37001, + 5000 + e3300aac21e752b7 % 55001"
        ),
    ],
)
def test_a_plan_follows_from_the_guid_alone(last: int, status: str, delays_ms: tuple[int, ...]) -> None:
    """The figures are of ``printf 'tongguan pace GUID' | sha256sum`` and long division."""
    assert delays(f"00000000-0000-8000-8000-00000000000{last}", status) == tuple(delay * MS for delay in delays_ms)


@pytest.mark.parametrize(
    ("status", "least", "most", "held_up"),
    [
        ("1", 0.2, 1.5, 6),
        ("2", 0.2, 1.5, 6),
        ("4", 0.2, 1.5, 6),
        ("-301002", 0.2, 1.5, 6),
        ("3", 2, 6, 0),
        ("120", 8, 45, 0),
        ("300", 45, 60, 0),
        ("500", 45, 60, 0),
        ("599", 45, 60, 0),
        ("100", 60, 90, 0),
        ("399", 60, 180, 310),
        ("800", 180, 360, 0),
    ],
)
def test_each_status_keeps_its_time(status: str, least: float, most: float, held_up: float) -> None:
    drawn = [first(guid, status) / 10**9 for guid in guids(4000)]
    prompt = [delay for delay in drawn if delay <= most]
    late = [delay for delay in drawn if delay > most]
    assert min(prompt) >= least
    span = most - least
    assert min(prompt) < least + span / 100 and max(prompt) > most - span / 100, "the whole span is used"
    if not held_up:
        assert late == []
        return
    assert all(least + held_up <= delay <= most + held_up for delay in late)
    assert 400 < len(late) < 600, "one in eight is held up"


def test_one_in_eight_comes_twice_and_the_second_time_within_a_minute() -> None:
    plans = [delays(guid, "120") for guid in guids(4000)]
    twice = [one for one in plans if len(one) == 2]
    assert {len(one) for one in plans} == {1, 2}
    assert 400 < len(twice) < 600
    assert all(5_000 * MS <= second - first <= 60_000 * MS for first, second in twice)


def test_nothing_takes_longer_than_ten_minutes() -> None:
    longest = [delays(guid, status)[-1] for guid in guids(4000) for status in STATUSES]
    bills = [delays(guid, "1", "CEB816Message")[-1] for guid in guids(4000)]
    assert max(*longest, *bills) < 600 * 1000 * MS


def test_receipts_decided_at_once_come_in_their_order_but_for_those_held_up() -> None:
    four = zip(*[guids(4000)] * 4, strict=True)
    order = [[first(guid, status) for guid, status in zip(one, ("2", "3", "399", "800"), strict=True)] for one in four]
    in_order = [times for times in order if times == sorted(times)]
    three_before_two = [times for times in order if times[1] < times[0]]
    released_before_finished = [times for times in order if times[3] < times[2]]
    assert 0.70 * 1000 < len(in_order) < 0.83 * 1000, "7/8 × 7/8"
    assert 80 < len(three_before_two) < 170
    assert 80 < len(released_before_finished) < 170


@pytest.mark.parametrize("earlier", ["120", "300", "500"])
@pytest.mark.parametrize("later", ["399", "800"])
def test_what_follows_a_selection_is_never_shown_before_it(earlier: str, later: str) -> None:
    assert max(first(guid, earlier) for guid in guids(1000)) <= min(first(guid, later) for guid in guids(1000))


@pytest.mark.parametrize("message_type", ["CEB816Message", "CEB818Message"])
@pytest.mark.parametrize("status", ["1", "2", "3"])
def test_a_tax_bill_follows_the_release_whatever_its_status(message_type: str, status: str) -> None:
    bills = [delays(guid, status, message_type)[0] for guid in guids(1000)]
    assert max(first(guid, "800") for guid in guids(1000)) <= min(bills)


def told(page: str) -> dict[str, Wait]:
    """What a page of the sandbox says of the statuses that it names, in ms."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    found = {}
    for names, least, most, late in re.findall(
        r"^\| (`\d+`[^|]*) \| ([\d.]+) (?:to|至) ([\d.]+) \| (\d*)[^|]*\|$", text, flags=re.MULTILINE
    ):
        for status in re.findall(r"`(\d+)`", names):
            found[status] = Wait(*(int(Decimal(figure or "0") * 1000) for figure in (least, most, late)))
    return found


@pytest.mark.parametrize("page", ["sandbox.md", "sandbox.zh.md"])
def test_the_page_tells_the_times_as_they_are(page: str) -> None:
    assert told(page) == {**WAITS, "300": OTHERS, "500": OTHERS}
