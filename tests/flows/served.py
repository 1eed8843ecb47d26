"""Served houses as processes: a store, its settings file, its ``serve`` and what a test asks of it."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tongguan.cli.house import made
from tongguan.cli.registry import bring_into_force, parties_in_force, read_folder
from tongguan.client import Client
from tongguan.gateway.tokens import Tokens
from tongguan.store.doors import Doors
from tongguan.store.layout import Store
from tongguan.store.reading import Reader

DXP = re.compile(rb"<ceb:dxpId>([^<]+)</ceb:dxpId>")


class Served:
    """One house: its store, its address, a token and a client for every party."""

    def __init__(self, store: Store, port: int) -> None:
        self.store = store
        self.url = f"http://127.0.0.1:{port}"
        self.pid = 0
        doors = Doors(store.doors_path)
        tokens = Tokens(doors)
        self.tokens = {
            party.dxp_id: tokens.issue("filer", party_code=party.code, dxp_id=party.dxp_id)
            for party in parties_in_force(store)
            if party.dxp_id
        }
        self.operator = tokens.issue("operator")
        doors.close()
        self.clients = {dxp_id: Client(self.url, token, dxp_id=dxp_id) for dxp_id, token in self.tokens.items()}

    def get(self, path: str, token: str, accept: str = "application/json") -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}", "Accept": accept}
        return httpx.get(f"{self.url}{path}", headers=headers, trust_env=False, timeout=20)

    def file(self, message: bytes) -> str:
        """File one message as its sender, trying again while the door is being brought up again."""
        until = time.monotonic() + 30
        while True:
            try:
                return self.clients[sender_of(message)].file(message).filing_id
            except Exception as error:
                if getattr(error, "status", 0) in (401, 403, 422) or time.monotonic() > until:
                    raise
                time.sleep(0.1)

    def settle(self) -> None:
        """Wait until everything that was filed is decided."""
        reader = Reader(self.store)
        wait_for(lambda: not any(reader.lag().values()))
        reader.close()

    def guids(self, dxp_id: str) -> list[str]:
        """The receipts that a party gets here, by their guids, in order."""
        return [receipt.guid for receipt, _ in self.clients[dxp_id].receipts()]


def sender_of(message: bytes) -> str:
    return DXP.findall(message)[-1].decode()


def new_house(folder: Path, registry: Path) -> Served:
    """A sandbox store with the registry of a box in force, not served yet."""
    store = made(folder, sandbox=True)
    bring_into_force(store, read_folder(registry), "test")
    return Served(store, free_port())


def settings_file(house: Served, **deployment: object) -> Path:
    """The settings of a house: a sandbox on its port, with this section ``[deployment]``."""
    path = house.store.dir.with_suffix(".toml")
    lines = [f'{key} = {value if isinstance(value, int) else chr(34) + str(value) + chr(34)}'
             for key, value in deployment.items()]  # fmt: skip
    path.write_text(
        f'[store]\ndir = "{house.store.dir}"\n[gateway]\nport = {house.url.rpartition(":")[2]}\n'
        "[sandbox]\nenabled = true\n[deployment]\n" + "\n".join(lines) + "\n",
        encoding="utf-8",
    )
    return path


@contextmanager
def serving(house: Served, config: Path | None = None) -> Iterator[Served]:
    """Serve a house until the block ends; nothing that it logs may be a traceback."""
    log = house.store.dir.with_suffix(".log")
    command = [sys.executable, "-m", "tongguan", *(["--config", str(config)] if config else []), "serve"]
    command += ["--db", str(house.store.dir), "--port", house.url.rpartition(":")[2]]
    with log.open("ab") as out, subprocess.Popen(command, stdout=out, stderr=out) as server:
        house.pid = server.pid
        try:
            wait_for(lambda: _ready(house.url))
            yield house
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(30)
    logged = log.read_bytes()
    assert b"Traceback" not in logged, logged.decode()


def wait_for(done, seconds: float = 60.0) -> None:
    """Ask again and again until it is so."""
    until = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < until, "it did not come to this in time"
        time.sleep(0.05)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz", trust_env=False).status_code == 200
    except httpx.TransportError:
        return False
