"""From a filing in an inbox to receipts out."""

from __future__ import annotations

from pathlib import Path

from tests.engine.house import House


def test_a_good_set_is_released(tmp_path: Path) -> None:
    house = House(tmp_path / "store")
    made = house.file_set()
    with house.engine() as engine:
        report = engine.drain()
    assert report.events == 6  # law, registry, four records
    assert {kind: house.status(filed) for kind, filed in made.items()} == {
        "order": "120",
        "payment": "120",
        "waybill": "120",
        "inventory": "800",
    }
