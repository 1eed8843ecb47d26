"""Names of receipt files: they sort in the order of deciding, say what is inside, and are good on every system."""

from __future__ import annotations

import re

from tongguan.store.issued import IssuedReceipt
from tongguan.store.upstream.recorded import UpstreamMessage

_UNSAFE = re.compile(r"[^\w.-]+")
_NAMING = ("taxNo", "copNo", "orderNo", "payTransactionId", "logisticsNo")


def receipt_file_name(receipt: IssuedReceipt) -> str:
    """``000000042-0-CEB622-C1-800.xml``: event, place, receipt, the document's own number, status."""
    kind = receipt.receipt.message_type.removesuffix("Message")
    keys = dict(receipt.receipt.keys)
    key = next((keys[name] for name in _NAMING if name in keys), "")
    return safe_name(f"{receipt.seq:09d}-{receipt.index}-{kind}-{key}-{receipt.receipt.status}.xml")


def message_file_name(message: UpstreamMessage) -> str:
    """``000000042-CEB622.xml``: our number of an upstream's message, and its type."""
    return safe_name(f"{message.message_no:09d}-{message.message_type.removesuffix('Message')}.xml")


def safe_name(name: str) -> str:
    """The name with what is no letter, digit, dot or dash made an underscore; never empty, and never dots alone."""
    safe = _UNSAFE.sub("_", name)
    return safe if safe.strip(".") else "_" * max(1, len(safe))
