"""A tax quote: the tax of an order that nobody has filed, with each step of the sum as data.

Nothing here computes tax: ``assess`` does, the same as for an inventory; a quote lays its steps open.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import msgspec

from tongguan.ceb.problem import Problem
from tongguan.law.excise import Tested
from tongguan.law.inforce import IMPORT_SCHEME, Law, LawAt
from tongguan.law.limits import item_count, single_limit, within_single, within_year, year_limit
from tongguan.law.money import EXACT
from tongguan.law.quote_form import (
    Note,
    Quote,
    QuotedLine,
    QuoteLine,
    QuoteOrder,
    Quotient,
    TaxStep,
    Threshold,
    UsedRow,
)
from tongguan.law.rows import GoodsRow, LimitRow, Row, TreatmentRow
from tongguan.law.tax import NOTE_TO_CHECK, GoodsLine, TaxBill, TaxLine, assess, dutiable_value
from tongguan.law.taxfault import BAD_AMOUNT, NO_CHANNEL, NOT_ALLOWED, TaxFault

_decode_order = msgspec.json.Decoder(QuoteOrder).decode
_decode_lines = msgspec.json.Decoder(tuple[QuoteLine, ...]).decode


def read_order(text: bytes) -> QuoteOrder:
    """An order as JSON: an object as ``QuoteOrder``, or a bare list of its lines. Amounts may be texts or numbers.

    Raises msgspec.DecodeError for what is no JSON, msgspec.ValidationError (one too) for another form.
    """
    order = _decode_lines(text) if text.lstrip()[:1] == b"[" else _decode_order(text)
    found = order if isinstance(order, QuoteOrder) else QuoteOrder(lines=order)
    if not found.lines:
        raise msgspec.ValidationError("no line of goods - at `$.lines`")
    return found


def quote(order: QuoteOrder, law: Law, day: date) -> Quote | tuple[Problem, ...]:
    """The quote of an order by the law of ``day`` (``order.at`` is not looked at), or why there is none."""
    at = law.at(day)
    if (early := _no_channel(law, day)) is not None:
        return (early.problem("quote", ""),)
    if odd := _odd_numbers(order, at):
        return _problems(odd)
    lines = tuple(_goods_line(line, number) for number, line in enumerate(order.lines, 1))
    value = dutiable_value(lines, order.freight, order.insuredFee)
    treatment, limits = _treatment(value, lines, order.yearUsed, at)
    if not treatment.allowed:
        return _problems((_refused(treatment, limits, value, item_count(lines), order.yearUsed),))
    bill = assess(lines, order.freight, order.insuredFee, at, treatment, order.discount)
    if not isinstance(bill, TaxBill):
        return _problems(bill)
    return _quote(order, law, at, value, item_count(lines), treatment, limits, bill)


def _no_channel(law: Law, day: date) -> TaxFault | None:
    rows = [row for row in law.rows("limits") if isinstance(row, LimitRow) and row.scheme == IMPORT_SCHEME]
    begins = min((row.valid_from for row in rows), default=date.max)
    if begins <= day:
        return None
    # What stood in its place then, as far as the law has it: the pilot's limits for articles.
    instead = [
        row.id for row in law.rows("limits")
        if isinstance(row, LimitRow) and row.scheme.startswith(IMPORT_SCHEME) and row.valid_from <= day
        <= (row.valid_to or date.max)
    ]  # fmt: skip
    return TaxFault(NO_CHANNEL, 0, "at", day.isoformat(), f">= {begins.isoformat()}", " ".join(instead))


def _goods_line(line: QuoteLine, number: int) -> GoodsLine:
    """As the tax wants it; lines without a number get theirs by place."""
    return GoodsLine(
        gnum=line.gnum or number, gcode=line.gcode, qty=line.qty, unit=line.unit, qty1=line.qty1, unit1=line.unit1,
        qty2=line.qty2, unit2=line.unit2, totalPrice=line.totalPrice,
    )  # fmt: skip


_DECIMALS = 5
"""As many as a message can carry."""


def _odd_numbers(order: QuoteOrder, law: LawAt) -> tuple[TaxFault, ...]:
    """Amounts and quantities that no message could carry: below 0, above the bound, no number, too many decimals."""
    yuan, count = law.setting("amount_bound_yuan"), law.setting("quantity_bound")
    asked = [(0, name, getattr(order, name), yuan) for name in ("freight", "insuredFee", "discount", "yearUsed")]
    for place, line in enumerate(order.lines, 1):
        number = line.gnum or place
        asked.append((number, "totalPrice", line.totalPrice, yuan))
        asked += [(number, name, getattr(line, name), count) for name in ("qty", "qty1", "qty2")]
    return tuple(
        TaxFault(BAD_AMOUNT, number, name, str(amount)[:40], f"0 … {bound.value}, 0.{'0' * (_DECIMALS - 1)}1", bound.id)
        for number, name, amount, bound in asked
        if amount is not None and not _plain(amount, bound.decimal)
    )


def _plain(amount: Decimal, greatest: Decimal) -> bool:
    exponent = amount.as_tuple().exponent
    return isinstance(exponent, int) and exponent >= -_DECIMALS and 0 <= amount <= greatest


def _refused(
    treatment: TreatmentRow, limits: tuple[LimitRow, LimitRow], value: Decimal, items: int, used: Decimal
) -> TaxFault:
    """Several items over the single limit, or over the year: with the figures on both sides."""
    single, year = limits
    if treatment.condition == "over_year":
        return TaxFault(NOT_ALLOWED, 0, "dutiableValue", f"{used} + {value}", f"<= {year.amount}", treatment.id)
    return TaxFault(
        NOT_ALLOWED, 0, "dutiableValue", f"{value}, {items} 件 / items", f"<= {single.amount}", treatment.id
    )


def _problems(faults: tuple[TaxFault, ...]) -> tuple[Problem, ...]:
    return tuple(fault.problem("quote", f"lines[{fault.gnum}]" if fault.gnum else "order") for fault in faults)


def _treatment(
    value: Decimal, lines: tuple[GoodsLine, ...], used: Decimal, law: LawAt
) -> tuple[TreatmentRow, tuple[LimitRow, LimitRow]]:
    """How the order is taxed, the year's limit before the single one, and the two limits."""
    single = within_single(value, item_count(lines), law)
    over = within_year(value, used, law) if single.allowed else None
    return over or single, (single_limit(law), year_limit(law))


