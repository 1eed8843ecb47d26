"""The read API (Litestar): receipts, filings, cases, health and metrics. Reads only; what changes state is filed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from typing import Annotated, Any, Literal

import msgspec
from litestar import Litestar, Request, Response, get, post
from litestar.datastructures import ResponseHeader
from litestar.di import NamedDependency, Provide
from litestar.exceptions import HTTPException, MethodNotAllowedException, NotFoundException
from litestar.openapi import OpenAPIConfig, ResponseSpec
from litestar.params import FromPath, QueryParameter

from tongguan import logs
from tongguan.ceb.limits import Limits
from tongguan.gateway.access import Look, case_look, copies_look, problems_look
from tongguan.gateway.answer import JSON, XML, Answer, encode_json, refuse
from tongguan.gateway.app import bearer
from tongguan.gateway.case_view import CaseForm, case_form
from tongguan.gateway.commanding import BODY_BYTES_MAX as COMMAND_BYTES_MAX
from tongguan.gateway.commanding import (
    CommandForm,
    CommandTaken,
    Give,
    QueuePage,
    command_answer,
    command_form,
    queue_page,
)
from tongguan.gateway.copies import CopiesPage, copies_page
from tongguan.gateway.desk import Desk, upstream_json, upstream_xml
from tongguan.gateway.door import TokenParty
from tongguan.gateway.forms import FilingForm, ProblemsForm, ReceiptsPage, filing_form, receipt_form, receipts_xml
from tongguan.gateway.metrics import CONTENT_TYPE, Metrics
from tongguan.gateway.notices import NoticesPage, notices_page
from tongguan.gateway.openapi import openapi_json
from tongguan.gateway.quoting import BODY_BYTES_MAX as QUOTE_BYTES_MAX
from tongguan.gateway.quoting import LawInForce, quote_answer
from tongguan.gateway.rate import RateLimit
from tongguan.gateway.reading_thread import ReadingThread
from tongguan.gateway.regional import RegionalPage, china_moment, own_page, upstream_page
from tongguan.gateway.signing import BODY_BYTES_MAX, SignedForm, sign_answer
from tongguan.gateway.tokens import Tokens
from tongguan.gateway.visibility import visibility
from tongguan.law.quote_form import Quote
from tongguan.registry.snapshot import Registry
from tongguan.store.faults import StoreFault
from tongguan.store.keys import KeyRing
from tongguan.store.reading import BadCursor

_CHINA = timezone(timedelta(hours=8))
_SEES_ALL = frozenset({"operator", "auditor"})
log = logs.get("tongguan.gateway.api")


class ReadySettings(msgspec.Struct, frozen=True, kw_only=True):
    """When a gateway counts as ready, and how it pages: ``lag_max`` filings stored and not yet decided."""

    lag_max: int = 5000
    page_size_max: int = 1000
    retry_after_seconds: int = 2


class Refused(Exception):
    """Ends a request with one of the door's own problems."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(str(answer.status))
        self.answer = answer


