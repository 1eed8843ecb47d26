"""The buyer's year: what an inventory takes of it, and which treatment follows when it has not so much left."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from tongguan.ceb.problem import Problem
from tongguan.clearance.accounts import taken
from tongguan.clearance.compare import show
from tongguan.clearance.law_rules import T05
from tongguan.clearance.model import Facts, FactsMissing, Held
from tongguan.law.inforce import LawAt
from tongguan.law.limits import within_year, year_limit
from tongguan.law.rows import TreatmentRow


class Year(NamedTuple):
    """The buyer's year after this inventory: what is held, or why it cannot be; and the rows of law used.

    Neither is there where the law lets in what is over the year, taxed in full: that is no retail import of the year.
    """

    held: Held | None
    problem: Problem | None
    law_rows: tuple[str, ...]


def over_year(value: Decimal, facts: Facts, law: LawAt) -> TreatmentRow | None:
    """The row over_year when this dutiable value (yuan) does not fit into the buyer's year of acceptance any more."""
    return within_year(value, _used(facts, law), law)


def hold_year(value: Decimal, facts: Facts, law: LawAt) -> Year:
    """Hold the dutiable value in the buyer's year of acceptance, or say that the year has not so much left."""
    if facts.quota is None:
        raise FactsMissing("quota")
    limit = year_limit(law)
    over = over_year(value, facts, law)
    if over is None:
        return Year(Held(facts.quota.account, value, False, limit.amount), None, (limit.id,))
    if over.allowed:
        return Year(None, None, (limit.id, over.id))
    problem = T05.problem(
        "inventory",
        "InventoryHead/dutiableValue",
        found=f"{show(_used(facts, law))} + {show(value)}",
        expected=f"<= {show(limit.amount)}",
        law_row=limit.id,
    )
    return Year(None, problem, (limit.id, over.id))


def _used(facts: Facts, law: LawAt) -> Decimal:
    return year_limit(law).amount if facts.answer("quota") == "used-up" else taken(facts.quota)
