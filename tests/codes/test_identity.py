"""Identity numbers: form, date, check character. The numbers are invented, with a prefix that no place has."""

from __future__ import annotations

import pytest

from tongguan.codes.identity import check_character, id_number_fault, normalise

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def with_check(seventeen: str) -> str:
    """The check character by the table of weights printed in the standard: another way than the one under test."""
    return seventeen + "10X98765432"[sum(int(d) * w for d, w in zip(seventeen, WEIGHTS, strict=True)) % 11]


GOOD = with_check("99010119900307001")


def test_numbers_of_every_check_character_are_good():
    numbers = [with_check(f"990101199003070{serial:02d}") for serial in range(40)]
    assert {number[-1] for number in numbers} == set("0123456789X")
    assert all(id_number_fault(number) is None for number in numbers)
    assert all(check_character(number[:-1]) == number[-1] for number in numbers)


def test_a_small_x_counts():
    number = next(n for n in (with_check(f"990101199003070{s:02d}") for s in range(40)) if n[-1] == "X")
    assert id_number_fault(number.lower()) is None


@pytest.mark.parametrize(("number", "fault"), [
    pytest.param("", "length", id="empty"),
    pytest.param(GOOD[:-1], "length", id="one short"),
    pytest.param(GOOD + "0", "length", id="one long"),
    pytest.param(" " + GOOD, "length", id="not trimmed"),
    pytest.param("X" + GOOD[1:], "characters", id="X in front"),
    pytest.param(GOOD[:-1] + "Y", "characters", id="other letter"),
    pytest.param(GOOD[:5] + "\uff11" + GOOD[6:], "characters", id="wide digit"),
    pytest.param(GOOD[:5] + "²" + GOOD[6:], "characters", id="raised digit"),
    pytest.param(with_check("99010119900229001"), "date", id="29 February of no leap year"),
    pytest.param(with_check("99010119901301001"), "date", id="month 13"),
    pytest.param(with_check("99010100000101001"), "date", id="year 0"),
    pytest.param(GOOD[:-1] + str((int(GOOD[-1]) + 1) % 10 if GOOD[-1] != "X" else 0), "check", id="wrong check"),
])  # fmt: skip
def test_the_first_fault_is_named(number, fault):
    assert id_number_fault(number) == fault


def test_leap_day_is_a_day():
    assert id_number_fault(with_check("99010120000229001")) is None


def test_every_single_wrong_digit_is_seen():
    for at in range(17):
        for digit in "0123456789":
            changed = GOOD[:at] + digit + GOOD[at + 1 :]
            assert (id_number_fault(changed) is None) == (changed == GOOD)


def test_normalise():
    assert normalise(" 9901011990030700x\n") == "9901011990030700X"