class ReadApi:
    """What the handlers share. ``asgi`` is the application to mount beside POST /dxp."""

    def __init__(
        self,
        *,
        tokens: Tokens,
        rate: RateLimit,
        reading: ReadingThread,
        metrics: Metrics,
        story_of: Callable[..., Any],
        writable: Callable[[], bool],
        has_room: Callable[[], bool],
        settings: ReadySettings | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        sandbox: bool = False,
        limits: Limits | None = None,
        desk: Desk | None = None,
        give: Give | None = None,
        registry: Callable[[], Registry | None] = lambda: None,
        looked: Callable[[Look], None] = lambda look: None,
        keys: KeyRing | None = None,
    ) -> None:
        self.tokens = tokens
        self.rate = rate
        self.reading = reading
        self.metrics = metrics
        self.story_of = story_of
        self.writable = writable
        self.has_room = has_room
        self.settings = settings or ReadySettings()
        self.now = now
        self.sandbox = sandbox
        self.limits = limits or Limits()
        self.desk = desk
        self.give = give
        self.registry = registry
        self.looked = looked
        self.keys = keys
        self.law = LawInForce(reading)
        self.asgi = Litestar(
            route_handlers=[
                *(receipts, regional_receipts, copies, filing, case, notices, tax_quote),
                *(healthz, readyz, metrics_text, openapi),
                *((sandbox_sign,) if sandbox else ()),  # a production gateway has no such page
                *((commands, command, queue) if give is not None else ()),
            ],
            dependencies={
                "party": Provide(_party, sync_to_thread=False),
                "api": Provide(self._self, sync_to_thread=False),
            },
            exception_handlers={
                Refused: _on_refused,
                BadCursor: _on_bad_cursor,
                HTTPException: _on_http,
                StoreFault: partial(_on_unreadable, self),
                Exception: _on_error,
            },
            openapi_config=OpenAPIConfig(title="tongguan 通关", version="1", path="/_openapi"),
            state=None,
            logging_config=None,
        )

    def _self(self) -> ReadApi:
        return self

    async def lag(self) -> dict[str, int]:
        """Filings not yet decided, by inbox; also noted in the metrics."""
        lag = await self.reading.ask(lambda reader: reader.lag())
        self.metrics.lag(lag)
        return lag

    async def note(self, look: Look | None) -> None:
        """Have a look written down before it is answered. Raises Refused (A19) when it cannot be: then nobody sees."""
        if look is None:
            return
        try:
            await asyncio.to_thread(self.looked, look)
        except OSError as error:
            log.error("look_not_noted", error=type(error).__name__)
            raise Refused(refuse("A19", retry_after=self.settings.retry_after_seconds)) from error

    def refuse_other_roles(self) -> None:
        """Where an upstream decides nobody commands. Raises Refused (A23)."""
        if self.desk is not None:
            raise Refused(refuse("A23", path="deployment.role", found=self.desk.role, expected="authority"))

    def refuse_own_name(self, party: TokenParty, *roles: str) -> None:
        """A deployment of these roles tells a filer nothing that it has decided itself. Raises Refused (A23)."""
        if self.desk is not None and self.desk.role in roles and party.kind == "filer":
            raise Refused(refuse("A23", path="deployment.role", found=self.desk.role, expected="authority"))


def _party(api: NamedDependency[ReadApi], request: Request[Any, Any, Any]) -> TokenParty:
    party = api.tokens.check(bearer(dict(request.scope["headers"])))
    if party is None:
        raise Refused(refuse("A01", path="Authorization"))
    if wait := api.rate.wait_seconds(party.token_id, time.monotonic()):
        raise Refused(refuse("A09", retry_after=wait))
    return party


_REFUSALS = {
    401: ResponseSpec(ProblemsForm, description="no token in force 没有有效令牌"),
    403: ResponseSpec(ProblemsForm, description="not yours to read 无权查询"),
    404: ResponseSpec(ProblemsForm, description="no such thing, or none of yours 不存在或与本方无关"),
    429: ResponseSpec(ProblemsForm, description="too often, see Retry-After 过于频繁"),
    503: ResponseSpec(ProblemsForm, description="later, see Retry-After 稍后再试"),
}


