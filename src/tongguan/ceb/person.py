"""Which elements of a message name a person: sealed apart, masked when shown, never in a log."""

from __future__ import annotations

PERSON_ELEMENTS = frozenset(
    {
        "buyerRegNo",
        "buyerName",
        "buyerTelephone",
        "buyerIdNumber",
        "payerIdNumber",
        "payerName",
        "telephone",
        "consignee",
        "consigneeTelephone",
        "consigneeAddress",
        "note",  # free text: filers put names and numbers there
        "reason",  # of a cancellation or a goods return; free text too
    }
)


def mask(value: str) -> str:
    """Show that a value is there, and no more than its first and last character: ``张*三``, ``9****************X``."""
    if len(value) <= 1:
        return "*" * len(value)
    if len(value) == 2:
        return value[0] + "*"
    return value[0] + "*" * (len(value) - 2) + value[-1]
