"""Our own answers, laid beside the upstream's: a projection of the events, with a place of its own."""

from __future__ import annotations

from tongguan.clearance.model import Key
from tongguan.clearance.record import SHAPES
from tongguan.store.decided import Decided, DecidedReceipt
from tongguan.store.erasure import empty_wal
from tongguan.store.events import utc
from tongguan.store.layout import Store
from tongguan.store.upstream.beside import Beside, OwnAnswer
from tongguan.store.upstream.database import UpstreamFile
from tongguan.store.upstream.forwards import Forwards
from tongguan.store.upstream.recorded import Recorded
from tongguan.upstream.hearing import CHINA, NAMING, codes_in

OURS = "ours"
EVENTS = 500
_LEFT_OUT = frozenset({"CEB816Message", "CEB818Message", "CEB900Message"})
"""Receipts that tell of no judgement of ours: tax is compared from the inventory itself."""


class Projector:
    """Brings ``upstream.db`` up to the newest event of the store. For one thread."""

    def __init__(self, store: Store, file: UpstreamFile) -> None:
        self._decided = Decided(store)
        self._file = file
        self._beside = Beside(file)
        self._path = store.upstream_path

    def close(self) -> None:
        self._decided.close()

    def round(self) -> int:
        """Project what has been decided since; returns how many events were looked at."""
        done = int(self._file.place(OURS) or 0)
        last = min(self._decided.last_event(), done + EVENTS)
        if last <= done:
            return 0
        answers = [answer for one in self._decided.receipts(done + 1, last) if (answer := own_answer(one)) is not None]
        self._forget(self._decided.erased(done + 1, last))  # first: should it stop here, it is simply done again
        self._beside.answer(answers, {OURS: str(last)})
        return last - done

    def _forget(self, erased: list[tuple[str, Key]]) -> None:
        """What was erased here is erased among what the upstream said of it."""
        recorded, forwards = Recorded(self._file), Forwards(self._file)
        found = False
        for kind, key in erased:
            if kind == "filing":
                found |= recorded.forget("CEB900Message", (forwards.cop_msg_id(key[0]),))
            elif kind in SHAPES:  # a command about something that nobody has filed was never the upstream's
                receipt = SHAPES[kind].receipt
                found |= recorded.forget(receipt, key[: len(NAMING[receipt])])
        if found:
            empty_wal(self._path)


def own_answer(one: DecidedReceipt) -> OwnAnswer | None:
    """One receipt of ours for the comparison; None for one that judges nothing. Rules count for a refusal only."""
    receipt = one.receipt
    if receipt.message_type not in NAMING or receipt.message_type in _LEFT_OUT:
        return None
    keys = dict(receipt.keys)
    refuses = receipt.status == "100" or receipt.status.startswith("-")
    return OwnAnswer(
        one.event_no,
        one.place,
        receipt.message_type,
        tuple(keys.get(name, "") for name in NAMING[receipt.message_type]),
        receipt.status,
        codes_in(receipt.status, receipt.info),
        one.rules if refuses else (),
        keys.get("invtNo", ""),
        one.at_ns,
        utc(one.at_ns).astimezone(CHINA).date().isoformat(),
    )
