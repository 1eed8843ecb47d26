"""Complete sets a second through HTTP: serve with everything on, an open-loop load beside it, every receipt fetched.

    python benchmarks/bench_load.py                      500 one-record sets/s, then 1,500 sets/s in 20-record messages
    python benchmarks/bench_load.py --records 1 --rate 700 --seconds 20 --json

A set is order, payment, waybill and inventory, each signed with SM2. The messages are made beforehand. The load runs on
the machine that it measures, and its own CPU time is told apart.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from loader import Report, percentile, request_bytes, run
from tongguan.cli.house import made
from tongguan.cli.registry import bring_into_force, parties_in_force, read_folder
from tongguan.gateway.tokens import Tokens
from tongguan.sandbox.make import make
from tongguan.store.doors import Doors
from tongguan.store.layout import Store
from tongguan.store.listing import Listing
from tongguan.store.reading import Reader

RECEIPTS_A_SET = 14
"""2, 3 and 120 of order, payment and waybill; 2, 3, 120, 399 and 800 of the inventory (300 instead when drawn)."""

_DXP = re.compile(rb"<ceb:dxpId>([^<]+)</ceb:dxpId>")
_TICKS = os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Run the marks, or the one load that the arguments name."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--records", type=int, help="records a message")
    arguments.add_argument("--rate", type=float, help="sets a second")
    arguments.add_argument("--seconds", type=float, default=10.0)
    arguments.add_argument("--gateways", type=int, default=2)
    arguments.add_argument("--json", action="store_true")
    given = arguments.parse_args()
    loads = [(given.records or 1, given.rate or 500.0)] if given.records or given.rate else [(1, 500.0), (20, 1500.0)]
    for records, rate in loads:
        with tempfile.TemporaryDirectory() as folder:
            result = measure(Path(folder), records, rate, given.seconds, given.gateways)
        print(json.dumps(result) if given.json else table(result), flush=True)


def measure(folder: Path, records: int, rate: float, seconds: float, gateways: int) -> dict[str, Any]:
    """One load on a fresh store; figures in the units that their names say."""
    sets = int(rate * seconds) // records * records
    make(sets, 7, "none", folder / "box", datetime.now(UTC), records_per_message=records)
    store = made(folder / "store", sandbox=True)
    bring_into_force(store, read_folder(folder / "box" / "registry"), "bench")
    tokens = _tokens(store)
    port = _free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "tongguan", "serve", "--db", str(store.dir), "--port", str(port),
         "--processes", str(gateways)],
        stdout=subprocess.DEVNULL, stderr=(folder / "serve.log").open("wb"),
    )  # fmt: skip
    try:
        _wait_ready(port)
        requests = _requests(folder / "box" / "filings", tokens, port)
        before, own = _cpu_seconds(server.pid), _own_cpu_seconds()
        report = asyncio.run(run("127.0.0.1", port, requests, per_second=4 * rate / records))
        loader_cpu = _own_cpu_seconds() - own
        started = time.perf_counter() - report.seconds
        _wait_decided(store)
        decided = time.perf_counter() - started
        cpu = _cpu_seconds(server.pid) - before
        receipts = _fetch_receipts(port, tokens)
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(30)
    return _result(store, report, records, rate, sets, decided, cpu, loader_cpu, receipts)


def _result(
    store: Store,
    report: Report,
    records: int,
    rate: float,
    sets: int,
    decided: float,
    cpu: float,
    loader: float,
    got: int,
) -> dict[str, Any]:
    listing = Listing(store)
    statuses = [document.status for document in listing.documents("inventory")]
    listing.close()
    return {
        "records_a_message": records,
        "rate_asked_sets_per_second": rate,
        "sets": sets,
        "posts": report.sent,
        "answers": dict(report.statuses),
        "posts_late": report.late,
        "worst_late_ms": round(report.worst_late * 1000, 1),
        "answer_p50_ms": round(percentile(report.latencies, 0.5) * 1000, 1),
        "answer_p99_ms": round(percentile(report.latencies, 0.99) * 1000, 1),
        "answer_p999_ms": round(percentile(report.latencies, 0.999) * 1000, 1),
        "answered_sets_per_second": round(sets / report.seconds, 1),
        "decided_sets_per_second": round(sets / decided, 1),
        "released": statuses.count("800"),
        "in_review": sum(statuses.count(status) for status in ("300", "500")),
        "receipts": got,
        "server_cpu_us_a_set": round(cpu / sets * 1e6),
        "loader_cpu_us_a_set": round(loader / sets * 1e6),
    }


def table(result: dict[str, Any]) -> str:
    """The figures, one a line."""
    return "\n".join(f"{name:28} {value}" for name, value in result.items()) + "\n"


def _tokens(store: Store) -> dict[str, str]:
    doors = Doors(store.doors_path)
    tokens = Tokens(doors)
    found = {
        party.dxp_id: tokens.issue("filer", party_code=party.code, dxp_id=party.dxp_id)
        for party in parties_in_force(store)
        if party.dxp_id
    }
    doors.close()
    return found


def _requests(folder: Path, tokens: dict[str, str], port: int) -> list[bytes]:
    bodies = [file.read_bytes() for file in sorted(folder.iterdir())]
    host = f"127.0.0.1:{port}"
    return [request_bytes(host, "/dxp", tokens[_DXP.findall(body)[-1].decode()], body) for body in bodies]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_ready(port: int) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        try:
            if httpx.get(f"http://127.0.0.1:{port}/readyz").status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise SystemExit("the server did not get ready")


def _wait_decided(store: Store) -> None:
    reader, until = Reader(store), time.monotonic() + 300
    while any(reader.lag().values()):
        if time.monotonic() > until:
            raise SystemExit("the engine did not catch up")
        time.sleep(0.005)
    reader.close()


def _fetch_receipts(port: int, tokens: dict[str, str]) -> int:
    total = 0
    with httpx.Client(
        base_url=f"http://127.0.0.1:{port}", headers={"Accept": "application/json"}, timeout=60
    ) as client:
        for dxp_id, token in tokens.items():
            after = ""
            while True:
                page = client.get(
                    f"/dxp/{dxp_id}/receipts",
                    params={"after": after, "limit": 1000},
                    headers={"Authorization": f"Bearer {token}"},
                ).raise_for_status().json()  # fmt: skip
                total += len(page["receipts"])
                after = page["next"]
                if not page["more"]:
                    break
    return total


def _cpu_seconds(pid: int) -> float:
    """User and system time of a process and all its descendants that live, in seconds."""
    children: dict[int, list[int]] = {}
    times: dict[int, float] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        children.setdefault(int(fields[1]), []).append(int(stat.parent.name))
        times[int(stat.parent.name)] = (int(fields[11]) + int(fields[12])) / _TICKS
    family, total = [pid], 0.0
    while family:
        one = family.pop()
        total += times.get(one, 0.0)
        family += children.get(one, [])
    return total


def _own_cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    main()
