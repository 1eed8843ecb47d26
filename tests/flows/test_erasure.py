"""Planted needles: one person's number, name, telephone and address, and an officer's words about her, in a real store.

Before the erasure they are found nowhere in clear, since they are sealed; afterwards the sealed bytes are gone too.
"""

from __future__ import annotations

import base64
import json
import re
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import msgspec
import pytest

from tests.cli.conftest import Run, run  # noqa: F401 — a fixture
from tests.flows.served import Served, serving
from tests.flows.served import free_port as port
from tongguan.cli.house import give, work_off
from tongguan.cli.registry import bring_into_force, read_folder
from tongguan.engine.replay import replay
from tongguan.gateway.tokens import Tokens
from tongguan.law.snapshot import Table, pack, package_tables
from tongguan.store.doors import Doors
from tongguan.store.inbox import SqliteInbox
from tongguan.store.layout import Store, init_store
from tongguan.store.raw import read_raw
from tongguan.store.reading import Reader

WORDS = "订购人沙箱丁称电话10077712345不通；证件存疑"
"""What the officer writes: fit to find a person by."""
SETS = 5
ELEMENTS = ("buyerName", "buyerIdNumber", "buyerTelephone", "buyerRegNo", "consigneeTelephone", "consigneeAddress")


def everybody_reviewed() -> bytes:
    """The law of the package, but every inventory is drawn for review and none for examination."""
    tables = package_tables()
    lanes = tables["lanes"]
    share, hold = lanes.header.index("share"), lanes.header.index("hold")
    rows = [tuple("1" if at == share else cell for at, cell in enumerate(row))
            for row in lanes.rows if row[hold] == "review"]  # fmt: skip
    return pack(tables.with_table("lanes", Table(lanes.header, tuple(rows))))


def value(paper: bytes, element: str) -> str:
    found = re.search(rb"<ceb:%s>([^<]+)<" % element.encode(), paper)
    assert found, element
    return found[1].decode()


def forms(needle: str) -> Iterator[tuple[str, bytes]]:
    """A text as it might lie in a file: in several encodings, escaped, and in base64 at each of three offsets."""
    for encoding in ("utf-8", "gb18030", "utf-16-le", "utf-16-be", "unicode_escape"):
        yield encoding, needle.encode(encoding)
    yield "as references", "".join(f"&#{ord(letter)};" for letter in needle).encode()
    yield "json", json.dumps(needle)[1:-1].encode()
    yield "hexadecimal", needle.encode().hex().encode()
    for offset in range(3):
        text = base64.b64encode(b"\0" * offset + needle.encode())
        yield f"base64+{offset}", text[4 if offset else 0 : -4]


def find(folder: Path, needles: dict[str, str], log: Path) -> list[tuple[str, str, str]]:
    """(file, needle, form) of everything that is found."""
    wanted = [(name, form, text) for name, needle in needles.items() for form, text in forms(needle)]
    files = [path for path in (*folder.rglob("*"), log) if path.is_file() and path.stat().st_size]
    assert len(files) > 10
    return [(path.name, name, form) for path in files for content in (path.read_bytes(),)
            for name, form, text in wanted if text in content]  # fmt: skip


