"""Windows and folders: what an HTTP answer means, what is put where, when a file is whole."""

from __future__ import annotations

import os
from pathlib import Path

import httpx
import pytest

from tests.upstream.conftest import BEGUN, DECLARANT, PLATFORM
from tests.upstream.samples import inventory_receipt, order_receipt
from tongguan.store.faults import StoreFault
from tongguan.store.upstream.database import UpstreamFile
from tongguan.store.upstream.forwards import Forward
from tongguan.store.upstream.recorded import Recorded
from tongguan.upstream.folder import Intake, free_place, move, put
from tongguan.upstream.receiving import FolderReceipts, HttpReceipts
from tongguan.upstream.recording import Recorder
from tongguan.upstream.window import Fate, FolderWindow, HttpWindow

FORWARD = Forward(1, "G01-000000000001", "G01", PLATFORM[1], "CEB311Message", "", ("x", 0, 0))


def window(answer) -> HttpWindow:
    return HttpWindow("http://up.example:8280", transport=httpx.MockTransport(answer))


@pytest.mark.parametrize(
    ("answer", "fate", "note"),
    [
        (httpx.Response(202, json={"filingId": "G01-7"}), Fate.TAKEN, "G01-7"),
        (httpx.Response(200, text="ok"), Fate.TAKEN, ""),
        (httpx.Response(401), Fate.HELD_BACK, "HTTP 401"),
        (httpx.Response(403), Fate.HELD_BACK, "HTTP 403"),
        (httpx.Response(413), Fate.REFUSED, "HTTP 413"),
        (httpx.Response(422, content=b"<CEB900Message/>"), Fate.REFUSED, "HTTP 422"),
        (httpx.Response(429, headers={"Retry-After": "7"}), Fate.LATER, "HTTP 429"),
        (httpx.Response(503), Fate.LATER, "HTTP 503"),
        (httpx.Response(500), Fate.LATER, "HTTP 500"),
        (httpx.Response(404), Fate.LATER, "HTTP 404"),
    ],
)
def test_what_an_answer_means(answer, fate, note):
    sent = window(lambda request: answer).send(FORWARD, b"<a/>", "tg_x")
    assert (sent.fate, sent.note) == (fate, note)
    assert sent.wait_seconds == (7.0 if answer.status_code == 429 else 0.0)
    assert sent.receipt == (b"<CEB900Message/>" if answer.status_code == 422 else b"")


def test_a_message_is_posted_as_it_is_under_the_senders_token():
    def answer(request: httpx.Request) -> httpx.Response:
        assert (request.method, request.url.path, request.content) == ("POST", "/dxp", b"\xef\xbb\xbf<a/>")
        assert request.headers["authorization"] == "Bearer tg_x"
        return httpx.Response(202, json={})

    assert window(answer).send(FORWARD, b"\xef\xbb\xbf<a/>", "tg_x").fate is Fate.TAKEN


def test_without_a_token_nothing_is_sent():
    def never(request: httpx.Request) -> httpx.Response:
        raise AssertionError("asked without a token")

    assert window(never).send(FORWARD, b"<a/>", "").fate is Fate.HELD_BACK


def test_a_broken_line_means_later():
    def broken(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("slow")

    sent = window(broken).send(FORWARD, b"<a/>", "tg_x")
    assert (sent.fate, sent.note) == (Fate.LATER, "ReadTimeout")
    assert window(broken).is_sandbox() is None


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (httpx.Response(200, json={"status": "ok"}), False),
        (httpx.Response(200, json={"status": "ok", "mode": "沙箱 SANDBOX"}), True),
        (httpx.Response(503), None),
    ],
)
def test_the_upstream_says_whether_it_is_a_sandbox(answer, expected):
    assert window(lambda request: answer).is_sandbox() is expected


@pytest.mark.parametrize(
    "answer", [httpx.Response(404), httpx.Response(200, text="hello"), httpx.Response(200, json=[])]
)
def test_something_else_at_the_address_is_named(answer):
    with pytest.raises(StoreFault, match="upstream-unknown"):
        window(lambda request: answer).is_sandbox()


def test_the_address_that_filers_are_told_has_no_credentials():
    assert HttpWindow("https://user:secret@up.example:8443").name == "up.example:8443"


