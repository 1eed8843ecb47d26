"""From a step to the bytes of its file."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import msgspec

from tongguan.ceb.messages.ceb311 import CEB311Message
from tongguan.ceb.messages.ceb411 import CEB411Message
from tongguan.ceb.messages.ceb511 import CEB511Message
from tongguan.ceb.messages.ceb513 import CEB513Message
from tongguan.ceb.messages.ceb621 import CEB621Message
from tongguan.ceb.messages.ceb623 import CEB623Message
from tongguan.ceb.messages.ceb625 import CEB625Message
from tongguan.ceb.messages.ceb711 import CEB711Message
from tongguan.ceb.messages.common import BaseTransfer
from tongguan.ceb.write import write
from tongguan.sandbox.authority import Authority
from tongguan.sandbox.documents import guid_of
from tongguan.sandbox.step import Step

MESSAGES: Mapping[str, tuple[type[Any], str]] = MappingProxyType(
    {
        "order": (CEB311Message, "Order"),
        "payment": (CEB411Message, "Payment"),
        "waybill": (CEB511Message, "Logistics"),
        "inventory": (CEB621Message, "Inventory"),
        "cancellation": (CEB623Message, "InvtCancel"),
        "goods_return": (CEB625Message, "InvtRefund"),
        "entry_list": (CEB711Message, "Delivery"),
        "waybill_status": (CEB513Message, "LogisticsStatus"),
    }
)
"""The message of each kind of document and the name of its records in it."""


def message_of(step: Step, seed: int, number: int) -> msgspec.Struct:
    """The message of file ``number`` of the world ``seed``, before any edit."""
    kind, group = MESSAGES[step.document]
    message: msgspec.Struct = kind(
        guid=guid_of(seed, "file", number),
        version="1.0",
        BaseTransfer=BaseTransfer(
            copCode=step.sender.code,
            copName=step.sender.name,
            dxpMode="DXP",
            dxpId=step.dxp_id or step.sender.dxp_id,
        ),
        **{group: step.records},
    )
    return message


def wire(step: Step, seed: int, number: int, authority: Authority) -> bytes:
    """The file as it is sent. Its signature differs from run to run; everything else follows from seed and step."""
    unsigned = write(message_of(step, seed, number))
    if step.before:
        unsigned = step.before(unsigned)
    if not step.signed:
        return step.after(unsigned) if step.after else unsigned
    signed = authority.signer(step.signed_by, step.use).sign(unsigned, **step.options)
    return step.after(signed) if step.after else signed
