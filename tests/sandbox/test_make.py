"""What a made folder holds: the same for the same seed, all of it readable, numbered in the order of filing."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from lxml import etree

from tests.sandbox.clearing import START, registry_files
from tests.sandbox.conftest import World
from tongguan.ceb.read import read
from tongguan.ceb.signature.verify import verify
from tongguan.codes.identity import id_number_fault
from tongguan.registry.tables import read_registry
from tongguan.sandbox.make import Made, SandboxError, make

SIGNATURE = "{http://www.w3.org/2000/09/xmldsig#}Signature"


def unsigned(raw: bytes) -> bytes:
    """The message without its signature, in canonical form; what is not XML as it is."""
    try:
        root = etree.fromstring(raw)
    except etree.XMLSyntaxError:
        return raw.partition(b"Signature")[0]
    for signature in root.findall(SIGNATURE):
        root.remove(signature)
    return etree.tostring(root, method="c14n")


def contents(out: Path) -> dict[str, bytes]:
    """All that must be the same for the same seed: the filings unsigned, the truth, the tables of the registry."""
    filings = {path.name: unsigned(path.read_bytes()) for path in (out / "filings").iterdir()}
    tables = {path.name: path.read_bytes() for path in (out / "registry").glob("*.csv")}
    return {**filings, **tables, "truth.csv": (out / "truth.csv").read_bytes()}


def test_the_same_seed_gives_the_same_unsigned_bytes(world: World, tmp_path: Path) -> None:
    make(12, 3, "all", tmp_path / "again", START, records_per_message=3)
    first, second = contents(world.out), contents(tmp_path / "again")
    assert first.keys() == second.keys()
    assert [name for name in first if first[name] != second[name]] == []


def test_another_seed_gives_other_orders_and_other_people(world: World, tmp_path: Path) -> None:
    make(12, 4, "none", tmp_path / "other", START)
    ids = [set(re.findall(rb"Number>(990101\d{11}[0-9X])<", b"".join(contents(out).values())))
           for out in (world.out, tmp_path / "other")]  # fmt: skip
    assert ids[0] and ids[1] and not ids[0] & ids[1]


def test_files_are_numbered_in_the_order_of_filing(world: World) -> None:
    names = sorted(path.name for path in (world.out / "filings").iterdir())
    assert [int(name[:6]) for name in names] == list(range(1, world.made.files + 1))
    assert list(dict.fromkeys(row["file"] for row in world.truth)) == names
    assert len(world.truth) == world.made.records


def test_the_good_sets_pass_the_schema_and_their_signatures_hold(world: World) -> None:
    good = {row["file"] for row in world.rows("good")}
    assert len(good) == 4 * 4, "twelve sets, three records in a message"
    for file in good:
        reading = read(world.read(file))
        assert (reading.problems, len(reading.records)) == ((), 3)
        assert verify(reading.root).step == "ok"


def test_every_buyer_is_invented_with_a_right_check_character(world: World) -> None:
    numbers = set(re.findall(rb"buyerIdNumber>(\w+)<", b"".join(world.read(row["file"]) for row in world.rows("good"))))
    assert len(numbers) == 4, "three sets a buyer"
    for number in numbers:
        assert number.startswith(b"990101")
        assert id_number_fault(number.decode()) is None


def test_companies_carry_numbers_that_nobody_has(world: World) -> None:
    reading = read_registry(registry_files(world.out))
    assert reading.tables is not None
    assert (reading.problems, reading.warnings) == ((), ())
    for party in reading.tables.parties:
        assert party.code.startswith("99")
        assert party.dxp_id == "" or party.dxp_id.startswith("DXPENT9")
        assert "SANDBOX" in party.name


@pytest.mark.parametrize("records", [1, 7, 100])
def test_a_message_holds_as_many_records_as_asked_for(tmp_path: Path, records: int) -> None:
    made = make(15, 1, "none", tmp_path / "w", START, records_per_message=records)
    assert made.records == 60
    counts = [len(read(path.read_bytes()).records) for path in sorted((tmp_path / "w" / "filings").iterdir())]
    assert sum(counts) == 60
    assert max(counts) == min(records, 15)


def test_a_share_gives_that_many_faulty_sets(tmp_path: Path) -> None:
    made = make(20, 1, "0.25", tmp_path / "w", START)
    assert (made.sets, len(made.faults)) == (15, 5)


def test_named_faults_come_beside_the_good_sets(tmp_path: Path) -> None:
    made = make(2, 1, "M04-amount, D01-paid", tmp_path / "w", START)
    assert (made.sets, made.faults, made.files) == (2, ("M04-amount", "D01-paid"), 16)


@pytest.mark.parametrize(
    ("sets", "faults", "records", "start"),
    [
        pytest.param(-1, "none", 1, START, id="fewer than no sets"),
        pytest.param(1, "none", 0, START, id="no record in a message"),
        pytest.param(1, "none", 101, START, id="more records than the schema lets be"),
        pytest.param(1, "M99-nothing", 1, START, id="a fault of no such name"),
        pytest.param(1, "1.5", 1, START, id="a share above one"),
        pytest.param(1, "none", 1, datetime(2026, 3, 2), id="a start without a time zone"),
    ],
)
def test_what_cannot_be_made_is_said_and_nothing_is_written(
    tmp_path: Path, sets: int, faults: str, records: int, start: datetime
) -> None:
    with pytest.raises(SandboxError, match=" / "):
        make(sets, 1, faults, tmp_path / "w", start, records)
    assert not (tmp_path / "w").exists()


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(SandboxError):
        make(1, 1, "none", tmp_path, START)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_progress_is_told_of_every_file(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    made: Made = make(3, 1, "none", tmp_path / "w", START, progress=lambda done, of: told.append((done, of)))
    assert told == [(number, 12) for number in range(1, made.files + 1)]


def test_no_filing_lies_more_than_a_few_seconds_after_the_start(world: World) -> None:
    latest = (START + timedelta(hours=8, seconds=10)).strftime("%Y%m%d%H%M%S").encode()
    # Two faults are about this very time: one lies ahead, one is no time.
    ahead = {row["file"] for name in ("D18-app-time-ahead", "D18-list") for row in world.rows(name)}
    for path in (world.out / "filings").iterdir():
        if path.name not in ahead:
            assert all(at <= latest for at in re.findall(rb"appTime>(\d{14})<", path.read_bytes())), path.name
