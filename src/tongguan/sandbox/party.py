"""A new sandbox party, for somebody who tries their own software: code, exchange id, key, certificate."""

from __future__ import annotations

import csv
import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import msgspec

from tongguan.ceb.signature.issue import issue_test_ca
from tongguan.ceb.signature.sign import Signer
from tongguan.sandbox.authority import FIRST_SERIAL, ORGANIZATION, YEAR, Held, issue_certificate
from tongguan.sandbox.companies import ROLES, Company
from tongguan.sandbox.error import SandboxError
from tongguan.sandbox.registry_folder import certificates_csv, guarantees_csv, parties_csv

KIND = 90
"""The two digits of codes and exchange ids that new parties have, apart from the sandbox's own companies."""
PARTIES_MOST = 999


class PartyError(SandboxError):
    """The party cannot be made."""


class NewParty(msgspec.Struct, frozen=True, kw_only=True):
    """What its owner needs to know. ``number`` is the certificate number, for KeyName."""

    code: str
    name: str
    dxp_id: str
    number: str
    certificate: Path
    key: Path


def party_new(out: Path, name: str, roles: Sequence[str], start: datetime, algorithm: str = "SM2") -> NewParty:
    """Add a party to ``out/registry``, a folder that ``registry import`` takes, and its key to ``out/keys``.

    The folder may be empty, absent, or one that ``make`` or an earlier call wrote: then the party joins the others.
    ``name`` gets the mark （SANDBOX）; ``roles`` are words of ``parties.csv``; ``algorithm`` is SM2 or RSA. ``start``
    (aware) is the moment from which it counts, less a year. Certificate and key are written with mode 0600 and never
    over existing files. A guarantor gets an ample guarantee. Raises PartyError.
    """
    _check(name, roles, start, algorithm)
    registry, keys = out / "registry", out / "keys"
    for folder in (registry / "certificates", registry / "roots", keys):
        folder.mkdir(parents=True, exist_ok=True)
    number = 1 + _made_before(registry / "parties.csv")
    if number > PARTIES_MOST:
        raise PartyError(f"沙箱企业已满 {PARTIES_MOST} 家", f"there are {PARTIES_MOST} sandbox parties already")
    company = Company(
        code=f"99009{KIND}{number:03d}",
        name=f"{name}（SANDBOX）",
        roles=tuple(roles),
        dxp_id=f"DXPENT9{KIND}0000{number:03d}",
    )
    held = _certified(company, number, algorithm, start, registry / "roots")
    certificate, key = registry / "certificates" / held.file, keys / f"{company.dxp_id}.pem"
    _write_secret(key, held.issued.key_pem)
    _write_secret(certificate, held.issued.certificate_pem)
    _append(registry / "parties.csv", parties_csv([company], start))
    _append(registry / "certificates.csv", certificates_csv([held]))
    if "guarantor" in roles:
        _append(registry / "guarantees.csv", guarantees_csv([company], start))
    return NewParty(
        code=company.code,
        name=company.name,
        dxp_id=company.dxp_id,
        number=held.signer.certificate.number,
        certificate=certificate,
        key=key,
    )


def _check(name: str, roles: Sequence[str], start: datetime, algorithm: str) -> None:
    if start.tzinfo is None:
        raise PartyError("起始时间必须带时区", "the start needs a time zone")
    if not 1 <= len(name.strip()) <= 80 or not name.isprintable():
        raise PartyError("名称应为 1 至 80 个字符", "a name has 1 to 80 characters")
    if not roles or not set(roles) <= set(ROLES):
        raise PartyError(f"角色应取自：{' '.join(ROLES)}", f"roles are of: {' '.join(ROLES)}")
    if algorithm not in ("SM2", "RSA"):
        raise PartyError("算法应为 SM2 或 RSA", "the algorithm is SM2 or RSA")


def _made_before(parties: Path) -> int:
    """The number of the last party made before in this folder."""
    if not parties.exists():
        return 0
    stem = f"99009{KIND}"
    with parties.open(encoding="utf-8-sig", newline="") as file:
        codes = [row["code"] for row in csv.DictReader(file)]
    return max((int(code[len(stem) :]) for code in codes if code.startswith(stem)), default=0)


def _certified(company: Company, number: int, algorithm: str, start: datetime, roots: Path) -> Held:
    """A certificate under a root of the party's own: the sandbox keeps no root key that could sign for others."""
    day = start.replace(microsecond=0)
    serial = FIRST_SERIAL + KIND * 0x10000 + 2 * number
    root = issue_test_ca(
        algorithm="SM2",
        common_name=f"沙箱根证书 SANDBOX ROOT {company.dxp_id}",
        organization=ORGANIZATION,
        serial=serial,
        not_before=day - YEAR,
        not_after=day + 10 * YEAR,
    )
    (roots / f"{company.dxp_id}.pem").write_bytes(root.certificate_pem)
    issued = issue_certificate(root, company, algorithm, serial + 1, day - YEAR, day + 5 * YEAR)
    signer = Signer(issued.key_pem, issued.certificate_pem)
    return Held(company=company, use=algorithm.lower(), issued=issued, signer=signer)


def _write_secret(path: Path, content: bytes) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as there:
        raise PartyError(f"文件已存在：{path.name}", f"the file exists already: {path.name}") from there
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)


def _append(path: Path, sheet: bytes) -> None:
    """Add the rows of ``sheet`` to the file; its header too when the file is new."""
    header, _, rows = sheet.partition(b"\n")
    if not path.exists():
        path.write_bytes(sheet)
        return
    before = path.read_bytes()
    if before.removeprefix(b"\xef\xbb\xbf").partition(b"\n")[0].strip() != header:
        raise PartyError(f"{path.name} 的表头不同", f"{path.name} has another header")
    path.write_bytes(before + (b"" if before.endswith(b"\n") else b"\n") + rows)
