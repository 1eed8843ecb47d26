"""Folders as doors: files are taken when they are whole, put so that nobody sees half of one, and moved when done."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Collection
from pathlib import Path
from typing import NamedTuple

SETTLE_SECONDS = 1.0
"""A file is whole when neither its size nor its time has changed for so long."""
DONE, REFUSED = "done", "refused"
_PASSED_OVER = (DONE, REFUSED)
_UNFINISHED = (".part", ".tmp", ".crdownload", ".filepart")
"""Endings under which programs write what they rename once it is whole."""


class _Look(NamedTuple):
    inode: int
    size: int
    modified_ns: int


class Intake:
    """The files of one folder that are whole. ``steady`` is a steady clock in seconds.

    Folders of these names are passed over at any depth, and so are hidden files and those that are still being
    written under a name of their own. A file that was renamed in is whole at once, but that cannot be seen: it waits
    ``settle_seconds`` like any other.
    """

    def __init__(
        self,
        folder: Path,
        suffixes: Collection[str],
        steady: Callable[[], float],
        *,
        settle_seconds: float = SETTLE_SECONDS,
        deep: bool = False,
    ) -> None:
        self._folder = folder
        self._suffixes = frozenset(suffixes)
        self._steady = steady
        self._settle = settle_seconds
        self._deep = deep
        self._seen: dict[Path, tuple[_Look, float]] = {}

    def whole(self) -> list[Path]:
        """The files that are whole by now, in order of their names. Look again later for the others."""
        now = self._steady()
        seen: dict[Path, tuple[_Look, float]] = {}
        ready = []
        for path in self._files():
            try:
                found = path.stat()
            except FileNotFoundError:
                continue  # somebody else has taken it
            if not stat.S_ISREG(found.st_mode) or not os.access(path, os.R_OK):
                continue  # no file, or not for us to read: it stays where it is
            look = _Look(found.st_ino, found.st_size, found.st_mtime_ns)
            former, since = self._seen.get(path, (None, now))
            seen[path] = (look, since if look == former else now)
            if now - seen[path][1] >= self._settle and look == former:
                ready.append(path)
        self._seen = seen
        return ready

    @property
    def pending(self) -> bool:
        """Whether the last look saw any file, whole or not."""
        return bool(self._seen)

    def _files(self) -> list[Path]:
        """What may be taken. A folder that vanishes while it is looked into had nothing for us."""
        found: list[Path] = []
        for folder, below, names in os.walk(self._folder):
            below[:] = [name for name in below if self._deep and not name.startswith(".") and name not in _PASSED_OVER]
            found += [Path(folder) / name for name in names if self._takes(name)]
        return sorted(found)

    def _takes(self, name: str) -> bool:
        low = name.lower()
        return not name.startswith(".") and low.endswith(tuple(self._suffixes)) and not low.endswith(_UNFINISHED)


def put(path: Path, content: bytes) -> None:
    """Put a file in its place whole: whoever looks sees all of it or nothing. Durable on return."""
    write(path, content)
    sync_folder(path.parent)


def write(path: Path, content: bytes) -> None:
    """The same, but the name is durable only once the folder is synced: for many files at once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unnamed = path.with_name(f".{path.name}.part")
    with unnamed.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(unnamed, path)


def move(path: Path, folder: Path) -> Path:
    """Move a file into a folder on the same disk, under a free name there; returns its new path. Durable on return."""
    target = free_place(folder, path.name)
    os.rename(path, target)
    sync_folder(folder)
    sync_folder(path.parent)
    return target


def free_place(folder: Path, name: str) -> Path:
    """A path in a folder, which is made if need be, that no file has yet: the name itself, else with a number."""
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / name
    number = 1
    while target.exists():
        number += 1
        target = folder / f"{Path(name).stem}-{number}{Path(name).suffix}"
    return target


def sync_folder(folder: Path) -> None:
    """Make the names in a folder survive a crash."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
