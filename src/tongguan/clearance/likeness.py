"""Whether two names of the same thing, written by different people, are alike."""

from __future__ import annotations

import unicodedata
from collections import Counter
from fractions import Fraction


def plain_name(name: str) -> str:
    """A name without what writers differ in: width, case, blanks, brackets and other signs."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(sign for sign in folded if unicodedata.category(sign)[0] in "LN")


def likeness(one: str, other: str) -> Fraction:
    """From 0 (nothing in common) to 1 (the same): the share of pairs of neighbouring characters that both names have.

    A name that stands within the other counts as the same. An empty name is like nothing.
    """
    left, right = plain_name(one), plain_name(other)
    if not left or not right:
        return Fraction(0)
    if left in right or right in left:
        return Fraction(1)
    pairs, others = _pairs(left), _pairs(right)
    common = sum((pairs & others).values())
    return Fraction(2 * common, max(1, sum(pairs.values()) + sum(others.values())))


def _pairs(name: str) -> Counter[str]:
    return Counter(name[at : at + 2] for at in range(len(name) - 1))
