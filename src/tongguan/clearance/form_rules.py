"""The entries D01 to D18 and D25 to D27: what they say, where they come from, which code they answer."""

from __future__ import annotations

from tongguan.clearance.rule import ALL_KINDS, KINDS, Rule

_GOODS = ("order", "inventory")

D01 = Rule(
    id="D01", stage="arrival", documents=("order",),
    fields=("acturalPaid", "goodsValue", "freight", "taxTotal", "discount"),
    zh="实际支付金额不等于商品价格、运杂费、代扣税款之和减去非现金抵扣金额",
    en="acturalPaid is not goodsValue plus freight plus taxTotal less discount",
    fix_zh="更正订单各项金额后，以较晚的报送时间重新申报", fix_en="correct the amounts of the order and file again with a later appTime",
    source="specification 202205, CEB311 acturalPaid", confidence="high",
    codes={"order": "-301008"},
)  # fmt: skip
D02 = Rule(
    id="D02", stage="arrival", documents=("order",), fields=("goodsValue", "OrderList.totalPrice"),
    zh="商品价格不等于各商品行总价之和", en="goodsValue is not the sum of the lines' totalPrice",
    fix_zh="更正商品价格或商品行总价后重新申报", fix_en="correct goodsValue or the line totals and file again",
    source="true of every published order sample", confidence="medium",
    codes={"order": "-301008"},
)  # fmt: skip
D03 = Rule(
    id="D03", stage="arrival", documents=_GOODS, fields=("totalPrice", "price", "qty"),
    zh="商品行总价不等于单价乘以数量", en="totalPrice of the line is not price times qty",
    fix_zh="更正该行单价、数量或总价；赠品单价填0", fix_en="correct price, qty or totalPrice of the line; gifts have price 0",
    source="specification 202205, CEB311 and CEB621 totalPrice", confidence="high",
    codes={"order": "-301008", "inventory": "-621001"},
)  # fmt: skip
D04 = Rule(
    id="D04", stage="arrival", documents=KINDS, fields=("currency",),
    zh="币制不是142（人民币）", en="the currency is not 142 (yuan)",
    fix_zh="币制填142，金额折成人民币", fix_en="put 142 and give the amounts in yuan",
    source="schema 202205", confidence="high",
)  # fmt: skip
D05 = Rule(
    id="D05", stage="arrival", documents=(*_GOODS, "entry_list"), fields=("gnum",),
    zh="商品序号未从1起连续，或有重复", en="gnum does not count from 1 without gaps or repeats",
    fix_zh="商品序号从1起逐行加1", fix_en="number the lines 1, 2, 3 …",
    source="specification 202205 ch. 7", confidence="high",
    codes={"order": "-301002", "inventory": "-621027"},
)  # fmt: skip
D06 = Rule(
    id="D06", stage="arrival", documents=("waybill", "inventory"), fields=("packNo",),
    zh="件数只能为1", en="packNo is not 1",
    fix_zh="一份运单、一份清单对应一个包裹，件数填1", fix_en="one waybill and one inventory are one parcel: put 1",
    source="specification 202205, CEB511 and CEB621 packNo", confidence="high",
)  # fmt: skip
D07 = Rule(
    id="D07", stage="arrival", documents=("waybill", "inventory"), fields=("grossWeight", "netWeight", "weight"),
    zh="毛重应不小于净重，且重量应大于0", en="gross weight is below net weight, or a weight is not above 0",
    fix_zh="更正毛重、净重（公斤）", fix_en="correct the weights (kg)",
    source="meaning of the fields", confidence="medium",
)  # fmt: skip
D08 = Rule(
    id="D08", stage="arrival", documents=(*_GOODS, "goods_return"), fields=("qty", "qty1", "qty2", "unit2"),
    zh="数量应大于0；第二单位为空时第二数量应为空，有第二单位时第二数量应为正数",
    en="a quantity is not above 0, or the second quantity and the second unit do not come together",
    fix_zh="更正数量；第二数量与第二单位同填或同不填", fix_en="correct the quantity; give qty2 and unit2 together or neither",
    source="specification 202205, CEB621 qty2; ch. 7 (-625009)", confidence="high",
)  # fmt: skip
D10 = Rule(
    id="D10", stage="arrival", documents=("order", "payment", "inventory"),
    fields=("buyerIdType", "buyerIdNumber", "payerIdType", "payerIdNumber"),
    zh="证件类型应为1（身份证），证件号码应为18位且日期、校验码正确",
    en="the id type is not 1 (identity card), or the number is not 18 characters with a valid date and check character",
    fix_zh="与订购人（支付人）核对身份证号码后重新申报", fix_en="check the number with the buyer (payer) and file again",
    source="specification 202205; GB 11643", confidence="high",
)  # fmt: skip
D12 = Rule(
    id="D12", stage="arrival", documents=(*_GOODS, "entry_list"), fields=("orderType", "ieFlag"),
    zh="进口单证的订单类型、进出口标记应为I", en="orderType or ieFlag of an import document is not I",
    fix_zh="填I；出口业务请用出口报文", fix_en="put I; exports have messages of their own",
    source="specification 202205", confidence="high",
)  # fmt: skip
D13 = Rule(
    id="D13", stage="arrival", documents=("inventory",), fields=("trafNo", "voyageNo", "billNo", "country"),
    zh="直购进口（9610）须填运输工具编号、航班航次号、提运单号，起运国应为境外的国家或地区",
    en="direct shipping (9610) needs trafNo, voyageNo and billNo, and a country of departure abroad",
    fix_zh="补填跨境段的运输信息，起运国填货物起运的境外国家或地区（不填142、不详）",
    fix_en="give the transport of the cross-border leg and the country, not 142 or unknown, where the goods set out",
    source="specification 202205, CEB621", confidence="high",
)  # fmt: skip
D14 = Rule(
    id="D14", stage="arrival", documents=("inventory",),
    fields=("emsNo", "areaCode", "areaName", "itemRecordNo", "country"),
    zh="保税进口（1210、1239）须填账册编号、区内企业代码和名称、各行账册备案料号，起运国填142",
    en="bonded mode (1210, 1239) needs emsNo, areaCode, areaName, itemRecordNo on each line, and country 142",
    fix_zh="补填保税账册与区内企业信息", fix_en="give the account book, the bonded-area company and the item numbers",
    source="specification 202205, CEB621 (1239: not named in the text)", confidence="high",
)  # fmt: skip
D16 = Rule(
    id="D16", stage="arrival", documents=("order", "inventory", "cancellation", "goods_return", "entry_list",
                                          "waybill_status"),
    fields=("customsCode", "portCode", "trafMode", "wrapType", "country", "tradeCountry", "unit", "unit1", "unit2",
            "tradeMode", "consigneeDistrict", "logisticsStatus"),
    zh="代码不在海关代码表内，或贸易方式不适用于零售进口",
    en="a code is not in the customs code table, or the trade mode is not one of retail import",
    fix_zh="按海关代码表更正；选填的代码不确定时可不填",
    fix_en="correct it by the customs code table; leave an optional code out when you do not know it",
    source="customs code tables (JGS-20, JGS/T 18); national division codes", confidence="high",
)  # fmt: skip
D17 = Rule(
    id="D17", stage="arrival", documents=("inventory", "cancellation", "goods_return", "entry_list"),
    fields=("preNo", "invtNo", "rkdNo"),
    zh="预录入编号、清单编号、入库单编号应由电子口岸和海关生成，新增时不得填写",
    en="preNo, invtNo and rkdNo are given by the e-port and customs: leave them empty on a new document",
    fix_zh="新增（appType 1）时留空；改单请用 appType 2", fix_en="leave them empty with appType 1; use appType 2 for a change",
    source="specification 202205 ch. 7; field text of -621001", confidence="high",
    codes={"inventory": "-621001", "goods_return": "-625008"},
)  # fmt: skip
D18 = Rule(
    id="D18", stage="arrival", documents=ALL_KINDS,
    fields=("appTime", "payTime", "logisticsTime", "declTime", "ieDate"),
    zh="时间不是有效的北京时间、晚于现在，或申报日期离今天太远",
    en="a time is not a valid China time or lies in the future, or declTime is too far from today",
    fix_zh="校准系统时钟，按北京时间填写", fix_en="set your clock and write China time",
    source="our reading; settings app_time_ahead_minutes_max, decl_time_days_max", confidence="low",
)  # fmt: skip
_COUNTED = (*KINDS, "goods_return")
D25 = Rule(
    id="D25", stage="arrival", documents=_COUNTED, fields=("amounts", "quantities"),
    zh="金额或数量超过本系统受理的上限", en="an amount or a quantity is above the greatest that this system takes",
    fix_zh="核对金额、数量和单位", fix_en="check the amount, the quantity and the unit",
    source="settings amount_bound_yuan, quantity_bound", confidence="high",
)  # fmt: skip
D26 = Rule(
    id="D26", stage="arrival", documents=_COUNTED, fields=("amounts", "quantities"),
    zh="金额或数量为负数", en="an amount or a quantity is below 0",
    fix_zh="更正为0或正数；退款不以负数申报", fix_en="put 0 or more; money paid back is not filed as a negative amount",
    source="the schema lets it through, so the server refuses it", confidence="high",
)  # fmt: skip
D27 = Rule(
    id="D27", stage="arrival", documents=ALL_KINDS, fields=("texts",),
    zh="必填项只有空格", en="a field that must be filled holds nothing but blanks",
    fix_zh="填写该项", fix_en="fill the field in",
    source="the schema lets a single blank through, so the server refuses it", confidence="high",
)  # fmt: skip

RULES = (D01, D02, D03, D04, D05, D06, D07, D08, D10, D12, D13, D14, D16, D17, D18, D25, D26, D27)
