"""Requests and answers without any sending: what both clients share."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx

from tongguan.client.errors import NotAllowed, NotFound, Refusal, ServerBusy, ServerFault, Trouble
from tongguan.client.forms import Problem, problems

RETRIED = frozenset({429, 503})


@dataclass(frozen=True, slots=True)
class Retries:
    """How often a busy gateway is asked again, and how long to wait at most before each time (seconds)."""

    times: int = 5
    longest: float = 60.0


def headers(token: str) -> dict[str, str]:
    """The headers of every request."""
    return {"Authorization": f"Bearer {token}", "Accept": "application/json"}


def content_type() -> dict[str, str]:
    """The header of a filing."""
    return {"Content-Type": "application/xml"}


def pause(response: httpx.Response | None, attempt: int, retries: Retries, chance: Callable[[], float]) -> float:
    """Seconds to wait before trying again: Retry-After if there is one, else doubling from half a second.

    A little chance is added, so that many clients do not come back in the same moment.
    """
    asked = response.headers.get("Retry-After", "") if response is not None else ""
    seconds = float(asked) if asked.isdigit() else 0.5 * 2**attempt
    return min(seconds, retries.longest) * (1 + 0.1 * chance())


def chance() -> float:
    """A number from 0 to 1."""
    return random.random()  # noqa: S311 - spreads retries, protects nothing


def checked(response: httpx.Response) -> Any:
    """The JSON body of a good answer. Raises the Trouble that the status stands for."""
    if response.is_success:
        return response.json()
    raise trouble(response)


def trouble(response: httpx.Response) -> Trouble:
    """The error for an answer that is not good."""
    status = response.status_code
    body = _body(response)
    named = problems(body.get("problems", ())) or _unnamed(status)
    if status == 422:
        return Refusal(status, named, str(body.get("filingId", "")))
    if status in (401, 403):
        return NotAllowed(status, named)
    if status == 404:
        return NotFound(status, named)
    if status in RETRIED:
        return ServerBusy(status, named)
    return ServerFault(status, named) if status >= 500 else Trouble(status, named)


def _body(response: httpx.Response) -> dict[str, Any]:
    try:
        body = response.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _unnamed(status: int) -> tuple[Problem, ...]:
    """An answer without our problems comes from something in between, a proxy say."""
    return (
        Problem(
            rule_id="",
            code="",
            document="",
            path="",
            found=str(status),
            expected="",
            law_row="",
            text_zh="答复不是网关发出的",
            text_en="the answer did not come from the gateway",
            fix_zh="请检查网址与中间的代理",
            fix_en="check the address and any proxy in between",
        ),
    )
