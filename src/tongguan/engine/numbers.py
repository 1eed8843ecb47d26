"""The numbers that the server issues: the scope in which each is counted, and the next free one."""

from __future__ import annotations

from datetime import date
from functools import cache

from tongguan.clearance.record import PRE_NO_LETTERS
from tongguan.engine.workspace import Workspace

SANDBOX_SERIAL = 900_000_001
"""Numbers of a sandbox come from a range of their own: serials that begin with 9."""


def first_serial(sandbox: bool) -> int:
    """The serial that a scope begins with."""
    return SANDBOX_SERIAL if sandbox else 1


@cache
def pre_no_scope(day: date, letter: str = "B") -> str:
    """The numbers of inventories (B) are counted under the day alone, those of other kinds under their letter too."""
    return f"preNo:{_digits(day)}" if letter == "B" else f"preNo:{letter}:{_digits(day)}"


def invt_no_scope(customs_code: str, day: date) -> str:
    """Inventories of an office and year."""
    return f"invtNo:{customs_code}:{day.year}"


def rkd_no_scope(customs_code: str, day: date) -> str:
    """Warehouse entry lists of an office and day."""
    return f"rkdNo:{customs_code}:{_digits(day)}"


def first_rkd_serial(first: int) -> int:
    """The serial that a day's entry lists begin with: six digits instead of nine."""
    return 1 if first == 1 else first // 1000 + 1


def next_pre_no(kind: str, workspace: Workspace, day: date, first: int) -> str:
    """The next preNo of a kind of document: its letter, the day, nine digits."""
    letter = PRE_NO_LETTERS[kind]
    return f"{letter}{_digits(day)}{workspace.next_number(pre_no_scope(day, letter), first):09d}"


def next_invt_no(customs_code: str, workspace: Workspace, day: date, first: int) -> str:
    """The next inventory number: office, year, I, nine digits."""
    return f"{customs_code}{day.year}I{workspace.next_number(invt_no_scope(customs_code, day), first):09d}"


def next_rkd_no(customs_code: str, workspace: Workspace, day: date, first: int) -> str:
    """The next number of an entry list: office, day, six digits."""
    number = workspace.next_number(rkd_no_scope(customs_code, day), first_rkd_serial(first))
    return f"{customs_code}{_digits(day)}{number:06d}"


@cache
def _digits(day: date) -> str:
    return f"{day:%Y%m%d}"
