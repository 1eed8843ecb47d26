"""Every way in which the platform can be told to fail, and the rule by which customs finds it."""

from __future__ import annotations

import msgspec


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """One way. ``code`` is what the upload is answered with (empty: none is sent); ``rule`` is what the pull fails by,
    or is only told where it ``passes``.
    """

    name: str
    code: str
    rule: str
    zh: str
    en: str
    passes: bool = False


def _one(name: str, code: str, rule: str, zh: str, en: str, passes: bool = False) -> Failure:
    return Failure(name=name, code=code, rule=rule, zh=zh, en=en, passes=passes)


FAILURES = (
    _one("error", "", "PP14", "对请求答复 HTTP 500", "answers the request with HTTP 500"),
    _one("refuse", "", "PP14", "对请求答复 20000", "answers the request with 20000"),
    _one("silent", "", "PP15", "接受请求但不上传", "takes the request and uploads nothing"),
    _one("unreadable", "20001", "PP15", "上传的不是 JSON", "uploads what is no JSON"),
    _one("incomplete", "20002", "PP15", "缺少交易流水号", "leaves out payTransactionId"),
    _one("session", "20003", "PP15", "以另一个会话上传", "uploads under another session"),
    _one("signature", "20005", "PP15", "签名值不是该内容的签名", "sends a value that signs nothing"),
    _one("stranger", "20006", "PP15", "以未登记的证书签名", "signs with a certificate that nobody registered"),
    _one("list-name", "10000", "PP04", "表体写作 payExchangeInfoList", "calls the lists payExchangeInfoList", True),
    _one("ebp", "10000", "PP05", "电商平台代码不同", "names another platform"),
    _one("order", "10000", "PP06", "没有被抓取的订单", "leaves out the order that was asked for"),
    _one("pay-code", "10000", "PP07", "支付企业代码不同", "names another payment company"),
    _one("transaction", "10000", "PP07", "交易流水号不同", "gives another transaction number"),
    _one("amount", "10000", "PP08", "交易金额减半", "gives half of the amount"),
    _one("currency", "10000", "PP09", "币制为美元", "says that the money is US dollars", True),
    _one("time", "10000", "PP10", "交易成功时间不同", "gives another time"),
    _one("goods", "10000", "PP11", "商品名称毫不相近", "shows goods of quite another name", True),
    _one("receiver", "10000", "PP12", "收款企业毫不相近", "has the money go to quite another company", True),
    _one("code", "10000", "PP13", "验核机构代码不存在", "gives a verDept that does not exist"),
)
BY_NAME = {one.name: one for one in FAILURES}
