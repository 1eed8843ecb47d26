"""The decision: what follows from one event, given all that was filed, all that was looked up and the law of the
day.
"""

from __future__ import annotations

from tongguan.clearance.cancellation import overtaken
from tongguan.clearance.copies import only_recorded
from tongguan.clearance.due import fallen_due
from tongguan.clearance.filing import filed
from tongguan.clearance.model import Case, Commanded, Decision, Due, Event, Facts, Pulled, RecordFiled, Woken
from tongguan.clearance.officers.commanded import commanded
from tongguan.clearance.passing import woken
from tongguan.clearance.payment_pull import pulled
from tongguan.clearance.person_answers import counted
from tongguan.clearance.times import china_day
from tongguan.law.inforce import Law, LawAt


def decide(case: Case, event: Event, facts: Facts, law: Law) -> Decision:
    """Choose what follows. Pure: equal arguments give an equal decision, today or years later.

    The law is that of the day of ``facts.now`` in China. Raises NoLaw where none is in force on that day, and
    FactsMissing where the caller has not looked up what this event needs; never for anything in a filing.
    """
    law_at = law.at(china_day(facts.now))
    decision = _decide(case, event, facts, law_at)
    if decision.problems:
        decision = counted(event, decision, facts, law_at)
    if case.requests:
        decision = overtaken(case, decision)
    return only_recorded(case, event, facts, decision)


def _decide(case: Case, event: Event, facts: Facts, law_at: LawAt) -> Decision:
    match event:
        case RecordFiled():
            return filed(case, event, facts, law_at)
        case Woken():
            return woken(case, event, facts, law_at)
        case Commanded():
            return commanded(case, event, facts, law_at)
        case Due():
            return fallen_due(case, event, facts, law_at)
        case Pulled():
            return pulled(case, event, facts, law_at)
