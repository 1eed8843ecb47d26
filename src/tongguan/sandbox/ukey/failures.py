"""How the component is known to fail, one entry each, and when it is to fail."""

from __future__ import annotations

import msgspec


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """One way to fail. ``error`` is what stands in ``Error``; without it no answer comes, and ``closes`` the line."""

    name: str
    zh: str
    en: str
    error: tuple[str, ...] = ()
    closes: bool = False


FAILURES = (
    Failure(
        name="reader",
        zh="读卡器复位失败（50070），重启控件后恢复",
        en="the card reader cannot be reset (50070); it comes back when the component is restarted",
        error=("[读卡器底层库]复位读卡器失败:错误码=50070", "Err:Custom50070"),
    ),
    Failure(
        name="silent",
        zh="收到请求但不再答复（卡灯熄灭）",
        en="requests are taken and never answered (the light is out)",
    ),
    Failure(name="drop", zh="收到请求即断开连接", en="the connection is closed at the request", closes=True),
)
BY_NAME = {one.name: one for one in FAILURES}


class Plan:
    """When to fail: ``after`` so many requests that are answered well, ``times`` requests (0: from then on, always)."""

    def __init__(self, failure: Failure | None = None, after: int = 0, times: int = 0) -> None:
        self.set(failure, after, times)

    def set(self, failure: Failure | None, after: int = 0, times: int = 0) -> None:
        """Begin anew with another failure, or with none."""
        self._failure, self._after, self._left = failure, after, times or -1

    def next(self) -> Failure | None:
        """How the request at hand fails; None: it does not. Counts the request."""
        if self._failure is None or self._left == 0:
            return None
        if self._after:
            self._after -= 1
            return None
        self._left -= self._left > 0
        return self._failure