def sealed_bytes(store: Store, filings: list[str], subjects: list[int]) -> dict[str, bytes]:
    """The very bytes that hold her data under seal, or that open them: pieces that are found by comparing."""
    places = marks(subjects)
    found: dict[str, bytes] = {}
    with sqlite3.connect(store.state_path) as db:
        for number, record, said in db.execute(
            f"SELECT subject_no, record, said FROM documents WHERE subject_no IN ({places})", subjects
        ):
            found |= {f"record {number}": record, f"said {number}": said}
        for number, key in db.execute(
            f"SELECT subject_no, person_key FROM subjects WHERE subject_no IN ({places})", subjects
        ):
            found[f"key {number}"] = key
        for number, secrets, sealed in db.execute(
            f"SELECT event_no, person_secrets, sealed FROM events WHERE subject_no IN ({places})", subjects
        ):
            found[f"secrets {number}"] = secrets
            for at, (person, _) in enumerate(msgspec.msgpack.decode(sealed, type=list[tuple[bytes, bytes]])):
                if person:
                    found[f"persons {number}.{at}"] = person
    db.close()
    for filing_id in filings:
        with sqlite3.connect(store.inbox_path(filing_id[:3])) as inbox:
            found[f"packed {filing_id}"] = inbox.execute(
                "SELECT sealed FROM rows WHERE filing_id = ?", (filing_id,)
            ).fetchone()[0]
        inbox.close()
        if filing_id.startswith("G"):
            name, offset, length = raw_place(store, filing_id)
            content = (store.raw_dir / name).read_bytes()
            found[f"raw {filing_id}"] = content[offset + 4 : offset + length]
    return {name: text[8:40] for name, text in found.items()}  # a row may be split over pages, its beginning is not


def raw_place(store: Store, filing_id: str) -> tuple[str, int, int]:
    reader = Reader(store)
    view = reader.filing(filing_id)
    reader.close()
    assert view is not None
    return view.raw_at


def marks(values: list[int]) -> str:
    return ", ".join("?" * len(values))


def still_there(store: Store, pieces: dict[str, bytes]) -> set[str]:
    content = b"\n".join(path.read_bytes() for path in sorted(store.dir.rglob("*")) if path.is_file())
    return {name for name, piece in pieces.items() if piece in content}


@pytest.fixture
def store(run: Run, tmp_path: Path) -> Store:  # noqa: F811
    """Some sets filed and held for review; the last is another buyer's than the first."""
    run("sandbox", "make", "--sets", SETS, "--seed", 4, "--out", tmp_path / "box")
    store = init_store(tmp_path / "store", sandbox=True)
    give(store, "law", actor="init", snapshot=everybody_reviewed())
    work_off(store)
    bring_into_force(store, read_folder(tmp_path / "box" / "registry"), "test")
    run("clear", tmp_path / "box" / "filings", "--db", store.dir)
    return store


