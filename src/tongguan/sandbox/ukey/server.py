"""The WebSocket server of the virtual key. It listens on 127.0.0.1 only, as the component does."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from contextlib import suppress

from websockets.asyncio.server import ServerConnection
from websockets.asyncio.server import serve as websocket_serve
from websockets.exceptions import ConnectionClosed

from tongguan.sandbox.error import SandboxError
from tongguan.sandbox.ukey.card import Card
from tongguan.sandbox.ukey.failures import Plan
from tongguan.sandbox.ukey.protocol import Silence, answer, greeting

HOST = "127.0.0.1"
PORT = 61232
"""Where public clients look for the component."""
BYTES_MOST = 4 << 20


class Key:
    """One virtual key. The card does one thing at a time: requests of all connections are answered in their order."""

    def __init__(self, card: Card, password: str, plan: Plan) -> None:
        self._card, self._password, self._plan = card, password, plan
        self._turn = asyncio.Lock()

    async def talk(self, connection: ServerConnection) -> None:
        """Greet a client and answer what it asks until it goes."""
        with suppress(ConnectionClosed):
            await connection.send(greeting())
            async for message in connection:
                text = message if isinstance(message, str) else message.decode("utf-8", "replace")
                try:
                    async with self._turn:
                        told = answer(text, self._card, self._password, self._plan)
                except Silence as silence:
                    if silence.closes:
                        return
                    continue
                await connection.send(told)


async def serve_key(key: Key, port: int, ready: Callable[[int], None], stop: asyncio.Event) -> None:
    """Serve until ``stop`` is set. ``ready`` gets the port once it is open. Raises SandboxError when it is taken."""
    try:
        server = await websocket_serve(key.talk, HOST, port, max_size=BYTES_MOST)
    except OSError as taken:
        raise SandboxError(
            f"端口 {port} 已被占用（可能是真的控件）", f"port {port} is in use, maybe by the real component"
        ) from taken
    async with server:
        ready(next(iter(server.sockets)).getsockname()[1])
        await stop.wait()


def run_key(card: Card, *, password: str, plan: Plan, port: int, ready: Callable[[int], None]) -> None:
    """Serve until SIGINT or SIGTERM. Raises SandboxError."""

    async def until_signalled() -> None:
        stop, loop = asyncio.Event(), asyncio.get_running_loop()
        for sign in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(sign, stop.set)
        await serve_key(Key(card, password, plan), port, ready, stop)

    asyncio.run(until_signalled())
