"""A stranger's registry folder: companies, goods and a certificate authority that the sandbox does not know."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache

from tongguan.ceb import sm2
from tongguan.ceb.signature.issue import Issued, issue_test_ca, issue_test_certificate, issue_test_crl
from tongguan.codes.identity import check_character

FROM, UNTIL = datetime(2026, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)
REVOKED = datetime(2026, 5, 1, tzinfo=UTC)
DAYS = {"not_before": FROM, "not_after": UNTIL}


@cache
def root(name: str = "Stranger Root", algorithm: str = "RSA") -> Issued:
    """A self-signed root."""
    return issue_test_ca(algorithm=algorithm, common_name=name, organization="Stranger", serial=7, **DAYS)


@cache
def between() -> Issued:
    """An intermediate of SM2 under the RSA root."""
    return issue_test_certificate(
        root(),
        algorithm="SM2",
        common_name="Stranger Middle",
        organization="Stranger",
        serial=8,
        as_authority=True,
        **DAYS,
    )


@cache
def leaf(serial: int, under: str = "between") -> Issued:
    """A company's certificate under the intermediate, or under a root that is not in the folder."""
    authority = between() if under == "between" else root("Nobody's Root", "SM2")
    return issue_test_certificate(
        authority, algorithm="SM2", common_name=f"company {serial}", organization="Stranger", serial=serial, **DAYS
    )


@cache
def crl(name: str = "between", revoked: tuple[int, ...] = (0x1002,)) -> bytes:
    """A revocation list in PEM."""
    authority = between() if name == "between" else root("Nobody's Root", "SM2")
    listed = issue_test_crl(
        authority, revoked=[(one, REVOKED) for one in revoked], this_update=REVOKED, next_update=UNTIL
    )
    return sm2.to_pem(listed, "X509 CRL")


PARTIES = """\
code,name,roles,dxp_id,profile,valid_from,valid_to
88AA000001,远方平台,platform|merchant,FAR0000000000001,strict,2026-01-01,
88AA000002,"远方报关, 分公司",declarant|guarantor|operator,FAR0000000000002,lenient,2026-01-01,2026-12-31
88AA000002,远方报关,declarant|guarantor|operator,FAR0000000000002,,2027-01-01,
88AA000003,远方仓,bonded,,,2026-01-01,
"""
CERTIFICATES = """\
number,file,party_code,dxp_id
1001,one.pem,88AA000001,FAR0000000000001
4098,two.pem,88AA000002,FAR0000000000002
"""
GUARANTEES = """\
assure_code,kind,amount,valid_from,valid_to
88AA000002,letter,1000000.50,2026-01-01,2026-06-30
88AA000002,deposit,2000000,2026-07-01,2026-12-31
"""
SITES = """\
loct_no,customs_code,name,operator_code,needs_arrival
FAR0000001,5141,远方场所,88AA000002,yes
FAR0000002,5165,远方场所二,88AA000002,
"""
BOOK_ITEMS = """\
ems_no,item_record_no,area_code,gcode,unit,unit1,country,qty1,price
T5165W000001,1,88AA000003,2009500000,142,035,304,12.5,19.9
T5165W000001,2,88AA000003,0409000000,142,035,609,0,128
"""
# 990101 is no region of China.
NUMBERS = tuple(first + check_character(first) for first in ("99010119900307001", "99010119850914002"))
IDENTITIES = f"number,name\n{NUMBERS[0]},远方·某甲\n{NUMBERS[1]},远方某乙\n"

OFFICERS = """\
officer_id,name,agency,customs_code,rank,roles,valid_from,valid_to
far.1,远方甲,customs,5141,1,casework|enforcement,2026-01-01,2026-06-30
far.1,远方甲,customs,5165,2,casework,2026-07-01,
far.2,远方乙,inspection,*,3,casework|approval,2026-01-01,
"""
SHIFTS = """\
officer_id,from,to
far.1,2026-03-02T08:00,2026-03-02T16:00
far.2,2026-03-02T16:00,2026-03-03T00:00
"""
CONFLICTS = """\
officer_id,party_code
far.1,88AA000003
"""
SUBSCRIPTIONS = """\
dxp_id,party_code,copies,role,fields,valid_from,valid_to
FAR0000000000002,88AA000001,ALL,declarant,OrderHead.orderNo|OrderList.qty,2026-01-01,
FAR0000000000001,88AA000002,RET,,,2026-01-01,2026-12-31
"""


def folder(**changed: str | bytes | None) -> dict[str, str | bytes]:
    """The good folder, with files changed: ``parties_csv="…"`` or, for another name, ``**{"roots/x.pem": …}``.

    None leaves a file out.
    """
    files: dict[str, str | bytes | None] = {
        "parties.csv": PARTIES,
        "certificates.csv": CERTIFICATES,
        "guarantees.csv": GUARANTEES,
        "sites.csv": SITES,
        "book_items.csv": BOOK_ITEMS,
        "identities.csv": IDENTITIES,
        "subscriptions.csv": SUBSCRIPTIONS,
        "officers.csv": OFFICERS,
        "shifts.csv": SHIFTS,
        "conflicts.csv": CONFLICTS,
        "certificates/one.pem": leaf(0x1001).certificate_pem,
        "certificates/two.pem": leaf(0x1002).certificate_pem,
        "roots/root.pem": root().certificate_pem,
        "roots/middle.pem": between().certificate_pem,
        "crl/middle.pem": crl(),
    }
    for name, content in changed.items():
        files[name.removesuffix("_csv") + ".csv" if name.endswith("_csv") else name] = content
    return {name: content for name, content in files.items() if content is not None}
