"""``tongguan watch``: a folder as the door, another for the receipts, and all that is needed between them."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated

import typer

from tongguan import logs
from tongguan.cli.house import named_faults, opened, scenarios_of
from tongguan.cli.settings import settings
from tongguan.cli.show import fail, note
from tongguan.engine.faults import EngineFault
from tongguan.engine.loop import Engine
from tongguan.gateway.folder_door import WATCH_GATEWAY, FolderDoor
from tongguan.gateway.outlet import Outlet
from tongguan.store.layout import Store
from tongguan.upstream.folder import SETTLE_SECONDS
from tongguan.upstream.worker import Exchange, begin_in

LOOK_SECONDS = 0.2
ENGINE_SECONDS = 10.0


def watch(
    taken: Annotated[Path, typer.Argument(metavar="IN", help="folder that messages are put into 报文文件夹")],
    given: Annotated[Path, typer.Argument(metavar="OUT", help="folder that receipts are written to 回执文件夹")],
    db: Annotated[str | None, typer.Option("--db", help="data folder 数据文件夹")] = None,
    number: Annotated[
        int, typer.Option(min=1, max=98, help="number of this gateway, unlike those of serve 网关编号")
    ] = WATCH_GATEWAY,
    once: Annotated[bool, typer.Option("--once", help="work off what is there and end 处理完现有文件即结束")] = False,
    from_beginning: Annotated[
        bool, typer.Option("--from-beginning", help="a new OUT gets all receipts that there are 新文件夹从头写起")
    ] = False,
) -> None:
    """File what is put into IN, and write receipts to OUT/dxpId, until stopped. 监视文件夹：申报并写出回执。"""
    _check(taken, given)
    logs.configure(settings().log.level)
    store, role = opened(db), settings().deployment.role
    with named_faults(), ExitStack() as house:
        begin_in(store, role)
        outlet = Outlet(store, given, role, from_beginning=from_beginning)
        door = FolderDoor(store, settings(), taken, number)
        house.callback(door.close)
        decider = _Decider(store)
        house.callback(decider.close)
        if once:
            _once(store, role, door, decider, outlet)
            return
        stop = _stopped()
        if role != "authority":
            house.enter_context(_exchange(store, stop))
        note(f"监视 {taken}，回执写到 {given}", f"watching {taken}; receipts go to {given}")
        while not stop.is_set():
            _round(door, decider, outlet)
            time.sleep(LOOK_SECONDS)


def _check(taken: Path, given: Path) -> None:
    one, other = taken.resolve(), given.resolve()
    if one == other or one in other.parents or other in one.parents:
        fail(f"{taken} 与 {given} 不得相同或互相包含", f"{taken} and {given} must lie apart")


def _once(store: Store, role: str, door: FolderDoor, decider: _Decider, outlet: Outlet) -> None:
    door.round()
    time.sleep(SETTLE_SECONDS)  # a file is whole when it has not changed for so long
    _round(door, decider, outlet)
    if role != "authority":
        with Exchange(store, settings()) as exchange:
            exchange.once()
        _round(door, decider, outlet)


def _round(door: FolderDoor, decider: _Decider, outlet: Outlet) -> None:
    took = door.round()
    decider.round()
    written = outlet.round()
    if took.filed or took.refused or written:
        note(
            f"申报 {took.filed} 份，拒收 {took.refused} 份，回执 {written} 份",
            f"{took.filed} filed, {took.refused} refused, {written} receipt files",
        )


class _Decider:
    """Decides what waits, unless an engine does so already: then it looks now and then whether that one is gone."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._engine: Engine | None = None
        self._not_before = float("-inf")

    def round(self) -> None:
        if self._engine is None and time.monotonic() >= self._not_before:
            try:
                self._engine = Engine(self._store, scenarios=scenarios_of(self._store))
            except EngineFault as fault:
                if fault.name != "engine-running":
                    raise
                self._not_before = time.monotonic() + ENGINE_SECONDS
        if self._engine is not None:
            self._engine.drain()

    def close(self) -> None:
        if self._engine is not None:
            self._engine.close()


@contextmanager
def _exchange(store: Store, stop: threading.Event) -> Iterator[None]:
    """Talk with the upstream beside the watching; a fault there ends both."""
    failures: list[Exception] = []
    with Exchange(store, settings()) as exchange:

        def run() -> None:
            try:
                exchange.run(stop)
            except Exception as failure:  # raised again below
                failures.append(failure)
                stop.set()

        beside = threading.Thread(target=run, name="upstream")
        beside.start()
        try:
            yield
        finally:
            stop.set()
            beside.join()
    if failures:
        raise failures[0]


class _Signalled(threading.Event):
    """Set by SIGTERM or Ctrl-C, through a list: a handler must not touch an Event that its own thread waits on."""

    def __init__(self) -> None:
        super().__init__()
        self.came: list[int] = []

    def is_set(self) -> bool:
        return bool(self.came) or super().is_set()


def _stopped() -> threading.Event:
    stop = _Signalled()
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda number, frame: stop.came.append(number))
    return stop
