"""Whole cases through inbox, engine and store: quota, time, officers, snapshots, and records that nobody handles
yet.
"""

from __future__ import annotations

import base64
import hashlib
import os
import sqlite3
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.clearance.playstore import AGENT, DXP, PLATFORM, a_set
from tests.engine.house import House, fingerprint, registry
from tongguan.ceb.messages.ceb513 import LogisticsStatus
from tongguan.ceb.problem import Problem
from tongguan.ceb.signature.verify import Verdict
from tongguan.chain.event import make_part, record_fields
from tongguan.engine.replay import replay
from tongguan.law.snapshot import pack, package_tables
from tongguan.store.filing import FiledRecord, Filing
from tongguan.store.issued import render
from tongguan.store.raw import RawFile


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path / "store")


def drained(house: House) -> None:
    with house.engine() as engine:
        engine.drain()


def sums(house: House) -> dict[str, tuple[Decimal, Decimal]]:
    return {one.kind: (one.held, one.used) for one in house.reader().accounts()}


def test_of_100_parallel_declarations_of_300_yuan_with_26000_free_exactly_86_pass(house: House) -> None:
    """One buyer, 100 sets of dutiable value 300.00 (goods 290, freight 10) in one batch: 86 × 300 = 25,800."""
    for number in range(1, 101):
        made = a_set(number, prices=("290.00",))
        for kind in ("order", "payment", "waybill"):
            house.file(made[kind], gateway=1 + number % 3)
    for number in range(1, 101):
        house.file(a_set(number, prices=("290.00",))["inventory"], gateway=1 + number % 3)
    drained(house)
    reader = house.reader()
    assert reader.counts()["inventory"] == {"800": 86, "100": 14}
    assert sums(house)["quota"] == (Decimal(0), Decimal(25_800))
    with sqlite3.connect(house.store.state_path) as db:
        limits = db.execute("SELECT held, used, account_limit FROM accounts WHERE kind = 'quota'").fetchall()
    assert limits == [(0, 2_580_000_000, 2_600_000_000)]  # whole 1e-5 yuan
    texts = {
        one.receipt.info
        for one in reader.receipts(DXP[AGENT], limit=10_000)[0]
        if one.receipt.message_type == "CEB622Message" and one.receipt.status == "100"
    }
    assert texts and all("1313" in text for text in texts)


def test_a_year_passes_in_seconds(house: House) -> None:
    """An order that nobody follows lapses after 30 days."""
    lonely = a_set(1)["order"]
    house.file(lonely)
    drained(house)
    house.pass_time(days=29)
    drained(house)
    assert house.status(lonely) == "2"
    house.pass_time(days=1, seconds=1)
    drained(house)
    assert house.status(lonely) == "100"
    events = house.reader()._db.execute("SELECT cause FROM events ORDER BY event_no").fetchall()
    assert [cause for (cause,) in events] == ["snapshot", "snapshot", "record", "due"]
    assert replay(house.store).differences == ()


def test_what_is_not_due_any_more_is_no_event(house: House) -> None:
    house.file_set(1)
    drained(house)
    before = house.reader()._db.execute("SELECT count(*) FROM events").fetchone()
    house.pass_time(days=30, minutes=1)
    drained(house)
    assert house.reader()._db.execute("SELECT count(*) FROM events").fetchone() == before
    assert house.reader()._db.execute("SELECT count(*) FROM due WHERE what = 'lapse'").fetchone() == (0,)
    assert replay(house.store).differences == ()


def test_an_early_inventory_waits_and_is_woken_by_what_comes_last(house: House) -> None:
    made = a_set(1)
    house.file(made["inventory"])
    drained(house)
    assert house.status(made["inventory"]) == "2"
    for kind in ("waybill", "order"):
        house.file(made[kind])
        drained(house)
        assert house.status(made["inventory"]) == "2"
    house.file(made["payment"])
    drained(house)
    assert house.status(made["inventory"]) == "800"
    with sqlite3.connect(house.store.state_path) as db:
        assert db.execute("SELECT count(*) FROM awaits").fetchone() == (0,)
        assert db.execute("SELECT count(*) FROM wakes").fetchone() == (0,)
    assert replay(house.store).differences == ()


