"""The gateway's ASGI application: POST /dxp on a path of its own, without a framework; the rest is the read API's."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import msgspec

from tongguan import logs
from tongguan.gateway.answer import Answer, refuse
from tongguan.gateway.answered_out import AnsweredOut
from tongguan.gateway.batch import GroupCommit, NotTaken
from tongguan.gateway.body import BadCompression, BodyAborted, TooLarge, TooLargeUnpacked, TooSlow, read_body, unpack
from tongguan.gateway.door import Door, Taken, TokenParty
from tongguan.gateway.metrics import Metrics
from tongguan.gateway.pull_door import PATH as UPLOADS
from tongguan.gateway.pull_door import PullDoor
from tongguan.gateway.rate import RateLimit
from tongguan.gateway.regional import CONTENT_TYPES as REGIONAL_TYPES
from tongguan.gateway.regional import POST_PATH as REGIONAL
from tongguan.gateway.regional import opened as regional_opened
from tongguan.gateway.tokens import Tokens

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
AsgiApp = Callable[[Any, Any, Any], Awaitable[None]]

_INVENTORIES = "CEB621Message"
CONTENT_TYPES = frozenset({"application/xml", "text/xml", "application/octet-stream"})
log = logs.get("tongguan.gateway")


class IntakeSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Bounds of POST /dxp: bytes as sent and unpacked, seconds for the whole body, seconds to tell in Retry-After."""

    body_bytes_max: int = 32 << 20
    unpacked_bytes_max: int = 32 << 20
    body_seconds_max: float = 60.0
    retry_after_seconds: int = 2


