"""A relay below a second house of ours, by folders: ``tongguan watch`` on both sides, and both killed in the middle."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.flows.served import Served, new_house, settings_file, wait_for
from tongguan.sandbox.make import make
from tongguan.store.filing import Filing
from tongguan.store.inbox import SqliteInbox
from tongguan.store.listing import Listing
from tongguan.store.upstream.database import UpstreamFile
from tongguan.store.upstream.forwards import Forwards


class Watch:
    """One ``tongguan watch`` as a process that can be killed and started again."""

    def __init__(self, house: Served, folder: Path, config: Path | None) -> None:
        self.house, self.folder = house, folder
        start = [sys.executable, "-m", "tongguan", *(["--config", str(config)] if config else [])]
        self.command = [*start, "watch", str(folder / "in"), str(folder / "out"), "--db", str(house.store.dir)]
        self.log = folder / "watch.log"
        folder.mkdir()
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(self.command, stdout=log, stderr=log)

    def kill(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    def end(self) -> None:
        """As an operator does; what is under way is finished, and the exit status is 0."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(30) == 0, self.log.read_text()
        assert "Traceback" not in self.log.read_text()


def files(folder: Path) -> list[Path]:
    found = []
    for place, below, names in os.walk(folder):  # unlike rglob, it does not mind what vanishes meanwhile
        below[:] = [name for name in below if not name.startswith(".")]
        found += [Path(place) / name for name in names if name.endswith(".xml")]
    return sorted(found)


@pytest.fixture
def box(tmp_path: Path) -> Path:
    make(4, 9, "M04-amount,D01-paid", tmp_path / "box", datetime.now(UTC))
    return tmp_path / "box"


def test_messages_go_up_once_and_receipts_come_down_once_though_both_are_killed(tmp_path: Path, box: Path) -> None:
    above, relay = (new_house(tmp_path / name, box / "registry") for name in ("above", "relay"))
    config = settings_file(
        relay, role="relay", upstream=tmp_path / "up" / "in", receipts=tmp_path / "up" / "out", poll_seconds=1
    )
    up, down = Watch(above, tmp_path / "up", None), Watch(relay, tmp_path / "down", config)
    papers = sorted((box / "filings").iterdir())
    for watch in (up, down):
        watch.start()
    wait_for(lambda: (down.folder / "in" / ".taken").exists() and (up.folder / "in" / ".taken").exists())
    for number, paper in enumerate(papers):
        os.link(paper, down.folder / "in" / paper.name)
        if number in (3, 9):
            time.sleep(1.5)  # amid taking and handing over
            for watch in (down, up) if number == 3 else (up, down):
                watch.kill()
                watch.start()

    def all_sent() -> bool:
        with UpstreamFile(relay.store) as file:
            counts = Forwards(file).counts()
        return counts == {"waiting": 0, "sending": 0, "sent": len(papers), "refused": 0}

    wait_for(all_sent)
    wait_for(lambda: len(files(up.folder / "in" / "done")) == len(papers))
    inbox = SqliteInbox(above.store.inbox_path("G98"), above.store.keys, writer=False)
    arrived = Counter(row.item.raw_digest for row in inbox.read(0, 2**62, 1000) if isinstance(row.item, Filing))
    inbox.close()
    assert arrived == Counter(hashlib.sha256(paper.read_bytes()).digest() for paper in papers), "each exactly once"
    above.settle()
    listing = Listing(above.store)
    issued = sorted(content_of(receipt) for _, receipt in listing.receipts_since(1))
    listing.close()
    wait_for(lambda: len(files(down.folder / "out")) >= len(issued))
    for watch in (down, up):
        watch.end()
    assert sorted(path.read_bytes() for path in files(down.folder / "out")) == issued, "each exactly once"
    assert {path.parent.name for path in files(down.folder / "out")} <= set(above.clients)


def content_of(receipt: object) -> bytes:
    from tongguan.store.issued import render

    return render([receipt])[0]  # type: ignore[list-item]


def test_once_works_off_what_is_there_and_ends(tmp_path: Path, box: Path) -> None:
    house = new_house(tmp_path / "store", box / "registry")
    watch = Watch(house, tmp_path / "door", None)
    (watch.folder / "in").mkdir()
    for paper in (box / "filings").iterdir():
        os.link(paper, watch.folder / "in" / paper.name)
    done = subprocess.run([*watch.command, "--once"], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert files(watch.folder / "in") == files(watch.folder / "in" / "done") != []
    assert len(files(watch.folder / "out")) > len(list((box / "filings").iterdir()))


def test_folders_that_lie_in_one_another_are_refused(tmp_path: Path, box: Path) -> None:
    house = new_house(tmp_path / "store", box / "registry")
    command = [sys.executable, "-m", "tongguan", "--lang", "en", "watch", str(tmp_path / "a"), str(tmp_path / "a/b")]
    command += ["--db", str(house.store.dir)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, "must lie apart" in done.stderr) == (2, True)
