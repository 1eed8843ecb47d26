"""The truth about each record filed, made from how it was planted: no rule of the clearing side is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from tongguan.sandbox.step import Step

COLUMNS = (
    "file",
    "record",
    "document",
    "key",
    "fault",
    "expected_status",
    "also_right",
    "expected_code",
    "expected_rule",
    "note_zh",
    "note_en",
)
"""The columns of ``truth.csv``. ``record`` counts from 1 in its file; ``key`` joins the business key with a blank."""

_KEYS: Mapping[str, Callable[[Any], tuple[str, ...]]] = MappingProxyType(
    {
        "order": lambda one: (one.OrderHead.ebpCode, one.OrderHead.orderNo),
        "payment": lambda one: (one.PaymentHead.payCode, one.PaymentHead.payTransactionId),
        "waybill": lambda one: (one.LogisticsHead.logisticsCode, one.LogisticsHead.logisticsNo),
        "inventory": lambda one: (one.InventoryHead.agentCode, one.InventoryHead.copNo or ""),
        "cancellation": lambda one: (one.agentCode, one.copNo or ""),
        "goods_return": lambda one: (one.InvtRefundHead.agentCode, one.InvtRefundHead.copNo or ""),
        "entry_list": lambda one: (one.DeliveryHead.operatorCode, one.DeliveryHead.copNo or ""),
        "waybill_status": lambda one: (one.logisticsCode, one.logisticsNo),
    }
)


def rows_of(file: str, fault: str, step: Step) -> Iterator[tuple[str, ...]]:
    """The rows of one file, a record each."""
    for number, (record, expected) in enumerate(zip(step.records, step.expected, strict=True), 1):
        yield (
            file,
            str(number),
            step.document,
            " ".join(_KEYS[step.document](record)),
            fault,
            expected.status,
            "|".join(expected.also),
            expected.code,
            expected.rule,
            expected.note_zh,
            expected.note_en,
        )
