"""One thread that reads the clearing state, so that a slow look-up never holds up a filing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from tongguan.store.layout import Store
from tongguan.store.reading import Reader

T = TypeVar("T")


class ReadingThread:
    """Runs look-ups one after another over a Reader of its own, which is opened at the first use.

    A Reader that fails is thrown away: the state file may not have been there yet when it was opened.
    """

    def __init__(self, store: Store, open_reader: Callable[[Store], Reader] = Reader) -> None:
        self._store = store
        self._open_reader = open_reader
        self._reader: Reader | None = None
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="reading")

    async def ask(self, question: Callable[[Reader], T]) -> T:
        """The answer to one question; whatever the Reader raises comes out here."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._answer, question)

    def close(self) -> None:
        """End the thread."""
        self._thread.shutdown()

    def _answer(self, question: Callable[[Reader], T]) -> T:
        if self._reader is None:
            self._reader = self._open_reader(self._store)
        try:
            return question(self._reader)
        except ValueError:
            raise  # a bad cursor says nothing against the Reader
        except Exception:
            self._reader = None
            raise
