"""What the law and the registers of the day do not allow: goods, units, limits, stock, address, identity."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

import msgspec

from tongguan.sandbox.bench import Bench, article
from tongguan.sandbox.deal import Line, one_line
from tongguan.sandbox.faults.fault import Fault
from tongguan.sandbox.faults.planting import Change, passes, planted, plus, unlawful
from tongguan.sandbox.people import LISTED, NAMESAKE, Person
from tongguan.sandbox.registry_folder import SCARCE_ITEM
from tongguan.sandbox.step import ALL_RELEASED, Expected, Outcome, Step, inventory_is, rejected, steps

OL, IL = "order.OrderList.", "inventory.InventoryList."

NOT_IN_TARIFF = "9999999999"
WHISKY = "2208300000"  # in the tariff, on no edition of the positive list
FROZEN_LOBSTER = "0306120000"  # on the positive list for bonded import only
SHEET_MASK = "3304990049"  # consumption tax from a price a sheet on; second unit: pieces
SUGAR = "1701991090"  # on the positive list, 2 kg a person and year

_FULL_TAX = Expected(
    status="800",
    also=("300", "500"),
    note_zh="放行：单件超过单次限值，全额征税",
    note_en="released: one article over the single limit bears full tax",
)


def _one(name: str, zh: str, en: str, lines: tuple[Line, ...], outcome: Outcome, *, bonded: bool = False) -> Fault:
    """A set with chosen lines and no freight, so that its dutiable value is the value of the goods."""

    def plan(bench: Bench) -> Iterable[Step]:
        return steps(bench.own(lines, bonded=bonded, freight="0", insured_fee="0"), outcome)

    good = outcome["inventory"].status == "800"
    return Fault(name=name, area="law", zh=zh, en=en, plan=plan, good=good)


def _noted(name: str, zh: str, en: str, rule: str, *changes: Change) -> Fault:
    """Something that is only noted: the inventory is released and names the rule."""
    noted = msgspec.structs.replace(ALL_RELEASED["inventory"], rule=rule)
    return planted(name, "law", zh, en, changes, {**ALL_RELEASED, "inventory": noted}, good=True)


def _suspended(name: str, zh: str, en: str, address: str) -> Fault:
    """A set that is delivered to an address which nobody would find."""
    places = ("order.OrderHead", "waybill.LogisticsHead", "inventory.InventoryHead")
    held = Expected(
        status="600",
        # A random draw for examination shows the graver status.
        also=("500",),
        rule="D24",
        note_zh="挂起：收货地址不详，待关员处理",
        note_en="suspended for its address; an officer decides",
    )
    changes = [(f"{place}.consigneeAddress", address) for place in places]
    return planted(name, "law", zh, en, changes, {**ALL_RELEASED, "inventory": held})


def _bought_by(name: str, zh: str, en: str, buyer: Person | None, outcome: Outcome) -> Fault:
    """A set of this buyer, or of one whom the identity register does not know."""

    def plan(bench: Bench) -> Iterable[Step]:
        return steps(bench.own(buyer=buyer), outcome)

    return Fault(name=name, area="law", zh=zh, en=en, plan=plan, good=outcome is ALL_RELEASED)


def _two_of(first: str, second: str) -> tuple[Line, ...]:
    """Two single pieces at these prices."""
    return (*one_line(article("SBX-G16"), 1, first), *one_line(article("SBX-G17"), 1, second))


def _year(bench: Bench) -> Iterable[Step]:
    """One buyer's year of 26,000 yuan: filled to the fen by six sets; the seventh, of 10 yuan, finds no room."""
    buyer, skis, juice = bench.buyer(), article("SBX-G16"), article("SBX-G14")
    plan = [
        *((one_line(skis, 1, "4900.00"), ALL_RELEASED) for _ in range(5)),
        (one_line(skis, 1, "1500.00"), ALL_RELEASED),
        (one_line(juice, 1, "10.00"), inventory_is(rejected("T05", "1313"))),
    ]
    for lines, outcome in plan:
        yield from steps(bench.own(lines, buyer=buyer, freight="0", insured_fee="0"), outcome)


def _year_by_a_fen(bench: Bench) -> Iterable[Step]:
    """The same year, filled up to 24,500 yuan: 1,500.01 is a fen too much."""
    buyer, skis = bench.buyer(), article("SBX-G16")
    for lines, outcome in [
        *((one_line(skis, 1, "4900.00"), ALL_RELEASED) for _ in range(5)),
        (one_line(skis, 1, "1500.01"), inventory_is(rejected("T05", "1313"))),
    ]:
        yield from steps(bench.own(lines, buyer=buyer, freight="0", insured_fee="0"), outcome)


_HONEY_PRICE = article("SBX-G08").price