def _quote(
    order: QuoteOrder,
    law: Law,
    at: LawAt,
    value: Decimal,
    items: int,
    treatment: TreatmentRow,
    limits: tuple[LimitRow, LimitRow],
    bill: TaxBill,
) -> Quote:
    used = dict.fromkeys((treatment.id, *(limit.id for limit in limits), *bill.law_rows))
    rows = [law.row(row_id) for row_id in used]
    return Quote(
        day=at.day,
        law=law.digest,
        dutiable_value=value,
        items=items,
        single_limit=limits[0].amount,
        year_limit=limits[1].amount,
        year_used=order.yearUsed,
        treatment=treatment.id,
        treatment_zh=treatment.zh,
        treatment_en=treatment.en,
        rounding=at.setting("tax_rounding").value,
        order=at.setting("tax_rounding_order").value,
        lines=tuple(_quoted(line, order.lines[place], order.tradeMode, at, treatment)
                    for place, line in enumerate(bill.lines)),
        customsTax=bill.customsTax,
        consumptionTax=bill.consumptionTax,
        valueAddedTax=bill.valueAddedTax,
        taxTotal=bill.taxTotal,
        rows=tuple(_used(row) for row in rows),
        notes=(NOTE_TO_CHECK,) if any(row.doubtful for row in rows) else (),
    )  # fmt: skip


def _used(row: Row) -> UsedRow:
    return UsedRow(id=row.id, zh=row.zh, en=row.en, source=row.source, doubtful=row.doubtful)


