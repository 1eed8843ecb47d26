"""A packed registry: the same bytes for the same rows, and look-ups that know the day."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta

import pytest

from tests.registry import folder as far
from tests.registry.folder import folder
from tongguan.registry.snapshot import Registry, RegistryFault, build_registry, pack_registry
from tongguan.registry.tables import read_registry

DAY = date(2026, 3, 2)
KEY = b"a key of a store that is invented"


def packed(**changed: str | bytes | None) -> bytes:
    """The packed bytes of the stranger's folder."""
    reading = read_registry(folder(**changed))
    assert reading.tables is not None, reading.problems
    return pack_registry(reading.tables, KEY)


@pytest.fixture(scope="module")
def registry() -> Registry:
    """The stranger's registry."""
    return build_registry(packed())


def test_the_order_of_rows_does_not_change_the_bytes() -> None:
    header, *rows = far.PARTIES.splitlines()
    assert packed(parties_csv="\n".join([header, *reversed(rows)])) == packed()


def test_a_changed_cell_changes_the_digest() -> None:
    changed = packed(sites_csv=far.SITES.replace("远方场所二", "远方场所三"))
    assert build_registry(changed).digest != build_registry(packed()).digest


def test_the_digest_is_that_of_the_bytes(registry: Registry) -> None:
    assert registry.digest == hashlib.sha256(packed()).hexdigest()


@pytest.mark.parametrize(
    ("day", "profile"),
    [
        pytest.param(date(2025, 12, 31), None, id="before the first day"),
        pytest.param(date(2026, 1, 1), "lenient", id="on the first day"),
        pytest.param(date(2026, 12, 31), "lenient", id="on the last day of the first row"),
        pytest.param(date(2027, 1, 1), "strict", id="on the first day of the second row"),
        pytest.param(date(2099, 1, 1), "strict", id="without an end"),
    ],
)
def test_a_party_is_found_by_code_and_by_exchange_id_on_its_days(
    registry: Registry, day: date, profile: str | None
) -> None:
    for found in (registry.party("88AA000002", day), registry.by_dxp("FAR0000000000002", day)):
        assert (found.profile if found else None) == profile


def test_a_party_that_files_nothing_has_no_exchange_id(registry: Registry) -> None:
    assert registry.party("88AA000003", DAY) is not None
    assert registry.by_dxp("", DAY) is None


@pytest.mark.parametrize("number", ["1001", "4097", "00:10:01", " 1001 ", "001001"])
def test_a_certificate_is_found_by_its_number_in_any_writing(registry: Registry, number: str) -> None:
    found = registry.certificate_by_number(number)
    assert found is not None
    assert found == registry.certificate(found.fingerprint)
    assert found.party_code == "88AA000001"


@pytest.mark.parametrize("number", ["", "xyz", "-1001", "9" * 65, "１００１", "0x1001", "10_01", "1003"])
def test_a_number_of_no_certificate_finds_none(registry: Registry, number: str) -> None:
    assert registry.certificate_by_number(number) is None


def test_a_guarantee_is_found_while_it_runs(registry: Registry) -> None:
    kinds = [
        row.kind if (row := registry.guarantee("88AA000002", day)) else None
        for day in (date(2025, 12, 31), date(2026, 6, 30), date(2026, 7, 1), date(2027, 1, 1))
    ]
    assert kinds == [None, "letter", "deposit", None]
    assert len(registry.guarantees()) == 2


def test_sites_and_items_are_found_by_their_keys(registry: Registry) -> None:
    site, item = registry.site("FAR0000001"), registry.book_item("T5165W000001", "2")
    assert site is not None and item is not None
    assert (site.needs_arrival, item.gcode) == (True, "0409000000")
    assert (registry.site("FAR9"), registry.book_item("T5165W000001", "9")) == (None, None)
    assert [row.item_record_no for row in registry.book_items()] == ["1", "2"]


def test_certificate_times_survive_packing(registry: Registry) -> None:
    found = registry.certificate_by_number("1002")
    assert found is not None
    assert (found.revoked_at, found.not_before, found.not_after) == (far.REVOKED, far.FROM, far.UNTIL)
    assert found.not_after.utcoffset() == timedelta(0)


@pytest.mark.parametrize("content", [b"", b"\x01", b"\x02\x80", b"\x01\x80", b"\xff" * 40])
def test_other_bytes_are_no_registry(content: bytes) -> None:
    with pytest.raises(RegistryFault):
        build_registry(content)


def test_a_cut_snapshot_is_no_registry() -> None:
    whole = packed()
    for at in range(1, len(whole), 97):
        with pytest.raises(RegistryFault):
            build_registry(whole[:at])
