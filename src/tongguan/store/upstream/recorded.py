"""What came from the upstream: whole messages as they came, and each receipt in them, once."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from tongguan.clearance.model import Key
from tongguan.store.packing import key_text
from tongguan.store.upstream.database import UpstreamFile, named


class UpstreamMessage(msgspec.Struct, frozen=True, kw_only=True):
    """One message of the upstream as it came: ``raw`` is the XML, ``source`` says where it came from."""

    message_no: int
    dxp_id: str
    message_type: str
    source: str
    received_ns: int
    raw: bytes


class Return(msgspec.Struct, frozen=True, kw_only=True):
    """One receipt of the upstream. ``fields`` are all its elements as they came, those unknown to us too.

    ``document`` are the elements that name the document, empty where they are missing. ``day`` is a date in China.
    """

    identity: bytes
    message_type: str
    document: Key
    status: str
    codes: tuple[str, ...]
    invt_no: str
    at_ns: int
    day: str
    fields: dict[str, str]


class Recorded:
    """The messages and receipts in an open ``upstream.db``."""

    def __init__(self, file: UpstreamFile) -> None:
        self._file = file

    def record(
        self, messages: Sequence[tuple[UpstreamMessage, Sequence[Return]]], places: dict[str, str] | None = None
    ) -> int:
        """Keep messages whose receipts are not all known yet, and the place that was read up to; returns how many.

        ``message_no`` of what comes in is of no matter. A message is kept whole when any receipt in it is new.
        """
        kept = 0
        with self._file.transaction():
            for message, returns in messages:
                fresh = [one for one in returns if not self._knows(one.identity)]
                if fresh:
                    self._keep(message, fresh)
                    kept += 1
            self._file.put_places(places or {})
        return kept

    def messages(self, dxp_id: str, after: int = 0, limit: int = 100) -> list[UpstreamMessage]:
        """Messages for one exchange id after a number, in order."""
        return [self._message(row) for row in self._file.db.execute(named("up_messages"), (dxp_id, after, limit))]

    def all_messages(self, after: int = 0, limit: int = 100) -> list[UpstreamMessage]:
        """Messages for everybody after a number, in order."""
        return [self._message(row) for row in self._file.db.execute(named("up_all_messages"), (after, limit))]

    def before(self, dxp_id: str, received_ns: int) -> int:
        """The number after which the messages of one exchange id that came at a time or later begin."""
        row = self._file.db.execute(named("up_first_message"), (dxp_id, received_ns)).fetchone()
        return row[0] - 1 if row[0] is not None else 2**62

    def forget(self, message_type: str, document: Key) -> bool:
        """Destroy what was said of one document, and the messages that spoke of it alone; whether there was any.

        A message that speaks of other documents too stays until these are forgotten as well.
        """
        named_by = (message_type, key_text(document))
        with self._file.transaction():
            found = self._file.db.execute(named("up_forget_returns"), named_by).rowcount
            self._file.db.execute(named("up_forget_messages"), named_by)
        return found > 0

    def newest(self) -> int:
        """The number of the newest message, 0 when there is none."""
        return int(self._file.db.execute(named("up_newest_message")).fetchone()[0])

    def counts(self) -> tuple[int, int, int]:
        """How many messages and receipts there are, and how many messages for which nobody could be named."""
        messages, receipts, unaddressed = self._file.db.execute(named("up_recorded")).fetchone()
        return messages, receipts, unaddressed

    def _knows(self, identity: bytes) -> bool:
        return self._file.db.execute(named("up_known_return"), (identity,)).fetchone() is not None

    def _keep(self, message: UpstreamMessage, returns: Sequence[Return]) -> None:
        sealed = self._file.box.seal(message.raw, b"message")
        number = self._file.db.execute(
            named("up_put_message"),
            (message.dxp_id, message.message_type, message.source, message.received_ns, len(returns), sealed),
        ).lastrowid
        rows = [
            (number, one.identity, message.dxp_id, one.message_type, key_text(one.document), one.status,
             " ".join(one.codes), one.invt_no, one.at_ns, one.day, self._file.box.seal(_encode(one.fields), b"return"))
            for one in {one.identity: one for one in returns}.values()
        ]  # fmt: skip
        self._file.db.executemany(named("up_put_return"), rows)

    def _message(self, row: tuple[int, str, str, str, int, bytes]) -> UpstreamMessage:
        number, dxp_id, message_type, source, received_ns, sealed = row
        return UpstreamMessage(
            message_no=number,
            dxp_id=dxp_id,
            message_type=message_type,
            source=source,
            received_ns=received_ns,
            raw=self._file.box.open(sealed, b"message"),
        )


_encode = msgspec.msgpack.Encoder().encode
