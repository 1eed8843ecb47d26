"""What the page of codes says beside the rules: when a status is told, and why a code of the list is not given here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple


class Note(NamedTuple):
    """One sentence in both languages, without a stop at its end."""

    zh: str
    en: str


class Reason(NamedTuple):
    """Why a code is not given, and what a filer does instead. ``{}`` is the code or rule that says it here."""

    why: Note
    fix: Note


_MEND = Note("按 CEB900 列出的问题更正后重新发送", "mend what CEB900 names and send the message again")
_AS_IT_IS = Note("稍后原样重新发送", "send the same bytes again later")
_OTHER = Note("按 {} 的说明处理", "see {}")
REASONS: Mapping[str, Reason] = MappingProxyType(
    {
        "form": Reason(
            Note("报文格式不符，受理前即以 CEB900 拒绝", "the message is refused with CEB900 before that"), _MEND
        ),
        "trouble": Reason(
            Note(
                "系统故障时答复 HTTP 503，不受理，不发此代码",
                "trouble inside is answered with HTTP 503: nothing is taken",
            ),
            _AS_IT_IS,
        ),
        "screen": Reason(
            Note(
                "属于电子口岸的录入界面，本系统以报文申报", "belongs to the e-port's screens; here one files messages"
            ),
            Note("以报文申报", "file a message"),
        ),
        "asked": Reason(
            Note(
                "属于查询；缺少的单证由清单停在 2 的回执指明",
                "belongs to a query; what is missing is told by an inventory at 2",
            ),
            Note("按回执所列编号补报单证", "file the documents that the receipt names"),
        ),
        "other": Reason(Note("同样情形给出 {}", "the same case is answered with {}"), _OTHER),
        "limit": Reason(
            Note("限值在入库时按当日法规判断，超过的回执 100（{}）", "limits are judged at acceptance: 100 ({})"),
            _OTHER,
        ),
        "books": Reason(
            Note(
                "额度与申报在同一笔事务中变动，不会单独出错",
                "the quota moves in the transaction of the decision, never by itself",
            ),
            Note("无需处理", "nothing has to be done"),
        ),
        "unneeded": Reason(
            Note("退货申请只核对原清单（{}），不查此项", "a goods return is held against its inventory only ({})"),
            _OTHER,
        ),
    }
)


def _all(reason: str, codes: str, by: str = "") -> Iterator[tuple[str, tuple[str, str]]]:
    return ((f"-{code}", (reason, by)) for code in codes.split())


def _table(*parts: Iterable[tuple[str, tuple[str, str]]]) -> dict[str, tuple[str, str]]:
    return dict(pair for part in parts for pair in part)


NOT_GIVEN: Mapping[str, tuple[str, str]] = MappingProxyType(
    _table(
        _all(
            "form", "301001 301007 301015 401005 401013 504000 504010 504013 505000 505010 505013 505017 621000 621024"
        ),
        _all("form", "621026 621030 623000 623008 623017 625003 625006 625023 625028 625031 625200"),
        _all("form", "800000 800002 800006"),
        _all("trouble", "301013 401011 505015 621008 621009 621017 621025 623006 623007 623016 623027 623028"),
        _all("trouble", "625019 625027 625110 625116 625202 625203 625206 625207 800004"),
        _all("screen", "621006 621010 621019 621020 621021 621022 621023 623010 623011 623018 623019 623020 623022"),
        _all("screen", "623024 625017 625018 625029 625030 625032 625204 625205"),
        _all("screen", "621002 623002 625002"),
        _all("asked", "301003 301004 301005 301006 401001 401002 401003 401004 623004"),
        _all("other", "304001", "-301010"),
        _all("other", "504012", "-504015"),
        _all("other", "621003", "-621001"),
        _all("other", "621011", "-621042"),
        _all("other", "621012", "-621043"),
        _all("other", "621028 621049", "-621029"),
        _all("other", "621041", "-621004"),
        _all("other", "451 623023", "-623001"),
        _all("other", "623013", "K09"),
        _all("other", "625005", "-625208"),
        _all("other", "625013", "D22-SAME"),
        _all("other", "625113", "-625020"),
        _all("other", "625114", "-625021"),
        _all("limit", "621005", "T04"),
        _all("limit", "621018", "T05, 1313"),
        _all("books", "621013 621014 623025 625024 625025 625026"),
        _all("unneeded", "625007 625009 625011 625012", "D22-LINE, D22-GOODS"),
        _all("unneeded", "625014 625015", "D22-QTY"),
    )
)
"""Negative codes that no rule gives: (reason, what says it here). Once a rule gives a code, the rule tells of it."""

STATUSES: Mapping[str, Note] = MappingProxyType(
    {
        "1": Note("appStatus 为 1：只暂存，未申报", "appStatus is 1: saved only, not declared"),
        "2": Note(
            "已受理；其他单证未齐时停在此，清单的文字列出所缺", "taken; waits here until the documents are complete"
        ),
        "3": Note("送海关处理", "handed to customs"),
        "4": Note(
            "未送达海关，须以较晚的报送时间重新申报（沙箱情景 send-failed）", "not handed over: file again later"
        ),
        "100": Note(
            "退单：全部原因列在文字中；占用的额度、担保、库存退回", "rejected, with all reasons; what it held is free"
        ),
        "120": Note("入库：清单编号、计税、占用额度和担保", "accepted: numbered, taxed, quota and guarantee held"),
        "300": Note("人工审核，或订购人身份待核实（D11-UNKNOWN）", "a review, or the buyer's identity is checked"),
        "399": Note("审结", "the review is finished"),
        "400": Note("直购进口等待入库明细单", "direct shipping waits for the warehouse entry list"),
        "430": Note("撤销成功，同时撤销申请回执 399", "cancelled; the cancellation itself is answered with 399"),
        "500": Note("查验", "the goods are examined"),
        "501": Note("扣留移送通关", "detained, handed to clearance"),
        "502": Note("扣留移送缉私", "detained, handed to anti-smuggling"),
        "503": Note("扣留移送法规", "detained, handed to legal affairs"),
        "599": Note("其它扣留", "detained for another reason"),
        "600": Note(
            "挂起：收货地址不详（D24）、暂停放行，或关员挂起", "suspended: a vague address, a pause, or by an officer"
        ),
        "700": Note("退运，清单至此结束", "shipped back; the inventory ends with it"),
        "800": Note("放行", "released"),
        "899": Note("结关：退货期限已过，税单已汇总", "closed: returns are over, the tax bill is summarised"),
        "0": Note("不给出；身份不符回执 100（D11）", "not given; an identity that does not agree is 100 (D11)"),
        "-999999": Note("只在 CEB900 中，整个报文被拒绝", "in CEB900 only: the whole message is refused"),
    }
)
"""When each status is told."""

RESULTS: Mapping[str, Note] = MappingProxyType(
    {
        "1200": Note("清单转人工审核", "the inventory goes to review"),
        "1800": Note("单证入库", "the document is accepted"),
        "2300": Note("审结", "the review is finished"),
        "2600": Note("放行", "the goods are released"),
    }
)
"""Results of customs that say what happened and name no rule."""

EXCHANGE: Mapping[str, Note] = MappingProxyType(
    {
        **dict.fromkeys(
            ("0001", "0002", "0999"), Note("HTTP 422，CEB900 列出问题", "HTTP 422; CEB900 names the problems")
        ),
        **dict.fromkeys(
            ("1001", "1004", "1999"),
            Note("HTTP 202，逐单证回执 D20-SIGN 的代码", "HTTP 202; each record has the code of D20-SIGN"),
        ),
        "1002": Note("HTTP 202，逐单证回执 D20-CERT 的代码", "HTTP 202; each record has the code of D20-CERT"),
        "1003": Note("不出现：传输由 HTTPS 加密", "does not occur: HTTPS encrypts the way"),
        "2001": Note("不检查接收方：报文即申报给本系统", "receivers are not checked: what is sent here is filed here"),
        "2002": Note("HTTP 403（A03）：发送方与令牌不一致", "HTTP 403 (A03): the sender is not the token's party"),
        "2999": Note("负数代码或 A 类问题", "a negative code, or a problem A01 and following"),
        **dict.fromkeys(("3001", "3999"), Note("HTTP 503，附 Retry-After", "HTTP 503 with Retry-After")),
        **dict.fromkeys(
            ("3002", "3003"), Note("HTTP 503；原样重发不会重复", "HTTP 503; the same bytes again do no harm")
        ),
    }
)
"""What answers in the place of each code of the exchange."""
