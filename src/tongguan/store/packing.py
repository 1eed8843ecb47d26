"""How documents and their keys are laid down: text keys, packed states, records by message type."""

from __future__ import annotations

from fractions import Fraction
from functools import cache, lru_cache
from typing import Any

import msgspec

from tongguan.ceb.messages import MESSAGES
from tongguan.ceb.problem import Problem
from tongguan.clearance.handling import Words
from tongguan.clearance.model import Arrival, Document, Key, Receipt
from tongguan.clearance.rule import REQUESTS
from tongguan.store.keys import Box

SEPARATOR = "\x1f"  # no XML document can carry it, so joined keys never meet
PARTS = 64


def exact_text(value: Any) -> str:
    """Quotients go down as ``n/d``: exact, and readable. For msgspec's encoders."""
    if isinstance(value, Fraction):
        return f"{value.numerator}/{value.denominator}"
    raise TypeError(f"{type(value).__name__} has no packed form")


def exact_value(wanted: type, value: Any) -> Any:
    """The reverse, for msgspec's decoders."""
    if wanted is Fraction and isinstance(value, str):
        return Fraction(value)
    raise TypeError(f"{wanted.__name__} has no packed form")


_encode = msgspec.msgpack.Encoder(enc_hook=exact_text).encode


class _Said(msgspec.Struct, frozen=True, array_like=True):
    """Texts about a document that may name persons; those stored earlier have no words of officers and filers."""

    receipts: tuple[Receipt, ...]
    problems: tuple[Problem, ...]
    words: tuple[Words, ...] = ()


_decode_said = msgspec.msgpack.Decoder(_Said).decode
unpack_state = msgspec.msgpack.Decoder(Document, dec_hook=exact_value).decode
"""The clear part of a document from its packed form, without record and texts."""


def key_text(key: Key) -> str:
    return SEPARATOR.join(key)


def key_tuple(text: str) -> Key:
    return tuple(text.split(SEPARATOR))


@lru_cache(maxsize=8192)  # 2 µs a number, and a set asks nine times for three of them
def part_of(text: str) -> int:
    """FNV-1a (32 bits) of the UTF-8 text, modulo 64: which part of the tables a case lies in."""
    value = 0x811C9DC5
    for byte in text.encode():
        value = ((value ^ byte) * 0x01000193) & 0xFFFFFFFF
    return value % PARTS


def part_of_key(kind: str, key: Key) -> int:
    """Of an order or payment by its order number, of everything else by its first key."""
    return part_of(key[-1] if kind in ("order", "payment") else key[0])


@cache
def record_class(message_type: str) -> Any:
    """The class of a message's business records: ``Order`` for ``CEB311Message``. Raises KeyError."""
    return msgspec.structs.fields(MESSAGES[message_type])[2].type.__args__[0]


@cache
def _record_decoder(message_type: str) -> msgspec.msgpack.Decoder[Any]:
    return msgspec.msgpack.Decoder(record_class(message_type))


def unpack_record(message_type: str, packed: bytes) -> Any:
    """A typed record from its msgpack form."""
    return _record_decoder(message_type).decode(packed)


def pack_record(record: Any) -> bytes:
    return _encode(record)


def pack_state(document: Document) -> bytes:
    """The clear part of a document: everything but its record and the texts that were said of it."""
    return _encode(msgspec.structs.replace(document, record=None, last_receipts=(), problems=(), words=()))


def pack_said(document: Document) -> bytes:
    """The texts that were said of a document: its last receipts, its problems, what officer and filer wrote."""
    said = document.last_receipts, document.problems
    return _encode((*said, document.words) if document.words else said)


def unpack_document(state: bytes, sealed_record: bytes | None, said: bytes | None, person: Box | None) -> Document:
    """A document as stored; without record and texts where they, or the key to them, were erased. Raises StoreFault."""
    document = unpack_state(state)
    if person is None or sealed_record is None or said is None:
        return document
    record = unpack_record(document.message_type, person.open(sealed_record, b"record"))
    texts = _decode_said(person.open(said, b"said"))
    return msgspec.structs.replace(
        document, record=record, last_receipts=texts.receipts, problems=texts.problems, words=texts.words
    )


unpack_arrival = msgspec.msgpack.Decoder(Arrival).decode
"""A line of ``arrivals`` as stored."""


def order_key_of(document: Document) -> Key:
    """(ebpCode, orderNo), or () for what belongs to no single order (waybill, its status, entry list)."""
    if document.kind in ("order", "payment"):
        return document.order_key
    return document.order_key if document.kind in _OF_AN_ORDER and document.record is not None else ()


_OF_AN_ORDER = ("inventory", *REQUESTS)
LISTED_BY_ORDER = ("payment", *_OF_AN_ORDER)
"""Kinds that are found by the order that they name."""


def waybill_key_of(document: Document) -> Key:
    """(logisticsCode, logisticsNo) that an inventory names, or ()."""
    if document.kind != "inventory" or document.record is None:
        return ()
    head = document.record.InventoryHead
    return head.logisticsCode, head.logisticsNo


def is_live(document: Document) -> bool:
    """Whether the document stands: filed, and neither refused, rejected, cancelled nor deleted."""
    return not (document.deleted or document.status in ("100", "430") or document.status.startswith("-"))
