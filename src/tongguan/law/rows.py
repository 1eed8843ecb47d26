"""One frozen type for the rows of each law table. Shares are exact decimals (0.70 means 70 %); money is in yuan."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What every row carries. ``valid_to`` is the last day in force, None while no end is known.

    ``mark``: S read in a source, k general knowledge, d a decision of ours. ``confidence``: high, medium, low.
    """

    id: str
    zh: str
    en: str
    valid_from: date
    valid_to: date | None
    source: str
    confidence: str
    mark: str

    @property
    def doubtful(self) -> bool:
        """Whether a decision that used this row carries the note 依据待核 / basis to be checked."""
        return self.mark == "k" or self.confidence == "low"


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitRow(Row):
    """A limit: ``amount`` in ``unit`` (CNY, kg, person); ``inclusive``: the amount itself still passes."""

    scheme: str
    subject: str
    limit_type: str
    amount: Decimal
    unit: str
    inclusive: bool
    on_exceed: str

    def allows(self, value: Decimal) -> bool:
        """Whether the value lies within the limit."""
        return value <= self.amount if self.inclusive else value < self.amount


@dataclass(frozen=True, slots=True, kw_only=True)
class VatRow(Row):
    """The statutory VAT rate of one class, as a share."""

    rate_class: str
    rate: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsumptionRow(Row):
    """Consumption tax of one 8-digit code: a share of the value, an amount by litre or kilogram, or both.

    With a threshold the row applies only when the dutiable price for each ``threshold_per`` lies ``from`` the
    threshold upwards or ``below`` it. ``litres_per_kg`` turns litres into tonnes for a threshold by the tonne.
    """

    hs8: str
    rate: Decimal
    yuan_per_litre: Decimal | None
    yuan_per_kg: Decimal | None
    threshold: Decimal | None
    threshold_currency: str
    threshold_per: str
    threshold_test: str
    litres_per_kg: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TreatmentRow(Row):
    """How one condition is taxed: shares of the statutory duty, VAT and consumption tax; None where not allowed."""

    scheme: str
    condition: str
    allowed: bool
    duty_share: Decimal | None
    vat_share: Decimal | None
    consumption_share: Decimal | None
    channel: str
    counts_in_year_limit: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRow(Row):
    """One 8-digit code of the positive list. ``trade_modes``: the modes it may come in by, empty for any.

    ``year_limit`` names the limit_type of a quantity limit a person and year, empty for none.
    """

    hs8: str
    basis: str
    remark_kind: str
    trade_modes: tuple[str, ...]
    year_limit: str
    remark_zh: str
    remark_en: str
    edition: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GoodsRow(Row):
    """One 10-digit goods code: legal units (``unit2`` may be empty), MFN duty as a share, VAT class.

    ``content`` says how the label of a cosmetic tells its content: mass, volume, sheet, or empty.
    """

    code: str
    unit1: str
    unit2: str
    mfn_duty: Decimal
    vat_class: str
    consumption_hs8: str
    content: str


class Parcel(NamedTuple):
    """What a lane asks about: office, trade mode, the companies named, and (goods code, origin) of each line."""

    customs_code: str
    trade_mode: str
    parties: tuple[str, ...]
    goods: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneRow(Row):
    """A share of inventories that an agency draws for ``hold`` (review, examination, suspend). ``*`` means any.

    ``customs_code`` and ``goods`` are prefixes; goods and ``origin`` must meet in one line. ``party`` is the code of
    any company named. ``value_from`` and ``value_to`` bound the dutiable value in yuan, both included. With
    ``price_outlier`` only inventories are drawn that have a line of such goods whose unit price is an outlier.
    """

    customs_code: str
    goods: str
    trade_mode: str
    share: Decimal
    hold: str
    value_from: Decimal | None
    value_to: Decimal | None
    party: str
    origin: str
    price_outlier: bool
    agency: str

    def covers(self, parcel: Parcel) -> bool:
        """Whether the lane is for this parcel, whatever its value and prices."""
        return (
            _begins(parcel.customs_code, self.customs_code)
            and self.trade_mode in ("*", parcel.trade_mode)
            and (self.party == "*" or self.party in parcel.parties)
            and any(self.covers_line(code, origin) for code, origin in parcel.goods)
        )

    def covers_line(self, code: str, origin: str) -> bool:
        """Whether the lane is for goods of that code and origin."""
        return _begins(code, self.goods) and self.origin in ("*", origin)

    def covers_value(self, dutiable_value: Decimal) -> bool:
        """Whether the lane is for that dutiable value in yuan."""
        return (self.value_from is None or self.value_from <= dutiable_value) and (
            self.value_to is None or dutiable_value <= self.value_to
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RemedyRow(Row):
    """What can be done against acts of customs (``acts``: rejection, detention, ship_back, refusal, tax).

    ``remedy``: human_decision, reconsideration, lawsuit, lawsuit_after_reconsideration. ``period`` in ``period_unit``
    (days, months) runs from the day on which the act, or the decision before it, became known; None for no period.
    """

    acts: tuple[str, ...]
    remedy: str
    authority_zh: str
    authority_en: str
    period: int | None
    period_unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionRow(Row):
    """How long a class of data is kept. ``least`` and ``most`` are counted in ``unit`` (days, months) from ``start``.

    ``start``: release (the day on which the goods were released, else that of ``end``) or end (the day on which the
    case came to its end). Before the least has passed nothing is erased; after the most it is to be erased. A row with
    neither gives a right: that of a person to ask. ``rule`` is a word for what the source wants.
    """

    data_class: str
    rule: str
    start: str
    least: int | None
    most: int | None
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HolidayRow(Row):
    """A day that is not what its weekday says. ``kind``: holiday (nobody works), or workday (a weekend made up for)."""

    day: date
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingRow(Row):
    """One setting of the decision. ``value`` is text; ``unit`` says how to read it and was checked when read."""

    key: str
    value: str
    unit: str

    @property
    def decimal(self) -> Decimal:
        """The value of a setting in yuan, shares or a count. Raises decimal.InvalidOperation for a word."""
        return _number(self.value)

    @property
    def int(self) -> int:
        """The value of a setting in whole days, months or minutes. Raises ValueError for anything else."""
        return int(self.value)

    @property
    def yes(self) -> bool:
        """The value of a yes_no setting."""
        return self.value == "yes"


# Settings are asked for with every line of goods; their texts are few.
_number = lru_cache(maxsize=256)(Decimal)


def _begins(code: str, prefix: str) -> bool:
    return prefix == "*" or code.startswith(prefix)
