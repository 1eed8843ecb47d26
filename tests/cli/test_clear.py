"""``tongguan clear``: papers in, decisions and receipts out; again with later papers."""

from __future__ import annotations

import csv
import json
import re
import sqlite3
import zipfile
from contextlib import closing
from decimal import Decimal
from itertools import permutations
from pathlib import Path

import pytest
from lxml import etree

from tests.cli.conftest import Run
from tongguan.ceb.schema import validator

COLUMNS = [
    "ebcCode", "orderNo", "copNo", "invtNo", "status", "codes", "customsTax", "valueAddedTax", "consumptionTax",
]  # fmt: skip
TAXES = ("customsTax", "valueAddedTax", "consumptionTax")
KINDS = ("order", "payment", "waybill", "inventory")
PERSON = re.compile(
    rb"<ceb:(buyerName|buyerIdNumber|buyerTelephone|payerName|payerIdNumber|consignee|consigneeTelephone"
    rb"|consigneeAddress)>([^<]+)<"
)


def decisions(out: Path) -> list[dict[str, str]]:
    with (out / "decisions.csv").open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        assert reader.fieldnames == COLUMNS
        return list(reader)


def sums(rows: list[dict[str, str]]) -> dict[str, str]:
    """The taxes of what is released, added up from the table."""
    released = [row for row in rows if row["status"] in ("800", "899")]
    return {column: f"{sum((Decimal(row[column]) for row in released), Decimal(0)):.2f}" for column in TAXES}


def a_set(box: Path, number: int = 0) -> dict[str, Path]:
    """The four files of one good set, by kind."""
    files = sorted((box / "filings").iterdir())[4 * number : 4 * number + 4]
    return {file.name.split("-")[1]: file for file in files}


def lay(folder: Path, *files: Path) -> Path:
    """A folder with these files, to be filed in this order."""
    folder.mkdir()
    for at, file in enumerate(files):
        (folder / f"{at:02d}.xml").write_bytes(file.read_bytes())
    return folder


@pytest.fixture
def house(run: Run, box: Path, tmp_path: Path) -> Path:
    """A sandbox store with the box's registry in force."""
    run("init", tmp_path / "db", "--sandbox")
    run("registry", "import", box / "registry", "--db", tmp_path / "db")
    return tmp_path / "db"


def test_a_made_folder_clears_in_one_command_with_every_receipt_as_xml(run: Run, box: Path, tmp_path: Path) -> None:
    told = json.loads(run("clear", box, "--db", tmp_path / "db", "--out", tmp_path / "out", "--json").stdout)
    assert (told["filed"], told["inventories"], told["rejected"], told["refused"]) == (12, 3, 0, 0)
    assert told["released"] + told["review"] == 3
    assert json.loads((tmp_path / "out" / "summary.json").read_bytes()) == told
    rows = decisions(tmp_path / "out")
    assert len(rows) == 3
    assert sums(rows) == {column: told[column] for column in TAXES}
    receipts = list((tmp_path / "out" / "receipts").rglob("*.xml"))
    assert len(receipts) >= 3 * 13
    for receipt in receipts:
        assert validator().validate(etree.parse(receipt))
        assert "[沙箱/SANDBOX]" in receipt.read_text(encoding="utf-8")
    run("replay", "--verify", "--db", tmp_path / "db")


def test_an_early_inventory_waits_naming_what_is_missing_and_later_papers_complete_it(
    run: Run, box: Path, house: Path, tmp_path: Path
) -> None:
    one = a_set(box)
    run("clear", lay(tmp_path / "first", one["inventory"]), "--db", house, "--out", tmp_path / "out1")
    (row,) = decisions(tmp_path / "out1")
    assert row["status"] == "2"
    receipts = sorted((tmp_path / "out1" / "receipts").rglob("*622*-2.xml"))
    assert len(receipts) == 2  # filed well; then what is missing
    text = receipts[-1].read_text(encoding="utf-8")
    assert all(word in text for word in ("订单不存在", "支付信息不存在", "运单信息不存在", row["orderNo"]))
    rest = lay(tmp_path / "second", one["waybill"], one["payment"], one["order"])
    run("clear", rest, "--db", house, "--out", tmp_path / "out2")
    (row,) = decisions(tmp_path / "out2")
    assert row["status"] in ("800", "300", "500")
    run("replay", "--verify", "--db", house)


