"""Whether a party has had as many answers about persons today as one may have: then no inventories are taken from it.

The engine counts (``clearance.person_answers``); here the count is looked up, at most every few seconds for each party.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from math import ceil

from tongguan import logs
from tongguan.clearance.person_answers import SETTING, answers_account
from tongguan.clearance.times import china_day, china_midnight
from tongguan.gateway.quoting import LawInForce
from tongguan.gateway.reading_thread import ReadingThread
from tongguan.store.faults import StoreFault

LOOK_EVERY_SECONDS = 2.0
_PARTIES_KEPT = 10_000
log = logs.get("tongguan.gateway.answered_out")


class AnsweredOut:
    """See the module. ``now`` gives aware UTC, ``steady`` any steady clock in seconds."""

    def __init__(
        self,
        reading: ReadingThread,
        law: LawInForce,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self._reading = reading
        self._law = law
        self._now = now
        self._steady = steady
        self._told: dict[str, tuple[float, int]] = {}

    async def wait_seconds(self, party_code: str) -> int:
        """0 when the party may file inventories, else the seconds until the next day in China, as of the last look."""
        steady = self._steady()
        found = self._told.get(party_code)
        if found is None or steady - found[0] >= LOOK_EVERY_SECONDS:
            if len(self._told) >= _PARTIES_KEPT:
                self._told.clear()
            found = self._told[party_code] = steady, await self._look(party_code)
        return found[1]

    async def _look(self, party_code: str) -> int:
        at = self._now()
        day = china_day(at)
        try:
            law = await self._law.get()
            if law is None or not law.at(day).has_setting(SETTING):
                return 0
            held = await self._reading.ask(lambda reader: reader.held(answers_account(party_code, day)))
        except StoreFault as fault:  # nothing can be decided either, so nothing is answered
            log.warning("answers_not_counted", fault=fault.name)
            return 0
        if held < law.at(day).setting(SETTING).decimal:
            return 0
        return max(1, ceil((china_midnight(day + timedelta(days=1)) - at).total_seconds()))
