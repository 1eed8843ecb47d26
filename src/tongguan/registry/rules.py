"""The invariants of the registry, one entry each: what a folder has to fulfil to become a snapshot."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import msgspec

from tongguan.ceb.problem import Problem


class Rule(msgspec.Struct, frozen=True):
    """One invariant, said in both languages, with its cure."""

    id: str
    zh: str
    en: str
    fix_zh: str
    fix_en: str


_RULES = (
    Rule("R01", "缺少必需的文件", "a file that must be there is missing", "补上该文件", "add the file"),
    Rule(
        "R02",
        "表头与规定的列不一致",
        "the header differs from the columns of this table",
        "按文档写出全部列名，不多不少",
        "write all column names as documented, no more and no fewer",
    ),
    Rule(
        "R03",
        "文件不是 UTF-8 编码的 CSV，或该行的单元格数与表头不同",
        "the file is not CSV in UTF-8, or the row has another number of cells than the header",
        "以 UTF-8 保存，含逗号的文字加双引号",
        "save it as UTF-8 and quote texts with commas",
    ),
    Rule("R04", "必填单元格为空", "a cell that must be filled is empty", "填写该单元格", "fill in the cell"),
    Rule("R05", "不是日期", "not a date", "写成 2026-01-31 的形式", "write it like 2026-01-31"),
    Rule(
        "R06",
        "不是允许的数值",
        "not a number that may stand here",
        "写成不小于零的十进制数，小数不超过五位",
        "write a decimal number of zero or more, with at most five decimals",
    ),
    Rule(
        "R07",
        "未知的角色",
        "unknown role",
        "使用文档中的角色词，多个以 | 连接",
        "use the documented words, joined by |",
    ),
    Rule("R08", "失效日期早于生效日期", "the last day lies before the first", "更正日期", "correct the dates"),
    Rule(
        "R09",
        "不是允许的取值",
        "not one of the values that may stand here",
        "使用文档中的取值",
        "use a documented value",
    ),
    Rule(
        "R10",
        "同一天有两家企业使用同一传输编号",
        "two parties have one dxp_id on the same day",
        "为每家企业使用各自的 dxp_id，或使有效期不重叠",
        "give each party its own dxp_id, or let the periods not overlap",
    ),
    Rule(
        "R11",
        "同一代码的两行有效期重叠",
        "two rows of one code overlap in time",
        "使有效期不重叠",
        "let the periods not overlap",
    ),
    Rule(
        "R12",
        "所指的企业不在 parties.csv 中",
        "the company named is not in parties.csv",
        "先登记该企业，或更正代码",
        "register the company first, or correct the code",
    ),
    Rule(
        "R13",
        "证书的传输编号不属于该企业",
        "the dxp_id of the certificate is not that of its party",
        "使 certificates.csv 与 parties.csv 一致",
        "let certificates.csv agree with parties.csv",
    ),
    Rule(
        "R14",
        "证书、根证书或吊销列表读不出来",
        "a certificate, root or revocation list cannot be read",
        "提供 PEM 格式的文件",
        "give the file in PEM form",
    ),
    Rule(
        "R15",
        "证书编号与证书的序列号不一致",
        "the number differs from the serial number of the certificate",
        "填写证书序列号（十六进制或十进制）",
        "write the serial number of the certificate, in hexadecimal or decimal",
    ),
    Rule("R16", "重复的行", "a row is repeated", "只保留一行", "keep one row"),
    Rule(
        "R17",
        "吊销列表不是由所给的根证书签发的",
        "the revocation list was not signed by a root in this folder",
        "补上签发它的根证书，或去掉该列表",
        "add the root that signed it, or leave the list out",
    ),
    Rule(
        "R18",
        "所指的企业没有这一角色",
        "the company named does not have the role needed here",
        "在 parties.csv 中补上角色，或更正代码",
        "add the role in parties.csv, or correct the code",
    ),
    Rule(
        "R19",
        "代码或编号的写法不对",
        "the code or number is not written as it must be",
        "更正该单元格",
        "correct the cell",
    ),
    Rule(
        "R20",
        "未知的文件",
        "a file that has no place in the folder",
        "移走该文件；证书只放在 certificates、roots、crl 中",
        "take it out; certificates belong into certificates, roots and crl",
    ),
    Rule(
        "R24",
        "不是北京时间的时刻",
        "not a time of China",
        "写成 2026-01-31T08:00 的形式",
        "write it like 2026-01-31T08:00",
    ),
    Rule(
        "R25",
        "值班结束不晚于开始",
        "the shift does not end after it begins",
        "更正起止时间",
        "correct the times",
    ),
    Rule(
        "R26",
        "所指的关员不在 officers.csv 中",
        "the officer named is not in officers.csv",
        "先登记该关员，或更正编号",
        "register the officer first, or correct the id",
    ),
    Rule(
        "R27",
        "不是有效的居民身份证号码",
        "not a valid resident identity number",
        "核对18位号码的日期和校验码",
        "check the 18 characters, their date and their check character",
    ),
    Rule(
        "R28",
        "所指的传输编号不在 parties.csv 中",
        "the exchange id named is not in parties.csv",
        "先登记该企业及其 dxp_id，或更正编号",
        "register the company with its dxp_id first, or correct the id",
    ),
    Rule(
        "R29",
        "抄送数据须写明以何种角色查看",
        "copies of data need the role as which they are seen",
        "填写角色；只抄送回执时写 RET",
        "fill in the role; write RET where only receipts are copied",
    ),
    Rule(
        "R30",
        "证书在链上未通过检查：以它签名的申报将被拒绝",
        "the certificate failed the check of its chain: filings signed with it will be refused",
        "补上签发它的根证书或中级证书（roots 文件夹）",
        "add the root or intermediate certificate that signed it to the folder roots",
    ),
)

RULES: Mapping[str, Rule] = MappingProxyType({rule.id: rule for rule in _RULES})
"""All invariants by their id. R30 is told as a warning; the others keep the folder from being imported."""


def problem(rule_id: str, file: str, path: str = "", found: str = "", expected: str = "") -> Problem:
    """A broken invariant at its place: ``path`` is ``row 3/valid_from``, rows counted as in a spreadsheet."""
    rule = RULES[rule_id]
    return Problem(
        rule_id=rule_id,
        document=file,
        path=path,
        text_zh=rule.zh,
        text_en=rule.en,
        fix_zh=rule.fix_zh,
        fix_en=rule.fix_en,
        found=found,
        expected=expected,
    )
