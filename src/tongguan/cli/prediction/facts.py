"""The facts of a decision that nobody can look up here: the engine's own, with what registry and accounts would say
filled in as if all were good.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import msgspec

from tongguan.clearance.accounts import guarantee_account, stock_account
from tongguan.clearance.model import Case, Event, Facts, RecordFiled
from tongguan.clearance.record import head_of
from tongguan.engine.facts import Sources, facts_of, parties_named, record_at_hand
from tongguan.registry.model import BookItemRow, CertificateRow, GuaranteeRow, PartyRow
from tongguan.registry.roles import ROLES

PLENTY = Decimal(10**9)
"""Yuan of a guarantee, or units of an item in an account book: more than any filing may name (D25)."""
_ALWAYS = (date(1900, 1, 1), date(9999, 12, 31))
_NOT_DRAWN = Decimal("0.999999999999")


def assumed_facts(event: Event, case: Case, sources: Sources, now: datetime, serial: int) -> Facts:
    """Facts for deciding on an event at ``now`` (aware). ``serial`` was never used before: no number comes twice."""
    facts = facts_of(event, case, sources, now)
    record = record_at_hand(event, case)
    found: dict[str, Any] = {
        "parties": _parties(event, case),
        "prices": (),
        "draws": tuple((lane, _NOT_DRAWN) for lane, _ in facts.draws),
        "next_pre_no": facts.next_pre_no and f"{facts.next_pre_no[:9]}{serial:09d}",
        "next_invt_no": facts.next_invt_no and f"{facts.next_invt_no[:9]}{serial:09d}",
        "next_rkd_no": facts.next_rkd_no and f"{facts.next_rkd_no[:12]}{serial % 10**6:06d}",
    }
    if isinstance(event, RecordFiled):
        found["sender"] = _party(event.transfer[0], "", event.sender)
        found["certificate"] = _certificate(event)
    if event.kind == "inventory" and record is not None:
        head = record.InventoryHead
        found["guarantee"] = GuaranteeRow(
            assure_code=head.assureCode, kind="letter", amount=PLENTY, valid_from=_ALWAYS[0], valid_to=_ALWAYS[1]
        )
        found["guarantee_balance"] = sources.workspace.balance(guarantee_account(head.assureCode))
        items = {row.item_record_no: row for row in _book_items(head, record.InventoryList)}
        found["book_items"] = tuple(items.values())
        found["stock"] = tuple(
            sources.workspace.balance(stock_account(row.ems_no, row.item_record_no)) for row in items.values()
        )
    return msgspec.structs.replace(facts, **found)


def _parties(event: Event, case: Case) -> tuple[PartyRow, ...]:
    """Everybody who is named, registered for all roles, by the first name that the papers give."""
    names: dict[str, str] = {}
    for head in _heads(event, case):
        for field in head.__struct_fields__:
            if field.endswith("Code") and (name := getattr(head, f"{field[:-4]}Name", None)):
                names.setdefault(getattr(head, field) or "", name)
    return tuple(_party(code, names.get(code, "")) for code in sorted(parties_named(event, case)))


def _heads(event: Event, case: Case) -> Iterator[Any]:
    """The heads of what is decided on and of the papers beside it."""
    record = record_at_hand(event, case)
    if record is not None:
        yield head_of(event.kind, record)
    for paper in (case.order, *case.payments, case.waybill):
        if paper is not None and paper.record is not None:
            yield head_of(paper.kind, paper.record)


def _party(code: str, name: str, dxp_id: str = "") -> PartyRow:
    return PartyRow(code=code, name=name, roles=tuple(ROLES), dxp_id=dxp_id, valid_from=_ALWAYS[0])


def _certificate(event: RecordFiled) -> CertificateRow:
    verdict = event.verdict
    return CertificateRow(
        number=verdict.number,
        fingerprint=verdict.fingerprint.hex(),
        party_code=event.transfer[0],
        dxp_id=event.sender,
        algorithm=verdict.algorithm,
        not_before=datetime(1900, 1, 1, tzinfo=UTC),
        not_after=datetime(9999, 12, 31, tzinfo=UTC),
    )


def _book_items(head: Any, lines: Any) -> Iterator[BookItemRow]:
    """The items of an account book, as the lines describe them. Of lines that differ about an item the first counts."""
    known: set[str] = set()
    for line in lines if head.emsNo else ():
        item = line.itemRecordNo or ""
        if item and item not in known:
            known.add(item)
            yield BookItemRow(
                ems_no=head.emsNo, item_record_no=item, area_code=head.areaCode or "", gcode=line.gcode, unit=line.unit,
                unit1=line.unit1, country=line.country, qty1=PLENTY, price=line.price,
            )  # fmt: skip
