"""The door as a folder: files that are whole are taken like posts, each once, whenever the machine stops.

A file is renamed to its filing id before it is filed, and moved away after. A later start finds it between the two and
asks the store whether that filing is there: if so the file is moved on, if not it is taken anew.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import msgspec

from tongguan import logs
from tongguan.config import Settings
from tongguan.gateway.door import Door
from tongguan.gateway.registry_view import RegistryView, registry_in_force
from tongguan.gateway.sink import StoreSink
from tongguan.store.filing import Filing
from tongguan.store.layout import Store
from tongguan.store.reading import Reader
from tongguan.upstream.folder import DONE, REFUSED, Intake, free_place, put, sync_folder

log = logs.get("tongguan.watch")
WATCH_GATEWAY = 98
"""Number of the gateway that files for a watched folder, unless another is named."""
_TAKEN = ".taken"
_SUFFIXES = (".xml", ".dxp")
_GROUP = 64
_MARK = "--"


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """What one look took: files filed, and files refused at the door (their CEB900 lies beside them)."""

    filed: int = 0
    refused: int = 0


class FolderDoor:
    """Takes the messages of one folder as one gateway. ``steady`` is a steady clock in seconds.

    Raises StoreFault ``inbox-in-use`` when another process files under this number.
    """

    def __init__(
        self,
        store: Store,
        settings: Settings,
        folder: Path,
        number: int = WATCH_GATEWAY,
        *,
        clock_ns: Callable[[], int] = time.time_ns,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._folder = folder
        self._clock_ns = clock_ns
        self._bytes_most = 2 * settings.ceb.max_bytes + 1  # an envelope may be twice as long; one byte more is refused
        (folder / _TAKEN).mkdir(parents=True, exist_ok=True)
        self._intake = Intake(folder, _SUFFIXES, steady)
        registry = RegistryView(registry_in_force(store), default_profile=settings.ceb.profile)
        self._door = Door(
            profile_of=registry.profile_of,
            find_certificate=registry.find_certificate,
            limits=settings.limits(),
            sandbox=store.sandbox,
        )
        self._sink = StoreSink(store, number, clock_ns)
        try:
            self._finish()
        except BaseException:
            self._sink.close()
            raise

    def close(self) -> None:
        self._sink.close()

    def round(self) -> Taken:
        """File what is whole by now."""
        found = self._intake.whole()
        taken = Taken()
        for start in range(0, len(found), _GROUP):
            some = self._file(found[start : start + _GROUP])
            taken = Taken(filed=taken.filed + some.filed, refused=taken.refused + some.refused)
        return taken

    def _file(self, paths: Sequence[Path]) -> Taken:
        """Claim, judge, store, put away: the files of one group, with one commit."""
        claimed = []
        for path in paths:
            filing_id = self._sink.mint()
            if (place := self._claim(path, filing_id)) is not None:
                claimed.append((filing_id, place))
        self._sync()  # before anything is stored: else a crash could leave the filing stored and the file unclaimed
        judged: list[tuple[Path, Filing, bytes, bytes]] = []
        for filing_id, place in claimed:
            raw = self._read(place)
            taken = self._door.take(raw, filing_id=filing_id, received_ns=self._clock_ns(), token_party=None)
            assert taken.filing is not None, "without a token every message is filed"
            judged.append((place, taken.filing, raw, taken.answer_body))
        self._sink.store([(filing, raw) for _, filing, raw, _ in judged])
        for place, filing, _, answer in judged:
            self._put_away(place, answer if filing.refused else b"")
        refused = sum(bool(filing.refused) for _, filing, _, _ in judged)
        return Taken(filed=len(judged) - refused, refused=refused)

    def _claim(self, path: Path, filing_id: str) -> Path | None:
        place = self._folder / _TAKEN / f"{filing_id}{_MARK}{path.name}"
        try:
            os.rename(path, place)
        except FileNotFoundError:
            return None  # somebody else has taken it
        return place

    def _put_away(self, place: Path, refusal: bytes) -> None:
        """To ``done`` or ``refused`` under its own name, with the CEB900 beside it."""
        target = free_place(self._folder / (REFUSED if refusal else DONE), place.name.partition(_MARK)[2])
        if refusal:
            put(target.with_name(f"{target.name}.CEB900.xml"), refusal)
            log.warning("file_refused", file=target.name)
        os.rename(place, target)
        sync_folder(target.parent)

    def _finish(self) -> None:
        """Put away what was filed when the last watch ended; what was not goes back to be taken."""
        for place in sorted((self._folder / _TAKEN).iterdir()):
            filing_id, _, name = place.name.partition(_MARK)
            raw = self._read(place)
            if (refused := self._was_filed(filing_id, raw)) is None:
                os.rename(place, free_place(self._folder, name))
                log.info("file_taken_anew", file=name)
                continue
            again = self._door.take(raw, filing_id=filing_id, received_ns=self._clock_ns(), token_party=None)
            self._put_away(place, again.answer_body if refused else b"")
        self._sync()

    def _sync(self) -> None:
        sync_folder(self._folder / _TAKEN)
        sync_folder(self._folder)

    def _was_filed(self, filing_id: str, raw: bytes) -> bool | None:
        """Whether a filing with these bytes is stored under this id: True when as refused; None when it is not."""
        with closing(Reader(self._store)) as reader:
            view = reader.filing(filing_id)
        if view is None or view.raw_digest != hashlib.sha256(raw).hexdigest():
            return None
        return view.state == "refused"

    def _read(self, path: Path) -> bytes:
        with path.open("rb") as file:
            return file.read(self._bytes_most)
