"""Copies through a real store: looked up in the registry of the day, kept with the event, the same in a replay."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import msgspec
import pytest

from tests.clearance.playstore import DXP, PLATFORM
from tests.engine.house import AGENT, House, a_set, registry
from tongguan.engine.replay import replay
from tongguan.registry.model import SubscriptionRow
from tongguan.registry.snapshot import build_registry, pack_registry
from tongguan.store.reading import BadCursor

FRIEND = DXP[AGENT]


def with_subscriptions(*rows: SubscriptionRow) -> bytes:
    tables = build_registry(registry()).tables
    return pack_registry(msgspec.structs.replace(tables, subscriptions=rows))


def subscription(copies: str, **changes: object) -> SubscriptionRow:
    """The declarant's subscription to what the platform files."""
    row = SubscriptionRow(
        dxp_id=FRIEND, party_code=PLATFORM, copies=copies, role="declarant", valid_from=date(2026, 1, 1)
    )
    return msgspec.structs.replace(row, **changes)


def filed_and_decided(house: House, **named: tuple[str, ...]) -> None:
    house.file(replace(a_set(1)["order"], **named))
    with house.engine() as engine:
        engine.drain()


def statuses(house: House, dxp_id: str) -> list[str]:
    return [one.receipt.status for one in house.reader().receipts(dxp_id)[0]]


@pytest.mark.parametrize(
    ("copies", "receipts", "data"), [("RET", ["2", "3"], 0), ("DATA", [], 1), ("ALL", ["2", "3"], 1)]
)
def test_a_subscriber_gets_what_its_row_says(tmp_path: Path, copies: str, receipts: list[str], data: int) -> None:
    house = House(tmp_path / "store", registry=with_subscriptions(subscription(copies)))
    filed_and_decided(house, subscribers=(FRIEND,), copy_to=(FRIEND,))
    assert statuses(house, FRIEND) == receipts
    found, cursor = house.reader().copies(FRIEND)
    assert [one.key for one in found] == [(PLATFORM, "SBX000001")] * data
    assert house.reader().copies(FRIEND, cursor) == ([], cursor)
    assert replay(house.store).same


@pytest.mark.parametrize(
    "row",
    [
        None,
        subscription("ALL", valid_to=date(2026, 1, 2)),
        subscription("ALL", valid_from=date(2030, 1, 1)),
        subscription("ALL", party_code=AGENT),
        subscription("ALL", dxp_id="DXPENT9990000099"),
    ],
    ids=["none", "over", "not yet", "another filer", "another subscriber"],
)
def test_without_a_row_in_force_there_is_no_copy(tmp_path: Path, row: SubscriptionRow | None) -> None:
    house = House(tmp_path / "store", registry=with_subscriptions(*([row] if row else [])))
    filed_and_decided(house, subscribers=(FRIEND,), copy_to=(FRIEND,))
    assert statuses(house, DXP[PLATFORM]) == ["2", "3"]
    assert statuses(house, FRIEND) == []
    assert house.reader().copies(FRIEND) == ([], "")


def test_a_replay_names_a_copy_that_was_added_or_taken_away(tmp_path: Path) -> None:
    house = House(tmp_path / "store", registry=with_subscriptions(subscription("DATA")))
    filed_and_decided(house, copy_to=(FRIEND,))
    import sqlite3

    with sqlite3.connect(house.store.state_path) as db:
        db.execute("UPDATE copies SET dxp_id = 'DXPENT9990000099'")
    named = {(one.field, one.found) for one in replay(house.store).differences}
    assert named == {("copy to DXPENT9990000099", "missing"), (f"copy to {FRIEND}", "given")}


def test_a_cursor_that_was_never_given_is_refused(tmp_path: Path) -> None:
    house = House(tmp_path / "store")
    filed_and_decided(house)
    with pytest.raises(BadCursor):
        house.reader().copies(FRIEND, "nonsense")
