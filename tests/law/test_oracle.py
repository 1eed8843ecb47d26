"""Random orders on random days against a second computation in whole numbers only, written apart from the first.

The oracle knows nothing of the law tables: rates, limits and their days stand here by hand, in hundredths of a per
cent; money is in whole 1e-5 yuan, quantities in whole 1e-3 of their unit. It chooses the treatment, shares freight and
insurance and reckons the three taxes by itself. Seeded; a failure prints the order. 5,000 lines, or 200,000 with
TONGGUAN_FULL=1.
"""

from __future__ import annotations

import os
import random
from datetime import date, timedelta
from decimal import Decimal as D

from tongguan.law.limits import within_single
from tongguan.law.quote import quote
from tongguan.law.quote_form import Quote, QuoteLine, QuoteOrder
from tongguan.law.tax import GoodsLine, TaxBill, assess

LINES = 200_000 if os.environ.get("TONGGUAN_FULL") == "1" else 5_000
SEED = 20260101

FIRST, LAST = date(2015, 10, 1), date(2027, 12, 31)
CHANNEL, LIMITS_2019, RETURNS = date(2016, 4, 8), date(2019, 1, 1), date(2020, 3, 28)
COSMETICS_2016 = date(2016, 10, 1)
EDGES = (
    CHANNEL, COSMETICS_2016, date(2017, 7, 1), date(2018, 5, 1), LIMITS_2019, date(2019, 4, 1), RETURNS,
    date(2026, 1, 1),
)  # fmt: skip
VAT = {
    "standard": ((date(2019, 4, 1), 1300), (date(2018, 5, 1), 1600), (date.min, 1700)),
    "reduced": ((date(2019, 4, 1), 900), (date(2018, 5, 1), 1000), (date(2017, 7, 1), 1100), (date.min, 1300)),
    "simplified": ((date.min, 300),),
    "exempt": ((date.min, 0),),
}

# code: duty, VAT class, consumption tax without any condition (1e-4)
PLAIN = {
    "1901101000": (1500, "standard", 0), "6109100010": (600, "standard", 0), "0409000000": (1500, "reduced", 0),
    "1006302090": (6500, "reduced", 0), "2204210000": (1400, "standard", 1000), "7116200000": (1000, "standard", 1000),
    "2204290000": (2000, "standard", 1000), "9506320000": (1200, "standard", 1000), "3006601000": (0, "exempt", 0),
    "8506101190": (800, "standard", 400), "4419901000": (0, "standard", 500),
    "2934999091": (0, "simplified", 0),
}  # fmt: skip
SIMPLIFIED_SINCE = date(2018, 5, 1)
# code: duty, tax, threshold in yuan for each unit, the unit filed, whether it is a cosmetic (30 % to September 2016)
BY_UNIT = {
    "3304990029": (100, 1500, 10, "036", True), "3303000020": (300, 1500, 10, "096", True),
    "3304990049": (100, 1500, 15, "020", True), "3304910000": (500, 1500, 10, "036", True),
    "9102110000": (1000, 2000, 10_000, "008", False), "9101110000": (800, 2000, 10_000, "008", False),
    "9101290090": (800, 2000, 10_000, "008", False),
}  # fmt: skip
# code: duty, share of the value, 1e-4 yuan a litre
BY_LITRE = {"2208300000": (500, 2000, 9120), "2208400000": (1000, 2000, 9120), "2206001000": (4000, 0, 2495)}
BEER = "2203000000"
CODES = [*PLAIN, *BY_UNIT, *BY_LITRE, BEER]


def half_up(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator)


def oracle_share(amount: int, values: list[int]) -> list[int]:
    """Whole 1e-5 yuan; parts in whole fen (1000 units), the last takes the rest, none above what is left."""
    total, left, parts = sum(values), amount, []
    for value in values[:-1]:
        part = min(half_up(amount * value, total * 1000) * 1000, left)
        parts.append(part)
        left -= part
    return [*parts, left]


def vat_on(day: date, vat_class: str) -> int:
    return next(rate for since, rate in VAT[vat_class] if since <= day)


