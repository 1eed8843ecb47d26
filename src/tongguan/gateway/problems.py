"""What the door itself says no to, one entry each (rule ids A01 …), in both languages.

Everything about the message as such (schema, limits, envelope, signature) is told by ``ceb``; here stand the answers
that concern the post: token, size, form, load, and the two faults that make the door refuse a readable message.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import msgspec

from tongguan.ceb.problem import Problem


class Entry(msgspec.Struct, frozen=True, array_like=True):
    """One refusal of the door: HTTP status, what is wrong and how to mend it, in Chinese and English."""

    status: int
    text_zh: str
    text_en: str
    fix_zh: str
    fix_en: str


ENTRIES: Mapping[str, Entry] = MappingProxyType(
    {
        "A01": Entry(
            401,
            "没有访问令牌，或令牌无效、过期、已撤销",
            "there is no token, or it is not valid, has expired or was revoked",
            "请在 Authorization 头中写 Bearer 和有效令牌；向运营方申领新令牌",
            "send the header Authorization: Bearer with a token in force; ask the operator for a new one",
        ),
        "A02": Entry(
            403,
            "这种令牌不能办理此事",
            "this kind of token may not do this",
            "申报请使用申报方令牌；查询请使用本方、运营方或审计方令牌",
            "file with a filer's token; read with your own party's, an operator's or an auditor's",
        ),
        "A03": Entry(
            403,
            "信封的发送方不是令牌所属的一方",
            "the sender of the envelope is not the party of the token",
            "请使用该传输编号自己的令牌，或改正 SenderId",
            "use the token of that exchange id, or correct SenderId",
        ),
        "A04": Entry(
            403,
            "只能读取本方的回执与申报",
            "you may read your own receipts and filings only",
            "请用与令牌相同的传输编号查询",
            "ask for the exchange id that your token belongs to",
        ),
        "A05": Entry(
            413,
            "请求体超过大小上限",
            "the body is larger than the limit",
            "请把记录分到几份报文中再报",
            "spread the records over several messages",
        ),
        "A06": Entry(
            413,
            "解压后的报文超过大小上限",
            "the message is larger than the limit once unpacked",
            "请把记录分到几份报文中再报",
            "spread the records over several messages",
        ),
        "A07": Entry(
            415,
            "不接受这种内容类型",
            "this content type is not taken",
            "请用 application/xml、text/xml 或 application/octet-stream",
            "use application/xml, text/xml or application/octet-stream",
        ),
        "A08": Entry(
            415,
            "压缩方式不受支持，或压缩数据已损坏",
            "the compression is not supported, or its data are damaged",
            "请用 Content-Encoding: gzip 发送一个完整的 gzip 数据，或不压缩",
            "send one complete gzip member with Content-Encoding: gzip, or do not compress",
        ),
        "A09": Entry(
            429,
            "这个令牌的请求过于频繁",
            "this token sends too often",
            "请等待 Retry-After 所示的秒数；一份报文可装 100 条记录",
            "wait the seconds that Retry-After says; one message holds up to 100 records",
        ),
        "A10": Entry(
            503,
            "网关正忙或正在停止，报文未受理",
            "the gateway is busy or stopping; the message was not taken",
            "请等待 Retry-After 所示的秒数后原样再报",
            "wait the seconds that Retry-After says and send the same bytes again",
        ),
        "A11": Entry(
            404,
            "没有找到，或与本方无关",
            "there is no such thing, or it does not concern you",
            "请核对编号；只能查到本方参与的申报与订单",
            "check the number; you find only filings and orders that your party takes part in",
        ),
        "A12": Entry(
            400,
            "查询参数不正确",
            "a query parameter is not right",
            "请按 /openapi.json 所写改正该参数",
            "correct the parameter as /openapi.json describes it",
        ),
        "A13": Entry(
            405,
            "此地址不接受这种请求方法",
            "this address does not take this method",
            "申报请用 POST /dxp，查询请用 GET",
            "file with POST /dxp, read with GET",
        ),
        "A14": Entry(
            400,
            "请求没有完整送达",
            "the request did not arrive in full",
            "请检查网络与超时设置后原样再报",
            "check network and timeouts, then send the same bytes again",
        ),
        "A15": Entry(
            422,
            "缺少企业内部编号 copNo",
            "the declarant's own number copNo is missing",
            "请填写 copNo：没有它就无法在回执中指明这份单证",
            "fill in copNo: without it no receipt can name this document",
        ),
        "A16": Entry(
            422,
            "这是回执报文，只能由海关发出",
            "this is a receipt; only customs sends it",
            "请报送申报报文，如 CEB311、CEB411、CEB511、CEB621",
            "send a filing such as CEB311, CEB411, CEB511 or CEB621",
        ),
        "A17": Entry(
            500,
            "网关内部出错，已经记录",
            "something failed inside the gateway; it has been logged",
            "请稍后原样再报；再次出现时把时间告诉运营方",
            "send the same again later; tell the operator the time if it happens again",
        ),
        "A18": Entry(
            408,
            "请求送达太慢",
            "the request came too slowly",
            "请检查网络后原样再报",
            "check the network, then send the same bytes again",
        ),
        "A19": Entry(
            503,
            "暂时无法查询",
            "nothing can be read at the moment",
            "请等待 Retry-After 所示的秒数后再查",
            "ask again after the seconds that Retry-After says",
        ),
        "A20": Entry(
            400,
            "请求体不是所要求的 JSON",
            "the body is not the JSON that is asked for",
            "请发送 {message, privateKey, certificate, algorithm}；私钥与证书为 PEM，须同时给出或同时省略",
            "send {message, privateKey, certificate, algorithm}; key and certificate are PEM, both or neither",
        ),
        "A21": Entry(
            400,
            "这份报文不能签名",
            "this message cannot be signed",
            "请给出未签名的 CEB 报文，以及成对的私钥与证书",
            "give an unsigned CEB message, and a private key with its own certificate",
        ),
        "A22": Entry(
            400,
            "请求体不是试算所要求的 JSON 订单",
            "the body is not the JSON order that a quote is asked with",
            "请发送 {lines: [{gcode, totalPrice, qty1, unit1, …}], freight, insuredFee, …}，字段见法规说明",
            "send {lines: [{gcode, totalPrice, qty1, unit1}], freight, insuredFee}; see the page on the law",
        ),
        "A23": Entry(
            403,
            "本系统在此处不以自己的名义答复：由上游决定",
            "this deployment does not answer this in its own name: the upstream decides",
            "作为 relay，请取回执；作为 shadow，请向上游查询",
            "of a relay ask for receipts; of a shadow ask the upstream itself",
        ),
        "A24": Entry(
            400,
            "请求体不是所要求的 JSON 报文",
            "the body is not the JSON message that is asked for",
            "请发送 {head: {version, messageId, senderID, receiverID, sendTime, messageType}, data}，data 为报文的 base64",
            "send {head: {version, messageId, senderID, receiverID, sendTime, messageType}, data}; data is base64",
        ),
        "A25": Entry(
            403,
            "持此令牌者不能发出该指令",
            "whoever holds this token may not give this command",
            "关员请使用登记了关员编号的令牌；申报方只能答复询问或申请复核",
            "officers use a token issued for their officer id; filers may only answer a question or ask for a review",
        ),
        "A26": Entry(
            400,
            "请求体不是所要求的 JSON 指令",
            "the body is not the JSON command that is asked for",
            "请发送 {action, kind, key, reason, version, …}，字段见 /openapi.json；批准人须以自己的令牌批准",
            "send {action, kind, key, reason, version} and more, see /openapi.json; an approver has his own token",
        ),
        "A27": Entry(
            429,
            "本企业今天得到的关于订购人身份或额度的否定答复已达上限，今天不再受理清单",
            "your party has had as many negative answers about buyers' identity or year today as one may have",
            "请核对订购人信息后，于 Retry-After 所示的秒数（中国时间次日零时）之后再报；确有需要的，请运营方提高上限",
            "check what you know of the buyers; file again after Retry-After (midnight in China), or ask the operator",
        ),
    }
)


def problem(rule_id: str, *, document: str = "request", path: str = "", found: str = "", expected: str = "") -> Problem:
    """One of the door's own problems. Raises KeyError for an id that ENTRIES does not hold."""
    entry = ENTRIES[rule_id]
    return Problem(
        rule_id=rule_id,
        document=document,
        path=path,
        text_zh=entry.text_zh,
        text_en=entry.text_en,
        fix_zh=entry.fix_zh,
        fix_en=entry.fix_en,
        found=found,
        expected=expected,
    )
