"""A sandbox at the pace of production, served for real: what is decided at once is told little by little."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.cli.conftest import Run, run  # noqa: F401 — a fixture
from tongguan.cli.house import made
from tongguan.cli.registry import bring_into_force, read_folder, token_for
from tongguan.client import Client
from tongguan.sandbox.make import make
from tongguan.store.layout import Store
from tongguan.store.reading import Reader

DXP = re.compile(rb"<ceb:dxpId>([^<]+)</ceb:dxpId>")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    make(1, 5, "none", tmp_path / "box", datetime.now(UTC))
    store = made(tmp_path / "store", sandbox=True)
    bring_into_force(store, read_folder(tmp_path / "box" / "registry"), "test")
    return store


@pytest.fixture
def url(store: Store) -> Iterator[str]:
    """Two gateways at a realistic pace, and the engine."""
    command = [sys.executable, "-m", "tongguan", "serve", "--db", str(store.dir), "--port", "0"]
    options = ["--processes", "2", "--pace", "realistic"]
    with subprocess.Popen([*command, *options], stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            greeting = server.stdout.readline()
            assert "realistic pace" in greeting
            yield next(word for word in greeting.split() if word.startswith("http://"))
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(30)


def settle(reader: Reader) -> None:
    """Wait until everything filed is decided."""
    until = time.monotonic() + 30
    while any(reader.lag().values()):
        assert time.monotonic() < until, reader.lag()
        time.sleep(0.05)


def test_a_client_is_told_little_by_little_what_was_decided_at_once(store: Store, url: str, tmp_path: Path) -> None:
    for paper in sorted((tmp_path / "box" / "filings").iterdir()):
        message = paper.read_bytes()
        dxp_id = DXP.findall(message)[-1].decode()
        client = Client(url, token_for(store, dxp_id), dxp_id=dxp_id)
        client.file(message)
    reader = Reader(store)
    settle(reader)
    decided = {one.receipt.status for one in reader.receipts(dxp_id)[0]}
    reader.close()
    assert decided > {"2", "3", "120"}, "the inventory, which comes last, is decided, and its receipts are there"
    first, cursor = next(client.poll(seconds=0.2))
    assert first.return_status in ("2", "3"), "the quick ones come first, within six seconds"
    told = {one.return_status for one, _ in client.receipts(after=cursor)}
    assert told.isdisjoint({"300", "399", "500", "800"}), "these take most of a minute at least"
    client.close()


def test_production_has_no_pace(run: Run, tmp_path: Path) -> None:  # noqa: F811
    run("init", tmp_path / "real")
    refused = run("serve", "--db", tmp_path / "real", "--port", 0, "--pace", "realistic", code=2)
    assert "pace-in-production" in refused.stderr
    assert not (tmp_path / "real" / "inbox" / "G01.db").exists(), "nothing was started"
    assert "instant" in run("serve", "--db", tmp_path / "real", "--pace", "slow", code=2).stderr
