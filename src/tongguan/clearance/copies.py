"""Copies for subscribers (BaseSubscribe): nobody gets one for being named, only those recorded for the filer."""

from __future__ import annotations

import msgspec

from tongguan.clearance.model import Case, Decision, Event, Facts, Receipt, RecordFiled

_TO_SEVERAL = frozenset({"CEB816Message", "CEB818Message"})
"""Tax bills go to several parties by themselves; those are no subscribers."""


def only_recorded(case: Case, event: Event, facts: Facts, decision: Decision) -> Decision:
    """The decision with receipts and data going to the filer and to recorded subscribers alone."""
    copies = _data_copies(case, event, facts, decision)
    if any(len(one.to) > 1 for one in decision.receipts):
        receipts = tuple(_restricted(one, facts) for one in decision.receipts)
        return msgspec.structs.replace(decision, receipts=receipts, copies=copies)
    return msgspec.structs.replace(decision, copies=copies) if copies else decision


def _restricted(receipt: Receipt, facts: Facts) -> Receipt:
    """The first of ``to`` is the filer."""
    if len(receipt.to) < 2 or receipt.message_type in _TO_SEVERAL:
        return receipt
    filer = receipt.to[0]
    kept = tuple(one for one in receipt.to[1:] if (filer, one) not in facts.unrecorded_copies)
    return msgspec.structs.replace(receipt, to=(filer, *kept))


def _data_copies(case: Case, event: Event, facts: Facts, decision: Decision) -> tuple[str, ...]:
    """Who gets the data: those recorded, when the record has become a version of its document."""
    if not isinstance(event, RecordFiled) or not facts.data_copies:
        return ()
    existing = case.existing
    again = existing is not None and event.digest in (existing.digest, *existing.former)
    made = any((one.kind, one.key, one.digest) == (event.kind, event.key, event.digest) for one in decision.documents)
    return facts.data_copies if made and not again else ()
