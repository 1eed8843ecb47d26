"""The cursors of both paces: what they hold, and what is no cursor."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongguan.store.cursors import (
    BadCursor,
    Bookmark,
    read_bookmark,
    read_place,
    write_bookmark,
    write_place,
)
from tongguan.store.pace import Mark


def text(packed: str) -> str:
    return base64.urlsafe_b64encode(packed.encode()).decode().rstrip("=")


numbers = st.integers(0, 2**63 - 1)
marks = st.builds(Mark, numbers, numbers, numbers, numbers)


@given(marks, st.none() | st.tuples(marks, st.integers(1, 2**31)))
def test_a_bookmark_comes_back_as_it_was(mark: Mark, amid: tuple[Mark, int] | None) -> None:
    bookmark = Bookmark(mark)
    if amid is not None:
        goal = Mark(*max(mark[:2], amid[0][:2]), max(mark.last, amid[0].last), max(mark.until_ns, amid[0].until_ns))
        bookmark = Bookmark(mark, goal, amid[1])
    assert read_bookmark(write_bookmark(bookmark)) == bookmark


@given(numbers, st.integers(-1, 2**31))
def test_a_place_comes_back_as_it_was(event: int, index: int) -> None:
    for sandbox in (True, False):
        assert read_place(write_place(event, index), sandbox=sandbox) == (event, index)


def test_the_beginning_is_empty() -> None:
    assert read_place("", sandbox=False) == (0, -1)
    assert read_bookmark("") == Bookmark(Mark(0, 0, 0, 0))


def test_a_cursor_given_in_order_is_gone_on_from_at_a_pace() -> None:
    assert read_bookmark(text("1.7.2")) == Bookmark(Mark(7, 3, 0, 0))
    assert read_bookmark(text("1.7.-1")) == Bookmark(Mark(7, 0, 0, 0))


@pytest.mark.parametrize("cursor", ["2.7.3.20.99", "2.7.3.20.99.8.0.21.100.5"])
def test_a_cursor_of_a_pace_goes_on_before_the_oldest_receipt_held_back_but_in_a_sandbox_only(cursor: str) -> None:
    assert read_place(text(cursor), sandbox=True) == (7, 2)
    with pytest.raises(BadCursor):
        read_place(text(cursor), sandbox=False)


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "é",
        "A" * 5000,
        text("1.-1.0"),
        text("1.1.-2"),
        text("1.1"),
        text("1.1.1.1"),
        text("1.01.1"),
        text(f"1.{2**63}.0"),
        text("3.1.1"),
        text("2.1.1.1"),
        text("2.1.-1.1.1"),
        text("2.1.1.1.1.1"),
        text("2.1.1.1.1.1.1.1.1.0"),
        pytest.param(text("2.2.0.5.5.1.9.5.5.1"), id="a goal before its mark"),
        pytest.param(text("2.1.0.5.5.1.0.4.5.1"), id="a goal that has lost an event"),
        pytest.param(text("2.1.0.5.5.1.0.5.4.1"), id="a goal earlier than its mark"),
        text("1.1.1") + "=",
        text("2.1.1.1.1") + "=",
    ],
)
def test_what_was_never_given_is_refused_at_either_pace(cursor: str) -> None:
    with pytest.raises(BadCursor):
        read_bookmark(cursor)
    with pytest.raises(BadCursor):
        read_place(cursor, sandbox=True)
