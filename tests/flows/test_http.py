"""Whole cases over HTTP: file with the client, poll receipts, ask why; with processes killed in the middle."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from tests.cli.test_clear import PERSON
from tongguan.cli import truth
from tongguan.cli.clearing import Run
from tongguan.cli.house import made
from tongguan.cli.registry import bring_into_force, parties_in_force, read_folder
from tongguan.client import Client
from tongguan.engine.replay import replay
from tongguan.gateway.tokens import Tokens
from tongguan.sandbox.make import make
from tongguan.store.doors import Doors
from tongguan.store.layout import Store
from tongguan.store.listing import Listing
from tongguan.store.reading import Reader

DXP = re.compile(rb"<ceb:dxpId>([^<]+)</ceb:dxpId>")


class House:
    """A served store, its papers and a client for every party."""

    def __init__(self, store: Store, box: Path, url: str, pid: int) -> None:
        self.store, self.box, self.url, self.pid = store, box, url, pid
        doors = Doors(store.doors_path)
        tokens = Tokens(doors)
        self.tokens = {
            party.dxp_id: tokens.issue("filer", party_code=party.code, dxp_id=party.dxp_id)
            for party in parties_in_force(store)
            if party.dxp_id
        }
        self.clients = {dxp_id: Client(url, token, dxp_id=dxp_id) for dxp_id, token in self.tokens.items()}
        doors.close()

    def papers(self) -> list[Path]:
        return sorted((self.box / "filings").iterdir())

    def file(self, paper: Path) -> str:
        """File one paper as its sender, trying again while the door is being brought up again."""
        message = paper.read_bytes()
        client = self.clients[DXP.findall(message)[-1].decode()]
        until = time.monotonic() + 30
        while True:
            try:
                return client.file(message).filing_id
            except Exception as error:
                if getattr(error, "status", 0) in (401, 403, 422) or time.monotonic() > until:
                    raise
                time.sleep(0.1)

    def engine(self) -> int:
        """The process that holds the engine's lock, once there is one."""
        until = time.monotonic() + 30
        while time.monotonic() < until:
            holder = self.store.lock_path.read_text().strip()
            if holder and int(holder) in self.children():
                return int(holder)
            time.sleep(0.05)
        raise AssertionError("no engine")

    def gateway(self) -> int:
        """One of the gateways."""
        engine = self.engine()
        return next(
            pid
            for pid in self.children()
            if pid != engine and b"resource_tracker" not in Path(f"/proc/{pid}/cmdline").read_bytes()
        )

    def children(self) -> list[int]:
        return [int(pid) for pid in Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()]

    def settle(self) -> None:
        reader, until = Reader(self.store), time.monotonic() + 60
        while any(reader.lag().values()):
            assert time.monotonic() < until, reader.lag()
            time.sleep(0.05)
        reader.close()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    make(12, 5, "M04-amount,M01-never,repeats,D01-paid", tmp_path / "box", datetime.now(UTC))
    store = made(tmp_path / "store", sandbox=True)
    bring_into_force(store, read_folder(tmp_path / "box" / "registry"), "test")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "tongguan",
        "serve",
        "--db",
        str(store.dir),
        "--port",
        str(port),
        "--processes",
        "2",
    ]
    with (tmp_path / "serve.log").open("wb") as log, subprocess.Popen(command, stdout=log, stderr=log) as server:
        try:
            url = f"http://127.0.0.1:{port}"
            _wait_ready(url)
            yield House(store, tmp_path / "box", url, server.pid)
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(30)
    logged = (tmp_path / "serve.log").read_bytes()
    assert b"Traceback" not in logged
    persons = {
        value for file in (tmp_path / "box" / "filings").iterdir() for _, value in PERSON.findall(file.read_bytes())
    }
    assert persons
    assert [person.decode() for person in persons if person in logged] == []


def _wait_ready(url: str) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        try:
            if httpx.get(f"{url}/readyz", trust_env=False).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise AssertionError("not ready")


def _truth(house: House, filed: dict[str, str]) -> list[truth.Verdict]:
    run = Run(files=filed)
    return [one for one in truth.compare(house.box / "truth.csv", house.store, run) if not one.agrees]


def test_a_set_is_filed_answered_released_and_explained(house: House) -> None:
    papers = house.papers()[:4]
    for paper in papers:
        house.file(paper)
    inventory = papers[3].read_bytes()
    client = house.clients[DXP.findall(inventory)[-1].decode()]
    statuses = []
    for receipt, _ in client.poll(seconds=0.1):
        statuses.append(receipt.return_status)
        if receipt.return_status in ("800", "300", "500"):
            break
    assert statuses[:3] == ["2", "3", "120"]
    assert statuses[3:] in (["399", "800"], ["300"], ["500"])
    order = re.search(rb"<ceb:orderNo>([^<]+)<", inventory)
    platform = re.search(rb"<ceb:ebpCode>([^<]+)<", inventory)
    buyer = re.search(rb"<ceb:buyerIdNumber>([^<]+)<", papers[1].read_bytes() + papers[0].read_bytes())
    assert order is not None
    assert platform is not None
    assert buyer is not None
    told = client.explain(platform[1].decode(), order[1].decode())
    assert {one["kind"] for one in told["documents"]} >= {"inventory"}
    stranger = next(one for dxp, one in house.clients.items() if dxp.startswith("DXPENT903"))
    seen = json.dumps(stranger.explain(platform[1].decode(), order[1].decode()), ensure_ascii=False)
    assert "consigneeTelephone" not in seen or "***" in seen


def test_everything_is_decided_once_though_engine_and_gateways_are_killed(house: House) -> None:
    filed: dict[str, str] = {}
    for number, paper in enumerate(house.papers()):
        if number in (9, 30):
            os.kill(house.engine(), signal.SIGKILL)
        if number == 20:
            os.kill(house.gateway(), signal.SIGKILL)
        filed[paper.name] = house.file(paper)
    house.settle()
    assert _truth(house, filed) == []
    listing = Listing(house.store)
    inventories = [document.key for document in listing.documents("inventory")]
    listing.close()
    assert len(set(inventories)) == len(inventories)
    assert replay(house.store).same


def test_the_bytes_posted_by_hand_twice_are_answered_alike_and_decided_once(house: House) -> None:
    paper = house.papers()[0].read_bytes()
    token = house.tokens[DXP.findall(paper)[-1].decode()]
    head = {"Authorization": f"Bearer {token}", "Content-Type": "application/xml"}
    answers = [httpx.post(f"{house.url}/dxp", content=paper, headers=head, trust_env=False) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [202, 202]
    house.settle()
    listing = Listing(house.store)
    assert len(list(listing.documents("order"))) == 1
    listing.close()
    refused = httpx.post(f"{house.url}/dxp", content=b"no message", headers=head, trust_env=False)
    assert refused.status_code == 422
    assert b"CEB900" in refused.content


def test_receipts_of_another_party_and_wrong_tokens_are_refused(house: House) -> None:
    one, other = list(house.clients)[:2]
    answer = httpx.get(
        f"{house.url}/dxp/{other}/receipts", headers={"Authorization": "Bearer nonsense"}, trust_env=False
    )
    assert answer.status_code == 401
    assert "text_zh" in answer.text
    with pytest.raises(Exception, match="403"):
        house.clients[one]._dxp_id = other
        house.clients[one].page()
