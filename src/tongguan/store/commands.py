"""Giving the engine a command: one writer at a time, held by a lock on a file beside the commands' inbox."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable
from typing import Any

from tongguan.clearance.officers.commanded import ACTIONS as OFFICERS_ACTIONS
from tongguan.clearance.retention import ERASE
from tongguan.store.filing import PAYMENT_PULL, Command
from tongguan.store.inbox import SqliteInbox
from tongguan.store.layout import COMMANDS, Store

ACTIONS = (*OFFICERS_ACTIONS, PAYMENT_PULL, "registry", "law", "law_stage", "law_approve", "law_withdraw", ERASE)


def put_command(
    store: Store, action: str, actor: str, *, clock_ns: Callable[[], int] = time.time_ns, **fields: Any
) -> str:
    """Queue a command; returns its id, under which ``Reader.filing`` tells what became of it. Durable on return.

    ``fields`` are those of ``Command``. Raises ValueError for an action that is not one of ``ACTIONS``.
    """
    if action not in ACTIONS:
        raise ValueError(f"unknown command {action}; known: {', '.join(ACTIONS)}")
    path = store.inbox_path(COMMANDS)
    lock = os.open(path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        inbox = SqliteInbox(path, store.keys, writer=True, clock_ns=clock_ns)
        try:
            command = Command(filing_id=inbox.mint(), action=action, actor=actor, received_ns=clock_ns(), **fields)
            inbox.append([command])
            return command.filing_id
        finally:
            inbox.close()
    finally:
        os.close(lock)
