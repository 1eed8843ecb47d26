"""Erasing cases through inbox, engine and store: what the law allows, what goes along, what stays, and the replay."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from tests.clearance.playstore import AGENT, COURIER, Filed, a_set
from tests.clearance.yard import OPEN_SITE, SITE, arriving_set, entry_list, signed_for
from tests.engine.house import House, registry
from tests.engine.test_cases import reviewing_law
from tongguan.ceb.problem import Problem
from tongguan.clearance.times import CHINA
from tongguan.engine.replay import ReplayReport, replay
from tongguan.store.filing import Filing
from tongguan.store.layout import COMMANDS
from tongguan.store.reading import RecordView
from tongguan.store.retention import Retained, Unit

RELEASED_ON = date(2026, 3, 2)
PAID_ON = date(2026, 5, 4)
KEPT_UNTIL = date(2029, 5, 4)
"""Three years from the end of the case, which is its last payment: longer than three years from the release."""


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path / "store")


def drained(house: House) -> None:
    with house.engine() as engine:
        engine.drain()


def erase(
    house: House, filed: Filed, basis: str = "RT14", approver: str = "auditor:1", subjects: tuple[int, ...] = ()
) -> list[RecordView]:
    """The command and what became of it."""
    return erased_by(house, filed.kind, filed.key, basis, approver, subjects)


def erased_by(
    house: House, kind: str, key: tuple[str, ...], basis: str = "RT14", approver: str = "auditor:1",
    subjects: tuple[int, ...] = (),
) -> list[RecordView]:  # fmt: skip
    command = house.command("erase", kind=kind, key=key, choice=basis, approver=approver, subjects=subjects)
    drained(house)
    reader = house.reader()
    view = reader.filing(command)
    reader.close()
    assert view is not None
    return list(view.records)


def refused_by(records: list[RecordView]) -> tuple[str, str]:
    """(rule, expected) of the one reason why nothing was erased."""
    (record,) = records
    assert record.outcome in ("refused", "restricted")
    (problem,) = record.problems
    return problem.rule_id, problem.expected


def at_noon(house: House, day: date) -> None:
    """The clock of the house shows noon in China."""
    house.now = datetime(day.year, day.month, day.day, 12, tzinfo=CHINA).astimezone(UTC)
    house.tick = 0


def ended_house(
    house: House, *numbers: int, file: Callable[[int], dict[str, Filed]] | None = None
) -> list[dict[str, Filed]]:
    """Sets that were released on RELEASED_ON, closed, and whose bills were paid on PAID_ON."""
    made = [file(number) if file else house.file_set(number) for number in numbers]
    drained(house)
    at_noon(house, PAID_ON - timedelta(days=1))
    drained(house)
    at_noon(house, PAID_ON)
    with sqlite3.connect(house.store.state_path) as db:
        bills = [account.partition(":")[2] for (account,) in db.execute(
            "SELECT account FROM accounts WHERE kind = 'payment_bill' AND held > 0")]  # fmt: skip
    for bill in bills:
        house.command("paid", kind="payment_bill", key=(bill,))
    drained(house)
    assert {house.status(docs["inventory"]) for docs in made} == {"899"}
    return made


def unit(house: House, filed: Filed) -> Unit | None:
    retained = Retained(house.store)
    found = retained.find(house.store.keys.case_id(filed.kind, filed.key))
    retained.close()
    return found


def verified(house: House) -> ReplayReport:
    report = replay(house.store)
    assert report.differences == ()
    return report


def rows(house: House, sql: str, *values: object) -> list[tuple[object, ...]]:
    with sqlite3.connect(house.store.state_path) as db:
        found = db.execute(sql, values).fetchall()
    db.close()
    return found


def test_a_case_is_kept_for_three_years_and_may_be_erased_on_the_day_after(house: House) -> None:
    (docs,) = ended_house(house, 1)
    at_noon(house, KEPT_UNTIL)
    assert refused_by(erase(house, docs["order"])) == ("ER03", f"> {KEPT_UNTIL}")
    at_noon(house, KEPT_UNTIL + timedelta(days=1))
    records = erase(house, docs["order"])
    assert [(one.kind, one.outcome) for one in records] == [
        ("order", "erased"), ("payment", "erased"), ("waybill", "erased"), ("inventory", "erased")
    ]  # fmt: skip
    assert {house.status(one) for one in docs.values()} == {""}
    report = verified(house)
    assert (report.erased, report.explained) == (4, 0)
    assert report.tombstones == sum(one.event_no > 0 for one in records) + 3, (
        "bill, closing and payment came to the inventory"
    )


def test_a_period_ends_with_its_day_in_china(house: House) -> None:
    (docs,) = ended_house(house, 1)
    house.now = datetime(2029, 5, 4, 15, 59, 59, tzinfo=UTC)
    assert refused_by(erase(house, docs["order"]))[0] == "ER03"
    house.now = datetime(2029, 5, 4, 16, 0, tzinfo=UTC)  # midnight in China
    assert erase(house, docs["order"])[0].outcome == "erased"


def test_what_is_not_at_its_end_is_not_erased(house: House) -> None:
    docs = house.file_set(1)
    drained(house)
    at_noon(house, date(2029, 6, 1))  # closed and billed, but the bill was never paid
    assert house.status(docs["inventory"]) == "800"
    rule, _ = refused_by(erase(house, docs["order"]))
    assert (rule, house.status(docs["inventory"])) == ("ER02", "899")
    waiting = a_set(2)["waybill"].head(appTime="20290601113000")
    house.file(waiting)
    assert refused_by(erase(house, waiting)) == ("ER02", "")
    assert house.status(waiting) == "2"


@pytest.mark.parametrize(
    ("changed", "rule", "expected"),
    [
        ({"approver": "operator:1"}, "ER06", ""),
        ({"approver": " OPERATOR:1 "}, "ER06", ""),
        ({"approver": ""}, "ER06", ""),
        ({"basis": "RT01"}, "ER05", "RT03 RT14"),
        ({"basis": "RT05"}, "ER05", "RT03 RT14"),
        ({"basis": "S03"}, "ER05", "RT03 RT14"),
        ({"basis": "RT03"}, "ER04", "> 2030-05-04"),
    ],
)
def test_two_persons_and_a_row_that_fits_are_needed(
    house: House, changed: dict[str, str], rule: str, expected: str
) -> None:
    (docs,) = ended_house(house, 1)
    at_noon(house, KEPT_UNTIL + timedelta(days=1))
    assert refused_by(erase(house, docs["order"], **changed)) == (rule, expected)
    assert house.status(docs["inventory"]) == "899"
    verified(house)


def test_by_its_own_row_a_case_goes_on_the_day_after_the_most(house: House) -> None:
    (docs,) = ended_house(house, 1)
    at_noon(house, date(2030, 5, 4))
    assert refused_by(erase(house, docs["order"], "RT03"))[0] == "ER04"
    at_noon(house, date(2030, 5, 5))
    assert erase(house, docs["order"], "RT03")[0].outcome == "erased"


def test_nobody_is_erased_twice_and_nobody_who_was_never_there(house: House) -> None:
    (docs,) = ended_house(house, 1)
    at_noon(house, date(2031, 1, 1))
    assert erase(house, docs["inventory"])[0].outcome == "erased", "any document names its case"
    assert refused_by(erase(house, docs["order"]))[0] == "ER01"
    assert refused_by(erased_by(house, "order", ("99E1000001", "NEVER")))[0] == "ER01"
    assert verified(house).erased == 4


def test_while_a_minimum_runs_the_case_is_stored_only(house: House) -> None:
    (docs,) = ended_house(house, 1)
    (record,) = erase(house, docs["order"])
    assert record.outcome == "restricted"
    reader = house.reader()
    view = reader.case(*docs["order"].key)
    assert view is not None and view.stored_until == str(KEPT_UNTIL)
    filing = reader.filing("G01-000000000004")
    assert filing is not None and [one.state for one in filing.records] == ["stored_only"]
    assert all(one.outcome == "" and one.problems == () for one in filing.records)
    verified(house)
    at_noon(house, KEPT_UNTIL + timedelta(days=1))
    assert erase(house, docs["order"])[0].outcome == "erased"
    assert rows(house, "SELECT * FROM restrictions") == []
    verified(house)


def test_the_tombstone_says_who_by_which_row_and_what_there_was(house: House) -> None:
    (docs,) = ended_house(house, 1)
    at_noon(house, date(2031, 1, 1))
    number = erase(house, docs["order"])[-1].event_no
    from tests.engine.test_replay import event  # the same look at one event

    found = event(house.store, number)
    assert found.cause == "erased" and not found.erased and found.former_entry
    values = {name: value.decode() for name, value in found.opened().items()}
    assert (values["cause.actor"], values["cause.approver"]) == ('"operator:1"', '"auditor:1"')
    for told in ('"basis":"RT14"', '"customsTax":"0.00"', '"valueAddedTax":"14.56"', '"status":"899"',
                 f'"ended_on":"{PAID_ON}"', f'"released_on":"{RELEASED_ON}"'):  # fmt: skip
        assert told in values["tombstone"], told


def test_what_names_nobody_still_opens_and_fits_its_digests(house: House) -> None:
    (docs,) = ended_house(house, 1)
    at_noon(house, date(2031, 1, 1))
    numbers = [row[0] for row in rows(house, "SELECT event_no FROM events WHERE cause = 'record'")]
    erase(house, docs["order"])
    from tests.engine.test_replay import event

    for number in numbers:
        one = event(house.store, number)  # type: ignore[arg-type]
        assert one.erased
        rest = one.rest()
        assert rest["decision.outcome"] and rest["facts.base"]
        assert not any("buyerName" in name or "consignee" in name for name in rest)
        with pytest.raises(Exception, match="does not open"):
            one.opened()


def test_a_waybill_that_another_case_uses_stays_until_the_last_of_them(house: House) -> None:
    """The number comes again after more than six months; both parcels have one waybill subject."""
    (first,) = ended_house(house, 1)
    at_noon(house, date(2026, 11, 2))
    again = a_set(2)
    again = {
        kind: one.head(appTime="20261102113000",
                       **({"logisticsNo": "W000001"} if kind in ("waybill", "inventory") else {}),
                       **({"declTime": "20261102"} if kind == "inventory" else {}),
                       **({"payTime": "20261102112900"} if kind == "payment" else {}))
        for kind, one in again.items()
    }  # fmt: skip
    for one in again.values():
        house.file(one)
    drained(house)
    assert house.status(again["inventory"]) == "800"
    at_noon(house, date(2029, 6, 1))
    assert [one.kind for one in erase(house, first["order"])] == ["order", "payment", "inventory"]
    assert house.status(again["waybill"]) == "120"
    report = verified(house)
    assert report.erased == 3 and report.explained >= 1, "what the second waybill filing met is not there any more"
    at_noon(house, date(2029, 6, 2))
    for (bill,) in rows(house, "SELECT account FROM accounts WHERE kind = 'payment_bill' AND held > 0"):
        house.command("paid", kind="payment_bill", key=(str(bill).partition(":")[2],))
    drained(house)
    at_noon(house, date(2033, 1, 1))
    kinds = [one.kind for one in erase(house, again["order"])]
    assert kinds == ["order", "payment", "waybill", "inventory"]
    assert verified(house).erased == 7


def test_a_waybill_named_by_mistake_waits_on_for_its_own_parcel(house: House) -> None:
    docs = house.file_set(1)
    with_other = docs["inventory"].later(logisticsNo="W000009")
    house.file(with_other)
    drained(house)
    lonely = a_set(9)["waybill"]
    at_noon(house, date(2026, 4, 10))
    drained(house)
    assert house.status(docs["inventory"]) == "899" or house.status(docs["inventory"]) == "800"
    house.file(lonely.head(appTime="20260410113000"))
    drained(house)
    assert house.status(lonely) == "2"
    assert refused_by(erase(house, lonely))[0] == "ER02"


def test_parcels_of_one_entry_list_are_erased_one_by_one_and_the_list_last(tmp_path: Path) -> None:
    house = House(tmp_path / "store", registry=registry(sites=(SITE, OPEN_SITE)))
    listed = entry_list(1, 2)

    def file(number: int) -> dict[str, Filed]:
        docs = arriving_set(number)
        for one in docs.values():
            house.file(one)
        if number == 2:
            house.file(listed)
        return docs

    one, other = ended_house(house, 1, 2, file=file)
    house.file(signed_for(1).head(appTime="20260504113000"))
    drained(house)
    at_noon(house, date(2029, 5, 5))
    assert refused_by(erase(house, listed))[0] == "ER07"
    kinds = [record.kind for record in erase(house, one["order"])]
    assert kinds == ["order", "payment", "waybill", "waybill_status", "inventory"]
    assert verified(house).erased == 5
    assert house.status(other["inventory"]) == "899"
    assert refused_by(erase(house, listed))[0] == "ER07"
    erase(house, other["order"])
    assert [record.kind for record in erase(house, listed)] == ["entry_list"]
    assert rows(house, "SELECT * FROM arrivals") == []
    report = verified(house)
    assert (report.erased, report.documents) == (10, 0)


def test_refused_attempts_of_the_case_go_with_it(house: House) -> None:
    def file(number: int) -> dict[str, Filed]:
        docs = a_set(number)
        house.file(docs["inventory"].head(copNo="ATTEMPT", currency="USD"))
        for one in docs.values():
            house.file(one)
        return docs

    (docs,) = ended_house(house, 1, file=file)
    assert house.status(docs["inventory"].head(copNo="ATTEMPT")) == ""
    found = unit(house, docs["order"])
    assert found is not None and len(found.refused) == 1
    at_noon(house, date(2029, 5, 5))
    records = erase(house, docs["order"], subjects=found.refused)
    assert ("inventory", (AGENT, "ATTEMPT")) in [(one.kind, one.key) for one in records]
    assert unit(house, docs["order"]) is None
    assert verified(house).erased == 5


def test_numbers_of_other_cases_are_not_taken_along(house: House) -> None:
    one, other = ended_house(house, 1, 2)
    house.file(other["inventory"].head(copNo="ATTEMPT", currency="USD"))
    drained(house)
    found = unit(house, other["order"])
    assert found is not None and found.refused
    at_noon(house, date(2029, 5, 5))
    erase(house, one["order"], subjects=(*found.refused, 999, 1))
    left = unit(house, other["order"])
    assert left is not None and left.refused == found.refused


def test_an_attempt_that_never_became_anything_is_kept_for_six_months_at_most(house: House) -> None:
    refused = a_set(1)["order"].head(currency="USD")
    house.file(refused)
    drained(house)
    assert house.status(refused) == ""
    at_noon(house, date(2026, 9, 2))
    assert refused_by(erase(house, refused, "RT06")) == ("ER04", "> 2026-09-02")
    at_noon(house, date(2026, 9, 3))
    assert [one.outcome for one in erase(house, refused, "RT06")] == ["erased"]
    assert verified(house).erased == 1


def test_a_message_that_the_door_refused_is_erased_for_itself(house: House) -> None:
    inbox = house.gateway(1)
    quoted = Problem(rule_id="S01", document="CEB311Message", path="Order[1]/OrderHead/buyerName",
                     text_zh="甲", text_en="a",
                     fix_zh="乙", fix_en="b", found="沙箱甲")  # fmt: skip
    filing = Filing(filing_id=inbox.mint(), message_type="CEB311Message", received_ns=house.clock(),
                    raw_digest=bytes(32), refused=(quoted,))  # fmt: skip
    inbox.append([filing])
    drained(house)
    at_noon(house, date(2026, 9, 3))
    (record,) = erased_by(house, "filing", (filing.filing_id,), "RT06")
    assert record.outcome == "erased"
    reader = house.reader()
    view = reader.filing(filing.filing_id)
    reader.close()
    assert view is not None and view.refused == () and [one.state for one in view.records] == ["erased"]
    assert verified(house).erased == 1


def test_an_officers_words_leave_the_outbox_and_so_does_their_repeat(tmp_path: Path) -> None:
    house = House(tmp_path / "store", law=reviewing_law())
    docs = house.file_set(1)
    drained(house)
    house.command("reject", kind="inventory", key=docs["inventory"].key, reason="张三丰,电话 10012345678")
    house.file(docs["inventory"])  # the same bytes again: the same receipts again
    drained(house)

    def told() -> list[str]:
        reader = house.reader()
        found = reader.receipts("DXPENT9990000005", limit=1000)[0]
        reader.close()
        return [one.receipt.info for one in found]

    before = told()
    assert sum("张三丰" in text for text in before) == 2
    at_noon(house, date(2026, 4, 10))
    drained(house)  # the other papers have lapsed
    at_noon(house, date(2029, 4, 11))
    records = erase(house, docs["order"])
    assert records[0].outcome == "erased"
    after = told()
    assert [text for text in after if "张三丰" in text] == []
    assert after == before[: len(after)] and after, "the others stay as they were"
    verified(house)


def test_the_same_numbers_may_be_filed_again_as_if_never_filed(house: House) -> None:
    (docs,) = ended_house(house, 1)
    at_noon(house, date(2029, 6, 1))
    erase(house, docs["order"])
    anew = {
        kind: one.head(appTime="20290601113000", **({"declTime": "20290601"} if kind == "inventory" else {}))
        for kind, one in docs.items()
    }
    anew["payment"] = anew["payment"].head(payTime="20290601112900")
    for one in anew.values():
        house.file(one)
    drained(house)
    assert house.status(anew["inventory"]) == "800"
    assert verified(house).erased == 4
    reader = house.reader()
    view = reader.case(*docs["order"].key)
    assert view is not None and view.order is not None and view.order.former == () and view.order.record is not None
    reader.close()
    at_noon(house, date(2029, 7, 20))
    drained(house)
    ((bill,),) = rows(house, "SELECT account FROM accounts WHERE kind = 'payment_bill' AND held > 0")
    at_noon(house, date(2029, 7, 21))
    house.command("paid", kind="payment_bill", key=(str(bill).partition(":")[2],))
    drained(house)
    at_noon(house, date(2032, 7, 22))
    assert [one.outcome for one in erase(house, docs["order"])] == ["erased"] * 4, "and erased once more"
    assert verified(house).erased == 4


def test_a_new_inventory_does_not_find_an_erased_order(house: House) -> None:
    (docs,) = ended_house(house, 1)
    at_noon(house, date(2029, 6, 1))
    erase(house, docs["order"])
    late = a_set(1)["inventory"].head(copNo="LATE", appTime="20290601113000", declTime="20290601")
    house.file(late)
    drained(house)
    assert house.status(late) == "2", "it waits, as for an order that was never filed"
    verified(house)


def test_a_message_of_several_cases_is_destroyed_with_the_last(house: House) -> None:
    sets = [a_set(number) for number in (1, 2)]

    def file(number: int) -> dict[str, Filed]:
        if number == 1:
            for kind in ("order", "payment", "waybill", "inventory"):
                house.file(*(one[kind] for one in sets))
        return sets[number - 1]

    ended_house(house, 1, 2, file=file)
    at_noon(house, date(2029, 5, 5))
    erase(house, sets[0]["order"])
    tasks = "SELECT filing_id, what FROM forgetting ORDER BY task_no"
    four = [f"G01-{number:012d}" for number in (1, 2, 3, 4)]
    assert rows(house, tasks) == [(name, "packed") for name in four]
    retained = Retained(house.store)
    assert retained.raw_kept_back() == 4
    erase(house, sets[1]["order"])
    assert rows(house, tasks)[4:] == [(name, "raw") for name in four]
    assert retained.raw_kept_back() == 0
    retained.close()
    verified(house)


def test_the_engine_that_comes_next_goes_on_from_what_is_left(house: House) -> None:
    one, other = ended_house(house, 1, 2)
    at_noon(house, date(2029, 5, 5))
    with house.engine() as engine:  # one engine whose cache still knows the case
        engine.drain()
        house.command("erase", kind="order", key=one["order"].key, choice="RT14", approver="auditor:1")
        engine.drain()
        late = a_set(1)["inventory"].head(copNo="LATE", appTime="20290505113000", declTime="20290505")
        house.file(late)
        engine.drain()
        assert house.status(late) == "2"
    assert house.status(other["inventory"]) == "899"
    verified(house)


def test_a_replay_into_a_file_has_the_same_chain(house: House, tmp_path: Path) -> None:
    one, _ = ended_house(house, 1, 2)
    at_noon(house, date(2029, 5, 5))
    erase(house, one["order"])
    assert replay(house.store, tmp_path / "again.db").same
    chain = "SELECT event_no, subject_no, entry, former_entry, digests, filing_id FROM events ORDER BY event_no"
    with sqlite3.connect(tmp_path / "again.db") as again:
        assert again.execute(chain).fetchall() == rows(house, chain)


SPOILED = {
    "a person key is gone without a tombstone": (
        "UPDATE subjects SET person_key = NULL WHERE kind = 'order' AND key LIKE '%SBX000002'", "event.persons"),
    "secrets are gone without a tombstone": (
        "UPDATE events SET person_secrets = x'' WHERE event_no = 7", "event.persons"),
    "an erased event is missing": ("DELETE FROM events WHERE event_no = 6", "event.number"),
    "a digest of an erased event is changed": (
        "UPDATE events SET digests = zeroblob(length(digests)) WHERE event_no = 3", "event.fields"),
    "an erased event has another entry": ("UPDATE events SET entry = zeroblob(33) WHERE event_no = 3", "event.entry"),
    "the tombstone is taken out": ("DELETE FROM events WHERE cause = 'erased' AND subject_no = 3", "event.persons"),
    "a task of the gateways is gone": ("DELETE FROM forgetting WHERE task_no = 1", "forgetting 1"),
    "an account moves": ("UPDATE accounts SET used = used + 1 WHERE kind = 'quota'", "accounts quota"),
}  # fmt: skip


@pytest.mark.parametrize("how", SPOILED)
def test_a_replay_finds_what_a_tombstone_does_not_explain(house: House, how: str) -> None:
    one, _ = ended_house(house, 1, 2)
    at_noon(house, date(2029, 5, 5))
    erase(house, one["order"])
    verified(house)
    statement, field = SPOILED[how]
    with sqlite3.connect(house.store.state_path) as db:
        assert db.execute(statement).rowcount == 1
    db.close()
    report = replay(house.store)
    assert any(one.field.startswith(field) for one in report.differences), report.differences


def test_copies_show_nothing_of_what_is_stored_only_or_erased(tmp_path: Path) -> None:
    from tests.engine.test_copies import FRIEND, subscription, with_subscriptions

    house = House(tmp_path / "store", registry=with_subscriptions(subscription("DATA")))

    def file(number: int) -> dict[str, Filed]:
        docs = a_set(number)
        docs["order"] = replace(docs["order"], copy_to=(FRIEND,))
        for one in docs.values():
            house.file(one)
        return docs

    def hidden() -> list[bool]:
        reader = house.reader()
        found, _ = reader.copies(FRIEND)
        reader.close()
        return [one.erased for one in found]

    (docs,) = ended_house(house, 1, file=file)
    assert hidden() == [False]
    assert refused_by(erase(house, docs["order"]))[0] == "ER03"
    assert hidden() == [True]
    at_noon(house, date(2029, 5, 5))
    erase(house, docs["order"])
    assert rows(house, "SELECT * FROM restrictions") == [] and hidden() == [True]
    verified(house)


def test_the_command_leaves_no_list_in_clear(house: House) -> None:
    (docs,) = ended_house(house, 1)
    at_noon(house, date(2029, 5, 5))
    erase(house, docs["order"])
    ((about,),) = rows(house, "SELECT about FROM filings WHERE filing_id LIKE ? ORDER BY filing_id DESC LIMIT 1",
                       f"{COMMANDS}-%")  # fmt: skip
    assert b"SBX000001" not in about and b"RT14" in about
    assert COURIER.encode() not in about
