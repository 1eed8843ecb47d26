"""The card inside the virtual key: a test key with its certificate, which signs as the real card does."""

from __future__ import annotations

import base64
import binascii
import secrets
from datetime import datetime, timedelta

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from tongguan.ceb import sm2
from tongguan.ceb.signature.issue import issue_test_ca
from tongguan.ceb.signature.sign import Signer
from tongguan.sandbox.authority import ORGANIZATION

PASSWORD = "88888888"  # noqa: S105 — the password of every card as it is handed out, in all public clients
_THROWAWAY_SERIAL = 0x99FFFFFE
_BITS = 256
_DIGESTS: dict[int, hashes.HashAlgorithm] = {20: hashes.SHA1(), 32: hashes.SHA256()}  # noqa: S303 — what cards sign


class NoDigest(ValueError):
    """What should be signed as it is has not the length of a digest of this card's kind."""


class Card:
    """One key and its certificate. Raises SigningError or CertificateError when they do not belong together."""

    def __init__(self, key_pem: bytes, certificate_pem: bytes) -> None:
        self.certificate = Signer(key_pem, certificate_pem).certificate
        self._key_pem = key_pem

    @property
    def certificate_base64(self) -> str:
        """The certificate in one line of base64, without header and footer."""
        return base64.b64encode(self.certificate.der).decode("ascii")

    def sign(self, text: str) -> str:
        """Sign the UTF-8 bytes of ``text``: SM2 with SM3, or RSA with SHA-1. Base64; of SM2 the 64 bytes r and s."""
        message = text.encode()
        if self.certificate.algorithm == "SM2":
            return _base64(sm2.raw_signature(sm2.sign(self._key_pem, message)))
        return _base64(self._rsa().sign(message, padding.PKCS1v15(), hashes.SHA1()))  # noqa: S303 — the card's own

    def sign_digest(self, text: str) -> str:
        """Sign a digest (hexadecimal or base64) without hashing it again. Raises NoDigest.

        For SM2 these are the 32 bytes of SM3 over the signer's identity value and the message (GB/T 32918.2); for RSA
        20 bytes of SHA-1 or 32 of SHA-256.
        """
        digest = digest_bytes(text)
        if self.certificate.algorithm == "SM2":
            if len(digest) != _BITS // 8:
                raise NoDigest(f"{len(digest)} bytes, not 32")
            return _base64(_sm2_of_digest(self._key_pem, int.from_bytes(digest, "big")))
        if len(digest) not in _DIGESTS:
            raise NoDigest(f"{len(digest)} bytes, not 20 or 32")
        return _base64(self._rsa().sign(digest, padding.PKCS1v15(), Prehashed(_DIGESTS[len(digest)])))

    def _rsa(self) -> rsa.RSAPrivateKey:
        key = load_pem_private_key(self._key_pem, None)
        assert isinstance(key, rsa.RSAPrivateKey), "the certificate's key is RSA, and the two belong together"
        return key


def throwaway(algorithm: str, now: datetime) -> Card:
    """A card with a key made now (``now`` aware) that no registry knows. ``algorithm`` is SM2 or RSA."""
    day = now.replace(microsecond=0)
    made = issue_test_ca(
        algorithm=algorithm,
        common_name="沙箱虚拟卡 SANDBOX UKEY",
        organization=ORGANIZATION,
        serial=_THROWAWAY_SERIAL,
        not_before=day - timedelta(hours=1),
        not_after=day + timedelta(days=365),
    )
    return Card(made.key_pem, made.certificate_pem)


def digest_bytes(text: str) -> bytes:
    """The bytes that a digest's text stands for. Raises NoDigest."""
    plain = text.strip()
    try:
        return bytes.fromhex(plain) if len(plain) in (40, 64) else base64.b64decode(plain, validate=True)
    except (ValueError, binascii.Error) as broken:
        raise NoDigest("neither hexadecimal nor base64") from broken


def _sm2_of_digest(key_pem: bytes, digest: int) -> bytes:
    """GB/T 32918.2, 6.1 from step A3 on; r and s, 32 bytes each."""
    secret, order = int.from_bytes(sm2.scalar_of(key_pem), "big"), sm2.ORDER
    while True:
        drawn = 1 + secrets.randbelow(order - 2)
        r = (digest + _first_coordinate(drawn)) % order
        s = pow(1 + secret, -1, order) * (drawn - r * secret) % order
        if r and s and r + drawn != order:
            return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def _first_coordinate(number: int) -> int:
    """x of that multiple of the base point: the public point of a key with this number, after its leading byte."""
    return int.from_bytes(sm2.point_of_private(sm2.key_from_number(number))[1:33], "big")


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")
