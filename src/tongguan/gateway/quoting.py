"""``POST /tax/quote``: the tax of an order that is not filed, by the law in force, each step shown. Nothing is kept."""

from __future__ import annotations

from datetime import date

import msgspec

from tongguan.gateway.answer import Answer, encode_json, problems_body, refuse
from tongguan.gateway.reading_thread import ReadingThread
from tongguan.law.inforce import Law
from tongguan.law.quote import quote, read_order
from tongguan.law.quote_form import Quote
from tongguan.law.snapshot import build_law

BODY_BYTES_MAX = 1 << 16


class LawInForce:
    """The law that the store has in force, built again only when another comes into force."""

    def __init__(self, reading: ReadingThread) -> None:
        self._reading = reading
        self._law: Law | None = None

    async def get(self) -> Law | None:
        """The law, None before any is in force."""
        digest = await self._reading.ask(lambda reader: reader.law_in_force())
        if self._law is None or self._law.digest != digest:
            packed = await self._reading.ask(lambda reader: reader.law_snapshot(digest)) if digest else None
            self._law = build_law(packed) if packed else None
        return self._law


def quote_answer(body: bytes, law: Law | None, today: date) -> Answer:
    """The answer to one body; never raises for what is in it. ``today`` is the day in China when no other is asked."""
    if len(body) > BODY_BYTES_MAX:
        return refuse("A05", expected=str(BODY_BYTES_MAX))
    if law is None:
        return refuse("A19", retry_after=1)
    try:
        order = read_order(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as bad:
        return refuse("A22", path="body", found=str(bad)[:200])
    found = quote(order, law, order.at or today)
    if isinstance(found, Quote):
        return Answer(200, encode_json(found))
    return Answer(422, problems_body(found))
