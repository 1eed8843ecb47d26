"""Changes of law that were staged, as rows, and the snapshots that the store keeps."""

from __future__ import annotations

import sqlite3

from tongguan.law.staging import Staged
from tongguan.store.statements import sql


def read_staged(db: sqlite3.Connection) -> list[Staged]:
    """Every change that was ever staged, in the order of staging."""
    return [
        Staged(
            digest=row[0], base=row[1], maker=row[2], retroactive=bool(row[3]), staged_event=row[4], state=row[5],
            checker=row[6], ended_event=row[7],
        )
        for row in db.execute(sql("all_staged_law"))
    ]  # fmt: skip


def staged_row(staged: Staged) -> tuple[str, str, str, int, int, str, str, int]:
    """For ``put_staged_law``."""
    return (
        staged.digest, staged.base, staged.maker, int(staged.retroactive), staged.staged_event, staged.state,
        staged.checker, staged.ended_event,
    )  # fmt: skip
