"""A run over papers: each message through the door, into the inbox, decided; what the run filed is remembered."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

import msgspec

from tongguan.ceb.messages.ceb621 import Inventory
from tongguan.cli.house import in_force, named_faults, work_off
from tongguan.cli.settings import settings
from tongguan.cli.times import CHINA
from tongguan.gateway.door import Door
from tongguan.gateway.registry_view import RegistryView
from tongguan.gateway.sink import StoreSink
from tongguan.store.filing import Filing
from tongguan.store.layout import Store
from tongguan.store.listing import Listing

LOCAL_GATEWAY = 99
"""Number of the gateway that files for local commands: one that ``serve`` never uses."""
GROUP = 256
_inventory = msgspec.msgpack.Decoder(Inventory).decode


@dataclass(frozen=True, slots=True)
class FiledInventory:
    """An inventory record of this run, so that one refused at the door of the core can still be listed."""

    filing_id: str
    record_no: int
    ebp_code: str
    ebc_code: str
    order_no: str
    agent_code: str
    cop_no: str


@dataclass(slots=True)
class Run:
    """What a run filed. ``filed`` counts messages, ``records`` the records of those that were let in."""

    files: dict[str, str] = field(default_factory=dict)
    refused: dict[str, bytes] = field(default_factory=dict)
    inventories: list[FiledInventory] = field(default_factory=list)
    filing_ids: list[str] = field(default_factory=list)
    records: int = 0
    first_event: int = 0
    seconds: float = 0.0

    @property
    def filed(self) -> int:
        return len(self.files)


def clear(
    store: Store,
    papers: Iterable[tuple[str, bytes]],
    *,
    at: datetime | None = None,
    progress: Callable[[str], None] = lambda stage: None,
) -> Run:
    """File all papers in order and have everything decided. ``at`` sets the clock of the gateway and the engine.

    ``progress`` is called with ``filed`` for each message and ``decided`` at the end.
    """
    run, started = Run(), time.monotonic()
    clock_ns = _standing_clock(at) if at else time.time_ns
    listing = Listing(store)
    run.first_event = listing.last_event() + 1
    listing.close()
    registry = RegistryView(lambda: in_force(store, "registry"), today=lambda: china_day(clock_ns()))
    door = Door(
        limits=settings().limits(),
        profile_of=registry.profile_of,
        find_certificate=registry.find_certificate,
        sandbox=store.sandbox,
    )
    with named_faults():
        sink = StoreSink(store, LOCAL_GATEWAY, clock_ns)
        waiting: list[tuple[Filing, bytes]] = []
        for name, raw in papers:
            taken = door.take(raw, filing_id=sink.mint(), received_ns=clock_ns(), token_party=None)
            progress("filed")
            if taken.filing is None:
                run.files[name] = ""
                run.refused[name] = taken.answer_body
                continue
            run.files[name] = taken.filing.filing_id
            if taken.filing.refused:
                run.refused[name] = taken.answer_body
            _remember(run, taken.filing)
            waiting.append((taken.filing, raw))
            if len(waiting) >= GROUP:
                sink.store(waiting)
                waiting = []
        sink.store(waiting)
        sink.close()
    work_off(store, at=at)
    progress("decided")
    run.seconds = time.monotonic() - started
    return run


def _remember(run: Run, filing: Filing) -> None:
    run.filing_ids.append(filing.filing_id)
    run.records += len(filing.records)
    for record in filing.records:
        if record.kind == "inventory":
            head = _inventory(record.record).InventoryHead
            run.inventories.append(
                FiledInventory(
                    filing_id=filing.filing_id,
                    record_no=record.number,
                    ebp_code=head.ebpCode,
                    ebc_code=head.ebcCode,
                    order_no=head.orderNo,
                    agent_code=head.agentCode,
                    cop_no=head.copNo or "",
                )
            )


def china_day(ns: int) -> date:
    """The day in China of a wall time in ns."""
    return datetime.fromtimestamp(ns // 1_000_000_000, CHINA).date()


def _standing_clock(at: datetime) -> Callable[[], int]:
    """A clock that shows ``at`` and then counts on, a nanosecond a look: order stays, the day does not move."""
    now = int(at.timestamp()) * 1_000_000_000

    def look() -> int:
        nonlocal now
        now += 1
        return now

    return look
