"""CEB711: the warehouse entry list, in which the operator of a supervised site says which parcels have arrived.

A stored list (120) has a number (rkdNo), and every waybill in it has arrived; inventories that waited for that go on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any

import msgspec

from tongguan.ceb.problem import Problem
from tongguan.clearance.model import Arrival, Await, Case, Document, Facts, FactsMissing, Key, RecordFiled, Woken
from tongguan.clearance.receipts import coded
from tongguan.clearance.record import element_path, listed_waybills, waybill_of
from tongguan.clearance.rule import GENERAL_CODES, Rule
from tongguan.clearance.transport import DIRECT, M19, compared, transport_of
from tongguan.clearance.turn import SENT, Turn
from tongguan.clearance.version import STATE, is_live, number_free_from
from tongguan.law.inforce import LawAt

LISTED = Rule(
    id="M19-LISTED", stage="match", documents=("entry_list",), fields=("logisticsNo",),
    zh="运单已在本经营人的另一份入库明细单中", en="the waybill already stands in another entry list of this operator",
    fix_zh="核对运单号；应由另一份入库明细单变更的，先变更或删除", fix_en="check the waybill number, or change or delete the other list first",
    source="a parcel enters a site once (ours)", confidence="medium",
)  # fmt: skip
COP_NO = Rule(
    id="D28", stage="arrival", documents=("entry_list",), fields=("copNo",),
    zh="企业内部编号不能为空", en="copNo must be filled in: it is the number of the list at its filer",
    fix_zh="填写企业内部编号，同一经营人内不重复", fix_en="give a number that the operator uses once",
    source="specification 202205, CEB711 copNo", confidence="high",
)  # fmt: skip
TWICE = Rule(
    id="D30", stage="arrival", documents=("entry_list",), fields=("logisticsNo",),
    zh="同一运单在入库明细单中出现两次", en="a waybill stands twice in the entry list",
    fix_zh="删除重复的行并重新编号", fix_en="take the second line out and number the lines anew",
    source="a parcel enters a site once (ours)", confidence="medium",
)  # fmt: skip
RULES = (COP_NO, TWICE, M19, LISTED)

ARRIVAL = "arrival"
"""What an inventory waits for until its waybill stands in a list; also the kind of its hold meanwhile."""
PROBLEMS_MOST = 100
"""Lines that are named one by one; a list may have ten thousand."""
_STORED = "120"


def stands(document: Document) -> bool:
    """Whether this is a list that customs has stored."""
    return document.status == _STORED and not document.deleted and document.record is not None


def arrival_of_list(document: Document) -> Arrival:
    """What a stored list says of each of its waybills."""
    head = document.record.DeliveryHead
    if document.accepted_at is None:
        raise FactsMissing("accepted_at")
    return Arrival(
        operator_code=head.operatorCode,
        cop_no=head.copNo,
        rkd_no=document.rkd_no,
        traf_mode=head.trafMode,
        traf_no=head.trafNo,
        voyage_no=head.voyageNo,
        bill_no=head.billNo,
        at=document.accepted_at,
    )


def refusals(event: RecordFiled, case: Case, facts: Facts, law: LawAt) -> tuple[Problem, ...]:
    """D28, D30, and what stops a change or deletion of a stored list, which stays as it was then: K05 once one of its
    inventories is released, M19 where the change would contradict what customs has accepted.
    """
    existing, problems = case.existing, tuple(_form(event))
    if problems or existing is None or not stands(existing):
        return problems
    own = set(listed_waybills(existing.record))
    for claim in _current(case, facts, law):
        if claim.released_at is not None and waybill_of(claim) in own:
            path = element_path(event.kind, event.record_no, "DeliveryHead", "appType")
            return (STATE.problem(event.kind, path, found=f"{claim.invt_no} {claim.status}"),)
    if event.record.DeliveryHead.appType == "3":
        return ()
    general = GENERAL_CODES[event.kind]
    found = _disagreements(event.record, case, facts, law)
    return tuple(msgspec.structs.replace(one, code=general) for one in _first(found))


def proceed(document: Document, case: Case, turn: Turn) -> str:
    """120 with its number, or 100 where it contradicts an accepted inventory; the outcome."""
    turn.say(document, "3", SENT)
    current = _current(case, turn.facts, turn.law)
    if problems := _first(_disagreements(document.record, case, turn.facts, turn.law)):
        turn.change(document, status="100", problems=problems, lapses_at=None)
        turn.problems = problems
        turn.say(document, "100", told(problems))
        return "rejected"
    rkd_no = document.rkd_no or turn.facts.next_rkd_no
    if not rkd_no:
        raise FactsMissing("next_rkd_no")
    turn.took_rkd_no = not document.rkd_no
    turn.change(document, status=_STORED, rkd_no=rkd_no, accepted_at=turn.facts.now, problems=(), lapses_at=None)
    turn.say(document, _STORED, coded("1800"))
    now_listed = set(listed_waybills(document.record))
    turn.brings = tuple(
        Await(ARRIVAL, waybill_of(claim)) for claim in current if waybill_of(claim) in now_listed and _waits(claim)
    )
    turn.wakes = tuple(_left_behind(document.key, current, now_listed))
    return "accepted"


def undo(document: Document, case: Case, turn: Turn) -> None:
    """A deleted list: the inventories that went on because of it are looked at again."""
    turn.wakes = tuple(_left_behind(document.key, _current(case, turn.facts, turn.law), set()))


def told(problems: Iterable[Problem]) -> str:
    """The problems of many lines as one text: each rule once, then what was found in which line."""
    by_rule: dict[str, list[Problem]] = {}
    for problem in problems:
        by_rule.setdefault(problem.rule_id, []).append(problem)
    return "".join(
        f"[{rule};{same[0].text_zh} / {same[0].text_en};{';'.join(one.found for one in same)}]"
        for rule, same in by_rule.items()
    )


def _current(case: Case, facts: Facts, law: LawAt) -> tuple[Document, ...]:
    """The accepted inventories that name the list's waybills. One released so long ago that the number was free again
    before today (M18) is about a former parcel.
    """
    accepted = (one for one in case.claims if one.accepted_at is not None and is_live(one))
    return tuple(
        one for one in accepted if one.released_at is None or facts.now < number_free_from(one.released_at, law)
    )


def _form(event: RecordFiled) -> Iterator[Problem]:
    head = event.record.DeliveryHead
    if not (head.copNo or "").strip():
        yield COP_NO.problem(event.kind, element_path(event.kind, event.record_no, "DeliveryHead", "copNo"))
    seen: dict[str, int] = {}
    for at, line in enumerate(event.record.DeliveryList, 1):
        first = seen.setdefault(line.logisticsNo, at)
        if first != at:
            path = element_path(event.kind, event.record_no, f"DeliveryList[{at}]", "logisticsNo")
            yield TWICE.problem(event.kind, path, found=line.logisticsNo, expected=f"DeliveryList[{first}]")


def _free_from(case: Case, law: LawAt) -> dict[Key, datetime]:
    """From when on the numbers of released parcels are free to be used again (M18)."""
    released = ((waybill_of(one), one.released_at) for one in case.claims)
    return {waybill: number_free_from(at, law) for waybill, at in released if at is not None}


def _disagreements(record: Any, case: Case, facts: Facts, law: LawAt) -> Iterator[Problem]:
    """Lines that contradict an accepted inventory, then lines that another list of the same parcel has."""
    lines = {key: at for at, key in enumerate(listed_waybills(record), 1)}
    listed = transport_of(record.DeliveryHead)
    for claim in _current(case, facts, law):
        head, key = claim.record.InventoryHead, waybill_of(claim)
        if key not in lines or head.tradeMode != DIRECT:
            continue
        for element, theirs, ours, equal in compared(transport_of(head), listed):
            if not equal:
                yield _at_line(M19, lines[key], f"{key[1]} {element}:{ours}", f"{element}:{theirs}")
    elsewhere, free = dict(facts.listed), _free_from(case, law)
    for key, at in lines.items():
        other = elsewhere.get(key[1])
        if other is not None and not (key in free and other.at < free[key] <= facts.now):
            yield _at_line(LISTED, at, key[1], f"!= {other.cop_no} {other.rkd_no}")


def _at_line(rule: Rule, at: int, found: str, expected: str) -> Problem:
    return rule.problem("entry_list", f"DeliveryList[{at}]/logisticsNo", found=found, expected=expected)


def _first(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    return tuple(islice(problems, PROBLEMS_MOST))


def _waits(inventory: Document) -> bool:
    return any(one.kind == ARRIVAL and one.lifted_at is None for one in inventory.holds)


def _left_behind(key: Key, claims: Iterable[Document], listed: set[Key]) -> Iterator[Woken]:
    """Wakes the inventories that had arrived by the list of this key and do not any more."""
    for claim in claims:
        arrival, waybill = claim.arrival, waybill_of(claim)
        ours = arrival is not None and (arrival.operator_code, arrival.cop_no) == key
        if ours and claim.released_at is None and waybill not in listed:
            yield Woken(kind="inventory", key=claim.key, by=Await(ARRIVAL, waybill))