def oracle_rates(code: str, value: int, quantity: int, day: date) -> tuple[int, int, int, int]:
    """Duty, VAT, consumption tax (1e-4) and the amount by quantity in 1e-10 yuan, for a dutiable value of 1e-5 yuan."""
    if code in PLAIN:
        duty, vat_class, rate = PLAIN[code]
        return duty, vat_on(day, vat_class), rate, 0
    standard = vat_on(day, "standard")
    if code in BY_UNIT:
        duty, rate, threshold, _, cosmetic = BY_UNIT[code]
        if cosmetic and day < COSMETICS_2016:
            return duty, standard, 3000, 0
        # value / 1e5 >= threshold * quantity / 1e3
        return duty, standard, rate if value >= threshold * quantity * 100 else 0, 0
    if code in BY_LITRE:
        duty, rate, by_litre = BY_LITRE[code]
        return duty, standard, rate, by_litre * quantity * 1000
    # beer. yuan per tonne = value/1e5 / (quantity/1e3 / 988); 370 dollars at 7.00 yuan = 2,590 yuan
    dearer = value * 988 >= 2590 * quantity * 100
    return 0, standard, 0, (2530 if dearer else 2227) * quantity * 1000


def oracle_line(code: str, value: int, quantity: int, day: date, levied: tuple[int, int]) -> tuple[int, int, int]:
    """Duty, consumption tax, VAT in fen. ``levied``: shares (1e-4) of duty, and of the other two.

    ``quantity`` is 1e-3 of g, ml, sheet, piece or litre.
    """
    duty, vat, rate, specific = oracle_rates(code, value, quantity, day)
    duty = duty * levied[0] // 10_000  # 0 or all of it
    # all that follows in units of 1e-14 yuan: value 1e-5 x (1e4 + duty) 1e-4 -> 1e-9, specific 1e-10 x 1e3
    sum_ = value * (10_000 + duty) * 10 + specific  # 1e-10 yuan
    excise = sum_ * rate + specific * (10_000 - rate)  # over (1e4 - rate), 1e-10 yuan
    to_fen = 10**8
    return (
        half_up(value * duty * 10, to_fen),
        half_up(excise * levied[1], (10_000 - rate) * 10_000 * to_fen),
        half_up(sum_ * vat * levied[1], (10_000 - rate) * 10_000 * to_fen),
    )


def oracle_treatment(value: int, items: int, used: int, day: date) -> tuple[str, tuple[int, int] | None]:
    """The row, and the shares levied of duty and of the other taxes; None where the law does not let the order in."""
    young = day >= LIMITS_2019
    single, year = (5_000, 26_000) if young else (2_000, 20_000)
    over_single, over_year = value > single * 100_000, used + value > year * 100_000
    if young:
        if over_single and items > 1:
            return "T04", None
        if over_year:
            return "T05", None
        return ("T03", (10_000, 10_000)) if over_single else ("T01", (0, 7_000))
    if over_year:
        return "T02Y", (10_000, 10_000)
    if over_single:
        return "T02" if items == 1 else "T02M", (10_000, 10_000)
    return "T01", (0, 7_000)


def random_day(draw: random.Random) -> date:
    if draw.random() < 0.4:
        return draw.choice(EDGES) + timedelta(days=draw.choice((-1, 0, 0, 1)))
    return FIRST + timedelta(days=draw.randrange((LAST - FIRST).days + 1))


def random_line(draw: random.Random) -> tuple[QuoteLine, int, int]:
    code = draw.choice(CODES)
    value = draw.randrange(1, 60_000_000) if draw.random() < 0.5 else draw.randrange(1, 300_000) * 1000
    quantity, unit = draw.randrange(1, 2_000_000), "035"
    if code in BY_UNIT:
        unit = BY_UNIT[code][3]
        if draw.random() < 0.5:  # stay near the threshold, or on it
            quantity = draw.randrange(1, 40) * 1000 if unit != "008" else 1000
            value = max(1, BY_UNIT[code][2] * quantity * 100 + draw.choice((-1000, -1, 0, 1, 1000)))
    elif code in (*BY_LITRE, BEER):
        unit = "095"
    milli, pieces = D(quantity).scaleb(-3), D(draw.choice((1, 1, 1, 2, 3)))
    total = D(value).scaleb(-5)
    places = [  # the quantity may stand in any of three places; a box (140) or a bottle (142) tells no content
        {"qty": pieces, "unit": "140", "qty1": milli, "unit1": unit},
        {"qty": pieces, "unit": "140", "qty1": D(1), "unit1": "142", "qty2": milli, "unit2": unit},
        {"qty": milli, "unit": unit, "qty1": D(1), "unit1": "142"},
    ]
    return QuoteLine(gcode=code, totalPrice=total, **draw.choice(places)), value, quantity