def test_a_folder_gets_each_filing_once_wherever_it_went_since(tmp_path: Path):
    up = FolderWindow(tmp_path / "in")
    assert up.send(FORWARD, b"<a/>", "").fate is Fate.TAKEN
    place = tmp_path / "in" / "G01-000000000001.xml"
    assert place.read_bytes() == b"<a/>"
    for taken_to in ("done", "refused"):
        move(place, tmp_path / "in" / taken_to)
        assert up.send(FORWARD, b"<a/>", "").fate is Fate.TAKEN
        assert not place.exists()
        os.rename(tmp_path / "in" / taken_to / place.name, place)


def test_a_folder_that_cannot_be_written_means_later(tmp_path: Path):
    (tmp_path / "in").write_text("a file, no folder")
    assert FolderWindow(tmp_path / "in").send(FORWARD, b"<a/>", "").fate is Fate.LATER


class Steady:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def steady() -> Steady:
    return Steady()


def intake(tmp_path: Path, steady: Steady, **options: bool) -> Intake:
    return Intake(tmp_path, (".xml",), steady, settle_seconds=1.0, **options)


def test_a_file_is_whole_when_it_has_not_changed_for_so_long(tmp_path: Path, steady: Steady):
    looking = intake(tmp_path, steady)
    path = tmp_path / "a.xml"
    path.write_bytes(b"<a")
    assert looking.whole() == []
    steady.now += 0.9
    assert looking.whole() == []
    path.write_bytes(b"<a>")
    steady.now += 0.9
    assert looking.whole() == [], "it grew meanwhile"
    steady.now += 0.9
    assert looking.whole() == []
    steady.now += 0.1
    assert looking.whole() == [path]


def test_one_file_in_place_of_another_begins_anew(tmp_path: Path, steady: Steady):
    looking = intake(tmp_path, steady)
    path = tmp_path / "a.xml"
    path.write_bytes(b"<a/>")
    looking.whole()
    (tmp_path / "b").write_bytes(b"<b/>")
    os.utime(tmp_path / "b", ns=(path.stat().st_mtime_ns, path.stat().st_mtime_ns))
    os.replace(tmp_path / "b", path)
    steady.now += 2
    assert looking.whole() == []


def test_unfinished_hidden_and_finished_files_are_left_alone(tmp_path: Path, steady: Steady):
    names = "a.xml", ".b.xml", "c.xml.part", "d.tmp", "done/e.xml", "refused/f.xml", "g.txt", "sub/h.xml", "I.XML"
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    flat, deep = intake(tmp_path, steady), intake(tmp_path, steady, deep=True)
    assert (flat.whole(), deep.whole()) == ([], [])
    steady.now += 1
    assert [path.name for path in flat.whole()] == ["I.XML", "a.xml"]
    assert [path.name for path in deep.whole()] == ["I.XML", "a.xml", "h.xml"]


def test_what_is_no_file_is_left_alone_and_a_folder_may_vanish(tmp_path: Path, steady: Steady):
    os.mkfifo(tmp_path / "pipe.xml")
    (tmp_path / "folder.xml").mkdir()
    (tmp_path / "dangling.xml").symlink_to(tmp_path / "nowhere")
    looking = intake(tmp_path, steady, deep=True)
    looking.whole()
    steady.now += 2
    assert looking.whole() == []
    assert intake(tmp_path / "gone", steady, deep=True).whole() == []


def test_nothing_is_overwritten(tmp_path: Path):
    put(tmp_path / "done" / "a.xml", b"1")
    put(tmp_path / "a.xml", b"2")
    assert move(tmp_path / "a.xml", tmp_path / "done").name == "a-2.xml"
    assert free_place(tmp_path / "done", "a.xml").name == "a-3.xml"
    assert (tmp_path / "done" / "a.xml").read_bytes() == b"1"
    assert [path.name for path in tmp_path.iterdir()] == ["done"], "nothing half written is left"


def page(after: str, following: str, more: bool, *raws: bytes) -> httpx.Response:
    bodies = b"".join(raw.partition(b"?>")[2] for raw in raws)
    head = f'<Receipts xmlns="urn:tongguan:receipts:1" next="{following}" more="{str(more).lower()}">'
    return httpx.Response(200, content=head.encode() + bodies + b"</Receipts>")


