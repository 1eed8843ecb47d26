"""What a gateway puts into its inbox for one posted message, and the engine takes out: values, packed with msgpack."""

from __future__ import annotations

from datetime import date

import msgspec

from tongguan.ceb.problem import Problem
from tongguan.ceb.signature.verify import Verdict
from tongguan.chain.event import Part
from tongguan.clearance.handling import Scope
from tongguan.clearance.model import Pulled


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

    ``sender`` is the exchange id it was filed under; ``transfer`` is BaseTransfer's (copCode, dxpId). ``subscribers``
    are named for receipts, ``copy_to`` for the data. A message that was refused at the door (CEB900) has ``refused``
    and no records.
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
    copy_to: tuple[str, ...] = ()


PAYMENT_PULL = "payment_pull"
"""The action of a command whose ``pull`` is the whole event."""


class Command(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A command in the commands' inbox: what a person did, or a snapshot that comes into force.

    ``action`` is one of ``clearance.officers.commanded.ACTIONS`` (then the fields are those of
    ``clearance.model.Commanded``; a pause has no key yet), payment_pull (then ``pull`` is the whole event), registry or
    law (then ``snapshot`` is the packed snapshot), or law_stage (``snapshot``; ``key`` is the digest of the law it was
    made against), law_approve, law_withdraw (``key`` is the digest that was staged), or erase (``kind`` and ``key``
    name a subject of the case, ``choice`` the row of retention, ``subjects`` are the numbers of others of the case).
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
    day: date | None = None
    pull: Pulled | None = None
    approver: str = ""
    document_no: str = ""
    deadline: date | None = None
    hold: str = ""
    choice: str = ""
    scope: Scope | None = None
    subjects: tuple[int, ...] = ()


Item = Filing | Command
