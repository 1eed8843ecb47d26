"""Rows of the registry: who may file what. Frozen, and pure over a snapshot: nothing here looks anything up."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import msgspec


class PartyRow(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One registered company.

    ``code`` is the 10-character customs registration code or the 18-character credit code, as filed.
    ``roles`` holds words of ``registry.roles``: platform, merchant, payment, logistics, declarant, bonded, operator,
    guarantor. ``dxp_id`` is the exchange id the company files under; empty when it files nothing itself.
    """

    code: str
    name: str
    roles: tuple[str, ...]
    dxp_id: str = ""
    profile: str = "strict"
    valid_from: date
    valid_to: date | None = None


class CertificateRow(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One certificate of a party. ``fingerprint`` is the SHA-256 of its DER form in lower-case hex.

    ``chain`` is ``ok``, or the step at which the check against the configured roots failed when it was registered.
    """

    number: str
    fingerprint: str
    party_code: str
    dxp_id: str
    algorithm: str
    not_before: datetime
    not_after: datetime
    revoked_at: datetime | None = None
    chain: str = "ok"


class GuaranteeRow(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A tax guarantee. ``amount`` in yuan is what may be held and used in all."""

    assure_code: str
    kind: str
    amount: Decimal
    valid_from: date
    valid_to: date


class SiteRow(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A supervised site; ``needs_arrival`` says that 9610 waits there for the warehouse entry list."""

    loct_no: str
    customs_code: str
    name: str
    operator_code: str
    needs_arrival: bool = False


class BookItemRow(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One item of a bonded account book. ``qty1`` is the stock in ``unit1``; ``price`` in yuan a ``unit``."""

    ems_no: str
    item_record_no: str
    area_code: str
    gcode: str
    unit: str
    unit1: str
    country: str
    qty1: Decimal
    price: Decimal


class OfficerRow(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A registered officer of an agency.

    ``customs_code`` is the office, or ``*`` for all. A higher ``rank`` stands above a lower one. ``roles`` holds words
    of ``registry.roles.OFFICER_ROLES``.
    """

    officer_id: str
    name: str
    agency: str
    customs_code: str
    rank: int
    roles: tuple[str, ...]
    valid_from: date
    valid_to: date | None = None


class ShiftRow(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """When an officer is on duty: from ``begins`` until just before ``ends``, aware."""

    officer_id: str
    begins: datetime
    ends: datetime


class ConflictRow(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An officer who may not handle what a party takes part in (回避)."""

    officer_id: str
    party_code: str


class SubscriptionRow(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who may get copies of what a company files: RET receipts, DATA the filing itself, ALL both.

    ``dxp_id`` is the subscriber's exchange id, ``party_code`` the filer's company. ``role`` is as whom the subscriber
    sees the data (``registry.roles.SUBSCRIBER_ROLES``), ``fields`` narrows that down (``OrderHead.orderNo``; () = no).
    """

    dxp_id: str
    party_code: str
    copies: str
    role: str = ""
    fields: tuple[str, ...] = ()
    valid_from: date
    valid_to: date | None = None
