"""Names of the same thing, written by different people."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongguan.clearance.likeness import likeness


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        pytest.param("沙箱（商家）", "沙箱(商家)", Fraction(1), id="brackets of another width"),
        pytest.param("ＡＢＣ 奶粉", "abc奶粉", Fraction(1), id="width, case and blanks"),
        pytest.param("奶粉", "进口奶粉900g", Fraction(1), id="one within the other"),
        # 婴儿奶粉: 婴儿 儿奶 奶粉; 婴儿面霜: 婴儿 儿面 面霜. One pair of six in common on both sides: 2 of 6.
        pytest.param("婴儿奶粉", "婴儿面霜", Fraction(1, 3), id="one pair in common"),
        pytest.param("奶粉", "面霜", Fraction(0), id="nothing in common"),
        pytest.param("", "面霜", Fraction(0), id="an empty name"),
        pytest.param("（）", "面霜", Fraction(0), id="a name of signs only"),
        pytest.param("", "", Fraction(0), id="two empty names"),
        pytest.param("甲", "乙", Fraction(0), id="single characters"),
    ],
)
def test_likeness(one: str, other: str, expected: Fraction):
    assert likeness(one, other) == expected == likeness(other, one)


@given(st.text(max_size=20), st.text(max_size=20))
def test_likeness_lies_between_nothing_and_the_same(one: str, other: str):
    assert 0 <= likeness(one, other) <= 1
