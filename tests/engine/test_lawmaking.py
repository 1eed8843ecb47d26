"""A change of law passes two persons and the engine: staged, approved, refused, withdrawn; and all of it replays."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

import pytest

from tests.engine.house import House, law_without_lanes
from tongguan.engine.replay import replay
from tongguan.law.change import merge
from tongguan.law.snapshot import LawTables, Table, pack, unpack
from tongguan.store.commands import put_command
from tongguan.store.lawbook import Lawbook

COMMON = {"zh": "新规定", "en": "new rule", "source": "test", "confidence": "high", "mark": "S", "valid_to": ""}


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = House(tmp_path / "store")  # noon of 2 March 2026 in China
    drained(house)
    return house


def drained(house: House) -> None:
    with house.engine() as engine:
        engine.drain()


def vat(valid_from: str, rate: str = "0.10", row_id: str = "V90") -> dict[str, str]:
    return {**COMMON, "id": row_id, "rate_class": "standard", "rate": rate, "valid_from": valid_from}


def with_rows(packed: bytes, **tables: dict[str, str]) -> bytes:
    """The law with one more row a table."""
    law = unpack(packed)
    for name, row in tables.items():
        law = merge(law, LawTables({name: Table(tuple(row), (tuple(row.values()),))}))
    return pack(law)


def digest(packed: bytes) -> str:
    return hashlib.sha256(packed).hexdigest()


def stage(house: House, packed: bytes, actor: str = "甲", reason: str = "", base: str = "") -> str:
    key = (base or digest(house.law),)
    return put_command(house.store, "law_stage", actor, key=key, snapshot=packed, reason=reason, clock_ns=house.clock)


def act(house: House, action: str, packed: bytes, actor: str) -> str:
    return put_command(house.store, action, actor, key=(digest(packed),), clock_ns=house.clock)


def outcome(house: House, command: str) -> str:
    """What became of a command: its outcome, or the rule that refused it."""
    drained(house)
    reader = house.reader()
    view = reader.filing(command)
    reader.close()
    assert view is not None
    record = view.records[0]
    return record.problems[0].rule_id if record.problems else record.outcome


def in_force(house: House) -> str:
    book = Lawbook(house.store)
    found = book.in_force()
    book.close()
    return found


def test_staged_by_one_and_approved_by_another(house: House) -> None:
    new = with_rows(house.law, vat_rates=vat("2026-03-03"))
    assert outcome(house, stage(house, new)) == "staged"
    assert in_force(house) == digest(house.law)
    assert outcome(house, act(house, "law_approve", new, "甲")) == "LW02"
    assert outcome(house, act(house, "law_approve", new, " 甲 ")) == "LW02"
    assert outcome(house, act(house, "law_approve", new, "乙")) == "in_force"
    assert in_force(house) == digest(new)
    assert outcome(house, act(house, "law_approve", new, "乙")) == "LW04"  # it waits no more
    book = Lawbook(house.store)
    (view,) = book.staged()
    book.close()
    assert (view.staged.maker, view.staged.checker, view.staged.state) == ("甲", "乙", "in_force")
    assert replay(house.store).differences == ()


def test_the_event_of_the_approval_names_maker_checker_base_and_reason(house: House) -> None:
    new = with_rows(house.law, vat_rates=vat("2026-03-03"))
    stage(house, new)
    put_command(house.store, "law_approve", "乙", key=(digest(new),), reason="核对无误", clock_ns=house.clock)
    drained(house)
    from tongguan.store.database import open_reader
    from tongguan.store.events import last_event_no, read_events

    db = open_reader(house.store.state_path)
    last = last_event_no(db)
    (event,) = read_events(db, house.store.keys, last, last)
    db.close()
    values = {name: value.decode() for name, value in event.opened().items()}
    assert event.kind == "law"
    assert values["snapshot.digest"] == f'"{digest(new)}"' and values["snapshot.base"] == f'"{digest(house.law)}"'
    assert (values["snapshot.maker"], values["cause.actor"], values["cause.reason"]) == ('"甲"', '"乙"', '"核对无误"')


def test_today_is_too_early_unless_it_reaches_back_with_a_reason(house: House) -> None:
    today, tomorrow = (with_rows(house.law, vat_rates=vat(day)) for day in ("2026-03-02", "2026-03-03"))
    assert outcome(house, stage(house, today)) == "LW03"
    assert outcome(house, stage(house, tomorrow)) == "staged"
    assert outcome(house, stage(house, today, reason="法院判决")) == "staged"
    assert outcome(house, stage(house, today, reason="法院判决")) == "LW06"
    house.pass_time(days=1)  # what lay ahead when it was staged does so no more
    assert outcome(house, act(house, "law_approve", tomorrow, "乙")) == "LW03"
    assert outcome(house, act(house, "law_approve", today, "乙")) == "in_force"
    assert replay(house.store).differences == ()


def test_two_changes_of_one_base_cannot_both_come_into_force(house: House) -> None:
    base = house.law
    one = with_rows(base, vat_rates=vat("2026-03-03"))
    other = with_rows(base, vat_rates=vat("2026-04-01", row_id="V91"))
    stage(house, one), stage(house, other)
    assert outcome(house, act(house, "law_approve", one, "乙")) == "in_force"
    assert outcome(house, act(house, "law_approve", other, "乙")) == "LW01"
    assert outcome(house, stage(house, other)) == "LW01"
    assert outcome(house, act(house, "law_withdraw", other, "甲")) == "withdrawn"
    assert outcome(house, act(house, "law_approve", other, "乙")) == "LW04"
    assert outcome(house, stage(house, other)) == "LW01"
    house.law = one
    both = with_rows(one, vat_rates=vat("2026-04-01", row_id="V91"))
    assert outcome(house, stage(house, both)) == "staged"
    assert outcome(house, act(house, "law_approve", both, "乙")) == "in_force"
    assert replay(house.store).differences == ()


def test_both_in_one_batch_and_over_a_restart(house: House) -> None:
    """Stage and approval waiting together are decided in their order; a staged change survives the engine."""
    new = with_rows(house.law, vat_rates=vat("2026-03-03"))
    assert (outcome(house, stage(house, new)), in_force(house)) == ("staged", digest(house.law))
    act(house, "law_withdraw", new, "丙")
    stage(house, new)
    assert outcome(house, act(house, "law_approve", new, "乙")) == "in_force"
    assert replay(house.store).differences == ()


def test_no_single_hand_replaces_the_law(house: House) -> None:
    new = with_rows(house.law, vat_rates=vat("2030-01-01"))
    assert outcome(house, house.command("law", snapshot=new)) == "LW07"
    assert in_force(house) == digest(house.law)
    assert replay(house.store).differences == ()


@pytest.mark.parametrize(("change", "rule"), [
    (lambda law: law, "LW05"),
    (lambda law: b"{}", "E02"),
    (lambda law: with_rows(law, vat_rates=vat("2019-01-01")), "E02"),  # overlaps
    (lambda law: with_rows(law, limits={**COMMON, "id": "L90", "scheme": "cbec_import", "subject": "buyer_id",
     "limit_type": "calendar_year", "amount": "1", "unit": "CNY", "inclusive": "yes", "on_exceed": "refuse",
     "valid_from": "2026-04-01", "valid_to": "2026-12-31"}), "E02"),  # leaves no limit from 2027 on
])  # fmt: skip
def test_what_is_no_sound_change_is_never_staged(house: House, change, rule: str) -> None:
    assert outcome(house, stage(house, change(house.law), reason="r")) == rule
    assert Lawbook(house.store).staged() == []
    made = house.file_set(1)
    drained(house)
    assert house.status(made["inventory"]) == "800"
    assert replay(house.store).differences == ()


def test_a_change_made_against_another_law_is_refused(house: House) -> None:
    new = with_rows(house.law, vat_rates=vat("2026-03-03"))
    assert outcome(house, stage(house, new, base="0" * 64)) == "LW01"
    assert outcome(house, act(house, "law_approve", new, "乙")) == "LW04"


def test_a_changed_row_of_the_staged_changes_is_named_by_the_replay(house: House) -> None:
    import sqlite3

    new = with_rows(house.law, vat_rates=vat("2026-03-03"))
    stage(house, new)
    outcome(house, act(house, "law_approve", new, "乙"))
    with sqlite3.connect(house.store.state_path) as db:
        db.execute("UPDATE staged_law SET maker = '丁'")
    db.close()
    assert [one.field for one in replay(house.store).differences] == [f"staged_law {digest(new)} maker"]


def test_decisions_that_used_a_changed_row_are_found(house: House) -> None:
    """Two cases on 2 March by V08; a rate that reaches back to 3 March concerns neither, one to 2 March both."""
    first, second = house.file_set(1), house.file_set(2)
    drained(house)
    house.pass_time(days=1)
    third = house.file_set(3)
    drained(house)
    new = with_rows(house.law, vat_rates=vat("2026-03-03"))
    stage(house, new, reason="r")
    assert outcome(house, act(house, "law_approve", new, "乙")) == "in_force"
    from tongguan.law.change import spans_lost
    from tongguan.law.snapshot import build_law

    book = Lawbook(house.store)
    uses = list(book.uses(spans_lost(build_law(house.law), build_law(new))))
    assert [(use.key, use.day, use.row_id, use.outcome) for use in uses] == [
        (third["inventory"].key, date(2026, 3, 3), "V08", "released")
    ]
    earlier = with_rows(house.law, vat_rates=vat("2026-03-02"))
    uses = list(book.uses(spans_lost(build_law(house.law), build_law(earlier))))
    book.close()
    assert {use.key for use in uses} == {made["inventory"].key for made in (first, second, third)}


def test_a_law_without_lanes_is_the_base_of_these_tests() -> None:
    assert unpack(law_without_lanes())["lanes"].rows == ()
