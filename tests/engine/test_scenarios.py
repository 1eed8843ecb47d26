"""Scenarios: the note of a sandbox filing says what the counterparties answer; the receipt comes out of decide."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from msgspec.structs import replace as replaced

from tests.clearance.playstore import DXP, Filed, a_set
from tests.engine.house import House, registry
from tongguan.engine.loop import Engine
from tongguan.engine.record import facts_from
from tongguan.engine.replay import replay
from tongguan.law.snapshot import pack, package_tables
from tongguan.sandbox.scenarios import Scenario, answers, scenarios
from tongguan.store.database import open_reader
from tongguan.store.events import read_events

KINDS = ("order", "payment", "waybill", "inventory")


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path / "store", law=pack(package_tables()))


def work_off(house: House, *, known: bool = True) -> None:
    with Engine(house.store, clock=house.clock, scenarios=answers() if known else None) as engine:
        engine.drain()


def file(house: House, note: str, number: int = 1, kinds: tuple[str, ...] = KINDS) -> dict[str, Filed]:
    docs = a_set(number)
    docs["inventory"] = docs["inventory"].head(note=note)
    for kind in kinds:
        house.file(docs[kind])
    return docs


def said(house: House, filed: Filed) -> list[tuple[str, str]]:
    """Status and text of the receipts of one inventory's filer, in order."""
    reader = house.reader()
    found, _ = reader.receipts(DXP[filed.sender], limit=1000)
    reader.close()
    cop_no = filed.key[1]
    return [(one.receipt.status, one.receipt.info) for one in found if dict(one.receipt.keys).get("copNo") == cop_no]


@pytest.mark.parametrize("scenario", scenarios(), ids=lambda one: one.name)
def test_each_scenario_gives_its_receipts_and_replays(house: House, scenario: Scenario) -> None:
    docs = file(house, f"{scenario.note} please")
    work_off(house)
    statuses = [status for status, _ in said(house, docs["inventory"])]
    assert tuple(statuses[-len(scenario.statuses) :]) == scenario.statuses
    report = replay(house.store)
    assert report.same, report.differences


@pytest.mark.parametrize("scenario", scenarios(), ids=lambda one: one.name)
def test_a_scenario_speaks_also_when_the_inventory_comes_first(house: House, scenario: Scenario) -> None:
    docs = file(house, scenario.note, kinds=("inventory", "order", "payment", "waybill"))
    work_off(house)
    statuses = [status for status, _ in said(house, docs["inventory"])]
    assert tuple(statuses[-len(scenario.statuses) :]) == scenario.statuses
    assert replay(house.store).same


@pytest.mark.parametrize(
    ("name", "words"),
    [("review-reject", "Code:1300"), ("quota-used-up", "Code:1313"), ("identity-mismatch", "D11;")],
)
def test_a_rejection_says_why(house: House, name: str, words: str) -> None:
    docs = file(house, f"SCENARIO:{name}")
    work_off(house)
    assert words in said(house, docs["inventory"])[-1][1]


@pytest.mark.parametrize("name", ["review-reject", "quota-used-up", "identity-mismatch"])
def test_a_rejection_gives_back_what_was_held_and_frees_the_papers(house: House, name: str) -> None:
    docs = file(house, f"SCENARIO:{name}")
    work_off(house)
    reader = house.reader()
    # What is counted is that the party was told something about a person; nothing else is held.
    assert all((one.held, one.used) == (0, 0) for one in reader.accounts() if one.kind != "answers")
    reader.close()
    assert [house.status(docs[kind]) for kind in KINDS] == ["2", "2", "2", "100"]
    house.file(docs["inventory"].later(note=None, appType="1"))
    work_off(house)
    assert house.status(docs["inventory"]) in ("800", "300", "500")
    assert replay(house.store).same