FAULTS = (
    unlawful("D09", "no-such-code", "商品编码不在税则中", "a goods code that is not in the tariff",
             (IL + "1.gcode", NOT_IN_TARIFF)),
    unlawful("D09", "not-listed", "商品不在正面清单", "goods that are not on the positive list", (IL + "1.gcode", WHISKY)),
    unlawful("D09-MODE", "bonded-only", "仅限网购保税进口的商品按直购申报", "goods for bonded import only, shipped directly",
             (IL + "1.gcode", FROZEN_LOBSTER)),
    unlawful("D08-UNIT", "unit1", "第一法定单位与税则不符", "unit1 is not that of the tariff", (IL + "1.unit1", "036")),
    unlawful("D08-UNIT", "unit2", "缺税则规定的第二法定单位", "the tariff's second unit is left out",
             (IL + "2.unit2", None), (IL + "2.qty2", None)),
    unlawful("D15", "item", "料号不在账册中", "the item is not in the account book",
             (IL + "1.itemRecordNo", "R-SBX-NONE"), bonded=True),
    unlawful("D15", "gcode", "商品编码与账册不一致", "the goods code differs from the account book",
             (IL + "1.gcode", article("SBX-G10").gcode), bonded=True),
    unlawful("D15", "unit", "计量单位与账册不一致", "the unit differs from the account book",
             (IL + "1.unit", "125"), (OL + "1.unit", "125"), bonded=True),
    unlawful("D15", "origin", "原产国与账册不一致", "the origin differs from the account book",
             (IL + "1.country", "601"), (OL + "1.country", "601"), bonded=True),
    unlawful("D15", "stock", "法定数量超过账册结余", "more than is left in the account book",
             (IL + "1.itemRecordNo", SCARCE_ITEM), bonded=True),
    unlawful("T05-KG", "sugar", "糖2.1千克：超过每人每年2千克", "2.1 kg of sugar: over the 2 kg of a person's year",
             (IL + "1.gcode", SUGAR), (IL + "1.qty1", Decimal("2.1"))),
    passes("T05-KG-edge", "law", "糖恰为2千克：放行", "exactly 2 kg of sugar pass",
           (IL + "1.gcode", SUGAR), (IL + "1.qty1", Decimal(2))),
    unlawful("TX02", "sheets", "以片计的面膜只报瓶数、公斤数和件数", "masks taxed by the sheet, filed in bottles, kilograms and pieces",
             (IL + "1.gcode", SHEET_MASK), (IL + "1.unit2", "011"), (IL + "1.qty2", Decimal(2))),
    _noted("D08B-pieces", "成交单位与法定单位相同而数量不同：附注后放行",
           "deal unit and legal unit are one, the quantities are not: noted, released", "D08B",
           (IL + "2.qty1", Decimal(2))),
    _suspended("D24-short", "收货地址只有城市：挂起", "an address that names a city only: suspended", "沙箱省模拟市"),
    _suspended("D24-signs", "收货地址只有符号：挂起", "an address of signs only: suspended", "////////////"),
    _bought_by("D11-name", "身份证件号码登记在他人名下", "the number belongs to another name in the register", NAMESAKE,
               inventory_is(rejected("D11"))),
    _bought_by("D11-known", "身份登记中的订购人：放行", "a buyer whom the identity register knows: released", LISTED, ALL_RELEASED),
    _bought_by("D11-UNKNOWN-accepted", "身份登记中没有的订购人：按设置放行",
               "a buyer whom the register does not know: released, as the setting says", None, ALL_RELEASED),
    _one("D15-price", "单价高出账册价格三成以上", "a price more than 30 % above the account book",
         one_line(article("SBX-G08"), 1, str(_HONEY_PRICE * Decimal("1.31"))), inventory_is(rejected("D15")),
         bonded=True),
    _one("D15-price-edge", "单价恰高出账册价格三成：放行", "a price exactly 30 % above the account book passes",
         one_line(article("SBX-G08"), 1, str(_HONEY_PRICE * Decimal("1.30"))), ALL_RELEASED, bonded=True),
    _one("T01-edge", "多件商品恰为单次限值：放行", "several articles of exactly 5,000 yuan pass",
         _two_of("4000.00", "1000.00"), ALL_RELEASED),
    _one("T03-single", "单件商品超过单次限值：全额征税放行", "one article over the single limit passes with full tax",
         one_line(article("SBX-G16"), 1, "5000.01"), {**ALL_RELEASED, "inventory": _FULL_TAX}),
    _one("T04-several", "多件商品超过单次限值一分", "several articles a fen over the single limit",
         _two_of("4000.00", "1000.01"), inventory_is(rejected("T04"))),
    passes("M20-tax", "law", "代扣税款与海关计算相差一元：附注后放行", "advance tax a yuan off what customs computes: noted, released",
           ("order.OrderHead.taxTotal", plus("1")), ("order.OrderHead.acturalPaid", plus("1")),
           ("payment.PaymentHead.amountPaid", plus("1"))),
    Fault(name="T05-year", area="law", zh="年度限值用尽后再申报", en="a filing after the buyer's year is used up", plan=_year),
    Fault(name="T05-fen", area="law", zh="超过年度限值一分", en="a filing that passes the yearly limit by a fen",
          plan=_year_by_a_fen),
)  # fmt: skip
"""Each entry: rule, name, both languages, and the goods or fields chosen for it."""
