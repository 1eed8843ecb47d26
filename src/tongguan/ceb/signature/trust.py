"""Whether a certificate is trusted at a given moment: chain to a configured root, validity, revocation.

Nothing is fetched and no clock is read: roots, intermediates, revocation lists and the moment come in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Literal

from cryptography import x509
from cryptography.x509.oid import ExtensionOID

from tongguan.ceb import sm2
from tongguan.ceb.problem import Problem
from tongguan.ceb.signature.parsed import (
    Certificate,
    CertificateError,
    crl_issuer_der,
    issuer_der,
    key_info,
    signed_by,
    subject_der,
)
from tongguan.ceb.signature.problems import problem

Step = Literal["unknown", "expired", "revoked", "usage", "revocation_unknown"]

CHAIN_LONGEST = 5  # certificates from the filer's to the root
_UNDERSTOOD = {  # critical extensions that are looked at, or that ask nothing of us
    ExtensionOID.BASIC_CONSTRAINTS,
    ExtensionOID.KEY_USAGE,
    ExtensionOID.EXTENDED_KEY_USAGE,
    ExtensionOID.SUBJECT_ALTERNATIVE_NAME,
    ExtensionOID.CERTIFICATE_POLICIES,
}


def check_chain(
    certificate: Certificate,
    roots: Sequence[bytes],
    intermediates: Sequence[bytes],
    crl: Sequence[bytes],
    at: datetime,
    *,
    require_crl: bool = False,
) -> Step | None:
    """None when ``certificate`` is trusted at ``at`` (aware), else the step that fails.

    ``unknown``: no chain to a root; ``usage``: not a certificate to sign with; ``expired``: not in force at ``at``,
    itself or one above it; ``revoked``: on a list signed by its issuer, with a date up to ``at``;
    ``revocation_unknown``: ``require_crl`` is set and an issuer has no list in force at ``at``.
    A list that is out of date still revokes. A configured root is trusted itself, whatever its issuer.
    All inputs are DER or PEM; configured certificates that cannot be read raise CertificateError.
    """
    trusted = [read_authority(one) for one in roots]
    between = [read_authority(one) for one in intermediates]
    parsed = x509.load_der_x509_certificate(certificate.der)
    chains = list(_chains((certificate.der,), trusted, between))
    if not chains:
        return "unknown"
    if not _may_sign(parsed):
        return "usage"
    lists = [_read_crl(one) for one in crl]
    worst: Step | None = None
    for chain in chains:  # a renewed root gives several chains: one good one is enough
        worst = _check(chain, lists, at, require_crl)
        if worst is None:
            return None
    return worst


def read_authority(pem_or_der: bytes) -> bytes:
    """DER of a configured root or intermediate, which may have an ECDSA key too. Raises CertificateError."""
    try:
        encoded = sm2.from_pem(pem_or_der)
        _ = x509.load_der_x509_certificate(encoded).extensions
    except (ValueError, TypeError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType, sm2.Sm2Error) as broken:
        raise CertificateError("a configured root or intermediate certificate cannot be read") from broken
    return encoded


def _chains(chain: tuple[bytes, ...], roots: list[bytes], between: list[bytes]) -> Iterator[tuple[bytes, ...]]:
    """Every way from the last certificate of ``chain`` up to a root."""
    last = chain[-1]
    if last in roots:
        yield chain
        return
    if len(chain) == CHAIN_LONGEST:
        return
    below = x509.load_der_x509_certificate(last)
    if _not_understood(below.extensions):
        return
    for candidate in (*roots, *between):
        above = x509.load_der_x509_certificate(candidate)
        if (
            candidate not in chain
            and subject_der(candidate) == issuer_der(last)
            and _is_authority(above, len(chain) - 1)
            and signed_by(last, key_info(candidate))
        ):
            yield from _chains((*chain, candidate), roots, between)


def _not_understood(extensions: x509.Extensions) -> bool:
    return any(extension.critical and extension.oid not in _UNDERSTOOD for extension in extensions)


def _is_authority(parsed: x509.Certificate, authorities_below: int) -> bool:
    """Whether it may issue certificates, with so many authorities between it and the filer's."""
    extensions = parsed.extensions
    try:
        basic = extensions.get_extension_for_class(x509.BasicConstraints).value
    except x509.ExtensionNotFound:
        return parsed.version == x509.Version.v1  # a root of before extensions; the operator chose to trust it
    usage = _usage(parsed)
    too_deep = basic.path_length is not None and basic.path_length < authorities_below
    return basic.ca and not too_deep and (usage is None or usage.key_cert_sign) and not _not_understood(extensions)


def _usage(parsed: x509.Certificate) -> x509.KeyUsage | None:
    try:
        return parsed.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return None


def _may_sign(parsed: x509.Certificate) -> bool:
    usage = _usage(parsed)
    return usage is None or usage.digital_signature or usage.content_commitment


def _read_crl(pem_or_der: bytes) -> tuple[x509.CertificateRevocationList, bytes]:
    try:
        encoded = sm2.from_pem(pem_or_der)
        parsed = x509.load_der_x509_crl(encoded)
        _ = parsed.extensions
    except (ValueError, TypeError, x509.DuplicateExtension, sm2.Sm2Error) as broken:
        raise CertificateError("a configured revocation list cannot be read") from broken
    return parsed, encoded


def _check(
    chain: tuple[bytes, ...],
    lists: Iterable[tuple[x509.CertificateRevocationList, bytes]],
    at: datetime,
    require_crl: bool,
) -> Step | None:
    """Validity first, then revocation, from the filer's certificate upwards; a root is in no list."""
    parsed = [x509.load_der_x509_certificate(encoded) for encoded in chain]
    if not all(one.not_valid_before_utc <= at <= one.not_valid_after_utc for one in parsed):
        return "expired"
    known = True
    for one, encoded in zip(parsed, chain[1:], strict=False):
        current = False
        for listed, raw in lists:
            if crl_issuer_der(raw) != subject_der(encoded) or not signed_by(raw, key_info(encoded)):
                continue
            entry = listed.get_revoked_certificate_by_serial_number(one.serial_number)
            if entry is not None and entry.revocation_date_utc <= at:
                return "revoked"
            current = current or _in_force(listed, at)
        known = known and current
    return "revocation_unknown" if require_crl and not known else None


def _in_force(listed: x509.CertificateRevocationList, at: datetime) -> bool:
    """A complete list of the day: not one of changes or of a part only."""
    partial = any(extension.critical for extension in listed.extensions)
    until = listed.next_update_utc
    return not partial and listed.last_update_utc <= at and (until is None or at <= until)


def chain_problem(step: Step | Literal["party"], certificate: Certificate, at: datetime, *, document: str) -> Problem:
    """The Problem for a step of ``check_chain``, or for ``party``: the certificate is registered for somebody else."""
    start, end = certificate.not_before.isoformat(), certificate.not_after.isoformat()
    zh, en = f"证书编号 {certificate.number}", f"certificate number {certificate.number}"
    if step == "expired":
        zh += f"，有效期 {start} 至 {end}，申报时间 {at.isoformat()}"
        en += f", valid from {start} to {end}, filed at {at.isoformat()}"
    return problem(step, document=document, zh=zh, en=en, path="Signature/KeyInfo", found=certificate.number)