@get("/dxp/{dxp_id:str}/receipts", responses={200: ResponseSpec(ReceiptsPage), **_REFUSALS}, summary="回执 Receipts")
async def receipts(
    api: NamedDependency[ReadApi],
    party: NamedDependency[TokenParty],
    request: Request[Any, Any, Any],
    dxp_id: FromPath[str],
    after: Annotated[
        str, QueryParameter(description="cursor of the page before; empty is the beginning 上一页的游标")
    ] = "",
    limit: Annotated[int, QueryParameter(ge=1, description="most receipts of the page 本页最多条数")] = 100,
) -> Response[Any]:
    """Receipts of one exchange id after a cursor, oldest first: XML, or JSON when Accept names application/json."""
    _may_read(party, dxp_id)
    api.refuse_own_name(party, "shadow")
    asked = min(limit, api.settings.page_size_max)
    as_json = "application/json" in request.headers.get("accept", "")
    if api.desk is not None and api.desk.role == "relay":
        theirs = await api.desk.page(dxp_id, after, asked)
        if as_json:
            return _json(upstream_json(dxp_id, theirs))
        return Response(upstream_xml(dxp_id, theirs), media_type=XML.decode())
    found, cursor = await api.reading.ask(lambda reader: reader.receipts(dxp_id, after, asked))
    more = len(found) == asked
    if as_json:
        page = ReceiptsPage(dxp_id=dxp_id, receipts=[receipt_form(item) for item in found], next=cursor, more=more)
        return _json(page)
    return Response(receipts_xml(dxp_id, found, cursor, more), media_type=XML.decode())


def _may_read(party: TokenParty, dxp_id: str) -> None:
    if party.kind not in _SEES_ALL and (party.kind != "filer" or party.dxp_id != dxp_id):
        raise Refused(refuse("A04", path="dxpId", found=dxp_id, expected=party.dxp_id))


@get("/regional/receipts", responses={200: ResponseSpec(RegionalPage), **_REFUSALS}, summary="区域回执 Regional")
async def regional_receipts(
    api: NamedDependency[ReadApi],
    party: NamedDependency[TokenParty],
    dxp_id: Annotated[str, QueryParameter(name="dxpId", min_length=1, max_length=30)],
    start_time: Annotated[
        str, QueryParameter(name="startTime", description="China time yyyyMMddHHmmss; receipts from then on 起始时间")
    ] = "",
    after: Annotated[str, QueryParameter(description="cursor of the page before, goes before startTime 游标")] = "",
    limit: Annotated[int, QueryParameter(ge=1, description="most receipts of the page 本页最多条数")] = 100,
) -> Response[Any]:
    """Receipts of one exchange id from a time on, in the JSON form of regional gateways: head and base64."""
    _may_read(party, dxp_id)
    api.refuse_own_name(party, "shadow")
    moment = china_moment(start_time) if start_time else None
    if start_time and moment is None:
        raise Refused(refuse("A12", path="startTime", found=start_time[:40], expected="yyyyMMddHHmmss"))
    from_ns = int(moment.timestamp()) * 1_000_000_000 if moment else 0
    asked = min(limit, api.settings.page_size_max)
    if api.desk is not None and api.desk.role == "relay":
        theirs = await api.desk.page(dxp_id, after or await api.desk.since(dxp_id, from_ns), asked)
        return _json(upstream_page(dxp_id, theirs.messages, theirs.next, theirs.more))
    cursor = after or await api.reading.ask(lambda reader: reader.since(dxp_id, from_ns))
    found, cursor = await api.reading.ask(lambda reader: reader.receipts(dxp_id, cursor, asked))
    return _json(own_page(dxp_id, found, cursor, len(found) == asked))


@get("/dxp/{dxp_id:str}/copies", responses={200: ResponseSpec(CopiesPage), **_REFUSALS}, summary="抄送 Copies")
async def copies(
    api: NamedDependency[ReadApi],
    party: NamedDependency[TokenParty],
    dxp_id: FromPath[str],
    after: Annotated[str, QueryParameter(description="cursor of the page before 上一页的游标")] = "",
    limit: Annotated[int, QueryParameter(ge=1, description="most copies of the page 本页最多条数")] = 100,
) -> Response[Any]:
    """Filings of others that name this exchange id as subscriber, as far as its recorded subscription shows them."""
    _may_read(party, dxp_id)
    api.refuse_own_name(party, "relay", "shadow")
    asked = min(limit, api.settings.page_size_max)
    found, cursor = await api.reading.ask(lambda reader: reader.copies(dxp_id, after, asked))
    registry = await asyncio.to_thread(api.registry)
    today = api.now().astimezone(_CHINA).date()
    page = copies_page(dxp_id, found, cursor, len(found) == asked, registry, today)
    await api.note(copies_look(party, dxp_id, ((one.kind, one.record) for one in page.copies), api.now()))
    return _json(page)


