"""The entries asked of the law of the day when all documents are there: the lists, the units, stock, limits."""

from __future__ import annotations

from tongguan.clearance.rule import Rule

D09 = Rule(
    id="D09", stage="match", documents=("inventory",), fields=("gcode",),
    zh="商品编码不在当日税则或跨境电商零售进口商品清单内",
    en="the goods code is not in the tariff or on the positive list of the day",
    fix_zh="核对10位商品编码；不在清单内的商品按一般贸易或个人物品办理",
    fix_en="check the 10-digit code; goods off the list come as general trade or as a personal article",
    source="财关税〔2016〕18号; positive list of the day", confidence="high",
)  # fmt: skip
D09_MODE = Rule(
    id="D09-MODE", stage="match", documents=("inventory",), fields=("gcode", "tradeMode"),
    zh="商品清单备注不允许该商品以此贸易方式进口（如仅限网购保税进口）",
    en="the positive list's remark forbids this trade mode for the goods (for example: bonded import only)",
    fix_zh="按备注所列的贸易方式办理", fix_en="bring the goods in under a trade mode that the remark names",
    source="remarks of the positive list of the day", confidence="high",
)  # fmt: skip
D08B = Rule(
    id="D08B", stage="match", documents=("inventory",), fields=("qty", "unit", "qty1", "unit1"),
    zh="成交计量单位与法定计量单位相同，而数量不同", en="the deal unit is the first legal unit, but the quantities differ",
    fix_zh="两个数量填为一致，或更正计量单位", fix_en="give both quantities alike, or correct the unit",
    source="a check of filing programs; setting legal_quantity_mismatch", confidence="medium",
)  # fmt: skip
D08_UNIT = Rule(
    id="D08-UNIT", stage="match", documents=("inventory",), fields=("unit1", "unit2"),
    zh="法定计量单位与税则不一致", en="a legal unit is not that of the tariff line",
    fix_zh="按税则填写法定第一、第二计量单位，并换算数量", fix_en="give the legal units of the tariff line and convert the quantities",
    source="specification 202205, CEB621 unit1; tariff", confidence="high",
)  # fmt: skip
D15 = Rule(
    id="D15", stage="match", documents=("inventory",),
    fields=("emsNo", "itemRecordNo", "gcode", "unit", "unit1", "country", "qty1", "price", "areaCode"),
    zh="账册中没有该料号，或商品编码、单位、原产国、区内企业、价格与账册不一致，或库存不足",
    en="the account book has no such item, or code, unit, origin, company or price differ from it, or stock is too low",
    fix_zh="核对账册编号和料号；库存不足的先办理入区核增", fix_en="check emsNo and itemRecordNo; bring goods in first if stock is too low",
    source="specification 202205, CEB621 emsNo; setting stock_price_tolerance_share", confidence="medium",
)  # fmt: skip
T04 = Rule(
    id="T04", stage="match", documents=("inventory",), fields=("totalPrice", "freight", "insuredFee", "qty"),
    zh="完税价格超过单次交易限值且商品多于一件", en="the dutiable value is over the single-transaction limit with more than one item",
    fix_zh="拆分为多个订单，或按一般贸易办理", fix_en="order the items apart, or import them as general trade",
    source="财关税〔2018〕49号", confidence="medium",
)  # fmt: skip
T05 = Rule(
    id="T05", stage="accept", documents=("inventory",), fields=("buyerIdNumber", "totalPrice"),
    zh="订购人购买超过年度限额", en="the buyer would be over the yearly limit",
    fix_zh="超过年度限值的商品按一般贸易办理；订购人可查询剩余额度",
    fix_en="import goods over the yearly limit as general trade; the buyer can ask what is left",
    source="财关税〔2018〕49号; production receipt", confidence="high", codes={"inventory": "1313"},
)  # fmt: skip

RULES = (D09, D09_MODE, D08_UNIT, D08B, D15, T04, T05)
