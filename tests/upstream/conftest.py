"""A store below an upstream: its file, a registry of two filers, and filings put straight into an inbox."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from tongguan.ceb.problem import Problem
from tongguan.registry.model import PartyRow
from tongguan.registry.snapshot import Registry, build_registry, pack_registry
from tongguan.registry.tables import RegistryTables
from tongguan.store.filing import Filing
from tongguan.store.inbox import SqliteInbox
from tongguan.store.layout import Store, init_store
from tongguan.store.raw import RawFile
from tongguan.store.upstream.database import UpstreamFile

PLATFORM, DECLARANT = ("9901000001", "DXPENT9010000001"), ("9901000005", "DXPENT9050000001")
BEGUN = 1_767_571_200_000_000_000  # 2026-01-05 00:00 UTC
DAY = "2026-01-05"


class Below:
    """A store that forwards: gateways with inboxes and raw files, written by hand."""

    def __init__(self, directory: Path) -> None:
        self.store: Store = init_store(directory, sandbox=True)
        self.tick = itertools.count(BEGUN, 1_000_000)
        self.inboxes: dict[str, tuple[SqliteInbox, RawFile]] = {}

    def clock_ns(self) -> int:
        return next(self.tick)

    def file(
        self, sender: str, raw: bytes, gateway: str = "G01", *, refused: bool = False, cop_msg_id: str = ""
    ) -> str:
        """One post as the gateway would store it; returns its filing id."""
        if gateway not in self.inboxes:
            inbox = SqliteInbox(self.store.inbox_path(gateway), self.store.keys, writer=True, clock_ns=self.clock_ns)
            self.inboxes[gateway] = inbox, RawFile(self.store.raw_dir, inbox)
        inbox, raws = self.inboxes[gateway]
        filing_id = inbox.mint()
        place = raws.append(raw, filing_id, DAY)
        raws.sync()
        problem = Problem(rule_id="W09", document="x", path="", text_zh="x", text_en="x", fix_zh="x", fix_en="x")
        inbox.append(
            [
                Filing(
                    filing_id=filing_id,
                    message_type="CEB311Message",
                    cop_msg_id=cop_msg_id,
                    sender=sender,
                    received_ns=BEGUN,
                    raw_digest=hashlib.sha256(raw).digest(),
                    raw_at=place,
                    refused=(problem,) if refused else (),
                )
            ]
        )
        return filing_id


@pytest.fixture
def below(tmp_path: Path) -> Iterator[Below]:
    house = Below(tmp_path / "store")
    yield house
    for inbox, raws in house.inboxes.values():
        raws.close()
        inbox.close()


@pytest.fixture
def file(below: Below) -> Iterator[UpstreamFile]:
    with UpstreamFile(below.store) as opened:
        yield opened


@pytest.fixture(scope="session")
def registry() -> Registry:
    rows = [
        PartyRow(code=code, name="沙箱", roles=("platform",), dxp_id=dxp_id, valid_from=date(2026, 1, 1))
        for code, dxp_id in (PLATFORM, DECLARANT)
    ]
    return build_registry(pack_registry(RegistryTables(parties=tuple(rows))))
