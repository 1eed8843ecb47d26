"""A shadow beside a house of ours that goes by another law: each disagreement is found, and named by its rule."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from tests.cli.conftest import Run, run  # noqa: F401
from tests.flows.served import new_house, serving, settings_file
from tongguan.cli import clearing, outcome, truth
from tongguan.cli.house import give, work_off
from tongguan.cli.papers import papers
from tongguan.cli.registry import bring_into_force, read_folder
from tongguan.law.snapshot import pack, package_tables
from tongguan.law.source import Table
from tongguan.sandbox.make import make
from tongguan.store.layout import Store, init_store

FAULTS = "M04-amount,M09-buyer,D01-paid,M01-never"


def law_with(table: str, row_id: str, **cells: str) -> bytes:
    """The package's law with other cells in one row."""
    tables = package_tables()
    found = tables[table]
    assert row_id in {row[found.header.index("id")] for row in found.rows}
    rows = tuple(
        tuple(cells.get(column, cell) for column, cell in zip(found.header, row, strict=True))
        if row[found.header.index("id")] == row_id
        else row
        for row in found.rows
    )
    return pack(tables.with_table(table, Table(found.header, rows)))


def cleared(folder: Path, box: Path, law: bytes | None = None) -> Store:
    """A store that has decided all papers of a box, its receipts written beside it."""
    store = init_store(folder, sandbox=True)
    give(store, "law", actor="init", snapshot=law or pack(package_tables()))
    work_off(store)
    bring_into_force(store, read_folder(box / "registry"), "test")
    done = clearing.clear(store, papers([box / "filings"], bytes_max=32 << 20))
    rows = list(outcome.lines(store, done))
    outcome.write_out(folder / "out", store, done, rows, outcome.summarise(rows, done))
    wrong = [one for one in truth.compare(box / "truth.csv", store, done) if not one.agrees]
    assert law is not None or wrong == []
    return store


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("shadow") / "box"
    make(8, 21, FAULTS, path, datetime.now(UTC))
    return path


@pytest.fixture(scope="module")
def shadow(box: Path) -> Iterator[Store]:
    yield cleared(box.parent / "shadow", box)


def report(run: Run, shadow: Store, above: Store, tmp_path: Path) -> dict:  # noqa: F811
    """What ``shadow report`` finds after the receipts of the house above were brought by hand."""
    config = tmp_path / "shadow.toml"
    config.write_text('[sandbox]\nenabled = true\n[deployment]\nrole = "shadow"\n', encoding="utf-8")
    shadow.upstream_path.unlink(missing_ok=True)
    for folder in sorted((above.dir / "out" / "receipts").iterdir()):
        told = run("--config", config, "upstream", "receive", folder, "--dxp", folder.name, "--db", shadow.dir,
                   "--json")  # fmt: skip
        assert json.loads(told.stdout)["problems"] == []
    found = run("--config", config, "shadow", "report", "--db", shadow.dir, "--json")
    again = run("--config", config, "shadow", "report", "--db", shadow.dir, "--json")
    assert again.stdout == found.stdout
    return json.loads(found.stdout)


def test_two_houses_with_one_law_agree_in_everything(run, shadow, box, tmp_path) -> None:  # noqa: F811
    found = report(run, shadow, cleared(tmp_path / "above", box), tmp_path)
    assert found["disagreements"] == []
    (day,) = found["days"]
    assert day["agreement"] == "100.00"
    assert day["compared"] >= 8 * 4
    assert run("--config", tmp_path / "shadow.toml", "shadow", "report", "--db", shadow.dir).stdout.count("100.00") == 1


def test_a_lower_limit_above_shows_as_acceptances_that_they_reject(run, shadow, box, tmp_path) -> None:  # noqa: F811
    above = cleared(tmp_path / "above", box, law_with("limits", "L04", amount="1"))
    found = report(run, shadow, above, tmp_path)
    outcomes = [one for one in found["disagreements"] if one["verdict"] == "outcome"]
    assert outcomes and {one["message_type"] for one in outcomes} == {"CEB622Message"}
    assert all(one["theirs"]["codes"] == ["1313"] and one["theirs"]["rules"] == ["T05"] for one in outcomes)
    assert all(one["ours"]["stand"] == "yes" for one in outcomes)
    (figure,) = [one for one in found["rules"] if one["rule"] == "T05"]
    assert (figure["oursOnly"], figure["theirsOnly"]) == (0, len(outcomes))
    (day,) = found["days"]
    assert day["disagreed"] == len(found["disagreements"]) >= len(outcomes)
    assert float(day["agreement"]) < 100
    table = run("--config", tmp_path / "shadow.toml", "shadow", "report", "--db", shadow.dir).stdout
    assert "T05" in table and "outcome" in table


def test_days_outside_the_range_are_left_out(run, shadow, box, tmp_path) -> None:  # noqa: F811
    report(run, shadow, cleared(tmp_path / "above", box), tmp_path)
    config = tmp_path / "shadow.toml"
    days = ("--from", "2020-01-01", "--to", "2020-01-31")
    found = run("--config", config, "shadow", "report", *days, "--db", shadow.dir, "--json")
    assert json.loads(found.stdout)["days"] == []


def test_a_served_shadow_takes_copies_and_tells_a_filer_nothing(tmp_path: Path, box: Path) -> None:
    house = new_house(tmp_path / "served", box / "registry")
    config = settings_file(house, role="shadow", poll_seconds=1)
    paper = sorted((box / "filings").iterdir())[0].read_bytes()
    with serving(house, config):
        filing_id = house.file(paper)
        house.settle()
        (dxp_id,) = [dxp for dxp in house.clients if f">{dxp}<".encode() in paper]
        token = house.tokens[dxp_id]
        for path in (f"/dxp/{dxp_id}/receipts", f"/filings/{filing_id}", "/cases?ebpCode=1&orderNo=1",
                     f"/dxp/{dxp_id}/copies", f"/regional/receipts?dxpId={dxp_id}"):  # fmt: skip
            refused = house.get(path, token)
            assert (path, refused.status_code, refused.json()["problems"][0]["rule_id"]) == (path, 403, "A23")
        assert house.get(f"/filings/{filing_id}", house.operator).json()["state"] == "decided"
        assert httpx.get(f"{house.url}/healthz", trust_env=False).json()["role"] == "shadow"
    assert "角色 role: shadow" in house.store.dir.with_suffix(".log").read_text()
