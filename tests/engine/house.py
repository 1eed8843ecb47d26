"""A small invented house for engine tests: a store, its snapshots, gateways, and filings without XML."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import msgspec

from tests.clearance.playstore import AGENT, DXP, NAMES, NOW, PLATFORM, ROLES, TYPES, Filed, a_set
from tongguan.ceb.signature.verify import Verdict
from tongguan.chain.event import make_part, record_fields
from tongguan.engine.loop import Engine
from tongguan.engine.workspace import wall_ns
from tongguan.law.snapshot import pack, package_tables
from tongguan.law.source import Table
from tongguan.registry.model import BookItemRow, CertificateRow, GuaranteeRow, PartyRow, SiteRow
from tongguan.registry.snapshot import pack_registry
from tongguan.registry.tables import RegistryTables
from tongguan.store.commands import put_command
from tongguan.store.filing import FiledRecord, Filing
from tongguan.store.inbox import SqliteInbox
from tongguan.store.layout import Store, init_store
from tongguan.store.reading import Reader

__all__ = ["AGENT", "NOW", "House", "a_set", "registry"]


def fingerprint(code: str) -> bytes:
    return hashlib.sha256(code.encode()).digest()


def registry(
    guarantee: str = "1000000",
    book: tuple[BookItemRow, ...] = (),
    sites: tuple[SiteRow, ...] = (),
    more_roles: Mapping[str, str] = MappingProxyType({}),
) -> bytes:
    """Packed: the playstore's companies, a certificate each, the platform's guarantee, and an account book."""
    return pack_registry(
        RegistryTables(
            parties=tuple(
                PartyRow(
                    code=code,
                    name=NAMES[code],
                    roles=(role, more_roles[code]) if code in more_roles else (role,),
                    dxp_id=DXP[code],
                    valid_from=date(2026, 1, 1),
                )
                for code, role in ROLES.items()
            ),
            certificates=tuple(
                CertificateRow(
                    number=str(number),
                    fingerprint=fingerprint(code).hex(),
                    party_code=code,
                    dxp_id=DXP[code],
                    algorithm="SM2",
                    not_before=datetime(2026, 1, 1, tzinfo=UTC),
                    not_after=datetime(2030, 1, 1, tzinfo=UTC),
                )
                for number, code in enumerate(ROLES, 1)
            ),
            guarantees=(
                GuaranteeRow(
                    assure_code=PLATFORM,
                    kind="cash",
                    amount=Decimal(guarantee),
                    valid_from=date(2026, 1, 1),
                    valid_to=date(2030, 12, 31),
                ),
            ),
            book_items=book,
            sites=sites,
        )
    )


@cache
def law_without_lanes() -> bytes:
    """The package's law, but nobody is drawn for review."""
    tables = package_tables()
    return pack(tables.with_table("lanes", Table(tables["lanes"].header, ())))


@dataclass
class House:
    """A store with law and registry in force, and gateways that write filings straight into their inboxes."""

    dir: Path
    now: datetime = NOW
    law: bytes = field(default_factory=law_without_lanes)
    registry: bytes = field(default_factory=registry)
    commands: bool = True
    wall: Callable[[], int] | None = None
    tick: int = 0
    gateways: dict[str, SqliteInbox] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.store: Store = init_store(self.dir, sandbox=True, at=self.now)
        if self.commands:
            self.command("law", snapshot=self.law)
            self.command("registry", snapshot=self.registry)

    def clock(self) -> int:
        """Wall ns: a microsecond passes with each look, unless the test has brought a clock of its own."""
        if self.wall is not None:
            return self.wall()
        self.tick += 1000
        return wall_ns(self.now) + self.tick

    def pass_time(self, **delta: float) -> None:
        self.now += timedelta(**delta)

    def engine(self) -> Engine:
        return Engine(self.store, clock=self.clock)

    def reader(self) -> Reader:
        return Reader(self.store)

    def command(self, action: str, **fields: Any) -> str:
        return put_command(self.store, action, "operator:1", clock_ns=self.clock, **fields)

    def change_law(self, packed: bytes, reason: str = "test") -> str:
        """Staged by one person, approved by another; with a reason it may reach back. Returns the approval's id."""
        base, digest = (hashlib.sha256(one).hexdigest() for one in (self.law, packed))
        put_command(
            self.store, "law_stage", "maker:1", key=(base,), snapshot=packed, reason=reason, clock_ns=self.clock
        )
        self.law = packed
        return put_command(self.store, "law_approve", "checker:1", key=(digest,), clock_ns=self.clock)

    def gateway(self, number: int = 1) -> SqliteInbox:
        name = f"G{number:02d}"
        if name not in self.gateways:
            self.gateways[name] = SqliteInbox(
                self.store.inbox_path(name), self.store.keys, writer=True, clock_ns=self.clock
            )
        return self.gateways[name]

    def restart_gateway(self, number: int) -> None:
        self.gateways.pop(f"G{number:02d}").close()

    def file(self, *filed: Filed, gateway: int = 1) -> str:
        """One message with these records of one kind; returns its filing id."""
        inbox = self.gateway(gateway)
        filing = a_filing(inbox.mint(), filed, self.clock())
        inbox.append([filing])
        return filing.filing_id

    def file_set(self, number: int = 1, gateway: int = 1, **fields: Any) -> dict[str, Filed]:
        made = a_set(number, **fields)
        for filed in made.values():
            self.file(filed, gateway=gateway)
        return made

    def status(self, filed: Filed) -> str:
        """Where the document stands; '' when there is none."""
        reader = self.reader()
        document = reader.documents_of(filed.kind, filed.key)
        reader.close()
        return document.status if document else ""


def a_filing(filing_id: str, filed: Sequence[Filed], received_ns: int) -> Filing:
    """What a gateway would have made of one message."""
    first = filed[0]
    sender = DXP[first.sender]
    records = []
    for number, one in enumerate(filed, 1):
        packed = msgspec.msgpack.encode(one.record)
        part = make_part(record_fields(one.record), os.urandom(64))
        records.append(FiledRecord(number, one.kind, packed, hashlib.sha256(packed).digest(), part))
    return Filing(
        filing_id=filing_id,
        message_type=TYPES[first.kind],
        sender=sender,
        transfer=(first.sender, sender),
        subscribers=first.subscribers,
        copy_to=first.copy_to,
        received_ns=received_ns,
        raw_digest=hashlib.sha256(filing_id.encode()).digest(),
        verdict=Verdict(present=True, step="ok", algorithm="sm2-sm3", fingerprint=fingerprint(first.sender)),
        records=tuple(records),
    )
