"""What a gateway puts into its inbox for one posted message, and the engine takes out: values, packed with msgpack."""

from __future__ import annotations

import msgspec

from tongguan.ceb.problem import Problem
from tongguan.ceb.signature.verify import Verdict
from tongguan.chain.event import Part


class FiledRecord(msgspec.Struct, frozen=True, array_like=True):
    """One record of a message. ``record`` is the msgpack form of the typed record, ``digest`` its SHA-256.

    ``part`` is the record's share of the event, hashed and sealed in the gateway so that the engine need not.
    """

    number: int
    kind: str
    record: bytes
    digest: bytes
    part: Part


class Filing(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One posted message. ``filing_id`` is minted by the gateway: its number and its own rising counter.

    ``sender`` is the exchange id it was filed under; ``transfer`` is BaseTransfer's (copCode, dxpId). A message that
    was refused at the door (CEB900) has ``refused`` and no records.
    """

    filing_id: str
    message_type: str
    message_guid: str = ""
    cop_msg_id: str = ""
    sender: str = ""
    transfer: tuple[str, str] = ("", "")
    subscribers: tuple[str, ...] = ()
    received_ns: int
    profile: str = "strict"
    raw_digest: bytes
    raw_at: tuple[str, int, int] = ("", 0, 0)
    verdict: Verdict | None = None
    warnings: tuple[Problem, ...] = ()
    refused: tuple[Problem, ...] = ()
    records: tuple[FiledRecord, ...] = ()


class Command(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A command in the commands' inbox: what a person did, or a snapshot that comes into force.

    ``action`` is release or reject (then kind, key, reason, version as in ``clearance.model.Commanded``), or
    registry or law (then ``snapshot`` is the packed snapshot).
    """

    filing_id: str
    action: str
    actor: str
    reason: str = ""
    received_ns: int
    kind: str = ""
    key: tuple[str, ...] = ()
    version: int = 0
    snapshot: bytes = b""


Item = Filing | Command
