"""Names of the algorithms, and which of them may stand together.

The first three methods are those of the specification (2018 and 202205) and of W3C; the last one, SM2 under W3C's name
space with a SHA-1 digest, is what a client that drives the official card sends.
"""

from __future__ import annotations

import hashlib
from functools import cache
from typing import Any

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from tongguan.ceb import sm2

DS = "http://www.w3.org/2000/09/xmldsig#"
C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
C14N_WITH_COMMENTS = C14N + "#WithComments"
ENVELOPED = DS + "enveloped-signature"
SHA1 = DS + "sha1"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
SM3 = "http://www.chinaport.gov.cn/2022/04/xmldsig#sm3"


class Method(msgspec.Struct, frozen=True):
    """One way to sign: our short name, the two algorithm names, the digest as hashlib knows it, the kind of key."""

    name: str
    signature: str
    digest: str
    hash: str
    key: str  # SM2 or RSA


METHODS = (
    Method("sm2-sm3", "http://www.chinaport.gov.cn/2022/04/xmldsig#sm2-sm3", SM3, "sm3", "SM2"),
    Method("rsa-sha1", DS + "rsa-sha1", SHA1, "sha1", "RSA"),
    Method("rsa-sha256", "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", SHA256, "sha256", "RSA"),
    Method("sm2-sha1", DS + "sm2-sm3", SHA1, "sha1", "SM2"),
)
BY_SIGNATURE = {method.signature: method for method in METHODS}
BY_NAME = {method.name: method for method in METHODS}


def digest(hash_name: str, message: bytes) -> bytes:
    """The digest of ``message`` by sha1, sha256 or sm3. SHA-1 is the specification's, not our choice."""
    computed: bytes = _new(hash_name)(message)
    return computed


@cache
def _new(hash_name: str) -> Any:
    if hash_name == "sm3" and "sm3" not in hashlib.algorithms_available:
        return _sm3
    return lambda message: hashlib.new(hash_name, message, usedforsecurity=False).digest()


def _sm3(message: bytes) -> bytes:
    """SM3 where Python's own OpenSSL leaves it out."""
    state = hashes.Hash(hashes.SM3())
    state.update(message)
    return state.finalize()


def check_value(method: Method, key: Any, message: bytes, value: bytes) -> bool:
    """Whether ``value`` over ``message`` verifies with ``key`` (sm2.PublicKey or an RSA key of cryptography)."""
    if method.key == "SM2":
        return sm2.verify(key, message, value)
    scheme: hashes.HashAlgorithm = hashes.SHA256() if method.hash == "sha256" else hashes.SHA1()  # noqa: S303
    try:
        key.verify(value, message, padding.PKCS1v15(), scheme)
    except InvalidSignature:
        return False
    return True
