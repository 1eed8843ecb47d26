"""Scenarios as an integrator meets them: signed messages through the door of the commands, decided, replayed."""

from __future__ import annotations

import csv
import shutil
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from tests.cli.conftest import Run, run  # noqa: F401 — a fixture
from tongguan.sandbox.authority import authority
from tongguan.sandbox.bench import Bench
from tongguan.sandbox.companies import COMPANIES, DECLARANTS
from tongguan.sandbox.documents import KINDS
from tongguan.sandbox.registry_folder import registry_folder
from tongguan.sandbox.scenarios import scenarios
from tongguan.sandbox.step import ALL_RELEASED, step
from tongguan.sandbox.wire import wire


@pytest.fixture
def world(tmp_path: Path) -> Path:
    """One signed set for each scenario, and one whose scenario does not exist."""
    start = datetime.now(UTC)
    bench, held = Bench(5, start), authority(COMPANIES, DECLARANTS[0], start)
    for name, content in registry_folder(held, start).items():
        path = tmp_path / "world" / "registry" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    filings = tmp_path / "world" / "filings"
    filings.mkdir()
    number = 0
    for note in (*(one.note for one in scenarios()), "SCENARIO:nothing-of-ours"):
        filed = bench.own()
        for kind in KINDS:
            number += 1
            one = step(kind, [filed], [ALL_RELEASED[kind]])
            if kind == "inventory":
                head = msgspec.structs.replace(one.records[0].InventoryHead, note=note)
                one = msgspec.structs.replace(
                    one, records=(msgspec.structs.replace(one.records[0], InventoryHead=head),)
                )
            (filings / f"{number:04d}.xml").write_bytes(wire(one, 5, number, held))
    return tmp_path / "world"


def test_every_scenario_ends_as_its_table_says_and_replays(run: Run, world: Path, tmp_path: Path) -> None:  # noqa: F811
    run("clear", world, "--db", tmp_path / "store", "--out", tmp_path / "out")
    with (tmp_path / "out" / "decisions.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["status"] for row in rows[:-1]] == [one.statuses[-1] for one in scenarios()]
    assert rows[-1]["status"] == "-621001"
    said = "".join(path.read_text(encoding="utf-8") for path in (tmp_path / "out").rglob("*.xml"))
    assert "[X01;" in said
    assert said.count("<returnInfo>") == said.count("[沙箱/SANDBOX]</returnInfo>") > 0
    run("replay", "--db", tmp_path / "store", "--verify")


def test_production_takes_no_certificate_of_a_sandbox(run: Run, world: Path, tmp_path: Path) -> None:  # noqa: F811
    run("init", tmp_path / "zone")
    refused = run("registry", "import", world / "registry", "--db", tmp_path / "zone", code=2)
    assert "sandbox-certificate" in " ".join(refused.stderr.split())
    assert "root" in refused.stderr
    shutil.rmtree(tmp_path / "zone")
    run("init", tmp_path / "zone", "--sandbox")
    run("registry", "import", world / "registry", "--db", tmp_path / "zone")
