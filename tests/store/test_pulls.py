"""The tables of the pull: addresses and the questions under way."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from tongguan.store.pulls import Pulls, Session

AT, LATER = "2026-03-02T04:00:00.000Z", "2026-03-02T05:00:00.000Z"
URL, OTHER = "http://127.0.0.1:1/platDataOpen", "https://shop.invalid/platDataOpen"


@pytest.fixture
def pulls(tmp_path: Path) -> Pulls:
    return Pulls(tmp_path / "pulls.db")


def session(name: str = "s1", **fields: str) -> Session:
    given = {"purpose": "pull", "ebp_code": "E1", "order_no": "O1", "url": URL, "opened_by": "officer", "opened_at": AT,
             "until_at": LATER}  # fmt: skip
    return Session(session_id=name, **(given | fields))


def test_an_address_is_new_until_it_is_tested_and_again_after_it_was_registered_anew(pulls: Pulls) -> None:
    assert pulls.register("E1", URL, "one", AT).state == "new"
    assert pulls.set_state("E1", URL, "on", LATER)
    assert [(row.state, row.tested_at) for row in pulls.addresses("E1")] == [("on", LATER)]
    row = pulls.register("E1", URL, "two", LATER)
    assert (row.state, row.registered_by, row.tested_at) == ("new", "two", LATER)


def test_an_address_that_is_not_there_is_not_switched(pulls: Pulls) -> None:
    assert not pulls.set_state("E1", URL, "on", AT)


def test_addresses_are_those_of_one_platform_or_of_all(pulls: Pulls) -> None:
    pulls.register("E1", URL, "one", AT)
    pulls.register("E1", OTHER, "one", LATER)
    pulls.register("E2", URL, "one", AT)
    assert [row.url for row in pulls.addresses("E1")] == [URL, OTHER]
    assert [row.url for row in pulls.addresses("E1", OTHER)] == [OTHER]
    assert len(pulls.addresses()) == 3 and pulls.addresses("E3") == []


def test_a_question_is_closed_once(pulls: Pulls) -> None:
    pulls.open(session())
    assert pulls.close_session("s1", "uploaded", "10000", LATER, "d1")
    assert not pulls.close_session("s1", "refused", "HTTP 500", LATER)
    closed = msgspec.structs.replace(session(), state="uploaded", told="10000", digest="d1", closed_at=LATER)
    assert pulls.session("s1") == closed
    assert not pulls.close_session("s2", "refused", "", LATER) and pulls.session("s2") is None


def test_the_newest_questions_come_first(pulls: Pulls) -> None:
    pulls.open(session("s1", opened_at=AT))
    pulls.open(session("s2", opened_at=LATER))
    assert [one.session_id for one in pulls.sessions(10)] == ["s2", "s1"]
    assert [one.session_id for one in pulls.sessions(1)] == ["s2"]


def test_the_file_is_its_owners_alone_and_several_may_use_it(tmp_path: Path, pulls: Pulls) -> None:
    assert (tmp_path / "pulls.db").stat().st_mode & 0o777 == 0o600
    other = Pulls(tmp_path / "pulls.db")
    other.open(session())
    assert pulls.session("s1") == session()
    other.close()
