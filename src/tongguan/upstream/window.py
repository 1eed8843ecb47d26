"""The window above ours: two ways to reach it, HTTP and a folder, and what it may answer to a filing."""

from __future__ import annotations

import logging
from enum import StrEnum
from pathlib import Path
from typing import Protocol

import httpx
import msgspec

from tongguan.store.faults import StoreFault
from tongguan.store.upstream.forwards import Forward
from tongguan.upstream.folder import DONE, REFUSED, put

logging.getLogger("httpx").setLevel(logging.WARNING)  # it would write a line for each request
_TOKEN_TROUBLE = frozenset({401, 403})
_NEVER = frozenset({400, 413, 415, 422})
"""Answers that the same bytes will always get."""


class Fate(StrEnum):
    """What became of a filing that was sent: taken, refused for good, held back for its sender, or for later."""

    TAKEN = "taken"
    REFUSED = "refused"
    HELD_BACK = "held_back"
    LATER = "later"


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """One answer. ``note`` is the upstream's own number or what it said; ``receipt`` a CEB900 that came with it.

    ``wait_seconds`` is what the upstream asked for with LATER, 0 when it said nothing.
    """

    fate: Fate
    note: str = ""
    receipt: bytes = b""
    wait_seconds: float = 0.0


class Window(Protocol):
    """One upstream. ``name`` is told to filers beside its receipts."""

    name: str

    def send(self, forward: Forward, raw: bytes, token: str) -> Sent:
        """Hand over one message, untouched. Never raises because of what the upstream does."""

    def close(self) -> None:
        """Let connections go."""


class HttpWindow:
    """An upstream with an address: it takes ``POST /dxp`` and answers as this program does."""

    def __init__(self, address: str, timeout: float = 30.0, transport: httpx.BaseTransport | None = None) -> None:
        self.name = httpx.URL(address).netloc.decode()  # without credentials: filers are told it
        self._http = httpx.Client(base_url=address, timeout=timeout, transport=transport, trust_env=False)

    def send(self, forward: Forward, raw: bytes, token: str) -> Sent:
        """See Window. Without a token the filing is held back, and so are the later ones of its sender."""
        if not token:
            return Sent(fate=Fate.HELD_BACK, note="no token")
        try:
            answer = self._http.post("/dxp", content=raw, headers=_headers(token, "application/xml"))
        except httpx.TransportError as error:
            return Sent(fate=Fate.LATER, note=type(error).__name__)
        return _sent(answer)

    def page(self, dxp_id: str, token: str, after: str, limit: int) -> httpx.Response:
        """One page of receipts as XML. Raises httpx.TransportError."""
        return self._http.get(
            f"/dxp/{dxp_id}/receipts",
            params={"after": after, "limit": str(limit)},
            headers=_headers(token, "application/xml"),
        )

    def is_sandbox(self) -> bool | None:
        """Whether the upstream says that it is a sandbox; None when it cannot be asked now.

        Raises StoreFault ``upstream-unknown`` when it answers, but not as this program does.
        """
        try:
            answer = self._http.get("/healthz")
            body = answer.json() if answer.is_success else None
        except httpx.TransportError:
            return None
        except ValueError:
            body = None
        if answer.status_code in (429, 502, 503, 504):
            return None
        if not isinstance(body, dict) or body.get("status") != "ok":
            raise StoreFault(
                "upstream-unknown",
                f"{self.name} 的 /healthz 不像单一窗口（HTTP {answer.status_code}）；请核对 deployment.upstream",
                f"/healthz of {self.name} does not answer as a window (HTTP {answer.status_code}); check "
                "deployment.upstream",
            )
        return "mode" in body

    def close(self) -> None:
        self._http.close()


class FolderWindow:
    """An upstream that takes files: each message is put under the number of its filing, never twice."""

    def __init__(self, folder: Path) -> None:
        self.name = folder.name
        self._folder = folder

    def send(self, forward: Forward, raw: bytes, token: str) -> Sent:
        """See Window. A file of this name that is there, or was taken by ``tongguan watch``, is not put again."""
        name = f"{forward.filing_id}.xml"
        try:
            if not any((place / name).exists() for place in self._places()):
                put(self._folder / name, raw)
        except OSError as error:
            return Sent(fate=Fate.LATER, note=error.strerror or type(error).__name__)
        return Sent(fate=Fate.TAKEN, note=name)

    def _places(self) -> tuple[Path, ...]:
        return self._folder, self._folder / DONE, self._folder / REFUSED

    def close(self) -> None:
        """Nothing is held open."""


def _headers(token: str, accept: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}", "Content-Type": "application/xml", "Accept": accept}


def _sent(answer: httpx.Response) -> Sent:
    status = answer.status_code
    if status in (200, 201, 202):
        return Sent(fate=Fate.TAKEN, note=_number(answer))
    if status in _TOKEN_TROUBLE:
        return Sent(fate=Fate.HELD_BACK, note=f"HTTP {status}")
    if status in _NEVER:
        return Sent(fate=Fate.REFUSED, note=f"HTTP {status}", receipt=answer.content if status == 422 else b"")
    asked = answer.headers.get("Retry-After", "")
    return Sent(fate=Fate.LATER, note=f"HTTP {status}", wait_seconds=float(asked) if asked.isdigit() else 0.0)


def _number(answer: httpx.Response) -> str:
    """The upstream's own number of the filing, as far as it says one."""
    try:
        body = answer.json()
    except ValueError:
        return ""
    return str(body.get("filingId", ""))[:100] if isinstance(body, dict) else ""
