"""Receipts as files: each is put once into the folder of its exchange id, whenever the machine stops.

A batch is written aside, then the place up to which was read is noted together with the batch's number, then its files
are moved out. A later start moves what is left of the noted batch, and throws away one that was not noted.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec

from tongguan.gateway.file_names import message_file_name, receipt_file_name, safe_name
from tongguan.store.decided import Decided
from tongguan.store.events import utc
from tongguan.store.faults import StoreFault
from tongguan.store.issued import issue, render
from tongguan.store.layout import Store
from tongguan.store.upstream.database import UpstreamFile
from tongguan.store.upstream.recorded import Recorded
from tongguan.upstream.folder import put, sync_folder, write

_ASIDE = ".tongguan"
_EVENTS = 200
_MESSAGES = 200


class _Place(msgspec.Struct, frozen=True, kw_only=True):
    """How far was read: the last event of ours, the last message of the upstream; and the batch that was noted last."""

    store: str
    events: int
    messages: int
    batch: int = 0


class Outlet:
    """Writes one store's receipts into one folder; ``role`` says whose: ours, the upstream's, or (shadow) nobody's.

    A folder that is new begins with what is decided from now on, or at the beginning when ``from_beginning``.
    Raises StoreFault ``out-of-another-store`` when the folder belongs to another store or is ahead of this one.
    """

    def __init__(self, store: Store, folder: Path, role: str = "authority", *, from_beginning: bool = False) -> None:
        self._store = store
        self._folder = folder
        self._role = role
        self._aside = folder / _ASIDE
        self._aside.mkdir(parents=True, exist_ok=True)
        path = self._aside / "place.json"
        if path.exists():
            self._place = msgspec.json.decode(path.read_bytes(), type=_Place)
        else:
            begin = (0, 0) if from_beginning else self._newest()
            self._note(_Place(store=store.id, events=begin[0], messages=begin[1]))
        newest = self._newest()
        if self._place.store != store.id or self._place.events > newest[0] or self._place.messages > newest[1]:
            raise StoreFault(
                "out-of-another-store",
                f"{folder} 属于另一个数据文件夹，或比本库更新；请换一个输出文件夹",
                f"{folder} belongs to another data folder, or is ahead of this one; name another folder",
            )
        self._throw_away()
        self._move_out()

    def round(self) -> int:
        """Write what has come since; returns how many files."""
        written = 0
        while batch := self._batch():
            place, files = batch
            self._put_aside(place.batch, files)
            self._note(place)
            written += self._move_out()
        return written

    def _batch(self) -> tuple[_Place, list[tuple[str, str, bytes]]] | None:
        """The next files as (exchange id, name, content) and the place after them; None when there is nothing new."""
        if self._role == "shadow":
            return None
        return self._of_upstream() if self._role == "relay" else self._of_ours()

    def _of_ours(self) -> tuple[_Place, list[tuple[str, str, bytes]]] | None:
        with closing(Decided(self._store)) as decided:
            first = self._place.events + 1
            last = min(decided.last_event(), self._place.events + _EVENTS)
            if last < first:
                return None
            files = list(self._rendered(decided, first, last))
        return self._after(events=last), files

    def _rendered(self, decided: Decided, first: int, last: int) -> Iterator[tuple[str, str, bytes]]:
        for one in decided.receipts(first, last):
            numbered = [(one.place, one.receipt)]
            (issued,) = issue(self._store.id, one.event_no, utc(one.at_ns), numbered, sandbox=self._store.sandbox)
            content = render([issued])[0]
            for dxp_id in dict.fromkeys(one.receipt.to):
                yield dxp_id, receipt_file_name(issued), content

    def _of_upstream(self) -> tuple[_Place, list[tuple[str, str, bytes]]] | None:
        with UpstreamFile(self._store) as file:
            found = Recorded(file).all_messages(self._place.messages, _MESSAGES)
        if not found:
            return None
        files = [(one.dxp_id, message_file_name(one), one.raw) for one in found if one.dxp_id]
        return self._after(messages=found[-1].message_no), files

    def _after(self, **changes: int) -> _Place:
        return msgspec.structs.replace(self._place, batch=self._place.batch + 1, **changes)

    def _newest(self) -> tuple[int, int]:
        """The last event of ours and the last message of the upstream."""
        with closing(Decided(self._store)) as decided:
            events = decided.last_event()
        if not self._store.upstream_path.exists():
            return events, 0
        with UpstreamFile(self._store) as file:
            return events, Recorded(file).newest()

    def _put_aside(self, batch: int, files: list[tuple[str, str, bytes]]) -> None:
        folders = set()
        for dxp_id, name, content in files:
            path = self._aside / str(batch) / safe_name(dxp_id) / name
            write(path, content)
            folders |= {path.parent, path.parent.parent}
        for folder in folders:
            sync_folder(folder)

    def _note(self, place: _Place) -> None:
        put(self._aside / "place.json", msgspec.json.encode(place) + b"\n")
        self._place = place

    def _move_out(self) -> int:
        """Move the files of the noted batch to their folders; each move is all or nothing."""
        batch = self._aside / str(self._place.batch)
        found = sorted(batch.rglob("*.xml")) if batch.exists() else []
        targets = {self._folder / path.parent.name for path in found}
        for target in targets:
            target.mkdir(exist_ok=True)
        for path in found:
            os.rename(path, self._folder / path.parent.name / path.name)
        for folder in (*targets, self._folder):
            sync_folder(folder)
        shutil.rmtree(batch, ignore_errors=True)
        return len(found)

    def _throw_away(self) -> None:
        """A batch that was written aside and never noted is read again."""
        for batch in self._aside.iterdir():
            if batch.is_dir() and batch.name != str(self._place.batch):
                shutil.rmtree(batch)
