"""What a tax quote is asked with and answers: values only, the same on the command line and in the API.

Names of CEB621 stay as they are; the others become camel case in JSON. Quotients are written ``n/d``.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal

import msgspec

from tongguan.law.money import ZERO

Quotient = str
"""An exact amount: a whole number, or ``n/d`` in lowest terms."""

Note = tuple[str, str]
"""The same sentence in Chinese and English."""


class QuoteLine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One line of goods; the names are those of CEB621. Money in yuan. Only the first quantity may be left out:
    it is then one of no unit, which tells no content.
    """

    gcode: str
    totalPrice: Decimal
    gnum: int = 0
    qty: Decimal = Decimal(1)
    unit: str = ""
    qty1: Decimal = Decimal(0)
    unit1: str = ""
    qty2: Decimal | None = None
    unit2: str = ""


class QuoteOrder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is asked. ``yearUsed``: yuan that the buyer has used of this calendar year. ``at``: a day in China."""

    lines: tuple[QuoteLine, ...]
    freight: Decimal = ZERO
    insuredFee: Decimal = ZERO
    discount: Decimal = ZERO
    yearUsed: Decimal = ZERO
    tradeMode: str = ""
    at: date | None = None


class TaxStep(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """How one tax of a line comes about: ``exact`` = (base × rate + specific) × levied, then rounded to ``amount``.

    ``rule`` is the id of the treatment that says how much is levied, ``rows`` the rows of rate and amount.
    """

    tax: Literal["duty", "consumption", "vat"]
    base: Quotient
    rate: Decimal
    specific: Quotient
    levied: Decimal
    exact: Quotient
    amount: Decimal
    rule: str
    rows: tuple[str, ...]


class Threshold(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A threshold of consumption tax held against a line: ``price`` is yuan of dutiable value for each ``per`` of the
    ``content`` filed (g, ml, piece, sheet or tonne). The row applies ``from`` the threshold upwards or ``below`` it.
    """

    row: str
    per: str
    content: Quotient
    price: Quotient
    threshold: Quotient
    test: str
    reached: bool


class QuotedLine(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One line with its parts of freight, insurance and discount, the thresholds asked, and its three taxes."""

    gnum: int
    gcode: str
    zh: str
    en: str
    totalPrice: Decimal
    freight: Decimal
    insuredFee: Decimal
    discount: Decimal
    taxPrice: Decimal
    thresholds: tuple[Threshold, ...]
    base: Quotient
    steps: tuple[TaxStep, ...]
    law_rows: tuple[str, ...]
    doubtful: bool
    notes: tuple[Note, ...] = ()


class UsedRow(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A row of law that the quote rests on."""

    id: str
    zh: str
    en: str
    source: str
    doubtful: bool


class Quote(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The tax of an order by the law of one day. ``rounding`` and ``order``: how and when figures become whole fen."""

    day: date
    law: str
    dutiable_value: Decimal
    items: int
    single_limit: Decimal
    year_limit: Decimal
    year_used: Decimal
    treatment: str
    treatment_zh: str
    treatment_en: str
    rounding: str
    order: str
    lines: tuple[QuotedLine, ...]
    customsTax: Decimal
    consumptionTax: Decimal
    valueAddedTax: Decimal
    taxTotal: Decimal
    rows: tuple[UsedRow, ...]
    notes: tuple[Note, ...]
