"""The way of an inventory: wait for what is missing, match, ask the law, accept, hold or release; or reject."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tongguan.ceb.problem import Problem
from tongguan.clearance import arrival, closing
from tongguan.clearance import match_rules as R
from tongguan.clearance.acceptance import accept, guarantee_hold, hold_guarantee, with_open_guarantee
from tongguan.clearance.accounts import give_back, guarantee_account, hold, use
from tongguan.clearance.admission import admit
from tongguan.clearance.answers import identity_problems
from tongguan.clearance.arrival import with_arrival
from tongguan.clearance.compare import show
from tongguan.clearance.entry_list import ARRIVAL
from tongguan.clearance.handling import Officer
from tongguan.clearance.holds import GUARANTEE, lift, open_holds, status_of
from tongguan.clearance.match import Papers, match
from tongguan.clearance.match_rules import M16_LOW, M16_UNPAID
from tongguan.clearance.model import Await, Case, Document, Held
from tongguan.clearance.officers import pauses
from tongguan.clearance.officers.assignment import wait_for_shift, with_officer
from tongguan.clearance.officers.pauses import with_pauses
from tongguan.clearance.receipts import coded, tell
from tongguan.clearance.record import order_of, waybill_of
from tongguan.clearance.transport import match_arrival
from tongguan.clearance.turn import SENT, Turn
from tongguan.clearance.unpaid import is_closed
from tongguan.clearance.version import CANCELLED, number_free_from
from tongguan.clearance.year import hold_year

_CANCELLED_TEXT = "撤销成功 / cancelled"
_MISSING = {"order": R.M01, "payment": R.M02, "waybill": R.M06}


def advance(inventory: Document, case: Case, turn: Turn) -> str:
    """Take an inventory at 2 as far as it goes and say where it stands, as an outcome. The order of the law."""
    if missing := what_is_missing(inventory, case, turn):
        return _wait(inventory, missing, turn)
    papers = _papers(inventory, case)
    turn.say(inventory, "3", SENT)
    matched = match(papers, turn.law)
    admission = admit(papers, turn.facts, turn.law)
    pairs, of_transport = match_arrival(inventory, turn.facts)
    turn.compared, turn.doubtful = matched.compared + pairs, admission.doubtful
    turn.law_rows = tuple(dict.fromkeys((*matched.law_rows, *admission.law_rows)))
    problems = matched.problems + of_transport + identity_problems(inventory, turn.facts) + admission.problems
    if problems or admission.bill is None:
        return reject(inventory, case, problems, tell(problems), turn)
    year = hold_year(admission.bill.taxPrice, turn.facts, turn.law)
    turn.law_rows = tuple(dict.fromkeys((*turn.law_rows, *year.law_rows)))
    if year.problem is not None:
        refused = (year.problem,)
        return reject(inventory, case, refused, tell(refused), turn)
    accepted = accept(turn.now(inventory), admission, year.held, turn.facts, turn.law, turn.law_rows)
    return _accepted(inventory, accepted, papers, turn)


def what_is_missing(inventory: Document, case: Case, turn: Turn) -> tuple[str, ...]:
    """Which of order, payment and waybill are not there yet. An order of another merchant is not this one; nor is a
    waybill whose parcel was released so long ago that its number is free again (M18).
    """
    head = inventory.record.InventoryHead
    order = case.order
    found = {
        "order": order is not None and is_there(order) and order.record.OrderHead.ebcCode == head.ebcCode,
        "payment": any(is_there(payment) for payment in case.payments),
        "waybill": case.waybill is not None and is_there(case.waybill) and not _of_former_parcel(turn),
    }
    return tuple(kind for kind, there in found.items() if not there)


def _of_former_parcel(turn: Turn) -> bool:
    released = turn.facts.waybill_released_at
    return released is not None and turn.facts.now >= number_free_from(released, turn.law)


def is_there(document: Document) -> bool:
    """Whether an order, payment or waybill was declared and stands: not saved only, lapsed, deleted or erased."""
    return not document.deleted and document.status in ("2", "120") and document.record is not None


def awaited(inventory: Document, missing: Sequence[str]) -> tuple[Await, ...]:
    """What an inventory waits for, under the keys by which it will come."""
    keys = {"order": order_of(inventory), "payment": order_of(inventory), "waybill": waybill_of(inventory)}
    return tuple(Await(kind, keys[kind]) for kind in missing)


def retry_guarantee(inventory: Document, turn: Turn) -> str:
    """A guarantor has topped up or paid: hold the tax, unless it is held, if it fits now, and go on."""
    assert inventory.tax is not None, "an accepted inventory has its tax"
    if is_closed(turn.facts):
        turn.awaits = (_guarantor(inventory),)
        return "nothing"
    account = guarantee_account(inventory.record.InventoryHead.assureCode)
    if not any(one.account == account for one in inventory.held):
        held = hold_guarantee(inventory.tax, turn.facts)
        if held is None:
            return _still_too_low(inventory, turn)
        turn.moves += hold((held,))
        turn.change(inventory, held=(*inventory.held, held))
    holds = lift(inventory.holds, (GUARANTEE,), "guarantor", turn.facts.now)
    turn.change(inventory, holds=holds, status=status_of(holds))
    return _show_holds(inventory, turn, said=inventory.status)


def _still_too_low(inventory: Document, turn: Turn) -> str:
    """The balance is too low. If the guarantee was closed until now, that is another reason, and it is told."""
    turn.awaits = (_guarantor(inventory),)
    if not any(one.rule == M16_UNPAID.id for one in open_holds(inventory)):
        return "nothing"
    holds = (*lift(inventory.holds, (GUARANTEE,), "guarantor", turn.facts.now), guarantee_hold(turn.facts))
    turn.change(inventory, holds=holds, status=status_of(holds))
    if inventory.status == "120":
        turn.say(inventory, "120", _low_text(inventory, turn))
    return "accepted" if inventory.status == "120" else "review"


def recheck(inventory: Document, turn: Turn) -> str:
    """A warehouse entry list has come, changed or gone, or a pause has ended: hold the inventory, or let it go on."""
    if _as_held(inventory, turn) is inventory:
        turn.awaits = _waits_of(inventory)
        return "nothing"
    return _show_holds(inventory, turn, said=inventory.status)


def lift_holds(inventory: Document, kinds: Iterable[str], actor: Officer, turn: Turn) -> str:
    """An officer lets the goods go as far as his or her agency is concerned; another agency's hold, if open, stays."""
    holds = lift(inventory.holds, kinds, actor.id, turn.facts.now, agency=actor.agency)
    turn.change(inventory, holds=holds, status=status_of(holds))
    return _show_holds(inventory, turn, said="")


