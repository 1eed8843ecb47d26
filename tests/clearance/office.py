"""A customs office around the folder of documents in memory: officers, who is on duty, pauses, former prices.

Everybody is invented. ``lin`` and ``wu`` work on cases of office 5165, ``chief`` stands above them, ``qi`` is of the
inspection, ``far`` of another office, ``kin`` has a conflict with the merchant.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import msgspec

from tests.clearance.playstore import MERCHANT, Filed, PlayStore, a_set, law_with
from tongguan.clearance.handling import Duty, Officer, Officers, Pause, PriceHistory, Scope
from tongguan.clearance.model import Commanded, Decision, Document, Event, Facts
from tongguan.clearance.officers import pauses
from tongguan.law.snapshot import Law
from tongguan.registry.roles import OFFICER_ROLES

ALL_ROLES = tuple(OFFICER_ROLES)
OFFICE = "5165"


def officer(name: str, **fields: Any) -> Officer:
    """An officer of customs at the office of the invented filings, of rank 1, with every role."""
    usual = {"agency": "customs", "customs_code": OFFICE, "rank": 1, "roles": ALL_ROLES}
    return Officer(id=name, **(usual | fields))


PEOPLE = {
    one.id: one
    for one in (
        officer("lin"),
        officer("wu"),
        officer("chief", rank=3, customs_code="*"),
        officer("qi", agency="inspection"),
        officer("far", customs_code="2200"),
        officer("kin", conflicts=(MERCHANT,)),
        officer("clerk", roles=("casework",)),
        officer("guard", roles=("duty",)),
        officer("judge", roles=("internal_review",)),
    )
}


@dataclass
class Office(PlayStore):
    """The folder with people. ``duty`` is who gets the next case; with ``people`` empty none are registered."""

    people: dict[str, Officer] = field(default_factory=lambda: dict(PEOPLE))
    duty: Duty | None = field(default_factory=lambda: Duty("lin"))
    paused: dict[str, Pause] = field(default_factory=dict)
    prices: tuple[PriceHistory, ...] = ()
    commands: int = 0

    def facts(self, event: Event, kind: str, key: tuple[str, ...], owner: str = "") -> Facts:
        """The folder's facts, and those about people."""
        found: dict[str, Any] = {"duty": self.duty, "prices": self.prices}
        existing = self.documents.get((kind, key))
        if isinstance(event, Commanded):
            named = event.choice
            if event.action == "approve" and existing is not None and existing.proposed is not None:
                named = existing.proposed.actor
            found["officers"] = Officers(
                registered=bool(self.people),
                actor=self.people.get(event.actor),
                approver=self.people.get(event.approver),
                named=self.people.get(named),
            )
        if kind == pauses.KIND:
            found["pauses"] = tuple(one for one in (self.paused.get(key[0]),) if one is not None)
        else:
            found["pauses"] = tuple(self.paused.values())
        return msgspec.structs.replace(super().facts(event, kind, key, owner), **found)

    def order(self, action: str, filed: Filed, actor: str = "lin", **fields: Any) -> Decision:
        """Somebody acts on an inventory, with a reason unless another is given."""
        event = Commanded(
            action=action, kind="inventory", key=filed.key, actor=actor, **({"reason": "because"} | fields)
        )
        return self.decide(event, "inventory", filed.key)

    def pause(self, actor: str = "guard", **scope: str) -> Decision:
        """Set a pause; its id is the next number."""
        self.commands += 1
        key = (f"C00-{self.commands}",)
        event = Commanded(
            action="pause", kind=pauses.KIND, key=key, actor=actor, reason="because", scope=Scope(**scope)
        )
        return self.decide(event, pauses.KIND, key)

    def resume(self, pause_id: str, actor: str) -> Decision:
        """End a pause."""
        event = Commanded(action="resume", kind=pauses.KIND, key=(pause_id,), actor=actor, reason="because")
        return self.decide(event, pauses.KIND, (pause_id,))

    def _apply(self, decision: Decision) -> None:
        if decision.pause is not None:
            self.paused[decision.pause.id] = decision.pause
        super()._apply(decision)

    def a_held_case(self, number: int = 1, lane: str = "LN01") -> tuple[Filed, Document]:
        """A good set whose inventory is drawn for review (LN01) or examination (LN02)."""
        return self.a_case(number, {**self.draws, lane: self.draws[lane] * 0})

    def a_case(self, number: int = 1, draws: dict[str, Any] | None = None) -> tuple[Filed, Document]:
        """A good set, filed whole."""
        docs, usual = a_set(number), self.draws
        self.draws = draws or usual
        for filed in docs.values():
            self.file(filed)
        self.draws = usual
        return docs["inventory"], self.get(docs["inventory"])


def refused(decision: Decision) -> str:
    """The rule that a command was refused by; '' when it was done."""
    return decision.problems[0].rule_id if decision.outcome == "refused" else ""


def lane_law(**cells: str) -> Law:
    """The package's law with the review lane changed, and the draw always hitting it."""
    return law_with("lanes", "LN01", **({"share": "1"} | cells))


DAY = date(2026, 3, 2)
"""The day in China on which everything is filed."""
