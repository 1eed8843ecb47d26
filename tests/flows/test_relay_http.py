"""A relay below a second house of ours, over HTTP: everything goes up once, everything comes down once."""

from __future__ import annotations

import hashlib
import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from tests.flows.served import Served, new_house, sender_of, serving, settings_file, wait_for
from tongguan.sandbox.make import make
from tongguan.store.database import open_reader
from tongguan.store.filing import Filing
from tongguan.store.inbox import SqliteInbox
from tongguan.store.upstream.database import UpstreamFile
from tongguan.store.upstream.forwards import Forwards
from tongguan.upstream.reporting import shadow_report

KILLED_AT = (5, 13)


class Pair:
    """A relay and the house above it, with papers to file."""

    def __init__(self, relay: Served, above: Served, box: Path) -> None:
        self.relay, self.above = relay, above
        self.papers = [path.read_bytes() for path in sorted((box / "filings").iterdir())]

    def forwarder(self) -> int:
        """The process that talks with the upstream, once there is one."""
        lock = self.relay.store.dir / "upstream.lock"
        found: list[int] = []

        def there() -> bool:
            text = lock.read_text().strip() if lock.exists() else ""
            children = Path(f"/proc/{self.relay.pid}/task/{self.relay.pid}/children").read_text().split()
            found[:] = [int(text)] if text in children else []
            return bool(found)

        wait_for(there)
        return found[0]

    def forwards(self) -> dict[str, int]:
        with UpstreamFile(self.relay.store) as file:
            return Forwards(file).counts()

    def arrived(self) -> Counter[bytes]:
        """What the house above was sent, by the digest of its bytes."""
        inbox = SqliteInbox(self.above.store.inbox_path("G01"), self.above.store.keys, writer=False)
        rows = inbox.read(0, time.time_ns() + 10**9, 100_000)
        inbox.close()
        assert all(isinstance(row.item, Filing) for row in rows)
        return Counter(row.item.raw_digest for row in rows)  # type: ignore[union-attr]

    def everything_is_down(self) -> bool:
        """Whether each party has at the relay what it has above."""
        return all(self.relay.guids(dxp) == self.above.guids(dxp) for dxp in self.above.clients)


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    tmp_path = tmp_path_factory.mktemp("relay")
    box = tmp_path / "box"
    make(6, 7, "M04-amount,M01-never,D01-paid", box, datetime.now(UTC))
    above = new_house(tmp_path / "above", box / "registry")
    relay = new_house(tmp_path / "relay", box / "registry")
    with UpstreamFile(relay.store) as file:
        for dxp_id, token in above.tokens.items():
            file.put_token(dxp_id, token)
    config = settings_file(relay, role="relay", upstream=above.url, poll_seconds=1)
    with ExitStack() as houses:
        houses.enter_context(serving(above))
        houses.enter_context(serving(relay, config))
        yield Pair(relay, above, box)


def test_all_goes_up_and_all_comes_down_though_the_forwarder_is_killed(pair: Pair) -> None:
    for number, paper in enumerate(pair.papers):
        pair.relay.file(paper)
        if number in KILLED_AT:
            os.kill(pair.forwarder(), signal.SIGKILL)
    wait_for(lambda: pair.forwards() == {"waiting": 0, "sending": 0, "sent": len(pair.papers), "refused": 0})
    pair.above.settle()
    wanted = Counter(hashlib.sha256(paper).digest() for paper in pair.papers)
    arrived = pair.arrived()
    assert wanted - arrived == Counter(), "lost on the way"
    assert sum((arrived - wanted).values()) <= len(KILLED_AT), "sent again without need"
    wait_for(pair.everything_is_down)
    found = [guid for dxp_id in pair.above.clients for guid in pair.above.guids(dxp_id)]
    assert len(found) > len(pair.papers)


