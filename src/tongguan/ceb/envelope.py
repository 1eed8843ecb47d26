"""The transport envelope DxpMsg: who sends what to whom, around the bytes of one message.

Namespace ``http://www.chinaport.gov.cn/dxp``. Source: schema of the terminal node in the package of 2022-05.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Final

from lxml import etree

from tongguan.ceb.limits import Limits
from tongguan.ceb.problem import Problem
from tongguan.ceb.rules import problem
from tongguan.ceb.source import body_start, load, to_utf8
from tongguan.ceb.table import DS_NAMESPACE
from tongguan.ceb.values import BLANKS

NAMESPACE: Final = "http://www.chinaport.gov.cn/dxp"
VERSION: Final = "1.0"
RECEIVERS_MAX: Final = 5
CHINA: Final = timezone(timedelta(hours=8))

_ROOT: Final = "DxpMsg"
_STARTS: Final = re.compile(rb"<(?:[^\s<>/:]+:)?DxpMsg[\s/>]")
_LENGTHS: Final = {"CopMsgId": (1, 255), "SenderId": (1, 16), "ReceiverId": (1, 16), "MsgType": (0, 30)}
_DATETIME: Final = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.\d+)?(?:Z|[+-](?:0\d|1[0-3]):[0-5]\d|[+-]14:00)?", re.ASCII
)
_STANDARD: Final = Limits()


@dataclass(frozen=True, slots=True)
class Envelope:
    """What an envelope says. ``data`` is the message inside; with ``bare`` there was none and ``data`` is what came.

    ``creatTime`` is the text as sent (the missing e is official). With ``problems`` the other fields hold what could
    be read, and ``data`` is empty where it could not.
    """

    copMsgId: str
    senderId: str
    receiverIds: tuple[str, ...]
    creatTime: str
    msgType: str
    data: bytes
    bare: bool
    problems: tuple[Problem, ...] = ()


def open_envelope(raw: bytes, limits: Limits = _STANDARD) -> Envelope:
    """Open a DxpMsg, or hand on anything else as a bare message. Any bytes give a value; nothing is raised.

    The bound on bytes holds for the message inside; the envelope around it may be twice as long (Base64 takes 4/3).
    """
    if not _is_envelope(raw):
        return Envelope("", "", (), "", "", raw, bare=True)
    root = load(raw, _around(limits))
    if isinstance(root, Problem):
        return Envelope("", "", (), "", "", b"", bare=False, problems=(root,))
    info = root.find(_tag("TransInfo"))
    receivers = root.findall(f"{_tag('TransInfo')}/{_tag('ReceiverIds')}/{_tag('ReceiverId')}")
    data, bad = _unpack(root, limits)
    return Envelope(
        copMsgId=_text(info, "CopMsgId"),
        senderId=_text(info, "SenderId"),
        receiverIds=tuple(r.text or "" for r in receivers),
        creatTime=_text(info, "CreatTime"),
        msgType=_text(info, "MsgType"),
        data=data,
        bare=False,
        problems=(*_faults(root), *bad),
    )


def seal_envelope(
    data: bytes, *, copMsgId: str, senderId: str, receiverIds: tuple[str, ...], creatTime: datetime, msgType: str
) -> bytes:
    """A DxpMsg around ``data``, in UTF-8. ``creatTime`` is aware and written as China time without a zone.

    Raises ValueError when a field is too long or short, there are not 1 to 5 receivers, or the time is naive.
    """
    if not 1 <= len(receiverIds) <= RECEIVERS_MAX:
        raise ValueError(f"an envelope has 1 to {RECEIVERS_MAX} receivers, not {len(receiverIds)}")
    if creatTime.tzinfo is None:
        raise ValueError("creatTime must be aware")
    fields = [("CopMsgId", copMsgId), ("SenderId", senderId), ("MsgType", msgType)]
    for name, text in [*fields, *(("ReceiverId", r) for r in receiverIds)]:
        least, most = _LENGTHS[name]
        if not least <= len(text) <= most:
            raise ValueError(f"{name} must have {least} to {most} characters")
    root = etree.Element(_tag(_ROOT), nsmap={"dxp": NAMESPACE}, ver=VERSION)
    info = etree.SubElement(root, _tag("TransInfo"))
    etree.SubElement(info, _tag("CopMsgId")).text = copMsgId
    etree.SubElement(info, _tag("SenderId")).text = senderId
    receivers = etree.SubElement(info, _tag("ReceiverIds"))
    for receiver in receiverIds:
        etree.SubElement(receivers, _tag("ReceiverId")).text = receiver
    etree.SubElement(info, _tag("CreatTime")).text = f"{creatTime.astimezone(CHINA):%Y-%m-%dT%H:%M:%S}"
    etree.SubElement(info, _tag("MsgType")).text = msgType
    etree.SubElement(root, _tag("Data")).text = base64.b64encode(data).decode("ascii")
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + etree.tostring(root, encoding="UTF-8", xml_declaration=False)


def _is_envelope(raw: bytes) -> bool:
    if b"DxpMsg" not in raw:
        return False
    text = to_utf8(raw)
    return isinstance(text, bytes) and _STARTS.match(text, body_start(text)) is not None


def _around(limits: Limits) -> Limits:
    return Limits(bytes_max=2 * limits.bytes_max, depth_max=limits.depth_max, tags_max=limits.tags_max)


def _unpack(root: etree._Element, limits: Limits) -> tuple[bytes, tuple[Problem, ...]]:
    coded = _text(root, "Data").translate({ord(blank): None for blank in BLANKS})
    try:
        data = base64.b64decode(coded.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        return b"", (problem("E03", document=_ROOT, path="Data", name="Data"),)
    if len(data) > limits.bytes_max:
        bound = str(limits.bytes_max)
        return b"", (problem("W01", document=_ROOT, path="Data", found=str(len(data)), expected=bound),)
    return data, ()


def _faults(root: etree._Element) -> Iterator[Problem]:
    """What the envelope lacks or has in excess, by the official schema; AddInfo and a signature are let pass."""
    if root.tag != _tag(_ROOT):
        yield problem("E01", document=_ROOT, name=f"{{{NAMESPACE}}}{_ROOT}", found=root.tag)
        return
    if root.get("ver") != VERSION:
        yield problem("E06", document=_ROOT, path="@ver", name="ver", found=root.get("ver") or "", expected=VERSION)
    signature = f"{{{DS_NAMESPACE}}}Signature"
    yield from _order(root, "", (_tag("TransInfo"), _tag("Data")), (_tag("AddInfo"), signature))
    info = root.find(_tag("TransInfo"))
    if info is None:
        return
    parts = ("CopMsgId", "SenderId", "ReceiverIds", "CreatTime", "MsgType")
    yield from _order(info, "TransInfo/", tuple(map(_tag, parts)), ())
    for name in ("CopMsgId", "SenderId", "MsgType"):
        yield from _length(info.find(_tag(name)), name, f"TransInfo/{name}")
    yield from _receivers(info)
    time = info.find(_tag("CreatTime"))
    if time is not None and not _is_datetime((time.text or "").strip(BLANKS)):
        yield problem("E05", document=_ROOT, path="TransInfo/CreatTime", name="CreatTime", found=time.text or "")


def _receivers(info: etree._Element) -> Iterator[Problem]:
    path = "TransInfo/ReceiverIds"
    holder = info.find(_tag("ReceiverIds"))
    if holder is None:
        return
    receivers = holder.findall(_tag("ReceiverId"))
    if not receivers:
        yield problem("E01", document=_ROOT, path=f"{path}/ReceiverId", name="ReceiverId")
    if len(receivers) > RECEIVERS_MAX:
        most = str(RECEIVERS_MAX)
        yield problem("E04", document=_ROOT, path=path, name="ReceiverId", found=str(len(receivers)), expected=most)
    for i, receiver in enumerate(receivers, 1):
        yield from _length(receiver, "ReceiverId", f"{path}/ReceiverId[{i}]")


def _order(parent: etree._Element, path: str, needed: tuple[str, ...], optional: tuple[str, ...]) -> Iterator[Problem]:
    """Each needed child once, then the optional ones at most once, all in this order and nothing else."""
    tags = [child.tag for child in parent if isinstance(child.tag, str)]
    for tag in needed:
        if tag not in tags:
            name = etree.QName(tag).localname
            yield problem("E01", document=_ROOT, path=path + name, name=name)
    places = {tag: i for i, tag in enumerate((*needed, *optional))}
    last = -1
    for tag in tags:
        place = places.get(tag, -1)
        if place <= last:
            name = etree.QName(tag).localname
            yield problem("E04", document=_ROOT, path=path + name, name=name)
        last = max(last, place)


def _length(element: etree._Element | None, name: str, path: str) -> Iterator[Problem]:
    if element is None:
        return
    least, most = _LENGTHS[name]
    text = element.text or ""
    if not least <= len(text) <= most:
        yield problem("E02", document=_ROOT, path=path, name=name, found=text, expected=f"{least}..{most}")


def _is_datetime(text: str) -> bool:
    found = _DATETIME.fullmatch(text)
    if found is None:
        return False
    try:
        year, month, day, hour, minute, second = map(int, found.groups())
        datetime(year, month, day, hour, minute, second)
    except ValueError:
        return False
    return True


def _text(parent: etree._Element | None, name: str) -> str:
    return "" if parent is None else parent.findtext(_tag(name)) or ""


def _tag(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"
