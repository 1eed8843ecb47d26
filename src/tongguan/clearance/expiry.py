"""A party is told that its registration, a certificate or a guarantee ends soon, and that it has ended.

What is decided is what is told, and that each thing is told once. Whether somebody may file is asked anew of the
registry with every filing (D19, D20, M16); nothing here changes that.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

from tongguan.clearance.model import Case, Decision, Due, Facts, Notice
from tongguan.clearance.times import china_midnight
from tongguan.clearance.turn import nothing
from tongguan.law.inforce import LawAt
from tongguan.registry.expiry import Ending

PARTY = "party"
"""The kind of subject that a registered company is; its key is (code,)."""
EXPIRES_SOON, EXPIRED = "expires_soon", "expired"
SETTING = "expiry_notice_days"


def soon_from(ending: Ending, days: int) -> datetime:
    """From when on an ending is told: so many days before its last day, as that day begins in China."""
    return china_midnight(ending.last_day - timedelta(days=days))


def moments(ending: Ending, days: Collection[int], now: datetime) -> Iterator[tuple[str, datetime]]:
    """(what, when) an ending is to be looked at; ``days`` are what the setting says now and later. What is over already
    when the registry comes is told by nobody.
    """
    if ending.over > now:
        yield from ((EXPIRES_SOON, max(soon_from(ending, number), now)) for number in days)
        yield EXPIRED, ending.over


def expires_soon(case: Case, event: Due, facts: Facts, law: LawAt) -> Decision:
    """Tell what ends within the days of the setting. A row that was renewed meanwhile ends no more."""
    if not law.has_setting(SETTING):
        return nothing(None)
    days = law.setting(SETTING).int
    near = [one for one in facts.endings if soon_from(one, days) <= facts.now < one.over]
    return _tell(EXPIRES_SOON, near, facts, law)


def expired(case: Case, event: Due, facts: Facts, law: LawAt) -> Decision:
    """Tell what has ended at that moment and goes on by no other row."""
    if not law.has_setting(SETTING):
        return nothing(None)
    return _tell(EXPIRED, [one for one in facts.endings if one.over == event.at], facts, law)


def _tell(what: str, endings: list[Ending], facts: Facts, law: LawAt) -> Decision:
    notices = tuple(one for ending in endings if (one := Notice(what, ending)) not in facts.told)
    if not notices:
        return nothing(None)
    return Decision(outcome=what, status="", notices=notices, law_rows=(law.setting(SETTING).id,))
