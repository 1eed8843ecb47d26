"""What was heard from the upstream, addressed and recorded: every receipt once, in the bytes in which it came."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import msgspec

from tongguan.ceb.problem import Problem
from tongguan.registry.snapshot import Registry
from tongguan.store.events import utc
from tongguan.store.upstream.database import UpstreamFile
from tongguan.store.upstream.forwards import Forwards
from tongguan.store.upstream.recorded import Recorded, Return, UpstreamMessage
from tongguan.upstream.hearing import CHINA, HeardMessage, HeardReceipt, Hearing, hear

_PARTY = {
    "CEB312Message": ("ebcCode", "ebpCode"),
    "CEB412Message": ("payCode",),
    "CEB512Message": ("logisticsCode",),
    "CEB514Message": ("logisticsCode",),
    "CEB622Message": ("agentCode",),
    "CEB624Message": ("agentCode",),
    "CEB626Message": ("agentCode",),
    "CEB712Message": ("operatorCode",),
    "CEB816Message": ("agentCode",),
}
"""Which elements name the company that a receipt is for, where nothing else says whose it is: the filer, mostly."""
_EPOCH = datetime(1970, 1, 1, tzinfo=CHINA) + timedelta(hours=8)
_INVENTORY_RECEIPT = "CEB622Message"


class RecordReport(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one look: messages read, how many of them held something new, and what could not be read."""

    read: int = 0
    new: int = 0
    problems: tuple[Problem, ...] = ()


class Recorder:
    """Records receipts in an open ``upstream.db``.

    ``registry`` gives the registry in force or None; it names the party of an exchange id, and the other way round.
    """

    def __init__(
        self,
        file: UpstreamFile,
        registry: Callable[[], Registry | None],
        clock_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        self._recorded = Recorded(file)
        self._forwards = Forwards(file)
        self._registry = registry
        self._clock_ns = clock_ns

    def take(self, raw: bytes, source: str, dxp_id: str = "", places: dict[str, str] | None = None) -> RecordReport:
        """Record what one file or answer holds, and how far its source has been read, in one transaction.

        ``dxp_id`` is whom it is for, where that is known; else the envelope, the message or the registry must say.
        """
        return self.take_heard(hear(raw), source, dxp_id, places)

    def take_heard(
        self, heard: Hearing, source: str, dxp_id: str = "", places: dict[str, str] | None = None
    ) -> RecordReport:
        """The same of what was read already."""
        now = self._clock_ns()
        found = [
            self._kept(message, source, whom, now)
            for message in heard.messages
            for whom in ((dxp_id,) if dxp_id else self._addressees(message))
        ]
        new = self._recorded.record(found, places)
        return RecordReport(read=len(heard.messages), new=new, problems=heard.problems)

    def _kept(
        self, message: HeardMessage, source: str, dxp_id: str, now: int
    ) -> tuple[UpstreamMessage, Sequence[Return]]:
        party = self._party_of(dxp_id) if dxp_id else ""
        kept = UpstreamMessage(
            message_no=0,
            dxp_id=dxp_id,
            message_type=message.message_type,
            source=source,
            received_ns=now,
            raw=message.raw,
        )
        return kept, [_return(one, dxp_id, party, now) for one in message.receipts]

    def _addressees(self, message: HeardMessage) -> tuple[str, ...]:
        """Whose the message is: of whom the envelope names, else of whom its receipts speak; ('',) when nobody is."""
        known = [whom for whom in message.receivers if self._party_of(whom)]
        if known:
            return tuple(dict.fromkeys(known))
        found = (self._filer_of(one) for one in message.receipts)
        return tuple(dict.fromkeys(filter(None, found))) or message.receivers or ("",)

    def _filer_of(self, receipt: HeardReceipt) -> str:
        if receipt.message_type == "CEB900Message":
            return self._forwards.sender_of(receipt.fields.get("oriCopMsgId", ""))
        registry, day = self._registry(), utc(self._clock_ns()).astimezone(CHINA).date()
        for name in _PARTY.get(receipt.message_type, ()):
            row = registry.party(receipt.fields.get(name, ""), day) if registry else None
            if row is not None and row.dxp_id:
                return row.dxp_id
        return ""

    def _party_of(self, dxp_id: str) -> str:
        registry = self._registry()
        row = registry.by_dxp(dxp_id, utc(self._clock_ns()).astimezone(CHINA).date()) if registry else None
        return row.code if row else ""


def _return(receipt: HeardReceipt, dxp_id: str, party: str, now: int) -> Return:
    """The receipt for the file. A declarant that it leaves out is the party it came for."""
    document = receipt.document
    if document[0] == "" and document[1:] and all(document[1:]) and receipt.message_type not in _BILLS:
        document = (party, *document[1:])
    at_ns = _ns(receipt.at) if receipt.at else now
    return Return(
        identity=receipt.identity(dxp_id),
        message_type=receipt.message_type,
        document=document if all(document) else (),
        status=receipt.status,
        codes=receipt.codes,
        invt_no=receipt.fields.get("invtNo", ""),
        at_ns=at_ns,
        day=utc(at_ns).astimezone(CHINA).date().isoformat(),
        fields=receipt.fields,
    )


_BILLS = frozenset({"CEB816Message", "CEB818Message"})


def _ns(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1) * 1000
