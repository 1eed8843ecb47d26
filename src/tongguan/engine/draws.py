"""Draws: what lot falls to a case, in a lane and for its officer. Nobody chooses; everybody can check it afterwards."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from datetime import date, timedelta, timezone
from decimal import Decimal
from typing import Any

from tongguan.clearance.model import Document
from tongguan.law.rows import LaneRow
from tongguan.store.keys import KeyRing

CHINA = timezone(timedelta(hours=8))
Draws = tuple[tuple[str, Decimal], ...]
_DRAW_DIGITS = 12


def draw(seed: bytes, case_id: str, lane: str) -> Decimal:
    """A value in [0, 1) with twelve decimals: HMAC-SHA-256(seed of the day, case id, 0x00, lane), scaled down."""
    value = int.from_bytes(hmac.digest(seed, f"{case_id}\0{lane}".encode(), "sha256"), "big")
    return Decimal(value * 10**_DRAW_DIGITS >> 256).scaleb(-_DRAW_DIGITS)


def choose(seed: bytes, case_id: str, name: str, people: tuple[str, ...]) -> str:
    """One of the people, each as likely as another, by the seed of the day and the case alone; '' of none."""
    return people[int(draw(seed, case_id, name) * len(people))] if people else ""


def seed_of(existing: Document | None, keys: KeyRing, day: date) -> bytes:
    """The seed of the day on which the inventory was first accepted; of today before that."""
    accepted = existing.accepted_at if existing is not None else None
    return keys.draw_seed(accepted.astimezone(CHINA).date() if accepted else day)


def case_of_draw(record: Any, keys: KeyRing) -> str:
    """The id by which an inventory's case is drawn."""
    head = record.InventoryHead
    return keys.case_id("order", (head.ebpCode, head.orderNo))


def lane_draws(existing: Document | None, record: Any, lanes: Iterable[LaneRow], keys: KeyRing, day: date) -> Draws:
    """Draws that the case already has are kept; refiling never draws again."""
    kept = dict(existing.draws) if existing else {}
    missing = [lane.id for lane in lanes if lane.id not in kept]
    if missing:
        seed, case_id = seed_of(existing, keys, day), case_of_draw(record, keys)
        kept |= {lane: draw(seed, case_id, lane) for lane in missing}
    return tuple(kept.items())


def played_draws(hold: str, draws: Draws, lanes: Iterable[LaneRow]) -> Draws:
    """Draws that let an inventory into the lanes of this kind of hold (``none``: into none) and past the others."""
    wanted = {lane.id for lane in lanes if lane.hold == hold}
    last = Decimal(10**_DRAW_DIGITS - 1).scaleb(-_DRAW_DIGITS)
    return tuple((lane, Decimal(0) if lane in wanted else last) for lane, _ in draws)
