"""Roots and revocation lists of the folder: is a certificate's chain whole, and since when is it revoked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from cryptography import x509

from tongguan.ceb import sm2
from tongguan.ceb.problem import Problem
from tongguan.ceb.signature.parsed import Certificate, CertificateError, key_info, signed_by
from tongguan.ceb.signature.trust import check_chain, read_authority
from tongguan.registry.rules import problem


class Trust:
    """The roots (self-issued), intermediates and revocation lists of one folder. What is wrong goes to ``problems``."""

    def __init__(self, roots: Mapping[str, bytes], lists: Mapping[str, bytes], problems: list[Problem]) -> None:
        self._keys: list[tuple[bytes, bytes]] = []  # subject and SubjectPublicKeyInfo of each authority
        self._roots: list[bytes] = []
        self._between: list[bytes] = []
        for file, content in sorted(roots.items()):
            try:
                encoded = read_authority(content)
                parsed = x509.load_der_x509_certificate(encoded)
                subject, issuer = parsed.subject.public_bytes(), parsed.issuer.public_bytes()
            except (CertificateError, ValueError) as unreadable:
                problems.append(problem("R14", file, "", str(unreadable)))
                continue
            self._keys.append((subject, key_info(encoded)))
            (self._roots if subject == issuer else self._between).append(encoded)
        self._revoked: dict[tuple[bytes, int], datetime] = {}
        for file, content in sorted(lists.items()):
            self._take_list(file, content, problems)

    def _take_list(self, file: str, content: bytes, problems: list[Problem]) -> None:
        try:
            encoded = sm2.from_pem(content)
            parsed = x509.load_der_x509_crl(encoded)
            issuer = parsed.issuer.public_bytes()
            revoked = {(issuer, entry.serial_number): entry.revocation_date_utc for entry in parsed}
        except (ValueError, TypeError, sm2.Sm2Error) as unreadable:
            problems.append(problem("R14", file, "", str(unreadable)))
            return
        if not any(subject == issuer and signed_by(encoded, key) for subject, key in self._keys):
            problems.append(problem("R17", file, "", parsed.issuer.rfc4514_string()))
            return
        self._revoked.update(revoked)

    def chain(self, certificate: Certificate) -> str:
        """``ok``, or the step of ``ceb.signature.trust.check_chain`` that fails.

        Only what time does not change is judged here, so the moment is one at which the certificate itself is in
        force, and the lists stay out: every filing is held against the dates of the row, which has them.
        """
        for moment in (certificate.not_before, certificate.not_after):
            step = check_chain(certificate, self._roots, self._between, (), moment)
            if step != "expired":  # the root may be younger than the certificate, or end before it
                return step or "ok"
        return "expired"

    def revoked_at(self, certificate: Certificate) -> datetime | None:
        """Since when the certificate is revoked (aware, UTC), or None."""
        issuer = x509.load_der_x509_certificate(certificate.der).issuer.public_bytes()
        return self._revoked.get((issuer, int(certificate.number, 16)))
