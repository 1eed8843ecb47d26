"""The decision: what follows from one event, given all that was filed, all that was looked up and the law of the
day.
"""

from __future__ import annotations

from tongguan.clearance.filing import filed
from tongguan.clearance.model import Case, Commanded, Decision, Due, Event, Facts, RecordFiled, Woken
from tongguan.clearance.passing import commanded, lapsed, woken
from tongguan.clearance.times import china_day
from tongguan.law.inforce import Law


def decide(case: Case, event: Event, facts: Facts, law: Law) -> Decision:
    """Choose what follows. Pure: equal arguments give an equal decision, today or years later.

    The law is that of the day of ``facts.now`` in China. Raises NoLaw where none is in force on that day, and
    FactsMissing where the caller has not looked up what this event needs; never for anything in a filing.
    """
    law_at = law.at(china_day(facts.now))
    match event:
        case RecordFiled():
            return filed(case, event, facts, law_at)
        case Woken():
            return woken(case, event, facts, law_at)
        case Commanded():
            return commanded(case, event, facts, law_at)
        case Due():
            return lapsed(case, event, facts, law_at)
