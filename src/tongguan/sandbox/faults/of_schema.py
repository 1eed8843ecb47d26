"""Messages that do not follow the schema or are no messages at all (CEB900 at the door), and forms that are taken."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import msgspec
from lxml import etree

from tongguan.sandbox.bench import Bench
from tongguan.sandbox.faults.fault import Fault
from tongguan.sandbox.step import ALL_RELEASED, Step, at_the_door, document_is, steps

_CEB = "{http://www.chinaport.gov.cn/ceb}"
_NAMES = {"order": "311", "payment": "411", "waybill": "511", "inventory": "621"}


def _edited(edit: Callable[[Any], None]) -> Callable[[bytes], bytes]:
    """An edit of the element tree as one of the bytes."""

    def apply(unsigned: bytes) -> bytes:
        root = etree.fromstring(unsigned)
        edit(root)
        return etree.tostring(root, encoding="UTF-8", xml_declaration=True)

    return apply


def _element(root: Any, name: str) -> Any:
    return next(root.iter(_CEB + name))


def drop(name: str) -> Callable[[bytes], bytes]:
    """Leave the first element of this name out."""

    def edit(root: Any) -> None:
        found = _element(root, name)
        found.getparent().remove(found)

    return _edited(edit)


def text(name: str, value: str) -> Callable[[bytes], bytes]:
    """Give the first element of this name another text."""

    def edit(root: Any) -> None:
        _element(root, name).text = value

    return _edited(edit)


def swap(name: str) -> Callable[[bytes], bytes]:
    """Put the first element of this name before the one that it follows."""

    def edit(root: Any) -> None:
        found = _element(root, name)
        before = found.getprevious()
        before.addprevious(found)

    return _edited(edit)


def insert(name: str) -> Callable[[bytes], bytes]:
    """Put an element that the schema does not know before the first one of this name."""

    def edit(root: Any) -> None:
        _element(root, name).addprevious(etree.Element(_CEB + "sandboxExtra"))

    return _edited(edit)


def no_attribute(name: str) -> Callable[[bytes], bytes]:
    """Leave an attribute of the root out."""

    def edit(root: Any) -> None:
        del root.attrib[name]

    return _edited(edit)


def doctype(message: bytes) -> bytes:
    """Put a document type declaration before the root."""
    declaration, _, body = message.partition(b"?>")
    return declaration + b"?>\n<!DOCTYPE sandbox>" + body


def cut(message: bytes) -> bytes:
    """Cut the message off in its middle."""
    return message[: len(message) // 2]


def rename(message: bytes) -> bytes:
    """Make the root a message that nobody knows."""
    return message.replace(b"CEB621Message", b"CEB999Message")


def default_namespace(message: bytes) -> bytes:
    """Write the message without the prefix, as customs' own receipts are."""
    return message.replace(b"<ceb:", b"<").replace(b"</ceb:", b"</").replace(b"xmlns:ceb=", b"xmlns=")


def byte_order_mark(message: bytes) -> bytes:
    """Put a byte order mark first."""
    return b"\xef\xbb\xbf" + message


def gb18030(message: bytes) -> bytes:
    """Encode the message in GB18030 and say so. What is signed is the canonical form, which is UTF-8 always."""
    return message.decode("utf-8").replace("UTF-8", "GB18030", 1).encode("gb18030")


def _taken(name: str, zh: str, en: str, **how: Any) -> Fault:
    """A good set whose inventory is written in a form that some clients use."""

    def plan(bench: Bench) -> Iterable[Step]:
        return steps(bench.own(), ALL_RELEASED, at="inventory", **how)

    return Fault(name=f"wire-{name}", area="schema", zh=zh, en=en, plan=plan, good=True)


def _named(fault: str, document: str, rule: str, zh: str, en: str, **how: Any) -> Fault:
    """What a rule of the document forbids and the schema stops first: named for the one, refused by the other."""
    return msgspec.structs.replace(_door(document, rule, "", zh, en, **how), name=fault)


def _door(document: str, rule: str, name: str, zh: str, en: str, **how: Any) -> Fault:
    def plan(bench: Bench) -> Iterable[Step]:
        return steps(bench.own(), document_is(document, at_the_door(rule)), at=document, **how)

    return Fault(name=f"{rule}-{_NAMES[document]}-{name}", area="schema", zh=zh, en=en, plan=plan)


FAULTS = (
    _door("order", "S01", "missing", "订单缺订购人电话（2016版报文）", "an order without buyerTelephone, as in 2016",
          before=drop("buyerTelephone")),
    _door("payment", "S01", "missing", "支付单缺支付时间", "a payment without payTime", before=drop("payTime")),
    _door("waybill", "S01", "missing", "运单缺订单编号（2016版报文）", "a waybill without orderNo, as in 2016",
          before=drop("orderNo")),
    _door("inventory", "S01", "missing", "清单缺订购人姓名", "an inventory without buyerName", before=drop("buyerName")),
    _door("inventory", "S02", "extra", "清单含规定之外的元素", "an element that the schema does not know",
          before=insert("netWeight")),
    _door("inventory", "S03", "order", "清单元素顺序错误", "two elements of the inventory change places",
          before=swap("buyerName")),
    _door("order", "S04", "empty", "订单订购人姓名为空", "an empty buyerName", before=text("buyerName", "")),
    _door("order", "S05", "long", "订单编号61个字符", "an orderNo of 61 characters", before=text("orderNo", "S" * 61)),
    _door("inventory", "S06", "length", "申报海关代码只有三位", "a customsCode of three characters",
          before=text("customsCode", "514")),
    _door("inventory", "S06", "empty-optional", "选填元素为空元素（宽松方式接受）",
          "an empty optional element (taken by the lenient profile)", before=text("wrapType", "")),
    _door("inventory", "S07", "exponent", "数量写成科学计数法", "a quantity with an exponent", before=text("qty", "1e3")),
    _door("payment", "S07", "empty", "支付金额为空", "an empty amount", before=text("amountPaid", "")),
    _door("inventory", "S08", "digits", "数量超过19位", "a quantity of 20 digits", before=text("qty", "1" * 20)),
    _door("inventory", "S09", "decimals", "单价有六位小数", "a price with six decimals", before=text("price", "1.123456")),
    _door("waybill", "S10", "currency", "币制不是142", "a currency other than 142 (D04)", before=text("currency", "502")),
    _named("D04-order", "order", "S10", "订单币制不是142", "an order in another currency", before=text("currency", "502")),
    _named("D04-inventory", "inventory", "S10", "清单币制不是142", "an inventory in another currency",
           before=text("currency", "840")),
    _door("inventory", "S13", "no-guid", "报文没有 guid 属性", "a message without its guid attribute",
          before=no_attribute("guid")),
    _door("inventory", "W02", "doctype", "报文含 DOCTYPE", "a message with a DOCTYPE", after=doctype),
    _door("inventory", "W09", "cut", "报文被截断", "a message cut off in its middle", after=cut),
    _door("inventory", "W11", "unknown", "未知的报文类型", "a message of unknown type", after=rename),
    _taken("default-namespace", "使用默认名称空间：接受", "a default namespace without a prefix is taken",
           before=default_namespace),
    _taken("bom", "带字节序标记：接受", "a byte order mark is taken", after=byte_order_mark),
    _taken("gb18030", "GB18030 编码：接受", "GB18030 by declaration is taken", after=gb18030),
)  # fmt: skip
"""Each entry: document, rule of ``ceb.rules``, name, both languages, and what is done to the message."""
