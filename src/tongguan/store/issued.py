"""Receipts with their numbers, and their XML. Both are pure functions of what the event holds: a replay gives the
same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta, timezone
from itertools import groupby
from typing import Any

import msgspec

from tongguan.ceb.messages import MESSAGES
from tongguan.clearance.model import Receipt
from tongguan.store.tax_bills import BILL, STATUS, tax_record

RENDERER = 1
"""Version of the XML form below. A change of form takes the next number; receipts keep theirs."""
RETURNS_A_MESSAGE = 100
SANDBOX_MARK = "[沙箱/SANDBOX]"
INFO_MOST = 1000
"""Characters of returnInfo, by the schema."""
CHINA = timezone(timedelta(hours=8))


class IssuedReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """One receipt as sent. ``seq`` is the number of its event, ``index`` its place there, from 0; ``at`` aware UTC."""

    guid: str
    seq: int
    index: int
    at: datetime
    renderer: int
    receipt: Receipt


def issue(
    store_id: str, event_no: int, at: datetime, receipts: Iterable[tuple[int, Receipt]], *, sandbox: bool
) -> list[IssuedReceipt]:
    """Number the receipts of one event. ``receipts`` are (index in the event, receipt). Those of a sandbox say so."""
    return [
        IssuedReceipt(
            guid=derived_guid(f"receipt {store_id} {event_no} {index}"),
            seq=event_no,
            index=index,
            at=at,
            renderer=RENDERER,
            receipt=_marked(receipt) if sandbox else receipt,
        )
        for index, receipt in receipts
    ]


def _marked(receipt: Receipt) -> Receipt:
    """The receipt with the sandbox's mark at the end of its text, which gives way where there is no room."""
    info = receipt.info[: INFO_MOST - len(SANDBOX_MARK)] + SANDBOX_MARK
    return msgspec.structs.replace(receipt, info=info)


def derived_guid(name: str) -> str:
    """36 upper-case characters in the shape of a random UUID, from the SHA-256 of a name."""
    digest = bytearray(hashlib.sha256(f"tongguan {name}".encode()).digest()[:16])
    digest[6] = digest[6] & 0x0F | 0x80  # version 8: made by a rule of our own
    digest[8] = digest[8] & 0x3F | 0x80
    text = digest.hex().upper()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def render(issued: Sequence[IssuedReceipt]) -> list[bytes]:
    """Receipt messages, in order: neighbours of one type share a message of at most 100 returns.

    UTF-8 XML with a default namespace. Raises KeyError for a message type that is no receipt.
    """
    from tongguan.ceb.write import write

    return [write(message, prefix=None) for message in receipt_messages(issued)]


def receipt_messages(issued: Sequence[IssuedReceipt]) -> list[msgspec.Struct]:
    """The typed messages that ``render`` writes. The message's guid follows from its first return's."""
    messages: list[msgspec.Struct] = []
    for message_type, same in groupby(issued, key=lambda one: one.receipt.message_type):
        group = list(same)
        for start in range(0, len(group), RETURNS_A_MESSAGE):
            messages.append(_message(message_type, group[start : start + RETURNS_A_MESSAGE]))
    return messages


def return_time(at: datetime) -> str:
    """17 digits, China time: yyyyMMddHHmmssSSS."""
    local = at.astimezone(CHINA)
    return local.strftime("%Y%m%d%H%M%S") + f"{local.microsecond // 1000:03d}"


def _message(message_type: str, group: Sequence[IssuedReceipt]) -> msgspec.Struct:
    message_class: Any = MESSAGES[message_type]
    name, return_class = _return_class(message_class)
    make = _tax if message_type in (BILL, STATUS) else _return
    returns = tuple(make(one, return_class) for one in group)
    return message_class(guid=derived_guid(f"message {group[0].guid}"), version="1.0", **{name: returns})


def _return(one: IssuedReceipt, return_class: Any) -> msgspec.Struct:
    record: msgspec.Struct = msgspec.convert(
        {
            **dict(one.receipt.keys),
            "guid": one.guid,
            "returnStatus": one.receipt.status,
            "returnTime": return_time(one.at),
            "returnInfo": one.receipt.info,
        },
        return_class,
    )
    return record


def _tax(one: IssuedReceipt, _: Any) -> msgspec.Struct:
    return tax_record(one.receipt, one.guid, return_time(one.at))


def _return_class(message_class: type[msgspec.Struct]) -> tuple[str, Any]:
    """The repeated group of a receipt message: its element name and its class."""
    group = msgspec.structs.fields(message_class)[2]
    return group.name, group.type.__args__[0]
