"""The four documents of one deal, as typed records: order, payment, waybill and inventory."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import msgspec

from tongguan.ceb.messages.ceb311 import Order, OrderHead, OrderList
from tongguan.ceb.messages.ceb411 import Payment, PaymentHead
from tongguan.ceb.messages.ceb511 import Logistics, LogisticsHead
from tongguan.ceb.messages.ceb621 import Inventory, InventoryHead, InventoryList
from tongguan.sandbox.deal import BOOK, Deal, Line

CHINA = timezone(timedelta(hours=8))
YUAN = "142"
PACKING_KG = Decimal("0.2")  # what the box weighs

DIRECT_OFFICE, DIRECT_SITE = "5141", "SBX5141001"
ARRIVAL_SITE = "SBX5141002"
"""A site of the same office that releases nothing before its warehouse entry list."""
BONDED_OFFICE, BONDED_SITE = "5165", "SBX5165001"

KINDS = ("order", "payment", "waybill", "inventory")
"""The documents of a set in the usual order of filing; also the names of the fields of ``DocumentSet``."""


class DocumentSet(msgspec.Struct, frozen=True, kw_only=True):
    """The records filed about one deal."""

    deal: Deal
    order: Order
    payment: Payment
    waybill: Logistics
    inventory: Inventory

    def record(self, document: str) -> Any:
        """The record of one of ``KINDS``."""
        return getattr(self, document)

    def put(self, path: str, value: Any) -> DocumentSet:
        """This set with one field changed: ``order.OrderHead.freight``, ``inventory.InventoryList.2.qty`` (from 1).

        ``value`` is the new value, or a function of the old one.
        """
        changed: DocumentSet = put(self, path.split("."), value)
        return changed


def put(holder: Any, path: list[str], value: Any) -> Any:
    """A copy of a struct or tuple with the value at ``path`` replaced, or made from the old one by a function."""
    if not path:
        return value(holder) if callable(value) else value
    step, rest = path[0], path[1:]
    if isinstance(holder, tuple):
        at = int(step) - 1
        return (*holder[:at], put(holder[at], rest, value), *holder[at + 1 :])
    return msgspec.structs.replace(holder, **{step: put(getattr(holder, step), rest, value)})


def china_time(at: datetime) -> str:
    """Fourteen digits of China time, as ``appTime`` has them."""
    return at.astimezone(CHINA).strftime("%Y%m%d%H%M%S")


def guid_of(*names: object) -> str:
    """An upper-case UUID made of names, the same for the same names."""
    digest = hashlib.sha256("/".join(map(str, names)).encode()).digest()
    return str(uuid.UUID(bytes=digest[:16], version=4)).upper()


def documents(deal: Deal) -> DocumentSet:
    """The good documents of a deal: every rule of the match holds between them."""
    return DocumentSet(
        deal=deal, order=_order(deal), payment=_payment(deal), waybill=_waybill(deal), inventory=_inventory(deal)
    )


def _filed(deal: Deal, document: str) -> dict[str, Any]:
    """The four fields that every head begins with."""
    return {
        "guid": guid_of(deal.seed, deal.number, document),
        "appType": "1",
        "appTime": china_time(deal.at),
        "appStatus": "2",
    }


def _order_no(deal: Deal) -> str:
    return f"SBX{deal.stem}"


def _paid(deal: Deal) -> Decimal:
    return deal.goods_value + deal.freight + deal.tax


def _transaction(deal: Deal) -> str:
    return f"SBXP{deal.stem}"


def _order(deal: Deal) -> Order:
    parties, buyer = deal.parties, deal.buyer
    head = OrderHead(
        **_filed(deal, "order"),
        orderType="I",
        orderNo=_order_no(deal),
        ebpCode=parties.platform.code,
        ebpName=parties.platform.name,
        ebcCode=parties.merchant.code,
        ebcName=parties.merchant.name,
        goodsValue=deal.goods_value,
        freight=deal.freight,
        discount=Decimal(0),
        taxTotal=deal.tax,
        acturalPaid=_paid(deal),
        currency=YUAN,
        buyerRegNo=buyer.account,
        buyerName=buyer.name,
        buyerTelephone=buyer.telephone,
        buyerIdType="1",
        buyerIdNumber=buyer.id_number,
        payCode=parties.payment.code,
        payName=parties.payment.name,
        payTransactionId=_transaction(deal),
        consignee=buyer.name,
        consigneeTelephone=buyer.telephone,
        consigneeAddress=buyer.address,
    )
    return Order(
        OrderHead=head, OrderList=tuple(_order_line(number, line) for number, line in enumerate(deal.lines, 1))
    )


def _order_line(number: int, line: Line) -> OrderList:
    return OrderList(
        gnum=number,
        itemNo=line.good.sku,
        itemName=line.good.zh,
        gmodel=line.good.gmodel,
        unit=line.good.unit,
        qty=line.qty,
        price=line.price,
        totalPrice=line.total,
        currency=YUAN,
        country=line.good.country,
    )


def _payment(deal: Deal) -> Payment:
    parties, buyer = deal.parties, deal.buyer
    return Payment(
        PaymentHead=PaymentHead(
            **_filed(deal, "payment"),
            payCode=parties.payment.code,
            payName=parties.payment.name,
            payTransactionId=_transaction(deal),
            orderNo=_order_no(deal),
            ebpCode=parties.platform.code,
            ebpName=parties.platform.name,
            payerIdType="1",
            payerIdNumber=buyer.id_number,
            payerName=buyer.name,
            telephone=buyer.telephone,
            amountPaid=_paid(deal),
            currency=YUAN,
            payTime=china_time(deal.at - timedelta(minutes=5)),
        )
    )


def _gross_kg(deal: Deal) -> Decimal:
    return deal.net_kg + PACKING_KG


def _waybill(deal: Deal) -> Logistics:
    parties, buyer = deal.parties, deal.buyer
    return Logistics(
        LogisticsHead=LogisticsHead(
            **_filed(deal, "waybill"),
            logisticsCode=parties.logistics.code,
            logisticsName=parties.logistics.name,
            logisticsNo=f"SBXW{deal.stem}",
            billNo=None if deal.bonded else f"SBXM{deal.number // 100:08d}",
            orderNo=_order_no(deal),
            freight=deal.freight,
            insuredFee=deal.insured_fee,
            currency=YUAN,
            weight=_gross_kg(deal),
            packNo=1,
            goodsInfo="、".join(line.good.zh for line in deal.lines),
            consignee=buyer.name,
            consigneeAddress=buyer.address,
            consigneeTelephone=buyer.telephone,
        )
    )


def _inventory(deal: Deal) -> Inventory:
    parties, buyer, area = deal.parties, deal.buyer, deal.area
    head = InventoryHead(
        **_filed(deal, "inventory"),
        orderNo=_order_no(deal),
        ebpCode=parties.platform.code,
        ebpName=parties.platform.name,
        ebcCode=parties.merchant.code,
        ebcName=parties.merchant.name,
        logisticsNo=f"SBXW{deal.stem}",
        logisticsCode=parties.logistics.code,
        logisticsName=parties.logistics.name,
        copNo=f"SBX{deal.stem}",
        assureCode=parties.declarant.code,
        emsNo=BOOK if deal.bonded else None,
        ieFlag="I",
        declTime=china_time(deal.at)[:8],
        customsCode=BONDED_OFFICE if deal.bonded else DIRECT_OFFICE,
        portCode=BONDED_OFFICE if deal.bonded else DIRECT_OFFICE,
        buyerIdType="1",
        buyerIdNumber=buyer.id_number,
        buyerName=buyer.name,
        buyerTelephone=buyer.telephone,
        consigneeAddress=buyer.address,
        agentCode=parties.declarant.code,
        agentName=parties.declarant.name,
        areaCode=area.code if area else None,
        areaName=area.name if area else None,
        tradeMode="1210" if deal.bonded else "9610",
        trafMode="4" if deal.bonded else "5",
        trafNo=None if deal.bonded else "SBX-AIR",
        voyageNo=None if deal.bonded else f"SBX{deal.number // 100:06d}",
        billNo=None if deal.bonded else f"SBXM{deal.number // 100:08d}",
        loctNo=BONDED_SITE if deal.bonded else DIRECT_SITE,
        country=YUAN if deal.bonded else "110",  # bonded goods leave for China from China; the others from Hong Kong
        freight=deal.freight,
        insuredFee=deal.insured_fee,
        currency=YUAN,
        wrapType="2",
        packNo=1,
        grossWeight=_gross_kg(deal),
        netWeight=deal.net_kg,
    )
    lines = tuple(_inventory_line(number, line, deal.bonded) for number, line in enumerate(deal.lines, 1))
    return Inventory(InventoryHead=head, InventoryList=lines)


def _inventory_line(number: int, line: Line, bonded: bool) -> InventoryList:
    good = line.good
    return InventoryList(
        gnum=number,
        itemRecordNo=record_no(good.sku) if bonded else None,
        itemNo=good.sku,
        itemName=good.zh,
        gcode=good.gcode,
        gname=good.zh,
        gmodel=good.gmodel,
        country=good.country,
        currency=YUAN,
        qty=line.qty,
        unit=good.unit,
        qty1=line.qty * good.qty1_each,
        unit1=good.unit1,
        qty2=None if good.qty2_each is None else line.qty * good.qty2_each,
        unit2=good.unit2 or None,
        price=line.price,
        totalPrice=line.total,
    )


def record_no(sku: str) -> str:
    """The number of an article in the bonded account book."""
    return f"R-{sku}"


Change = Callable[[DocumentSet], DocumentSet]
"""Something done to a good set, usually one field put wrong."""
