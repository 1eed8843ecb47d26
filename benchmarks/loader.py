"""An open-loop HTTP load: requests leave on a fixed schedule whether or not earlier ones were answered.

Written on httptools instead of an HTTP library so that the load takes as little as possible of the two cores it shares
with what it measures (some 20 µs a request).
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter, deque
from dataclasses import dataclass, field

import httptools

LATE_AFTER_SECONDS = 0.010


@dataclass(slots=True)
class Report:
    """What a run did. Times in seconds; ``latencies`` run from the scheduled moment to the whole answer."""

    sent: int = 0
    late: int = 0
    worst_late: float = 0.0
    statuses: Counter[int] = field(default_factory=Counter)
    latencies: list[float] = field(default_factory=list)
    seconds: float = 0.0


class _Connection(asyncio.Protocol):
    """One keep-alive connection; requests are pipelined in order, so answers come in order."""

    def __init__(self, report: Report, idle: asyncio.Event) -> None:
        self.report, self.idle = report, idle
        self.due: deque[float] = deque()
        self.parser = httptools.HttpResponseParser(self)
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.parser.feed_data(data)

    def on_message_complete(self) -> None:
        self.report.statuses[self.parser.get_status_code()] += 1
        self.report.latencies.append(time.perf_counter() - self.due.popleft())
        if not self.due:
            self.idle.set()

    def send(self, request: bytes, due: float) -> None:
        self.due.append(due)
        self.idle.clear()
        self.transport.write(request)


def request_bytes(host: str, path: str, token: str, body: bytes) -> bytes:
    """One POST as it goes over the wire."""
    return (
        f"POST {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/xml\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode() + body


async def run(host: str, port: int, requests: list[bytes], *, per_second: float, connections: int = 64) -> Report:
    """Send ``requests`` at ``per_second`` over ``connections`` and wait for every answer."""
    loop, report = asyncio.get_running_loop(), Report()
    pool: list[_Connection] = []
    for _ in range(connections):
        idle = asyncio.Event()
        idle.set()
        _, connection = await loop.create_connection(lambda e=idle: _Connection(report, e), host, port)
        pool.append(connection)
    start = time.perf_counter()
    for number, request in enumerate(requests):
        due = start + number / per_second
        while (wait := due - time.perf_counter()) > 0:
            await asyncio.sleep(wait if wait > 0.002 else 0)
        lateness = time.perf_counter() - due
        report.sent += 1
        report.late += lateness > LATE_AFTER_SECONDS
        report.worst_late = max(report.worst_late, lateness)
        pool[number % connections].send(request, due)
    await asyncio.gather(*(connection.idle.wait() for connection in pool))
    report.seconds = time.perf_counter() - start
    for connection in pool:
        connection.transport.close()
    return report


def percentile(values: list[float], share: float) -> float:
    """The value below which ``share`` of the values lie (nearest rank)."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))] if values else 0.0
