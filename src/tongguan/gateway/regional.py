"""The form of some regional gateways: JSON with a head and the message in base64, receipts asked for by time.

It is a wrapping only. A post becomes the official envelope around the same bytes and goes through the same door, so
signature, checks, receipts and the way to an upstream are one and the same.
Source: reference 9; the names of the head are those met in the field, in any case of letters.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any, Final

import msgspec

from tongguan.ceb.envelope import RECEIVERS_MAX, seal_envelope
from tongguan.gateway.answer import Answer, refuse
from tongguan.store.issued import IssuedReceipt, receipt_messages, render
from tongguan.store.upstream.recorded import UpstreamMessage

POST_PATH: Final = "/regional/messages"
CONTENT_TYPES: Final = frozenset({"application/json"})
CUSTOMS_ID: Final = "DXPEDCCEB0000002"
"""The exchange id that customs has for import messages."""
VERSION: Final = "1.0"
_CHINA: Final = timezone(timedelta(hours=8))
HEAD: Final = ("version", "messageId", "senderID", "receiverID", "sendTime", "messageType")
_TIME: Final = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)[ T]?(\d\d):?(\d\d):?(\d\d)(?:\.?\d{1,9})?", re.ASCII)


class RegionalHead(msgspec.Struct, frozen=True, kw_only=True):
    """The head of a message; ``sendTime`` is China time, yyyyMMddHHmmss."""

    version: str
    messageId: str
    senderID: str
    receiverID: str
    sendTime: str
    messageType: str


class RegionalReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """One receipt message, whole, in base64."""

    head: RegionalHead
    data: str


class RegionalPage(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Receipt messages in order. ``next`` goes on from here and, unlike a time, passes over nothing."""

    dxp_id: str
    receipts: list[RegionalReceipt]
    next: str
    more: bool


def opened(body: bytes) -> bytes | Answer:
    """The official envelope around the message of a regional post, or why it cannot be made (A24)."""
    try:
        post = msgspec.json.decode(body, type=dict[str, Any])
    except msgspec.MsgspecError:
        return refuse("A24")
    head = {str(name).lower(): value for name, value in post.items()}.get("head")
    if not isinstance(head, dict):
        return refuse("A24", path="head")
    told = {str(name).lower(): value for name, value in head.items()}
    texts: dict[str, str] = {}
    for name in HEAD:
        value = told.get(name.lower())
        if name == "receiverID" and isinstance(value, list):
            value = " ".join(map(str, value))
        if not isinstance(value, str) or not value.strip():
            return refuse("A24", path=f"head.{name}", expected="text")
        texts[name] = value.strip()
    return _enveloped(texts, post)


def _enveloped(head: dict[str, str], post: dict[str, Any]) -> bytes | Answer:
    data = _data(post)
    if isinstance(data, Answer):
        return data
    at = china_moment(head["sendTime"])
    if at is None:
        return refuse("A24", path="head.sendTime", found=head["sendTime"][:40], expected="yyyyMMddHHmmss")
    try:
        return seal_envelope(
            data,
            copMsgId=head["messageId"],
            senderId=head["senderID"],
            receiverIds=tuple(head["receiverID"].split()[: RECEIVERS_MAX + 1]),
            creatTime=at,
            msgType=head["messageType"],
        )
    except ValueError as error:  # too long for the envelope, or characters that XML cannot hold
        return refuse("A24", path="head", found=str(error)[:100])


def _data(post: dict[str, Any]) -> bytes | Answer:
    text = {str(name).lower(): value for name, value in post.items()}.get("data")
    if not isinstance(text, str):
        return refuse("A24", path="data", expected="base64")
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return refuse("A24", path="data", expected="base64")


def china_moment(text: str) -> datetime | None:
    """A time of China: ``20260131083000`` (milliseconds allowed) or ``2026-01-31 08:30:00``; None for anything else."""
    found = _TIME.fullmatch(text.strip())
    try:
        return datetime(*map(int, found.groups()), tzinfo=_CHINA) if found else None  # type: ignore[misc,arg-type]
    except ValueError:
        return None


def own_page(dxp_id: str, found: Sequence[IssuedReceipt], cursor: str, more: bool) -> RegionalPage:
    """Our receipts in this form."""
    messages: Iterable[Any] = receipt_messages(found)
    receipts = [
        _receipt(message.guid, dxp_id, found[-1].at, type(message).__name__, xml)
        for message, xml in zip(messages, render(found), strict=True)
    ]
    return RegionalPage(dxp_id=dxp_id, receipts=receipts, next=cursor, more=more)


def upstream_page(dxp_id: str, found: Sequence[UpstreamMessage], cursor: str, more: bool) -> RegionalPage:
    """The upstream's messages in this form, byte for byte; the message id is our number for each."""
    receipts = [
        _receipt(
            f"U{one.message_no:012d}",
            dxp_id,
            datetime.fromtimestamp(one.received_ns // 1_000_000_000, _CHINA),
            one.message_type,
            one.raw,
        )
        for one in found
    ]
    return RegionalPage(dxp_id=dxp_id, receipts=receipts, next=cursor, more=more)


def _receipt(message_id: str, dxp_id: str, at: datetime, message_type: str, xml: bytes) -> RegionalReceipt:
    head = RegionalHead(
        version=VERSION,
        messageId=message_id,
        senderID=CUSTOMS_ID,
        receiverID=dxp_id,
        sendTime=at.astimezone(_CHINA).strftime("%Y%m%d%H%M%S"),
        messageType=message_type,
    )
    return RegionalReceipt(head=head, data=base64.b64encode(xml).decode())
