"""Asking a platform: only ``10000`` is a yes, and nothing that the other side does raises."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import parse_qs

import pytest

from tongguan.payment_pull.client import ask, is_address
from tongguan.payment_pull.pulling import new_session_id


@contextmanager
def shop(status: int, body: bytes, headers: dict[str, str] | None = None) -> Iterator[tuple[str, list[bytes]]]:
    """A server that answers every POST so, and keeps what was posted."""
    posted: list[bytes] = []

    class Shop(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            posted.append(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(status)
            for name, value in {"content-length": str(len(body)), **(headers or {})}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Shop)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/platDataOpen", posted
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_the_request_is_a_form_with_the_announced_json() -> None:
    with shop(200, b'{"code":"10000","message":"","serviceTime":1}') as (url, posted):
        assert ask(url, "订单1", "s1", 1533271903898) == (True, "10000")
    (field,) = parse_qs(posted[0].decode())["openReq"]
    assert json.loads(field) == {"orderNo": "订单1", "sessionID": "s1", "serviceTime": 1533271903898}


@pytest.mark.parametrize(
    ("status", "body", "told"),
    [
        pytest.param(200, b'{"code":10000}', (True, "10000"), id="the code as a number"),
        pytest.param(200, b'{"code":"20000","message":"no"}', (False, "20000 no"), id="a no"),
        pytest.param(500, b'{"code":"10000"}', (False, "HTTP 500"), id="a server that is down"),
        pytest.param(302, b'{"code":"10000"}', (False, "HTTP 302"), id="elsewhere is not followed"),
        pytest.param(200, b"OK", (False, "not JSON / 不是 JSON"), id="no JSON"),
        pytest.param(200, b"", (False, "not JSON / 不是 JSON"), id="nothing"),
        pytest.param(200, b"[" * 50_000, (False, "not JSON / 不是 JSON"), id="deep nesting"),
        pytest.param(200, b" " * 200_000, (False, "not JSON / 不是 JSON"), id="more than anyone reads"),
    ],
)
def test_what_platforms_answer(status: int, body: bytes, told: tuple[bool, str]) -> None:
    headers = {"location": "http://127.0.0.1:1/"} if status == 302 else {}
    with shop(status, body, headers) as (url, _):
        assert ask(url, "O1", "s1", 1) == told


def test_a_platform_that_is_not_there_is_told() -> None:
    assert ask("http://127.0.0.1:1/platDataOpen", "O1", "s1", 1, timeout=2) == (False, "ConnectError")


@pytest.mark.parametrize(
    ("url", "good"),
    [("http://127.0.0.1:8290/platDataOpen", True), ("https://shop.example/a/platDataOpen", True),
     ("ftp://shop.example/", False), ("file:///etc/passwd", False), ("//shop.example/", False), ("shop.example", False),
     ("http://", False), ("http://user:word@shop.example/", False), ("http://shop.example/#a", False),
     ("http://[::1", False), ("http://shop.example/a b", False), ("http://shop.example:99999/", False), ("", False)],
)  # fmt: skip
def test_what_is_an_address(url: str, good: bool) -> None:
    assert is_address(url) is good


def test_session_ids_are_written_as_customs_does_and_never_twice() -> None:
    made = {new_session_id() for _ in range(200)}
    assert len(made) == 200
    assert {tuple(map(len, one.split("-"))) for one in made} == {(6, 8, 8)}
