"""Who may get copies of whose filings and receipts (BaseSubscribe): how the table is read, and what it answers.

A filing may name anybody as subscriber. Nobody gets a copy for being named: the row of that subscriber for that filer
must be in force on the day, and of the data it shows what its role sees, and of that only the fields it names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from functools import cache

from tongguan.ceb.problem import Problem
from tongguan.ceb.table import messages
from tongguan.registry.model import PartyRow, SubscriptionRow
from tongguan.registry.roles import SUBSCRIBER_ROLES
from tongguan.registry.rules import problem
from tongguan.registry.sheet import Cells

FILE = "subscriptions.csv"
COLUMNS = {FILE: ("dxp_id", "party_code", "copies", "role", "fields", "valid_from", "valid_to")}
RECEIPTS, DATA, ALL = "RET", "DATA", "ALL"
"""What is copied, in the words of BaseSubscribe (reference 1.7)."""
_CODE = re.compile(r"[0-9A-Z]{1,18}", re.ASCII)
_DXP = re.compile(r"[0-9A-Za-z]{1,16}", re.ASCII)


def read_subscription(cells: Cells) -> SubscriptionRow:
    """One row of subscriptions.csv. ``role`` is needed where data are copied; no ``fields`` means all it sees."""
    first, last = cells.day("valid_from"), cells.day_or_none("valid_to")
    cells.in_order(first, last, "valid_to")
    copies = cells.one_of("copies", (RECEIPTS, DATA, ALL))
    role = cells.text("role", 20, least=0)
    if role and role not in SUBSCRIBER_ROLES:
        cells.fault("R09", "role", " | ".join(SUBSCRIBER_ROLES))
    if not role and copies in (DATA, ALL):
        cells.fault("R29", "role", " | ".join(SUBSCRIBER_ROLES))
    named = cells.text("fields", 4000, least=0)
    fields = tuple(dict.fromkeys(word.strip() for word in named.split("|") if word.strip()))
    if unknown := [name for name in fields if name not in _fields()]:
        cells.fault("R09", "fields", unknown[0])
    return SubscriptionRow(
        dxp_id=cells.matching("dxp_id", _DXP, "1-16 × 0-9 A-Z a-z"),
        party_code=cells.matching("party_code", _CODE, "1-18 × 0-9 A-Z"),
        copies=copies,
        role=role,
        fields=fields,
        valid_from=first,
        valid_to=last,
    )


def broken(rows: Iterable[tuple[int, SubscriptionRow]], parties: Iterable[tuple[int, PartyRow]]) -> Iterator[Problem]:
    """Subscriptions of nobody, or to nobody."""
    found = [party for _, party in parties]
    codes, ids = {party.code for party in found}, {party.dxp_id for party in found}
    for at, row in rows:
        if row.party_code not in codes:
            yield problem("R12", FILE, f"row {at}/party_code", row.party_code)
        if row.dxp_id not in ids:
            yield problem("R28", FILE, f"row {at}/dxp_id", row.dxp_id)


class Subscriptions:
    """Who may get copies of what, over one snapshot."""

    def __init__(self, rows: Iterable[SubscriptionRow]) -> None:
        self._rows: dict[tuple[str, str], list[SubscriptionRow]] = {}
        for row in rows:
            self._rows.setdefault((row.dxp_id, row.party_code), []).append(row)

    def recorded(self, dxp_id: str, party_code: str, copies: str, day: date) -> SubscriptionRow | None:
        """The row by which this exchange id may get such copies (RET or DATA) of what that company files."""
        for row in self._rows.get((dxp_id, party_code), ()):
            in_force = row.valid_from <= day and (row.valid_to is None or day <= row.valid_to)
            if in_force and row.copies in (copies, ALL):
                return row
        return None


@cache
def _fields() -> frozenset[str]:
    """``OrderHead.orderNo`` and the like: every field of every filing."""
    return frozenset(
        f"{entity.name}.{field.name}"
        for spec in messages().values()
        if spec.direction == "in"
        for entity in spec.entities
        for field in entity.fields
    )
