"""Why no tax can be computed for an inventory: one entry a rule, in both languages, with the cure."""

from __future__ import annotations

from dataclasses import dataclass

from tongguan.ceb.problem import Problem


@dataclass(frozen=True, slots=True)
class TaxRule:
    """A rule of the tax computation that a filing can break."""

    id: str
    text_zh: str
    text_en: str
    fix_zh: str
    fix_en: str


UNKNOWN_GOODS = TaxRule(
    "TX01",
    "商品编码不在当日税则中，无法计税",
    "the goods code is not in the tariff of the day, so no tax can be computed",
    "请核对10位商品编码后重新申报",
    "check the 10-digit goods code and file again",
)
NO_CONTENT = TaxRule(
    "TX02",
    "计量单位无法换算为计税所需的净含量或数量",
    "no quantity filed can be turned into the content or number that the tax is reckoned by",
    "请以克、千克、毫升或升申报净含量；以“片”或“张”标注的商品请以片或张申报；按件计的商品请以个、只或件申报",
    "give the net content in g, kg, ml or litres; goods labelled in sheets in 片 or 张; goods taxed by the piece in"
    " 个, 只 or 件",
)
NOT_ALLOWED = TaxRule(
    "TX03",
    "该情形不得按跨境电商零售进口办理，不计税",
    "the law does not admit this case to retail import, so there is no tax to compute",
    "请按一般贸易或个人物品办理",
    "import the goods as general trade or as a personal article",
)
BAD_AMOUNT = TaxRule(
    "TX04",
    "金额须不小于零且不超过上限，优惠不得超过货款",
    "an amount must lie between 0 and the greatest amount taken, and a discount within the price",
    "请核对金额后重新申报",
    "check the amounts and file again",
)
NO_CHANNEL = TaxRule(
    "TX05",
    "该日尚无跨境电商零售进口税收渠道，当时按个人物品或货物征税",
    "on that day there was no such channel yet: such goods came as personal articles or as goods",
    "个人物品税不在本计算之内；请选用该渠道开始之日或以后的日期",
    "tax on personal articles is not reckoned here; choose a day from the beginning of the channel on",
)
TAX_RULES = (UNKNOWN_GOODS, NO_CONTENT, NOT_ALLOWED, BAD_AMOUNT, NO_CHANNEL)


@dataclass(frozen=True, slots=True)
class TaxFault:
    """One reason for which no tax is computed. ``gnum`` is the line's number, 0 for the inventory's head.

    ``field`` is the element at fault; ``found`` and ``expected`` are texts; ``law_row`` the id of the row that asks.
    """

    rule: TaxRule
    gnum: int
    field: str
    found: str
    expected: str = ""
    law_row: str = ""

    def problem(self, document: str, path: str) -> Problem:
        """The fault as told to a filer. ``path`` leads to the line or head, as in ``Inventory[1]/InventoryList[2]``."""
        return Problem(
            rule_id=self.rule.id,
            document=document,
            path=f"{path}/{self.field}",
            text_zh=self.rule.text_zh,
            text_en=self.rule.text_en,
            fix_zh=self.rule.fix_zh,
            fix_en=self.rule.fix_en,
            found=self.found,
            expected=self.expected,
            law_row=self.law_row,
        )
