"""The day file of raw messages: append-only, sealed, synced before the inbox commit that points into it.

One entry: 4 bytes big-endian length of the rest, 12 bytes nonce, AES-256-GCM text. The label is the filing id.
Filings name (file, offset, length of the whole entry). Raw bytes belong to the backup; retention ends them: zeros are
written over the entry in its place. The file is not written anew without it, because filings and events name the places
of the others, and because nothing must happen to those when a write is cut short.
"""

from __future__ import annotations

import os
from pathlib import Path

from tongguan.store.faults import StoreFault
from tongguan.store.inbox import SqliteInbox

BUFFERED_BYTES = 1 << 20


class RawFile:
    """One gateway's raw messages. One writer."""

    def __init__(self, folder: Path, inbox: SqliteInbox) -> None:
        self._folder = folder
        self._inbox = inbox
        self._day = ""
        self._fd = -1
        self._end = 0
        self._buffered: list[bytes] = []  # one write for a group: each call hands the interpreter to another thread
        self._buffered_bytes = 0
        self._dirty = False

    def append(self, raw: bytes, filing_id: str, day: str) -> tuple[str, int, int]:
        """Add one message; returns its place (file name, offset, length). In the file, and durable, after ``sync``."""
        self._open(day)
        sealed = self._inbox.day_box(day).seal(raw, filing_id.encode())
        length = 4 + len(sealed)
        place = (self._name(day), self._end, length)
        self._buffered += (len(sealed).to_bytes(4, "big"), sealed)
        self._buffered_bytes += length
        self._end += length
        if self._buffered_bytes >= BUFFERED_BYTES:
            self._write()
        return place

    def _write(self) -> None:
        view = memoryview(b"".join(self._buffered))
        self._buffered, self._buffered_bytes = [], 0
        self._dirty = True
        while view:  # a short write is legal
            view = view[os.write(self._fd, view) :]

    def sync(self) -> None:
        """Make everything added durable. Call before the inbox commit that names it."""
        if self._buffered:
            self._write()
        if self._dirty:
            os.fdatasync(self._fd)
            self._dirty = False

    def close(self) -> None:
        self.sync()
        if self._fd >= 0:
            os.close(self._fd)
            self._fd, self._day = -1, ""

    def _name(self, day: str) -> str:
        return f"{self._inbox.name}-{day}.seal"

    def _open(self, day: str) -> None:
        if day == self._day:
            return
        self.close()
        path = self._folder / self._name(day)
        self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._day, self._end = day, os.fstat(self._fd).st_size
        folder = os.open(self._folder, os.O_RDONLY)  # the new name must survive a crash too
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def read_raw(folder: Path, inbox: SqliteInbox, place: tuple[str, int, int], filing_id: str) -> bytes:
    """The raw message at a place. Raises StoreFault ``raw-missing`` or ``seal-broken``."""
    name, offset, length = place
    if not name.startswith(f"{inbox.name}-") or "/" in name:
        raise StoreFault("raw-missing", f"{name} 不属于 {inbox.name}", f"{name} is not a file of {inbox.name}")
    try:
        with open(folder / name, "rb") as file:
            file.seek(offset)
            entry = file.read(length)
    except FileNotFoundError:
        entry = b""
    if entry and not any(entry):
        raise StoreFault("raw-erased", f"{name} 中的该原始报文已被删除", f"that message in {name} has been erased")
    if len(entry) != length or length < 4 or int.from_bytes(entry[:4], "big") != length - 4:
        raise StoreFault("raw-missing", f"{name} 中没有该原始报文", f"{name} does not hold that message")
    day = name[len(inbox.name) + 1 :].removesuffix(".seal")
    return inbox.day_box(day).open(entry[4:], filing_id.encode())


def destroy_raw(folder: Path, place: tuple[str, int, int]) -> None:
    """Write zeros over one message, durably. One that is not there, or was destroyed before, is left alone."""
    name, offset, length = place
    try:
        fd = os.open(folder / name, os.O_WRONLY)
    except FileNotFoundError:
        return
    try:
        length = min(length, os.fstat(fd).st_size - offset)  # never beyond what is there
        while length > 0:
            written = os.pwrite(fd, bytes(min(length, BUFFERED_BYTES)), offset)
            offset, length = offset + written, length - written
        os.fdatasync(fd)
    finally:
        os.close(fd)