def test_the_relay_hands_the_upstreams_messages_on_as_they_are_and_says_whose_they_are(pair: Pair) -> None:
    wait_for(pair.everything_is_down)
    dxp_id = sender_of(pair.papers[0])
    query = f"/dxp/{dxp_id}/receipts?limit=1000"
    above = pair.above.get(query, pair.above.tokens[dxp_id], "application/xml").content
    relayed = pair.relay.get(query, pair.relay.tokens[dxp_id], "application/xml").content
    assert b'upstream="127.0.0.1:' in relayed.partition(b"<CEB312Message")[0]
    assert b"upstream=" not in above.partition(b"<CEB312Message")[0]
    assert returns_in(relayed) == returns_in(above) != []
    told = pair.relay.get(query, pair.relay.tokens[dxp_id]).json()["receipts"]
    assert {one["upstream"] for one in told} == {pair.above.url.removeprefix("http://")}


def returns_in(page: bytes) -> list[bytes]:
    """The receipts of a page, byte for byte."""
    parts = page.split(b"<OrderReturn>")[1:]
    return [part.partition(b"</OrderReturn>")[0] for part in parts]


def test_a_filer_sees_where_the_filing_is_and_nothing_that_the_relay_has_decided(pair: Pair) -> None:
    paper = pair.papers[0]
    dxp_id, filing_id = sender_of(paper), pair.relay.file(paper)
    token = pair.relay.tokens[dxp_id]

    def forwarded() -> dict[str, str]:
        found: dict[str, str] = pair.relay.get(f"/filings/{filing_id}", token).json()["forwarded"]
        return found

    wait_for(lambda: forwarded()["state"] == "sent")
    assert forwarded()["answer"].startswith("G01-")
    assert pair.relay.get(f"/filings/{filing_id}", token).json()["records"] == []
    assert pair.relay.get(f"/filings/{filing_id}", pair.relay.operator).json()["records"] != []
    refused = pair.relay.get("/cases?ebpCode=1&orderNo=1", token)
    assert (refused.status_code, refused.json()["problems"][0]["rule_id"]) == (403, "A23")
    assert pair.relay.get("/cases?ebpCode=1&orderNo=1", pair.relay.operator).status_code == 404
    assert httpx.get(f"{pair.relay.url}/healthz", trust_env=False).json()["role"] == "relay"
    assert "role" not in httpx.get(f"{pair.above.url}/healthz", trust_env=False).json()
    assert "角色 role: relay" in pair.relay.store.dir.with_suffix(".log").read_text()
    assert "角色 role" not in pair.above.store.dir.with_suffix(".log").read_text()


def test_what_our_door_refuses_never_goes_up(pair: Pair) -> None:
    before = pair.arrived()
    dxp_id = sender_of(pair.papers[0])
    answer = httpx.post(
        f"{pair.relay.url}/dxp",
        content=b"<x/>",
        headers={"Authorization": f"Bearer {pair.relay.tokens[dxp_id]}", "Content-Type": "application/xml"},
        trust_env=False,
    )
    assert (answer.status_code, b"CEB900Message" in answer.content) == (422, True)
    marker = pair.relay.file(pair.papers[1])  # filed after it: once this one is up, the other would be too
    with UpstreamFile(pair.relay.store) as file:
        wait_for(lambda: (found := Forwards(file).forward(marker)) is not None and found.state == "sent")
    fresh = pair.arrived() - before
    assert set(fresh) <= {hashlib.sha256(paper).digest() for paper in pair.papers}


def test_both_sides_agree_since_they_go_by_the_same_rules(pair: Pair) -> None:
    wait_for(pair.everything_is_down)
    db = open_reader(pair.relay.store.state_path)
    last = db.execute("SELECT max(event_no) FROM events").fetchone()[0]
    db.close()
    with UpstreamFile(pair.relay.store) as file:
        wait_for(lambda: int(file.place("ours") or 0) >= last)
        report = shadow_report(pair.relay.store, file, "2000-01-01", "2100-01-01")
    assert report.disagreements == ()
    assert sum(day.compared for day in report.days) >= len(pair.papers) / 2
    assert {day.agreement for day in report.days} == {"100.00"}
