"""A run over papers: each message through the door, into the inbox, decided; what the run filed is remembered."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

import msgspec

from tongguan.ceb.limits import Limits
from tongguan.ceb.messages.ceb621 import Inventory
from tongguan.cli.house import in_force, named_faults, work_off
from tongguan.gateway.door import Door
from tongguan.gateway.sink import StoreSink
from tongguan.registry.snapshot import Registry, build_registry
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
    packed = in_force(store, "registry")
    door = _door(build_registry(packed) if packed else None)
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


def _door(registry: Registry | None) -> Door:
    if registry is None:
        return Door(limits=Limits())

    def profile_of(dxp_id: str) -> str:
        party = registry.by_dxp(dxp_id, date.today())
        return party.profile if party else "strict"

    # Certificates are stored by fingerprint, not by their bytes: a message without one is told so by the verifier.
    return Door(limits=Limits(), profile_of=profile_of)


def _remember(run: Run, filing: Filing) -> None:
    run.filing_ids.append(filing.filing_id)
    run.records += len(filing.records)
    for record in filing.records:
        if record.kind == "inventory":
            head = _inventory(record.record).InventoryHead
            run.inventories.append(
                FiledInventory(
                    filing.filing_id, record.number, head.ebcCode, head.orderNo, head.agentCode, head.copNo or ""
                )
            )


def _standing_clock(at: datetime) -> Callable[[], int]:
    """A clock that shows ``at`` and then counts on, a nanosecond a look: order stays, the day does not move."""
    now = int(at.timestamp()) * 1_000_000_000

    def look() -> int:
        nonlocal now
        now += 1
        return now

    return look
