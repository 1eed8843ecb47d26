"""What the engine folds, one after another: a cause is an event of the decision core with where it came from."""

from __future__ import annotations

from typing import Any

import msgspec

from tongguan.ceb.problem import Problem
from tongguan.chain.event import Part
from tongguan.clearance.model import Event, Key, RecordFiled
from tongguan.clearance.record import MESSAGE_KINDS, head_of
from tongguan.clearance.retention import Restricts, Tombstone
from tongguan.store.filing import Command, FiledRecord, Filing
from tongguan.store.packing import unpack_record


class Cause(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to fold.

    ``name``: record, unhandled (a record of a kind that nothing decides yet), refused (a filing that the door refused),
    command, due, wake, snapshot, staged, withdrawn. ``event`` is for the core, None where the core is not asked.
    ``kind`` and ``key`` name the subject. ``part`` is the gateway's share of the event. ``digest`` names a snapshot;
    ``problem`` says why it was not taken. staged and withdrawn are a change of law that waits for a second person, and
    one that does not any more; ``base`` is the snapshot it was made against, ``maker`` who staged what another now
    approves or withdraws.
    erase is a command that becomes some of these two: erased, with the ``tombstone`` of its subject, or not_erased with
    its ``problem``, and with what it ``restricts`` where a legal minimum runs.
    """

    name: str
    kind: str
    key: Key
    event: Event | None = None
    part: Part | None = None
    filing: Filing | Command | None = None
    record_no: int = 0
    record: Any = None
    message_type: str = ""
    received_ns: int = 0
    digest: str = ""
    problem: Problem | None = None
    base: str = ""
    maker: str = ""
    tombstone: Tombstone | None = None
    restricts: Restricts | None = None

    @property
    def filing_id(self) -> str:
        return self.filing.filing_id if self.filing else ""


_KEYS = {
    "order": ("ebpCode", "orderNo"),
    "payment": ("payCode", "payTransactionId", "ebpCode", "orderNo"),
    "waybill": ("logisticsCode", "logisticsNo"),
    "inventory": ("agentCode", "copNo"),
    "cancellation": ("agentCode", "copNo"),
    "goods_return": ("agentCode", "copNo"),
    "entry_list": ("operatorCode", "copNo"),
    "waybill_status": ("logisticsCode", "logisticsNo", "logisticsStatus"),
}


def key_of(kind: str, record: Any) -> Key:
    """The key of a record as filed (``clearance.model.Key``)."""
    head = head_of(kind, record)
    return tuple([getattr(head, name) or "" for name in _KEYS[kind]])


def causes_of(filing: Filing) -> list[Cause]:
    """The causes of one filing in the order of its records: one that the door refused has a single one."""
    if filing.refused or not filing.records:
        return [
            Cause(
                name="refused",
                kind="filing",
                key=(filing.filing_id,),
                filing=filing,
                message_type=filing.message_type,
                received_ns=filing.received_ns,
            )
        ]
    return [_record_cause(filing, filed) for filed in filing.records]


def _record_cause(filing: Filing, filed: FiledRecord) -> Cause:
    record = unpack_record(filing.message_type, filed.record)
    kind = MESSAGE_KINDS.get(filing.message_type, "filing")
    key = key_of(kind, record) if kind != "filing" else (filing.filing_id, str(filed.number))
    event = None
    if kind != "filing" and filing.verdict is not None:
        event = RecordFiled(
            kind=kind,
            key=key,
            message_type=filing.message_type,
            record=record,
            digest=filed.digest,
            filing_id=filing.filing_id,
            record_no=filed.number,
            sender=filing.sender,
            transfer=filing.transfer,
            subscribers=filing.subscribers,
            copy_to=filing.copy_to,
            verdict=filing.verdict,
            warnings=filing.warnings,
        )
    return Cause(
        name="record" if event else "unhandled",
        kind=kind if event else "filing",
        key=key if event else (filing.filing_id, str(filed.number)),
        event=event,
        part=filed.part,
        filing=filing,
        record_no=filed.number,
        record=record,
        message_type=filing.message_type,
        received_ns=filing.received_ns,
    )
