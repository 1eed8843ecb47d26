"""The platform as a server: it answers a request at once and uploads a little later, as the interface has it."""

from __future__ import annotations

import asyncio
import signal
import socket
import time
import uuid
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qs

import httpx
import msgspec
import uvicorn

from tongguan.sandbox.platform.exchange import exchange_of, upload_that_fails
from tongguan.sandbox.platform.ledger import Ledger
from tongguan.sandbox.ukey.card import Card

UPLOAD_PATH = "/ceb2grab/grab/realTimeDataUpload"
HOST = "127.0.0.1"
_BODY_MOST = 64 << 10
_TIMEOUT_SECONDS = 20.0


class _Request(msgspec.Struct):
    orderNo: str
    sessionID: str
    serviceTime: int | str = 0


class Platform:
    """The ASGI application. ``to`` is customs' address without the path; ``say`` gets a record of each thing done."""

    def __init__(
        self,
        ledger: Ledger,
        card: Card,
        stranger: Card,
        to: str,
        failure: str = "",
        delay_seconds: float = 0.0,
        say: Callable[[dict[str, Any]], None] = lambda said: None,
    ) -> None:
        self._ledger, self._card, self._stranger = ledger, card, stranger
        self._to, self._failure, self._delay, self._say = to.rstrip("/"), failure, delay_seconds, say
        self._uploads: set[asyncio.Task[None]] = set()

    async def __call__(
        self,
        scope: MutableMapping[str, Any],
        receive: Callable[[], Awaitable[Any]],
        send: Callable[[Any], Awaitable[None]],
    ) -> None:
        """The ASGI entry, for HTTP only."""
        if scope["type"] != "http":
            return
        status, code, message = await self._answer(scope, receive)
        body = msgspec.json.encode({"code": code, "message": message, "serviceTime": _now_ms()})
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _answer(
        self, scope: MutableMapping[str, Any], receive: Callable[[], Awaitable[Any]]
    ) -> tuple[int, str, str]:
        if scope["method"] != "POST" or not scope["path"].endswith("/platDataOpen"):
            return 404, "20000", "POST …/platDataOpen"
        try:
            fields = parse_qs((await _body(receive)).decode(), keep_blank_values=True, max_num_fields=16)
            asked = msgspec.json.decode(fields["openReq"][0], type=_Request)
        except (KeyError, ValueError, msgspec.MsgspecError):
            return 200, "20000", "openReq"
        self._say({"asked": asked.orderNo, "session": asked.sessionID})
        if self._failure == "error":
            return 500, "20000", "沙箱 / sandbox"
        found = self._ledger.find(asked.orderNo)
        if found is None or self._failure == "refuse":
            return 200, "20000", "没有该订单 / no such order"
        if self._failure != "silent":
            task = asyncio.create_task(self._upload(asked, found))
            self._uploads.add(task)
            task.add_done_callback(self._uploads.discard)
        return 200, "10000", ""

    async def _upload(self, asked: _Request, found: tuple[Any, Any]) -> None:
        await asyncio.sleep(self._delay)
        exchange = exchange_of(asked.sessionID, self._ledger.paid_with(found[1]), str(uuid.uuid4()), _now_ms())
        text = upload_that_fails(self._failure, exchange, self._card, self._stranger)
        try:
            async with httpx.AsyncClient(timeout=_TIMEOUT_SECONDS, trust_env=False) as client:
                answer = await client.post(self._to + UPLOAD_PATH, data={"payExInfoStr": text})
            told: object = answer.text[:500]
        except httpx.HTTPError as why:
            told = type(why).__name__
        self._say({"uploaded": asked.orderNo, "session": asked.sessionID, "answer": told})


def run_platform(platform: Platform, port: int, ready: Callable[[int], None]) -> None:
    """Serve on loopback until SIGINT or SIGTERM. Raises OSError when the port is taken."""
    server = uvicorn.Server(uvicorn.Config(platform, lifespan="off", ws="none", log_config=None, access_log=False))
    with socket.socket() as bound:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((HOST, port))
        ready(bound.getsockname()[1])
        # Before uvicorn has its own handlers, and after: it ends by raising the signal once more.
        for sign in (signal.SIGTERM, signal.SIGINT):
            signal.signal(sign, server.handle_exit)
        server.run(sockets=[bound])


async def _body(receive: Callable[[], Awaitable[Any]]) -> bytes:
    body = b""
    while True:
        event = await receive()
        body += event.get("body", b"")
        if len(body) > _BODY_MOST:
            raise ValueError("the body is too large")
        if not event.get("more_body", False):
            return body


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
