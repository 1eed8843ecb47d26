"""The cursors of receipts: what a client keeps to go on from. Opaque text, URL-safe base64 of numbers with dots.

``1.event.index``: all receipts up to this one, in the order of deciding.
``2.mark``, or ``2.mark.goal.done`` amid a window: receipts shown at a pace (pace.py), a mark being four numbers.
``3.message``: all messages of the upstream up to this one, in a relay. It goes with none of the others.

Each pace goes on from the other's cursor. From order to pace nothing is lost or repeated. From pace to order nothing is
lost, and what was shown since the oldest receipt still held back comes once more: one number cannot leave it out.
"""

from __future__ import annotations

import base64
from typing import NamedTuple

from tongguan.store.pace import Mark

_GREATEST = 2**63 - 1


class BadCursor(ValueError):
    """A receipts cursor that this store never gave."""


class Bookmark(NamedTuple):
    """Where a client stands at a pace: at a mark, or ``done`` showings into the window from it to ``goal``."""

    mark: Mark
    goal: Mark | None = None
    done: int = 0


def write_place(event: int, index: int) -> str:
    """The cursor after one receipt in the order of deciding."""
    return _text(1, event, index)


def read_place(text: str, *, sandbox: bool) -> tuple[int, int]:
    """(event, index) of the last receipt seen, '' being before the first. Raises BadCursor.

    Only a ``sandbox`` has given cursors of the other pace.
    """
    if not text:
        return 0, -1
    match _numbers(text):
        case (1, event, index) if event >= 0:
            return event, index
        case (2, *_) if sandbox:
            mark = read_bookmark(text).mark
            return mark.event, mark.place - 1
        case _:
            raise BadCursor(text)


def write_bookmark(bookmark: Bookmark) -> str:
    """The cursor at a pace."""
    mark, goal, done = bookmark
    return _text(2, *mark) if goal is None else _text(2, *mark, *goal, done)


def read_bookmark(text: str) -> Bookmark:
    """The reverse of ``write_bookmark``, '' being the beginning; takes a cursor of the other pace. Raises BadCursor."""
    if not text:
        return Bookmark(Mark())
    match _numbers(text):
        case (1, event, index) if event >= 0:
            return Bookmark(Mark(event, index + 1))
        case (2, *numbers) if len(numbers) in (4, 9) and min(numbers) >= 0:
            mark = Mark(*numbers[:4])
            if len(numbers) == 4:
                return Bookmark(mark)
            goal, done = Mark(*numbers[4:8]), numbers[8]
            if mark[:2] <= goal[:2] and mark.last <= goal.last and mark.until_ns <= goal.until_ns and done:
                return Bookmark(mark, goal, done)
    raise BadCursor(text)


def write_message(message_no: int) -> str:
    """The cursor after one message of the upstream."""
    return _text(3, message_no)


def read_message(text: str) -> int:
    """The number of the last message seen, '' being before the first. Raises BadCursor."""
    if not text:
        return 0
    match _numbers(text):
        case (3, number) if number >= 0:
            return number
        case _:
            raise BadCursor(text)


def _text(*numbers: int) -> str:
    return base64.urlsafe_b64encode(".".join(map(str, numbers)).encode()).decode().rstrip("=")


def _numbers(text: str) -> tuple[int, ...]:
    try:
        packed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        numbers = tuple(map(int, packed.split(b".")))
    except ValueError:  # binascii.Error is one too
        raise BadCursor(text) from None
    if _text(*numbers) != text or not all(-1 <= number <= _GREATEST for number in numbers):
        raise BadCursor(text)
    return numbers
