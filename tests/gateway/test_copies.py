"""Copies of data over the API: what a subscriber is shown of another's filing, and when it is shown nothing more."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.clearance.playstore import AGENT, BUYER_ID, DXP, PLATFORM
from tests.engine.house import House, a_set
from tests.engine.test_copies import subscription, with_subscriptions
from tests.gateway import papers
from tests.gateway.conftest import House as Served
from tests.gateway.state import FakeReader
from tongguan.gateway.copies import copies_page
from tongguan.registry.model import SubscriptionRow
from tongguan.registry.snapshot import build_registry

FRIEND, TODAY = DXP[AGENT], date(2026, 3, 2)


def shown(tmp_path: Path, now: SubscriptionRow | None, today: date = TODAY) -> dict[str, Any]:
    """What the friend sees of an order that named it while it was recorded for all; ``now`` is the row of today."""
    house = House(tmp_path / "store", registry=with_subscriptions(subscription("ALL")))
    house.file(replace(a_set(1)["order"], copy_to=(FRIEND,)))
    with house.engine() as engine:
        engine.drain()
    found, cursor = house.reader().copies(FRIEND)
    registry = build_registry(with_subscriptions(*([now] if now else [])))
    (copy,) = copies_page(FRIEND, found, cursor, False, registry, today).copies
    assert (copy.kind, copy.key, copy.sender) == ("order", (PLATFORM, "SBX000001"), DXP[PLATFORM])
    assert copy.filing_id == "G01-000000000001" and copy.message_type == "CEB311Message"
    return msgspec.to_builtins(copy)["record"]


def test_data_are_shown_as_the_recorded_role_sees_them(tmp_path: Path) -> None:
    record = shown(tmp_path, subscription("ALL"))
    head = record["OrderHead"]
    assert head["orderNo"] == "SBX000001"
    assert head["buyerIdNumber"] == BUYER_ID[0] + "*" * 16 + BUYER_ID[-1], "masked for a declarant"
    assert "buyerRegNo" not in head, "not for a declarant"
    assert len(record["OrderList"]) == len(a_set(1)["order"].record.OrderList)
    whole = shown(tmp_path / "2", subscription("ALL", role="platform"))
    assert whole["OrderHead"]["buyerIdNumber"] == BUYER_ID


def test_fields_that_are_named_narrow_it_down(tmp_path: Path) -> None:
    row = subscription("DATA", fields=("OrderHead.orderNo", "OrderList.qty", "OrderHead.buyerRegNo"))
    record = shown(tmp_path, row)
    assert record["OrderHead"] == {"orderNo": "SBX000001"}, "naming a field shows nothing that the role may not see"
    assert all(set(line) == {"qty"} for line in record["OrderList"])
    only_lines = shown(tmp_path / "2", subscription("DATA", fields=("OrderList.qty",)))
    assert set(only_lines) == {"OrderList"}


@pytest.mark.parametrize(
    "row",
    [None, subscription("RET"), subscription("ALL", valid_to=date(2026, 3, 1)), subscription("ALL", party_code=AGENT)],
    ids=["gone", "receipts only now", "ended yesterday", "for another filer"],
)
def test_without_a_row_today_nothing_of_it_is_shown_any_more(tmp_path: Path, row: SubscriptionRow | None) -> None:
    assert shown(tmp_path, row) == {}


class WithCopies(FakeReader):
    def copies(self, dxp_id: str, after: str, limit: int) -> tuple[list[Any], str]:
        return [], after


def test_a_party_reads_its_own_copies_only(new_house: Any) -> None:
    house: Served = new_house()
    house.reader = WithCopies()
    house.reading._open_reader = lambda store: house.reader  # type: ignore[arg-type, return-value]
    page = house.get(f"/dxp/{papers.DXP}/copies").json()
    assert page == {"dxpId": papers.DXP, "copies": [], "next": "", "more": False}
    assert house.get(f"/dxp/{papers.OTHER_DXP}/copies").status_code == 403
    assert house.get(f"/dxp/{papers.DXP}/copies", house.officer).status_code == 403
    assert house.get(f"/dxp/{papers.DXP}/copies", house.operator).status_code == 200
