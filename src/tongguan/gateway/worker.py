"""The processes behind ``serve``: a gateway with its inbox, or the engine. Each ends cleanly on SIGTERM."""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any

import msgspec
import uvicorn

from tongguan import logs
from tongguan.ceb import sm2
from tongguan.clearance.explain import explain_document
from tongguan.config import Settings
from tongguan.gateway.api import ReadApi, ReadySettings
from tongguan.gateway.app import Gateway, IntakeSettings
from tongguan.gateway.batch import GroupCommit
from tongguan.gateway.door import Door
from tongguan.gateway.metrics import Metrics
from tongguan.gateway.rate import RateLimit
from tongguan.gateway.reading_thread import ReadingThread
from tongguan.gateway.registry_view import RegistryView
from tongguan.gateway.sink import StoreSink
from tongguan.gateway.tokens import Tokens
from tongguan.store.doors import Doors
from tongguan.store.faults import StoreFault
from tongguan.store.layout import Store, open_store
from tongguan.store.reading import Reader

log = logs.get("tongguan.gateway.worker")
BACKLOG = 2048


def gateway_main(directory: Path, sandbox: bool, settings: Settings, number: int, host: str, port: int) -> None:
    """Serve as gateway ``number`` until SIGTERM: then answer what came in, write what waits, and return."""
    logs.configure(settings.log.level)
    sm2.use(settings.gateway.sm2_route)
    _end_with_parent()
    store = open_store(directory, sandbox)
    built = build(store, settings, number)
    with shared_socket(host, port) as listener:
        server = uvicorn.Server(
            uvicorn.Config(
                built.app,
                loop="uvloop",
                http="httptools",
                ws="none",
                lifespan="on",
                log_config=None,
                access_log=False,
                server_header=False,
                backlog=BACKLOG,
                timeout_keep_alive=30,
                timeout_graceful_shutdown=10,
            )
        )
        # Before uvicorn has its own handlers, and after: it ends by raising the signal once more, which must not
        # cut us short.
        for sign in (signal.SIGTERM, signal.SIGINT):
            signal.signal(sign, server.handle_exit)
        server.run(sockets=[listener])
    built.close()


def engine_main(
    directory: Path,
    sandbox: bool,
    settings: Settings,
    scenarios: dict[str, tuple[tuple[str, str], ...]] | None = None,
) -> None:
    """Decide until SIGTERM; the batch at hand is finished first."""
    from tongguan.engine.loop import Engine

    logs.configure(settings.log.level)
    sm2.use(settings.gateway.sm2_route)  # certificates are checked here
    stop = threading.Event()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the supervisor turns Ctrl-C into SIGTERM, once, for all
    # A handler must not set an Event that the same thread may be waiting on (it holds the lock): a thread of its own
    # takes the signal, which is blocked in all others.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})

    def end_on_signal() -> None:
        signal.sigwait({signal.SIGTERM})
        stop.set()

    threading.Thread(target=end_on_signal, daemon=True, name="signal").start()
    _end_with_parent()
    with Engine(open_store(directory, sandbox), scenarios=scenarios) as engine:
        engine.run(stop)


class Built(msgspec.Struct, frozen=True):
    """A gateway put together, and what ends it."""

    app: Gateway
    sink: StoreSink
    tokens: Tokens
    close: Callable[[], None]


def build(store: Store, settings: Settings, number: int) -> Built:
    """Put one gateway together over an open store. Raises StoreFault when its inbox is in use."""
    sink = StoreSink(store, number)
    doors = Doors(store.doors_path)
    tokens = Tokens(doors)
    metrics = Metrics()
    commit = GroupCommit(
        sink,
        posts_max=settings.gateway.max_waiting,
        on_commit=metrics.commit,
        on_failure=lambda error: log.error("commit_failed", error=type(error).__name__, why=str(error)),
    )
    registry = RegistryView(_registry_in_force(store), default_profile=settings.ceb.profile)
    limits = settings.limits()
    rate = RateLimit(settings.gateway.rate_per_second, settings.gateway.rate_burst)
    reading = ReadingThread(store)
    api = ReadApi(
        tokens=tokens,
        rate=rate,
        reading=reading,
        metrics=metrics,
        story_of=explain_document,
        writable=sink.writable,
        has_room=commit.has_room,
        sandbox=store.sandbox,
        limits=limits,
        settings=ReadySettings(
            lag_max=settings.gateway.max_lag,
            page_size_max=settings.api.page_size_max,
            retry_after_seconds=settings.gateway.retry_after_seconds,
        ),
    )
    app = Gateway(
        door=Door(
            profile_of=registry.profile_of,
            find_certificate=registry.find_certificate,
            limits=limits,
            sandbox=store.sandbox,
        ),
        commit=commit,
        mint=sink.mint,
        tokens=tokens,
        rate=rate,
        metrics=metrics,
        api=api.asgi,
        settings=IntakeSettings(
            body_bytes_max=settings.gateway.max_body_bytes,
            unpacked_bytes_max=2 * settings.ceb.max_bytes,  # an envelope takes 4/3 of what it holds, and then some
            body_seconds_max=settings.gateway.max_body_seconds,
            retry_after_seconds=settings.gateway.retry_after_seconds,
        ),
    )

    def close() -> None:
        reading.close()
        sink.close()
        doors.close()

    return Built(app, sink, tokens, close)


def shared_socket(host: str, port: int) -> socket.socket:
    """A bound socket whose port several processes of ours may share; the system spreads connections over them."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    try:
        bound.bind((host, port))
    except OSError:
        bound.close()
        raise
    return bound


def _registry_in_force(store: Store) -> Callable[[], bytes | None]:
    """How the door looks the registry up: a short-lived Reader, since this is asked every few seconds only."""

    def load() -> bytes | None:
        try:
            reader = Reader(store)
        except StoreFault:
            return None  # the engine has not made the state yet
        try:
            found = reader.in_force().get("registry")
        finally:
            reader.close()
        return found[1] if found else None

    return load


def _end_with_parent() -> None:
    """A supervisor that was killed leaves no children behind, nor their ports and locks."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch(sentinel: Any) -> None:
        wait([sentinel])
        with suppress(ProcessLookupError):
            os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, args=(parent.sentinel,), daemon=True, name="parent").start()
