"""Who decides: a locked file, held by the process that writes until it ends.

The system drops the lock with the process, however that ends, so there is nothing to renew and nothing stale to clear.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from types import TracebackType

from tongguan.engine.faults import EngineFault


class EngineLock:
    """``with EngineLock(path): …``. Raises EngineFault ``engine-running`` when another process holds it."""

    def __init__(self, path: Path) -> None:
        self._fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._fd)
            raise EngineFault(
                "engine-running",
                "另一个引擎进程正在使用该数据存储",
                "another engine process is working on this store",
            ) from None
        os.ftruncate(self._fd, 0)
        os.write(self._fd, f"{os.getpid()}\n".encode())

    def release(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def __enter__(self) -> EngineLock:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.release()
