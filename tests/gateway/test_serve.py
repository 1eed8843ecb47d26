"""Whole processes: two gateways on one port, kills, restarts, a clean end."""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.gateway import papers
from tongguan.ceb import sm2
from tongguan.config import Gateway, Settings
from tongguan.gateway.serve import serve
from tongguan.gateway.sink import StoreSink
from tongguan.gateway.tokens import Tokens
from tongguan.gateway.worker import gateway_main
from tongguan.store.doors import Doors
from tongguan.store.faults import StoreFault
from tongguan.store.filing import Filing
from tongguan.store.inbox import SqliteInbox
from tongguan.store.layout import Store, init_store, open_store

SPAWN = multiprocessing.get_context("spawn")
SUPERVISOR = Path(__file__).with_name("supervisor.py")
RAW = papers.write(papers.ceb311_message())


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return init_store(tmp_path / "store", sandbox=True)


@pytest.fixture
def token(store: Store) -> str:
    doors = Doors(store.doors_path)
    text = Tokens(doors).issue("filer", party_code=papers.PLATFORM, dxp_id=papers.DXP)
    doors.close()
    return text


@pytest.fixture
def serving(store: Store) -> Iterator[Callable[..., tuple[Any, str]]]:
    """Starts a supervisor in a process of its own; gives it and its address."""
    started: list[Any] = []

    def start(processes: int, *, engine: bool) -> tuple[Any, str]:
        process = subprocess.Popen(
            [sys.executable, str(SUPERVISOR), str(store.dir), str(processes), str(int(engine))],
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        assert process.stdout is not None
        line = process.stdout.readline()
        assert "http://127.0.0.1:" in line and "沙箱 sandbox" in line, line
        return process, next(word for word in line.split() if word.startswith("http://"))

    yield start
    for process in started:
        if process.poll() is None:
            process.terminate()
            process.wait(30)


def until(what: Callable[[], Any], seconds: float = 20.0) -> Any:
    """Whatever ``what`` gives once it gives something; connection errors count as nothing."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if found := what():
                return found
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    raise AssertionError("it did not come")


def post(url: str, token: str) -> httpx.Response:
    headers = {"authorization": f"Bearer {token}", "content-type": "application/xml"}
    return httpx.post(f"{url}/dxp", content=RAW, headers=headers, timeout=20, trust_env=False)


def rows(store: Store) -> dict[str, list[Filing]]:
    found = {}
    for name in store.inbox_names():
        inbox = SqliteInbox(store.inbox_path(name), store.keys, writer=False)
        found[name] = [row.item for row in inbox.read(0, time.time_ns() + 10**10, 10_000)]
        inbox.close()
    return found  # type: ignore[return-value]


def test_two_gateways_share_a_port_and_sum_their_figures_and_end_cleanly(
    serving: Callable[..., tuple[Any, str]], store: Store, token: str
) -> None:
    process, url = serving(2, engine=False)
    until(lambda: {"G01", "G02"} <= set(store.inbox_names()))
    ids: list[str] = []
    until(lambda: ids.append(post(url, token).json()["filingId"]) or {i[:3] for i in ids} == {"G01", "G02"})
    assert len(set(ids)) == len(ids)
    stored = [filing.filing_id for filings in rows(store).values() for filing in filings]
    assert sorted(stored) == sorted(ids)
    line = f'tongguan_posts_total{{answer="202",message_type="CEB311Message"}} {len(ids)}.0'
    until(lambda: line in httpx.get(f"{url}/metrics", trust_env=False).text)
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0
    with pytest.raises(httpx.TransportError):
        post(url, token)


def test_a_dead_gateway_comes_back(serving: Callable[..., tuple[Any, str]], store: Store, token: str) -> None:
    process, url = serving(1, engine=False)
    first = until(lambda: post(url, token).json()["filingId"])
    listed = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    child = next(int(pid) for pid in listed if "spawn_main" in Path(f"/proc/{pid}/cmdline").read_text())
    os.kill(child, signal.SIGKILL)
    second = until(lambda: post(url, token).json()["filingId"])
    assert (first, second) == ("G01-000000000001", "G01-000000000002")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def test_what_was_acknowledged_is_there_after_a_kill(store: Store, token: str) -> None:
    """A kill right after a 202, again and again: every acknowledged filing is in the inbox."""
    acknowledged: list[str] = []
    for _ in range(4):
        port = free_port()
        process = SPAWN.Process(target=gateway_main, args=(store.dir, True, Settings(), 1, "127.0.0.1", port))
        process.start()
        url = f"http://127.0.0.1:{port}"
        until(lambda url=url: httpx.get(f"{url}/healthz", trust_env=False).status_code == 200)
        for _ in range(3):
            answer = post(url, token)
            assert answer.status_code == 202
            acknowledged.append(answer.json()["filingId"])
        process.kill()
        process.join()
    assert [filing.filing_id for filing in rows(store)["G01"]] == acknowledged
    assert len(set(acknowledged)) == 12


def test_one_inbox_has_one_writer(store: Store) -> None:
    first = StoreSink(store, 1)
    with pytest.raises(StoreFault) as fault:
        StoreSink(store, 1)
    assert fault.value.name == "inbox-in-use"
    StoreSink(store, 2).close()
    first.close()
    StoreSink(store, 1).close()


def test_a_port_in_use_is_named_and_nothing_starts(store: Store) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(StoreFault) as fault:
        serve(Settings(), store, port=taken.getsockname()[1])
    assert fault.value.name == "port-in-use"
    assert store.inbox_names() == []


def test_gateway_numbers_stay_in_their_range(store: Store) -> None:
    with pytest.raises(StoreFault) as fault:
        serve(Settings(gateway=Gateway(number=99)), store, port=0, processes=2)
    assert fault.value.name == "gateway-number"


def test_a_way_of_sm2_that_is_not_there_is_named_and_nothing_starts(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def absent() -> None:
        raise sm2.Sm2Error("no libcrypto")

    monkeypatch.setattr(sm2, "self_test", absent)
    with pytest.raises(StoreFault, match="no libcrypto") as fault:
        serve(Settings(), store, port=0)
    assert fault.value.name == "sm2-route"
    assert store.inbox_names() == []


@pytest.mark.parametrize(("wanted", "way"), [("evp", "libcrypto EVP"), ("precomputed", "libcrypto tables, EVP")])
def test_the_setting_chooses_the_way_of_sm2(store: Store, wanted: sm2.Wanted, way: str) -> None:
    settings = Settings(gateway=Gateway(port=0, sm2_route=wanted))
    stop = threading.Event()
    stop.set()
    try:
        serve(settings, store, with_engine=False, stop=stop)
        assert sm2.route().startswith(way)
    finally:
        sm2.use("auto")


def test_sandbox_and_production_stores_stay_apart(store: Store, tmp_path: Path) -> None:
    with pytest.raises(StoreFault, match="store-is-sandbox"):
        open_store(store.dir, sandbox=False)
    real = init_store(tmp_path / "real", sandbox=False)
    with pytest.raises(StoreFault, match="store-is-production"):
        gateway_main(real.dir, True, Settings(), 1, "127.0.0.1", 0)


def test_the_end_is_clean_with_the_engine_and_many_signals(serving: Callable[..., tuple[Any, str]]) -> None:
    """A signal that comes in the middle of a wait, and comes twice, hangs nothing."""
    process, url = serving(1, engine=True)
    assert until(lambda: httpx.get(f"{url}/readyz", trust_env=False).status_code == 200)
    for _ in range(3):
        process.send_signal(signal.SIGTERM)
        time.sleep(0.01)
    started = time.monotonic()
    assert process.wait(30) == 0
    assert time.monotonic() - started < 10
