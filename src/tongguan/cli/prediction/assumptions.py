"""What no file tells and is taken to be good: said by name in every prediction, each with how to find out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from tongguan.clearance.model import RecordFiled
from tongguan.clearance.record import head_of


class Assumption(NamedTuple):
    """One thing that only a store or its operator knows, in both languages, and where to ask."""

    name: str
    zh: str
    en: str
    find_out_zh: str
    find_out_en: str


REGISTRATION = Assumption(
    "registration", "所载企业均已按各自角色备案，名称与登记一致",
    "the companies named are registered for their roles and under these names",
    "请运营方查看登记：tongguan registry list；沙箱中以 tongguan clear 实际处理",
    "ask the operator, who sees the registry (`tongguan registry list`); or file in a sandbox with `tongguan clear`",
)  # fmt: skip
CERTIFICATE = Assumption(
    "certificate", "签名证书已登记、属于申报企业、在有效期内、未吊销，证书链有效",
    "the signing certificate is registered, the filer's, in force, not revoked, and its chain is good",
    "tongguan signature explain 显示证书编号；请运营方核对登记",
    "`tongguan signature explain` shows its number; ask the operator whether that is registered",
)  # fmt: skip
SIGNATURE = Assumption(
    "signature", "报文未内嵌证书，签名未能验证", "no certificate is embedded, so the signature could not be verified",
    "内嵌证书后再检查，或提交沙箱", "embed the certificate and check again, or file in a sandbox",
)  # fmt: skip
FILED_BEFORE = Assumption(
    "filed-before", "这些文件之外没有以相同编号申报过的单证，也没有使用该订单、运单的其他清单",
    "nothing was filed before under these numbers, and no other inventory uses this order or waybill",
    "tongguan explain EBPCODE ORDERNO，或 GET /cases", "`tongguan explain EBPCODE ORDERNO`, or `GET /cases`",
)  # fmt: skip
EARLIER_VERSION = Assumption(
    "earlier-version", "要变更或删除的单证已申报、可以变更，编号与回执一致",
    "what is changed or deleted was filed, may still be changed, and has the numbers given here",
    "tongguan explain EBPCODE ORDERNO，或对照最近一次回执",
    "`tongguan explain EBPCODE ORDERNO`, or compare with the last receipt",
)  # fmt: skip
INVENTORY_STATE = Assumption(
    "inventory-state", "invtNo 是该订单清单的编号，清单的状态允许撤销（已入库、未放行）或退货（已放行、未逾期）",
    "invtNo is the number of the order's inventory, which may be cancelled (accepted, not released) or have its goods "
    "returned (released, not too long ago)",
    "tongguan explain EBPCODE ORDERNO，或查看清单的最近一次回执",
    "`tongguan explain EBPCODE ORDERNO`, or look at the last receipt of the inventory",
)  # fmt: skip
GUARANTEE = Assumption(
    "guarantee", "担保企业有在有效期内的担保，余额足够", "the guarantor has a guarantee in force with enough left of it",
    "请向担保企业或运营方查询余额", "ask the guarantor or the operator for the balance",
)  # fmt: skip
BUYER_YEAR = Assumption(
    "buyer-year", "订购人本年度额度在这些文件之外尚未使用",
    "the buyer has used nothing of this year's limit outside these files",
    "请订购人查询本年度已用额度", "have the buyer look up what is left of the year",
)  # fmt: skip
IDENTITY = Assumption(
    "identity", "订购人的姓名与身份证件号码在身份登记中一致", "the identity register has the buyer's number under this name",
    "请订购人核对姓名和证件号码", "have the buyer check name and number",
)  # fmt: skip
SELECTION = Assumption(
    "selection", "未被抽中审核或查验，没有针对性的布控或暂停",
    "not drawn for review or examination, and no officer or pause holds it",
    "申报后才会抽取；结果见 CEB622 回执（300、500、600）",
    "the draw comes after filing; the CEB622 receipts tell (300, 500, 600)",
)  # fmt: skip
ARRIVAL = Assumption(
    "arrival", "场所无须先运抵；未在这些文件中的入库明细单与清单的运输信息一致",
    "the site does not wait for arrival, and an entry list outside these files names the same transport",
    "请向监管作业场所经营人或运营方查询", "ask the operator of the supervised site",
)  # fmt: skip
STOCK = Assumption(
    "stock", "账册中有该料号，商品编码、单位、原产国、单价相符，结余足够",
    "the account book has these items, with this goods code, unit, origin and price, and enough of them",
    "请区内企业查询账册", "ask the bonded-area company for its account book",
)  # fmt: skip

ASSUMPTIONS: Mapping[str, Assumption] = MappingProxyType(
    {
        one.name: one
        for one in (
            REGISTRATION, CERTIFICATE, SIGNATURE, FILED_BEFORE, EARLIER_VERSION, INVENTORY_STATE, GUARANTEE, BUYER_YEAR,
            IDENTITY, SELECTION, ARRIVAL, STOCK,
        )
    }
)  # fmt: skip
"""All of them by name, in the order in which they are told."""

_OF_INVENTORIES = (GUARANTEE.name, BUYER_YEAR.name, IDENTITY.name, SELECTION.name)


def assumed_of(event: RecordFiled) -> tuple[str, ...]:
    """What the prediction about this record takes for granted, whatever else was filed."""
    head: Any = head_of(event.kind, event.record)
    found = [REGISTRATION.name]
    if event.verdict.present:
        found.append(CERTIFICATE.name)
    found.append(FILED_BEFORE.name)
    if event.kind == "inventory":
        found += _OF_INVENTORIES
        found.append(ARRIVAL.name if head.tradeMode == "9610" else STOCK.name)
    return tuple(found)


def in_order(names: Iterable[str]) -> list[str]:
    """Each name once, in the order of the list above."""
    wanted = set(names)
    return [name for name in ASSUMPTIONS if name in wanted]
