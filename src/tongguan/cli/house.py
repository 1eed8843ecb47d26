"""A store as commands use it: found or made, filled with snapshots and commands, worked off by the engine."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from tongguan.cli.settings import settings
from tongguan.cli.show import fail
from tongguan.engine.faults import EngineFault
from tongguan.engine.loop import Engine
from tongguan.law.snapshot import pack, package_tables
from tongguan.store.commands import put_command
from tongguan.store.faults import StoreFault, named_database_errors
from tongguan.store.layout import Store, init_store, open_store, read_nameplate
from tongguan.store.reading import Reader

PATIENCE_SECONDS = 30.0


def store_dir(db: str | None) -> Path:
    """The data folder that ``--db`` names (a folder, or ``sqlite:///folder``), else that of the settings."""
    if not db:
        return settings().store_dir()
    scheme, separator, rest = db.partition("://")
    if separator and scheme != "sqlite":
        fail(f"不支持 {scheme} 数据库；请给出文件夹", f"the database {scheme} is not supported; name a folder")
    return Path(rest.removeprefix("/") if separator else db)


def exists(db: str | None) -> bool:
    """Whether there is a store where ``--db`` or the settings point."""
    return (store_dir(db) / "store.json").exists()


def opened(db: str | None, *, only_sandbox: bool = False) -> Store:
    """Open the store. A settings file says what this process is; without one the store's own nameplate does.

    ``only_sandbox`` is for commands that set the clock or sign for others: they never open a production store.
    """
    directory = store_dir(db)
    with named_faults():
        chosen = settings()
        sandbox = chosen.sandbox.enabled if chosen.source else read_nameplate(directory).sandbox
        return open_store(directory, sandbox=only_sandbox or sandbox)


def made(directory: Path, *, sandbox: bool) -> Store:
    """A new store with its keys and with the law of this package in force."""
    with named_faults():
        store = init_store(directory, sandbox=sandbox)
        give(store, "law", actor="init", snapshot=pack(package_tables()))
        work_off(store)
    return store


@contextmanager
def named_faults() -> Iterator[None]:
    """Turn a named fault of the store into a sentence and exit status 2."""
    try:
        with named_database_errors():
            yield
    except StoreFault as fault:
        fail(f"{fault.text_zh}（{fault.name}）", f"{fault.text_en} ({fault.name})")


def in_force(store: Store, kind: str) -> bytes | None:
    """The packed snapshot (``law`` or ``registry``) that is in force, None when there is none yet."""
    reader = Reader(store)
    found = reader.in_force().get(kind)
    reader.close()
    return found[1] if found else None


def give(store: Store, action: str, *, actor: str, **fields: Any) -> str:
    """Put one command into the commands' inbox; returns its id. It takes effect when the engine comes to it."""
    with named_faults():
        return put_command(store, action, actor, **fields)


def work_off(store: Store, at: datetime | None = None) -> None:
    """Have everything that waits decided: by this process, or by the engine that runs already.

    ``at`` is the time it is for the engine; it then decides all that was filed up to a second later.
    """
    with named_faults():
        try:
            clock = (lambda: _ns(at) + 1_000_000_000) if at else time.time_ns
            with Engine(store, clock, scenarios=scenarios_of(store)) as engine:
                engine.drain()
        except EngineFault as fault:
            if fault.name != "engine-running":
                raise
            _wait_for_engine(store)


def scenarios_of(store: Store) -> dict[str, tuple[tuple[str, str], ...]] | None:
    """What the counterparties of a sandbox answer, by the name of the scenario; None in production."""
    if not store.sandbox:
        return None
    from tongguan.sandbox.scenarios import answers

    return dict(answers())


def _ns(at: datetime) -> int:
    return int(at.timestamp()) * 1_000_000_000


def _wait_for_engine(store: Store) -> None:
    reader, until = Reader(store), time.monotonic() + PATIENCE_SECONDS
    while any(reader.lag().values()):
        if time.monotonic() > until:
            fail(
                "引擎正在运行，但 30 秒内未处理完毕；请查看 /readyz",
                "an engine is running but has not caught up in 30 seconds; see /readyz",
            )
        time.sleep(0.05)
    reader.close()
