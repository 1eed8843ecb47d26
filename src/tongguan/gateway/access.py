"""Who looked at a person's data: one line for each look, in files of their own that only grow.

``access/G01-2026-11.jsonl``, a file for each gateway process and month (UTC), one writer each. A line is on disk before
what was looked at goes out, and holds the SHA-256 of the line before it, so that none can be taken out unseen. Persons
stand in it by their keyed hash, cases by their opaque id, values never.
"""

from __future__ import annotations

import calendar
import hashlib
import os
import threading
from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import msgspec

from tongguan.ceb.person import PERSON_ELEMENTS
from tongguan.ceb.problem import Problem
from tongguan.clearance.model import Document
from tongguan.clearance.record import head_of
from tongguan.clearance.times import months_after
from tongguan.gateway.case_view import CaseForm, documents_of
from tongguan.gateway.door import TokenParty
from tongguan.law.inforce import LawAt
from tongguan.store.keys import KeyRing
from tongguan.store.layout import Store
from tongguan.store.reading import CaseView

_NUMBERS = ("buyerIdNumber", "payerIdNumber")
_WHY = {"filer": "party of the case", "officer": "casework", "operator": "operation", "auditor": "audit"}
"""Why a kind of token may look at all; the roles in the case say as what, and visibility.csv by which law."""
_FIRST = "0" * 64


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """One look. ``who`` is the kind of token with party, or office and officer; ``what`` a case or filing and the names
    of the elements shown; ``persons`` are keyed hashes; ``why`` is told above; ``former`` the line before, digested.
    """

    at: datetime
    who: str
    token: str
    door: str
    about: str
    fields: tuple[str, ...]
    persons: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    why: str = ""
    former: str = ""


class BrokenAccessFile(Exception):
    """A file of looks was changed; names file and line."""


class AccessLog:
    """The one writer of a gateway's files. ``note`` may be called from any thread. Raises OSError."""

    def __init__(self, store: Store, gateway: str) -> None:
        self._folder = folder_of(store)
        self._folder.mkdir(mode=0o700, exist_ok=True)
        self._gateway = gateway
        self._lock = threading.Lock()
        self._month = ""
        self._fd = -1
        self._former = _FIRST

    def note(self, look: Look) -> None:
        """Add a look, durably."""
        with self._lock:
            self._open(look.at.astimezone(UTC).strftime("%Y-%m"))
            line = msgspec.json.encode(msgspec.structs.replace(look, former=self._former)) + b"\n"
            view = memoryview(line)
            while view:  # a short write is legal
                view = view[os.write(self._fd, view) :]
            os.fdatasync(self._fd)
            self._former = _digest(line)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._fd >= 0:
                os.close(self._fd)
            self._fd, self._month = -1, ""

    def _open(self, month: str) -> None:
        if month == self._month:
            return
        if self._fd >= 0:
            os.close(self._fd)
        path = self._folder / f"{self._gateway}-{month}.jsonl"
        lines = path.read_bytes().splitlines(keepends=True) if path.exists() else []
        self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        if lines and not lines[-1].endswith(b"\n"):  # cut short by a crash: that look was never answered
            os.ftruncate(self._fd, sum(map(len, lines[:-1])))
            lines.pop()
        self._former = _digest(lines[-1]) if lines else _FIRST
        self._month = month


def folder_of(store: Store) -> Path:
    """Where the files lie."""
    return store.dir / "access"


def looks(store: Store, about: str = "") -> Iterator[Look]:
    """All looks, or those at one case or filing, file by file. Raises BrokenAccessFile."""
    decode = msgspec.json.Decoder(Look).decode
    for path in sorted(folder_of(store).glob("*.jsonl")):
        former = _FIRST
        for number, line in enumerate(path.read_bytes().splitlines(keepends=True), 1):
            try:
                look = decode(line)
            except (msgspec.MsgspecError, UnicodeDecodeError) as error:
                raise BrokenAccessFile(f"{path.name} {number}: {error}") from error
            if look.former != former:
                raise BrokenAccessFile(f"{path.name} {number}")
            former = _digest(line)
            if about in ("", look.about):
                yield look


def drop_old(store: Store, law: LawAt) -> int:
    """Remove the files of months whose most is over, never before the least; returns how many. Without a row: none."""
    rows = [row for row in law.retention("access_log") if row.unit == "months"]
    most = min((row.most for row in rows if row.most is not None), default=None)
    if most is None:
        return 0
    kept = max([most, *(row.least for row in rows if row.least is not None)])
    gone = [path for path in folder_of(store).glob("*.jsonl") if months_after(_month_end(path), kept) < law.day]
    for path in gone:
        path.unlink()
    return len(gone)


def case_look(party: TokenParty, case: CaseView, form: CaseForm, keys: KeyRing | None, at: datetime) -> Look | None:
    """A look at a case; None where nothing that is shown names a person. Without ``keys`` persons stay unnamed."""
    found = dict.fromkeys(name for one in form.documents for name in _shown(one.kind, one.record))
    found |= dict.fromkeys(f"{one.kind}.words" for one in form.documents if one.words)
    seen = {(one.kind, one.key) for one in form.documents}
    numbers = _numbers(one for one in documents_of(case) if (one.kind, one.key) in seen)
    return _look(party, "GET /cases", form.case_id, found, at, persons=_hashed(numbers, keys, at), roles=form.roles)


def problems_look(party: TokenParty, about: str, problems: Iterable[Problem], at: datetime) -> Look | None:
    """A look at what was wrong with a filing; masked values are a person's data too."""
    elements = (f"{one.document}.{one.path}" for one in problems if one.path.rpartition("/")[2] in PERSON_ELEMENTS)
    return _look(party, "GET /filings", about, dict.fromkeys(elements), at)


def copies_look(
    party: TokenParty, dxp_id: str, records: Iterable[tuple[str, dict[str, Any]]], at: datetime
) -> Look | None:
    """A subscriber's look at copies of filed data: (kind, record as shown) each."""
    found = dict.fromkeys(name for kind, record in records for name in _shown(kind, record))
    return _look(party, "GET /dxp/copies", dxp_id, found, at, why="subscription")


def _look(
    party: TokenParty, door: str, about: str, fields: Collection[str], at: datetime, *, why: str = "", **more: Any
) -> Look | None:
    if not fields:
        return None
    who = ":".join(filter(None, (party.kind, party.party_code, party.office, party.officer_id)))
    reason = why or _WHY.get(party.kind, "")
    return Look(at=at, who=who, token=party.token_id, door=door, about=about, fields=tuple(fields), why=reason, **more)


def _shown(kind: str, record: dict[str, Any]) -> Iterator[str]:
    """The elements of a record as shown that name a person."""
    for part, value in record.items():
        for entity in value if isinstance(value, list) else (value,):
            yield from (f"{kind}.{part}.{name}" for name in entity if name in PERSON_ELEMENTS)


def _numbers(documents: Iterable[Document]) -> set[str]:
    heads = (head_of(one.kind, one.record) for one in documents if one.record is not None)
    return {number for head in heads for name in _NUMBERS if (number := getattr(head, name, None))}


def _hashed(numbers: Iterable[str], keys: KeyRing | None, at: datetime) -> tuple[str, ...]:
    return tuple(sorted(keys.person_hash(number, at.year) for number in numbers)) if keys is not None else ()


def _digest(line: bytes) -> str:
    return hashlib.sha256(line).hexdigest()


def _month_end(path: Path) -> date:
    year, month = (int(part) for part in path.stem.split("-")[-2:])
    return date(year, month, calendar.monthrange(year, month)[1])