@pytest.mark.parametrize("order", list(permutations(KINDS)), ids="-".join)
def test_all_orders_of_arrival_end_alike(
    run: Run, box: Path, house: Path, tmp_path: Path, order: tuple[str, ...]
) -> None:
    one = a_set(box)
    folder = lay(tmp_path / "papers", *(one[kind] for kind in order))
    told = json.loads(run("clear", folder, "--db", house, "--json").stdout)
    assert told["released"] + told["review"] == 1


def test_the_same_folder_twice_changes_nothing_and_gives_the_receipts_again(
    run: Run, box: Path, tmp_path: Path
) -> None:
    run("clear", box, "--db", tmp_path / "db", "--out", tmp_path / "one")
    run("clear", box, "--db", tmp_path / "db", "--out", tmp_path / "two")
    assert decisions(tmp_path / "one") == decisions(tmp_path / "two")
    counted = [len(list((tmp_path / out / "receipts").rglob("*622*"))) for out in ("one", "two")]
    assert counted[0] == counted[1]


def test_archives_garbage_and_good_papers_go_together(run: Run, box: Path, house: Path, tmp_path: Path) -> None:
    papers = lay(tmp_path / "papers", *a_set(box).values())
    (papers / "a-empty.xml").write_bytes(b"")
    (papers / "b-noise.xml").write_bytes(b"\xff\xfe\x00<<<>")
    (papers / "c-foreign.xml").write_bytes(b"<invoice/>")
    (papers / "notes.txt").write_text("not a message")
    with zipfile.ZipFile(papers / "d.zip", "w") as archive:
        for file in a_set(box, 1).values():
            archive.write(file, file.name)
    told = json.loads(run("clear", papers, "--db", house, "--out", tmp_path / "out", "--json").stdout)
    assert (told["filed"], told["refused"], told["released"] + told["review"]) == (11, 3, 2)
    refused = sorted(file.name for file in (tmp_path / "out" / "refused").iterdir())
    assert [name[0] for name in refused] == ["a", "b", "c"]
    for file in (tmp_path / "out" / "refused").iterdir():
        assert validator().validate(etree.parse(file))


def test_a_waiting_document_lapses_after_thirty_days(run: Run, box: Path, house: Path, tmp_path: Path) -> None:
    order = lay(tmp_path / "papers", a_set(box)["order"])
    run("clear", order, "--db", house)
    (tmp_path / "none").mkdir()
    later = "2099-01-01T00:00:00"
    run("clear", tmp_path / "none", "--db", house, "--at", later, "--out", tmp_path / "out")
    (receipt,) = (tmp_path / "out" / "receipts").rglob("*CEB312*-100.xml")
    assert "T-LAPSE" in receipt.read_text(encoding="utf-8")
    run("replay", "--verify", "--db", house)


def test_it_lapses_when_thirty_days_are_full_and_not_a_second_before(run: Run, tmp_path: Path) -> None:
    run("sandbox", "make", "--sets", 1, "--seed", 9, "--start", "2027-03-02T09:00:00", "--out", tmp_path / "box")
    run("init", tmp_path / "db", "--sandbox")
    run("registry", "import", tmp_path / "box" / "registry", "--db", tmp_path / "db")
    order = lay(tmp_path / "papers", a_set(tmp_path / "box")["order"])
    (tmp_path / "none").mkdir()
    for papers, at, statuses in (
        (order, "2027-03-02T09:00:00", ["2", "3"]),
        (tmp_path / "none", "2027-04-01T08:59:59", []),
        (tmp_path / "none", "2027-04-01T09:00:00", ["100"]),
    ):
        out = tmp_path / at.replace(":", "")
        run("clear", papers, "--db", tmp_path / "db", "--at", at, "--out", out)
        assert sorted(file.stem.rsplit("-", 1)[1] for file in out.rglob("*.xml")) == statuses, at


