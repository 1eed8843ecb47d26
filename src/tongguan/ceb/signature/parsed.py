"""What a filer's certificate says, and whether it was signed with a given key.

``cryptography`` parses every certificate; it refuses keys on the SM2 curve, so keys are taken from the DER and SM2
signatures of issuers are checked by ``ceb.sm2``.

The certificate number is the serial number in upper-case hexadecimal, an even number of digits. A KeyName may write it
so, in lower case, with other leading zeros or with colons, or in decimal: ``has_number`` takes all of these.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Literal

import msgspec
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, load_der_public_key

from tongguan.ceb import sm2
from tongguan.ceb.signature import der

SM2_WITH_SM3 = "1.2.156.10197.1.501"
RSA_BITS_LEAST, RSA_BITS_MOST = 1024, 8192  # cards of before 2018 hold 1024 bits; the upper end bounds the work
CERTIFICATE_BYTES_MOST = 16_384


class CertificateError(ValueError):
    """The bytes are no certificate, or its key is neither SM2 nor RSA of a usable size."""


class Certificate(msgspec.Struct, frozen=True, kw_only=True):
    """What a certificate says. ``algorithm`` is ``SM2`` or ``RSA``; times are aware and in UTC."""

    number: str
    fingerprint: bytes  # SHA-256 of the DER
    subject: str  # RFC 4514
    issuer: str
    algorithm: str
    not_before: datetime
    not_after: datetime
    key: bytes  # SubjectPublicKeyInfo, DER
    der: bytes


def read_certificate(pem_or_der: bytes) -> Certificate:
    """Read one certificate (of several in PEM, the first). Raises CertificateError."""
    encoded = certificate_der(pem_or_der)
    serial = _serial(encoded)
    parsed = _parse(encoded)
    key = key_info(encoded)
    try:
        subject, issuer = _readable(parsed, "subject"), _readable(parsed, "issuer")
        not_before, not_after = parsed.not_valid_before_utc, parsed.not_valid_after_utc
        _ = parsed.extensions  # read here, so that whoever asks for them later meets no surprise
    except (ValueError, TypeError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType) as broken:
        raise CertificateError("the fields of the certificate cannot be read") from broken
    return Certificate(
        number=number_text(serial),
        fingerprint=hashlib.sha256(encoded).digest(),
        subject=subject,
        issuer=issuer,
        algorithm=_algorithm(key),
        not_before=not_before,
        not_after=not_after,
        key=key,
        der=encoded,
    )


def certificate_der(pem_or_der: bytes) -> bytes:
    """The DER of a certificate in PEM or DER. Raises CertificateError."""
    try:
        encoded = sm2.from_pem(pem_or_der)
    except sm2.Sm2Error as broken:
        raise CertificateError("not a certificate in PEM") from broken
    if len(encoded) > CERTIFICATE_BYTES_MOST:
        raise CertificateError(f"a certificate of more than {CERTIFICATE_BYTES_MOST} bytes")
    return encoded


def number_text(serial: int) -> str:
    """A serial number as certificate number: upper-case hexadecimal, an even number of digits."""
    text = f"{serial:X}"
    return text if len(text) % 2 == 0 else "0" + text


def has_number(certificate: Certificate, key_name: str) -> bool:
    """Whether a KeyName is this certificate's number, in hexadecimal or in decimal."""
    plain = key_name.strip().replace(":", "").upper()
    if not plain.isascii() or not plain.isalnum() or len(plain) > 64:
        return False
    serial = int(certificate.number, 16)
    return plain.lstrip("0") == f"{serial:X}" or (plain.isdigit() and int(plain) == serial)


def _parse(encoded: bytes) -> x509.Certificate:
    try:
        return x509.load_der_x509_certificate(encoded)
    except (ValueError, TypeError, x509.InvalidVersion) as broken:
        raise CertificateError("not an X.509 certificate in DER") from broken


def _tbs_members(encoded: bytes) -> list[tuple[int, bytes, bytes]]:
    """The fields of the signed part, the version left out: serial, algorithm, issuer, validity, subject, key, …"""
    try:
        members = der.parts(der.sequence(encoded)[0][1])
    except (der.DerError, IndexError) as broken:
        raise CertificateError("not an X.509 certificate in DER") from broken
    if members and members[0][0] == 0xA0:
        del members[0]
    if len(members) < 6:
        raise CertificateError("not an X.509 certificate in DER")
    return members


def _serial(encoded: bytes) -> int:
    """The serial number; zero and negative ones are refused, as RFC 5280 does."""
    tag, body, _ = _tbs_members(encoded)[0]
    try:
        serial = der.unsigned(body) if tag == der.INTEGER else 0
    except der.DerError as broken:
        raise CertificateError("the serial number of the certificate is not a positive number") from broken
    if serial == 0:
        raise CertificateError("the serial number of the certificate is not a positive number")
    return serial


