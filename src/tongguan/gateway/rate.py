"""How often one token may come: a bucket of permits that fills at a steady rate. Each process counts for itself."""

from __future__ import annotations

import math
from collections import OrderedDict


class RateLimit:
    """``per_second`` permits flow in, at most ``burst`` are kept; 0 per second means no limit."""

    def __init__(self, per_second: float, burst: int, buckets_max: int = 10_000) -> None:
        self._per_second = per_second
        self._burst = max(burst, 1)
        self._buckets_max = buckets_max
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait_seconds(self, token_id: str, now: float) -> int:
        """0 when the request may go on (and a permit is taken), else the whole seconds until the next permit.

        ``now`` is any steady clock in seconds.
        """
        if not self._per_second:
            return 0
        left, at = self._buckets.pop(token_id, (float(self._burst), now))
        left = min(self._burst, left + (now - at) * self._per_second)
        if left >= 1:
            self._put(token_id, left - 1, now)
            return 0
        self._put(token_id, left, now)
        return max(1, math.ceil((1 - left) / self._per_second))

    def _put(self, token_id: str, left: float, now: float) -> None:
        self._buckets[token_id] = (left, now)
        if len(self._buckets) > self._buckets_max:
            self._buckets.popitem(last=False)
