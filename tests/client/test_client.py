"""The client against a scripted server: what it sends, when it tries again, what its errors say."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tongguan.client import (
    AsyncClient,
    Client,
    ClientError,
    NotAllowed,
    NotFound,
    NotReached,
    Refusal,
    ServerBusy,
    ServerFault,
    TimedOut,
    Trouble,
)
from tongguan.client.protocol import Retries

FILED = {"filingId": "G01-1", "messageType": "CEB311Message", "records": 1, "receivedAt": "t", "warnings": []}
PROBLEM = {
    "rule_id": "S01",
    "code": "",
    "document": "CEB311Message",
    "path": "Order[1]/OrderHead/orderNo",
    "found": "",
    "expected": "",
    "law_row": "",
    "text_zh": "缺少元素",
    "text_en": "an element is missing",
    "fix_zh": "请补上",
    "fix_en": "add it",
    "added_later": "ignored",
}

Script = list[tuple[int, Any, dict[str, str]] | Exception]


class Server:
    """Answers one step of the script after another and keeps the requests; the last step repeats."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.requests: list[httpx.Request] = []
        self.slept: list[float] = []
        self.now = 0.0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        step = self.script[min(len(self.requests), len(self.script) - 1)]
        self.requests.append(request)
        if isinstance(step, Exception):
            raise step
        status, body, headers = step
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return httpx.Response(status, content=content, headers=headers)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    async def asleep(self, seconds: float) -> None:
        self.sleep(seconds)

    def client(self, **options: Any) -> Client:
        options.setdefault("dxp_id", "DXPENT9000000001")
        return Client(
            "http://gateway",
            "a-token",
            transport=httpx.MockTransport(self),
            sleep=self.sleep,
            steady=lambda: self.now,
            **options,
        )


Use = Callable[[Server, str, tuple[Any, ...]], Any]


def blocking(server: Server, method: str, arguments: tuple[Any, ...]) -> Any:
    with server.client(retries=Retries(times=3, longest=10)) as client:
        return getattr(client, method)(*arguments)


def awaiting(server: Server, method: str, arguments: tuple[Any, ...]) -> Any:
    async def run() -> Any:
        async with AsyncClient(
            "http://gateway",
            "a-token",
            dxp_id="DXPENT9000000001",
            retries=Retries(times=3, longest=10),
            transport=httpx.MockTransport(server),
            sleep=server.asleep,
            steady=lambda: server.now,
        ) as client:
            return await getattr(client, method)(*arguments)

    return asyncio.run(run())


both = pytest.mark.parametrize("use", [blocking, awaiting])


@both
def test_a_message_is_filed_with_its_token_and_type(use: Use) -> None:
    server = Server([(202, FILED, {})])
    filed = use(server, "file", (b"<x/>",))
    assert (filed.filing_id, filed.records, filed.warnings) == ("G01-1", 1, ())
    request = server.requests[0]
    assert (request.method, request.url.path, request.content) == ("POST", "/dxp", b"<x/>")
    assert request.headers["authorization"] == "Bearer a-token"
    assert request.headers["content-type"] == "application/xml"
    assert request.headers["accept"] == "application/json"


@both
@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_gateway_is_asked_again_after_its_own_time(use: Use, status: int) -> None:
    server = Server([(status, {}, {"Retry-After": "3"}), (status, {}, {"Retry-After": "99"}), (202, FILED, {})])
    assert use(server, "file", (b"<x/>",)).filing_id == "G01-1"
    assert [request.content for request in server.requests] == [b"<x/>"] * 3
    assert 3 <= server.slept[0] <= 3.3
    assert 10 <= server.slept[1] <= 11  # never longer than told


@both
def test_in_the_end_it_gives_up_and_says_that_filing_again_is_safe(use: Use) -> None:
    server = Server([(503, {"problems": [PROBLEM]}, {})])
    with pytest.raises(ServerBusy) as caught:
        use(server, "file", (b"<x/>",))
    assert len(server.requests) == 4
    assert server.slept == sorted(server.slept)
    assert "缺少元素" in str(caught.value) and "add it" in str(caught.value)


@both
@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, Trouble),
        (401, NotAllowed),
        (403, NotAllowed),
        (404, NotFound),
        (413, Trouble),
        (415, Trouble),
        (422, Refusal),
        (500, ServerFault),
        (502, ServerFault),
    ],
)
def test_everything_else_is_told_at_once_and_never_sent_again(use: Use, status: int, kind: type[Trouble]) -> None:
    server = Server([(status, {"problems": [PROBLEM], "filingId": "G01-9"}, {"Retry-After": "1"})])
    with pytest.raises(kind) as caught:
        use(server, "file", (b"<x/>",))
    assert len(server.requests) == 1 and server.slept == []
    assert caught.value.status == status
    assert caught.value.problems[0].path == "Order[1]/OrderHead/orderNo"
    assert "an element is missing" in str(caught.value)
    if isinstance(caught.value, Refusal):
        assert caught.value.filing_id == "G01-9"


