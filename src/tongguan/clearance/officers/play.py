"""The officer whom a scenario of the sandbox plays, as soon as a case is held: through the same actions as a person."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from tongguan.clearance.handling import Officer
from tongguan.clearance.holds import AUTOMATIC, DETAINED, open_holds
from tongguan.clearance.inventory import advance
from tongguan.clearance.model import Case, Commanded, Document
from tongguan.clearance.officer_rules import Refusal
from tongguan.clearance.officers.assignment import CUSTOMS
from tongguan.clearance.officers.commanded import ACTIONS
from tongguan.clearance.times import china_day
from tongguan.clearance.turn import Turn
from tongguan.registry.roles import OFFICER_ROLES

_NAME, _APPROVER, _DOCUMENT_NO = "scenario", "scenario-approver", "SCENARIO-0001"
_REASON = "沙箱情景退单 / returned as the scenario says"
_PLAYED = "沙箱情景 / as the scenario says"
_DAYS = 3
_ACTOR = Officer(id=_NAME, agency=CUSTOMS, customs_code="*", rank=0, roles=tuple(OFFICER_ROLES))
_DETENTIONS = {
    f"detain-{status}": ("detain", {"choice": status, "approver": _APPROVER, "document_no": _DOCUMENT_NO})
    for status in DETAINED
}
_PLAYS: Mapping[str, tuple[str, dict[str, Any]]] = MappingProxyType(
    {
        "release": ("release", {}),
        "reject": ("reject", {"reason": _REASON}),
        "examine": ("examine", {}),
        "suspend": ("suspend", {}),
        "ship-back": ("ship_back", {}),
        "ask": ("ask", {}),
        **_DETENTIONS,
    }
)
"""What the scenario's officer does, by the answer of the scenario: the action and what it is told with."""
ANSWERS = tuple(_PLAYS)


def proceed(inventory: Document, case: Case, turn: Turn) -> str:
    """Take an inventory at 2 as far as it goes, past the officer whom a scenario plays; the outcome."""
    outcome = advance(inventory, case, turn)
    answer = turn.facts.answer("officer")
    if answer not in _PLAYS or not held_by_customs(turn.now(inventory)):
        return outcome
    name, told = _PLAYS[answer]
    do = ACTIONS[name].do
    assert do is not None, "plays are actions on inventories"
    event = Commanded(
        action=name, kind=inventory.kind, key=inventory.key, actor=_NAME,
        deadline=china_day(turn.facts.now) + timedelta(days=_DAYS), **({"reason": _PLAYED} | told),
    )  # fmt: skip
    played = do(turn.now(inventory), case, event, turn, _ACTOR)
    assert not isinstance(played, Refusal), played
    return played


def held_by_customs(inventory: Document) -> bool:
    """Whether a hold of an officer of customs is open."""
    return any(one.kind not in AUTOMATIC and one.agency == CUSTOMS for one in open_holds(inventory))
