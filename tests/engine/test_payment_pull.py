"""Payment pulls through the engine: opened, answered, refused or late; what a failure costs; and all of it replays."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from tests.clearance.playstore import COURIER, PLATFORM, D, Filed, a_set
from tests.clearance.pulls import PAID, SESSION, covered, step, upload, uploaded
from tests.engine.house import House, fingerprint
from tongguan.clearance.model import Document, Pulled
from tongguan.engine.loop import Engine
from tongguan.engine.record import facts_from
from tongguan.engine.replay import replay
from tongguan.law.snapshot import pack, package_tables
from tongguan.law.source import Table
from tongguan.store.database import open_reader
from tongguan.store.events import last_event_no, read_events
from tongguan.store.filing import PAYMENT_PULL

OURS = fingerprint(PLATFORM)
LEAST = "0.000000000001"
"""A share so small that no draw falls into it."""


def law(**settings: str) -> bytes:
    """The package's law with other values for some settings, and one examination lane that as good as nobody enters."""
    tables = package_tables()
    lanes = tables["lanes"]
    cells = {"hold": "examination", "share": LEAST}
    row = next(row for row in lanes.as_dicts() if row["id"] == "LN02") | cells
    tables = tables.with_table("lanes", Table(lanes.header, (tuple(row.values()),)))
    table = tables["settings"]
    rows = tuple(tuple({**row, "value": settings.get(row["key"], row["value"])}.values()) for row in table.as_dicts())
    return pack(tables.with_table("settings", Table(table.header, rows)))


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    yield House(tmp_path / "store", law=law(pull_failed_examination_share="1"))


def work_off(house: House) -> None:
    with Engine(house.store, clock=house.clock) as engine:
        engine.drain()


def file(house: House, number: int = 1, kinds: tuple[str, ...] = ("order", "payment")) -> dict[str, Filed]:
    docs = a_set(number)
    for kind in kinds:
        house.file(docs[kind])
    work_off(house)  # law and registry first: until they are in force an engine takes commands alone
    return docs


def give(house: House, event: Pulled) -> tuple[str, list[str]]:
    """Hand a step to the engine; the outcome and the rules of its problems."""
    command = house.command(PAYMENT_PULL, kind=event.kind, key=event.key, pull=event)
    work_off(house)
    reader = house.reader()
    view = reader.filing(command)
    reader.close()
    assert view is not None
    (record,) = view.records
    return record.outcome, [problem.rule_id for problem in record.problems]


def order(house: House, number: int = 1) -> Document:
    reader = house.reader()
    found = reader.documents_of("order", (PLATFORM, f"SBX{number:06d}"))
    reader.close()
    assert found is not None
    return found


def counted(house: House) -> Decimal:
    reader = house.reader()
    sums = {one.kind: one.held for one in reader.accounts()}
    reader.close()
    return sums.get("pull", Decimal(0))


def test_a_pull_that_is_answered_rightly_passes(house: House) -> None:
    file(house)
    assert give(house, step("opened", actor="officer:1")) == ("pull_opened", [])
    assert give(house, uploaded(upload(), OURS)) == ("pull_passed", [])
    pull = order(house).pull
    assert pull is not None and (pull.session, pull.state, pull.rules) == (SESSION, "passed", ())
    assert counted(house) == 0
    house.pass_time(days=2)
    work_off(house)  # the time to answer is over, and says nothing of a pull that has passed
    assert order(house).pull == pull
    assert replay(house.store).differences == ()


