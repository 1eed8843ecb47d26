"""The entries PP01 to PP16: what is asked of a payment pull and of the data that a trading platform uploads for it."""

from __future__ import annotations

from tongguan.clearance.rule import Rule

_LAW = "announcements 165 and 179 of 2018"
_CHECK = "ours: the announcements name the data, not the checks"
_TRUE_ZH = "按支付企业的原始记录重新上传；申报单证有误的，先更正单证"
_TRUE_EN = "upload again what the payment company has recorded; correct the filed documents where these are wrong"

PP01 = Rule(
    id="PP01", stage="pull", documents=("payment",), fields=("payExInfoStr",),
    zh="上传的支付原始数据无法读取，或有必填项缺失、过长、类型不符",
    en="the upload cannot be read, or an element is missing, too long or of another type",
    fix_zh="按 179 号公告的接口内容改正该项后重新上传", fix_en="correct the element by the table of announcement 179 and upload again",
    source=_LAW, confidence="high",
)  # fmt: skip
PP02 = Rule(
    id="PP02", stage="pull", documents=("payment",), fields=("sessionID",),
    zh="没有这个会话，或会话已结束", en="there is no such session, or it is over",
    fix_zh="使用海关请求中的 sessionID，并在时限内上传", fix_en="use the sessionID of the request and upload in time",
    source=_LAW, confidence="high",
)  # fmt: skip
PP03 = Rule(
    id="PP03", stage="pull", documents=("payment",), fields=("signValue", "certNo"),
    zh="签名不能验证，或证书未登记、不在有效期、已吊销、不属于该电商平台",
    en="the signature does not verify, or the certificate is unknown, not in force, revoked, or not the platform's",
    fix_zh="按公告拼接加签原文，用平台已登记的证书签名", fix_en="sign the announced text with a registered certificate of the platform",
    source=_LAW, confidence="high",
)  # fmt: skip
PP04 = Rule(
    id="PP04", stage="pull", documents=("payment",), fields=("payExchangeInfoLists",),
    zh="支付原始数据表体写作 payExchangeInfoList，已接受", en="the lists are called payExchangeInfoList; they were taken",
    fix_zh="改为 payExchangeInfoLists", fix_en="call them payExchangeInfoLists", source=_LAW, confidence="high",
)  # fmt: skip
PP05 = Rule(
    id="PP05", stage="pull", documents=("payment",), fields=("ebpCode",),
    zh="上传的电商平台代码不是被抓取的平台", en="ebpCode of the upload is not the platform that was asked",
    fix_zh=_TRUE_ZH, fix_en=_TRUE_EN, source=_CHECK, confidence="low",
)  # fmt: skip
PP06 = Rule(
    id="PP06", stage="pull", documents=("payment",), fields=("orderNo",),
    zh="上传数据中没有被抓取的订单", en="the order that was asked for is not among those uploaded",
    fix_zh="表体须列出该笔支付的全部订单", fix_en="list every order that the payment covers", source=_LAW, confidence="high",
)  # fmt: skip
PP07 = Rule(
    id="PP07", stage="pull", documents=("payment",), fields=("payCode", "payTransactionId"),
    zh="上传的支付企业代码、交易流水号与申报的支付单不一致",
    en="payCode or payTransactionId of the upload differs from the payment filed",
    fix_zh=_TRUE_ZH, fix_en=_TRUE_EN, source=_CHECK, confidence="low",
)  # fmt: skip
PP08 = Rule(
    id="PP08", stage="pull", documents=("payment",), fields=("totalAmount",),
    zh="上传的交易金额低于所列订单支付金额之和", en="totalAmount is below the sum of the amounts paid for the orders listed",
    fix_zh=_TRUE_ZH, fix_en=_TRUE_EN, source=_CHECK, confidence="low",
)  # fmt: skip
PP09 = Rule(
    id="PP09", stage="pull", documents=("payment",), fields=("currency",),
    zh="交易币制不是人民币，金额未比对", en="the money is not yuan; the amounts were not compared",
    fix_zh="无须处理；由海关人工核对", fix_en="nothing to do; customs looks at it", source=_LAW, confidence="high",
)  # fmt: skip
PP10 = Rule(
    id="PP10", stage="pull", documents=("payment",), fields=("tradingTime",),
    zh="上传的交易成功时间与支付单的支付时间不一致", en="tradingTime differs from payTime of the payment filed",
    fix_zh=_TRUE_ZH, fix_en=_TRUE_EN, source=_CHECK, confidence="low",
)  # fmt: skip
PP11 = Rule(
    id="PP11", stage="pull", documents=("order",), fields=("gname", "itemName"),
    zh="订单的商品在上传的商品名称中找不到相近者", en="no name among the goods uploaded is like that of a line of the order",
    fix_zh=_TRUE_ZH, fix_en=_TRUE_EN, source=_CHECK, confidence="low",
)  # fmt: skip
PP12 = Rule(
    id="PP12", stage="pull", documents=("order",), fields=("recpName", "ebcName"),
    zh="收款企业名称与订单的电商企业不相近", en="recpName is not like the merchant of the order",
    fix_zh=_TRUE_ZH, fix_en=_TRUE_EN, source=_CHECK, confidence="low",
)  # fmt: skip
PP13 = Rule(
    id="PP13", stage="pull", documents=("payment",), fields=("verDept", "payType", "currency"),
    zh="验核机构、支付类型或币制的代码不存在", en="the code of verDept, payType or currency does not exist",
    fix_zh="按代码表填写", fix_en="use a code of the table", source=_LAW, confidence="high",
)  # fmt: skip
PP14 = Rule(
    id="PP14", stage="pull", documents=("order",), fields=("platDataOpen",),
    zh="电商平台没有接受抓取请求", en="the platform did not take the request",
    fix_zh="保持登记的接口地址可用，并对请求答复 10000", fix_en="keep the registered address up and answer the request with 10000",
    source=_LAW, confidence="high",
)  # fmt: skip
PP15 = Rule(
    id="PP15", stage="pull", documents=("order",), fields=("serviceTime",),
    zh="电商平台未在时限内上传支付原始数据", en="the platform did not upload the payment data in time",
    fix_zh="收到请求后在时限内上传", fix_en="upload in time after the request", source=_LAW, confidence="high",
)  # fmt: skip
PP16 = Rule(
    id="PP16", stage="pull", documents=("order",), fields=("orderNo",),
    zh="不能抓取：订单或其支付单未申报、已删除，或已有进行中的抓取，或现行法规没有抓取的参数",
    en="this cannot be pulled: order or payment are not there, a pull is open, or the law in force knows none",
    fix_zh="待订单和支付单申报后、或上一次抓取结束后再抓取",
    fix_en="pull when order and payment are there, or when the last pull is over", source="ours", confidence="high",
)  # fmt: skip

RULES = (PP01, PP02, PP03, PP04, PP05, PP06, PP07, PP08, PP09, PP10, PP11, PP12, PP13, PP14, PP15, PP16)
NOTES = frozenset({PP04.id, PP09.id})
"""Rules that are told and fail no pull."""
NAMES = frozenset({PP11.id, PP12.id})
"""Rules about names: a setting says whether they fail a pull."""
