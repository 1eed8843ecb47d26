"""Whether an upload was signed: the value over one of the texts that it may have been signed as."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable

from tongguan.ceb.signature.names import BY_NAME, check_value
from tongguan.ceb.signature.parsed import CertificateError
from tongguan.ceb.signature.verify import Verdict, keyed

_METHODS = {"SM2": ("sm2-sm3",), "RSA": ("rsa-sha1", "rsa-sha256")}


def verify_texts(texts: Iterable[bytes], value: str, cert_no: str, certificate: bytes | None) -> Verdict:
    """The verdict on the bytes; ``certificate`` is the DER registered under ``cert_no``. Never raises.

    ``step`` is ok, certificate (none, or unreadable) or value. A card signs SM2 with SM3 or RSA with SHA-1; devices of
    other makers RSA with SHA-256.
    """
    if certificate is None:
        return Verdict(present=True, step="certificate", key_name=cert_no)
    try:
        read, key = keyed(certificate)
    except CertificateError:
        return Verdict(present=True, step="certificate", key_name=cert_no)
    signature = _bytes_of(value)
    for name in _METHODS[read.algorithm]:
        if any(check_value(BY_NAME[name], key, text, signature) for text in texts):
            return Verdict(
                present=True,
                step="ok",
                algorithm=name,
                key_name=cert_no,
                fingerprint=read.fingerprint,
                number=read.number,
            )
    return Verdict(present=True, step="value", key_name=cert_no, fingerprint=read.fingerprint, number=read.number)


def _bytes_of(value: str) -> bytes:
    """The signature; a form that was not escaped turns its plus signs into blanks. Empty when it is no base64."""
    try:
        return base64.b64decode("".join(value.strip().replace(" ", "+").split()), validate=True)
    except (binascii.Error, ValueError):
        return b""
