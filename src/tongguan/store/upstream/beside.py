"""Our own answers beside the upstream's, document by document: what a comparison reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from tongguan.clearance.model import Key
from tongguan.store.packing import key_text, key_tuple
from tongguan.store.upstream.database import UpstreamFile, named


class OwnAnswer(msgspec.Struct, frozen=True, array_like=True):
    """A receipt of our own decision; ``rules`` are the ids that it rests on. ``place`` is its index in the event."""

    event_no: int
    place: int
    message_type: str
    document: Key
    status: str
    codes: tuple[str, ...]
    rules: tuple[str, ...]
    invt_no: str
    at_ns: int
    day: str


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """What either side said of a document at one time; ``rules`` are ours, ``text`` is theirs."""

    status: str
    codes: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    text: str = ""
    at_ns: int = 0
    day: str = ""
    invt_no: str = ""


class TheirBill(msgspec.Struct, frozen=True, kw_only=True):
    """A tax bill of the upstream; ``fields`` hold its sums as texts."""

    invt_no: str
    tax_no: str
    status: str
    day: str
    fields: dict[str, str]


class Beside:
    """Both sides in an open ``upstream.db``."""

    def __init__(self, file: UpstreamFile) -> None:
        self._file = file

    def answer(self, answers: Iterable[OwnAnswer], places: dict[str, str]) -> None:
        """Keep our own answers and how far our events have been read, in one transaction."""
        rows = [
            (a.event_no, a.place, a.message_type, key_text(a.document), a.status, " ".join(a.codes), " ".join(a.rules),
             a.invt_no, a.at_ns, a.day)
            for a in answers
        ]  # fmt: skip
        with self._file.transaction():
            self._file.db.executemany(named("up_put_answer"), rows)
            self._file.put_places(places)

    def documents(self, first_day: str, last_day: str) -> list[tuple[str, Key]]:
        """(receipt type, naming elements) of the documents that either side spoke of on a day of the range."""
        rows = self._file.db.execute(named("up_documents"), (first_day, last_day)).fetchall()
        return [(message_type, key_tuple(document)) for message_type, document in rows]

    def theirs(self, message_type: str, document: Key) -> list[Heard]:
        """What the upstream said of one document, in order."""
        return [
            Heard(status=status, codes=tuple(codes.split()), text=self._fields(sealed).get("returnInfo", ""),
                  at_ns=at_ns, day=day, invt_no=invt_no)
            for status, codes, at_ns, day, sealed, invt_no in self._file.db.execute(
                named("up_theirs"), (message_type, key_text(document)))
        ]  # fmt: skip

    def ours(self, message_type: str, document: Key) -> list[Heard]:
        """What we said of one document, in order."""
        return [
            Heard(status=status, codes=tuple(codes.split()), rules=tuple(rules.split()), at_ns=at_ns, day=day,
                  invt_no=invt_no)
            for status, codes, rules, at_ns, day, invt_no in self._file.db.execute(
                named("up_ours"), (message_type, key_text(document)))
        ]  # fmt: skip

    def bills(self, first_day: str, last_day: str) -> Iterator[TheirBill]:
        """The upstream's tax bills of a range of days, in order."""
        for document, invt_no, status, _, day, sealed in self._file.db.execute(
            named("up_bills"), (first_day, last_day)
        ).fetchall():
            yield TheirBill(
                invt_no=invt_no, tax_no=key_tuple(document)[-1], status=status, day=day, fields=self._fields(sealed)
            )

    def inventory_numbered(self, invt_no: str) -> Key | None:
        """(agentCode, copNo) of the inventory that the upstream gave this number to."""
        row = self._file.db.execute(named("up_inventory_of"), (invt_no,)).fetchone()
        return key_tuple(row[0]) if row else None

    def _fields(self, sealed: bytes) -> dict[str, str]:
        """The elements of a receipt; none once they are erased."""
        if not sealed:
            return {}
        return _decode_fields(self._file.box.open(sealed, b"return"))


_decode_fields = msgspec.msgpack.Decoder(dict[str, str]).decode