def reviewing_law() -> bytes:
    """Every inventory is drawn for review."""
    tables = package_tables()
    lanes = tables["lanes"]
    share, hold = lanes.header.index("share"), lanes.header.index("hold")
    rows = [list(row) for row in lanes.rows if row[hold] == "review"]
    for row in rows:
        row[share] = "1"
    return pack(tables.with_table("lanes", type(lanes)(lanes.header, tuple(map(tuple, rows)))))


@pytest.mark.parametrize(("action", "status", "quota"), [("release", "800", (0, 160)), ("reject", "100", (0, 0))])
def test_an_officer_ends_a_review(tmp_path: Path, action: str, status: str, quota: tuple[int, int]) -> None:
    house = House(tmp_path / "store", law=reviewing_law())
    inventory = house.file_set(1)["inventory"]
    drained(house)
    assert house.status(inventory) == "300"
    assert sums(house)["quota"] == (Decimal(160), Decimal(0))
    stale = house.command(action, kind="inventory", key=inventory.key, reason="核对", version=99)
    right = house.command(action, kind="inventory", key=inventory.key, reason="核对")
    drained(house)
    reader = house.reader()
    assert reader.filing(stale).records[0].outcome == "refused"  # type: ignore[union-attr]
    assert reader.filing(stale).records[0].problems  # type: ignore[union-attr]
    assert reader.filing(right).records[0].status == status  # type: ignore[union-attr]
    assert house.status(inventory) == status
    assert sums(house)["quota"] == tuple(map(Decimal, quota))
    assert replay(house.store).differences == ()


