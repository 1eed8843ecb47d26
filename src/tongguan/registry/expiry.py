"""When what the registry says of a party comes to an end: its registration, its certificates, its guarantees."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache
from typing import TypeVar

import msgspec

from tongguan.registry.model import CertificateRow, GuaranteeRow, PartyRow

REGISTRATION, CERTIFICATE, GUARANTEE = "registration", "certificate", "guarantee"
_CHINA = timezone(timedelta(hours=8))
_ONE_DAY = timedelta(days=1)
_ONE_SECOND = timedelta(seconds=1)
D = TypeVar("D", PartyRow, GuaranteeRow)


class Ending(msgspec.Struct, frozen=True, array_like=True):
    """One row ends and no other goes on from it.

    ``item``: registration, certificate, guarantee. ``name`` is the certificate's number or the kind of guarantee, empty
    for a registration. ``over`` is the first moment, aware UTC, at which it is not valid any more.
    """

    item: str
    name: str
    over: datetime

    @property
    def last_day(self) -> date:
        """The last day in China on which it was valid."""
        return (self.over - _ONE_SECOND).astimezone(_CHINA).date()


def endings(
    parties: Mapping[str, tuple[PartyRow, ...]],
    guarantees: Mapping[str, tuple[GuaranteeRow, ...]],
    certificates: Iterable[CertificateRow],
) -> dict[str, tuple[Ending, ...]]:
    """The endings of each party by its code, the earliest first; the former two come by code.

    A row that another one follows without a day between, and a certificate beside which the party has another that is
    valid longer, is renewed and does not end. Revoked certificates and those that no root vouches for are none.
    """
    found: dict[str, list[Ending]] = {}
    for code, rows in parties.items():
        if ends := [
            Ending(REGISTRATION, "", _after(row.valid_to)) for row in rows if _ends(row, rows) and row.valid_to
        ]:
            found[code] = ends
    for code, guaranteed in guarantees.items():
        if ends := [Ending(GUARANTEE, row.kind, _after(row.valid_to)) for row in guaranteed if _ends(row, guaranteed)]:
            found.setdefault(code, []).extend(ends)
    by_party: dict[str, list[CertificateRow]] = {}
    for one in certificates:
        if one.chain == "ok" and one.revoked_at is None:
            by_party.setdefault(one.party_code, []).append(one)
    for code, held in by_party.items():
        found.setdefault(code, []).extend(
            Ending(CERTIFICATE, one.number, one.not_after + _ONE_SECOND) for one in held if not _is_renewed(one, held)
        )
    return {code: tuple(sorted(ends, key=_order)) if len(ends) > 1 else tuple(ends) for code, ends in found.items()}


def _order(one: Ending) -> tuple[datetime, str, str]:
    return one.over, one.item, one.name


def _ends(row: D, rows: tuple[D, ...]) -> bool:
    """Whether a dated row has a last day and no other row carries on."""
    last = row.valid_to
    if last is None:
        return False
    return len(rows) == 1 or not any(
        other.valid_from <= last + _ONE_DAY and (other.valid_to is None or other.valid_to > last) for other in rows
    )


def _is_renewed(one: CertificateRow, held: list[CertificateRow]) -> bool:
    return len(held) > 1 and any(
        other.dxp_id == one.dxp_id and other.not_before <= one.not_after < other.not_after for other in held
    )


@lru_cache(maxsize=4096)  # many rows end with the same day, above all with a year
def _after(last: date) -> datetime:
    """The midnight in China that ends a day, in UTC."""
    return datetime(last.year, last.month, last.day, 16, tzinfo=UTC)
