"""Where the time of a complete set goes, stage by stage, in one process with messages made beforehand.

    python benchmarks/bench_stages.py [--sets 400] [--runs 3] [--json]

CPU time in µs a set (order, payment, waybill and inventory, each signed with SM2), median of the runs and their spread.
Beside it OpenSSL's own SM2 verification in the same run, so that figures of different machines compare.
"""

from __future__ import annotations

import argparse
import gc
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tongguan.ceb import sm2
from tongguan.cli.house import made
from tongguan.cli.registry import bring_into_force, read_folder
from tongguan.engine import collector, loop
from tongguan.engine import fold as folding
from tongguan.engine.loop import Engine
from tongguan.gateway.door import STAGES, Door
from tongguan.gateway.sink import StoreSink
from tongguan.sandbox.make import make
from tongguan.store.filing import Filing

GROUP = 32
BASELINE_MESSAGES = 500


def main() -> None:
    """Measure one and twenty records a message and print the table."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--sets", type=int, default=400)
    arguments.add_argument("--runs", type=int, default=3)
    arguments.add_argument("--json", action="store_true")
    given = arguments.parse_args()
    result = {
        "sm2_route": sm2.route(),
        "openssl_sm2_verify_us": baseline(),
        "stages_us_a_set": {
            f"{records} records a message": summary([measure(given.sets, records) for _ in range(given.runs)])
            for records in (1, 20)
        },
    }
    print(json.dumps(result) if given.json else table(result))


def measure(sets: int, records: int) -> dict[str, float]:
    """One run: every stage of gateway and engine, in µs of CPU time a set."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make(sets, 7, "none", folder / "box", datetime.now(UTC), records_per_message=records)
        store = made(folder / "store", sandbox=True)
        bring_into_force(store, read_folder(folder / "box" / "registry"), "bench")
        spent = dict.fromkeys((*STAGES, "inbox", "read and load", "facts and decide", "event", "commit"), 0.0)
        door, sink = Door(), StoreSink(store, 1)
        posts: list[tuple[Filing, bytes]] = []
        for paper in sorted((folder / "box" / "filings").iterdir()):
            raw = paper.read_bytes()
            taken = door.take(raw, filing_id=sink.mint(), received_ns=time.time_ns(), token_party=None)
            for stage, ns in zip(STAGES, taken.spent_ns, strict=True):
                spent[stage] += ns / 1e9
            assert taken.filing is not None
            posts.append((taken.filing, raw))
            if len(posts) == GROUP:
                spent["inbox"] += _timed(sink.store, posts)
                posts = []
        spent["inbox"] += _timed(sink.store, posts)
        sink.close()
        _engine(store, spent)
    return {stage: seconds / sets * 1e6 for stage, seconds in spent.items()}


def _engine(store: Any, spent: dict[str, float]) -> None:
    """Drain the engine with clocks around its steps; what no clock covers is reading the inbox and loading.

    The collector is set as in the engine's own process, and back again for the next run's gateway.
    """
    watched = [
        (folding, "_decide", "facts and decide"),
        (folding, "event_fields", "event"),
        (folding, "make_part", "event"),
        (folding, "entry", "event"),
        (loop, "commit", "commit"),
    ]
    originals = [(module, name, getattr(module, name)) for module, name, _ in watched]
    for module, name, stage in watched:
        setattr(module, name, _clocked(getattr(module, name), stage, spent))
    thresholds = gc.get_threshold()
    try:
        with Engine(store) as engine:
            collector.calm()
            whole = _timed(engine.drain)
    finally:
        gc.set_threshold(*thresholds)
        gc.unfreeze()
        for module, name, original in originals:
            setattr(module, name, original)
    spent["read and load"] = whole - spent["facts and decide"] - spent["event"] - spent["commit"]


def _clocked(function: Callable[..., Any], stage: str, spent: dict[str, float]) -> Callable[..., Any]:
    def timed(*arguments: Any, **named: Any) -> Any:
        begun = time.process_time()
        try:
            return function(*arguments, **named)
        finally:
            spent[stage] += time.process_time() - begun

    return timed


def _timed(function: Callable[..., Any], *arguments: Any) -> float:
    begun = time.process_time()
    function(*arguments)
    return time.process_time() - begun


def baseline() -> float:
    """OpenSSL's SM2 verification of a message of 900 bytes through EVP, in µs."""
    private = sm2.generate_key()
    key, message = sm2.public_key(sm2.point_of_private(private)), bytes(900)
    numbers = sm2.decode_signature(sm2.sign(private, message))
    assert numbers is not None
    by_evp = getattr(sm2._route(), "by_evp", None)
    if by_evp is None:
        return float("nan")
    begun = time.process_time()
    for _ in range(BASELINE_MESSAGES):
        assert by_evp(key, message, *numbers, sm2.DEFAULT_ID)
    return round((time.process_time() - begun) / BASELINE_MESSAGES * 1e6, 1)


def summary(runs: list[dict[str, float]]) -> dict[str, dict[str, float]]:
    """Median, least and most of each stage, and of their sum."""
    found = {stage: [run[stage] for run in runs] for stage in runs[0]}
    found["all"] = [sum(run.values()) for run in runs]
    return {
        stage: {"median": round(statistics.median(values)), "least": round(min(values)), "most": round(max(values))}
        for stage, values in found.items()
    }


def table(result: dict[str, Any]) -> str:
    """The figures as text; the last column is the share of an OpenSSL verification."""
    base = result["openssl_sm2_verify_us"]
    lines = [f"{result['sm2_route']}; one SM2 verification by OpenSSL alone: {base} µs"]
    for title, stages in result["stages_us_a_set"].items():
        lines += ["", f"{title:24} {'median':>8} {'least':>8} {'most':>8} {'/ verification':>15}"]
        for stage, figures in stages.items():
            ratio = figures["median"] / base
            lines.append(f"  {stage:22} {figures['median']:8} {figures['least']:8} {figures['most']:8} {ratio:15.2f}")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
