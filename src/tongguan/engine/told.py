"""What the registry says comes again with nearly every event: its bytes are made once for the same rows.

Measured: 4 µs an event, 15 a set, against 45 with a fresh encoding each time.
"""

from __future__ import annotations

from typing import Any

import msgspec

from tongguan.clearance.model import Facts
from tongguan.store.packing import exact_text

KEPT = 2_000

_encode = msgspec.json.Encoder(order="sorted", enc_hook=exact_text).encode


class Told:
    """Encoded registry rows by which rows they are. A snapshot's rows are frozen and live as long as they are kept
    here, so that the identity of an object names its content.
    """

    def __init__(self, names: tuple[str, ...]) -> None:
        self._names = names
        self._values: dict[tuple[Any, ...], tuple[bytes, Facts]] = {}

    def value(self, facts: Facts, rows: tuple[Any, ...]) -> bytes:
        """The RFC 8785 form of these rows of the facts, one for each name; empty ones are left out; b"" of none."""
        key = tuple([tuple([id(one) for one in row]) if type(row) is tuple else id(row) for row in rows])
        if (found := self._values.get(key)) is not None:
            return found[0]
        told = {name: row for name, row in zip(self._names, rows, strict=True) if row}
        value = _encode(told) if told else b""
        if len(self._values) >= KEPT:
            self._values.clear()
        self._values[key] = value, facts  # the facts hold the rows, so that no other object gets their identities
        return value
