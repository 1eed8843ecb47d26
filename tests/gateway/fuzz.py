"""Hostile bytes for the gateway: what ``make fuzz`` runs at length and ``make test`` in short."""

from __future__ import annotations

import gzip
import random

from tests.gateway import papers
from tongguan.ceb.limits import Limits
from tongguan.ceb.read import read
from tongguan.gateway.body import BadCompression, TooLargeUnpacked, unpack
from tongguan.gateway.door import Door, Taken, TokenParty

PARTY = TokenParty(kind="filer", party_code=papers.PLATFORM, dxp_id=papers.DXP)
_DOOR = Door(limits=Limits(bytes_max=200_000))
_TOKENS = (b"<", b">", b"&", b"]]>", b"<![CDATA[", b"<!DOCTYPE a>", b"&x;", b"\x00", b"\xff\xfe", b"<ds:Signature/>")


def seeds() -> list[bytes]:
    """Good posts to start from."""
    made = [papers.ceb311_message(2), papers.ceb411_message(), papers.ceb511_message(), papers.ceb621_message()]
    signed = [papers.signed(message) for message in made]
    return [*signed, *(papers.enveloped(item) for item in signed)]


def mutated(raw: bytes, chance: random.Random) -> bytes:
    """A few changes: bytes flipped, pieces cut, doubled, moved or put in."""
    data = bytearray(raw)
    for _ in range(chance.randint(1, 8)):
        at = chance.randrange(len(data) + 1)
        to = min(len(data), at + chance.randint(0, 40))
        match chance.randrange(5):
            case 0:
                data[at:to] = b""
            case 1:
                data[at:at] = data[at:to] * chance.randint(1, 3)
            case 2:
                data[at:to] = bytes(chance.randrange(256) for _ in range(to - at))
            case 3:
                data[at:at] = chance.choice(_TOKENS)
            case _:
                piece = bytes(data[at:to])
                data[at:to] = b""
                place = chance.randrange(len(data) + 1)
                data[place:place] = piece
    return bytes(data)


def take(raw: bytes, answering: str = "xml") -> Taken:
    """One post through the door; whatever the bytes are, the answer is one of the three, and 422 fits the schema."""
    taken = _DOOR.take(
        raw,
        filing_id="G01-000000000001",
        received_ns=1_767_576_600_000_000_000,
        token_party=PARTY,
        answering="json" if answering == "json" else "xml",
    )
    assert taken.answer_status in (202, 403, 422)
    assert (taken.filing is None) == (taken.answer_status == 403)
    if taken.answer_status == 422 and answering == "xml":
        problems = read(taken.answer_body).problems
        assert not problems, problems
    return taken


def unzip(raw: bytes) -> None:
    """Any bytes as gzip: unpacked within the limit, or refused by name."""
    try:
        assert len(unpack(raw, "gzip", 10_000)) <= 10_000
    except (BadCompression, TooLargeUnpacked):
        return


def run(rounds: int, seed: int) -> dict[int, int]:
    """Fuzz the door; returns how often each status was answered. A failure is found again with its seed."""
    chance = random.Random(seed)
    good = seeds()
    count: dict[int, int] = {}
    for _ in range(rounds):
        raw = mutated(chance.choice(good), chance)
        status = take(raw, chance.choice(("xml", "json"))).answer_status
        count[status] = count.get(status, 0) + 1
        unzip(mutated(gzip.compress(raw), chance))
    return count
