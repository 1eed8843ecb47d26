"""The way down: the upstream's receipts, asked for over HTTP or found in a folder."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import httpx

from tongguan import logs
from tongguan.store.upstream.database import ANYBODY, UpstreamFile
from tongguan.store.upstream.forwards import Forwards
from tongguan.upstream.folder import DONE, REFUSED, Intake, move
from tongguan.upstream.hearing import hear
from tongguan.upstream.recording import Recorder
from tongguan.upstream.window import HttpWindow

log = logs.get("tongguan.upstream")
CURSOR = "receipts:"
PAGE = 200
_SUFFIXES = (".xml", ".dxp")


class FolderReceipts:
    """Takes receipt files out of a folder and those below it; each is moved to ``done`` or ``refused`` there.

    A file in a folder named like an exchange id is for that id, as ``tongguan watch`` writes them.
    """

    def __init__(self, folder: Path, recorder: Recorder, steady: Callable[[], float]) -> None:
        self._folder = folder
        self._recorder = recorder
        folder.mkdir(parents=True, exist_ok=True)
        self._intake = Intake(folder, _SUFFIXES, steady, deep=True)

    def round(self) -> int:
        """Record what is whole by now; returns how many files. Recorded before it is moved: a kill repeats nothing."""
        found = self._intake.whole()
        for path in found:
            inside = path.relative_to(self._folder)
            dxp_id = inside.parts[0] if len(inside.parts) == 2 else ""
            try:
                report = self._recorder.take(path.read_bytes(), source=self._folder.name, dxp_id=dxp_id)
                for problem in report.problems:
                    log.error("receipt_not_read", file=str(inside), rule=problem.rule_id, found=problem.found)
                move(path, self._folder / (REFUSED if report.problems else DONE) / inside.parent)
            except FileNotFoundError:
                log.warning("file_gone", file=str(inside))
        return len(found)


class HttpReceipts:
    """Asks the upstream for the receipts of everybody it has tokens for. ``parties`` are those that ANYBODY covers."""

    def __init__(
        self, window: HttpWindow, file: UpstreamFile, recorder: Recorder, parties: Callable[[], Iterable[str]]
    ) -> None:
        self._window = window
        self._file = file
        self._recorder = recorder
        self._parties = parties

    def round(self, ended: Callable[[], bool] = lambda: False) -> int:
        """Fetch all that is new; returns how many messages. Stops early when the upstream cannot be reached."""
        found = 0
        for dxp_id in self._asked_for():
            try:
                while not ended() and (more := self._page(dxp_id)) is not None:
                    found += more[0]
                    if not more[1]:
                        break
            except httpx.TransportError as error:
                log.warning("upstream_not_reached", why=type(error).__name__)
                break
            if ended():
                break
        return found

    def _asked_for(self) -> list[str]:
        own = self._file.token_ids()
        if ANYBODY not in own:
            return own
        return sorted({*own, *Forwards(self._file).senders(), *self._parties()} - {ANYBODY, ""})

    def _page(self, dxp_id: str) -> tuple[int, bool] | None:
        """One page: how many messages, and whether there are more; None when the upstream gives none now."""
        cursor = self._file.place(CURSOR + dxp_id)
        answer = self._window.page(dxp_id, self._file.token(dxp_id), cursor, PAGE)
        if answer.status_code == 400 and cursor:
            # It does not know where we left off (restored from a backup, say). What is known is not recorded again.
            log.warning("cursor_refused", dxp_id=dxp_id)
            with self._file.transaction():
                self._file.put_places({CURSOR + dxp_id: ""})
            return 0, True
        if not answer.is_success:
            log.warning("receipts_refused", dxp_id=dxp_id, status=answer.status_code)
            return None
        heard = hear(answer.content)
        if heard.problems:
            log.error("receipts_unreadable", dxp_id=dxp_id, found=heard.problems[0].found)
            return None
        after = heard.attributes.get("next", "") or cursor
        self._recorder.take_heard(heard, self._window.name, dxp_id, {CURSOR + dxp_id: after})
        return len(heard.messages), heard.attributes.get("more") == "true" and after != cursor