@both
@pytest.mark.parametrize("body", [b"<html>bad gateway</html>", b"[]", b""])
def test_an_answer_of_something_in_between_is_named_as_such(use: Use, body: bytes) -> None:
    with pytest.raises(ServerFault, match="proxy"):
        use(Server([(502, body, {})]), "file", (b"<x/>",))


@both
def test_no_answer_at_all_is_its_own_error(use: Use) -> None:
    server = Server([httpx.ConnectError("refused")])
    with pytest.raises(NotReached, match="safe"):
        use(server, "file", (b"<x/>",))
    assert len(server.requests) == 1


def page(numbers: list[int], cursor: str, more: bool) -> tuple[int, Any, dict[str, str]]:
    receipts = [
        {
            "guid": f"g{n}",
            "messageType": "CEB622Message",
            "keys": {"copNo": f"C{n}"},
            "returnStatus": "800",
            "returnInfo": "x",
            "at": "t",
        }
        for n in numbers
    ]
    return 200, {"dxpId": "D", "receipts": receipts, "next": cursor, "more": more}, {}


def test_receipts_go_through_all_pages_from_where_one_left_off() -> None:
    server = Server([page([1, 2], "c2", True), page([3], "c3", False)])
    found = list(server.client().receipts(after="c0", limit=2))
    assert [(receipt.keys["copNo"], cursor) for receipt, cursor in found] == [("C1", "c2"), ("C2", "c2"), ("C3", "c3")]
    assert [dict(request.url.params) for request in server.requests] == [
        {"after": "c0", "limit": "2"},
        {"after": "c2", "limit": "2"},
    ]
    assert server.requests[0].url.path == "/dxp/DXPENT9000000001/receipts"


def test_poll_waits_only_when_there_is_nothing_more() -> None:
    server = Server([page([1], "c1", True), page([], "c1", False), page([2], "c2", False)])
    stream = server.client().poll(seconds=2)
    assert [next(stream)[0].guid, next(stream)[0].guid] == ["g1", "g2"]
    assert server.slept == [2]


def test_async_receipts_and_poll() -> None:
    def made(server: Server) -> AsyncClient:
        transport = httpx.MockTransport(server)
        return AsyncClient("http://gateway", "t", dxp_id="D", transport=transport, sleep=server.asleep)

    async def run() -> tuple[list[str], list[str]]:
        server = Server([page([1], "c1", True), page([2], "c2", False)])
        client = made(server)
        all_now = [receipt.guid async for receipt, _ in client.receipts()]
        server = Server([page([], "", False), page([7], "c7", False)])
        client = made(server)
        polled = []
        async for receipt, _ in client.poll():
            polled.append(receipt.guid)
            break
        return all_now, polled

    assert asyncio.run(run()) == (["g1", "g2"], ["g7"])


def filing(state: str, *records: str) -> tuple[int, Any, dict[str, str]]:
    made = [
        {
            "number": n,
            "state": one,
            "kind": "order",
            "key": ["a", "b"],
            "outcome": "",
            "status": "2",
            "decidedAt": "",
            "problems": [],
        }
        for n, one in enumerate(records, 1)
    ]
    body = {
        "filingId": "G01-1",
        "state": state,
        "messageType": "CEB311Message",
        "sender": "D",
        "receivedAt": "t",
        "sha256": "",
        "records": made,
        "refused": [],
        "warnings": [],
    }
    return 200, body, {}


@both
def test_waiting_ends_when_every_record_is_decided(use: Use) -> None:
    half, whole = filing("decided", "decided", "waiting"), filing("decided", "decided", "decided")
    server = Server([filing("waiting"), half, whole])
    found = use(server, "wait_for", ("G01-1",))
    assert len(server.requests) == 3
    assert found.records[0].key == ("a", "b")


@both
def test_waiting_ends_at_its_time(use: Use) -> None:
    server = Server([filing("waiting", "waiting")])
    with pytest.raises(TimedOut, match="1 seconds"):
        use(server, "wait_for", ("G01-1", 1.0))
    assert sum(server.slept) == pytest.approx(1.0, abs=0.21)


@both
def test_waiting_for_the_receipt_of_one_document(use: Use) -> None:
    server = Server([page([1], "c1", True), page([], "c1", False), page([2, 3], "c3", False)])
    receipt, cursor = use(server, "wait_for_receipt", ({"copNo": "C3"},))
    assert (receipt.guid, cursor) == ("g3", "c3")
    with pytest.raises(TimedOut):
        use(Server([page([], "", False)]), "wait_for_receipt", ({"copNo": "C3"}, "", 2.0))


def test_an_explanation_asks_for_one_order() -> None:
    server = Server([(200, {"documents": []}, {})])
    assert server.client().explain("99010000P1", "T 1&2") == {"documents": []}
    assert dict(server.requests[0].url.params) == {"ebpCode": "99010000P1", "orderNo": "T 1&2"}


def test_receipts_need_to_know_whose() -> None:
    with pytest.raises(ValueError, match="dxp_id"):
        Server([page([], "", False)]).client(dxp_id="").page()


def test_all_errors_have_one_root() -> None:
    for kind in (Trouble, Refusal, NotAllowed, NotFound, ServerBusy, ServerFault, NotReached, TimedOut):
        assert issubclass(kind, ClientError)
