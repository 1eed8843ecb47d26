"""The process of ``serve`` that talks with the upstream; it ends on SIGTERM and tells its fault by name."""

from __future__ import annotations

import sys
from pathlib import Path

from tongguan import logs
from tongguan.config import Settings
from tongguan.gateway.worker import end_with_parent, stopped_by_signal
from tongguan.store.faults import StoreFault, named_database_errors
from tongguan.store.layout import open_store
from tongguan.upstream.worker import Exchange

log = logs.get("tongguan.upstream")


def upstream_main(directory: Path, sandbox: bool, settings: Settings) -> None:
    """Exchange messages with the upstream until SIGTERM; a fault of the store ends it with status 1."""
    logs.configure(settings.log.level)
    stop = stopped_by_signal()
    end_with_parent()
    try:
        with named_database_errors(), Exchange(open_store(directory, sandbox), settings) as exchange:
            exchange.run(stop)
    except StoreFault as fault:
        log.error("upstream_stopped", fault=fault.name, zh=fault.text_zh, en=fault.text_en)
        sys.exit(1)
