"""Faults inside one document (D01 to D27), one entry each. They are refused on arrival, whatever else is filed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

from tongguan.codes.identity import check_character
from tongguan.sandbox.companies import BONDED, DECLARANTS, LOGISTICS_COMPANIES, MERCHANTS, STRANGER
from tongguan.sandbox.documents import CHINA
from tongguan.sandbox.faults.planting import form, plus, times

BOUND_PASSED = "2000000000"  # yuan or units: above the greatest amount and quantity taken

OH, OL, PH, WH, IH, IL = (
    "OrderHead.",
    "OrderList.",
    "PaymentHead.",
    "LogisticsHead.",
    "InventoryHead.",
    "InventoryList.",
)
_UNKNOWN, _ROLE = "-10102", "-10101"


def _wrong_check(number: str) -> str:
    return number[:-1] + ("1" if number[-1] == "0" else "0")


def _thirteenth_month(number: str) -> str:
    first = number[:10] + "13" + number[12:17]
    return first + check_character(first)


def _days(count: int) -> Callable[[str], str]:
    """A function that moves a date or time of 8 or 14 digits by so many days."""

    def moved(old: str) -> str:
        day = datetime.strptime(old[:8], "%Y%m%d").replace(tzinfo=CHINA) + timedelta(days=count)
        return day.strftime("%Y%m%d") + old[8:]

    return moved


def _other_declarant(code: str) -> str:
    return next(one.code for one in DECLARANTS if one.code != code)


FAULTS = (
    form("order", "D01", "paid", "实付金额与各项金额之和不符", "acturalPaid is not the sum of its parts",
         (OH + "acturalPaid", plus("1"))),
    form("order", "D02", "value", "商品价格不等于各行总价之和", "goodsValue is not the sum of the lines",
         (OH + "goodsValue", plus("1")), (OH + "acturalPaid", plus("1"))),
    form("order", "D03", "order-line", "订单行总价不等于单价乘数量", "an order line's total is not price × qty",
         (OL + "1.totalPrice", plus("1")), (OH + "goodsValue", plus("1")), (OH + "acturalPaid", plus("1"))),
    form("inventory", "D03", "inventory-line", "清单行总价不等于单价乘数量", "an inventory line's total is not price × qty",
         (IL + "1.totalPrice", plus("1"))),
    form("order", "D05", "order-gap", "订单商品序号不连续", "gnum of the order has a gap",
         (OL + "2.gnum", 3), code="-301002"),
    form("order", "D05", "order-repeat", "订单商品序号重复", "gnum of the order repeats",
         (OL + "2.gnum", 1), code="-301002"),
    form("inventory", "D05", "inventory-gap", "清单商品序号不连续", "gnum of the inventory has a gap",
         (IL + "2.gnum", 3), code="-621027"),
    form("inventory", "D05", "inventory-repeat", "清单商品序号重复", "gnum of the inventory repeats",
         (IL + "2.gnum", 1), code="-621027"),
    form("waybill", "D06", "waybill", "运单件数不为1", "packNo of the waybill is 2", (WH + "packNo", 2)),
    form("inventory", "D06", "inventory", "清单件数不为1", "packNo of the inventory is 2", (IH + "packNo", 2)),
    form("inventory", "D07", "net-over-gross", "净重大于毛重", "net weight is above gross weight",
         (IH + "netWeight", plus("5"))),
    form("inventory", "D07", "net-zero", "净重为0", "net weight is 0", (IH + "netWeight", Decimal(0))),
    form("inventory", "D08", "qty-zero", "成交数量为0", "qty is 0",
         (IL + "1.qty", Decimal(0)), (IL + "1.totalPrice", Decimal(0))),
    form("inventory", "D08", "qty1-zero", "法定数量为0", "qty1 is 0", (IL + "1.qty1", Decimal(0))),
    form("inventory", "D08", "qty2-alone", "有第二数量而无第二单位", "qty2 without unit2", (IL + "2.unit2", None)),
    form("inventory", "D08", "unit2-alone", "有第二单位而无第二数量", "unit2 without qty2", (IL + "2.qty2", None)),
    form("order", "D10", "order-check", "订购人身份证校验码错误", "the buyer's number has a wrong check character",
         (OH + "buyerIdNumber", _wrong_check)),
    form("order", "D10", "order-length", "订购人身份证号码少一位", "the buyer's number lacks a character",
         (OH + "buyerIdNumber", lambda old: old[:-1])),
    form("order", "D10", "order-date", "订购人身份证出生日期不存在", "the buyer's number has a thirteenth month",
         (OH + "buyerIdNumber", _thirteenth_month)),
    form("order", "D10", "order-type", "订购人证件类型不是身份证", "the buyer's id is not an identity card",
         (OH + "buyerIdType", "2")),
    form("payment", "D10", "payment", "支付人身份证校验码错误", "the payer's number has a wrong check character",
         (PH + "payerIdNumber", _wrong_check)),
    form("inventory", "D10", "inventory", "清单订购人身份证校验码错误",
         "the buyer's number in the inventory has a wrong check character", (IH + "buyerIdNumber", _wrong_check)),
    form("order", "D12", "order", "进口订单的订单类型为E", "orderType is E", (OH + "orderType", "E")),
    form("inventory", "D12", "inventory", "进口清单的进出口标记为E", "ieFlag is E", (IH + "ieFlag", "E")),
    form("inventory", "D13", "no-traf", "直购进口缺运输工具编号", "direct shipping without trafNo", (IH + "trafNo", None)),
    form("inventory", "D13", "no-voyage", "直购进口缺航班航次号", "direct shipping without voyageNo",
         (IH + "voyageNo", None)),
    form("inventory", "D13", "no-bill", "直购进口缺提运单号", "direct shipping without billNo", (IH + "billNo", None)),
    form("inventory", "D13", "from-china", "直购进口的起运国为中国", "direct shipping that sets out from China",
         (IH + "country", "142")),
    form("inventory", "D13", "from-nowhere", "直购进口的起运国不详", "direct shipping from an unknown country",
         (IH + "country", "701")),
    form("inventory", "D14", "no-book", "保税进口缺账册编号", "bonded without emsNo", (IH + "emsNo", None), bonded=True),
    form("inventory", "D14", "no-area-code", "保税进口缺区内企业代码", "bonded without areaCode",
         (IH + "areaCode", None), bonded=True),
    form("inventory", "D14", "no-area-name", "保税进口缺区内企业名称", "bonded without areaName",
         (IH + "areaName", None), bonded=True),
    form("inventory", "D14", "no-item", "保税进口缺账册备案料号", "bonded without itemRecordNo",
         (IL + "1.itemRecordNo", None), bonded=True),
    form("inventory", "D14", "from-abroad", "保税进口的起运国不是中国", "bonded goods that set out from abroad",
         (IH + "country", "110"), bonded=True),
    form("inventory", "D16", "customs", "申报海关代码不存在", "unknown customsCode", (IH + "customsCode", "9999")),
    form("inventory", "D16", "port", "口岸海关代码不存在", "unknown portCode", (IH + "portCode", "9999")),
    form("inventory", "D16", "traffic", "运输方式代码不存在", "unknown trafMode", (IH + "trafMode", "Q")),
    form("inventory", "D16", "packing", "包装种类代码不存在", "unknown wrapType", (IH + "wrapType", "0")),
    form("inventory", "D16", "country", "起运国代码不存在", "unknown country", (IH + "country", "998")),
    form("inventory", "D16", "trade-mode", "贸易方式代码不存在", "unknown tradeMode", (IH + "tradeMode", "9999")),
    form("order", "D16", "order-unit", "订单计量单位代码不存在", "unknown unit in the order", (OL + "1.unit", "999")),
    form("order", "D16", "order-country", "订单原产国代码不存在", "unknown country of origin in the order",
         (OL + "1.country", "998")),
    form("order", "D16", "district", "收货地区划代码不存在", "unknown division of the address",
         (OH + "consigneeDistrict", "990101")),
    form("inventory", "D16", "all-offices", "申报海关填全部关区", "all offices as customsCode", (IH + "customsCode", "0000")),
    form("inventory", "D16", "unit2", "清单第二计量单位代码不存在", "unknown unit2 in the inventory", (IL + "2.unit2", "999")),
    form("inventory", "D16", "trade-country", "清单贸易国代码不存在", "unknown trading country in the inventory",
         (IL + "1.tradeCountry", "998")),
    form("inventory", "D17", "pre-no", "新增清单自填预录入编号", "a new inventory brings its own preNo",
         (IH + "preNo", "B20260101000000001")),
    form("inventory", "D17", "invt-no", "新增清单自填清单编号", "a new inventory brings its own invtNo",
         (IH + "invtNo", "51412026I000000001")),
    form("inventory", "D18", "declared-long-ago", "申报日期在六十天前", "declTime lies sixty days back",
         (IH + "declTime", _days(-60))),
    form("inventory", "D18", "declared-ahead", "申报日期在六十天后", "declTime lies sixty days ahead",
         (IH + "declTime", _days(60))),
    form("order", "D18", "app-time-ahead", "报送时间在两天后", "appTime lies two days ahead", (OH + "appTime", _days(2))),
    form("payment", "D18", "pay-time", "支付时间不是时间", "payTime is no time", (PH + "payTime", "20261345000000")),
    form("payment", "D18", "paid-ahead", "支付时间在两天后", "payTime lies two days ahead", (PH + "payTime", _days(2))),
    form("order", "D19-CODE", "merchant", "订单电商企业未登记", "the order names an unknown merchant",
         (OH + "ebcCode", STRANGER.code), code=_UNKNOWN),
    form("order", "D19-CODE", "pay", "订单支付企业未登记", "the order names an unknown payment company",
         (OH + "payCode", STRANGER.code), code=_UNKNOWN),
    form("payment", "D19-CODE", "platform", "支付单电商平台未登记", "the payment names an unknown platform",
         (PH + "ebpCode", STRANGER.code), code=_UNKNOWN),
    form("inventory", "D19-CODE", "logistics", "清单物流企业未登记", "the inventory names an unknown logistics company",
         (IH + "logisticsCode", STRANGER.code), code=_UNKNOWN),
    form("inventory", "D19-CODE", "area", "清单区内企业未登记", "the inventory names an unknown bonded-area company",
         (IH + "areaCode", STRANGER.code), code=_UNKNOWN, bonded=True),
    form("order", "D19-ROLE", "pay", "订单的支付企业实为物流企业", "the order's payment company is a logistics company",
         (OH + "payCode", LOGISTICS_COMPANIES[0].code), code=_ROLE),
    form("inventory", "D19-ROLE", "logistics", "清单的物流企业实为区内企业",
         "the inventory's logistics company is a bonded-area company", (IH + "logisticsCode", BONDED.code), code=_ROLE),
    form("inventory", "D19-ROLE", "area", "清单的区内企业实为商家", "the inventory's bonded-area company is a merchant",
         (IH + "areaCode", MERCHANTS[0].code), code=_ROLE, bonded=True),
    form("order", "D25", "amount", "订单金额超过受理上限", "an amount of the order is above the greatest taken",
         (OH + "freight", plus(BOUND_PASSED)), (OH + "acturalPaid", plus(BOUND_PASSED))),
    form("payment", "D25", "payment", "支付金额超过受理上限", "the amount paid is above the greatest taken",
         (PH + "amountPaid", plus(BOUND_PASSED))),
    form("inventory", "D25", "quantity", "法定数量超过受理上限", "a quantity is above the greatest taken",
         (IL + "1.qty1", Decimal(BOUND_PASSED))),
    form("order", "D26", "freight", "订单运杂费为负数", "freight of the order is negative",
         (OH + "freight", Decimal(-1)), (OH + "acturalPaid", plus("-13.50"))),
    form("payment", "D26", "payment", "支付金额为负数", "the amount paid is negative", (PH + "amountPaid", times("-1"))),
    form("waybill", "D26", "waybill", "运单运费为负数", "freight of the waybill is negative", (WH + "freight", Decimal(-1))),
    form("inventory", "D26", "inventory", "清单保费为负数", "insurance of the inventory is negative",
         (IH + "insuredFee", Decimal(-1))),
    form("order", "D27", "order", "订购人注册号只有一个空格", "a blank as the buyer's account", (OH + "buyerRegNo", " ")),
    form("payment", "D27", "payment", "支付人姓名只有全角空格", "a wide blank as the payer's name",
         (PH + "payerName", "\u3000")),
    form("waybill", "D27", "waybill", "收货人姓名只有空格", "blanks as the consignee", (WH + "consignee", "  ")),
    form("inventory", "D27", "inventory-line", "商品规格型号只有空格", "blanks as the model of the goods",
         (IL + "1.gmodel", "  ")),
    form("order", "K07", "app-type", "报送类型为4", "appType is 4", (OH + "appType", "4"), code="-301012"),
    form("payment", "K07", "app-status", "业务状态为3", "appStatus is 3", (PH + "appStatus", "3"), code="-401010"),
    form("order", "X01", "no-such-scenario", "备注指定不存在的情景", "the note names a scenario that there is not",
         (OH + "note", "SCENARIO:no-such-thing")),
    form("order", "X02", "code-asked-for", "备注要求一个回执代码", "the note asks for a code of the receipt",
         (OH + "note", "SCENARIO:code-301013"), code="-301013"),
    form("order", "X03", "code-of-another-receipt", "备注要求的代码属于另一种回执", "the note asks for a code of another receipt",
         (OH + "note", "SCENARIO:code-621030")),
    form("inventory", "D20-FILER", "other-declarant", "申报企业不是报送企业",
         "the declarant named is not the company that files", (IH + "agentCode", _other_declarant), code="-621016"),
)  # fmt: skip
"""Each entry: document, rule, name, both languages, the fields put wrong, and the code where it is a closer one."""
