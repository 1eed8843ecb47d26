"""The sandbox's own certificate authority and the certificates of its companies, marked 沙箱 SANDBOX.

Keys and signatures are random: a key that follows from a seed would be no key. What is signed follows from the seed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta

import msgspec

from tongguan.ceb import sm2
from tongguan.ceb.signature.issue import Issued, issue_test_ca, issue_test_certificate, issue_test_crl
from tongguan.ceb.signature.sign import Signer
from tongguan.sandbox.companies import Company

ORGANIZATION = "沙箱 SANDBOX"
YEAR = timedelta(days=365)
FIRST_SERIAL = 0x99000000
"""Serial numbers rise from here: company by company, in each the certificates in the order of ``_WANTED``."""


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """One certificate with its key. ``registered`` says that ``certificates.csv`` names it."""

    company: Company
    use: str
    issued: Issued
    signer: Signer
    registered: bool = True

    @property
    def file(self) -> str:
        """The file name of the certificate in the registry folder."""
        return f"{self.company.dxp_id}-{self.use}.pem"


class Authority(msgspec.Struct, frozen=True, kw_only=True):
    """The root, its revocation list (PEM), and what it gave out, by (company code, use)."""

    root: Issued
    crl_pem: bytes
    held: Mapping[tuple[str, str], Held]

    def signer(self, company: Company, use: str = "sm2") -> Signer:
        """The signer of a company. ``use``: sm2, rsa, expired, revoked or unregistered."""
        return self.held[company.code, use].signer


class _Wanted(msgspec.Struct, frozen=True):
    use: str
    algorithm: str
    starts: timedelta
    ends: timedelta
    registered: bool = True


_EVERYONE = (_Wanted("sm2", "SM2", -YEAR, 5 * YEAR),)
_FAULTY = (
    _Wanted("rsa", "RSA", -YEAR, 5 * YEAR),
    _Wanted("expired", "SM2", -3 * YEAR, timedelta(days=-30)),
    _Wanted("revoked", "SM2", -YEAR, 5 * YEAR),
    _Wanted("unregistered", "SM2", -YEAR, 5 * YEAR, registered=False),
)


def authority(companies: Iterable[Company], special: Company, start: datetime) -> Authority:
    """A new root with certificates for every company that files; ``special`` gets the faulty ones and RSA as well.

    ``start`` (aware) is when the filings begin: certificates are in force from a year before, for six years.
    """
    day = start.replace(microsecond=0)
    root = issue_test_ca(
        algorithm="SM2",
        common_name="沙箱根证书 SANDBOX ROOT",
        organization=ORGANIZATION,
        serial=FIRST_SERIAL,
        not_before=day - 4 * YEAR,
        not_after=day + 10 * YEAR,
    )
    held: dict[tuple[str, str], Held] = {}
    revoked: list[tuple[int, datetime]] = []
    for serial, (company, wanted) in enumerate(_all_wanted(companies, special), FIRST_SERIAL + 1):
        issued = issue_certificate(root, company, wanted.algorithm, serial, day + wanted.starts, day + wanted.ends)
        held[company.code, wanted.use] = Held(
            company=company,
            use=wanted.use,
            issued=issued,
            signer=Signer(issued.key_pem, issued.certificate_pem),
            registered=wanted.registered,
        )
        if wanted.use == "revoked":
            revoked.append((serial, day - timedelta(days=30)))
    crl = issue_test_crl(root, revoked=revoked, this_update=day - timedelta(days=30), next_update=day + 10 * YEAR)
    return Authority(root=root, crl_pem=sm2.to_pem(crl, "X509 CRL"), held=held)


def _all_wanted(companies: Iterable[Company], special: Company) -> Iterator[tuple[Company, _Wanted]]:
    for company in companies:
        if company.dxp_id:
            for wanted in (*_EVERYONE, *(_FAULTY if company == special else ())):
                yield company, wanted


def issue_certificate(
    root: Issued, company: Company, algorithm: str, serial: int, not_before: datetime, not_after: datetime
) -> Issued:
    """One certificate for a company, its key made anew. Times are aware."""
    return issue_test_certificate(
        root,
        algorithm=algorithm,
        common_name=f"{company.name} {company.dxp_id}",
        organization=ORGANIZATION,
        serial=serial,
        not_before=not_before,
        not_after=not_after,
    )