def reject(inventory: Document, case: Case, problems: tuple[Problem, ...], info: str, turn: Turn) -> str:
    """100: give back what is held, free the documents, say why."""
    current = turn.now(inventory)
    turn.moves += give_back(current.held)
    turn.change(inventory, status="100", held=(), holds=(), missing=(), problems=problems, lapses_at=None)
    turn.problems = problems
    turn.say(inventory, "100", info)
    _free_documents(inventory, case, turn)
    return "rejected"


def cancel(inventory: Document, case: Case, turn: Turn) -> str:
    """430: give back what is held, free the documents. It may be filed anew, with a later appTime."""
    turn.moves += give_back(inventory.held)
    turn.change(inventory, status=CANCELLED, held=(), holds=(), missing=())
    turn.say(inventory, CANCELLED, _CANCELLED_TEXT)
    _free_documents(inventory, case, turn)
    return "cancelled"


def _free_documents(inventory: Document, case: Case, turn: Turn) -> None:
    """Order, payment and waybill wait again, for whichever inventory comes."""
    for document in (case.order, case.waybill, *case.payments):
        if document is not None and turn.now(document).used_by == inventory.key:
            turn.change(document, used_by=None, status="2")
            turn.wait(document)


def _wait(inventory: Document, missing: tuple[str, ...], turn: Turn) -> str:
    turn.awaits = awaited(inventory, missing)
    if missing == inventory.missing:
        return "waiting"
    turn.change(inventory, missing=missing)
    turn.say(inventory, "2", missing_text(inventory, missing))
    return "waiting"


def missing_text(inventory: Document, missing: Sequence[str]) -> str:
    """The returnInfo of an early inventory: each missing document with the numbers by which it is looked for."""
    head = inventory.record.InventoryHead
    texts = []
    for kind in missing:
        rule = _MISSING[kind]
        numbers = f"ebpCode:{head.ebpCode};ebcCode:{head.ebcCode};orderNo:{head.orderNo}"
        if kind == "waybill":
            numbers += f";logisticsCode:{head.logisticsCode};logisticsNo:{head.logisticsNo}"
        texts.append(f"[{rule.id};{rule.zh} / {rule.en};{numbers}]")
    return "".join(texts)


