"""The process between a store and its upstream: who may run it, and what it never sends where."""

from __future__ import annotations

from pathlib import Path

import httpx
import msgspec
import pytest

from tests.upstream.conftest import Below
from tests.upstream.samples import order_receipt
from tongguan import config
from tongguan.store.faults import StoreFault
from tongguan.store.layout import init_store
from tongguan.store.upstream.database import UpstreamFile, existing
from tongguan.store.upstream.forwards import Forwards
from tongguan.store.upstream.recorded import Recorded
from tongguan.upstream import worker
from tongguan.upstream.window import HttpWindow
from tongguan.upstream.worker import Exchange


def settings(**deployment: object) -> config.Settings:
    return config.Settings(deployment=config.Deployment(**deployment))  # type: ignore[arg-type]


def test_one_process_talks_for_a_store(below: Below) -> None:
    with Exchange(below.store, settings(role="shadow")), pytest.raises(StoreFault, match="upstream-in-use"):
        Exchange(below.store, settings(role="shadow"))
    Exchange(below.store, settings(role="shadow")).close()


def test_a_round_by_folders_sends_up_and_takes_down(below: Below, tmp_path: Path) -> None:
    chosen = settings(role="relay", upstream=str(tmp_path / "up"), receipts=str(tmp_path / "down"))
    with Exchange(below.store, chosen) as exchange:
        filing_id = below.file("DXPENT9010000001", b"<a/>")
        (tmp_path / "down" / "DXPENT9010000001").mkdir(parents=True)
        (tmp_path / "down" / "DXPENT9010000001" / "r.xml").write_bytes(order_receipt())
        exchange.once()
    assert (tmp_path / "up" / f"{filing_id}.xml").read_bytes() == b"<a/>"
    with existing(below.store) as file:
        assert Forwards(file).counts()["sent"] == 1
        assert Recorded(file).counts() == (1, 1, 0)


@pytest.mark.parametrize(
    ("ours", "body", "fault"),
    [
        (True, {"status": "ok"}, "upstream-is-production"),
        (False, {"status": "ok", "mode": "沙箱 SANDBOX"}, "upstream-is-sandbox"),
        (True, {"hello": "world"}, "upstream-unknown"),
    ],
)
def test_a_sandbox_and_a_real_window_are_never_joined(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ours: bool, body: dict, fault: str
) -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return httpx.Response(200, json=body)

    monkeypatch.setattr(
        worker, "HttpWindow", lambda address: HttpWindow(address, transport=httpx.MockTransport(answer))
    )
    below = Below(tmp_path / "house")
    plate = msgspec.structs.replace(below.store.nameplate, sandbox=ours)
    object.__setattr__(below.store, "nameplate", plate)
    below.file("DXPENT9010000001", b"<a/>")
    with UpstreamFile(below.store) as file:
        file.put_token("*", "tg_x")
    with Exchange(below.store, settings(role="relay", upstream="http://up.example")) as exchange:
        below.file("DXPENT9010000001", b"<b/>")
        with pytest.raises(StoreFault, match=fault):
            exchange.once()
    assert asked == ["/healthz"], "nothing was sent"


def test_an_authority_has_no_upstream(tmp_path: Path) -> None:
    store = init_store(tmp_path / "store", sandbox=True)
    with pytest.raises(StoreFault, match="no-upstream"):
        existing(store)
