"""What the gateway counts. Labels are message types, answers and stages: never a person, an order or a token."""

from __future__ import annotations

import os

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from tongguan.ceb.table import messages
from tongguan.gateway.door import STAGES

CONTENT_TYPE = b"text/plain; version=0.0.4; charset=utf-8"
MULTIPROCESS_KEY = "PROMETHEUS_MULTIPROC_DIR"
_SECONDS = (0.00002, 0.00005, 0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.05, 0.2, 1.0, 5.0)
_POSTS = (1, 2, 4, 8, 16, 32, 64, 128, 256)


class Metrics:
    """The counters of one process. With several, each writes to files in one folder and any of them tells the sum."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._posts = Counter(
            "tongguan_posts_total",
            "Posts to /dxp, by message type and HTTP answer",
            ["message_type", "answer"],
            registry=self._registry,
        )
        self._records = Counter(
            "tongguan_records_total", "Business records taken", ["message_type"], registry=self._registry
        )
        self._stages = Histogram(
            "tongguan_stage_seconds",
            "Time of each stage of one post",
            ["stage"],
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._group = Histogram(
            "tongguan_commit_posts", "Posts carried by one commit", buckets=_POSTS, registry=self._registry
        )
        self._lag = Gauge(
            "tongguan_engine_lag_filings",
            "Filings stored and not yet decided",
            ["inbox"],
            registry=self._registry,
            multiprocess_mode="mostrecent",
        )
        self._stage = {stage: self._stages.labels(stage) for stage in (*STAGES, "inbox")}

    def post(self, message_type: str, answer: int) -> None:
        """One post was answered."""
        known = message_type if message_type in messages() else "Unknown"
        self._posts.labels(known, str(answer)).inc()

    def taken(self, message_type: str, records: int, spent_ns: tuple[int, ...]) -> None:
        """One post went through the door."""
        if records:
            self._records.labels(message_type).inc(records)
        for stage, ns in zip(STAGES, spent_ns, strict=False):
            self._stage[stage].observe(ns / 1e9)

    def commit(self, posts: int, seconds: float) -> None:
        """One group was written; its time is noted once, however many posts it carries."""
        self._group.observe(posts)
        self._stage["inbox"].observe(seconds)

    def lag(self, by_inbox: dict[str, int]) -> None:
        """How far the engine is behind, by inbox, in rows."""
        for inbox, rows in by_inbox.items():
            self._lag.labels(inbox).set(rows)

    def text(self) -> bytes:
        """All figures in the text form of Prometheus, summed over the processes."""
        if not os.environ.get(MULTIPROCESS_KEY):
            return generate_latest(self._registry)
        registry = CollectorRegistry()
        MultiProcessCollector(registry)
        return generate_latest(registry)
