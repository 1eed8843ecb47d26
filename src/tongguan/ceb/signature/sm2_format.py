"""How SM2 keys and signature values are written: PKCS#8, SEC 1, SubjectPublicKeyInfo, PEM; DER and raw values.

No arithmetic here. ``ceb.sm2`` gives these names to everybody else.
Source: GM/T 0009 (signature values), RFC 5958 and SEC 1 (private keys), RFC 5480 (public keys).
"""

from __future__ import annotations

import base64
import binascii

from tongguan.ceb.signature import der

ORDER = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
EC_PUBLIC_KEY = "1.2.840.10045.2.1"
SM2_CURVE = "1.2.156.10197.1.301"
_ALGORITHM = der.seq((der.oid(EC_PUBLIC_KEY), der.oid(SM2_CURVE)))


class Sm2Error(Exception):
    """No library can do SM2 here, or a key is not an SM2 key. A wrong signature is no error: ``verify`` says False."""


def decode_signature(signature: bytes) -> tuple[int, int] | None:
    """r and s of a DER or raw signature, or None when it is neither or a number is out of range."""
    numbers = _from_der(signature)
    if numbers is None and len(signature) == 64:
        numbers = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    if numbers is None or not all(0 < number < ORDER for number in numbers):
        return None
    return numbers


def _from_der(signature: bytes) -> tuple[int, int] | None:
    try:
        members = der.sequence(signature)
        if [tag for tag, _, _ in members] != [der.INTEGER, der.INTEGER]:
            return None
        return der.unsigned(members[0][1]), der.unsigned(members[1][1])
    except der.DerError:
        return None


def encode_signature(r: int, s: int) -> bytes:
    """r and s as DER."""
    return der.seq((der.integer(r), der.integer(s)))


def raw_signature(signature: bytes) -> bytes:
    """The 64 bytes r‖s of a signature in either form. Raises Sm2Error when it is none."""
    numbers = decode_signature(signature)
    if numbers is None:
        raise Sm2Error("not an SM2 signature value")
    return numbers[0].to_bytes(32, "big") + numbers[1].to_bytes(32, "big")


def public_key_info(point: bytes) -> bytes:
    """SubjectPublicKeyInfo (DER) of a point."""
    return der.seq((_ALGORITHM, der.bit_string(point)))


def point_of(info: bytes) -> bytes:
    """The 65-byte point of a SubjectPublicKeyInfo in DER. Raises Sm2Error when its curve is not SM2."""
    try:
        (_, _, algorithm), (tag, bits, _) = der.sequence(info)
        point = der.whole_bits(bits)
    except ValueError as broken:  # DerError, or another number of members
        raise Sm2Error("not a public key in DER") from broken
    if algorithm != _ALGORITHM or tag != der.BIT_STRING or len(point) != 65 or point[0] != 4:
        raise Sm2Error("a public key of another kind than SM2")
    return point


def pkcs8(scalar: bytes, point: bytes | None = None) -> bytes:
    inner = [der.integer(1), der.value(der.OCTET_STRING, scalar)]
    if point is not None:
        inner.append(der.value(0xA1, der.bit_string(point)))
    return der.seq((der.integer(0), _ALGORITHM, der.value(der.OCTET_STRING, der.seq(inner))))


def scalar_of(private_key: bytes) -> bytes:
    """The 32-byte secret number in PKCS#8 or SEC 1. Raises Sm2Error for other curves, encryption or broken bytes."""
    try:
        members = der.sequence(from_pem(private_key))
        if len(members) >= 3 and members[1][0] == der.SEQUENCE:  # PKCS#8: version, algorithm, key
            if members[1][2] != _ALGORITHM:
                raise Sm2Error("a private key of another kind than SM2")
            members = der.sequence(members[2][1])
        elif not any(tag == 0xA0 and body == der.oid(SM2_CURVE) for tag, body, _ in members[2:]):
            raise Sm2Error("a private key that does not name the SM2 curve")
        if members[0][0] != der.INTEGER or members[1][0] != der.OCTET_STRING:
            raise Sm2Error("not a private key")
        number = int.from_bytes(members[1][1], "big")
    except (der.DerError, IndexError) as broken:
        raise Sm2Error("not an unencrypted private key in PKCS#8 or SEC 1") from broken
    if not 0 < number < ORDER - 1:
        raise Sm2Error("the private key is out of range")
    return number.to_bytes(32, "big")


def from_pem(data: bytes) -> bytes:
    """DER of PEM (its first block, curve parameters passed over); DER comes back as it is. Raises Sm2Error."""
    if data[:1] == b"\x30" or b"-----BEGIN " not in data:  # DER begins with a SEQUENCE; text may stand before PEM
        return data
    blocks = data.split(b"-----BEGIN ")[1:]
    blocks = [block for block in blocks if not block.partition(b"-----")[0].endswith(b"PARAMETERS")]
    if not blocks:
        raise Sm2Error("no block in the PEM text")
    body = blocks[0].partition(b"-----")[2].partition(b"-----END ")[0]
    try:
        return base64.b64decode(b"".join(body.split()), validate=True)
    except binascii.Error as broken:
        raise Sm2Error("the PEM text is not base64, or the key is encrypted") from broken


def to_pem(encoded: bytes, label: str) -> bytes:
    """PEM of DER."""
    text = base64.b64encode(encoded).decode("ascii")
    lines = [text[at : at + 64] for at in range(0, len(text), 64)]
    return "\n".join((f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", "")).encode("ascii")
