"""Who looked at whom: each look is written down before it is answered, by names of elements and keyed hashes only."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

import msgspec
import pytest

from tests.gateway import papers
from tests.gateway.conftest import House
from tests.gateway.state import a_case, filing_view
from tongguan.clearance.explain import explain_document
from tongguan.clearance.handling import Words
from tongguan.gateway.access import (
    AccessLog,
    BrokenAccessFile,
    Look,
    case_look,
    copies_look,
    drop_old,
    folder_of,
    looks,
    problems_look,
)
from tongguan.gateway.case_view import case_form
from tongguan.gateway.door import TokenParty
from tongguan.gateway.visibility import visibility
from tongguan.law.snapshot import build_law, pack, package_tables
from tongguan.store.layout import Store, init_store
from tongguan.store.reading import CaseView

AT = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
TABLE = visibility(date(2026, 11, 24))
OFFICER = TokenParty(kind="officer", office="9901", officer_id="officer:7", token_id="t1")
AUDITOR = TokenParty(kind="auditor", token_id="t2")
PAYER = TokenParty(kind="filer", party_code=papers.PAYER, dxp_id=papers.DXP, token_id="t3")
story = partial(explain_document, law=None)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return init_store(tmp_path / "store", sandbox=True)


@pytest.fixture
def log(store: Store) -> Iterator[AccessLog]:
    one = AccessLog(store, "G01")
    yield one
    one.close()


def a_look(at: datetime = AT, about: str = "c") -> Look:
    return Look(at=at, who="auditor", token="t2", door="GET /cases", about=about, fields=("order.OrderHead.buyerName",))


def seen_by(party: TokenParty, case: CaseView, store: Store) -> Look | None:
    form = case_form(case, party, TABLE, story)
    assert form is not None
    return case_look(party, case, form, store.keys, AT)


def test_a_look_at_a_case_tells_who_what_why_and_whom(store: Store) -> None:
    look = seen_by(OFFICER, a_case(), store)
    assert look is not None
    assert (look.who, look.token, look.about, look.why) == ("officer:9901:officer:7", "t1", "opaque", "casework")
    assert {"order.OrderHead.buyerIdNumber", "waybill.LogisticsHead.consignee"} <= set(look.fields)
    assert look.persons == (store.keys.person_hash(papers.ID_NUMBER, 2026),)
    assert look.at == AT and look.roles == ("officer",)


def test_only_what_is_shown_counts_as_looked_at(store: Store) -> None:
    look = seen_by(PAYER, a_case(), store)
    assert look is not None and look.why == "party of the case"
    assert any(name.startswith("payment.") for name in look.fields)
    hidden = visibility(date(2026, 11, 24)).shown(("payment",), "waybill", "LogisticsHead.consignee") == "no"
    assert ("waybill.LogisticsHead.consignee" not in look.fields) is hidden


def test_words_of_officers_and_filers_are_a_look_too(store: Store) -> None:
    case = a_case(status="300", accepted_at=AT, words=(Words("question", "officer:7", AT, "?"),))
    look = seen_by(OFFICER, case, store)
    assert look is not None and "inventory.words" in look.fields


def test_where_nobody_is_named_there_is_no_look(store: Store) -> None:
    case = msgspec.structs.replace(a_case(), order=None, payments=(), waybills=(), inventories=())
    form = case_form(a_case(), AUDITOR, TABLE, story)
    assert form is not None
    nameless = [msgspec.structs.replace(one, record={}, words=None) for one in form.documents]
    form = msgspec.structs.replace(form, documents=nameless)
    assert case_look(AUDITOR, case, form, store.keys, AT) is None
    assert problems_look(AUDITOR, "G01-000000000001", (), AT) is None
    assert copies_look(PAYER, papers.DXP, [("order", {"OrderHead": {"orderNo": "T1"}})], AT) is None


def test_a_masked_value_in_a_problem_and_a_copy_are_looks() -> None:
    (record,) = filing_view().records
    told = problems_look(PAYER, "G01-000000000001", record.problems, AT)
    assert told is not None and told.fields == ("order.Order[1]/OrderHead/buyerIdNumber",)
    copy = copies_look(
        PAYER, papers.DXP, [("order", {"OrderHead": {"consignee": "*"}, "OrderList": [{"note": "*"}]})], AT
    )
    assert copy is not None and copy.why == "subscription"
    assert copy.fields == ("order.OrderHead.consignee", "order.OrderList.note")


def test_no_value_stands_in_a_line(store: Store, log: AccessLog) -> None:
    look = seen_by(OFFICER, a_case(), store)
    assert look is not None
    log.note(look)
    (path,) = folder_of(store).iterdir()
    written = path.read_text(encoding="utf-8")
    for value in (papers.ID_NUMBER, papers.ID_NUMBER[:6], papers.order().OrderHead.buyerName):
        assert value and value not in written
    assert path.stat().st_mode & 0o777 == 0o600


def test_lines_are_linked_and_read_back_across_restarts_and_months(store: Store, log: AccessLog) -> None:
    for about in ("a", "b"):
        log.note(a_look(about=about))
    log.close()
    again = AccessLog(store, "G01")
    again.note(a_look(about="a"))
    again.note(a_look(AT.replace(month=12), about="d"))
    again.close()
    assert [one.about for one in looks(store)] == ["a", "b", "a", "d"]
    assert len(list(looks(store, "a"))) == 2
    assert sorted(path.name for path in folder_of(store).iterdir()) == ["G01-2026-11.jsonl", "G01-2026-12.jsonl"]


@pytest.mark.parametrize("how", ["taken out", "changed", "no json"])
def test_a_line_that_was_tampered_with_is_found(store: Store, log: AccessLog, how: str) -> None:
    for about in ("a", "b", "c"):
        log.note(a_look(about=about))
    (path,) = folder_of(store).iterdir()
    lines = path.read_bytes().splitlines(keepends=True)
    lines[1] = {"taken out": b"", "changed": lines[1].replace(b'"b"', b'"x"'), "no json": b"{\n"}[how]
    path.write_bytes(b"".join(lines))
    with pytest.raises(BrokenAccessFile, match="G01-2026-11"):
        list(looks(store))


def test_a_line_that_a_crash_cut_short_was_never_answered_and_goes(store: Store, log: AccessLog) -> None:
    log.note(a_look(about="a"))
    log.close()
    (path,) = folder_of(store).iterdir()
    path.write_bytes(path.read_bytes() + b'{"at":"2026-')
    again = AccessLog(store, "G01")
    again.note(a_look(about="b"))
    again.close()
    assert [one.about for one in looks(store)] == ["a", "b"]


def test_many_threads_write_whole_lines(store: Store, log: AccessLog) -> None:
    threads = [threading.Thread(target=lambda n=n: log.note(a_look(about=str(n)))) for n in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(int(one.about) for one in looks(store)) == list(range(16))


@pytest.mark.parametrize(("day", "left"), [(date(2031, 11, 30), 2), (date(2031, 12, 1), 1), (date(2032, 1, 1), 0)])
def test_old_months_go_when_their_longest_period_is_over(store: Store, log: AccessLog, day: date, left: int) -> None:
    log.note(a_look())
    log.note(a_look(AT.replace(month=12)))
    drop_old(store, build_law(pack(package_tables())).at(day))
    assert len(list(folder_of(store).iterdir())) == left


def test_without_a_row_nothing_goes(store: Store, log: AccessLog) -> None:
    log.note(a_look(datetime(2019, 1, 1, tzinfo=UTC)))
    assert drop_old(store, build_law(pack(package_tables())).at(date(2020, 1, 1))) == 0


def test_over_http_the_look_is_noted_before_the_answer(new_house: Callable[..., House]) -> None:
    noted: list[Look] = []
    house = new_house(looked=noted.append)
    house.reader.cases[papers.PLATFORM, "T00000001"] = a_case()
    answer = house.get(f"/cases?ebpCode={papers.PLATFORM}&orderNo=T00000001", house.auditor)
    assert answer.status_code == 200
    (look,) = noted
    assert (look.door, look.about, look.why) == ("GET /cases", "opaque", "audit") and look.persons
    assert house.get("/cases?ebpCode=NONE&orderNo=NONE", house.auditor).status_code == 404
    assert len(noted) == 1, "who sees nothing has not looked"
    house.reader.filings["G01-000000000001"] = filing_view()
    assert house.get("/filings/G01-000000000001").status_code == 200
    assert noted[-1].door == "GET /filings" and noted[-1].who == f"filer:{papers.PLATFORM}"


def test_a_look_that_cannot_be_noted_is_not_answered(new_house: Callable[..., House]) -> None:
    def full(look: Look) -> None:
        raise OSError(28, "No space left on device")

    house = new_house(looked=full)
    house.reader.cases[papers.PLATFORM, "T00000001"] = a_case()
    answer = house.get(f"/cases?ebpCode={papers.PLATFORM}&orderNo=T00000001", house.auditor)
    assert answer.status_code == 503 and "A19" in answer.text
    assert papers.order().OrderHead.buyerName not in answer.text


@pytest.mark.parametrize(("token", "status"), [("filer", 404), ("officer", 404), ("operator", 404), ("auditor", 200)])
def test_a_case_that_is_stored_only_is_there_for_auditors(
    new_house: Callable[..., House], token: str, status: int
) -> None:
    house = new_house()
    house.reader.cases[papers.PLATFORM, "T00000001"] = msgspec.structs.replace(a_case(), stored_until="2029-05-04")
    answer = house.get(f"/cases?ebpCode={papers.PLATFORM}&orderNo=T00000001", getattr(house, token))
    assert answer.status_code == status