WRONG = [
    pytest.param(uploaded(upload(), OURS, step="value"), ["PP03"], id="a signature that does not verify"),
    pytest.param(uploaded(upload(), b"\0" * 32), ["PP03"], id="a certificate that nobody registered"),
    pytest.param(uploaded(upload(), fingerprint(COURIER)), ["PP03"], id="a certificate of somebody else"),
    pytest.param(uploaded(upload(ebpCode="99E1000009"), OURS), ["PP05"], id="another platform"),
    pytest.param(uploaded(upload(orders=(covered(2),)), OURS), ["PP06", "PP11", "PP11"][:1], id="another order"),
    pytest.param(uploaded(upload(payCode="99E1000009"), OURS), ["PP07"], id="another payment company"),
    pytest.param(uploaded(upload(payTransactionId="P9"), OURS), ["PP07"], id="another transaction"),
    pytest.param(uploaded(upload(totalAmount=PAID - D("0.01")), OURS), ["PP08"], id="one fen too little"),
    pytest.param(uploaded(upload(tradingTime="20260302112901"), OURS), ["PP10"], id="one second later"),
    pytest.param(uploaded(upload(tradingTime="yesterday"), OURS), ["PP10"], id="no time at all"),
    pytest.param(uploaded(upload(verDept="4"), OURS), ["PP13"], id="an unknown verDept"),
    pytest.param(uploaded(upload(payType="5"), OURS), ["PP13"], id="an unknown payType"),
]


@pytest.mark.parametrize(("event", "rules"), WRONG)
def test_a_pull_that_is_answered_wrongly_fails_and_counts(house: House, event: Pulled, rules: list[str]) -> None:
    file(house)
    give(house, step("opened"))
    outcome, found = give(house, event)
    assert outcome == "pull_failed" and found[: len(rules)] == rules
    pull = order(house).pull
    assert pull is not None and pull.state == "failed" and list(pull.rules) == list(dict.fromkeys(rules))
    assert counted(house) == 1
    assert replay(house.store).differences == ()


RIGHT = [
    pytest.param(uploaded(upload(totalAmount=PAID), OURS), [], id="to the fen"),
    pytest.param(uploaded(upload(totalAmount=PAID + 100), OURS), [], id="more than the order cost"),
    pytest.param(uploaded(upload(payType=None), OURS), [], id="no payType"),
    pytest.param(uploaded(upload(currency="502", totalAmount=D("1")), OURS), ["PP09"], id="dollars are only told"),
    pytest.param(uploaded(upload(orders=(covered(recpName="毫不相干"),)), OURS), ["PP12"], id="another receiver is told"),
    pytest.param(uploaded(upload(orders=(covered(recpName="沙箱（电商）"),)), OURS), [], id="a receiver in brackets"),
    pytest.param(uploaded(upload(orders=(covered(), covered(7))), OURS), [], id="an order that nobody filed"),
]  # fmt: skip


@pytest.mark.parametrize(("event", "told"), RIGHT)
def test_what_is_told_or_in_order_fails_no_pull(house: House, event: Pulled, told: list[str]) -> None:
    file(house)
    give(house, step("opened"))
    assert give(house, event) == ("pull_passed", told)
    assert counted(house) == 0
    assert replay(house.store).differences == ()


def test_the_misspelt_name_of_the_lists_is_told(house: House) -> None:
    file(house)
    give(house, step("opened"))
    event = msgspec.structs.replace(uploaded(upload(), OURS), misspelt=True)
    assert give(house, event) == ("pull_passed", ["PP04"])


def test_one_payment_for_two_orders_has_to_reach_for_both(house: House) -> None:
    file(house)
    file(house, 2)
    for amount, outcome in ((2 * PAID - D("0.01"), "pull_failed"), (2 * PAID, "pull_passed")):
        house.pass_time(minutes=1)
        give(house, step("opened"))
        assert give(house, uploaded(upload(totalAmount=amount, orders=(covered(), covered(2))), OURS))[0] == outcome
    assert replay(house.store).differences == ()


@pytest.mark.parametrize(("minutes", "outcome"), [("0", "pull_failed"), ("1", "pull_passed")])
def test_a_tolerance_of_minutes_is_a_setting(tmp_path: Path, minutes: str, outcome: str) -> None:
    house = House(tmp_path / "store", law=law(pull_time_tolerance_minutes=minutes))
    file(house)
    give(house, step("opened"))
    assert give(house, uploaded(upload(tradingTime="20260302113000"), OURS))[0] == outcome