@pytest.mark.parametrize("note", ["SCENARIO:no-such", "SCENARIO:", "SCENARIO: release", "SCENARIO:Release"])
@pytest.mark.parametrize("kind", KINDS)
def test_an_unknown_scenario_is_refused_and_the_known_ones_are_named(house: House, kind: str, note: str) -> None:
    docs = file(house, "", kinds=())
    expected = note.removeprefix("SCENARIO:").strip() not in {one.name for one in scenarios()}
    filing = house.file(docs[kind].head(note=note))
    work_off(house)
    reader = house.reader()
    (record,) = reader.filing(filing).records
    reader.close()
    if not expected:  # blanks before the name are forgiven
        assert not record.status.startswith("-")
        return
    assert record.outcome == "refused" and record.status.startswith("-")
    (problem,) = record.problems
    assert problem.rule_id == "X01"
    assert problem.expected.split() == [*(one.name for one in scenarios()), "code-<code>"]
    assert house.status(docs[kind]) == ""
    assert replay(house.store).same


@pytest.mark.parametrize("app_type", ["1", "2"])
def test_what_was_not_sent_is_filed_again_and_goes_on(house: House, app_type: str) -> None:
    docs = file(house, "SCENARIO:send-failed")
    work_off(house)
    assert house.status(docs["inventory"]) == "4"
    reader = house.reader()
    document = reader.documents_of("inventory", docs["inventory"].key)
    reader.close()
    numbers = {"preNo": document.pre_no} if app_type == "2" else {}
    house.file(docs["inventory"].later(note="SCENARIO:release", appType=app_type, **numbers))
    work_off(house)
    assert house.status(docs["inventory"]) == "800"
    assert replay(house.store).same


def test_an_order_that_was_not_sent_is_not_there(house: House) -> None:
    docs = file(house, "SCENARIO:release", kinds=())
    house.file(docs["order"].head(note="SCENARIO:send-failed"))
    for kind in KINDS[1:]:
        house.file(docs[kind])
    work_off(house)
    assert (house.status(docs["order"]), house.status(docs["inventory"])) == ("4", "2")
    house.file(docs["order"].later())
    work_off(house)
    assert house.status(docs["inventory"]) == "800"
    assert replay(house.store).same


def test_what_was_not_sent_lapses_in_the_end(house: House) -> None:
    docs = file(house, "SCENARIO:send-failed")
    work_off(house)
    house.pass_time(days=31)
    work_off(house)
    assert house.status(docs["inventory"]) == "100"


def test_a_low_guarantee_waits_for_the_guarantor(house: House) -> None:
    docs = file(house, "SCENARIO:guarantee-low")
    work_off(house)
    assert house.status(docs["inventory"]) == "120"
    house.command("registry", snapshot=registry(guarantee="2000000"))
    work_off(house)
    assert house.status(docs["inventory"]) == "800"
    assert replay(house.store).same


def test_the_answers_are_kept_among_the_facts(house: House) -> None:
    file(house, "SCENARIO:review")
    work_off(house)
    db = open_reader(house.store.state_path)
    last = max(event.event_no for event in read_events(db, house.store.keys, 1, 100))
    (event,) = read_events(db, house.store.keys, last, last)
    db.close()
    assert facts_from(event.opened()).answers == (("lane", "review"),)


def test_without_scenarios_an_engine_reads_no_note(house: House) -> None:
    docs = file(house, "SCENARIO:no-such")
    work_off(house, known=False)
    assert house.status(docs["inventory"]) in ("800", "300", "500")


@pytest.mark.parametrize("note", ["SCENARIO:review", "SCENARIO:no-such"])
def test_a_production_store_never_reads_notes(house: House, note: str) -> None:
    production = replace(house.store, nameplate=replaced(house.store.nameplate, sandbox=False))
    docs = file(house, note)
    with Engine(production, clock=house.clock, scenarios=answers()) as engine:
        engine.drain()
    assert house.status(docs["inventory"]) in ("800", "300", "500")
    reader = house.reader()
    assert reader.documents_of("inventory", docs["inventory"].key).pre_no.endswith("000000001")
    reader.close()
