"""Reads receipts that somebody else made: forgiving in form, since a receipt that is not read cannot be mended.

Taken are a bare message, a ``DxpMsg`` around one, and a page of several messages in any element. Namespace and prefix,
the case of a guid, missing elements, elements unknown to us and a time without milliseconds are of no matter. What is
read is kept beside the bytes, never in place of them.
"""

from __future__ import annotations

import hashlib
import re
from datetime import datetime, timedelta, timezone
from typing import Final

import msgspec
from lxml import etree

from tongguan.ceb.envelope import open_envelope
from tongguan.ceb.limits import Limits
from tongguan.ceb.problem import Problem
from tongguan.ceb.source import load
from tongguan.ceb.table import MessageSpec, messages
from tongguan.clearance.model import Key
from tongguan.upstream.problems import problem

CHINA: Final = timezone(timedelta(hours=8))
NAMING: Final = {
    "CEB312Message": ("ebpCode", "orderNo"),
    "CEB412Message": ("payCode", "payTransactionId"),
    "CEB512Message": ("logisticsCode", "logisticsNo"),
    "CEB514Message": ("logisticsCode", "logisticsNo", "logisticsStatus"),
    "CEB622Message": ("agentCode", "copNo"),
    "CEB624Message": ("agentCode", "copNo"),
    "CEB626Message": ("agentCode", "copNo"),
    "CEB712Message": ("operatorCode", "copNo"),
    "CEB816Message": ("invtNo", "taxNo"),
    "CEB818Message": ("invtNo", "taxNo"),
    "CEB900Message": ("oriCopMsgId",),
}
"""Which elements of each receipt name the document that it is about."""
_CODE: Final = re.compile(r"\[\s*Code\s*[:：]\s*([0-9A-Za-z-]+)", re.IGNORECASE)
_STANDARD: Final = Limits()


class HeardReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """One receipt: ``fields`` are its elements with a text, in their order; ``at`` is aware, None where there is none.

    ``document`` holds the naming elements of NAMING, '' for one that is missing. ``lines`` are those of a tax bill.
    """

    message_type: str
    fields: dict[str, str]
    status: str
    codes: tuple[str, ...]
    document: Key
    at: datetime | None
    lines: tuple[dict[str, str], ...] = ()

    @property
    def text(self) -> str:
        """returnInfo, '' where there is none (a tax bill)."""
        return self.fields.get("returnInfo", "")

    def identity(self, dxp_id: str) -> bytes:
        """SHA-256 of whom it is for and all that it says: equal receipts are one, whatever message brought them."""
        said = {**self.fields, "guid": self.fields.get("guid", "").lower()}
        parts = (dxp_id, self.message_type, *(f"{name}={said[name]}" for name in sorted(said)))
        return hashlib.sha256("\0".join(parts).encode()).digest()


class HeardMessage(msgspec.Struct, frozen=True, kw_only=True):
    """One receipt message, its bytes as they came and the exchange ids that its envelope names, if there was one."""

    message_type: str
    raw: bytes
    receivers: tuple[str, ...]
    receipts: tuple[HeardReceipt, ...]


class Hearing(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one file or answer. ``attributes`` are those of a page's own element (its cursor, say)."""

    messages: tuple[HeardMessage, ...] = ()
    problems: tuple[Problem, ...] = ()
    attributes: dict[str, str] = {}


def hear(raw: bytes, limits: Limits = _STANDARD) -> Hearing:
    """Read receipts. Any bytes give a value; what is no receipt is a problem (U01, U02)."""
    envelope = open_envelope(raw, limits)
    data = envelope.data if envelope.data else raw
    root = load(data, limits)
    if isinstance(root, Problem):
        return Hearing(problems=(problem("U01", found=root.text_en, path=root.rule_id),))
    if (spec := _receipt_spec(root)) is not None:
        return Hearing(messages=(_message(root, spec, data, envelope.receiverIds),))
    children = [child for child in root if isinstance(child.tag, str)]
    specs = [_receipt_spec(child) for child in children]
    strange = [child for child, spec in zip(children, specs, strict=True) if spec is None]
    is_page = _local(root) == "Receipts"
    if strange or not (children or is_page):
        return Hearing(problems=(problem("U02", found=_local(strange[0] if strange and is_page else root)),))
    return Hearing(
        messages=tuple(
            _message(child, spec, _alone(child), ())
            for child, spec in zip(children, specs, strict=True)
            if spec is not None
        ),
        attributes={str(name): str(value) for name, value in root.attrib.items()},
    )


def codes_in(status: str, text: str) -> tuple[str, ...]:
    """The codes of a receipt: a negative status is one, ``[Code:1332;…]`` in the text another."""
    named = [status] if status.startswith("-") else []
    return tuple(dict.fromkeys([*named, *_CODE.findall(text)]))


def _message(root: etree._Element, spec: MessageSpec, raw: bytes, receivers: tuple[str, ...]) -> HeardMessage:
    receipts = tuple(
        _receipt(record, spec) for record in root if isinstance(record.tag, str) and _local(record) == spec.group
    )
    return HeardMessage(message_type=spec.name, raw=raw, receivers=receivers, receipts=receipts)


def _receipt(record: etree._Element, spec: MessageSpec) -> HeardReceipt:
    """One record: the head's elements, or the record's own where it has no head."""
    parts = [part for part in record if isinstance(part.tag, str)]
    head = next((part for part in parts if spec.grouped and _local(part) == spec.entities[0].name), record)
    fields = _texts(head)
    status = fields.get("returnStatus") or fields.get("status", "")
    return HeardReceipt(
        message_type=spec.name,
        fields=fields,
        status=status,
        codes=codes_in(status, fields.get("returnInfo", "")),
        document=tuple(fields.get(name, "") for name in NAMING[spec.name]),
        at=_time(fields.get("returnTime", "")),
        lines=tuple(_texts(part) for part in parts if len(spec.entities) > 1 and _local(part) == spec.entities[1].name),
    )


def _texts(parent: etree._Element) -> dict[str, str]:
    """The elements below one that hold a text, by name; of several with one name the first."""
    found: dict[str, str] = {}
    for element in parent:
        if isinstance(element.tag, str) and len(element) == 0 and (text := (element.text or "").strip()):
            found.setdefault(_local(element), text)
    return found


def _time(text: str) -> datetime | None:
    """``yyyyMMddHHmmssSSS`` of China, or the 14 digits of older texts."""
    if len(text) not in (14, 17) or not text.isascii() or not text.isdigit():
        return None
    parts = [int(text[:4]), *(int(text[at : at + 2]) for at in range(4, 14, 2))]
    try:
        at = datetime(*parts, tzinfo=CHINA)  # type: ignore[misc,arg-type]
    except ValueError:
        return None
    return at + timedelta(milliseconds=int(text[14:] or 0))


def _receipt_spec(element: etree._Element) -> MessageSpec | None:
    spec = messages().get(_local(element))
    return spec if spec is not None and spec.name in NAMING else None


def _alone(element: etree._Element) -> bytes:
    """A message of a page as a document of its own."""
    return etree.tostring(element, encoding="UTF-8", xml_declaration=True, standalone=True, with_tail=False)


def _local(element: etree._Element) -> str:
    return etree.QName(element).localname
