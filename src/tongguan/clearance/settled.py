"""Points on which sources differ: whether something is wrong is a rule, what follows from it a setting of the law."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from tongguan.ceb.problem import Problem
from tongguan.clearance.address import ADDRESS, address_problem
from tongguan.clearance.answers import IDENTITY, unknown_buyer
from tongguan.clearance.company_names import foreign_names
from tongguan.clearance.compare import amounts_agree, show
from tongguan.clearance.law_rules import D08B
from tongguan.clearance.match import Papers
from tongguan.clearance.match_rules import M20
from tongguan.clearance.model import Facts, Hold
from tongguan.law.inforce import LawAt
from tongguan.law.tax import TaxBill

Found = Iterator[tuple[str, Problem]]
"""(the setting that says what follows, what is wrong)."""
_HOLDS = {"suspend": (ADDRESS, "600"), "review": (IDENTITY, "300")}
"""The kind of hold that a consequence opens, and its status."""


class Settled(NamedTuple):
    """What follows by the settings of the day: rejections, notes, holds; and the ids of the settings that said so."""

    problems: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = ()
    holds: tuple[Hold, ...] = ()
    law_rows: tuple[str, ...] = ()


def settle(papers: Papers, bill: TaxBill | None, facts: Facts, law: LawAt) -> Settled:
    """Ask about each of these points. ``bill`` is None where no tax could be computed: then M20 is not asked.

    A point whose setting the snapshot lacks, since it is older than the rule, is not asked.
    """
    problems: list[Problem] = []
    notes: list[Problem] = []
    holds: dict[str, Hold] = {}
    rows: list[str] = []
    for key, problem in _found(papers, bill, facts, law):
        setting = law.setting(key)
        rows.append(setting.id)
        if setting.value == "reject":
            problems.append(problem)
        elif setting.value != "accept":
            notes.append(problem)
        if setting.value in _HOLDS:
            holds[setting.value] = _hold(problem, *_HOLDS[setting.value], facts)
    return Settled(tuple(problems), tuple(notes), tuple(holds.values()), tuple(dict.fromkeys(rows)))


def _found(papers: Papers, bill: TaxBill | None, facts: Facts, law: LawAt) -> Found:
    if law.has_setting("legal_quantity_mismatch"):
        yield from (("legal_quantity_mismatch", one) for one in _legal_quantities(papers))
    if law.has_setting("company_name_mismatch"):
        yield from (("company_name_mismatch", one) for one in foreign_names(papers, facts))
    if law.has_setting("identity_unknown") and (unknown := unknown_buyer(papers.inventory, facts)):
        yield "identity_unknown", unknown
    if law.has_setting("address_not_detailed") and (vague := address_problem(papers, law)):
        yield "address_not_detailed", vague
    if bill is not None and (wrong := _tax_total(papers, bill, law)):
        yield "tax_total_mismatch", wrong


def _legal_quantities(papers: Papers) -> Iterator[Problem]:
    for at, line in enumerate(papers.inventory.record.InventoryList, 1):
        if line.unit == line.unit1 and line.qty != line.qty1:
            path = f"InventoryList[{at}]/qty1"
            yield D08B.problem("inventory", path, found=show(line.qty1), expected=show(line.qty))


def _tax_total(papers: Papers, bill: TaxBill, law: LawAt) -> Problem | None:
    filed = papers.order.record.OrderHead.taxTotal
    if amounts_agree(filed, bill.taxTotal, law.setting("amount_tolerance_yuan").decimal):
        return None
    return M20.problem("order", "OrderHead/taxTotal", found=show(filed), expected=show(bill.taxTotal))


def _hold(problem: Problem, kind: str, status: str, facts: Facts) -> Hold:
    return Hold(
        agency="customs",
        kind=kind,
        status=status,
        reason_zh=problem.text_zh,
        reason_en=problem.text_en,
        since=facts.now,
        rule=problem.rule_id,
    )
