"""The faults of form: each rule with its number, both languages and the cure, and how a Problem is made of it.

``W`` limits and well-formedness, ``S`` the schema, ``L`` what the lenient profile lets through with a warning,
``E`` the envelope. Texts name the element and never quote a value: values stand in ``found``, where they can be masked.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

import msgspec

from tongguan.ceb.problem import Problem


class Rule(msgspec.Struct, frozen=True):
    """One fault of form. The texts may name ``{name}`` (the element), ``{zh}``/``{en}`` (its title), ``{expected}``."""

    id: str
    zh: str
    en: str
    fix_zh: str
    fix_en: str


_ALL: Final = (
    Rule(
        "W01",
        "报文超过允许的大小（{expected} 字节）",
        "the message is larger than the {expected} bytes allowed",
        "请把单证分到多个报文中申报",
        "split the documents over several messages",
    ),
    Rule(
        "W02",
        "报文含有文档类型声明（DOCTYPE），不予接受",
        "the message has a document type declaration (DOCTYPE), which is not accepted",
        "请删去 DOCTYPE 后重新签名并发送",
        "remove the DOCTYPE, sign again and send again",
    ),
    Rule(
        "W03",
        "报文引用外部文件（DOCTYPE 的 SYSTEM 或 PUBLIC），不予接受",
        "the message refers to an outside file (SYSTEM or PUBLIC of a DOCTYPE), which is not accepted",
        "请删去 DOCTYPE 后重新签名并发送",
        "remove the DOCTYPE, sign again and send again",
    ),
    Rule(
        "W04",
        "报文使用了 XML 预定义之外的实体，不予接受",
        "the message uses an entity beyond the five that XML defines, which is not accepted",
        "请把实体替换为其代表的字符后重新签名并发送",
        "replace the entity by the characters it stands for, sign again and send again",
    ),
    Rule(
        "W05",
        "元素嵌套超过 {expected} 层",
        "elements are nested more than {expected} levels deep",
        "请减少扩展数据的嵌套层数",
        "flatten the content of the extension",
    ),
    Rule(
        "W06",
        "{zh}（{name}）超过 {expected} 行",
        "{en} ({name}) has more than {expected} lines",
        "请把表体分到多份单证中申报",
        "split the lines over several documents",
    ),
    Rule(
        "W07",
        "一个报文的单证超过 {expected} 份",
        "the message has more than {expected} records",
        "请把单证分到多个报文中发送",
        "split the records over several messages",
    ),
    Rule(
        "W08",
        "错误超过 {expected} 个，其余未列出",
        "there are more than {expected} problems; the rest is not listed",
        "请先修正已列出的错误",
        "mend those that are listed first",
    ),
    Rule(
        "W09",
        "报文不是格式良好的 XML",
        "the message is not well-formed XML",
        "请按 XML 规则修正所指位置后重新签名并发送",
        "mend the XML at the place named, sign again and send again",
    ),
    Rule(
        "W10",
        "报文的字符编码不被接受或与内容不符（接受 {expected}）",
        "the character encoding is not accepted, or the content is not in it (accepted: {expected})",
        "请以 UTF-8 编码并在 XML 声明中写明后发送",
        "encode the message in UTF-8, say so in the XML declaration, and send again",
    ),
    Rule(
        "W11",
        "无法识别的报文类型：根元素不是已知的报文",
        "unknown message type: the root element is not a message known here",
        "请使用命名空间 http://www.chinaport.gov.cn/ceb 中的报文，如 CEB311Message",
        "use a message of the namespace http://www.chinaport.gov.cn/ceb, such as CEB311Message",
    ),
    Rule(
        "W12",
        "报文的元素过多（标签超过 {expected} 个）",
        "the message has too many elements (more than {expected} tags)",
        "请把单证分到多个报文中申报",
        "split the documents over several messages",
    ),
    Rule(
        "S01",
        "缺少必填元素：{zh}（{name}）",
        "the mandatory element {name} ({en}) is missing",
        "请在应有的位置补填 {name}",
        "add {name} in its place",
    ),
    Rule(
        "S02",
        "出现规定之外的元素 {name}",
        "the element {name} is not allowed here",
        "请删去 {name}，或改用规定的元素名",
        "remove {name}, or use the official element name",
    ),
    Rule(
        "S03",
        "元素顺序错误：{zh}（{name}）",
        "the element {name} ({en}) stands in the wrong place",
        "请按规定顺序排列元素",
        "put the elements in the order of the specification",
    ),
    Rule(
        "S04",
        "{zh}（{name}）过短：至少 {expected} 个字符",
        "{name} ({en}) is too short: at least {expected} characters",
        "请填写 {name}；选填元素无内容时请整个省略",
        "fill in {name}; leave an optional element out when there is nothing to say",
    ),
    Rule(
        "S05",
        "{zh}（{name}）过长：至多 {expected} 个字符",
        "{name} ({en}) is too long: at most {expected} characters",
        "请缩短 {name}",
        "shorten {name}",
    ),
    Rule(
        "S06",
        "{zh}（{name}）长度错误：应为 {expected} 个字符",
        "{name} ({en}) has the wrong length: it must be {expected} characters",
        "请按规定长度填写 {name}；选填元素无内容时请整个省略",
        "write {name} in its fixed length; leave an optional element out when there is nothing to say",
    ),
    Rule(
        "S07",
        "{zh}（{name}）不是规定的数值",
        "{name} ({en}) is not a number of the kind asked for",
        "请填写十进制数字（{expected}），不用千分位和科学记数法；选填元素无内容时请整个省略",
        "write a plain decimal number ({expected}) without separators or exponent; leave an empty optional element out",
    ),
    Rule(
        "S08",
        "{zh}（{name}）位数过多：至多 {expected} 位",
        "{name} ({en}) has too many digits: at most {expected}",
        "请核对 {name} 的数值",
        "check the value of {name}",
    ),
    Rule(
        "S09",
        "{zh}（{name}）小数位过多：至多 {expected} 位",
        "{name} ({en}) has too many decimals: at most {expected}",
        "请把 {name} 保留到规定的小数位",
        "round {name} to the decimals allowed",
    ),
    Rule(
        "S10",
        "{zh}（{name}）应固定为 {expected}",
        "{name} ({en}) must be {expected}",
        "请填写 {expected}",
        "write {expected}",
    ),
    Rule(
        "S11",
        "{zh}（{name}）重复出现",
        "{name} ({en}) stands more than once",
        "请只保留一个 {name}",
        "keep only one {name}",
    ),
    Rule(
        "S12",
        "{zh}（{name}）出现次数过多：至多 {expected} 次",
        "{name} ({en}) stands too often: at most {expected} times",
        "请把多出的部分放到另一个报文中",
        "move the rest to another message",
    ),
    Rule(
        "S13",
        "缺少必填属性 {name}",
        "the mandatory attribute {name} is missing",
        "请在报文根元素上补填属性 {name}",
        "add the attribute {name} to the root element",
    ),
    Rule(
        "S14",
        "报文缺少电子签名（ds:Signature）",
        "the message lacks its signature (ds:Signature)",
        "请对整个报文签名，并把签名放在最后",
        "sign the whole message and put the signature last",
    ),
    Rule(
        "S15",
        "{zh}（{name}）的子元素之间有文字",
        "there is text between the elements of {name} ({en})",
        "请删去元素之间的文字",
        "remove the text between the elements",
    ),
    Rule(
        "S16",
        "{zh}（{name}）中不能再含元素",
        "{name} ({en}) may hold text only, no elements",
        "请只填写内容，不要嵌套元素",
        "write the value only, without elements inside",
    ),
    Rule(
        "S17",
        "出现规定之外的属性 {name}",
        "the attribute {name} is not allowed here",
        "请删去属性 {name}",
        "remove the attribute {name}",
    ),
    Rule(
        "S18",
        "{zh}（{name}）超出整数范围（{expected}）",
        "{name} ({en}) is beyond the range of a whole number ({expected})",
        "请核对 {name} 的数值",
        "check the value of {name}",
    ),
    Rule(
        "S19",
        "元素 {name} 是误写，规定的名称为 {expected}",
        "the element {name} is misspelt; its official name is {expected}",
        "请把 {name} 改为 {expected}",
        "rename {name} to {expected}",
    ),
    Rule(
        "S90",
        "报文不符合规定的格式",
        "the message does not follow the schema",
        "请按规范核对报文",
        "check the message against the specification",
    ),
    Rule(
        "L01",
        "选填元素{zh}（{name}）为空，按未填处理",
        "the optional element {name} ({en}) is empty and counts as left out",
        "无内容时请整个省略 {name}",
        "leave {name} out when there is nothing to say",
    ),
    Rule(
        "L02",
        "报文没有签名，按宽松方式暂予接受",
        "the message has no signature; the lenient profile lets it pass",
        "正式申报请签名",
        "sign the message when you declare in earnest",
    ),
    Rule(
        "L03",
        "{zh}（{name}）超过现行长度，按旧规范接受（至多 {expected} 个字符）",
        "{name} ({en}) is longer than allowed today and accepted by the older text (at most {expected} characters)",
        "请缩短 {name}",
        "shorten {name}",
    ),
    Rule(
        "E01",
        "信封缺少 {name}",
        "the envelope lacks {name}",
        "请按 DxpMsg 规定补填 {name}",
        "add {name} as DxpMsg asks for",
    ),
    Rule(
        "E02",
        "信封的 {name} 长度错误（{expected} 个字符）",
        "{name} of the envelope has the wrong length ({expected} characters)",
        "请按规定长度填写 {name}",
        "write {name} within its length",
    ),
    Rule(
        "E03",
        "信封的 Data 不是有效的 Base64",
        "Data of the envelope is not valid Base64",
        "请把业务报文的字节以 Base64 编码放入 Data",
        "put the bytes of the message into Data, coded in Base64",
    ),
    Rule(
        "E04",
        "信封中 {name} 不允许出现或位置、次数错误",
        "{name} is not allowed here in the envelope, stands in the wrong place or too often",
        "请按 DxpMsg 规定的顺序和次数填写",
        "follow the order and number of elements that DxpMsg asks for",
    ),
    Rule(
        "E05",
        "信封的 {name} 不是有效的日期时间",
        "{name} of the envelope is not a date and time",
        "请填写如 2026-01-31T08:30:00 的时间",
        "write a time such as 2026-01-31T08:30:00",
    ),
    Rule(
        "E06",
        "信封的版本属性 ver 应为 {expected}",
        "the attribute ver of the envelope must be {expected}",
        '请填写 ver="1.0"',
        'write ver="1.0"',
    ),
)

FOUND_MAX: Final = 2_000
"""Characters of a found value that a problem quotes at most."""
NAME_MAX: Final = 100
PATH_MAX: Final = 500
"""Names of foreign elements come from outside, so they are cut as well (the longest official path has 60)."""

RULES: Final = MappingProxyType({rule.id: rule for rule in _ALL})


def problem(
    rule_id: str,
    *,
    document: str,
    path: str = "",
    name: str = "",
    zh: str = "",
    en: str = "",
    found: str = "",
    expected: str = "",
) -> Problem:
    """The Problem of one rule. ``name`` is the element or attribute, ``zh`` and ``en`` its titles (else the name)."""
    rule, name = RULES[rule_id], name[:NAME_MAX]
    places = {"name": name, "zh": zh or name, "en": en or name, "expected": expected}
    return Problem(
        rule_id=rule_id,
        document=document,
        path=path[:PATH_MAX],
        text_zh=rule.zh.format_map(places),
        text_en=rule.en.format_map(places),
        fix_zh=rule.fix_zh.format_map(places),
        fix_en=rule.fix_en.format_map(places),
        found=found[:FOUND_MAX],
        expected=expected,
    )
