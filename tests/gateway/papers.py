"""Messages and keys for the gateway's tests. Everyone in them is invented."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from tongguan.ceb.envelope import seal_envelope
from tongguan.ceb.messages import ceb311, ceb312, ceb411, ceb511, ceb513, ceb621
from tongguan.ceb.messages.common import BaseSubscribe, BaseTransfer
from tongguan.ceb.signature.issue import issue_test_ca, issue_test_certificate
from tongguan.ceb.signature.sign import Signer
from tongguan.ceb.write import write
from tongguan.codes.identity import check_character

PLATFORM, MERCHANT, PAYER, CARRIER, AGENT = "99010000P1", "99010000M1", "99010000F1", "99010000L1", "99010000D1"
DXP = "DXPENT9000000001"
OTHER_DXP = "DXPENT9000000002"
ID_NUMBER = "99010119900101001" + check_character("99010119900101001")
BUYER = "测甲"
TIME = "20260105093000"
_FROM, _TO = datetime(2026, 1, 1, tzinfo=UTC), datetime(2036, 1, 1, tzinfo=UTC)


@cache
def signer(algorithm: str = "SM2") -> Signer:
    """A certificate of the tests' own root."""
    dates = {"not_before": _FROM, "not_after": _TO}
    root = issue_test_ca(algorithm=algorithm, common_name="TEST ROOT", organization="TEST", serial=1, **dates)
    leaf = issue_test_certificate(
        root, algorithm=algorithm, common_name="TEST FILER", organization="TEST", serial=77, **dates
    )
    return Signer(leaf.key_pem, leaf.certificate_pem)


def guid(kind: int, number: int) -> str:
    """36 characters."""
    return f"00000000-0000-4000-8000-{kind:04d}{number:08d}"


def transfer(dxp_id: str = DXP) -> BaseTransfer:
    return BaseTransfer(copCode=PLATFORM, copName="测试平台", dxpMode="DXP", dxpId=dxp_id)


def order(number: int = 1, lines: int = 1, **head: Any) -> ceb311.Order:
    fields: dict[str, Any] = {
        "guid": guid(311, number),
        "appType": "1",
        "appTime": TIME,
        "appStatus": "2",
        "orderType": "I",
        "orderNo": f"T{number:08d}",
        "ebpCode": PLATFORM,
        "ebpName": "测试平台",
        "ebcCode": MERCHANT,
        "ebcName": "测试商家",
        "goodsValue": Decimal("100.00") * lines,
        "freight": Decimal("0"),
        "discount": Decimal("0"),
        "taxTotal": Decimal("9.10") * lines,
        "acturalPaid": Decimal("109.10") * lines,
        "currency": "142",
        "buyerRegNo": "buyer-1",
        "buyerName": BUYER,
        "buyerTelephone": "10000000000",
        "buyerIdType": "1",
        "buyerIdNumber": ID_NUMBER,
        "consignee": BUYER,
        "consigneeTelephone": "10000000000",
        "consigneeAddress": "虚构省虚构市一号",
    }
    line = {
        "itemName": "奶粉",
        "gmodel": "900g",
        "unit": "122",
        "qty": Decimal("1"),
        "price": Decimal("100.00"),
        "totalPrice": Decimal("100.00"),
        "currency": "142",
        "country": "601",
    }
    return ceb311.Order(
        OrderHead=ceb311.OrderHead(**fields | head),
        OrderList=tuple(ceb311.OrderList(gnum=i, **line) for i in range(1, lines + 1)),
    )


def ceb311_message(records: int = 1, number: int = 1, dxp_id: str = DXP, **head: Any) -> ceb311.CEB311Message:
    return ceb311.CEB311Message(
        guid=guid(311, 90_000_000 + number),
        version="1.0",
        Order=tuple(order(number + i, **head) for i in range(records)),
        BaseTransfer=transfer(dxp_id),
        BaseSubscribe=(
            BaseSubscribe(status="RET", dxpMode="DXP", dxpAddress="DXPENT9000000009"),
            BaseSubscribe(status="DATA", dxpMode="DXP", dxpAddress="DXPENT9000000008"),
        ),
    )


def ceb411_message(number: int = 1) -> ceb411.CEB411Message:
    head = ceb411.PaymentHead(
        guid=guid(411, number),
        appType="1",
        appTime=TIME,
        appStatus="2",
        payCode=PAYER,
        payName="测试支付",
        payTransactionId=f"P{number:08d}",
        orderNo=f"T{number:08d}",
        ebpCode=PLATFORM,
        ebpName="测试平台",
        payerIdType="1",
        payerIdNumber=ID_NUMBER,
        payerName=BUYER,
        amountPaid=Decimal("109.10"),
        currency="142",
        payTime=TIME,
    )
    return ceb411.CEB411Message(
        guid=guid(411, 90_000_000 + number),
        version="1.0",
        Payment=(ceb411.Payment(PaymentHead=head),),
        BaseTransfer=transfer(),
    )