@pytest.mark.parametrize(("means", "outcome"), [("note", "pull_passed"), ("fail", "pull_failed")])
@pytest.mark.parametrize(
    ("order_uploaded", "rule"),
    [(covered(recpName="毫不相干"), "PP12"), (covered(goodsInfo=covered().goodsInfo[:0]), "PP11")],
)
def test_a_setting_says_whether_names_fail_a_pull(
    tmp_path: Path, means: str, outcome: str, order_uploaded, rule: str
) -> None:
    house = House(tmp_path / "store", law=law(pull_names_differ=means))
    file(house)
    give(house, step("opened"))
    told = give(house, uploaded(upload(orders=(order_uploaded,)), OURS))
    assert told[0] == outcome and set(told[1]) == {rule}
    assert replay(house.store).differences == ()


def test_a_platform_that_takes_no_request_has_failed_at_once(house: House) -> None:
    file(house)
    give(house, step("opened"))
    assert give(house, step("refused", reason="http://x.invalid: HTTP 500")) == ("pull_failed", ["PP14"])
    assert counted(house) == 1
    assert replay(house.store).differences == ()


def test_a_platform_that_uploads_nothing_has_failed_when_the_time_is_over(house: House) -> None:
    file(house)
    give(house, step("opened"))
    house.pass_time(minutes=59)
    work_off(house)
    pull = order(house).pull
    assert pull is not None and pull.state == "open"
    house.pass_time(minutes=1)
    work_off(house)
    pull = order(house).pull
    assert pull is not None and (pull.state, pull.rules) == ("failed", ("PP15",))
    assert counted(house) == 1
    assert give(house, uploaded(upload(), OURS)) == ("refused", ["PP02"])
    assert replay(house.store).differences == ()


@pytest.mark.parametrize(
    ("kinds", "first"),
    [
        pytest.param((), False, id="an order that was never filed"),
        pytest.param(("order",), False, id="an order without its payment"),
        pytest.param(("order", "payment"), True, id="a pull that is open already"),
    ],
)
def test_what_cannot_be_pulled_is_refused(house: House, kinds: tuple[str, ...], first: bool) -> None:
    file(house, kinds=kinds)
    if first:
        give(house, step("opened"))
    assert give(house, step("opened")) == ("refused", ["PP16"])
    assert counted(house) == 0
    assert replay(house.store).differences == ()


def test_under_a_law_of_before_the_pull_nothing_is_pulled(tmp_path: Path) -> None:
    tables = package_tables()
    rows = [row for row in tables["settings"].as_dicts() if not row["key"].startswith("pull_")]
    old = tables.with_table("settings", Table(tables["settings"].header, tuple(tuple(row.values()) for row in rows)))
    house = House(tmp_path / "store", law=pack(old))
    file(house)
    assert give(house, step("opened")) == ("refused", ["PP16"])
    assert replay(house.store).differences == ()


def test_a_deleted_order_is_not_pulled(house: House) -> None:
    docs = file(house)
    house.file(docs["order"].later(appType="3"))
    work_off(house)
    assert give(house, step("opened")) == ("refused", ["PP16"])


@pytest.mark.parametrize("name", ["refused", "uploaded"])
def test_a_step_of_another_session_changes_nothing(house: House, name: str) -> None:
    file(house)
    give(house, step("opened"))
    event = uploaded(upload(), OURS) if name == "uploaded" else step("refused", reason="x")
    assert give(house, msgspec.structs.replace(event, session="000000-00000000-00000000")) == ("refused", ["PP02"])
    pull = order(house).pull
    assert pull is not None and pull.state == "open"


def test_an_upload_counts_once(house: House) -> None:
    file(house)
    give(house, step("opened"))
    assert give(house, uploaded(upload(), OURS))[0] == "pull_passed"
    assert give(house, uploaded(upload(), OURS)) == ("refused", ["PP02"])


def test_the_pull_stays_with_an_order_that_is_changed(house: House) -> None:
    docs = file(house)
    give(house, step("opened"))
    house.file(docs["order"].later(appType="2"))
    work_off(house)
    assert give(house, uploaded(upload(), OURS))[0] == "pull_passed"
    assert replay(house.store).differences == ()


