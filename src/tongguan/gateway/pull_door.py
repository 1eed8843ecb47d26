"""POST /ceb2grab/grab/realTimeDataUpload: the address at which platforms upload pulled payment data.

It asks for no token: the session's id is known to customs and the platform only, and the upload is signed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

from tongguan import logs
from tongguan.gateway.answer import JSON, Answer
from tongguan.gateway.body import (
    BadCompression,
    BodyAborted,
    Receive,
    TooLarge,
    TooLargeUnpacked,
    TooSlow,
    read_body,
    unpack,
)
from tongguan.payment_pull.upload import BUSY, UNREADABLE, Told, UploadDoor

PATH = "/ceb2grab/grab/realTimeDataUpload"
BODY_BYTES_MOST = 4 << 20
_SECONDS_MOST = 60.0
_WAITING_MOST = 64
log = logs.get("tongguan.gateway.pull")


class PullDoor:
    """The HTTP side of ``UploadDoor``: one upload at a time in a thread, a bounded number waiting."""

    def __init__(self, door: UploadDoor, now: Callable[[], datetime]) -> None:
        self._door, self._now = door, now
        self._turn = asyncio.Lock()
        self._waiting = 0

    async def answer(self, method: str, headers: dict[bytes, bytes], receive: Receive) -> Answer:
        """The answer to one request. Whatever is refused is told in the form of the interface."""
        if method != "POST":
            return self._told(405, Told(UNREADABLE, "POST"))
        if self._waiting >= _WAITING_MOST:
            return self._told(503, Told(BUSY))
        self._waiting += 1
        try:
            body = unpack(
                await read_body(receive, BODY_BYTES_MOST, _SECONDS_MOST),
                headers.get(b"content-encoding", b"").decode("latin-1"),
                BODY_BYTES_MOST,
            )
            async with self._turn:
                told = await asyncio.to_thread(self._door.take, body)
        except (TooLarge, TooLargeUnpacked):
            return self._told(413, Told(UNREADABLE, f"<= {BODY_BYTES_MOST}"))
        except (BadCompression, BodyAborted, TooSlow) as why:
            return self._told(400, Told(UNREADABLE, type(why).__name__))
        except Exception:
            # The last wall, as at the filing door: nothing was acknowledged, and the platform may upload again.
            log.exception("upload_failed")
            return self._told(503, Told(BUSY))
        finally:
            self._waiting -= 1
        if told.code != "10000":
            log.info("upload_refused", code=told.code)
        return self._told(200, told)

    def _told(self, status: int, told: Told) -> Answer:
        return Answer(status, told.body(self._now()), JSON, 2 if status == 503 else 0)