@get("/filings/{filing_id:str}", responses={200: ResponseSpec(FilingForm), **_REFUSALS}, summary="申报 One filing")
async def filing(
    api: NamedDependency[ReadApi], party: NamedDependency[TokenParty], filing_id: FromPath[str]
) -> Response[Any]:
    """What became of one filing and of each of its records."""
    api.refuse_own_name(party, "shadow")
    view = await api.reading.ask(lambda reader: reader.filing(filing_id))
    if view is None or (party.kind == "filer" and view.sender != party.dxp_id):
        raise Refused(refuse("A11", path="filingId", found=filing_id[:40]))
    law = await api.law.get()
    form = filing_form(view, law.at(api.now().astimezone(_CHINA).date()) if law is not None else None)
    if api.desk is not None and api.desk.role == "relay":
        form = msgspec.structs.replace(form, forwarded=await api.desk.forwarded(filing_id))
        if party.kind == "filer":  # what our rules say of the records is for those who run this relay
            form = msgspec.structs.replace(form, records=[])
    told = (*view.refused, *view.warnings, *(one for record in view.records for one in record.problems))
    await api.note(problems_look(party, filing_id, told, api.now()))
    return _json(form)


@get("/cases", responses={200: ResponseSpec(CaseForm), **_REFUSALS}, summary="案件 One case")
async def case(
    api: NamedDependency[ReadApi],
    party: NamedDependency[TokenParty],
    ebp_code: Annotated[str, QueryParameter(name="ebpCode", min_length=1, max_length=18)],
    order_no: Annotated[str, QueryParameter(name="orderNo", min_length=1, max_length=60)],
) -> Response[Any]:
    """All documents of one order: state, reasons, what is awaited from whom, the tax by line; as far as you may see."""
    api.refuse_own_name(party, "relay", "shadow")
    view = await api.reading.ask(lambda reader: reader.case(ebp_code, order_no))
    today = api.now().astimezone(_CHINA).date()
    law = await api.law.get()
    story_of = partial(api.story_of, law=law.at(today) if law is not None else None)
    hidden = view is None or (view.stored_until and party.kind != "auditor")
    form = case_form(view, party, visibility(today), story_of) if view is not None and not hidden else None
    if view is None or form is None:
        raise Refused(refuse("A11", path="orderNo", found=order_no))
    await api.note(case_look(party, view, form, api.keys, api.now()))
    return _json(form)


@get("/notices", responses={200: ResponseSpec(NoticesPage), **_REFUSALS}, summary="到期提示 Notices")
async def notices(
    api: NamedDependency[ReadApi],
    party: NamedDependency[TokenParty],
    after: Annotated[int, QueryParameter(ge=0, description="next of the page before 上一页的 next")] = 0,
    limit: Annotated[int, QueryParameter(ge=1, description="most notices of the page 本页最多条数")] = 100,
) -> Response[Any]:
    """What a filer's company was told of its registration, certificates and guarantees that end; operators see all."""
    if party.kind not in (*_SEES_ALL, "filer"):
        raise Refused(refuse("A02", found=party.kind, expected="filer"))
    asked = min(limit, api.settings.page_size_max)
    code = party.party_code if party.kind == "filer" else ""
    found = await api.reading.ask(lambda reader: reader.notices(code, after, asked + 1))
    registry = await asyncio.to_thread(api.registry)
    return _json(notices_page(found, after, asked, registry))


