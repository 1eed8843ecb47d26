"""An order that is pulled, and what its platform uploads: the numbers are those of ``playstore.a_set``."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec

from tests.clearance.playstore import MERCHANT, NAMES, PAYER, PLATFORM
from tongguan.ceb.pay_exchange import Goods, PaidOrder, PayExchange, PayHead
from tongguan.ceb.signature.verify import Verdict
from tongguan.clearance.model import Pulled

SESSION = "fe2374-8fe0ef97-32839218"
PAID = Decimal("174.56")  # goods 150.00, freight 10.00, tax 14.56


def upload(number: int = 1, *, orders: tuple[PaidOrder, ...] | None = None, **head: Any) -> PayExchange:
    """What a platform in order uploads for the set of this number; ``head`` changes elements of the head."""
    given = {
        "guid": "9D55BA71-55DE-41F4-8B50-C36C83B3B419", "initalRequest": "request", "initalResponse": "response",
        "ebpCode": PLATFORM, "payCode": PAYER, "payTransactionId": f"P{number:06d}", "totalAmount": PAID,
        "currency": "142", "verDept": "3", "payType": "1", "tradingTime": "20260302112900",
    }  # fmt: skip
    return PayExchange(
        sessionID=SESSION,
        payExchangeInfoHead=PayHead(**(given | head)),
        payExchangeInfoLists=orders or (covered(number),),
        serviceTime=1533271903898,
        certNo="1",
        signValue="x",
    )


def covered(number: int = 1, **fields: Any) -> PaidOrder:
    """The order of the set of this number among those that a payment covers."""
    goods = tuple(Goods(gname=f"沙箱货物{at}", itemLink="http://shop.invalid") for at in (1, 2))
    given = {"orderNo": f"SBX{number:06d}", "goodsInfo": goods, "recpAccount": "A1", "recpName": NAMES[MERCHANT]}
    return PaidOrder(**(given | fields))


def step(name: str, number: int = 1, **fields: Any) -> Pulled:
    """One step of the pull of an order."""
    return Pulled(step=name, kind="order", key=(PLATFORM, f"SBX{number:06d}"), session=SESSION, **fields)


def uploaded(exchange: PayExchange, fingerprint: bytes = b"\1" * 32, number: int = 1, **verdict: Any) -> Pulled:
    """The step in which data came; ``verdict`` changes what the signature proves."""
    good = Verdict(present=True, step="ok", algorithm="sm2-sm3", fingerprint=fingerprint, number="01")
    return step("uploaded", number, exchange=exchange, verdict=msgspec.structs.replace(good, **verdict))
