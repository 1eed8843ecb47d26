"""Rounding to the fen, and whole 1e-5 yuan."""

from __future__ import annotations

from decimal import Decimal as D
from decimal import Inexact
from fractions import Fraction as F

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongguan.law.money import EXACT, add, from_1e5, to_1e5, to_fen


@pytest.mark.parametrize(("yuan", "half_up", "half_even"), [
    ("0", "0.00", "0.00"), ("0.005", "0.01", "0.00"), ("0.015", "0.02", "0.02"), ("0.00499", "0.00", "0.00"),
    ("46.2222", "46.22", "46.22"), ("32.355", "32.36", "32.36"), ("32.345", "32.35", "32.34"), ("1/3", "0.33", "0.33"),
])  # fmt: skip
def test_to_the_fen(yuan, half_up, half_even):
    assert to_fen(F(yuan)) == D(half_up)
    assert to_fen(F(yuan), "half_even") == D(half_even)
    assert to_fen(F(yuan)).as_tuple().exponent == -2


def test_below_zero_is_not_rounded():
    with pytest.raises(ValueError, match="below zero"):
        to_fen(F(-1, 1000))


@given(st.integers(-(10**19), 10**19))
def test_units_and_yuan_are_inverse(units):
    assert to_1e5(from_1e5(units)) == units


def test_units_at_their_edges():
    assert to_1e5(D("12.34")) == 1_234_000
    assert to_1e5(D("1E+3")) == 100_000_000
    assert (str(from_1e5(1_234_000)), str(from_1e5(1))) == ("12.34", "0.00001")
    with pytest.raises(ValueError, match="five decimals"):
        to_1e5(D("0.000001"))


def test_the_context_refuses_to_lose_a_digit():
    assert add([D("1E+18"), D("0.00001")]) == D("1000000000000000000.00001")
    with pytest.raises(Inexact):
        EXACT.divide(D(1), D(3))
    with pytest.raises(Inexact):
        add([D("1E+70"), D("0.01")])
