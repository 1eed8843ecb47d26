"""Invented buyers. Their identity numbers have a right check character and a division (990101) never given out."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

import msgspec

from tongguan.codes.identity import check_character

DIVISION = "990101"
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
_FIRST_BIRTHDAY = date(1950, 1, 1)
_DAYS = 20_000  # birthdays lie within about 55 years of the first one


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """A buyer who is payer and consignee as well. The telephone begins with 100: no such mobile number exists."""

    name: str
    id_number: str
    telephone: str
    account: str
    address: str


REGISTER_FROM = 19_999_000
"""Buyers from this number on are in the identity register of the sandbox; no set of any world draws them."""


def person(seed: int, number: int) -> Person:
    """The buyer of this number (from 0) in the world of this seed; 20 million of them differ in identity number."""
    chance = Random(f"person/{seed}/{number}")  # noqa: S311 - invented data, the same for the same seed
    # Day and running number are spread so that two numbers never meet in one identity number.
    day, turn = number % _DAYS, number // _DAYS % 1000
    birthday = _FIRST_BIRTHDAY + timedelta(days=(day + seed * 7919) % _DAYS)
    first = f"{DIVISION}{birthday:%Y%m%d}{turn:03d}"
    return Person(
        name=f"沙箱{chance.choice(_STEMS)}{chance.choice(_BRANCHES)}",
        id_number=first + check_character(first),
        telephone=f"100{chance.randrange(10**8):08d}",
        account=f"SBXU{number:09d}",
        address=f"沙箱省模拟市测试区样例路{chance.randrange(1, 1000)}号{chance.randrange(1, 31)}室",
    )


LISTED = person(0, REGISTER_FROM)
"""A buyer whom the identity register knows under this name and number."""
NAMESAKE = person(0, REGISTER_FROM + 1)
"""A buyer whose number the identity register knows under another name, ``OTHER_NAME``."""
OTHER_NAME = "沙箱·别名"
