"""The entries M01 to M20: the match of order, payment, waybill and inventory 三单比对, and what is asked beside it."""

from __future__ import annotations

from tongguan.clearance.rule import Rule

_AGAIN_ZH = "更正有误的单证：订单、支付单、运单用 appType 2 变更，清单以较晚的报送时间重新申报"
_AGAIN_EN = (
    "correct the document that is wrong: change the order, payment or waybill with appType 2, "
    "then file the inventory again with a later appTime"
)

M01 = Rule(
    id="M01", stage="match", documents=("inventory", "order"), fields=("ebpCode", "ebcCode", "orderNo"),
    zh="订单不存在", en="the order is not there yet",
    fix_zh="由电商平台或电商企业申报该订单（CEB311），到达后自动继续",
    fix_en="the platform or the merchant files the order (CEB311); the inventory goes on by itself",
    source="real receipts", confidence="high",
)  # fmt: skip
M02 = Rule(
    id="M02", stage="match", documents=("inventory", "payment"), fields=("ebpCode", "orderNo"),
    zh="支付信息不存在", en="the payment is not there yet",
    fix_zh="由支付企业申报该订单的支付单（CEB411），到达后自动继续",
    fix_en="the payment company files the payment of the order (CEB411); the inventory goes on by itself",
    source="real receipts", confidence="high",
)  # fmt: skip
M03 = Rule(
    id="M03", stage="match", documents=("order", "payment"), fields=("payCode",),
    zh="订单所填支付企业与支付单不一致", en="the payment company that the order names is not that of the payment",
    fix_zh=_AGAIN_ZH, fix_en=_AGAIN_EN,
    source="specification 202205, CEB311 payCode; production receipt", confidence="high",
    codes={"payment": "13035"},
)  # fmt: skip
M03_ID = Rule(
    id="M03-ID", stage="match", documents=("order", "payment"), fields=("payTransactionId",),
    zh="订单所填支付交易编号与支付单不一致", en="the payTransactionId that the order names is not that of the payment",
    fix_zh=_AGAIN_ZH, fix_en=_AGAIN_EN,
    source="specification 202205, CEB311 payTransactionId", confidence="medium",
)  # fmt: skip
M04 = Rule(
    id="M04", stage="match", documents=("payment", "order"), fields=("amountPaid", "acturalPaid"),
    zh="支付金额与订单实际支付金额不一致", en="the amount paid differs from the order", fix_zh=_AGAIN_ZH, fix_en=_AGAIN_EN,
    source="specification 202205, CEB411 amountPaid; production receipt", confidence="high",
    codes={"payment": "1332"},
)  # fmt: skip
M05 = Rule(
    id="M05", stage="match", documents=("payment", "order"), fields=("payerName", "payerIdNumber"),
    zh="订购人与支付人的姓名或身份证号码不一致", en="buyer and payer differ in name or id number",
    fix_zh="由订购人本人支付，或更正订单、支付单后重新申报", fix_en="the buyer pays in person, or correct order or payment and file again",
    source="GACC 2018-194; production receipt", confidence="high", codes={"payment": "1327"},
)  # fmt: skip
M06 = Rule(
    id="M06", stage="match", documents=("inventory", "waybill"), fields=("logisticsCode", "logisticsNo"),
    zh="运单信息不存在", en="the waybill is not there yet",
    fix_zh="由物流企业申报该运单（CEB511），到达后自动继续",
    fix_en="the logistics company files the waybill (CEB511); the inventory goes on by itself",
    source="real receipts", confidence="high",
)  # fmt: skip
M07 = Rule(
    id="M07", stage="match", documents=("waybill", "order"), fields=("orderNo",),
    zh="运单的订单编号与订单不一致", en="the waybill names another order", fix_zh=_AGAIN_ZH, fix_en=_AGAIN_EN,
    source="specification 202205 schema, CEB511 orderNo", confidence="medium",
)  # fmt: skip
M08 = Rule(
    id="M08", stage="match", documents=("waybill", "order"),
    fields=("consignee", "consigneeTelephone", "consigneeAddress"),
    zh="运单收货人、电话或地址与订单不一致", en="consignee, telephone or address of the waybill differs from the order",
    fix_zh=_AGAIN_ZH, fix_en=_AGAIN_EN, source="notes of the schema 202205", confidence="high",
)  # fmt: skip
M09 = Rule(
    id="M09", stage="match", documents=("inventory", "order"), fields=("buyerName",),
    zh="清单订购人姓名与订单不一致", en="the buyer's name differs from the order", fix_zh=_AGAIN_ZH, fix_en=_AGAIN_EN,
    source="production receipt", confidence="high", codes={"inventory": "13127"},
)  # fmt: skip
M10 = Rule(
    id="M10", stage="match", documents=("inventory", "order"), fields=("buyerIdNumber", "buyerIdType"),
    zh="清单订购人证件类型或号码与订单不一致", en="the buyer's id type or number differs from the order",
    fix_zh=_AGAIN_ZH, fix_en=_AGAIN_EN, source="specification 202205, CEB621", confidence="high",
)  # fmt: skip
M11 = Rule(
    id="M11", stage="match", documents=("inventory", "order"), fields=("buyerTelephone",),
    zh="清单订购人电话与订单不一致", en="the buyer's telephone differs from the order", fix_zh=_AGAIN_ZH, fix_en=_AGAIN_EN,
    source="production receipt", confidence="high", codes={"inventory": "130126"},
)  # fmt: skip
M12 = Rule(
    id="M12", stage="match", documents=("inventory", "waybill"), fields=("freight", "insuredFee"),
    zh="清单运费、保费与运单不一致", en="freight or insurance of the inventory differs from the waybill",
    fix_zh=_AGAIN_ZH, fix_en=_AGAIN_EN, source="specification 202205, CEB511 and CEB621", confidence="medium",
)  # fmt: skip
M13 = Rule(
    id="M13", stage="match", documents=("inventory", "order"), fields=("InventoryList", "OrderList"),
    zh="清单表体商品项与订单表体商品项的项数不一致", en="the number of inventory lines differs from the order",
    fix_zh=_AGAIN_ZH, fix_en=_AGAIN_EN,
    source="production receipt", confidence="high", codes={"inventory": "1320"},
)  # fmt: skip
M14 = Rule(
    id="M14", stage="match", documents=("inventory", "order"),
    fields=("gnum", "gname", "itemName", "qty", "unit", "price", "totalPrice", "country", "itemNo"),
    zh="订单与清单表体商品项不一致", en="a line of the inventory differs from the order's line of the same gnum",
    fix_zh=_AGAIN_ZH, fix_en=_AGAIN_EN,
    source="production receipt; the list of fields is our reading", confidence="medium",
    codes={"inventory": "1322"},
)  # fmt: skip
M16 = Rule(
    id="M16", stage="match", documents=("inventory",), fields=("assureCode",),
    zh="担保企业不是本清单的电商平台、电商企业、物流企业或申报企业，或没有在有效期内的税款担保",
    en="the guarantor is not the platform, merchant, logistics company or declarant of this inventory, "
    "or has no tax guarantee in force",
    fix_zh="更正担保企业编号，或由担保企业办理税款担保后重新申报",
    fix_en="correct assureCode, or have the guarantor give a guarantee, then file again",
    source="specification 202205, CEB621 assureCode", confidence="high",
)  # fmt: skip
M16_LOW = Rule(
    id="M16-LOW", stage="accept", documents=("inventory",), fields=("assureCode",),
    zh="税款担保余额不足，放行前等待担保企业增加担保",
    en="the balance of the tax guarantee is too low; release waits until it is topped up",
    fix_zh="由担保企业增加担保额度，增加后自动继续", fix_en="the guarantor tops up the guarantee; the inventory goes on by itself",
    source="our reading of the tax guarantee; setting of the house", confidence="low",
)  # fmt: skip
M16_UNPAID = Rule(
    id="M16-UNPAID", stage="time", documents=("inventory",), fields=("assureCode",),
    zh="担保企业有缴款书逾期未缴，其税款担保停用，缴清之前不予放行",
    en="a payment bill of the guarantor was not paid in time: its guarantee is closed, nothing is released by it",
    fix_zh="由担保企业缴清逾期的缴款书，登记缴款后自动继续",
    fix_en="the guarantor pays the bill; the inventory goes on by itself once that is noted",
    source="unpaid: guarantee closed, no new release; setting payment_bill_days", confidence="medium",
)  # fmt: skip
M17_USED = Rule(
    id="M17-USED", stage="match", documents=("order", "payment", "waybill"), fields=("orderNo", "logisticsNo"),
    zh="单证已被其他清单使用：一份订单、一份运单只对应一份清单",
    en="another accepted inventory uses this document: one order, one waybill, one inventory",
    fix_zh="核对订单编号和运单编号；另一份清单有误的，先撤销", fix_en="check the numbers; cancel the other inventory if that one is wrong",
    source="our reading of -621004", confidence="medium",
)  # fmt: skip
D07_WAYBILL = Rule(
    id="D07-WAYBILL", stage="match", documents=("waybill", "inventory"), fields=("weight", "grossWeight"),
    zh="运单毛重与清单毛重相差过大", en="the gross weight of the waybill is too far from that of the inventory",
    fix_zh=_AGAIN_ZH, fix_en=_AGAIN_EN,
    source="our reading; setting waybill_weight_tolerance_share", confidence="medium",
)  # fmt: skip
M20 = Rule(
    id="M20", stage="match", documents=("order",), fields=("taxTotal",),
    zh="订单代扣税款与海关计算的税款不一致", en="taxTotal of the order differs from the tax computed",
    fix_zh="电商平台核对计税后更正；多收的退还订购人", fix_en="the platform checks its computation; what was taken too much goes back",
    source="merchants' programs; setting tax_total_mismatch", confidence="medium",
)  # fmt: skip

RULES = (M01, M02, M03, M03_ID, M04, M05, M06, M07, M08, M09, M10, M11, M12, M13, M14, M16, M16_LOW, M16_UNPAID,
         M17_USED, D07_WAYBILL, M20)  # fmt: skip
