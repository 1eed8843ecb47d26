"""One purchase: who buys what through whom. The four documents of a set say the same about it."""

from __future__ import annotations

from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from itertools import accumulate, pairwise
from random import Random

import msgspec

from tongguan.sandbox.companies import BONDED, Company, Parties
from tongguan.sandbox.goods import Good, goods
from tongguan.sandbox.people import Person

FEN = Decimal("0.01")
LEVIED = Decimal("0.7")  # the share of VAT levied within the limits (财关税〔2016〕18号)
BOOK = "SBXT20260001"
"""The number of the sandbox's bonded account book."""


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One line of goods: ``qty`` in the good's deal unit, ``price`` in yuan a unit."""

    good: Good
    qty: Decimal
    price: Decimal

    @property
    def total(self) -> Decimal:
        """Quantity times price, in yuan."""
        return self.qty * self.price


class Deal(msgspec.Struct, frozen=True, kw_only=True):
    """A purchase. Amounts in yuan; ``at`` (aware) is when its documents are filed; ``number`` names it in its world."""

    seed: int
    number: int
    parties: Parties
    buyer: Person
    lines: tuple[Line, ...]
    freight: Decimal
    insured_fee: Decimal
    at: datetime
    bonded: bool = False

    @property
    def stem(self) -> str:
        """The figures that make every number of this deal its own: 6 of the seed and 8 of the deal."""
        return f"{self.seed % 10**6:06d}{self.number:08d}"

    @property
    def goods_value(self) -> Decimal:
        """What the lines cost together, in yuan."""
        return sum((line.total for line in self.lines), Decimal(0))

    @property
    def tax(self) -> Decimal:
        """The platform's advance tax, in yuan: VAT on each line with its share of freight and insurance, by value."""
        carried = self.freight + self.insured_fee
        whole = self.goods_value
        # Shares are differences of rounded running totals, the last of which is the whole: they add up to the fen.
        marks = [Decimal(0), *accumulate(line.total for line in self.lines)]
        cuts = [to_fen(carried * mark / whole) for mark in marks]
        shares = (after - before for before, after in pairwise(cuts))
        return sum(
            (
                to_fen((line.total + share) * line.good.vat_rate * LEVIED)
                for line, share in zip(self.lines, shares, strict=True)
            ),
            Decimal(0),
        )

    @property
    def net_kg(self) -> Decimal:
        """Net weight of the parcel."""
        return sum((line.qty * line.good.net_kg for line in self.lines), Decimal(0))

    @property
    def area(self) -> Company | None:
        """The bonded-area company, for bonded goods."""
        return BONDED if self.bonded else None


def to_fen(yuan: Decimal) -> Decimal:
    """Round half up to the fen, as the platform does with its advance tax."""
    return yuan.quantize(FEN, ROUND_HALF_UP)


def draw_lines(chance: Random, most: int = 3) -> tuple[Line, ...]:
    """One to ``most`` different articles, up to three of each, within 10 % of the listed price: below 5,000 yuan."""
    chosen = chance.sample(goods(), chance.randint(1, most))
    return tuple(
        Line(
            good=good,
            qty=Decimal(1 if good.price > 500 else chance.randint(1, 3)),
            price=to_fen(good.price * chance.randint(90, 110) / 100),
        )
        for good in chosen
    )


def one_line(good: Good, qty: int | str, price: str) -> tuple[Line, ...]:
    """A single line, for the cases where the amounts matter."""
    return (Line(good=good, qty=Decimal(qty), price=Decimal(price)),)
