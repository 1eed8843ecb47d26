"""Asking a platform: one HTTP request to its ``platDataOpen``."""

from __future__ import annotations

from typing import Any, NamedTuple
from urllib.parse import urlsplit

import httpx
import msgspec

TIMEOUT_SECONDS = 10.0
ANSWER_BYTES_MOST = 64 << 10
TAKEN = "10000"


class Asked(NamedTuple):
    """Whether the platform took the request, and what it said or why it could not be asked."""

    taken: bool
    told: str


class _Answer(msgspec.Struct):
    code: str | int
    message: Any = ""


def is_address(url: str) -> bool:
    """Whether this can be asked: an http or https address with a host and without user or fragment."""
    try:
        parts = urlsplit(url)
        return (
            parts.scheme in ("http", "https")
            and bool(parts.hostname)
            and parts.username is None
            and not parts.fragment
            and parts.port != 0
            and url.isascii()
            and url.isprintable()
            and " " not in url
        )
    except ValueError:
        return False


def ask(url: str, order_no: str, session_id: str, now_ms: int, timeout: float = TIMEOUT_SECONDS) -> Asked:
    """Ask for the payment data of one order. ``now_ms`` is serviceTime. Never raises for what the other side does."""
    request = msgspec.json.encode({"orderNo": order_no, "sessionID": session_id, "serviceTime": now_ms}).decode()
    try:
        with (
            httpx.Client(timeout=timeout, follow_redirects=False, trust_env=False) as client,
            client.stream("POST", url, data={"openReq": request}) as answer,
        ):
            body = _head(answer)
    except (httpx.HTTPError, httpx.InvalidURL) as unreachable:
        return Asked(False, f"{type(unreachable).__name__}")
    if answer.status_code != 200:
        return Asked(False, f"HTTP {answer.status_code}")
    try:
        told = msgspec.json.decode(body, type=_Answer)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return Asked(False, "not JSON / 不是 JSON")
    code = str(told.code)
    return Asked(code == TAKEN, code if code == TAKEN else f"{code} {told.message}"[:200])


def _head(answer: httpx.Response) -> bytes:
    body = b""
    for chunk in answer.iter_bytes():
        body += chunk
        if len(body) > ANSWER_BYTES_MOST:
            break
    return body
