"""Sharing freight over lines: nothing is lost, nothing is below zero."""

from __future__ import annotations

from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongguan.law.tax import share

money = st.integers(0, 10**12).map(lambda units: D(units).scaleb(-5))


@given(money, st.lists(money, min_size=1, max_size=99))
def test_the_parts_add_up_and_none_is_below_zero(freight, values):
    parts = share(freight, values)
    assert len(parts) == len(values)
    assert sum(parts) == freight
    assert all(part >= 0 for part in parts)


@given(st.integers(0, 10**8).map(lambda fen: D(fen).scaleb(-2)), st.lists(money, min_size=1, max_size=99))
def test_a_freight_in_whole_fen_is_shared_in_whole_fen(freight, values):
    assert all(part == round(part, 2) for part in share(freight, values))


@pytest.mark.parametrize(("freight", "values", "parts"), [
    pytest.param("10.00", ["129.90", "70.10"], ["6.50", "3.50"], id="6.495 is rounded up, the last takes the rest"),
    pytest.param("0.02", ["1", "1", "1", "1"], ["0.01", "0.01", "0", "0"], id="the last is never left a debt"),
    pytest.param("0.03", ["1", "1", "0"], ["0.02", "0.01", "0"], id="a gift bears no freight"),
    pytest.param("5.00", ["0", "0"], ["0", "5.00"], id="only gifts: the last takes all"),
    pytest.param("1.00001", ["1", "1"], ["0.50", "0.50001"], id="less than a fen stays with the last"),
])  # fmt: skip
def test_parts(freight, values, parts):
    assert share(D(freight), [D(value) for value in values]) == tuple(map(D, parts))


@pytest.mark.parametrize(("freight", "values"), [("1", []), ("-0.01", ["1"]), ("1", ["2", "-1"])])
def test_what_cannot_be_shared(freight, values):
    with pytest.raises(ValueError, match="sharing"):
        share(D(freight), [D(value) for value in values])