def test_a_draw_is_kept_and_follows_from_the_seed_of_the_day(tmp_path: Path) -> None:
    import hmac

    house = House(tmp_path / "store", law=reviewing_law())
    inventory = house.file_set(1)["inventory"]
    drained(house)
    document = house.reader().documents_of("inventory", inventory.key)
    assert document is not None
    seed = house.store.keys.draw_seed(house.now.date())
    case_id = house.store.keys.case_id("order", document.order_key)
    (lane, value) = document.draws[0]
    number = int.from_bytes(hmac.new(seed, f"{case_id}\0{lane}".encode(), hashlib.sha256).digest(), "big")
    assert value == Decimal(number * 10**12 // 2**256) / 10**12


def test_a_guarantee_that_is_topped_up_wakes_who_waits_for_it(tmp_path: Path) -> None:
    house = House(tmp_path / "store", registry=registry("1"))
    inventory = house.file_set(1)["inventory"]
    drained(house)
    assert house.status(inventory) not in ("800", "100")
    house.command("registry", snapshot=registry("100000"))
    drained(house)
    assert house.status(inventory) == "800"
    assert sums(house)["guarantee"][0] == 0 and sums(house)["guarantee"][1] > 0
    assert replay(house.store).differences == ()


def test_a_damaged_snapshot_is_refused_and_the_former_stays_in_force(house: House) -> None:
    drained(house)
    before = house.reader().in_force()
    bad = house.command("law", snapshot=b"{}")
    made = house.file_set(1)
    drained(house)
    view = house.reader().filing(bad)
    assert view is not None and view.records[0].outcome == "refused"
    assert view.records[0].problems[0].text_zh and view.records[0].problems[0].fix_en
    assert house.reader().in_force() == before
    assert house.status(made["inventory"]) == "800"
    assert replay(house.store).differences == ()


def test_a_filing_that_the_door_refused_is_on_record_and_shows_no_person_on_disk(house: House) -> None:
    inbox = house.gateway()
    problem = Problem(rule_id="S05", document="CEB311Message", path="Order[1]/OrderHead/buyerName", text_zh="过长",
                      text_en="too long", fix_zh="缩短", fix_en="shorten", found="沙箱丙" * 30)  # fmt: skip
    filing = Filing(
        filing_id=inbox.mint(), message_type="CEB311Message", received_ns=1, raw_digest=b"d" * 32, refused=(problem,)
    )
    inbox.append([filing])
    drained(house)
    view = house.reader().filing(filing.filing_id)
    assert view is not None and (view.state, view.refused) == ("refused", (problem,))
    assert "沙箱丙".encode() not in everything_on_disk(house)
    assert replay(house.store).differences == ()


@pytest.mark.parametrize(("named", "sender"), [(True, AGENT)])
def test_a_record_that_nobody_handles_yet_is_answered_at_once(house: House, named: bool, sender: str) -> None:
    record = LogisticsStatus(
        guid="G" * 36, appType="1", appTime="20260302120000", appStatus="2", logisticsCode="99E1000004",
        logisticsName="沙箱物流", logisticsNo="W1", logisticsStatus="S", logisticsTime="20260302120000",
    )  # fmt: skip
    view = file_other(house, "CEB513Message", record, sender)
    assert (view.records[0].outcome, view.records[0].status) == ("refused", "-505011")
    issued, _ = house.reader().receipts(DXP[sender])
    assert [(one.receipt.message_type, one.receipt.status) for one in issued] == [("CEB514Message", "-505011")]
    assert b"<logisticsStatus>S</logisticsStatus>" in render(issued)[0]
    assert replay(house.store).differences == ()


def file_other(house: House, message_type: str, record: Any, sender: str) -> Any:
    inbox = house.gateway()
    packed = msgspec.msgpack.encode(record)
    part = make_part(record_fields(record), os.urandom(64))
    filing = Filing(
        filing_id=inbox.mint(), message_type=message_type, sender=DXP[sender], transfer=(sender, DXP[sender]),
        received_ns=1, raw_digest=b"d" * 32, verdict=Verdict(present=True, step="ok", fingerprint=fingerprint(sender)),
        records=(FiledRecord(1, "", packed, hashlib.sha256(packed).digest(), part),),
    )  # fmt: skip
    inbox.append([filing])
    drained(house)
    return house.reader().filing(filing.filing_id)


def test_a_filing_is_waiting_until_it_is_decided(house: House) -> None:
    drained(house)
    filing_id = house.file(a_set(1)["order"])
    view = house.reader().filing(filing_id)
    assert view is not None and view.state == "waiting" and view.records[0].state == "waiting"
    assert house.reader().lag() == {"C00": 0, "G01": 1}
    drained(house)
    assert house.reader().filing(filing_id).state == "decided"  # type: ignore[union-attr]
    assert house.reader().filing("G01-000000000999") is None
    assert house.reader().filing("G77-000000000001") is None
    assert house.reader().filing("nonsense") is None


def test_receipts_are_paged_in_order(house: House) -> None:
    for filed in a_set(1).values():
        house.file(filed)
    drained(house)
    reader = house.reader()
    everything, end = reader.receipts(DXP[AGENT], limit=1000)
    assert len(everything) > 3
    paged, cursor = [], ""
    while True:
        page, cursor = reader.receipts(DXP[AGENT], after=cursor, limit=2)
        if not page:
            break
        assert len(page) <= 2
        paged += page
    assert paged == everything and cursor == end
    assert reader.receipts(DXP[AGENT], after=end) == ([], end)
    assert reader.receipts("DXPENT0000000000") == ([], "")


@pytest.mark.parametrize("cursor", ["x", "MS4x", "é", "1.2.3", "MS4tMS4w", "A" * 5000, "MS4xLjE="])
def test_a_cursor_that_was_never_given_is_refused(house: House, cursor: str) -> None:
    from tongguan.store.reading import BadCursor

    drained(house)
    with pytest.raises(BadCursor):
        house.reader().receipts(DXP[AGENT], after=cursor)


def test_a_case_shows_all_its_documents_opened(house: House) -> None:
    made = house.file_set(1)
    drained(house)
    case = house.reader().case(PLATFORM, "SBX000001")
    assert case is not None and case.order is not None
    assert case.order.record == made["order"].record
    assert [one.record for one in (*case.payments, *case.waybills, *case.inventories)] == [
        made[kind].record for kind in ("payment", "waybill", "inventory")
    ]
    assert len(case.case_id) == 32
    assert house.reader().case(PLATFORM, "SBX999999") is None


def everything_on_disk(house: House) -> bytes:
    return b"\0".join(path.read_bytes() for path in sorted(house.dir.rglob("*")) if path.is_file())


def every_form(secret: str) -> set[bytes]:
    """The text as it may lie on a disk: UTF-8 and UTF-16, as they are, in hexadecimal and in base64 at any offset."""
    found = set()
    for plain in (secret.encode(), secret.encode("utf-16-le"), secret.encode("utf-16-be")):
        found |= {plain, plain.hex().encode(), plain.hex().upper().encode()}
        for skipped in range(3):  # base64 letters that depend on the secret alone
            text = base64.b64encode(b"\0" * skipped + plain)
            found.add(text[4 * (skipped > 0) : len(text) // 4 * 4 - 4])
    return found


@pytest.mark.parametrize("wrap", [bytes, bytes.hex, base64.b64encode, lambda b: base64.b64encode(b"ab" + b)])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le"])
def test_the_search_itself_finds_a_name_in_every_form(wrap: Any, encoding: str) -> None:
    laid = wrap("沙箱甲乙丙".encode(encoding))
    laid = laid.encode() if isinstance(laid, str) else laid
    assert any(form in b"..." + laid + b"..." for form in every_form("沙箱甲乙丙"))
    assert not any(form in b"..." + laid + b"..." for form in every_form("沙箱丁戊己"))


def test_no_name_and_no_id_number_stands_anywhere_on_disk(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """State, inboxes, their WAL files, raw messages and whatever the engine prints."""
    house = House(tmp_path / "store", law=reviewing_law())
    made = a_set(1)
    for kind in ("order", "inventory"):
        made[kind] = made[kind].head(buyerTelephone="19912345678")
    raw = RawFile(house.store.raw_dir, house.gateway())
    for filed in made.values():
        filing_id = house.file(filed)
        raw.append(msgspec.json.encode(filed.record), filing_id, "2026-03-02")
    raw.close()
    with house.engine() as engine:
        engine.drain()
        house.command("reject", kind="inventory", key=made["inventory"].key, reason="沙箱甲的材料不全")
        engine.drain()
        head = made["order"].record.OrderHead
        disk = everything_on_disk(house) + capfd.readouterr().err.encode()  # WAL files included
    assert list(house.dir.rglob("*.seal")) and list(house.dir.rglob("*-wal"))
    secrets = head.buyerName, head.buyerIdNumber, head.consignee, head.consigneeAddress, head.buyerTelephone
    assert [secret for secret in secrets for form in every_form(secret) if len(form) > 5 and form in disk] == []
    assert head.orderNo.encode() in disk  # the search itself works: keys stand in clear


def test_quota_is_counted_by_the_year_in_china_to_the_second(house: House) -> None:
    """Six sets of 4,400.00 are 26,400: the sixth is 400 too much in 2026 and the first of 2027."""
    for number in range(1, 6):
        house.file_set(number, prices=("4390.00",))
    drained(house)
    house.now = datetime(2026, 12, 31, 15, 59, 58, tzinfo=UTC)  # 23:59:58 in China
    statuses = []
    for number, day in ((6, "20261231"), (7, "20270101")):
        made = {kind: filed.head(appTime=f"{day}000001") for kind, filed in a_set(number, prices=("4390.00",)).items()}
        made["inventory"] = made["inventory"].head(declTime=day)
        for filed in made.values():
            house.file(filed)
        drained(house)
        statuses.append(house.status(made["inventory"]))
        house.pass_time(seconds=2)  # midnight
    assert statuses == ["100", "800"]
    with sqlite3.connect(house.store.state_path) as db:
        used = [row[0] for row in db.execute("SELECT used FROM accounts WHERE kind = 'quota' ORDER BY used")]
    assert used == [440_000_000, 2_200_000_000]  # whole 1e-5 yuan
    assert replay(house.store).differences == ()
