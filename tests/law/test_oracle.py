"""Random orders against a second computation in whole numbers only, written apart from the first.

The oracle knows nothing of the law tables: rates stand here by hand, in hundredths of a per cent; money is in whole
1e-5 yuan, quantities in whole 1e-3 of their unit. Seeded; a failure prints the order. 5,000 lines, or 200,000 with
TONGGUAN_FULL=1.
"""

from __future__ import annotations

import os
import random
from decimal import Decimal as D

from tongguan.law.tax import GoodsLine, TaxBill, assess

LINES = 200_000 if os.environ.get("TONGGUAN_FULL") == "1" else 5_000
SEED = 20260101

# code: duty, VAT, consumption tax (1e-4), then the test: threshold in yuan by unit and the unit filed
PLAIN = {
    "1901101000": (1500, 1300, 0), "6109100010": (600, 1300, 0), "0409000000": (1500, 900, 0),
    "1006302090": (6500, 900, 0), "2204210000": (1400, 1300, 1000), "7116200000": (1000, 1300, 1000),
}  # fmt: skip
BY_UNIT = {
    "3304990029": (100, 1300, 1500, 10, "036"), "3303000020": (300, 1300, 1500, 10, "096"),
    "3304990049": (100, 1300, 1500, 15, "020"), "9102110000": (1000, 1300, 2000, 10_000, "008"),
    "9101110000": (800, 1300, 2000, 10_000, "008"),
}  # fmt: skip
WHISKY, BEER = "2208300000", "2203000000"


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


def oracle_line(code: str, value: int, quantity: int, full: bool) -> tuple[int, int, int]:
    """Duty, consumption tax, VAT in fen. ``value`` 1e-5 yuan, ``quantity`` 1e-3 of g, ml, sheet, piece or litre."""
    specific = 0  # 1e-10 yuan: 1e-4 yuan a litre times 1e-3 litre is 1e-7, times 1000
    if code in PLAIN:
        duty, vat, rate = PLAIN[code]
    elif code in BY_UNIT:
        duty, vat, rate, threshold, _ = BY_UNIT[code]
        # value / 1e5 >= threshold * quantity / 1e3
        rate = rate if value >= threshold * quantity * 100 else 0
    elif code == WHISKY:
        duty, vat, rate, specific = 500, 1300, 2000, 9120 * quantity * 1000
    else:
        # yuan per tonne = value/1e5 / (quantity/1e3 / 988); 370 dollars at 7.00 yuan = 2,590 yuan
        dearer = value * 988 >= 2590 * quantity * 100
        duty, vat, rate, specific = 0, 1300, 0, (2530 if dearer else 2227) * quantity * 1000
    levied = 10_000 if full else 7_000
    duty = duty if full else 0
    # all that follows in units of 1e-14 yuan: value 1e-5 x (1e4 + duty) 1e-4 -> 1e-9, specific 1e-10 x 1e3
    sum_ = value * (10_000 + duty) * 10 + specific  # 1e-10 yuan
    excise = sum_ * rate * 1 + specific * (10_000 - rate)  # over (1e4 - rate), 1e-10 yuan
    to_fen = 10**8
    return (
        half_up(value * duty * 10, to_fen),
        half_up(excise * levied, (10_000 - rate) * 10_000 * to_fen),
        half_up(sum_ * vat * levied, (10_000 - rate) * 10_000 * to_fen),
    )


def random_line(draw: random.Random, gnum: int) -> tuple[GoodsLine, int, int]:
    code = draw.choice([*PLAIN, *BY_UNIT, WHISKY, BEER])
    value = draw.randrange(1, 500_000_000) if draw.random() < 0.5 else draw.randrange(1, 500_000) * 1000
    quantity = draw.randrange(1, 2_000_000)
    unit = "011"
    if code in BY_UNIT:
        unit = BY_UNIT[code][4]
        if draw.random() < 0.5:  # stay near the threshold, or on it
            quantity = draw.randrange(1, 40) * 1000 if unit != "008" else 1000
            value = max(1, BY_UNIT[code][3] * quantity * 100 + draw.choice((-1000, -1, 0, 1, 1000)))
    elif code in (WHISKY, BEER):
        unit = "095"
    counted = draw.random() < 0.5  # the quantity may stand in any of three places
    milli = D(quantity).scaleb(-3)
    filed = GoodsLine(
        gnum=gnum, gcode=code, totalPrice=D(value).scaleb(-5), qty=D(1) if counted else milli,
        unit="140" if counted else unit, qty1=milli if counted else D(1), unit1=unit if counted else "142",
    )  # fmt: skip
    return filed, value, quantity


def test_every_line_agrees_with_whole_number_arithmetic(law_2025):
    draw = random.Random(SEED)
    done = 0
    while done < LINES:
        drawn = [random_line(draw, gnum) for gnum in range(1, draw.randrange(2, 7))]
        lines = [filed for filed, _, _ in drawn]
        values = [value for _, value, _ in drawn]
        freight, insurance = (
            draw.choice((0, draw.randrange(10_000) * 1000)),
            draw.choice((0, draw.randrange(5_000_000))),
        )
        full = draw.random() < 0.3
        treatment = law_2025.treatment("single_item_over_limit" if full else "within_limits")
        bill = assess(lines, D(freight).scaleb(-5), D(insurance).scaleb(-5), law_2025, treatment)
        assert isinstance(bill, TaxBill), bill
        parts = zip(values, oracle_share(freight, values), oracle_share(insurance, values), strict=True)
        for (filed, _, quantity), dutiable, line in zip(drawn, map(sum, parts), bill.lines, strict=True):
            expected = oracle_line(filed.gcode, dutiable, quantity, full)
            found = (line.customsTax * 100, line.consumptionTax * 100, line.valueAddedTax * 100)
            assert found == expected, (SEED, filed, freight, insurance, full)
            assert line.taxPrice == D(dutiable).scaleb(-5)
        assert bill.taxTotal == sum(line.customsTax + line.consumptionTax + line.valueAddedTax for line in bill.lines)
        done += len(drawn)