def ceb511_message(number: int = 1) -> ceb511.CEB511Message:
    head = ceb511.LogisticsHead(
        guid=guid(511, number),
        appType="1",
        appTime=TIME,
        appStatus="2",
        logisticsCode=CARRIER,
        logisticsName="测试物流",
        logisticsNo=f"W{number:08d}",
        orderNo=f"T{number:08d}",
        freight=Decimal("0"),
        insuredFee=Decimal("0"),
        currency="142",
        weight=Decimal("1.2"),
        packNo=1,
        consignee=BUYER,
        consigneeAddress="虚构省虚构市一号",
        consigneeTelephone="10000000000",
    )
    return ceb511.CEB511Message(
        guid=guid(511, 90_000_000 + number),
        version="1.0",
        Logistics=(ceb511.Logistics(LogisticsHead=head),),
        BaseTransfer=transfer(),
    )


def ceb621_message(number: int = 1, lines: int = 1, cop_no: str | None = "C1") -> ceb621.CEB621Message:
    head = ceb621.InventoryHead(
        guid=guid(621, number),
        appType="1",
        appTime=TIME,
        appStatus="2",
        orderNo=f"T{number:08d}",
        ebpCode=PLATFORM,
        ebpName="测试平台",
        ebcCode=MERCHANT,
        ebcName="测试商家",
        logisticsNo=f"W{number:08d}",
        logisticsCode=CARRIER,
        logisticsName="测试物流",
        copNo=cop_no,
        assureCode=AGENT,
        ieFlag="I",
        declTime="20260105",
        customsCode="9901",
        portCode="9901",
        buyerIdType="1",
        buyerIdNumber=ID_NUMBER,
        buyerName=BUYER,
        buyerTelephone="10000000000",
        consigneeAddress="虚构省虚构市一号",
        agentCode=AGENT,
        agentName="测试报关",
        tradeMode="9610",
        trafMode="5",
        country="601",
        freight=Decimal("0"),
        insuredFee=Decimal("0"),
        currency="142",
        packNo=1,
        grossWeight=Decimal("1.2"),
        netWeight=Decimal("0.9"),
    )
    line = {
        "itemName": "奶粉",
        "gcode": "1901101010",
        "gname": "奶粉",
        "gmodel": "900g",
        "country": "601",
        "currency": "142",
        "qty": Decimal("1"),
        "unit": "122",
        "qty1": Decimal("0.9"),
        "unit1": "035",
        "price": Decimal("100.00"),
        "totalPrice": Decimal("100.00"),
    }
    return ceb621.CEB621Message(
        guid=guid(621, 90_000_000 + number),
        version="1.0",
        Inventory=(
            ceb621.Inventory(
                InventoryHead=head,
                InventoryList=tuple(ceb621.InventoryList(gnum=i, **line) for i in range(1, lines + 1)),
            ),
        ),
        BaseTransfer=transfer(),
    )


def signed(message: Any, **options: Any) -> bytes:
    """The message in XML with a signature that verifies."""
    return signer().sign(write(message), **options)


def enveloped(data: bytes, sender: str = DXP, cop_msg_id: str = "MSG-1", kind: str = "CEB311Message") -> bytes:
    """The message inside a DxpMsg."""
    return seal_envelope(
        data,
        copMsgId=cop_msg_id,
        senderId=sender,
        receiverIds=("DXPEDCCEB0000002",),
        creatTime=datetime(2026, 1, 5, 1, 30, tzinfo=UTC),
        msgType=kind,
    )


def receipt_message() -> ceb312.CEB312Message:
    """What only customs sends."""
    returned = ceb312.OrderReturn(
        guid=guid(312, 1),
        ebpCode=PLATFORM,
        ebcCode=MERCHANT,
        orderNo="T00000001",
        returnStatus="2",
        returnTime="20260105093000123",
        returnInfo="ok",
    )
    return ceb312.CEB312Message(guid=guid(312, 2), version="1.0", OrderReturn=(returned,))


def status_message() -> ceb513.CEB513Message:
    """A waybill status: a filing that makes no case of its own."""
    status = ceb513.LogisticsStatus(
        guid=guid(513, 1),
        appType="1",
        appTime=TIME,
        appStatus="2",
        logisticsCode=CARRIER,
        logisticsName="测试物流",
        logisticsNo="W00000001",
        logisticsStatus="S",
        logisticsTime=TIME,
    )
    return ceb513.CEB513Message(guid=guid(513, 2), version="1.0", LogisticsStatus=(status,), BaseTransfer=transfer())
