"""A registry packed into bytes that can be kept, named by their digest and looked up in."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Hashable, Iterable
from datetime import date
from functools import cached_property
from typing import TypeVar

import msgspec

from tongguan.ceb.signature.parsed import number_text
from tongguan.registry.expiry import Ending, endings
from tongguan.registry.identities import IdentityRegister, seal
from tongguan.registry.model import BookItemRow, CertificateRow, GuaranteeRow, PartyRow, SiteRow
from tongguan.registry.officers import Roster
from tongguan.registry.subscriptions import Subscriptions
from tongguan.registry.tables import RegistryTables

FORM = 1
"""The form of the packed bytes, their first byte. Bytes of a later form are refused by name."""

_NUMBER = re.compile(r"[0-9A-F]{1,64}", re.ASCII)

T = TypeVar("T")
Key = TypeVar("Key", bound=Hashable)


class RegistryFault(Exception):
    """The bytes are no registry snapshot of a form that this version reads."""


def pack_registry(tables: RegistryTables, identity_key: bytes = b"") -> bytes:
    """Equal tables give equal bytes, whatever the order of the rows in the folder.

    The identity register is sealed under ``identity_key``. Raises RegistryFault where there is one and no key.
    """
    if tables.people and not identity_key:
        raise RegistryFault("身份登记没有密钥，不能打包 / an identity register cannot be packed without a key")
    sealed = sorted((seal(identity_key, one.number, one.name) for one in tables.people), key=lambda row: row.number)
    kept = msgspec.structs.replace(tables, people=(), identities=(*tables.identities, *sealed))
    return bytes((FORM,)) + msgspec.msgpack.encode(kept)


def registry_digest(packed: bytes) -> str:
    """The name of a snapshot: SHA-256 of its bytes in lower-case hex."""
    return hashlib.sha256(packed).hexdigest()


def build_registry(packed: bytes) -> Registry:
    """The registry of packed bytes. Raises RegistryFault."""
    if packed[:1] != bytes((FORM,)):
        raise RegistryFault("登记库快照的格式未知 / the registry snapshot has an unknown form")
    try:
        tables = msgspec.msgpack.decode(packed[1:], type=RegistryTables)
    except msgspec.MsgspecError as broken:
        raise RegistryFault("登记库快照已损坏 / the registry snapshot is damaged") from broken
    return Registry(registry_digest(packed), tables)


class Registry:
    """Look-ups over one snapshot, each by dictionary; days are dates in China. ``digest`` names the snapshot."""

    def __init__(self, digest: str, tables: RegistryTables) -> None:
        self.digest, self.tables = digest, tables
        self._parties = _grouped(tables.parties, lambda row: row.code)
        self._filers = _grouped((row for row in tables.parties if row.dxp_id), lambda row: row.dxp_id)
        self._certificates = {row.fingerprint: row for row in tables.certificates}
        self._numbers = {row.number: row for row in tables.certificates}
        self._encoded = dict(tables.certificate_files)
        self._guarantees = _grouped(tables.guarantees, lambda row: row.assure_code)
        self._book_items = {(row.ems_no, row.item_record_no): row for row in tables.book_items}
        self._sites = {row.loct_no: row for row in tables.sites}
        self.roster = Roster(tables.officers, tables.shifts, tables.conflicts)
        self.identities = IdentityRegister(tables.identities)
        self.subscriptions = Subscriptions(tables.subscriptions)

    @cached_property
    def endings(self) -> dict[str, tuple[Ending, ...]]:
        """What comes to an end, by the code of its party; made when first asked for."""
        return endings(self._parties, self._guarantees, self.tables.certificates)

    def party(self, code: str, day: date) -> PartyRow | None:
        """The company with this code, registered on that day."""
        return _of_day(self._parties.get(code, ()), day)

    def by_dxp(self, dxp_id: str, day: date) -> PartyRow | None:
        """The company that files under this exchange id on that day."""
        return _of_day(self._filers.get(dxp_id, ()), day)

    def certificate(self, fingerprint_hex: str) -> CertificateRow | None:
        """The certificate whose DER has this SHA-256 (lower-case hex), expired and revoked ones too."""
        return self._certificates.get(fingerprint_hex)

    def certificate_by_number(self, number: str) -> CertificateRow | None:
        """The certificate with this number, in hexadecimal (any case, colons, leading zeros) or in decimal."""
        plain = number.strip().replace(":", "").upper()
        if not _NUMBER.fullmatch(plain):
            return None
        found = self._numbers.get(number_text(int(plain, 16)))
        if found is None and plain.isdigit():
            found = self._numbers.get(number_text(int(plain)))
        return found

    def certificate_der(self, number: str) -> bytes | None:
        """The DER of the certificate with this number, as ``certificate_by_number`` takes it."""
        row = self.certificate_by_number(number)
        return self._encoded.get(row.fingerprint) if row else None

    def guarantee(self, assure_code: str, day: date) -> GuaranteeRow | None:
        """The guarantee of this guarantor in force on that day; an expired or future one is not given."""
        return _of_day(self._guarantees.get(assure_code, ()), day)

    def guarantees(self) -> tuple[GuaranteeRow, ...]:
        """All guarantees, by guarantor and first day."""
        return self.tables.guarantees

    def book_item(self, ems_no: str, item_record_no: str) -> BookItemRow | None:
        """One item of an account book."""
        return self._book_items.get((ems_no, item_record_no))

    def book_items(self) -> tuple[BookItemRow, ...]:
        """All items, by account book and number."""
        return self.tables.book_items

    def site(self, loct_no: str) -> SiteRow | None:
        """The supervised site with this code."""
        return self._sites.get(loct_no)


def _grouped(rows: Iterable[T], key: Callable[[T], Key]) -> dict[Key, tuple[T, ...]]:
    """Rows by key; the few rows of one key (periods of one company) are kept together."""
    found: dict[Key, list[T]] = {}
    for row in rows:
        found.setdefault(key(row), []).append(row)
    return {name: tuple(group) for name, group in found.items()}


D = TypeVar("D", PartyRow, GuaranteeRow)


def _of_day(rows: tuple[D, ...], day: date) -> D | None:
    """The row in force on a day, None where there is none."""
    for row in rows:
        if row.valid_from <= day and (row.valid_to is None or day <= row.valid_to):
            return row
    return None
