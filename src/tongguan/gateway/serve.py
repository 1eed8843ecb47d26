"""``serve``: several gateway processes on one port and one engine, started, watched and ended together."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import socket
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from prometheus_client.multiprocess import mark_process_dead

from tongguan import logs
from tongguan.ceb import sm2
from tongguan.config import Settings
from tongguan.gateway.metrics import MULTIPROCESS_KEY
from tongguan.gateway.worker import engine_main, gateway_main, shared_socket
from tongguan.store.faults import StoreFault
from tongguan.store.layout import Store, gateway_name
from tongguan.store.pace import Pace
from tongguan.store.paced import reader_at

log = logs.get("tongguan.serve")
_SPAWN = multiprocessing.get_context("spawn")  # a forked child would inherit locks, connections and event loops
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 30.0
_STEADY_AFTER = 60.0
_GRACE_SECONDS = 15.0
_LOOK_SECONDS = 0.1


class Child:
    """One process that is started again when it dies, each time after a longer pause."""

    def __init__(self, name: str, target: Callable[..., None], args: tuple[Any, ...]) -> None:
        self.name = name
        self._target = target
        self._args = args
        self._pause = _FIRST_PAUSE
        self._started = 0.0
        self._not_before = 0.0
        self.process: Any = None

    def start(self) -> None:
        """Start the process."""
        self.process = _SPAWN.Process(target=self._target, args=self._args, name=self.name)
        self.process.start()
        self._started = time.monotonic()

    def look_after(self) -> None:
        """Start the process again if it has died and its pause is over."""
        now = time.monotonic()
        if self.process is not None and not self.process.is_alive():
            if now - self._started > _STEADY_AFTER:
                self._pause = _FIRST_PAUSE
            log.error("process_died", process=self.name, code=self.process.exitcode, again_in_seconds=self._pause)
            _forget_metrics(self.process.pid)
            self.process = None
            self._not_before = now + self._pause
            self._pause = min(2 * self._pause, _LONGEST_PAUSE)
        if self.process is None and now >= self._not_before:
            self.start()

    def ask_to_end(self) -> None:
        """Send SIGTERM."""
        if self.process is not None and self.process.is_alive():
            self.process.terminate()

    def end(self, until: float) -> None:
        """Wait for the end until a moment of the steady clock, then kill."""
        if self.process is None:
            return
        self.process.join(max(0.0, until - time.monotonic()))
        if self.process.is_alive():
            log.error("process_killed", process=self.name)
            self.process.kill()
            self.process.join()


def serve(
    settings: Settings,
    store: Store,
    *,
    host: str | None = None,
    port: int | None = None,
    processes: int | None = None,
    say: Callable[[str], None] = print,
    with_engine: bool = True,
    stop: threading.Event | None = None,
    scenarios: dict[str, tuple[tuple[str, str], ...]] | None = None,
    pace: Pace = Pace.INSTANT,
) -> None:
    """Run until SIGTERM, SIGINT or ``stop``: gateways numbered from ``settings.gateway.number`` on, and the engine.

    ``store`` has been opened by the caller, who so has said whether this is a sandbox; every process opens it again
    under the same word. ``host``, ``port`` and ``processes`` go before the settings. ``say`` gets one line once the
    door is open. ``scenarios`` are what a sandbox's engine reads from notes, ``pace`` is how its
    gateways give receipts.
    Raises StoreFault ``pace-in-production``, ``port-in-use``, ``gateway-number`` or ``sm2-route`` before anything is
    started.
    """
    host = settings.gateway.host if host is None else host
    count = processes or settings.gateway.processes
    stop = stop or threading.Event()
    _check_numbers(settings.gateway.number, count)
    _check_sm2(settings)
    reader_at(pace, store)  # refuses here what each gateway would refuse
    signalled = _signalled()
    holder = _hold_port(host, settings.gateway.port if port is None else port)
    metrics_dir = _metrics_folder(count)
    try:
        bound: int = holder.getsockname()[1]
        what = (store.dir, store.sandbox, settings)
        children = [Child("engine", engine_main, (*what, scenarios))] if with_engine else []
        for number in range(settings.gateway.number, settings.gateway.number + count):
            children.append(Child(f"gateway-{number}", gateway_main, (*what, number, host, bound, pace)))
        if settings.deployment.role != "authority":
            from tongguan.upstream.process import upstream_main
            from tongguan.upstream.worker import begin_in

            begin_in(store, settings.deployment.role)
            children.append(Child("upstream", upstream_main, what))
        _run(
            children,
            lambda: signalled() or stop.wait(_LOOK_SECONDS),
            lambda: say(_greeting(store, host, bound, count, pace, settings.deployment.role)),
            host,
            bound,
        )
    finally:
        holder.close()
        if metrics_dir:
            shutil.rmtree(metrics_dir, ignore_errors=True)
            os.environ.pop(MULTIPROCESS_KEY, None)


def _signalled() -> Callable[[], bool]:
    """Whether SIGTERM or SIGINT has come.

    The handler only appends: setting an Event from a handler can hang, since the thread it interrupts may be waiting
    on that Event with its lock held.
    """
    came: list[int] = []
    if threading.current_thread() is threading.main_thread():
        for sign in (signal.SIGTERM, signal.SIGINT):
            signal.signal(sign, lambda number, frame: came.append(number))
    return lambda: bool(came)


def _check_numbers(first: int, count: int) -> None:
    try:
        gateway_name(first)
        gateway_name(first + count - 1)
    except ValueError:
        raise StoreFault(
            "gateway-number",
            f"网关编号 {first} 至 {first + count - 1} 超出 1 至 99",
            f"the gateway numbers {first} to {first + count - 1} leave the range 1 to 99",
        ) from None


def _check_sm2(settings: Settings) -> None:
    """Prove the wanted way of SM2 here, once: otherwise every process would find out with its first message."""
    try:
        sm2.use(settings.gateway.sm2_route)
        sm2.self_test()
    except sm2.Sm2Error as error:
        raise StoreFault("sm2-route", f"不能验签：{error}", f"signatures cannot be verified: {error}") from error


def _run(children: list[Child], ended: Callable[[], bool], greet: Callable[[], None], host: str, port: int) -> None:
    try:
        for child in children:
            child.start()
        greeted = False
        while not ended():
            for child in children:
                child.look_after()
            if not greeted and _answers(host, port):
                greet()
                greeted = True
    finally:
        # Gateways first: what they still acknowledge is decided now or at the next start, never lost.
        for child in reversed(children):
            child.ask_to_end()
        until = time.monotonic() + _GRACE_SECONDS
        for child in reversed(children):
            child.end(until)


def _hold_port(host: str, port: int) -> socket.socket:
    """Keep the port for our children, and refuse one that somebody else listens on (sharing would hide it)."""
    try:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
            port = probe.getsockname()[1]
        return shared_socket(host, port)
    except OSError as error:
        raise StoreFault(
            "port-in-use",
            f"无法在 {host} 端口 {port} 上监听：{error.strerror}",
            f"cannot listen on {host} port {port}: {error.strerror}",
        ) from None


def _metrics_folder(count: int) -> str:
    """Several processes add their figures up over files in a folder that every child learns from its environment."""
    if count < 2:
        os.environ.pop(MULTIPROCESS_KEY, None)
        return ""
    folder = tempfile.mkdtemp(prefix="tongguan-metrics-")
    os.environ[MULTIPROCESS_KEY] = folder
    return folder


def _forget_metrics(pid: int) -> None:
    if os.environ.get(MULTIPROCESS_KEY):
        mark_process_dead(pid)  # drops its gauges; its counts stay in the sum


def _answers(host: str, port: int) -> bool:
    with suppress(OSError), socket.create_connection((host, port), timeout=0.2):
        return True
    return False


def _greeting(store: Store, host: str, port: int, count: int, pace: Pace, role: str) -> str:
    shown = f"[{host}]" if ":" in host else host
    kind = "沙箱 sandbox" if store.sandbox else "生产 production"
    slow = " · 真实节奏 realistic pace" if pace is Pace.REALISTIC else ""
    part = "" if role == "authority" else f" · 角色 role: {role}"
    return f"通关 tongguan: http://{shown}:{port} · {kind}{part} · {count} 个网关进程 gateway process(es){slow}"
