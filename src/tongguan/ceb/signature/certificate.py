"""Everything about certificates in one import: reading them, trusting them, issuing them for tests and the sandbox."""

from tongguan.ceb.signature.issue import (
    Issued,
    issue_test_ca,
    issue_test_certificate,
    issue_test_crl,
    new_key,
)
from tongguan.ceb.signature.parsed import Certificate, CertificateError, has_number, read_certificate
from tongguan.ceb.signature.trust import Step, chain_problem, check_chain

__all__ = [
    "Certificate",
    "CertificateError",
    "Issued",
    "Step",
    "chain_problem",
    "check_chain",
    "has_number",
    "issue_test_ca",
    "issue_test_certificate",
    "issue_test_crl",
    "new_key",
    "read_certificate",
]
