"""The data directory: what lies where, how it is made, and who may open it.

::

    store.json             format, id, sandbox or production, when it was made
    keys/                  see keys.py; mode 0700, files 0600
    state.db               the clearing schema; written by the engine only
    doors.db               tokens and their use; written by the gateways only
    pulls.db               where platforms are asked for payment data, and the questions under way
    upstream.db            what was forwarded to the upstream and came from it; there in a relay or shadow
    upstream.lock          held by the process that talks with the upstream
    inbox/G01.db …         one file for each gateway; inbox/C00.db takes commands
    raw/G01-2026-11-24.seal  sealed raw messages, one file for each gateway and day (UTC)
    engine.lock            held by the engine that writes
"""

from __future__ import annotations

import os
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from tongguan.store.faults import StoreFault
from tongguan.store.keys import KeyRing

STORE_FORMAT = 1
COMMANDS = "C00"
"""Name of the commands' inbox."""


class Nameplate(msgspec.Struct, frozen=True):
    """The content of store.json. ``id`` is random: receipt numbers of two houses never meet."""

    format: int
    id: str
    sandbox: bool
    created: datetime


@dataclass(frozen=True, slots=True)
class Store:
    """An opened data directory and its keys."""

    dir: Path
    nameplate: Nameplate
    keys: KeyRing

    @property
    def id(self) -> str:
        return self.nameplate.id

    @property
    def sandbox(self) -> bool:
        return self.nameplate.sandbox

    @property
    def state_path(self) -> Path:
        return self.dir / "state.db"

    @property
    def doors_path(self) -> Path:
        return self.dir / "doors.db"

    @property
    def upstream_path(self) -> Path:
        return self.dir / "upstream.db"

    @property
    def pulls_path(self) -> Path:
        return self.dir / "pulls.db"

    @property
    def lock_path(self) -> Path:
        return self.dir / "engine.lock"

    @property
    def raw_dir(self) -> Path:
        return self.dir / "raw"

    def inbox_path(self, name: str) -> Path:
        """The file of one inbox: ``G01`` or ``C00``."""
        return self.dir / "inbox" / f"{name}.db"

    def inbox_names(self) -> list[str]:
        """The inboxes that exist, in order of name; those of removed gateways are among them."""
        return sorted(path.stem for path in (self.dir / "inbox").glob("*.db"))


def gateway_name(number: int) -> str:
    """``G01`` for gateway 1. Raises ValueError outside 1 to 99."""
    if not 1 <= number <= 99:
        raise ValueError(f"a gateway's number is 1 to 99, not {number}")
    return f"G{number:02d}"


def init_store(directory: Path, sandbox: bool, at: datetime | None = None) -> Store:
    """Make a new store with fresh keys. Nothing that exists is ever overwritten.

    Raises StoreFault ``store-exists`` when the directory already holds a store or keys.
    """
    directory = Path(directory)
    plate_path = directory / "store.json"
    if plate_path.exists():
        raise StoreFault(
            "store-exists", f"目录 {directory} 已有数据存储,不会覆盖", f"{directory} already holds a store; it is kept"
        )
    for folder in (directory, directory / "keys", directory / "inbox", directory / "raw"):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    keys = KeyRing.make(directory / "keys")
    plate = Nameplate(STORE_FORMAT, str(uuid.uuid4()), sandbox, at or datetime.now(UTC))
    # The nameplate comes last: a directory without it is not a store, so a crash half way leaves none.
    with open(os.open(plate_path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(plate), indent=2) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    return Store(directory, plate, keys)


def open_store(directory: Path, sandbox: bool) -> Store:
    """Open a store. ``sandbox`` says what this process is: a sandbox never touches a production store, nor the reverse.

    Raises StoreFault: ``store-missing``, ``store-format``, ``store-is-production``, ``store-is-sandbox``, or a fault of
    the keys.
    """
    directory = Path(directory)
    plate = read_nameplate(directory)
    if plate.format != STORE_FORMAT:
        raise StoreFault(
            "store-format",
            f"数据存储格式为 {plate.format},本程序支持 {STORE_FORMAT}",
            f"the store has format {plate.format}; this program knows {STORE_FORMAT}",
        )
    if sandbox and not plate.sandbox:
        raise StoreFault(
            "store-is-production",
            f"{directory} 是生产数据存储,沙箱进程不得打开",
            f"{directory} is a production store; a sandbox process must not open it",
        )
    if plate.sandbox and not sandbox:
        raise StoreFault(
            "store-is-sandbox",
            f"{directory} 是沙箱数据存储,生产进程不得打开",
            f"{directory} is a sandbox store; a production process must not open it",
        )
    return Store(directory, plate, KeyRing.load(directory / "keys"))


def read_nameplate(directory: Path) -> Nameplate:
    """What store.json says. Raises StoreFault ``store-missing`` or ``store-format``."""
    path = Path(directory) / "store.json"
    try:
        return msgspec.json.decode(path.read_bytes(), type=Nameplate)
    except FileNotFoundError:
        raise StoreFault(
            "store-missing",
            f"{directory} 中没有数据存储,请先运行 tongguan init",
            f"{directory} holds no store; run `tongguan init` first",
        ) from None
    except msgspec.DecodeError as error:
        raise StoreFault("store-format", f"{path} 无法读取: {error}", f"{path} is not readable: {error}") from error