def test_after_the_erasure_nothing_of_a_person_is_found_anywhere(
    run: Run,  # noqa: F811
    store: Store,
    tmp_path: Path,
) -> None:
    papers = [path.read_bytes() for path in sorted((tmp_path / "box" / "filings").iterdir())]
    order, inventory = papers[0], papers[3]
    needles = {element: value(order, element) for element in ELEMENTS} | {
        "words": WORDS,
        "part of the words": "10077712345",
    }
    assert needles["buyerIdNumber"] not in papers[-4].decode(), "the other set is another person's"
    case = value(order, "ebpCode"), value(order, "orderNo")
    other = value(papers[-4], "ebpCode"), value(papers[-4], "orderNo")

    agent, cop_no = value(inventory, "agentCode"), value(inventory, "copNo")
    run("officer", "reject", agent, cop_no, "--actor", "officer:1", "--reason", WORDS, "--db", store.dir)
    (tmp_path / "again").mkdir()
    (tmp_path / "again" / "1.xml").write_bytes(inventory)
    run("clear", tmp_path / "again", "--db", store.dir)  # the same receipts once more, with the officer's words

    doors = Doors(store.doors_path)
    auditor = Tokens(doors).issue("auditor")
    doors.close()
    house = Served(store, port())
    with serving(house):
        sender = re.findall(rb"<ceb:dxpId>([^<]+)<", order)[-1].decode()
        broken = order.replace(b"<ceb:currency>142<", b"<ceb:currency>x<", 1)
        head = {"Authorization": f"Bearer {house.tokens[sender]}", "Content-Type": "application/xml"}
        refused = httpx.post(f"{house.url}/dxp", content=broken, headers=head, trust_env=False, timeout=20)
        assert refused.status_code == 422
        house.settle()
        seen = house.get(f"/cases?ebpCode={case[0]}&orderNo={case[1]}", auditor)
        assert seen.status_code == 200 and "buyerName" in seen.text
        told = house.get(f"/dxp/{re.findall(rb'<ceb:dxpId>([^<]+)<', inventory)[-1].decode()}/receipts", auditor)
        assert WORDS in told.text
    log = store.dir.with_suffix(".log")
    filed = {name for _, name, _ in find(tmp_path / "box", needles, log)}
    assert filed == set(needles) - {"words", "part of the words"}, "the search finds what lies in clear"
    assert find(store.dir, needles, log) == [], "sealed from the beginning"

    case_id = store.keys.case_id("order", case)
    with sqlite3.connect(store.state_path) as db:
        subjects = [row[0] for row in db.execute(
            "SELECT subject_no FROM subjects WHERE case_id = ? OR (kind = 'waybill' AND key LIKE ?)"
            " OR (kind = 'filing' AND key LIKE 'G01%')", (case_id, f"%{value(inventory, 'logisticsNo')}"))]  # fmt: skip
        filings = [row[0] for row in db.execute(
            f"SELECT DISTINCT filing_id FROM events WHERE filing_id <> '' AND subject_no IN ({marks(subjects)})",
            subjects)]  # fmt: skip
    db.close()
    assert len(subjects) == 5 and len(filings) == 7, "four papers and a refused message; a repeat and a command besides"
    pieces = sealed_bytes(store, filings, subjects)
    assert still_there(store, pieces) == set(pieces), "the search finds what there is"

    def at(days: int) -> str:
        return f"{datetime.now(UTC) + timedelta(days=days):%Y-%m-%d}"

    run("retention", "run", "--dry-run", "--db", store.dir, "--at", at(60))  # the papers lapse
    early = json.loads(run("retention", "erase", "/".join(case), "--basis", "RT14", "--actor", "a", "--approver", "b",
                           "--db", store.dir, "--at", at(61), "--json", code=2).stdout)  # fmt: skip
    assert (early["outcome"], early["problems"][0]["rule_id"]) == ("restricted", "ER03")
    run("explain", *case, "--db", store.dir, code=2)
    done = json.loads(run("retention", "erase", case_id, "--basis", "RT14", "--actor", "a", "--approver", "b",
                          "--db", store.dir, "--at", at(1300), "--json").stdout)  # fmt: skip
    assert (done["outcome"], len(done["erased"]), done["pending"]) == ("erased", 4, {})
    report = json.loads(run("retention", "run", "--db", store.dir, "--at", at(1301), "--json").stdout)
    assert report["erasedNow"] == 1 and report["pending"] == {} and report["storedOnly"] == []

    assert find(store.dir, needles, log) == []
    assert still_there(store, pieces) == set()
    for path in (*store.dir.glob("*-wal"), *store.dir.glob("inbox/*-wal")):
        assert path.stat().st_size == 0, path

    report = replay(store)
    assert report.differences == ()
    assert (report.erased, report.explained) == (5, 0) and report.tombstones >= 7
    reader = Reader(store)
    assert reader.case(*case) is None
    kept = reader.case(*other)
    assert kept is not None and kept.order is not None
    assert kept.order.record.OrderHead.buyerName == value(papers[-4], "buyerName")
    inbox = SqliteInbox(store.inbox_path("G99"), store.keys, writer=False)
    neighbour = f"G99-{len(papers) - 3:012d}"
    assert read_raw(store.raw_dir, inbox, raw_place(store, neighbour), neighbour) == papers[-4], "in the same day file"
    inbox.close()
    reader.close()
    looks = json.loads(run("retention", "looks", case_id, "--db", store.dir, "--json").stdout)["looks"]
    assert len(looks) == 1 and looks[0]["who"] == "auditor", "who has looked is told after the erasure too"
