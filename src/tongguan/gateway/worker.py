"""The processes behind ``serve``: a gateway with its inbox, or the engine. Each ends cleanly on SIGTERM."""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any

import msgspec
import uvicorn

from tongguan import logs
from tongguan.ceb import sm2
from tongguan.clearance.explain import explain_document
from tongguan.clearance.model import Pulled
from tongguan.config import Settings
from tongguan.gateway.access import AccessLog
from tongguan.gateway.answered_out import AnsweredOut
from tongguan.gateway.api import ReadApi, ReadySettings
from tongguan.gateway.app import Gateway, IntakeSettings
from tongguan.gateway.batch import GroupCommit
from tongguan.gateway.desk import Desk
from tongguan.gateway.door import Door
from tongguan.gateway.forgetting import keep_forgetting
from tongguan.gateway.metrics import Metrics
from tongguan.gateway.pull_door import PullDoor
from tongguan.gateway.rate import RateLimit
from tongguan.gateway.reading_thread import ReadingThread
from tongguan.gateway.registry_view import RegistryView, registry_in_force
from tongguan.gateway.sink import StoreSink
from tongguan.gateway.tokens import Tokens
from tongguan.payment_pull.upload import UploadDoor
from tongguan.store.commands import put_command
from tongguan.store.doors import Doors
from tongguan.store.filing import PAYMENT_PULL
from tongguan.store.layout import Store, gateway_name, open_store
from tongguan.store.pace import Pace
from tongguan.store.paced import reader_at
from tongguan.store.pulls import Pulls

log = logs.get("tongguan.gateway.worker")
BACKLOG = 2048


def gateway_main(
    directory: Path,
    sandbox: bool,
    settings: Settings,
    number: int,
    host: str,
    port: int,
    pace: Pace = Pace.INSTANT,
) -> None:
    """Serve as gateway ``number`` until SIGTERM: then answer what came in, write what waits, and return."""
    logs.configure(settings.log.level)
    sm2.use(settings.gateway.sm2_route)
    end_with_parent()
    store = open_store(directory, sandbox)
    built = build(store, settings, number, pace)
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
    stop = stopped_by_signal()
    end_with_parent()
    with Engine(open_store(directory, sandbox), scenarios=scenarios) as engine:
        engine.run(stop)


def stopped_by_signal() -> threading.Event:
    """An event that SIGTERM sets. To be called before other threads are started."""
    stop = threading.Event()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the supervisor turns Ctrl-C into SIGTERM, once, for all
    # A handler must not set an Event that the same thread may be waiting on (it holds the lock): a thread of its own
    # takes the signal, which is blocked in all others.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})

    def end_on_signal() -> None:
        signal.sigwait({signal.SIGTERM})
        stop.set()

    threading.Thread(target=end_on_signal, daemon=True, name="signal").start()
    return stop


class Built(msgspec.Struct, frozen=True):
    """A gateway put together, and what ends it."""

    app: Gateway
    sink: StoreSink
    tokens: Tokens
    close: Callable[[], None]


def build(store: Store, settings: Settings, number: int, pace: Pace = Pace.INSTANT) -> Built:
    """Put one gateway together over an open store.

    Raises StoreFault when its inbox is in use, or when a production store is to have a ``pace``.
    """
    open_reader = reader_at(pace, store)
    sink = StoreSink(store, number)
    doors, pulls = Doors(store.doors_path), Pulls(store.pulls_path)
    tokens = Tokens(doors)
    metrics = Metrics()
    commit = GroupCommit(
        sink,
        posts_max=settings.gateway.max_waiting,
        on_commit=metrics.commit,
        on_failure=lambda error: log.error("commit_failed", error=type(error).__name__, why=str(error)),
    )
    registry = RegistryView(registry_in_force(store), default_profile=settings.ceb.profile)
    limits = settings.limits()
    rate = RateLimit(settings.gateway.rate_per_second, settings.gateway.rate_burst)
    reading = ReadingThread(store, open_reader)
    access = AccessLog(store, gateway_name(number))
    stop = threading.Event()
    forgetting = keep_forgetting(store, gateway_name(number), stop)
    role = settings.deployment.role
    desk = Desk(store, role) if role != "authority" else None
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
        desk=desk,
        give=partial(put_command, store),
        registry=registry.current,
        looked=access.note,
        keys=store.keys,
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
        answered_out=AnsweredOut(reading, api.law),
        pull_door=PullDoor(_uploads(store, pulls, registry), now),
        settings=IntakeSettings(
            body_bytes_max=settings.gateway.max_body_bytes,
            unpacked_bytes_max=2 * settings.ceb.max_bytes,  # an envelope takes 4/3 of what it holds, and then some
            body_seconds_max=settings.gateway.max_body_seconds,
            retry_after_seconds=settings.gateway.retry_after_seconds,
        ),
    )

    def close() -> None:
        stop.set()
        forgetting.join()
        access.close()
        reading.close()
        if desk is not None:
            desk.close()
        sink.close()
        doors.close()
        pulls.close()

    return Built(app, sink, tokens, close)


def _uploads(store: Store, pulls: Pulls, registry: RegistryView) -> UploadDoor:
    """Uploads are handed to the engine as commands, through the commands' one inbox."""

    def give(event: Pulled) -> None:
        put_command(store, PAYMENT_PULL, event.key[0], kind=event.kind, key=event.key, pull=event)

    return UploadDoor(pulls, registry.find_certificate, give, now)


def now() -> datetime:
    """The wall time, aware."""
    return datetime.now(UTC)


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


def end_with_parent() -> None:
    """A supervisor that was killed leaves no children behind, nor their ports and locks."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch(sentinel: Any) -> None:
        wait([sentinel])
        with suppress(ProcessLookupError):
            os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, args=(parent.sentinel,), daemon=True, name="parent").start()
