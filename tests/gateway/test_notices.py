"""What ends, over the API: a filer reads its own company's notices, operators and auditors all, officers none."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.clearance.playstore import AGENT, MERCHANT, PLATFORM
from tests.engine.test_officers import drained
from tests.gateway.test_commands import Office, rule_of
from tongguan.registry.snapshot import Registry, build_registry, pack_registry

LAST = date(2026, 3, 20)  # the house stands at 2 March: it ends within the thirty days


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path / "store")
    yield made
    made.reading.close()
    made.doors.close()


def ends(office: Office, *codes: str, last: date | None = LAST) -> None:
    """A registry in which these companies end, in force."""
    registry = office.api.registry()
    assert isinstance(registry, Registry)
    tables = registry.tables
    parties = tuple(
        msgspec.structs.replace(one, valid_to=last if one.code in codes else None) for one in tables.parties
    )
    packed = pack_registry(msgspec.structs.replace(tables, parties=parties))
    office.house.command("registry", snapshot=packed)
    drained(office.house)
    office.house.pass_time(seconds=1)
    drained(office.house)
    office.api.registry = lambda: build_registry(packed)


def page(office: Office, who: str, query: str = "") -> dict[str, Any]:
    answer = office.ask("GET", f"/notices{query}", who)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_filer_reads_its_own_and_operators_read_all(office: Office) -> None:
    ends(office, AGENT, MERCHANT)
    (notice,) = page(office, "agent")["notices"]
    assert (notice["partyCode"], notice["what"], notice["item"]) == (AGENT, "expires_soon", "registration")
    assert notice["lastDay"] == "2026-03-20" and "2026-03-20" in notice["textZh"] and "2026-03-20" in notice["textEn"]
    assert notice["fixZh"] and notice["fixEn"]
    assert page(office, "platform")["notices"] == []
    for who in ("operator", "auditor"):
        assert {one["partyCode"] for one in page(office, who)["notices"]} == {AGENT, MERCHANT}


def test_officers_and_strangers_read_none(office: Office) -> None:
    assert rule_of(office.ask("GET", "/notices", "chen")) == (403, "A02")
    assert rule_of(office.ask("GET", "/notices", "")) == (401, "A01")
    assert rule_of(office.ask("GET", "/notices?after=x", "agent")) == (400, "A12")


def test_pages_go_on_where_the_former_ended(office: Office) -> None:
    ends(office, AGENT, MERCHANT, PLATFORM)
    first = page(office, "operator", "?limit=2")
    assert len(first["notices"]) == 2 and first["more"] is True
    second = page(office, "operator", f"?limit=2&after={first['next']}")
    assert len(second["notices"]) == 1 and second["more"] is False
    assert len({one["partyCode"] for one in first["notices"] + second["notices"]}) == 3
    assert page(office, "operator", f"?after={second['next']}") == {
        "notices": [],
        "next": second["next"],
        "more": False,
    }


def test_what_was_renewed_since_is_left_out(office: Office) -> None:
    ends(office, AGENT)
    assert len(page(office, "agent")["notices"]) == 1
    ends(office, AGENT, last=None)
    assert page(office, "agent")["notices"] == []
