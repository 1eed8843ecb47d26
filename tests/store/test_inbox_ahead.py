"""Rows that were read and not taken wait in memory: what the engine sees is what stands in the file all the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from tongguan.store.faults import StoreFault
from tongguan.store.filing import Filing
from tongguan.store.inbox import SqliteInbox
from tongguan.store.keys import Box
from tongguan.store.layout import init_store

FAR = 1 << 62


@pytest.fixture
def inboxes(tmp_path: Path) -> tuple[SqliteInbox, SqliteInbox]:
    """A writer and a reader of one inbox whose clock stands at 1,000 ns."""
    store = init_store(tmp_path / "s", sandbox=True)
    return (
        SqliteInbox(store.inbox_path("G01"), store.keys, writer=True, clock_ns=lambda: 1_000, boot="one"),
        SqliteInbox(store.inbox_path("G01"), store.keys, writer=False, boot="one"),
    )


def filings(writer: SqliteInbox, count: int) -> list[Filing]:
    made = [
        Filing(filing_id=writer.mint(), message_type="CEB311Message", received_ns=1, raw_digest=bytes(32))
        for _ in range(count)
    ]
    writer.append(made)
    return made


def ids(inbox: SqliteInbox, after: int, before: int = FAR, limit: int = 3) -> list[int]:
    return [row.id for row in inbox.read(after, before, limit)]


def test_rows_left_over_come_first_and_the_file_fills_up_the_rest(inboxes: tuple[SqliteInbox, SqliteInbox]) -> None:
    writer, reader = inboxes
    made = filings(writer, 5)
    assert ids(reader, 0) == [1, 2, 3]
    assert ids(reader, 1) == [2, 3, 4]
    assert [row.item for row in reader.read(3, FAR, 3)] == made[3:]
    filings(writer, 2)
    assert ids(reader, 3) == [4, 5, 6]


def test_a_row_is_opened_once_however_often_it_is_looked_at(
    inboxes: tuple[SqliteInbox, SqliteInbox], monkeypatch: pytest.MonkeyPatch
) -> None:
    writer, reader = inboxes
    filings(writer, 5)
    labels: list[bytes] = []
    real = Box.open

    def counted(box: Box, sealed: bytes, label: bytes = b"") -> bytes:
        labels.append(label)
        return real(box, sealed, label)

    monkeypatch.setattr(Box, "open", counted)
    for after in (0, 0, 1, 2, 3, 4):
        ids(reader, after)
    assert len(labels) == len(set(labels)) == 5


def test_going_back_reads_the_file_again(inboxes: tuple[SqliteInbox, SqliteInbox]) -> None:
    writer, reader = inboxes
    filings(writer, 5)
    assert ids(reader, 3) == [4, 5]
    assert ids(reader, 0) == [1, 2, 3]


def test_a_lower_limit_or_an_earlier_time_holds_for_rows_in_memory_too(
    inboxes: tuple[SqliteInbox, SqliteInbox],
) -> None:
    writer, reader = inboxes
    filings(writer, 3)  # accepted at 1,000, 1,001 and 1,002 ns
    assert ids(reader, 0) == [1, 2, 3]
    assert ids(reader, 0, limit=1) == [1]
    assert ids(reader, 0, before=1_002) == [1, 2]
    assert ids(reader, 0, before=1_000) == []
    assert ids(reader, 0) == [1, 2, 3]


def test_a_forgotten_row_that_is_asked_for_is_named(inboxes: tuple[SqliteInbox, SqliteInbox]) -> None:
    writer, reader = inboxes
    filings(writer, 3)
    assert ids(reader, 1) == [2, 3]
    writer.forget(1)
    assert ids(reader, 1) == [2, 3]
    with pytest.raises(StoreFault) as fault:
        ids(reader, 0)
    assert fault.value.name == "inbox-forgotten"
