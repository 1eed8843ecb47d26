"""The gateway destroys what the engine has erased: packed content, raw messages, and what has been kept long enough.

The engine never writes an inbox or a day file, so it leaves a list; each gateway works off its own part of it, in a
thread beside the filing path. What belongs to nobody any more (a gateway that was removed, the commands) is worked off
by whoever finds its lock free.
"""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache

from tongguan import logs
from tongguan.gateway.access import drop_old
from tongguan.law.inforce import LawAt
from tongguan.law.snapshot import build_law
from tongguan.store.faults import StoreFault
from tongguan.store.forgetting import Forgetting, Forgotten
from tongguan.store.layout import Store
from tongguan.store.reading import Reader

EVERY_SECONDS = 30.0
_CHINA = timezone(timedelta(hours=8))
log = logs.get("tongguan.gateway.forgetting")


def keep_forgetting(store: Store, own: str, stop: threading.Event) -> threading.Thread:
    """Start the thread of a gateway whose inbox is ``own`` and whose lock it holds."""

    def work() -> None:
        while not stop.wait(EVERY_SECONDS):
            try:
                forget(store, own)
            except (StoreFault, OSError) as fault:  # tried again: the state may not be there yet, a disk may be full
                log.warning("not_forgotten", fault=getattr(fault, "name", type(fault).__name__))

    thread = threading.Thread(target=work, daemon=True, name="forgetting")
    thread.start()
    return thread


def forget(store: Store, own: str = "", clock_ns: Callable[[], int] = time.time_ns) -> dict[str, Forgotten]:
    """Work off what one's own inbox and those without a writer have to give up; by inbox.

    An inbox that another process writes is left to it. Raises StoreFault, OSError.
    """
    law = _law(store, _china_day(clock_ns()))
    days = _days(law) if law is not None else None
    found: dict[str, Forgotten] = {}
    for name in store.inbox_names():
        with _writing(store, name, held=name == own) as allowed:
            if allowed:
                forgetting = Forgetting(store, name, clock_ns)
                try:
                    found[name] = forgetting.work_off(days)
                finally:
                    forgetting.close()
    if law is not None:
        drop_old(store, law)
    return found


def _days(law: LawAt) -> int | None:
    """How long an inbox keeps the content of decided filings; None where the law does not say."""
    most = [row.most for row in law.retention("inbox") if row.most is not None and row.unit == "days"]
    return min(most, default=None)


def _law(store: Store, day: date) -> LawAt | None:
    reader = Reader(store)
    try:
        found = reader.in_force().get("law")
    finally:
        reader.close()
    return _built(found[1]).at(day) if found else None


_built = lru_cache(maxsize=1)(build_law)  # asked for twice a minute, changed once a month


def _china_day(ns: int) -> date:
    return datetime.fromtimestamp(ns // 1_000_000_000, UTC).astimezone(_CHINA).date()


@contextmanager
def _writing(store: Store, name: str, *, held: bool) -> Iterator[bool]:
    """Whether this process may write an inbox, and its lock as long as that is so."""
    if held:
        yield True
        return
    lock = os.open(store.inbox_path(name).with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
            return
        yield True
    finally:
        os.close(lock)
