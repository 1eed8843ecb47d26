"""Certificates of a sandbox carry 沙箱 or SANDBOX in their names; a production registry takes none of them."""

from __future__ import annotations

from collections.abc import Mapping

from cryptography import x509

from tongguan.ceb.signature.parsed import CertificateError
from tongguan.ceb.signature.trust import read_authority

MARKS = ("沙箱", "SANDBOX")


def of_a_sandbox(files: Mapping[str, bytes]) -> tuple[str, ...]:
    """Names of the files, as in ``read_registry``, whose certificate is a sandbox's. Unreadable ones are told there."""
    return tuple(name for name, content in sorted(files.items()) if name.endswith(".pem") and _is_marked(content))


def _is_marked(content: bytes) -> bool:
    try:
        parsed = x509.load_der_x509_certificate(read_authority(content))
        words = [str(part.value) for name in (parsed.subject, parsed.issuer) for part in name]
    except (CertificateError, ValueError):
        return False
    return any(mark in word.upper() for word in words for mark in MARKS)
