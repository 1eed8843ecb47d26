"""The process that talks with the upstream: one way up, one way down, our own answers beside. One a store."""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections.abc import Callable
from contextlib import closing

from tongguan import logs
from tongguan.config import Settings
from tongguan.gateway.registry_view import RegistryView, registry_in_force
from tongguan.store.faults import StoreFault
from tongguan.store.layout import Store
from tongguan.store.upstream.database import UpstreamFile
from tongguan.upstream.answering import Projector
from tongguan.upstream.folder import SETTLE_SECONDS
from tongguan.upstream.forwarding import Forwarder, begin
from tongguan.upstream.receiving import FolderReceipts, HttpReceipts
from tongguan.upstream.recording import Recorder
from tongguan.upstream.window import FolderWindow, HttpWindow, Window

log = logs.get("tongguan.upstream")
IDLE_SECONDS = 0.1


class Exchange:
    """Everything between a store and its upstream. ``steady`` is a steady clock in seconds.

    Raises StoreFault ``upstream-in-use`` when another process does this for the store.
    """

    def __init__(self, store: Store, settings: Settings, steady: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._settings = settings
        self._steady = steady
        self._lock = _lock(store)
        self._registry = RegistryView(registry_in_force(store))
        self._relays = settings.deployment.role == "relay"
        if self._relays:
            begin(store)

    def __enter__(self) -> Exchange:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        os.close(self._lock)

    def run(self, stop: threading.Event) -> None:
        """Go up and down until ``stop`` is set. Raises what stopped it; the caller starts it again."""
        failures: list[Exception] = []

        def kept(way: Callable[[threading.Event], None]) -> None:
            try:
                way(stop)
            except Exception as failure:  # raised again by the thread that waits below
                failures.append(failure)
                stop.set()

        ways = [threading.Thread(target=kept, args=(way,), name=way.__name__) for way in self._ways()]
        for way in ways:
            way.start()
        for way in ways:
            way.join()
        if failures:
            raise failures[0]

    def once(self) -> None:
        """One round of everything: what waits goes up, what there is comes down."""
        stop = threading.Event()
        with UpstreamFile(self._store) as file:
            if self._relays and (window := self._window_now()) is not None:
                with closing(window), closing(self._forwarder(file, window)) as forwarder:
                    forwarder.round()
            self._receive(file, stop, once=True)

    def _ways(self) -> list[Callable[[threading.Event], None]]:
        return [self.up, self.down] if self._relays else [self.down]

    def up(self, stop: threading.Event) -> None:
        """Forward until told to stop."""
        with UpstreamFile(self._store) as file:
            while (window := self._window_now()) is None:
                if stop.wait(self._settings.deployment.poll_seconds):
                    return
            with closing(window), closing(self._forwarder(file, window)) as forwarder:
                while not stop.is_set():
                    report = forwarder.round(stop.is_set)
                    if not (report.sent or report.refused):
                        stop.wait(IDLE_SECONDS)

    def down(self, stop: threading.Event) -> None:
        """Fetch receipts and lay our own answers beside them until told to stop."""
        with UpstreamFile(self._store) as file:
            self._receive(file, stop)

    def _receive(self, file: UpstreamFile, stop: threading.Event, *, once: bool = False) -> None:
        recorder = Recorder(file, self._registry.current)
        if (folder := self._settings.receipts_folder()) is not None:
            found = FolderReceipts(folder, recorder, self._steady)
            self._repeat(found.round, SETTLE_SECONDS, stop, file, times=2 if once else 0)
        elif address := self._settings.upstream_address():
            with closing(HttpWindow(address)) as window:
                asked = HttpReceipts(window, file, recorder, self._parties)
                self._repeat(
                    lambda: asked.round(stop.is_set),
                    self._settings.deployment.poll_seconds,
                    stop,
                    file,
                    times=1 if once else 0,
                )
        else:  # receipts are brought by hand
            self._repeat(lambda: 0, self._settings.deployment.poll_seconds, stop, file, times=1 if once else 0)

    def _repeat(
        self, look: Callable[[], int], seconds: float, stop: threading.Event, file: UpstreamFile, times: int
    ) -> None:
        """Look, lay our own answers beside what came, wait; so many times, or (0) until told to stop."""
        done = 0
        while not stop.is_set():
            look()
            project(self._store, file)
            done += 1
            if done == times or stop.wait(seconds):
                return

    def _forwarder(self, file: UpstreamFile, window: Window) -> Forwarder:
        recorder = Recorder(file, self._registry.current)

        def refused(raw: bytes, dxp_id: str) -> None:
            recorder.take(raw, window.name, dxp_id)

        return Forwarder(self._store, file, window, on_receipt=refused, steady=self._steady)

    def _window_now(self) -> Window | None:
        """The window, None while it is not known whether it is a sandbox: that is asked before anything is sent."""
        if (folder := self._settings.upstream_folder()) is not None:
            return FolderWindow(folder)
        window = HttpWindow(self._settings.upstream_address())
        try:
            is_sandbox = window.is_sandbox()
            if is_sandbox is None:
                window.close()
                return None
            _refuse_to_mix(self._store.sandbox, is_sandbox, window.name)
        except StoreFault:
            window.close()
            raise
        return window

    def _parties(self) -> list[str]:
        registry = self._registry.current()
        return sorted({row.dxp_id for row in registry.tables.parties if row.dxp_id}) if registry else []


def begin_in(store: Store, role: str) -> None:
    """Before a door of a relay opens: note what its inboxes hold, since only what comes from now on goes up."""
    if role == "relay":
        begin(store)


def recorder_of(store: Store, file: UpstreamFile) -> Recorder:
    """What records receipts for a store, with the registry in force to say whose they are."""
    return Recorder(file, RegistryView(registry_in_force(store)).current)


def _refuse_to_mix(ours: bool, theirs: bool, name: str) -> None:
    if ours and not theirs:
        raise StoreFault(
            "upstream-is-production",
            f"本库是沙箱，上游 {name} 不是：沙箱的报文不得报到正式窗口",
            f"this store is a sandbox and the upstream {name} is not: test filings never go to a real window",
        )
    if theirs and not ours:
        raise StoreFault(
            "upstream-is-sandbox",
            f"上游 {name} 是沙箱，本库不是：正式的申报不得转交沙箱",
            f"the upstream {name} is a sandbox and this store is not: real filings never go to a sandbox",
        )


def project(store: Store, file: UpstreamFile) -> None:
    """Lay all that we have decided so far beside the upstream's receipts."""
    if not store.state_path.exists():
        return
    with closing(Projector(store, file)) as projector:
        while projector.round():
            pass


def _lock(store: Store) -> int:
    handle = os.open(store.upstream_path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        raise StoreFault(
            "upstream-in-use",
            "另一个进程正在与上游交换本库的报文",
            "another process exchanges this store's messages with the upstream",
        ) from None
    os.ftruncate(handle, 0)
    os.write(handle, f"{os.getpid()}\n".encode())  # for whoever wonders who holds it
    return handle