class Gateway:
    """One process's application. ``clock_ns`` is wall time in ns, ``steady`` any steady clock in seconds."""

    def __init__(
        self,
        *,
        door: Door,
        commit: GroupCommit,
        mint: Callable[[], str],
        tokens: Tokens,
        rate: RateLimit,
        metrics: Metrics,
        api: AsgiApp,
        pull_door: PullDoor | None = None,
        answered_out: AnsweredOut | None = None,
        settings: IntakeSettings | None = None,
        clock_ns: Callable[[], int] = time.time_ns,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self._door = door
        self._commit = commit
        self._mint = mint
        self._tokens = tokens
        self._rate = rate
        self._metrics = metrics
        self._api = api
        self._pull_door = pull_door
        self._answered_out = answered_out
        self._settings = settings or IntakeSettings()
        self._clock_ns = clock_ns
        self._steady = steady

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ASGI entry."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http" and scope["path"] == "/dxp":
            await self._dxp(scope, receive, send)
        elif scope["type"] == "http" and scope["path"] == REGIONAL:
            await self._dxp(scope, receive, send, regional=True)
        elif scope["type"] == "http" and scope["path"] == UPLOADS and self._pull_door is not None:
            await _send(await self._pull_door.answer(scope["method"], dict(scope["headers"]), receive), send)
        else:
            await self._api(scope, receive, send)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            event = await receive()
            if event["type"] == "lifespan.startup":
                await send({"type": "lifespan.startup.complete"})
            else:
                await self._commit.close()
                self._tokens.flush()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _dxp(self, scope: Scope, receive: Receive, send: Send, *, regional: bool = False) -> None:
        message_type = ""
        try:
            answer, message_type = await self._intake(scope, receive, regional)
        except Exception:
            # The last wall: whatever is broken in us, the sender gets a named answer and nothing was acknowledged.
            log.exception("intake_failed")
            answer = refuse("A17")
        self._metrics.post(message_type, answer.status)
        await _send(answer, send)
        if self._tokens.flush_due():
            self._tokens.flush()

    async def _intake(self, scope: Scope, receive: Receive, regional: bool) -> tuple[Answer, str]:
        """1. who comes; 2. is there room; 3. the bytes; 4. the door; 5. on disk; only then the answer.

        A ``regional`` post is put into the official envelope between 3 and 4, and answered in JSON.
        """
        if scope["method"] != "POST":
            return refuse("A13", found=scope["method"], expected="POST"), ""
        headers: dict[bytes, bytes] = dict(scope["headers"])
        party = self._tokens.check(bearer(headers))
        if party is None:
            return refuse("A01", path="Authorization"), ""
        if refused := self._turned_away(party, headers, REGIONAL_TYPES if regional else CONTENT_TYPES):
            return refused, ""
        raw = await self._body(headers, receive)
        if regional and not isinstance(raw, Answer):
            raw = regional_opened(raw)
        if isinstance(raw, Answer):
            return raw, ""
        taken = self._door.take(
            raw,
            filing_id=self._mint(),
            received_ns=self._clock_ns(),
            token_party=party,
            answering="json" if regional or b"application/json" in headers.get(b"accept", b"") else "xml",
        )
        if (refused := await self._over_answers(party, taken)) is not None:
            return refused, taken.message_type
        return await self._keep(taken, raw), taken.message_type

    async def _over_answers(self, party: TokenParty, taken: Taken) -> Answer | None:
        """429 for inventories of a party that has asked about too many persons today; nothing of them is stored."""
        if self._answered_out is None or taken.message_type != _INVENTORIES or taken.filing is None:
            return None
        wait = await self._answered_out.wait_seconds(party.party_code)
        return refuse("A27", retry_after=wait) if wait else None

    def _turned_away(
        self, party: TokenParty, headers: dict[bytes, bytes], content_types: frozenset[str]
    ) -> Answer | None:
        if party.kind != "filer":
            return refuse("A02", found=party.kind, expected="filer")
        if wait := self._rate.wait_seconds(party.token_id, self._steady()):
            return refuse("A09", retry_after=wait)
        if not self._commit.has_room():
            return refuse("A10", retry_after=self._settings.retry_after_seconds)
        kind = headers.get(b"content-type", b"application/octet-stream").decode("latin-1")
        if kind.partition(";")[0].strip().lower() not in content_types:
            return refuse("A07", path="Content-Type", found=kind[:100], expected=", ".join(sorted(content_types)))
        length = headers.get(b"content-length", b"0")
        if length.isdigit() and int(length) > self._settings.body_bytes_max:
            return refuse("A05", found=length.decode(), expected=str(self._settings.body_bytes_max))
        return None

    async def _body(self, headers: dict[bytes, bytes], receive: Receive) -> bytes | Answer:
        coding = headers.get(b"content-encoding", b"").decode("latin-1")
        try:
            body = await read_body(receive, self._settings.body_bytes_max, self._settings.body_seconds_max)
            return unpack(body, coding, self._settings.unpacked_bytes_max)
        except TooLarge:
            return refuse("A05", expected=str(self._settings.body_bytes_max))
        except TooLargeUnpacked:
            return refuse("A06", expected=str(self._settings.unpacked_bytes_max))
        except BadCompression:
            return refuse("A08", path="Content-Encoding", found=coding[:40], expected="gzip")
        except TooSlow:
            return refuse("A18", expected=f"{self._settings.body_seconds_max:g} s")
        except BodyAborted:
            return refuse("A14")

    async def _keep(self, taken: Taken, raw: bytes) -> Answer:
        filing = taken.filing
        if filing is None:
            return taken.answer
        try:
            await self._commit.put(filing, raw)
        except NotTaken as why:
            log.warning("filing_not_taken", why=str(why))
            return refuse("A10", retry_after=self._settings.retry_after_seconds)
        if filing.refused:
            rules = sorted({item.rule_id for item in filing.refused})
            log.info("filing_refused", filing=filing.filing_id, message_type=filing.message_type, rules=rules)
        self._metrics.taken(filing.message_type, len(filing.records), taken.spent_ns)
        return taken.answer


async def _send(answer: Answer, send: Send) -> None:
    headers = answer.headers()
    if answer.status in (408, 413):
        headers.append((b"connection", b"close"))  # the rest of the body is not worth reading
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})


def bearer(headers: dict[bytes, bytes]) -> str:
    """The token of the Authorization header, or an empty text."""
    scheme, _, text = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
    return text.strip() if scheme.lower() == "bearer" else ""
