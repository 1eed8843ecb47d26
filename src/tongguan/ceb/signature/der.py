"""Strict DER: just enough ASN.1 to take keys, certificates and signature values apart and to build them.

Only definite, minimal lengths and one-byte tags are read: what X.690 calls DER, nothing of BER. Anything else raises
``DerError``, so two byte strings that mean the same value cannot both be accepted.
"""

from __future__ import annotations

from collections.abc import Iterable

INTEGER, BIT_STRING, OCTET_STRING, NULL, OID = 0x02, 0x03, 0x04, 0x05, 0x06
UTC_TIME, GENERALIZED_TIME = 0x17, 0x18
SEQUENCE = 0x30


class DerError(ValueError):
    """The bytes are not the DER that was expected at this place."""


def head(data: bytes, at: int = 0) -> tuple[int, int, int]:
    """Read one tag and length. Returns (tag, where the content begins, where it ends)."""
    if at + 2 > len(data):
        raise DerError("the data ends inside a tag or length")
    tag, length, start = data[at], data[at + 1], at + 2
    if tag & 0x1F == 0x1F:
        raise DerError("a tag of more than one byte")
    if length & 0x80:
        count = length & 0x7F
        if not 1 <= count <= 4 or start + count > len(data):
            raise DerError("a length that DER does not allow")
        length = int.from_bytes(data[start : start + count], "big")
        if length < 0x80 or length >> (8 * (count - 1)) == 0:
            raise DerError("a length that is not written in its shortest form")
        start += count
    if start + length > len(data):
        raise DerError("the data ends before its length says")
    return tag, start, start + length


def content(data: bytes, tag: int) -> bytes:
    """The content of the one value that ``data`` holds; other tags and trailing bytes raise."""
    found, start, end = head(data)
    if found != tag or end != len(data):
        raise DerError(f"expected one value with tag {tag:#04x} and nothing behind it")
    return data[start:end]


def parts(data: bytes) -> list[tuple[int, bytes, bytes]]:
    """The values that stand one after another in ``data``: (tag, content, the whole value with its head)."""
    found: list[tuple[int, bytes, bytes]] = []
    at = 0
    while at < len(data):
        tag, start, end = head(data, at)
        found.append((tag, data[start:end], data[at:end]))
        at = end
    return found


def sequence(data: bytes) -> list[tuple[int, bytes, bytes]]:
    """The members of the one SEQUENCE that ``data`` holds."""
    return parts(content(data, SEQUENCE))


def unsigned(content_bytes: bytes) -> int:
    """The value of an INTEGER's content; negative numbers and superfluous leading zeros raise."""
    if not content_bytes or content_bytes[0] & 0x80:
        raise DerError("an integer that is empty or negative")
    if len(content_bytes) > 1 and content_bytes[0] == 0 and not content_bytes[1] & 0x80:
        raise DerError("an integer with superfluous leading zeros")
    return int.from_bytes(content_bytes, "big")


def value(tag: int, body: bytes) -> bytes:
    """Write one value: tag, shortest length, content."""
    size = len(body)
    if size < 0x80:
        return bytes((tag, size)) + body
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + body


def integer(number: int) -> bytes:
    """Write a non-negative INTEGER."""
    if number < 0:
        raise DerError("only non-negative integers are written here")
    return value(INTEGER, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def seq(members: Iterable[bytes]) -> bytes:
    """Write a SEQUENCE of values that are already encoded."""
    return value(SEQUENCE, b"".join(members))


def oid(dotted: str) -> bytes:
    """Write an OBJECT IDENTIFIER, for example ``1.2.156.10197.1.301``."""
    first, second, *rest = (int(arc) for arc in dotted.split("."))
    body = bytearray()
    for arc in (first * 40 + second, *rest):
        groups = [arc & 0x7F]
        while arc := arc >> 7:
            groups.append(0x80 | (arc & 0x7F))
        body += bytes(reversed(groups))
    return value(OID, bytes(body))


def bit_string(body: bytes) -> bytes:
    """Write a BIT STRING of whole bytes."""
    return value(BIT_STRING, b"\x00" + body)


def whole_bits(content_bytes: bytes) -> bytes:
    """The bytes of a BIT STRING's content that has no unused bits."""
    if not content_bytes or content_bytes[0] != 0:
        raise DerError("a bit string with unused bits")
    return content_bytes[1:]