def _papers(inventory: Document, case: Case) -> Papers:
    assert case.order is not None and case.waybill is not None, "nothing is missing"
    return Papers(case.order, _payment(case.order, case.payments), case.waybill, inventory)


def _payment(order: Document, payments: Sequence[Document]) -> Document:
    """The payment that the order names, if it is there; else the one filed last (then M03 speaks)."""
    head = order.record.OrderHead

    def rank(payment: Document) -> tuple[bool, bool, str, tuple[str, ...]]:
        ours = payment.record.PaymentHead
        return (
            not head.payTransactionId or ours.payTransactionId == head.payTransactionId,
            not head.payCode or ours.payCode == head.payCode,
            payment.app_time,
            payment.key,
        )

    return max((payment for payment in payments if is_there(payment)), key=rank)


def _accepted(inventory: Document, accepted: Document, papers: Papers, turn: Turn) -> str:
    turn.took_invt_no = accepted.invt_no == turn.facts.next_invt_no
    turn.moves += hold(accepted.held)
    turn.put(accepted)
    turn.law_rows = accepted.law_rows
    low = any(one.kind == GUARANTEE for one in accepted.holds)
    turn.say(inventory, "120", coded("1800") + tell(accepted.problems) + (_low_text(inventory, turn) if low else ""))
    for document in (papers.order, papers.payment, papers.waybill):
        turn.change(document, used_by=inventory.key, status="120", lapses_at=None)
        turn.say(document, "120", coded("1800"))
    return _show_holds(inventory, turn, said="120")


def _show_holds(inventory: Document, turn: Turn, said: str) -> str:
    """Release when no hold is open; else say what holds it, unless that status was said already."""
    current = turn.now(inventory)
    checked = _as_held(current, turn)
    if checked is not current:
        current = turn.change(
            inventory,
            holds=checked.holds,
            arrival=checked.arrival,
            status=checked.status,
            officer=checked.officer,
        )
    holds = open_holds(current)
    if not holds:
        return _release(inventory, turn)
    turn.awaits = (*_waits_of(current), *wait_for_shift(current, turn))
    if current.status != said:
        gravest = [one for one in holds if one.status == current.status]
        text = "".join(_hold_text(one.kind, one.rule or one.lane, one.reason_zh, one.reason_en) for one in gravest)
        turn.say(inventory, current.status, text)
    return "review" if current.status != "120" else "accepted"


def _as_held(inventory: Document, turn: Turn) -> Document:
    """The accepted inventory with the holds that guarantee, arrival and pauses put or take off now, and who gets it."""
    held = with_pauses(with_arrival(with_open_guarantee(inventory, turn.facts), turn.facts), turn.facts)
    return with_officer(held, turn.facts)


def _release(inventory: Document, turn: Turn) -> str:
    current = turn.now(inventory)
    turn.moves += use(current.held)
    held = tuple(Held(one.account, one.amount, True, one.limit) for one in current.held)
    turn.change(inventory, status="800", released_at=turn.facts.now, held=held)
    turn.say(inventory, "399", coded("2300"))
    turn.say(inventory, "800", coded("2600"))
    closing.begin(inventory, turn)
    return "released"


def _hold_text(kind: str, named: str, zh: str, en: str) -> str:
    if kind == "review":
        return coded("1200")
    return f"[{named or _RULES_OF_HOLDS.get(kind, kind)};{zh} / {en}]"


_RULES_OF_HOLDS = {GUARANTEE: M16_LOW.id, ARRIVAL: arrival.WAITS.id}


def _low_text(inventory: Document, turn: Turn) -> str:
    tax = turn.now(inventory).tax
    assert tax is not None, "an accepted inventory has its tax"
    assure = inventory.record.InventoryHead.assureCode
    rule = M16_UNPAID if is_closed(turn.facts) else M16_LOW
    return f"[{rule.id};{rule.zh} / {rule.en};assureCode:{assure};tax:{show(tax.taxTotal)}]"


def _waits_of(inventory: Document) -> tuple[Await, ...]:
    """What will bring an accepted inventory on by itself: its guarantor, its entry list, the end of a pause."""
    kinds = {one.kind for one in open_holds(inventory)}
    guarantor = (_guarantor(inventory),) if GUARANTEE in kinds else ()
    arriving = (arrival.arrival_awaited(inventory),) if ARRIVAL in kinds else ()
    return (*guarantor, *arriving, *pauses.awaited(inventory))


def _guarantor(inventory: Document) -> Await:
    return Await("guarantor", (inventory.record.InventoryHead.assureCode,))