@post("/commands", status_code=202, responses={202: ResponseSpec(CommandTaken), **_REFUSALS}, summary="指令 Command")
async def commands(
    api: NamedDependency[ReadApi], party: NamedDependency[TokenParty], request: Request[Any, Any, Any]
) -> Response[Any]:
    """An officer acts on a case, sets or ends a pause; a filer answers a question or asks for a review."""
    api.refuse_other_roles()
    body = await _read_body(request, COMMAND_BYTES_MAX)
    assert api.give is not None, "without it there is no such page"
    return _respond(await asyncio.to_thread(command_answer, body, party, api.give))


@get("/commands/{command_id:str}", responses={200: ResponseSpec(CommandForm), **_REFUSALS}, summary="指令结果 Outcome")
async def command(
    api: NamedDependency[ReadApi], party: NamedDependency[TokenParty], command_id: FromPath[str]
) -> Response[Any]:
    """What became of a command; officers and filers see their own."""
    view = await api.reading.ask(lambda reader: reader.filing(command_id)) if command_id.startswith("C") else None
    name = party.officer_id if party.kind == "officer" else party.party_code
    if view is None or (party.kind not in _SEES_ALL and view.sender != name):
        raise Refused(refuse("A11", path="commandId", found=command_id[:40]))
    return _json(command_form(view))


@get("/queue", responses={200: ResponseSpec(QueuePage), **_REFUSALS}, summary="待办 Queue")
async def queue(
    api: NamedDependency[ReadApi],
    party: NamedDependency[TokenParty],
    whose: Annotated[Literal["all", "mine", "nobody"], QueryParameter(description="whose cases 谁的案件")] = "all",
    limit: Annotated[int, QueryParameter(ge=1, description="most items 最多条数")] = 100,
) -> Response[Any]:
    """Documents that wait for a person, oldest first: of the officer's agency and office."""
    if party.kind not in (*_SEES_ALL, "officer"):
        raise Refused(refuse("A02", found=party.kind, expected="officer"))
    office, agency = _desk_of(party, api)
    asked = min(limit, api.settings.page_size_max)
    officer = {"all": None, "mine": party.officer_id, "nobody": ""}[whose]
    rows = await api.reading.ask(
        lambda reader: reader.queue(office=office, agency=agency, officer=officer, limit=asked + 1)
    )
    return _json(queue_page(rows, asked))


def _desk_of(party: TokenParty, api: ReadApi) -> tuple[str, str]:
    """(office, agency) whose queue a token may see; empty is all. What the registry says of an officer goes before."""
    if party.kind in _SEES_ALL:
        return "", ""
    registry = api.registry()
    row = registry.roster.officer(party.officer_id, api.now().astimezone(_CHINA).date()) if registry else None
    if row is None:
        return party.office, "customs"
    return ("" if row.customs_code == "*" else row.customs_code), row.agency


@post("/tax/quote", status_code=200, responses={200: ResponseSpec(Quote), **_REFUSALS}, summary="试算 Quote")
async def tax_quote(
    api: NamedDependency[ReadApi], party: NamedDependency[TokenParty], request: Request[Any, Any, Any]
) -> Response[Any]:
    """The tax of an order that is not filed, each step with its row of law; nothing is kept. 422 with the reasons."""
    body = await _read_body(request, QUOTE_BYTES_MAX)
    today = api.now().astimezone(_CHINA).date()
    return _respond(await asyncio.to_thread(quote_answer, body, await api.law.get(), today))


@get("/healthz", summary="存活 Alive")
async def healthz(api: NamedDependency[ReadApi]) -> dict[str, str]:
    """The process answers; a sandbox, a relay and a shadow say that they are one."""
    mode = {"mode": "沙箱 SANDBOX"} if api.sandbox else {}
    return {"status": "ok", **mode, **({"role": api.desk.role} if api.desk else {})}


@post("/sandbox/sign", status_code=200, responses={200: ResponseSpec(SignedForm), **_REFUSALS}, summary="加签 Sign")
async def sandbox_sign(
    api: NamedDependency[ReadApi], party: NamedDependency[TokenParty], request: Request[Any, Any, Any]
) -> Response[Any]:
    """Sign a message and see each step; only a sandbox has this, and it keeps nothing."""
    if party.kind != "filer":
        raise Refused(refuse("A02", found=party.kind, expected="filer"))
    body = await _read_body(request, BODY_BYTES_MAX)
    return _respond(await asyncio.to_thread(sign_answer, body, api.limits, api.now()))