def released(house: House, number: int) -> bool:
    """File a whole set; whether it goes through, or is examined."""
    docs = file(house, number, ("order", "payment", "waybill", "inventory"))
    status = house.status(docs["inventory"])
    assert status in ("800", "500")
    return status == "800"


def test_a_failed_pull_raises_the_examination_share_of_its_platform_for_so_many_days(house: House) -> None:
    file(house)
    assert released(house, 2)
    give(house, step("opened"))
    give(house, step("refused", reason="down"))
    assert not released(house, 3)
    house.pass_time(days=29, hours=23)
    assert not released(house, 4)
    house.pass_time(hours=1)
    work_off(house)
    assert counted(house) == 0
    assert released(house, 5)
    assert replay(house.store).differences == ()


def test_two_failures_count_each_for_its_own_days(house: House) -> None:
    file(house)
    file(house, 2)
    for number in (1, 2):
        give(house, step("opened", number))
        give(house, step("refused", number, reason="down"))
        house.pass_time(days=10)
    assert counted(house) == 2
    house.pass_time(days=10)
    work_off(house)
    assert counted(house) == 1
    house.pass_time(days=10)
    work_off(house)
    assert counted(house) == 0
    assert replay(house.store).differences == ()


def test_the_share_is_added_to_the_lane_and_told_with_its_rows(tmp_path: Path) -> None:
    house = House(tmp_path / "store", law=law(pull_failed_examination_share="0"))
    file(house)
    give(house, step("opened"))
    give(house, step("refused", reason="down"))
    assert released(house, 2)  # nothing is added
    facts, basis = _acceptance(house)
    assert facts.failed_pulls is not None and facts.failed_pulls.held == 1
    assert {"S50", "S51"} <= set(basis)
    assert replay(house.store).differences == ()


def test_without_a_failure_nothing_is_looked_up_and_no_row_is_named(house: House) -> None:
    assert released(house, 1)
    facts, basis = _acceptance(house)
    assert facts.failed_pulls is None
    assert not {"S50", "S51"} & set(basis)


def _acceptance(house: House):
    """Facts and law rows of the event that accepted an inventory, the last of the store."""
    db = open_reader(house.store.state_path)
    (event,) = read_events(db, house.store.keys, last_event_no(db), last_event_no(db))
    db.close()
    values = event.opened()
    return facts_from(values), msgspec.json.decode(values["decision.basis"])["law_rows"]


def test_what_was_uploaded_lies_under_the_key_of_the_person_and_not_in_clear(house: House) -> None:
    file(house)
    give(house, step("opened"))
    give(house, uploaded(upload(initalRequest="payer=沙箱甲"), OURS))
    db = open_reader(house.store.state_path)
    events = list(read_events(db, house.store.keys, 1, last_event_no(db)))
    db.close()
    event = events[-1]
    part = event.parts[-1]
    assert "沙箱甲" in event.opened()["cause.exchange"].decode()
    assert "cause.exchange" not in part.rest.decode("latin-1")
    for path in house.store.dir.rglob("*.db*"):
        assert "沙箱甲".encode() not in path.read_bytes()


@pytest.mark.parametrize("sandbox", [True, False])
def test_pulls_are_for_production_too(house: House, sandbox: bool) -> None:
    store = replace(house.store, nameplate=msgspec.structs.replace(house.store.nameplate, sandbox=sandbox))
    file(house)
    event = step("opened")
    house.command(PAYMENT_PULL, kind=event.kind, key=event.key, pull=event)
    with Engine(store, clock=house.clock) as engine:
        engine.drain()
    assert order(house).pull is not None


def test_a_replay_names_a_changed_count(house: House) -> None:
    file(house)
    give(house, step("opened"))
    give(house, step("refused", reason="down"))
    with sqlite3.connect(house.store.state_path) as db:
        db.execute("UPDATE accounts SET held = 0 WHERE kind = 'pull'")
    assert any("pull:" in difference.field for difference in replay(house.store).differences)