def _quoted(line: TaxLine, asked: QuoteLine, trade_mode: str, at: LawAt, treatment: TreatmentRow) -> QuotedLine:
    goods = at.goods(line.gcode)
    assert goods is not None, "the bill would not be there"
    return QuotedLine(
        gnum=line.gnum,
        gcode=line.gcode,
        zh=goods.zh,
        en=goods.en,
        totalPrice=asked.totalPrice,
        freight=line.freight,
        insuredFee=line.insuredFee,
        discount=line.discount,
        taxPrice=line.taxPrice,
        thresholds=tuple(_threshold(one) for one in line.tests),
        base=line.base,
        steps=_steps(line, goods, at, treatment),
        law_rows=line.law_rows,
        doubtful=line.doubtful,
        notes=_notes(line.gcode, trade_mode, at),
    )


def _threshold(tested: Tested) -> Threshold:
    return Threshold(
        row=tested.row_id, per=tested.per, content=str(tested.amount), price=str(tested.price),
        threshold=str(tested.threshold),
        test=tested.test, reached=tested.reached,
    )  # fmt: skip


def _steps(line: TaxLine, goods: GoodsRow, law: LawAt, treatment: TreatmentRow) -> tuple[TaxStep, ...]:
    vat = law.vat(goods.vat_class)
    of_excise = tuple(row.id for row in law.consumption(line.gcode) if row.id in line.law_rows)
    duty_share, vat_share, excise_share = (
        share if share is not None else Decimal(0)
        for share in (treatment.duty_share, treatment.vat_share, treatment.consumption_share)
    )
    none = "0"
    value, base = str(Fraction(line.taxPrice)), line.base
    return (
        TaxStep(tax="duty", base=value, rate=line.duty_rate, specific=none, levied=duty_share, exact=str(line.exact[0]),
                amount=line.customsTax, rule=treatment.id, rows=(goods.id,)),
        TaxStep(tax="consumption", base=base, rate=line.consumption_rate, specific=str(line.specific),
                levied=excise_share, exact=str(line.exact[1]), amount=line.consumptionTax,
                rule=treatment.id, rows=of_excise),
        TaxStep(tax="vat", base=base, rate=line.vat_rate, specific=none, levied=vat_share, exact=str(line.exact[2]),
                amount=line.valueAddedTax, rule=treatment.id, rows=(vat.id,)),
    )  # fmt: skip


def _notes(gcode: str, trade_mode: str, law: LawAt) -> tuple[Note, ...]:
    """What would be said against the goods when they are filed; the tax is reckoned all the same."""
    listed = law.listed(gcode)
    if listed is None:
        row = law.treatment("not_listed")
        return ((f"{row.zh}（{row.id}）：申报时将被退单", f"{row.en} ({row.id}): would be rejected when filed"),)
    notes: list[Note] = []
    if listed.remark_zh:
        notes.append(
            (f"清单备注（{listed.id}）：{listed.remark_zh}", f"remark of the list ({listed.id}): {listed.remark_en}")
        )
    if trade_mode and listed.trade_modes and trade_mode not in listed.trade_modes:
        modes = " ".join(listed.trade_modes)
        notes.append((f"{listed.id} 只允许贸易方式 {modes}", f"{listed.id} allows the trade modes {modes} only"))
    if listed.doubtful:
        notes.append(
            (f"{listed.id}：是否在清单内，依据待核", f"{listed.id}: whether it is on the list is to be checked")
        )
    return tuple(notes)


def shown(amount: Quotient) -> str:
    """A quotient as people read it: exact where six decimals suffice, else cut at six with an ellipsis."""
    scaled = Fraction(amount) * 10**6
    text = format(Decimal(scaled.numerator // scaled.denominator).scaleb(-6, EXACT), "f")
    whole, _, decimals = text.partition(".")
    if scaled.denominator != 1:
        return f"{text}…"
    decimals = decimals.rstrip("0").ljust(2, "0")
    return f"{whole}.{decimals}"
