"""Group commit: whatever waits is stored together, and each post is answered after its row is on disk.

While one group is being written (by the one thread that may write), new posts are judged and gather for the next.
So under load a commit carries many posts, and a lone post never waits for company.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

import msgspec

from tongguan.store.filing import Filing


class Sink(Protocol):
    """Where accepted posts go. Both methods are called from one thread at a time."""

    def mint(self) -> str:
        """A filing id that was never given before."""

    def store(self, posts: Sequence[tuple[Filing, bytes]]) -> None:
        """Make all posts durable, in this order; all of them or, when it raises, none."""


class NotTaken(Exception):
    """The post was not stored: too many wait, the gateway stops, or the disk refuses. Nothing is left behind."""


class _Waiting(msgspec.Struct):
    filing: Filing
    raw: bytes
    done: asyncio.Future[None]


class GroupCommit:
    """One for each gateway process, living on its event loop.

    ``posts_max`` and ``bytes_max`` bound what may wait; ``group_max`` what one commit carries.
    """

    def __init__(
        self,
        sink: Sink,
        *,
        posts_max: int = 2000,
        bytes_max: int = 256 << 20,
        group_max: int = 256,
        on_commit: Callable[[int, float], None] = lambda posts, seconds: None,
        on_failure: Callable[[Exception], None] = lambda error: None,
    ) -> None:
        self._sink = sink
        self._posts_max = posts_max
        self._bytes_max = bytes_max
        self._group_max = group_max
        self._on_commit = on_commit
        self._on_failure = on_failure
        self._waiting: list[_Waiting] = []
        self._waiting_bytes = 0
        self._writing = 0
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="inbox")
        self._task: asyncio.Task[None] | None = None
        self._closed = False

    @property
    def waiting(self) -> int:
        """Posts that are not yet on disk."""
        return len(self._waiting) + self._writing

    def has_room(self) -> bool:
        """Whether one more post may come in."""
        return not self._closed and self.waiting < self._posts_max and self._waiting_bytes < self._bytes_max

    async def put(self, filing: Filing, raw: bytes) -> None:
        """Return once the post is durable. Raises NotTaken."""
        if not self.has_room():
            raise NotTaken("no room" if not self._closed else "stopping")
        loop = asyncio.get_running_loop()
        item = _Waiting(filing, raw, loop.create_future())
        self._waiting.append(item)
        self._waiting_bytes += len(raw)
        if self._task is None:
            self._task = loop.create_task(self._work())
        await asyncio.shield(item.done)  # a client that hangs up does not undo what is being written

    async def close(self) -> None:
        """Take nothing more, write what waits, and end the writing thread."""
        self._closed = True
        while self._task is not None:
            await asyncio.wait([self._task])
        self._writer.shutdown()

    async def _work(self) -> None:
        try:
            while self._waiting:
                group, self._waiting = self._waiting[: self._group_max], self._waiting[self._group_max :]
                await self._write(group)
        finally:
            # Should a listener break, what waits is not left waiting for the next post.
            self._task = asyncio.get_running_loop().create_task(self._work()) if self._waiting else None

    async def _write(self, group: list[_Waiting]) -> None:
        loop = asyncio.get_running_loop()
        self._writing = len(group)
        started = loop.time()
        error: Exception | None = None
        try:
            posts = [(item.filing, item.raw) for item in group]
            await loop.run_in_executor(self._writer, self._sink.store, posts)
        except Exception as caught:
            # Whatever the store raises (disk full, clock gone back), the posts are not stored and are told so.
            error = caught
        self._writing = 0
        self._waiting_bytes -= sum(len(item.raw) for item in group)
        for item in group:
            if item.done.done():
                continue
            if error is None:
                item.done.set_result(None)
            else:
                item.done.set_exception(NotTaken(type(error).__name__))
                item.done.exception()  # marks it as seen, for a client that has already gone
        if error is None:
            self._on_commit(len(group), loop.time() - started)
        else:
            self._on_failure(error)
