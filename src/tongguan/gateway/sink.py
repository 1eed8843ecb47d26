"""Puts a group of posts on disk: raw messages into the day file first, then their rows into the inbox, each synced."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

import msgspec

from tongguan.store.faults import StoreFault
from tongguan.store.filing import Filing
from tongguan.store.inbox import SqliteInbox, utc_day
from tongguan.store.layout import Store, gateway_name
from tongguan.store.raw import RawFile


class StoreSink:
    """The one writer of one gateway's inbox and day files. ``number`` is the gateway's, 1 to 99.

    Raises StoreFault ``inbox-in-use`` when another process writes this inbox: two would mint the same ids.
    """

    def __init__(self, store: Store, number: int, clock_ns: Callable[[], int] = time.time_ns) -> None:
        self._store = store
        self._clock_ns = clock_ns
        name = gateway_name(number)
        self._lock = os.open(store.inbox_path(name).with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._lock)
            raise StoreFault(
                "inbox-in-use",
                f"收件箱 {name} 正由另一个进程写入；请为本进程另选网关编号",
                f"another process writes the inbox {name}; give this one another gateway number",
            ) from None
        self.inbox = SqliteInbox(store.inbox_path(name), store.keys, writer=True, clock_ns=clock_ns)
        self._raw = RawFile(store.raw_dir, self.inbox)

    def mint(self) -> str:
        """A fresh filing id."""
        return self.inbox.mint()

    def store(self, posts: Sequence[tuple[Filing, bytes]]) -> None:
        """See ``batch.Sink``. Raises StoreFault, OSError or sqlite3.Error; then nothing of the group counts as taken.

        The raw bytes come first and are synced first: a row never points at bytes that are not there. Bytes without
        a row, after a failure in between, are never read.
        """
        day = utc_day(self._clock_ns())
        try:
            placed = [
                msgspec.structs.replace(filing, raw_at=self._raw.append(raw, filing.filing_id, day))
                for filing, raw in posts
            ]
            self._raw.sync()
        except OSError:
            # A write cut short leaves the file longer than its writer thinks: begin again from its real end.
            with suppress(OSError):
                self._raw.close()
            self._raw = RawFile(self._store.raw_dir, self.inbox)
            raise
        self.inbox.append(placed)

    def writable(self) -> bool:
        """Whether the disk takes a few bytes and the clock has not gone back: what /readyz asks."""
        probe = self._store.dir / f".{self.inbox.name}-ready"
        try:
            probe.write_bytes(b"ready\n")
            probe.unlink()
        except OSError:
            return False
        return True

    def close(self) -> None:
        """Close files and let the inbox go."""
        self._raw.close()
        self.inbox.close()
        os.close(self._lock)
