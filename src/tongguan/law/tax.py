"""Import tax of a retail inventory, exact to the fen, with the law rows that it was computed from.

For a line of dutiable value p (goods, freight, insurance), duty rate t, consumption tax rate r and amount s by
quantity, VAT rate v, and the shares d, c, w of duty, consumption tax and VAT that the treatment levies:

    duty = p · t · d        base = (p + duty + s) / (1 − r)
    consumption tax = (base · r + s) · c        VAT = base · v · w

Everything is a fraction until the end; each tax of each line is then rounded to the fen, and sums add rounded figures.
The duty rate is the MFN rate of the tariff line; rates by agreement or for a time are not applied.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import cast

from tongguan.law.excise import Excise, Tested, excise
from tongguan.law.inforce import LawAt
from tongguan.law.money import EXACT, ZERO, Rounding, add, fraction, to_fen
from tongguan.law.rows import GoodsRow, Row, SettingRow, TreatmentRow, VatRow
from tongguan.law.share import share
from tongguan.law.taxfault import BAD_AMOUNT, NOT_ALLOWED, TAX_RULES, UNKNOWN_GOODS, TaxFault, TaxRule

__all__ = ["TAX_RULES", "GoodsLine", "TaxBill", "TaxFault", "TaxLine", "TaxRule", "assess", "share"]

NOTE_TO_CHECK = ("依据待核：所用规定未经核实", "basis to be checked: a rule of law used has not been verified")


@dataclass(frozen=True, slots=True, kw_only=True)
class GoodsLine:
    """What the tax needs of an inventory line; the names are those of the message. Money in yuan."""

    gnum: int
    gcode: str
    qty: Decimal
    unit: str
    qty1: Decimal
    unit1: str
    totalPrice: Decimal
    price: Decimal = Decimal(0)
    qty2: Decimal | None = None
    unit2: str = ""
    gmodel: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxLine:
    """The tax of one line in yuan: dutiable value as filed, taxes to the fen.

    ``exact`` holds duty, consumption tax and VAT as levied before rounding; ``base_exact`` is the base of consumption
    tax and VAT, ``specific`` the consumption tax by quantity in full; ``tests`` are the thresholds asked.
    """

    gnum: int
    gcode: str
    taxPrice: Decimal
    customsTax: Decimal
    valueAddedTax: Decimal
    consumptionTax: Decimal
    law_rows: tuple[str, ...]
    doubtful: bool
    freight: Decimal
    insuredFee: Decimal
    duty_rate: Decimal
    consumption_rate: Decimal
    vat_rate: Decimal
    exact: tuple[Fraction, Fraction, Fraction]
    base_exact: Fraction
    specific: Fraction
    tests: tuple[Tested, ...]
    discount: Decimal

    @property
    def base(self) -> str:
        """The base of consumption tax and VAT in yuan, exactly: a whole number or a quotient ``n/d``."""
        return str(self.base_exact)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxBill:
    """The tax of an inventory; each sum adds the rounded figures of the lines. ``notes`` are pairs (zh, en)."""

    lines: tuple[TaxLine, ...]
    customsTax: Decimal
    valueAddedTax: Decimal
    consumptionTax: Decimal
    taxPrice: Decimal
    law_rows: tuple[str, ...]
    notes: tuple[tuple[str, str], ...]

    @property
    def taxTotal(self) -> Decimal:
        """Duty, VAT and consumption tax together: what the platform collects in advance."""
        return add((self.customsTax, self.valueAddedTax, self.consumptionTax))

    @property
    def doubtful(self) -> bool:
        """Whether any line used a row of law that has not been verified."""
        return any(line.doubtful for line in self.lines)


@dataclass(frozen=True, slots=True)
class _Priced:
    """A line with its parts of freight and insurance and its dutiable value."""

    line: GoodsLine
    freight: Decimal
    insurance: Decimal
    discount: Decimal
    dutiable: Decimal


@dataclass(frozen=True, slots=True)
class _Ways:
    """How figures are rounded, with the settings that say so."""

    rounding: Rounding
    statutory_first: bool
    rows: tuple[SettingRow, ...]

    def levied(self, full: Fraction, part: Fraction, exact: Fraction) -> Decimal:
        """A tax to the fen: the part of the full tax that is levied. ``exact`` is ``full`` times ``part``."""
        if not exact:
            return ZERO
        if self.statutory_first:
            exact = Fraction(to_fen(full, self.rounding)) * part
        return to_fen(exact, self.rounding)


def assess(
    lines: Sequence[GoodsLine],
    freight: Decimal,
    insuredFee: Decimal,
    law: LawAt,
    treatment: TreatmentRow,
    discount: Decimal = ZERO,
) -> TaxBill | tuple[TaxFault, ...]:
    """Compute the tax of an inventory by the law of one day, or say for every line at fault why it cannot be.

    ``treatment`` is chosen by law/limits. ``discount`` counts only where the setting discount_lowers_dutiable_value
    says so. There is at least one line, else ValueError. Raises NoLaw where a setting or rate is not in force.
    """
    if not treatment.allowed:
        return (TaxFault(NOT_ALLOWED, 0, "totalPrice", treatment.condition, law_row=treatment.id),)
    if faults := _amount_faults(lines, freight, insuredFee, discount, law):
        return faults
    ways = _ways(law)
    parts = _priced(lines, freight, insuredFee, discount, law, ways)
    results = [_line_tax(priced, law, treatment, ways) for priced in parts]
    if faults := tuple(result for result in results if isinstance(result, TaxFault)):
        return faults
    return _bill(tuple(result for result in results if isinstance(result, TaxLine)))


def dutiable_value(lines: Sequence[GoodsLine], freight: Decimal, insuredFee: Decimal) -> Decimal:
    """The dutiable value of an inventory in yuan: goods, freight and insurance; what the limits are compared with."""
    return add((*(line.totalPrice for line in lines), freight, insuredFee))


def _amount_faults(
    lines: Sequence[GoodsLine], freight: Decimal, insurance: Decimal, discount: Decimal, law: LawAt
) -> tuple[TaxFault, ...]:
    bound = law.setting("amount_bound_yuan")
    greatest = bound.decimal
    amounts = [(line.gnum, "totalPrice", line.totalPrice) for line in lines]
    amounts += [(0, "freight", freight), (0, "insuredFee", insurance), (0, "discount", discount)]
    return tuple(
        TaxFault(BAD_AMOUNT, gnum, name, str(amount), f"0 … {bound.value}", bound.id)
        for gnum, name, amount in amounts
        if not 0 <= amount <= greatest
    )


def _priced(
    lines: Sequence[GoodsLine], freight: Decimal, insurance: Decimal, discount: Decimal, law: LawAt, ways: _Ways
) -> list[_Priced | TaxFault]:
    values = [line.totalPrice for line in lines]
    rounding = ways.rounding
    lowers = law.setting("discount_lowers_dutiable_value").yes
    parts = zip(
        lines,
        share(freight, values, rounding),
        share(insurance, values, rounding),
        share(discount if lowers else ZERO, values, rounding),
        strict=True,
    )
    priced: list[_Priced | TaxFault] = []
    for line, of_freight, of_insurance, of_discount in parts:
        goods_value = EXACT.subtract(line.totalPrice, of_discount)
        if goods_value < 0:
            priced.append(TaxFault(BAD_AMOUNT, line.gnum, "discount", str(of_discount), f"≤ {line.totalPrice}"))
        else:
            priced.append(
                _Priced(line, of_freight, of_insurance, of_discount, add((goods_value, of_freight, of_insurance)))
            )
    return priced


def _ways(law: LawAt) -> _Ways:
    rounding = law.setting("tax_rounding")
    order = law.setting("tax_rounding_order")
    shared = law.setting("freight_shared_by")
    discount = law.setting("discount_lowers_dutiable_value")
    return _Ways(cast(Rounding, rounding.value), order.value == "statutory_first", (rounding, order, shared, discount))


def _line_tax(priced: _Priced | TaxFault, law: LawAt, treatment: TreatmentRow, ways: _Ways) -> TaxLine | TaxFault:
    if isinstance(priced, TaxFault):
        return priced
    line = priced.line
    goods = law.goods(line.gcode)
    if goods is None:
        return TaxFault(UNKNOWN_GOODS, line.gnum, "gcode", line.gcode)
    value = Fraction(priced.dutiable)
    due = excise(line, goods, value, law)
    if isinstance(due, TaxFault):
        return due
    return _computed(priced, value, goods, due, law.vat(goods.vat_class), treatment, ways)


def _computed(
    priced: _Priced, value: Fraction, goods: GoodsRow, due: Excise, vat: VatRow, treatment: TreatmentRow, ways: _Ways
) -> TaxLine:
    """``value`` is the dutiable value. A product of fractions costs 2 µs: none is made twice, or with a factor of 0."""
    duty_part, vat_part, excise_part = _shares(treatment)
    full_duty = _times(value, fraction(goods.mfn_duty))
    duty = _times(full_duty, duty_part)
    base = value + duty + due.specific if duty or due.specific else value
    full_excise = due.specific
    if due.rate:
        rate = fraction(due.rate)
        base /= 1 - rate
        full_excise += base * rate
    full_vat = base * fraction(vat.rate)
    levied_excise, levied_vat = _times(full_excise, excise_part), _times(full_vat, vat_part)
    used: tuple[Row, ...] = (treatment, goods, vat, *due.rows, *ways.rows)
    return TaxLine(
        gnum=priced.line.gnum,
        gcode=priced.line.gcode,
        taxPrice=priced.dutiable,
        customsTax=ways.levied(full_duty, duty_part, duty),
        valueAddedTax=ways.levied(full_vat, vat_part, levied_vat),
        consumptionTax=ways.levied(full_excise, excise_part, levied_excise),
        law_rows=tuple(row.id for row in used),
        doubtful=any(row.doubtful for row in used),
        freight=priced.freight,
        insuredFee=priced.insurance,
        duty_rate=goods.mfn_duty,
        consumption_rate=due.rate,
        vat_rate=vat.rate,
        exact=(duty, levied_excise, levied_vat),
        base_exact=base,
        specific=due.specific,
        tests=due.tests,
        discount=priced.discount,
    )


_NONE = Fraction(0)


def _times(amount: Fraction, share_of_it: Fraction) -> Fraction:
    return amount * share_of_it if amount and share_of_it else _NONE


def _shares(treatment: TreatmentRow) -> tuple[Fraction, Fraction, Fraction]:
    """Duty, VAT, consumption tax. The law's reader makes sure that an allowed treatment has all three."""
    parts = (treatment.duty_share, treatment.vat_share, treatment.consumption_share)
    duty, vat, consumption = (fraction(part) for part in parts if part is not None)
    return duty, vat, consumption


def _bill(lines: tuple[TaxLine, ...]) -> TaxBill:
    used = dict.fromkeys(row for line in lines for row in line.law_rows)
    return TaxBill(
        lines=lines,
        customsTax=add(line.customsTax for line in lines),
        valueAddedTax=add(line.valueAddedTax for line in lines),
        consumptionTax=add(line.consumptionTax for line in lines),
        taxPrice=add(line.taxPrice for line in lines),
        law_rows=tuple(used),
        notes=(NOTE_TO_CHECK,) if any(line.doubtful for line in lines) else (),
    )