class Upstream:
    """Pages of receipts by exchange id and cursor."""

    def __init__(self, **pages: dict[str, httpx.Response]) -> None:
        self.pages = pages
        self.asked: list[tuple[str, str]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        dxp_id, after = request.url.path.split("/")[2], request.url.params["after"]
        self.asked.append((dxp_id, after))
        return self.pages.get(dxp_id, {}).get(after, httpx.Response(400 if after else 403))


def asking(file: UpstreamFile, registry, upstream: Upstream) -> HttpReceipts:
    recorder = Recorder(file, lambda: registry, clock_ns=lambda: BEGUN)
    return HttpReceipts(window(upstream), file, recorder, lambda: [PLATFORM[1], DECLARANT[1]])


def test_all_pages_of_everybody_with_a_token_are_fetched_and_the_place_is_kept(file, registry):
    one, two = order_receipt(order_no="T1"), order_receipt(order_no="T2")
    upstream = Upstream(**{
        PLATFORM[1]: {"": page("", "c1", True, one), "c1": page("c1", "c2", False, two), "c2": page("c2", "c2", False)},
    })  # fmt: skip
    file.put_token(PLATFORM[1], "tg_x")
    asking(file, registry, upstream).round()
    assert upstream.asked == [(PLATFORM[1], ""), (PLATFORM[1], "c1")]
    asking(file, registry, upstream).round()
    assert upstream.asked[2:] == [(PLATFORM[1], "c2")]
    assert Recorded(file).counts()[:2] == (2, 2)


def test_one_token_for_all_asks_for_all_that_the_registry_knows(file, registry):
    upstream = Upstream(**{DECLARANT[1]: {"": page("", "c1", False, inventory_receipt())}})
    file.put_token("*", "tg_operator")
    asking(file, registry, upstream).round()
    assert upstream.asked == [(PLATFORM[1], ""), (DECLARANT[1], "")], "one that is refused stops nobody else"
    assert Recorded(file).counts()[:2] == (1, 1)


def test_an_upstream_that_forgot_its_cursor_is_read_anew_and_nothing_is_kept_twice(file, registry):
    file.put_token(PLATFORM[1], "tg_x")
    raw = order_receipt()
    asking(file, registry, Upstream(**{PLATFORM[1]: {"": page("", "old", False, raw)}})).round()
    fresh = Upstream(**{PLATFORM[1]: {"": page("", "new", False, raw, order_receipt(order_no="T2"))}})
    asking(file, registry, fresh).round()
    assert fresh.asked == [(PLATFORM[1], "old"), (PLATFORM[1], "")]
    assert Recorded(file).counts()[:2] == (2, 2)


@pytest.mark.parametrize("answer", [httpx.Response(200, content=b"no page"), httpx.Response(500)])
def test_a_page_that_cannot_be_read_moves_no_place(file, registry, answer):
    file.put_token(PLATFORM[1], "tg_x")
    asking(file, registry, Upstream(**{PLATFORM[1]: {"": answer}})).round()
    assert file.place(f"receipts:{PLATFORM[1]}") == ""


def test_receipt_files_are_recorded_and_put_away(tmp_path: Path, file, registry, steady: Steady):
    folder = tmp_path / "receipts"
    recorder = Recorder(file, lambda: registry, clock_ns=lambda: BEGUN)
    taking = FolderReceipts(folder, recorder, steady)
    put(folder / DECLARANT[1] / "a.xml", order_receipt())  # in a folder of an exchange id: for that id
    put(folder / "b.xml", order_receipt(order_no="T2"))
    put(folder / "c.xml", b"<Order/>")
    taking.round()
    steady.now += 1.5
    assert taking.round() == 3
    assert sorted(str(path.relative_to(folder)) for path in folder.rglob("*.xml")) == [
        f"done/{DECLARANT[1]}/a.xml", "done/b.xml", "refused/c.xml",
    ]  # fmt: skip
    assert [one.dxp_id for one in Recorded(file).all_messages()] == [DECLARANT[1], PLATFORM[1]]


def test_a_receipt_file_that_was_recorded_before_a_stop_is_not_recorded_again(tmp_path: Path, file, registry, steady):
    recorder = Recorder(file, lambda: registry, clock_ns=lambda: BEGUN)
    recorder.take(order_receipt(), "receipts")  # … and then the machine stopped, before the file was moved
    put(tmp_path / "receipts" / "b.xml", order_receipt())
    taking = FolderReceipts(tmp_path / "receipts", recorder, steady)
    taking.round()
    steady.now += 1.5
    assert taking.round() == 1
    assert Recorded(file).counts()[:2] == (1, 1)