def _readable(parsed: x509.Certificate, which: Literal["subject", "issuer"]) -> str:
    """A name as text. Some issuers wrote GBK into it, which no standard allows: such a name is shown in hexadecimal."""
    try:
        name: x509.Name = getattr(parsed, which)
        return name.rfc4514_string()
    except (ValueError, TypeError):  # TypeError: a value of a kind that this attribute cannot have
        encoded = parsed.public_bytes(Encoding.DER)
        return "#" + (subject_der(encoded) if which == "subject" else issuer_der(encoded)).hex()


def issuer_der(encoded: bytes) -> bytes:
    """The issuer's name in a certificate (DER), as it stands there: names are compared byte by byte."""
    return _tbs_members(encoded)[2][2]


def subject_der(encoded: bytes) -> bytes:
    """The subject's name in a certificate (DER), as it stands there."""
    return _tbs_members(encoded)[4][2]


def crl_issuer_der(encoded: bytes) -> bytes:
    """The issuer's name in a revocation list (DER), as it stands there. Raises CertificateError."""
    try:
        members = der.parts(der.sequence(encoded)[0][1])
        return members[2 if members[0][0] == der.INTEGER else 1][2]
    except (der.DerError, IndexError) as broken:
        raise CertificateError("not a revocation list in DER") from broken


def key_info(encoded: bytes) -> bytes:
    """The SubjectPublicKeyInfo of a certificate in DER."""
    return _tbs_members(encoded)[5][2]


def _algorithm(key: bytes) -> str:
    try:
        sm2.public_key(sm2.point_of(key))
    except sm2.Sm2Error:
        rsa_key(key)
        return "RSA"
    return "SM2"


def rsa_key(key: bytes) -> rsa.RSAPublicKey:
    """The RSA key of a SubjectPublicKeyInfo. Raises CertificateError when it is another kind or size."""
    loaded = _load_key(key)
    if not isinstance(loaded, rsa.RSAPublicKey):
        raise CertificateError("the key of the certificate is neither SM2 nor RSA")
    exponent = loaded.public_numbers().e
    if not RSA_BITS_LEAST <= loaded.key_size <= RSA_BITS_MOST or exponent % 2 == 0 or not 3 <= exponent < 2**33:
        raise CertificateError(f"an RSA key of {loaded.key_size} bits with exponent of {exponent.bit_length()} bits")
    return loaded


def _load_key(key: bytes) -> object:
    try:
        return load_der_public_key(key)
    except (ValueError, TypeError, UnsupportedAlgorithm) as broken:
        raise CertificateError("the key of the certificate is neither SM2 nor RSA") from broken


def signed_by(signed: bytes, issuer_key: bytes) -> bool:
    """Whether a certificate or revocation list (DER) was signed with the key of ``issuer_key`` (SubjectPublicKeyInfo).

    Knows SM2-with-SM3, RSA and ECDSA with SHA-256, SHA-384, SHA-512, and RSA with SHA-1, which old roots still use.
    For SM2 the user id is the default one (GM/T 0015) or empty: OpenSSL 3 takes the empty one unless told otherwise.
    """
    try:
        (_, _, body), (_, algorithm, _), (_, bits, _) = der.sequence(signed)
        value = der.whole_bits(bits)
        named = der.parts(algorithm)[0][2]
        if named == der.oid(SM2_WITH_SM3):
            point = sm2.point_of(issuer_key)
            return any(sm2.verify(point, body, value, identity=identity) for identity in (sm2.DEFAULT_ID, b""))
        kind, digest = _HASHES[named]
        loaded = _load_key(issuer_key)
        if kind == "rsa" and isinstance(loaded, rsa.RSAPublicKey):
            loaded.verify(value, body, padding.PKCS1v15(), digest)
        elif kind == "ecdsa" and isinstance(loaded, ec.EllipticCurvePublicKey):
            loaded.verify(value, body, ec.ECDSA(digest))
        else:
            return False
    except (ValueError, TypeError, KeyError, IndexError, InvalidSignature, UnsupportedAlgorithm, sm2.Sm2Error):
        return False  # malformed, unknown or wrong: in each case not signed by this key
    return True


_HASHES: dict[bytes, tuple[str, hashes.HashAlgorithm]] = {
    der.oid("1.2.840.113549.1.1.5"): ("rsa", hashes.SHA1()),  # noqa: S303 - old roots; the operator chose to trust them
    der.oid("1.2.840.113549.1.1.11"): ("rsa", hashes.SHA256()),
    der.oid("1.2.840.113549.1.1.12"): ("rsa", hashes.SHA384()),
    der.oid("1.2.840.113549.1.1.13"): ("rsa", hashes.SHA512()),
    der.oid("1.2.840.10045.4.3.2"): ("ecdsa", hashes.SHA256()),
    der.oid("1.2.840.10045.4.3.3"): ("ecdsa", hashes.SHA384()),
    der.oid("1.2.840.10045.4.3.4"): ("ecdsa", hashes.SHA512()),
}
