"""Answers that tell something about a person are counted, by the party that gets them and the day.

A refusal that says "number and name do not agree" or "the buyer's year is used up" is an answer to whoever tries names
or amounts. So many a day are given to one party (setting person_answers_day_max); the gateways then take no inventories
from it until the day in China is over, so that what is not decided tells nothing either.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import msgspec

from tongguan.clearance.answers import D11, D11_UNKNOWN
from tongguan.clearance.law_rules import T05
from tongguan.clearance.model import Decision, Event, Facts, Move, RecordFiled
from tongguan.clearance.quantity import T05_KG
from tongguan.clearance.times import china_day
from tongguan.law.inforce import LawAt

SETTING = "person_answers_day_max"
TELLING = frozenset(rule.id for rule in (D11, D11_UNKNOWN, T05, T05_KG))
"""The rules whose refusal is an answer about a person: identity, and what is left of the year."""
_ONE = Decimal(1)


def answers_account(party_code: str, day: date) -> str:
    """The account that counts a party's answers of one day in China."""
    return f"answers:{party_code}:{day:%Y%m%d}"


def counted(event: Event, decision: Decision, facts: Facts, law: LawAt) -> Decision:
    """The decision with its answer about a person on the account of whoever gets it. None is counted by older law."""
    telling = event.kind == "inventory" and any(one.rule_id in TELLING for one in decision.problems)
    if not telling or not law.has_setting(SETTING):
        return decision
    party = _party(event, decision, facts)
    move = Move(answers_account(party, china_day(facts.now)), "hold", _ONE, law.setting("quantity_bound").decimal)
    return msgspec.structs.replace(decision, moves=(*decision.moves, move)) if party else decision


def _party(event: Event, decision: Decision, facts: Facts) -> str:
    if isinstance(event, RecordFiled):
        return facts.sender.code if facts.sender is not None else ""
    return decision.documents[0].sender_code if decision.documents else ""
