"""Reads a request body under its limits: size, time, and size after unpacking."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Awaitable, Callable
from typing import Any

Receive = Callable[[], Awaitable[Any]]

_GZIP = 16 + zlib.MAX_WBITS  # wbits for one gzip member with its header and checksum
_STEP = 1 << 20


class TooLarge(Exception):
    """The body passes the limit as sent."""


class TooLargeUnpacked(Exception):
    """The body passes the limit once unpacked."""


class BadCompression(Exception):
    """Not one complete gzip member, or a compression other than gzip."""


class BodyAborted(Exception):
    """The client went away before the last byte."""


class TooSlow(Exception):
    """The last byte did not come in time."""


async def read_body(receive: Receive, bytes_max: int, seconds_max: float) -> bytes:
    """All bytes of the body. Raises TooLarge, TooSlow or BodyAborted, each as soon as it is known."""
    try:
        async with asyncio.timeout(seconds_max):
            return await _read(receive, bytes_max)
    except TimeoutError:
        raise TooSlow from None


async def _read(receive: Receive, bytes_max: int) -> bytes:
    chunks: list[bytes] = []
    size = 0
    while True:
        event = await receive()
        if event["type"] == "http.disconnect":
            raise BodyAborted
        chunk = event.get("body", b"")
        size += len(chunk)
        if size > bytes_max:
            raise TooLarge
        chunks.append(chunk)
        if not event.get("more_body", False):
            return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def unpack(body: bytes, encoding: str, bytes_max: int) -> bytes:
    """The body without its Content-Encoding (``""``, ``identity`` or ``gzip``).

    Never holds more than ``bytes_max`` and one step beyond. Raises BadCompression or TooLargeUnpacked.
    """
    coding = encoding.strip().lower()
    if coding in ("", "identity"):
        return body
    if coding not in ("gzip", "x-gzip"):
        raise BadCompression
    unpacker = zlib.decompressobj(_GZIP)
    out = bytearray()
    try:
        rest = body
        while not unpacker.eof:
            piece = unpacker.decompress(rest, min(_STEP, bytes_max + 1 - len(out)))
            rest = unpacker.unconsumed_tail
            if not piece and not rest:
                break  # the data end before the gzip member does
            out += piece
            if len(out) > bytes_max:
                raise TooLargeUnpacked
    except zlib.error:
        raise BadCompression from None
    if not unpacker.eof or unpacker.unused_data:
        raise BadCompression
    return bytes(out)
