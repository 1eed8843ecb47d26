"""A gateway on a port of its own, with everything real but the clearing state, which a test fills by hand."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn

from tests.gateway import papers
from tests.gateway.state import FakeReader
from tongguan.clearance.explain import explain_document
from tongguan.gateway.api import ReadApi, ReadySettings
from tongguan.gateway.app import Gateway, IntakeSettings
from tongguan.gateway.batch import GroupCommit
from tongguan.gateway.door import Door
from tongguan.gateway.metrics import Metrics
from tongguan.gateway.rate import RateLimit
from tongguan.gateway.reading_thread import ReadingThread
from tongguan.gateway.sink import StoreSink
from tongguan.gateway.tokens import Tokens
from tongguan.store.doors import Doors
from tongguan.store.filing import Filing
from tongguan.store.inbox import SqliteInbox
from tongguan.store.layout import Store, init_store
from tongguan.store.raw import read_raw


class House:
    """A running gateway and what a test needs around it."""

    def __init__(self, directory: Path, **options: Any) -> None:
        self.store: Store = init_store(directory, sandbox=True)
        self.reader = FakeReader()
        self.sink = StoreSink(self.store, 1)
        self.sink_used: Any = options.get("wrap", lambda sink: sink)(self.sink)
        self.doors = Doors(self.store.doors_path)
        self.tokens = Tokens(self.doors)
        metrics = Metrics()
        self.commits: list[int] = []

        def on_commit(posts: int, seconds: float) -> None:
            self.commits.append(posts)
            metrics.commit(posts, seconds)

        self.commit = GroupCommit(self.sink_used, on_commit=on_commit, posts_max=options.get("posts_max", 2000))
        rate = RateLimit(options.get("rate", 0), options.get("burst", 1))
        self.reading = ReadingThread(self.store, lambda store: self.reader)  # type: ignore[arg-type, return-value]
        api = ReadApi(
            tokens=self.tokens,
            rate=rate,
            reading=self.reading,
            metrics=metrics,
            story_of=explain_document,
            writable=self.sink.writable,
            has_room=self.commit.has_room,
            settings=ReadySettings(lag_max=10, page_size_max=50),
            sandbox=options.get("sandbox", False),
            looked=options.get("looked", lambda look: None),
            keys=self.store.keys,
        )
        app = Gateway(
            door=options.get("door") or Door(profile_of=lambda dxp: "lenient" if dxp == papers.OTHER_DXP else "strict"),
            commit=self.commit,
            mint=self.sink.mint,
            tokens=self.tokens,
            rate=rate,
            metrics=metrics,
            api=api.asgi,
            answered_out=options.get("answered_out"),
            settings=IntakeSettings(
                body_bytes_max=300_000, unpacked_bytes_max=500_000, body_seconds_max=options.get("seconds", 5.0)
            ),
        )
        listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        config = uvicorn.Config(app, loop="uvloop", http="httptools", log_config=None, lifespan="on")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([listener],), daemon=True)
        self._thread.start()
        until = time.monotonic() + 20
        while not self._server.started and time.monotonic() < until:
            time.sleep(0.01)
        self.filer = self.tokens.issue("filer", party_code=papers.PLATFORM, dxp_id=papers.DXP)
        self.other = self.tokens.issue("filer", party_code="99010000X9", dxp_id=papers.OTHER_DXP)
        self.operator = self.tokens.issue("operator")
        self.auditor = self.tokens.issue("auditor")
        self.officer = self.tokens.issue("officer", office="9901")

    def client(self, token: str | None = None, **headers: str) -> httpx.Client:
        """An HTTP client with a token (the filer's by default, none for '')."""
        text = self.filer if token is None else token
        sent = {"content-type": "application/xml", **({"authorization": f"Bearer {text}"} if text else {}), **headers}
        return httpx.Client(base_url=self.url, headers=sent, timeout=20, trust_env=False)

    def post(self, body: bytes, token: str | None = None, **headers: str) -> httpx.Response:
        """One filing."""
        with self.client(token, **headers) as client:
            return client.post("/dxp", content=body)

    def get(self, path: str, token: str | None = None, **headers: str) -> httpx.Response:
        """One look."""
        with self.client(token, **headers) as client:
            return client.get(path)

    def filings(self) -> list[Filing]:
        """What lies in the inbox."""
        inbox = SqliteInbox(self.store.inbox_path("G01"), self.store.keys, writer=False)
        try:
            items = [row.item for row in inbox.read(0, time.time_ns() + 10**9, 10_000)]
        finally:
            inbox.close()
        assert all(isinstance(item, Filing) for item in items)
        return items  # type: ignore[return-value]

    def raw(self, filing: Filing) -> bytes:
        """The raw bytes of a stored filing."""
        return read_raw(self.store.raw_dir, self.sink.inbox, filing.raw_at, filing.filing_id)

    def close(self) -> None:
        """Stop serving."""
        self._server.should_exit = True
        self._thread.join(20)
        self.reading.close()
        self.sink.close()
        self.doors.close()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One gateway for all tests of a file."""
    running = House(tmp_path_factory.mktemp("gateway") / "store")
    yield running
    running.close()


@pytest.fixture
def new_house(tmp_path: Path) -> Iterator[Callable[..., House]]:
    """A gateway of a test's own, with options."""
    built: list[House] = []

    def make(**options: Any) -> House:
        built.append(House(tmp_path / f"store{len(built)}", **options))
        return built[-1]

    yield make
    for running in built:
        running.close()