def test_only_a_sandbox_lets_its_clock_be_set(run: Run, box: Path, tmp_path: Path) -> None:
    run("init", tmp_path / "real")
    result = run("clear", box, "--db", tmp_path / "real", "--at", "2026-11-24T09:00:00", code=2)
    assert "production" in result.stderr
    assert "no time" in run("clear", box, "--db", tmp_path / "x", "--at", "yesterday", code=2).stderr


@pytest.mark.parametrize(
    ("kind", "enabled", "said"),
    [([], "true", "store-is-production"), (["--sandbox"], "false", "store-is-sandbox")],
    ids=["a sandbox leaves a production store alone", "production leaves a sandbox store alone"],
)
def test_sandbox_and_production_never_open_each_others_store(
    run: Run, box: Path, tmp_path: Path, kind: list[str], enabled: str, said: str
) -> None:
    run("init", tmp_path / "db", *kind)
    (tmp_path / "other.toml").write_text(f"[sandbox]\nenabled = {enabled}\n", encoding="utf-8")
    for command in (["clear", box], ["serve"], ["replay"], ["registry", "import", box / "registry"]):
        refused = run("--config", tmp_path / "other.toml", *command, "--db", tmp_path / "db", code=2)
        assert said in refused.stderr


def test_no_output_shows_who_the_buyer_is(run: Run, box: Path, tmp_path: Path) -> None:
    result = run("clear", box, "--db", tmp_path / "db", "--out", tmp_path / "out")
    one = decisions(tmp_path / "out")[0]
    platform = re.search(rb"<ceb:ebpCode>([^<]+)<", a_set(box)["order"].read_bytes())
    assert platform is not None
    told = [result.stdout, result.stderr]
    for language in ("zh", "en"):
        for form in ([], ["--json"]):
            explained = run(
                "--lang", language, "explain", platform[1].decode(), one["orderNo"], "--db", tmp_path / "db", *form
            )
            told.append(explained.stdout)
    told += [file.read_text(encoding="utf-8") for file in (tmp_path / "out").rglob("*") if file.is_file()]
    persons = {value.decode() for file in (box / "filings").iterdir() for _, value in PERSON.findall(file.read_bytes())}
    assert len(persons) >= 4
    for text in told:
        assert [person for person in persons if person in text] == []


CHANGED = (
    "events.sealed",
    "events.digests",
    "events.entry",
    "documents.record",
    "documents.state",
    "subjects.rest_key",
)


def test_one_changed_byte_does_not_replay_and_the_store_as_it_was_does(run: Run, box: Path, tmp_path: Path) -> None:
    run("clear", box, "--db", tmp_path / "db")
    for column in CHANGED:
        table, name = column.split(".")
        with closing(sqlite3.connect(tmp_path / "db" / "state.db")) as state:
            rowid, value = state.execute(f"SELECT rowid, {name} FROM {table} WHERE {name} IS NOT NULL").fetchone()
            middle = len(value) // 2
            for kept in (value[:middle] + bytes([value[middle] ^ 1]) + value[middle + 1 :], value):
                state.execute(f"UPDATE {table} SET {name} = ? WHERE rowid = ?", (kept, rowid))
                state.commit()
                told = run("replay", "--verify", "--db", tmp_path / "db", code=0 if kept == value else 1)
                assert ("Difference" in told.stdout) == (kept != value), column


def test_a_changed_balance_does_not_replay(run: Run, box: Path, tmp_path: Path) -> None:
    run("clear", box, "--db", tmp_path / "db")
    with closing(sqlite3.connect(tmp_path / "db" / "state.db")) as state:
        state.execute("UPDATE accounts SET used = used + 1 WHERE kind = 'quota'")
        state.commit()
    result = run("replay", "--verify", "--db", tmp_path / "db", code=1)
    assert "accounts" in result.stdout


def test_a_broken_state_file_is_named(run: Run, box: Path, tmp_path: Path) -> None:
    run("clear", box, "--db", tmp_path / "db")
    (tmp_path / "db" / "state.db").write_bytes(b"this is no database" * 500)
    for name in ("state.db-wal", "state.db-shm"):
        (tmp_path / "db" / name).unlink(missing_ok=True)
    for command in (["clear", box], ["replay"], ["explain", "a", "b"], ["receipts", "x"], ["registry", "list"]):
        result = run(*command, "--db", tmp_path / "db", code=2)
        assert "database" in result.stderr
