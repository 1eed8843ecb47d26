"""What of a registry ends and goes on by no other row."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from tongguan.registry.expiry import Ending
from tongguan.registry.model import CertificateRow, GuaranteeRow, PartyRow
from tongguan.registry.snapshot import build_registry, pack_registry
from tongguan.registry.tables import RegistryTables

CODE, DXP = "99E1000001", "DXPENT9990000001"
START, END = date(2026, 1, 1), date(2026, 12, 31)
OVER = datetime(2026, 12, 31, 16, tzinfo=UTC)  # 1 January 2027, 00:00 in China
NOT_AFTER = datetime(2026, 12, 31, 15, 59, 59, tzinfo=UTC)


def party(first: date = START, last: date | None = END) -> PartyRow:
    return PartyRow(code=CODE, name="沙箱平台", roles=("platform",), dxp_id=DXP, valid_from=first, valid_to=last)


def guarantee(first: date = START, last: date = END) -> GuaranteeRow:
    return GuaranteeRow(assure_code=CODE, kind="cash", amount=Decimal(1), valid_from=first, valid_to=last)


def certificate(
    number: str = "1A", after: datetime = NOT_AFTER, before: datetime | None = None, **more
) -> CertificateRow:
    fields = {"dxp_id": DXP, **more}
    return CertificateRow(
        number=number, fingerprint=number * 32, party_code=CODE, algorithm="SM2",
        not_before=before or datetime(2026, 1, 1, tzinfo=UTC), not_after=after, **fields,
    )  # fmt: skip


def ends(*, parties: tuple = (), guarantees: tuple = (), certificates: tuple = ()) -> tuple[Ending, ...]:
    tables = RegistryTables(parties=parties, guarantees=guarantees, certificates=certificates)
    return build_registry(pack_registry(tables)).endings.get(CODE, ())


def test_each_kind_ends_with_its_last_day_in_china() -> None:
    found = ends(parties=(party(),), guarantees=(guarantee(),), certificates=(certificate(),))
    assert found == (
        Ending("certificate", "1A", OVER), Ending("guarantee", "cash", OVER), Ending("registration", "", OVER)
    )  # fmt: skip
    assert {one.last_day for one in found} == {END}


def test_a_certificate_that_ends_in_the_day_has_that_day_for_its_last() -> None:
    (found,) = ends(certificates=(certificate(after=datetime(2026, 12, 31, 16, 0, 0, tzinfo=UTC)),))
    assert found.last_day == date(2027, 1, 1) and found.over == datetime(2026, 12, 31, 16, 0, 1, tzinfo=UTC)


NEXT = END + timedelta(days=1)


@pytest.mark.parametrize(
    ("rows", "count"),
    [
        pytest.param((party(last=None),), 0, id="without an end"),
        pytest.param((party(), party(NEXT, None)), 0, id="renewed without a day between"),
        pytest.param((party(), party(NEXT + timedelta(days=1), None)), 1, id="a day between"),
        pytest.param((party(), party(NEXT, date(2027, 12, 31))), 1, id="only the last of two ends"),
    ],
)
def test_a_registration_that_another_row_carries_on_does_not_end(rows: tuple, count: int) -> None:
    found = ends(parties=rows)
    assert len(found) == count
    if len(rows) == 2 and rows[1].valid_to:
        assert found[0].last_day == rows[1].valid_to


def test_a_guarantee_that_another_carries_on_does_not_end() -> None:
    found = ends(guarantees=(guarantee(), guarantee(NEXT, date(2027, 6, 30))))
    assert [one.last_day for one in found] == [date(2027, 6, 30)]


LATER = datetime(2027, 6, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("other", "numbers"),
    [
        pytest.param(certificate("2B", LATER), ["2B"], id="another that is valid longer"),
        pytest.param(certificate("2B", LATER, NOT_AFTER), ["2B"], id="it begins as the first ends"),
        pytest.param(certificate("2B", LATER, NOT_AFTER + timedelta(seconds=1)), ["1A", "2B"], id="a second between"),
        pytest.param(certificate("2B", LATER, dxp_id="DXPENT9990000002"), ["1A", "2B"], id="of another exchange id"),
        pytest.param(certificate("2B", LATER, revoked_at=NOT_AFTER), ["1A"], id="a revoked one renews nothing"),
        pytest.param(certificate("2B", LATER, chain="root"), ["1A"], id="nor one that no root vouches for"),
    ],
)
def test_a_certificate_is_renewed_by_one_of_the_same_exchange_id(other: CertificateRow, numbers: list[str]) -> None:
    assert [one.name for one in ends(certificates=(certificate(), other))] == numbers
