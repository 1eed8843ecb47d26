"""Make a world: a registry folder, filings in their order, and the truth about each of them."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import chain
from pathlib import Path

import msgspec

from tongguan.sandbox import faults as known
from tongguan.sandbox.authority import Authority, authority
from tongguan.sandbox.bench import Bench
from tongguan.sandbox.companies import COMPANIES, DECLARANTS, parties_of
from tongguan.sandbox.documents import KINDS
from tongguan.sandbox.error import SandboxError
from tongguan.sandbox.faults.fault import Fault
from tongguan.sandbox.registry_folder import registry_folder
from tongguan.sandbox.step import ALL_RELEASED, Step, step
from tongguan.sandbox.truth import COLUMNS, rows_of
from tongguan.sandbox.wire import wire

__all__ = ["Made", "SandboxError", "make"]

RECORDS_MOST = 100
"""Records in one message, by the schema."""

Progress = Callable[[int, int], None]


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """What was made. ``sets`` counts good sets, ``faults`` the planted ones by name; ``records`` is rows of truth."""

    out: Path
    sets: int
    faults: tuple[str, ...]
    files: int
    records: int


def make(
    sets: int,
    seed: int,
    faults: str,
    out: Path,
    start: datetime,
    records_per_message: int = 1,
    progress: Progress | None = None,
    keys: bool = False,
) -> Made:
    """Write ``registry/``, ``filings/NNNNNN-….xml`` and ``truth.csv`` into ``out``, an empty or absent folder.

    ``sets`` good sets of order, payment, waybill and inventory come first. ``faults`` is ``none``, ``all`` (each once),
    names joined by commas (each once), or a share between 0 and 1: then so many of the sets, spread by the seed over
    all faults, have one instead. ``start`` (aware) is the moment in which everything is filed and may not lie after
    that of clearing. ``records_per_message`` (1 to 100) puts several sets into each four messages.
    ``progress`` is told files written and files in all. ``keys`` writes ``keys/<exchange id>.pem`` too, the private
    keys of the companies that file, mode 0600. Raises SandboxError.
    """
    if start.tzinfo is None:
        raise SandboxError("起始时间必须带时区", "the start needs a time zone")
    if sets < 0 or not 1 <= records_per_message <= RECORDS_MOST:
        raise SandboxError("套数不能为负，每报文记录数为 1 至 100", "sets >= 0 and 1 to 100 records a message")
    if out.exists() and any(out.iterdir()):
        raise SandboxError(f"文件夹不是空的：{out}", f"the folder is not empty: {out}")
    good, planted = _shared_out(sets, seed, faults)
    bench = Bench(seed, start)
    files = len(KINDS) * -(-good // records_per_message) + _files_of(planted, seed, start)
    plan = chain(
        (("good", one) for one in good_steps(bench, good, records_per_message)),
        ((fault.name, one) for fault in planted for one in fault.plan(bench)),
    )
    held = authority(COMPANIES, DECLARANTS[0], start)
    _write_files(out / "registry", registry_folder(held, start))
    if keys:
        _write_keys(out / "keys", held)
    records = _write_filings(out, plan, files, seed, held, progress)
    return Made(out=out, sets=good, faults=tuple(fault.name for fault in planted), files=files, records=records)


def good_steps(bench: Bench, sets: int, records_per_message: int) -> Iterator[Step]:
    """Good sets, in messages of so many records: orders, payments, waybills, inventories, batch after batch."""
    for batch, first in enumerate(range(0, sets, records_per_message)):
        parties = parties_of(batch)
        together = [bench.good(parties) for _ in range(min(records_per_message, sets - first))]
        for document in KINDS:
            yield step(document, together, [ALL_RELEASED[document]] * len(together))


def _files_of(planted: Iterable[Fault], seed: int, start: datetime) -> int:
    """How many files the faults make: planned once on another bench, so that the real plan need not be kept whole."""
    bench = Bench(seed, start)
    return sum(1 for fault in planted for _ in fault.plan(bench))


def _shared_out(sets: int, seed: int, faults: str) -> tuple[int, tuple[Fault, ...]]:
    """How many good sets, and which faults. A fault may come more than once when a share asks for many."""
    word = faults.strip()
    if word == "none":
        return sets, ()
    if word == "all":
        return sets, known.FAULTS
    share = _share(word)
    if share is None:
        return sets, tuple(_named(name.strip()) for name in word.split(",") if name.strip())
    wanted = round(sets * share)
    return sets - wanted, tuple(known.FAULTS[(seed + at) % len(known.FAULTS)] for at in range(wanted))


def _share(word: str) -> float | None:
    try:
        share = float(word)
    except ValueError:
        return None
    if not 0 <= share <= 1:
        raise SandboxError(f"份额应在 0 与 1 之间：{word}", f"a share lies between 0 and 1: {word}")
    return share


def _named(name: str) -> Fault:
    found = known.BY_NAME.get(name)
    if found is None:
        raise SandboxError(f"没有名为 {name} 的缺陷", f"there is no fault named {name}")
    return found


def _write_files(folder: Path, files: dict[str, bytes]) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _write_keys(folder: Path, held: Authority) -> None:
    """The keys that good filings are signed with; the certificates lie in the registry folder."""
    folder.mkdir(mode=0o700)
    for one in held.held.values():
        if one.use == "sm2":
            path = folder / f"{one.company.dxp_id}.pem"
            path.touch(mode=0o600)
            path.write_bytes(one.issued.key_pem)


def _write_filings(
    out: Path, plan: Iterable[tuple[str, Step]], files: int, seed: int, held: Authority, progress: Progress | None
) -> int:
    folder = out / "filings"
    folder.mkdir(parents=True, exist_ok=True)
    sent: list[bytes] = []
    rows = 0
    with (out / "truth.csv").open("w", encoding="utf-8", newline="") as file:
        truth = csv.writer(file, lineterminator="\n")
        truth.writerow(COLUMNS)
        for number, (name, one) in enumerate(plan, 1):
            content = sent[-one.again] if one.again else wire(one, seed, number, held)
            sent = [*sent[-_REMEMBERED:], content]
            path = folder / f"{number:06d}-{one.document}-{name}.xml"
            path.write_bytes(content)
            written = list(rows_of(path.name, name, one))
            truth.writerows(written)
            rows += len(written)
            if progress:
                progress(number, files)
    return rows


_REMEMBERED = 15  # files that a repeat may count back
