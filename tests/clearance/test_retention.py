"""How long what is kept: the periods of each class, the days on which they end, and who may ask for what."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.clearance.playstore import AGENT, PLATFORM, the_law
from tongguan.clearance.model import Bill, Document, Pull
from tongguan.clearance.retention import (
    ENTRIES,
    Ended,
    bases,
    closing,
    due,
    ended,
    kept,
    refusal,
    unfinished,
)

NOW = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
LAW = the_law()
ENDED = Ended(classes=("accepted",), ended_on=date(2026, 4, 17), released_on=date(2026, 3, 2))


def a_document(kind: str = "inventory", **fields: Any) -> Document:
    key = (AGENT, "C1") if kind == "inventory" else (PLATFORM, "SBX1")
    known: dict[str, Any] = {"status": "899", "record": "a record", "message_type": "CEB621Message", "digest": b"",
                             "app_time": "", "sender": "", "sender_code": "", "filed_at": NOW}  # fmt: skip
    return Document(kind=kind, key=key, **(known | fields))


def paid(at: datetime | None) -> Bill:
    return Bill(taxNo="N_0", status="2", customsTax=Decimal(0), valueAddedTax=Decimal("14.56"),
                consumptionTax=Decimal(0), paid_at=at)  # fmt: skip


@pytest.mark.parametrize(
    ("classes", "least", "most"),
    [
        (("accepted",), ("RT02", date(2029, 4, 17)), ("RT03", date(2030, 4, 17))),
        (("accepted", "payment_pull"), ("RT04", date(2029, 4, 17)), ("RT03", date(2030, 4, 17))),
        (("unaccepted",), None, ("RT05", date(2027, 4, 17))),
        (("unaccepted", "payment_pull"), ("RT04", date(2029, 4, 17)), ("RT05", date(2029, 4, 17))),
        (("refused",), None, ("RT06", date(2026, 10, 17))),
        (("site",), ("RT07", date(2029, 4, 17)), ("RT08", date(2030, 4, 17))),
        (("tax",), ("RT09", date(2036, 4, 17)), None),
        (("access_log",), ("RT10", date(2029, 4, 17)), ("RT12", date(2031, 4, 17))),
        (("inbox",), None, ("RT13", date(2026, 5, 17))),
    ],
)
def test_the_periods_of_each_class(
    classes: tuple[str, ...], least: tuple[str, date] | None, most: tuple[str, date] | None
) -> None:
    case = Ended(classes=classes, ended_on=date(2026, 4, 17), released_on=date(2026, 3, 2))
    law = LAW.at(date(2026, 11, 1))
    found = [(one.row.id, one.last) if one else None for one in (kept(case, law), due(case, law))]
    assert found == [least, most]


@pytest.mark.parametrize(
    ("begun", "last"),
    [
        (date(2024, 2, 29), date(2027, 2, 28)),  # there is no such day three years later
        (date(2025, 2, 28), date(2028, 2, 28)),
        (date(2026, 12, 31), date(2029, 12, 31)),
    ],
)
def test_months_end_on_the_day_of_the_same_number_or_the_last_there_is(begun: date, last: date) -> None:
    case = Ended(classes=("accepted",), ended_on=begun, released_on=begun)
    found = kept(case, LAW.at(date(2029, 1, 1)))
    assert found is not None and found.last == last


def test_customs_count_from_the_release_and_trade_from_the_end() -> None:
    case = Ended(classes=("accepted",), ended_on=date(2026, 3, 1), released_on=date(2026, 3, 2))
    found = kept(case, LAW.at(date(2026, 11, 1)))
    assert found is not None and (found.row.id, found.last) == ("RT01", date(2029, 3, 2))


def test_what_was_never_released_counts_from_its_end() -> None:
    case = Ended(classes=("accepted",), ended_on=date(2026, 3, 9))
    found = kept(case, LAW.at(date(2026, 11, 1)))
    assert found is not None and found.last == date(2029, 3, 9)


def test_before_the_law_of_persons_there_was_no_longest_period() -> None:
    law = LAW.at(date(2021, 10, 31))
    assert due(ENDED, law) is None
    assert bases(ENDED, law) == ()


def test_a_case_ends_when_it_is_closed_and_paid_whatever_is_said_of_it_later() -> None:
    closed, paid_at = NOW + timedelta(days=46), NOW + timedelta(days=60)
    document = a_document(accepted_at=NOW, released_at=NOW, closed_at=closed, bill=paid(paid_at))
    case = ended((document, a_document("order", status="120")), NOW + timedelta(days=900), of="order")
    assert case == Ended(classes=("accepted",), ended_on=date(2026, 5, 1), released_on=date(2026, 3, 2))


def test_what_is_not_closed_ends_with_what_happened_last() -> None:
    document = a_document(status="430", accepted_at=NOW)
    case = ended((document,), NOW + timedelta(days=9), of="order")
    assert case == Ended(classes=("accepted",), ended_on=date(2026, 3, 11))


@pytest.mark.parametrize(
    ("documents", "of", "classes"),
    [
        ((), "order", ("refused",)),
        ((), "filing", ("refused",)),
        ((a_document("order", status="100"),), "order", ("unaccepted",)),
        ((a_document(status="100"),), "order", ("unaccepted",)),
        ((a_document("waybill", status="100"),), "waybill", ("unaccepted",)),
        ((a_document("entry_list", status="120"),), "entry_list", ("site",)),
        (
            (
                a_document(accepted_at=NOW),
                a_document("order", pull=Pull(session="s", state="passed", opened_at=NOW, until=NOW)),
            ),
            "order",
            ("accepted", "payment_pull"),
        ),
    ],
)
def test_the_class_is_that_of_what_became_of_it(
    documents: tuple[Document, ...], of: str, classes: tuple[str, ...]
) -> None:
    assert ended(documents, NOW, of=of).classes == classes


@pytest.mark.parametrize(
    ("document", "finished"),
    [
        (a_document(status="800"), True),  # by a law without tax bills this is the end
        (a_document(status="899", bill=paid(None)), False),
        (a_document(status="899", bill=paid(NOW)), True),
        (a_document(status="300"), False),
        (a_document(status="100"), True),
        (a_document(status="430"), True),
        (a_document("order", status="120", used_by=(AGENT, "C1")), True),  # it goes along with its inventory
        (a_document("order", status="2"), False),
        (a_document("order", status="120", used_by=(AGENT, "C1"),
                    pull=Pull(session="s", state="open", opened_at=NOW, until=NOW)), False),
        (a_document("goods_return", status="120"), False),
    ],
)  # fmt: skip
def test_a_case_is_finished_when_nothing_has_to_happen_any_more(document: Document, finished: bool) -> None:
    assert (unfinished((document,)) is None) is finished


@pytest.mark.parametrize(
    ("day", "basis", "rule"),
    [
        (date(2029, 4, 17), "RT14", "ER03"),
        (date(2029, 4, 18), "RT14", None),
        (date(2029, 4, 18), "RT03", "ER04"),
        (date(2030, 4, 17), "RT03", "ER04"),
        (date(2030, 4, 18), "RT03", None),
        (date(2029, 4, 17), "RT03", "ER03"),  # the minimum is named before the rest
        (date(2030, 4, 18), "RT02", "ER05"),
        (date(2030, 4, 18), "RT06", "ER05"),
    ],
)
def test_the_day_decides(day: date, basis: str, rule: str | None) -> None:
    found = refusal(basis, "a", "b", (a_document(),), ENDED, LAW.at(day))
    assert (found.rule_id if found else None) == rule
    if rule == "ER03":
        assert found is not None and (found.expected, found.law_row) == ("> 2029-04-17", "RT02")


@pytest.mark.parametrize(("actor", "approver"), [("a", "a"), ("A ", "a"), ("", "b"), ("a", " ")])
def test_one_person_alone_erases_nothing(actor: str, approver: str) -> None:
    found = refusal("RT14", actor, approver, (a_document(),), ENDED, LAW.at(date(2035, 1, 1)))
    assert found is not None and found.rule_id == "ER06"


def test_an_open_case_is_named() -> None:
    found = refusal("RT14", "a", "b", (a_document(status="300"),), ENDED, LAW.at(date(2035, 1, 1)))
    assert found is not None
    assert (found.rule_id, found.document, found.found) == ("ER02", "inventory", f"{AGENT}/C1 300")


def test_what_is_left_names_nobody() -> None:
    left = closing(a_document(bill=paid(NOW)), 7)
    assert (left.events, left.status, left.billed, left.taxPrice) == (7, "899", Decimal("14.56"), None)
    assert closing(None, 2).status == ""


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda one: one.id)
def test_every_refusal_speaks_both_languages(entry: Any) -> None:
    for zh, en in ((entry.zh, entry.en), (entry.fix_zh, entry.fix_en)):
        assert any("\u4e00" <= letter <= "\u9fff" for letter in zh) and en.isascii()