def test_every_line_agrees_with_whole_number_arithmetic(law):
    draw = random.Random(SEED)
    done, seen = 0, {}
    while done < LINES:
        day = random_day(draw)
        drawn = [random_line(draw) for _ in range(draw.choice((1, 1, 2, 3, 5)))]
        values = [value for _, value, _ in drawn]
        freight = draw.choice((0, draw.randrange(10_000) * 1000))
        insurance = draw.choice((0, draw.randrange(5_000_000)))
        used = draw.choice((0, 0, draw.randrange(2_600_000_000)))
        order = QuoteOrder(
            lines=tuple(line for line, _, _ in drawn), freight=D(freight).scaleb(-5),
            insuredFee=D(insurance).scaleb(-5), discount=D(draw.randrange(1000)).scaleb(-2),
            yearUsed=D(used).scaleb(-5),
        )  # fmt: skip
        found = quote(order, law, day)
        context = (SEED, day, order)
        done += len(drawn)
        if day < CHANNEL:
            assert not isinstance(found, Quote) and [one.rule_id for one in found] == ["TX05"], context
            seen["none"] = seen.get("none", 0) + 1
            continue
        items = sum(max(1, -(-int(line.qty * 1000) // 1000)) for line, _, _ in drawn)
        value = sum(values) + freight + insurance
        row, levied = oracle_treatment(value, items, used, day)
        seen[row] = seen.get(row, 0) + 1
        if levied is None:
            assert not isinstance(found, Quote), context
            assert [(one.rule_id, one.law_row) for one in found] == [("TX03", row)], context
            continue
        if unknown := [at for at, line in enumerate(order.lines, 1)
                       if line.gcode == "2934999091" and day < SIMPLIFIED_SINCE]:  # fmt: skip
            assert not isinstance(found, Quote), context
            assert [one.path for one in found] == [f"lines[{at}]/gcode" for at in unknown], context
            continue
        assert isinstance(found, Quote), (context, found)
        assert found.treatment == row, context
        parts = zip(values, oracle_share(freight, values), oracle_share(insurance, values), strict=True)
        for (filed, _, quantity), dutiable, line in zip(drawn, map(sum, parts), found.lines, strict=True):
            expected = oracle_line(filed.gcode, dutiable, quantity, day, levied)
            duty, consumption, vat = (step.amount * 100 for step in line.steps)
            assert (duty, consumption, vat) == expected, (context, filed)
            assert line.taxPrice == D(dutiable).scaleb(-5)
        assert found.taxTotal == sum(step.amount for line in found.lines for step in line.steps)
    assert set(seen) == {"none", "T01", "T02", "T02M", "T02Y", "T03", "T04", "T05"}, seen


def test_goods_returned_in_time_bear_nothing_from_the_day_of_that_rule_on(law):
    """T07: the same lines as above, no tax at all, and no such treatment before 28 March 2020."""
    draw = random.Random(SEED + 1)
    for _ in range(200):
        day = RETURNS + timedelta(days=draw.randrange(2_500))
        line, value, _ = random_line(draw)
        goods = GoodsLine(gnum=1, gcode=line.gcode, qty=line.qty, unit=line.unit, qty1=line.qty1, unit1=line.unit1,
                          qty2=line.qty2, unit2=line.unit2, totalPrice=line.totalPrice)  # fmt: skip
        bill = assess([goods], D(0), D(0), law.at(day), law.at(day).treatment("returned_in_time"))
        assert isinstance(bill, TaxBill) and bill.taxTotal == 0 and bill.taxPrice == D(value).scaleb(-5)


def test_the_limits_meet_at_new_year_2019(law):
    """2,000.00 and 5,000.00, by hand: the last day of one and the first of the other."""
    eve, day = date(2018, 12, 31), date(2019, 1, 1)
    assert [within_single(D(value), 1, law.at(on)).id for value, on in (
        ("2000.00", eve), ("2000.01", eve), ("2000.01", day), ("5000.00", day), ("5000.01", day))] == [
        "T01", "T02", "T01", "T01", "T03"]  # fmt: skip
