"""Resident identity numbers: the form of GB 11643, eighteen characters.

Six digits of a division, a birth date yyyyMMdd, three digits in sequence, and a check character (0 to 9 or X).
The division is not looked up: divisions are dissolved, numbers stay. Whether the number belongs to a name is asked
of the identity register, not here. No function here puts a number into a message or a log.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

IdFault = Literal["length", "characters", "date", "check"]

_LENGTH = 18
_DIGITS = frozenset("0123456789")
_CHECK_CHARACTERS = "0123456789X"


def normalise(number: str) -> str:
    """Trim the blanks around the number and write its check character as a capital."""
    return number.strip().upper()


def id_number_fault(number: str) -> IdFault | None:
    """What is wrong with the form of the number, or None; the first fault in the order length … check.

    A small ``x`` counts as ``X``. Blanks around the number are a fault of length: normalise first.
    """
    if len(number) != _LENGTH:
        return "length"
    number = number.upper()
    if not _DIGITS.issuperset(number[:-1]) or number[-1] not in _CHECK_CHARACTERS:
        return "characters"
    try:
        date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return "date"
    return None if number[-1] == check_character(number[:-1]) else "check"


def check_character(first_seventeen: str) -> str:
    """The check character of seventeen digits (ISO 7064 MOD 11-2): 0 to 9 or X."""
    remainder = 0
    for digit in first_seventeen:
        remainder = (remainder + int(digit)) * 2 % 11
    return _CHECK_CHARACTERS[(12 - remainder) % 11]