@get("/readyz", summary="就绪 Ready")
async def readyz(api: NamedDependency[ReadApi]) -> Response[Any]:
    """The inbox can be written, there is room, and the engine keeps up; 503 with the reason when not."""
    reasons = []
    if not await asyncio.to_thread(api.writable):
        reasons.append({"zh": "收件箱无法写入", "en": "the inbox cannot be written"})
    if not api.has_room():
        reasons.append({"zh": "等待写入的申报过多", "en": "too many filings wait to be stored"})
    try:
        lag = sum((await api.lag()).values())
    except StoreFault as fault:
        lag = 0
        reasons.append({"zh": fault.text_zh, "en": fault.text_en})
    if lag > api.settings.lag_max:
        reasons.append({"zh": f"裁决落后 {lag} 份申报", "en": f"the engine is {lag} filings behind"})
    body = {"status": "not ready" if reasons else "ready", "lag": lag, "reasons": reasons}
    return _json(body, 503 if reasons else 200)


@get("/metrics", include_in_schema=False)
async def metrics_text(api: NamedDependency[ReadApi]) -> Response[Any]:
    """Figures in the text form of Prometheus."""
    try:
        await api.lag()
    except StoreFault as fault:
        log.warning("lag_unknown", fault=fault.name)
    return Response(api.metrics.text(), media_type=CONTENT_TYPE.decode())


@get("/openapi.json", include_in_schema=False)
async def openapi(request: Request[Any, Any, Any]) -> Response[Any]:
    """This API and POST /dxp as OpenAPI 3.1."""
    return Response(openapi_json(request.app.openapi_schema), media_type=JSON.decode())


async def _read_body(request: Request[Any, Any, Any], most: int) -> bytes:
    """The body of a request. Raises Refused (A05) when it is longer than ``most``."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise Refused(refuse("A05", expected=str(most)))
    return bytes(body)


def _json(body: Any, status: int = 200) -> Response[Any]:
    return Response(encode_json(body), status_code=status, media_type=JSON.decode())


def _respond(answer: Answer) -> Response[Any]:
    headers = [
        ResponseHeader(name=name.decode(), value=value.decode())
        for name, value in answer.headers()
        if name not in (b"content-type", b"content-length")
    ]
    return Response(answer.body, status_code=answer.status, media_type=answer.content_type.decode(), headers=headers)


def _on_refused(request: Request[Any, Any, Any], error: Refused) -> Response[Any]:
    return _respond(error.answer)


def _on_bad_cursor(request: Request[Any, Any, Any], error: BadCursor) -> Response[Any]:
    return _respond(refuse("A12", path="after", found=request.query_params.get("after", "")[:100]))


def _on_http(request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
    if isinstance(error, NotFoundException):
        return _respond(refuse("A11", path=request.url.path[:100]))
    if isinstance(error, MethodNotAllowedException):
        return _respond(refuse("A13", found=request.method, expected="GET"))
    if error.status_code >= 500:
        return _on_error(request, error)
    extra = error.extra if isinstance(error.extra, list) else []
    named = ", ".join(str(item.get("key", "")) for item in extra if isinstance(item, dict))
    return _respond(refuse("A12", path=named, found="" if named else error.detail.partition(" for path ")[0]))


def _on_unreadable(api: ReadApi, request: Request[Any, Any, Any], error: StoreFault) -> Response[Any]:
    log.warning("cannot_read", fault=error.name)
    return _respond(refuse("A19", retry_after=api.settings.retry_after_seconds))


def _on_error(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    log.error("read_failed", path=request.url.path, exc_info=error)
    return _respond(refuse("A17"))
