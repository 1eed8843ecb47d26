"""The payment pull both ways over HTTP: customs as served, a platform beside it, and the commands of the operator."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from typer.testing import CliRunner, Result

from tongguan.cli.app import app
from tongguan.engine.replay import replay
from tongguan.sandbox.companies import PLATFORMS
from tongguan.sandbox.make import make
from tongguan.sandbox.platform.failures import FAILURES, Failure
from tongguan.sandbox.platform.ledger import Ledger
from tongguan.sandbox.platform.server import Platform
from tongguan.sandbox.ukey.card import Card, throwaway
from tongguan.store.layout import open_store
from tongguan.store.pulls import Pulls

PLATFORM = PLATFORMS[0]
UPLOAD = "/ceb2grab/grab/realTimeDataUpload"


def run(*arguments: object, code: int | None = 0) -> Result:
    result = CliRunner(env={"TONGGUAN_LANG": "en"}).invoke(app, [str(one) for one in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert code is None or result.exit_code == code, (result.exit_code, result.stdout, result.stderr)
    return result


class World:
    """A cleared world with keys, and customs served over it."""

    def __init__(self, folder: Path) -> None:
        self.box, self.db = folder / "box", folder / "store"
        make(60, 3, "none", self.box, datetime.now(UTC), records_per_message=1, keys=True)
        run("init", self.db, "--sandbox")
        run("registry", "import", self.box / "registry", "--db", self.db)
        run("clear", self.box, "--db", self.db, "--out", folder / "out")
        text = b"".join(path.read_bytes() for path in sorted((self.box / "filings").glob("*-order-*.xml")))
        pairs = re.findall(rb"<ceb:orderNo>([^<]+)</ceb:orderNo>\s*<ceb:ebpCode>(\d+)</ceb:ebpCode>", text)
        self.orders = iter([order.decode() for order, ebp in pairs if ebp.decode() == PLATFORM.code])
        self.card = Card(
            (self.box / "keys" / f"{PLATFORM.dxp_id}.pem").read_bytes(),
            (self.box / "registry" / "certificates" / f"{PLATFORM.dxp_id}-sm2.pem").read_bytes(),
        )
        self.url = ""

    def platform(self, failure: str, said: list[dict[str, Any]] | None = None) -> Platform:
        stranger, say = throwaway("SM2", datetime.now(UTC)), [].append if said is None else said.append
        return Platform(Ledger(self.box / "filings"), self.card, stranger, self.url, failure, say=say)

    def pull(self, *arguments: object, code: int | None = 0) -> Any:
        return json.loads(run("pull", *arguments, "--db", self.db, "--json", code=code).stdout)

    def listed(self) -> dict[str, Any]:
        return {one["order_no"]: one for one in self.pull("list")["pulls"] if one["purpose"] == "pull"}

    def addresses(self) -> dict[str, str]:
        return {one["url"]: one["state"] for one in self.pull("list")["addresses"]}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made = World(tmp_path_factory.mktemp("pull"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "tongguan", "serve", "--db", str(made.db), "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        assert process.stdout.readline()
        made.url = f"http://127.0.0.1:{port}"
        yield made
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)
    report = replay(open_store(made.db, sandbox=True))
    assert report.differences == ()


@contextmanager
def served(platform: Platform) -> Iterator[str]:
    """The platform on a free port; gives its address."""
    server = uvicorn.Server(uvicorn.Config(platform, lifespan="off", ws="none", log_config=None))
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{bound.getsockname()[1]}/platDataOpen"
        finally:
            server.should_exit = True
            thread.join(timeout=20)


@pytest.fixture
def ready(world: World) -> Iterator[World]:
    """No address is on at first."""
    for row in (pulls := Pulls(world.db / "pulls.db")).addresses():
        pulls.set_state(row.ebp_code, row.url, "off")
    pulls.close()
    yield world


def registered(world: World, url: str) -> None:
    run("pull", "register", PLATFORM.code, url, "--db", world.db)
    (passed,) = world.pull("test", PLATFORM.code, "--url", url, "--wait", 20)
    assert passed["passed"], passed


def switched_on(world: World, url: str) -> None:
    """Let an address pass for one that was tested."""
    pulls = Pulls(world.db / "pulls.db")
    pulls.register(PLATFORM.code, url, "test", "2026-01-01T00:00:00.000Z")
    pulls.set_state(PLATFORM.code, url, "on")
    pulls.close()


def test_an_address_is_used_once_it_has_passed_its_test(ready: World) -> None:
    order = next(ready.orders)
    with served(ready.platform("")) as url:
        run("pull", "register", PLATFORM.code, url, "--db", ready.db)
        assert "no address that is on" in run("pull", "run", PLATFORM.code, order, "--db", ready.db, code=2).stderr
        registered(ready, url)
        assert ready.addresses()[url] == "on"
        told = ready.pull("run", PLATFORM.code, order, "--wait", 20)
    assert (told["state"], told["rules"]) == ("passed", [])
    assert ready.listed()[order]["result"] == "passed"


@pytest.mark.parametrize("failure", FAILURES, ids=lambda one: one.name)
def test_each_way_to_fail_is_found_by_its_rule(ready: World, failure: Failure) -> None:
    order, said = next(ready.orders), []
    with served(ready.platform(failure.name, said)) as url:
        switched_on(ready, url)
        told = ready.pull("run", PLATFORM.code, order, "--wait", 1 if failure.rule == "PP15" else 20, code=None)
    listed = ready.listed()[order]
    answers = [one["answer"] for one in said if "uploaded" in one]
    assert [json.loads(one)["code"] for one in answers] == ([failure.code] if failure.code else [])
    if failure.rule == "PP15":  # the pull stays open: it fails when its time is over
        assert told["state"] == "open" and listed["state"] == "asked"
    elif failure.passes:
        assert told["state"] == "passed" and listed["told"] == "10000"
    else:
        assert (told["state"], told["rules"]) == ("failed", [failure.rule])
        assert listed["rules"] == [failure.rule]


@pytest.mark.parametrize("failure", ["error", "silent", "signature", "order"])
def test_an_address_that_fails_its_test_is_not_used(ready: World, failure: str) -> None:
    with served(ready.platform(failure)) as url:
        run("pull", "register", PLATFORM.code, url, "--db", ready.db)
        (told,) = ready.pull("test", PLATFORM.code, "--url", url, "--wait", 1, code=1)
    assert not told["passed"]
    assert ready.addresses()[url] == "failed"


def test_the_next_address_is_asked_when_the_first_is_down(ready: World) -> None:
    switched_on(ready, "http://127.0.0.1:1/platDataOpen")
    with served(ready.platform("")) as second:
        switched_on(ready, second)
        assert ready.pull("run", PLATFORM.code, next(ready.orders), "--wait", 20)["state"] == "passed"


def test_a_platform_that_is_not_there_fails_the_pull_at_once(ready: World) -> None:
    switched_on(ready, "http://127.0.0.1:1/platDataOpen")
    refused = run("pull", "run", PLATFORM.code, next(ready.orders), "--db", ready.db, code=1)
    assert "PP14" in refused.stderr and "ConnectError" in refused.stderr


def test_what_cannot_be_asked_for_is_refused_by_a_sentence(ready: World) -> None:
    db = ready.db
    assert "not an http" in run("pull", "register", PLATFORM.code, "ftp://x", "--db", db, code=2).stderr
    assert "not a registered platform" in run("pull", "register", "9900999999", "http://x", "--db", db, code=2).stderr
    assert "never registered" in run("pull", "register", PLATFORM.code, "http://x", "--off", "--db", db, code=2).stderr
    assert "no address to test" in run("pull", "test", "9900999999", "--db", db, code=2).stderr
    switched_on(ready, "http://127.0.0.1:1/platDataOpen")
    refused = run("pull", "run", PLATFORM.code, "NO-SUCH-ORDER", "--db", db, code=2)
    assert "cannot be pulled" in refused.stderr


def test_the_door_answers_in_the_announced_form_whatever_comes(world: World) -> None:
    url = world.url + UPLOAD
    got = httpx.get(url, trust_env=False)
    assert (got.status_code, got.json()["code"]) == (405, "20001")
    empty = httpx.post(url, trust_env=False)
    assert (empty.status_code, empty.json()["code"]) == (200, "20001")
    unknown = httpx.post(url, data={"payExInfoStr": "{}"}, trust_env=False)
    assert (unknown.status_code, unknown.json()["code"]) == (200, "20001")
    large = httpx.post(url, content=b"payExInfoStr=" + b"x" * (5 << 20), trust_env=False)
    assert (large.status_code, large.json()["code"]) == (413, "20001")
    for one in (got, empty, unknown, large):
        assert list(one.json()) == ["code", "message", "total", "serviceTime"]
        assert abs(one.json()["serviceTime"] / 1000 - time.time()) < 60


def test_the_platform_is_a_command_of_its_own(ready: World) -> None:
    """The same as a process: it tells what it was asked and what its upload was answered."""
    key = ready.box / "keys" / f"{PLATFORM.dxp_id}.pem"
    certificate = ready.box / "registry" / "certificates" / f"{PLATFORM.dxp_id}-sm2.pem"
    command = [
        sys.executable, "-m", "tongguan", "sandbox", "platform", "--filings", str(ready.box / "filings"),
        "--to", ready.url, "--key", str(key), "--certificate", str(certificate),
        "--port", "0", "--json",
    ]  # fmt: skip
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        url = json.loads(process.stdout.readline())["url"]
        registered(ready, url)
        order = next(ready.orders)
        assert ready.pull("run", PLATFORM.code, order, "--wait", 20)["state"] == "passed"
        said = [json.loads(process.stdout.readline()) for _ in range(4)]
        assert {"asked": order, "session": said[2]["session"]} in said
        assert any(one.get("uploaded") == order and '"code":"10000"' in one["answer"] for one in said)
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0


def test_every_failure_of_the_platform_is_listed_with_its_rule() -> None:
    listed = json.loads(run("sandbox", "platform", "--filings", ".", "--to", "x", "--fail", "list", "--json").stdout)
    assert {one["name"] for one in listed} == {one.name for one in FAILURES}
    assert "no failure" in run("sandbox", "platform", "--filings", ".", "--to", "x", "--fail", "sulking", code=2).stderr
