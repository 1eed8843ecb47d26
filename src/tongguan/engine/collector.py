"""Python's cycle collector, set for a process that decides: it keeps thousands of documents, and makes few cycles."""

from __future__ import annotations

import gc

YOUNG, MIDDLE, OLD = 20_000, 20, 50


def calm() -> None:
    """Look for cycles seldom, and never among what was loaded before: 8 % of the engine's time a set (1,680 to 1,550
    µs).

    For the whole process, so only where a process is the engine's own.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, OLD)
