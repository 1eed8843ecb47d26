"""A certificate authority for tests and the sandbox: roots, certificates and revocation lists, of SM2 or RSA.

``cryptography`` cannot build certificates with SM2 keys or signatures, so the signed part is written here; names and
extensions are encoded by ``cryptography``. Subjects should say what they are for (the sandbox writes 沙箱 / SANDBOX).
Nothing here reads a clock: times and serial numbers come in, so equal input gives an equal signed part.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

from tongguan.ceb import sm2
from tongguan.ceb.signature import der
from tongguan.ceb.signature.parsed import SM2_WITH_SM3

_ALGORITHMS = {
    "SM2": der.seq((der.oid(SM2_WITH_SM3),)),
    "RSA": der.seq((der.oid("1.2.840.113549.1.1.11"), der.value(der.NULL, b""))),  # with SHA-256
}


class Issued(msgspec.Struct, frozen=True, kw_only=True):
    """A certificate with its private key (PKCS#8, unencrypted), both in PEM."""

    key_pem: bytes
    certificate_pem: bytes


def new_key(algorithm: str, *, bits: int = 2048) -> bytes:
    """A new private key in PEM; ``algorithm`` is ``SM2`` or ``RSA``, ``bits`` is for RSA."""
    if algorithm == "SM2":
        return sm2.generate_key()
    if algorithm != "RSA":
        raise ValueError(f"algorithm {algorithm!r}: SM2 or RSA")
    key = rsa.generate_private_key(public_exponent=65537, key_size=bits)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def issue_test_ca(
    *,
    algorithm: str,
    common_name: str,
    organization: str,
    serial: int,
    not_before: datetime,
    not_after: datetime,
    key_pem: bytes | None = None,
) -> Issued:
    """A self-signed root. Times are aware and whole seconds; a key is made unless one is given."""
    key = key_pem or new_key(algorithm)
    name = _name(common_name, organization)
    return _issue(key, key, name, name, serial, not_before, not_after, _authority(_public(key), _public(key)))


def issue_test_certificate(
    authority: Issued,
    *,
    algorithm: str,
    common_name: str,
    organization: str,
    serial: int,
    not_before: datetime,
    not_after: datetime,
    key_pem: bytes | None = None,
    as_authority: bool = False,
    for_encryption: bool = False,
) -> Issued:
    """A certificate under ``authority``, whose key may be of the other kind.

    ``as_authority`` makes it an intermediate; ``for_encryption`` the kind that may not sign.
    """
    key = key_pem or new_key(algorithm)
    issuer_name = x509.load_pem_x509_certificate(authority.certificate_pem).subject
    issuer_key = _public(authority.key_pem)
    extensions = (
        _authority(_public(key), issuer_key) if as_authority else _leaf(_public(key), issuer_key, for_encryption)
    )
    subject = _name(common_name, organization)
    return _issue(key, authority.key_pem, subject, issuer_name, serial, not_before, not_after, extensions)


def issue_test_crl(
    authority: Issued, *, revoked: Iterable[tuple[int, datetime]], this_update: datetime, next_update: datetime
) -> bytes:
    """A revocation list (DER) of ``authority``: serial numbers with the moment from which each is revoked."""
    algorithm = _ALGORITHMS[_kind(authority.key_pem)]
    issuer = x509.load_pem_x509_certificate(authority.certificate_pem).subject.public_bytes()
    entries = [der.seq((der.integer(serial), _time(at))) for serial, at in revoked]
    body = [der.integer(1), algorithm, issuer, _time(this_update), _time(next_update)]
    if entries:
        body.append(der.seq(entries))
    return _signed(der.seq(body), authority.key_pem)


def _issue(
    key: bytes,
    issuer_key: bytes,
    subject: x509.Name,
    issuer: x509.Name,
    serial: int,
    not_before: datetime,
    not_after: datetime,
    extensions: list[tuple[x509.ExtensionType, bool]],
) -> Issued:
    written = [
        der.seq(
            (
                der.oid(extension.oid.dotted_string),
                *((b"\x01\x01\xff",) if critical else ()),
                der.value(der.OCTET_STRING, extension.public_bytes()),
            )
        )
        for extension, critical in extensions
    ]
    body = der.seq(
        (
            der.value(0xA0, der.integer(2)),  # version 3
            der.integer(serial),
            _ALGORITHMS[_kind(issuer_key)],
            issuer.public_bytes(),
            der.seq((_time(not_before), _time(not_after))),
            subject.public_bytes(),
            _public(key),
            der.value(0xA3, der.seq(written)),
        )
    )
    return Issued(key_pem=key, certificate_pem=sm2.to_pem(_signed(body, issuer_key), "CERTIFICATE"))


def _signed(body: bytes, key_pem: bytes) -> bytes:
    kind = _kind(key_pem)
    value = sm2.sign(key_pem, body) if kind == "SM2" else _rsa(key_pem).sign(body, padding.PKCS1v15(), hashes.SHA256())
    return der.seq((body, _ALGORITHMS[kind], der.bit_string(value)))


def _kind(key_pem: bytes) -> str:
    try:
        sm2.scalar_of(key_pem)
    except sm2.Sm2Error:
        return "RSA"
    return "SM2"


def _rsa(key_pem: bytes) -> rsa.RSAPrivateKey:
    key = load_pem_private_key(key_pem, None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise ValueError("the private key is neither SM2 nor RSA")
    return key


def _public(key_pem: bytes) -> bytes:
    """SubjectPublicKeyInfo of a private key."""
    if _kind(key_pem) == "SM2":
        return sm2.public_key_info(sm2.point_of_private(key_pem))
    return _rsa(key_pem).public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _name(common_name: str, organization: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _time(at: datetime) -> bytes:
    """UTCTime up to 2049, GeneralizedTime after (RFC 5280, 4.1.2.5)."""
    if at.tzinfo is None:
        raise ValueError("a time without a zone")
    at = at.astimezone(UTC)
    if 1950 <= at.year < 2050:
        return der.value(der.UTC_TIME, at.strftime("%y%m%d%H%M%SZ").encode("ascii"))
    return der.value(der.GENERALIZED_TIME, at.strftime("%Y%m%d%H%M%SZ").encode("ascii"))


def _authority(key: bytes, issuer_key: bytes) -> list[tuple[x509.ExtensionType, bool]]:
    return [
        (x509.BasicConstraints(ca=True, path_length=None), True),
        (_usage(certificates=True), True),
        *_identifiers(key, issuer_key),
    ]


def _leaf(key: bytes, issuer_key: bytes, for_encryption: bool) -> list[tuple[x509.ExtensionType, bool]]:
    return [
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (_usage(encryption=for_encryption), True),
        *_identifiers(key, issuer_key),
    ]


def _identifiers(key: bytes, issuer_key: bytes) -> list[tuple[x509.ExtensionType, bool]]:
    return [
        (x509.SubjectKeyIdentifier(_key_identifier(key)), False),
        (x509.AuthorityKeyIdentifier(_key_identifier(issuer_key), None, None), False),
    ]


def _key_identifier(key: bytes) -> bytes:
    """SHA-1 of the key's bits, as RFC 5280 proposes; it is a name, not a proof."""
    bits = der.whole_bits(der.sequence(key)[1][1])
    return hashlib.sha1(bits, usedforsecurity=False).digest()


def _usage(*, certificates: bool = False, encryption: bool = False) -> x509.KeyUsage:
    signing = not certificates and not encryption
    return x509.KeyUsage(
        digital_signature=signing,
        content_commitment=signing,
        key_encipherment=encryption,
        data_encipherment=encryption,
        key_agreement=False,
        key_cert_sign=certificates,
        crl_sign=certificates,
        encipher_only=False,
        decipher_only=False,
    )
