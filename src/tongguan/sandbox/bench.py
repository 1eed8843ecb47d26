"""The bench on which plans are made: it hands out deals with numbers, buyers and companies that no other deal has."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from tongguan.sandbox.companies import Parties, parties_of
from tongguan.sandbox.deal import Deal, Line, draw_lines
from tongguan.sandbox.documents import DocumentSet, documents
from tongguan.sandbox.goods import Good, goods
from tongguan.sandbox.people import Person, person

_FREIGHTS = (Decimal(0), Decimal(8), Decimal("12.50"), Decimal(20))
SETS_A_BUYER = 3
"""So many good sets in a row have one buyer: together they stay below the yearly limit."""
OWN_BUYERS = 10_000_000
"""Buyers from this number on belong to faulty sets, each to one."""


class Bench:
    """Deals of one world. ``start`` (aware) is when all of them are filed: a filing may not lie in the future."""

    def __init__(self, seed: int, start: datetime) -> None:
        self.seed, self.start = seed, start
        self._next = 0

    def good(self, parties: Parties | None = None, *, bonded: bool | None = None) -> DocumentSet:
        """The next good set, with drawn goods; two in ten are bonded unless ``bonded`` says."""
        number = self._take()
        chance = Random(f"set/{self.seed}/{number}")  # noqa: S311 - invented data, the same for the same seed
        lines, freight = draw_lines(chance), chance.choice(_FREIGHTS)
        drawn = chance.random() < 0.2
        return self._set(
            number,
            parties,
            person(self.seed, number // SETS_A_BUYER),
            lines,
            freight,
            Decimal(0),
            drawn if bonded is None else bonded,
        )

    def own(
        self,
        lines: Iterable[Line] = (),
        *,
        bonded: bool = False,
        parties: Parties | None = None,
        buyer: Person | None = None,
        freight: str = "12.50",
        insured_fee: str = "1.00",
    ) -> DocumentSet:
        """A good set with a buyer of its own, to put something wrong in: two lines unless ``lines`` are given."""
        number = self._take()
        return self._set(
            number,
            parties,
            buyer or self.buyer(number),
            tuple(lines) or self.two_lines(),
            Decimal(freight),
            Decimal(insured_fee),
            bonded,
        )

    def buyer(self, number: int | None = None) -> Person:
        """A buyer that no other set has (of ``number``, or of a number used up for it)."""
        return person(self.seed, OWN_BUYERS + (self._take() if number is None else number))

    def two_lines(self) -> tuple[Line, ...]:
        """Two pots of honey and a T-shirt: a good with one legal unit and one with two."""
        honey, shirt = article("SBX-G08"), article("SBX-G15")
        return (
            Line(good=honey, qty=Decimal(2), price=honey.price),
            Line(good=shirt, qty=Decimal(1), price=shirt.price),
        )

    def later(self, seconds: int) -> datetime:
        """A moment shortly after the start, for versions that follow one another."""
        return self.start + timedelta(seconds=seconds)

    def _take(self) -> int:
        self._next += 1
        return self._next - 1

    def _set(
        self,
        number: int,
        parties: Parties | None,
        buyer: Person,
        lines: tuple[Line, ...],
        freight: Decimal,
        insured_fee: Decimal,
        bonded: bool,
    ) -> DocumentSet:
        return documents(
            Deal(
                seed=self.seed,
                number=number,
                parties=parties or parties_of(number),
                buyer=buyer,
                lines=lines,
                freight=freight,
                insured_fee=insured_fee,
                at=self.start,
                bonded=bonded,
            )
        )


def article(sku: str) -> Good:
    """The article of this number in the table of goods."""
    return next(good for good in goods() if good.sku == sku)
