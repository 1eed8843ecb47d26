"""The way of an inventory: wait for what is missing, match, ask the law, accept, hold or release; or reject."""

from __future__ import annotations

from collections.abc import Sequence

from tongguan.ceb.problem import Problem
from tongguan.clearance import match_rules as R
from tongguan.clearance.acceptance import GUARANTEE, accept, hold_guarantee, hold_year, lift, open_holds, status_of
from tongguan.clearance.accounts import give_back, hold, use
from tongguan.clearance.admission import admit
from tongguan.clearance.answers import identity_problems
from tongguan.clearance.compare import show
from tongguan.clearance.match import Papers, match
from tongguan.clearance.match_rules import M16_LOW
from tongguan.clearance.model import Await, Case, Document, Held
from tongguan.clearance.receipts import coded, tell
from tongguan.clearance.record import order_of, waybill_of
from tongguan.clearance.turn import SENT, Turn

_MISSING = {"order": R.M01, "payment": R.M02, "waybill": R.M06}


def advance(inventory: Document, case: Case, turn: Turn) -> str:
    """Take an inventory at 2 as far as it goes and say where it stands, as an outcome. The order of the law."""
    if missing := what_is_missing(inventory, case):
        return _wait(inventory, missing, turn)
    papers = _papers(inventory, case)
    turn.say(inventory, "3", SENT)
    matched = match(papers, turn.law)
    admission = admit(papers, turn.facts, turn.law)
    turn.compared, turn.doubtful = matched.compared, admission.doubtful
    turn.law_rows = tuple(dict.fromkeys((*matched.law_rows, *admission.law_rows)))
    problems = matched.problems + identity_problems(inventory, turn.facts) + admission.problems
    if problems or admission.bill is None:
        return reject(inventory, case, problems, tell(problems), turn)
    year = hold_year(admission.bill.taxPrice, turn.facts, turn.law)
    turn.law_rows = tuple(dict.fromkeys((*turn.law_rows, *year.law_rows)))
    if year.held is None:
        refused = (year.problem,) if year.problem else ()
        return reject(inventory, case, refused, tell(refused), turn)
    accepted = accept(turn.now(inventory), admission, year.held, turn.facts, turn.law, turn.law_rows)
    return _accepted(inventory, accepted, papers, turn)


def what_is_missing(inventory: Document, case: Case) -> tuple[str, ...]:
    """Which of order, payment and waybill are not there yet. An order of another merchant is not this one."""
    head = inventory.record.InventoryHead
    order = case.order
    found = {
        "order": order is not None and is_there(order) and order.record.OrderHead.ebcCode == head.ebcCode,
        "payment": any(is_there(payment) for payment in case.payments),
        "waybill": case.waybill is not None and is_there(case.waybill),
    }
    return tuple(kind for kind, there in found.items() if not there)


def is_there(document: Document) -> bool:
    """Whether an order, payment or waybill was declared and stands: not saved only, lapsed, deleted or erased."""
    return not document.deleted and document.status in ("2", "120") and document.record is not None


def awaited(inventory: Document, missing: Sequence[str]) -> tuple[Await, ...]:
    """What an inventory waits for, under the keys by which it will come."""
    keys = {"order": order_of(inventory), "payment": order_of(inventory), "waybill": waybill_of(inventory)}
    return tuple(Await(kind, keys[kind]) for kind in missing)


def retry_guarantee(inventory: Document, turn: Turn) -> str:
    """A guarantor has topped up: hold the tax if it fits now, and go on."""
    assert inventory.tax is not None, "an accepted inventory has its tax"
    held = hold_guarantee(inventory.tax, turn.facts)
    if held is None:
        turn.awaits = (_guarantor(inventory),)
        return "nothing"
    turn.moves += hold((held,))
    holds = lift(inventory.holds, (GUARANTEE,), "guarantor", turn.facts.now)
    turn.change(inventory, held=(*inventory.held, held), holds=holds, status=status_of(holds))
    return _show_holds(inventory, turn, said=inventory.status)


def lift_review(inventory: Document, actor: str, turn: Turn) -> str:
    """Customs has reviewed (or examined) and lets the goods go; another agency's hold, if open, stays."""
    holds = lift(inventory.holds, ("review", "examination"), actor, turn.facts.now)
    turn.change(inventory, holds=holds, status=status_of(holds))
    return _show_holds(inventory, turn, said="")


def reject(inventory: Document, case: Case, problems: tuple[Problem, ...], info: str, turn: Turn) -> str:
    """100: give back what is held, free the documents, say why."""
    current = turn.now(inventory)
    turn.moves += give_back(current.held)
    turn.change(inventory, status="100", held=(), holds=(), missing=(), problems=problems, lapses_at=None)
    turn.problems = problems
    turn.say(inventory, "100", info)
    for document in (case.order, case.waybill, *case.payments):
        if document is not None and turn.now(document).used_by == inventory.key:
            turn.change(document, used_by=None, status="2")
            turn.wait(document)
    return "rejected"


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
    holds = open_holds(current)
    if not holds:
        return _release(inventory, turn)
    if any(one.kind == GUARANTEE for one in holds):
        turn.awaits = (_guarantor(inventory),)
    if current.status != said:
        turn.say(inventory, current.status, "".join(_hold_text(one.kind, one.lane, one.reason_zh, one.reason_en)
                                                    for one in holds if one.status == current.status))  # fmt: skip
    return "review" if current.status != "120" else "accepted"


def _release(inventory: Document, turn: Turn) -> str:
    current = turn.now(inventory)
    turn.moves += use(current.held)
    held = tuple(Held(one.account, one.amount, True, one.limit) for one in current.held)
    turn.change(inventory, status="800", released_at=turn.facts.now, held=held)
    turn.say(inventory, "399", coded("2300"))
    turn.say(inventory, "800", coded("2600"))
    return "released"


def _hold_text(kind: str, lane: str, zh: str, en: str) -> str:
    if kind == "review":
        return coded("1200")
    return f"[{lane or M16_LOW.id};{zh} / {en}]"


def _low_text(inventory: Document, turn: Turn) -> str:
    tax = turn.now(inventory).tax
    assert tax is not None, "an accepted inventory has its tax"
    assure = inventory.record.InventoryHead.assureCode
    return f"[{M16_LOW.id};{M16_LOW.zh} / {M16_LOW.en};assureCode:{assure};tax:{show(tax.taxTotal)}]"


def _guarantor(inventory: Document) -> Await:
    return Await("guarantor", (inventory.record.InventoryHead.assureCode,))
