"""The invented companies of the sandbox. Codes begin with 99 and exchange ids with DXPENT9: neither is given out."""

from __future__ import annotations

import msgspec

ROLES = ("platform", "merchant", "payment", "logistics", "declarant", "bonded", "operator", "guarantor")
"""The words for roles in ``parties.csv``."""


class Company(msgspec.Struct, frozen=True, kw_only=True):
    """A registered company; ``roles`` are the words of ``parties.csv``. ``dxp_id`` is empty when it files nothing."""

    code: str
    name: str
    roles: tuple[str, ...]
    dxp_id: str = ""


class Parties(msgspec.Struct, frozen=True, kw_only=True):
    """The companies that stand in one set of filings."""

    platform: Company
    merchant: Company
    payment: Company
    logistics: Company
    declarant: Company


def _company(kind: int, number: int, name: str, *roles: str, files: bool = True) -> Company:
    return Company(
        code=f"99009{kind:02d}{number:03d}",
        name=f"沙箱{name}{number}（SANDBOX）",
        roles=roles,
        dxp_id=f"DXPENT9{kind:02d}0000{number:03d}" if files else "",
    )


PLATFORMS = tuple(_company(1, number, "平台", "platform", "guarantor") for number in (1, 2))
MERCHANTS = tuple(_company(2, number, "商家", "merchant", files=False) for number in (1, 2, 3, 4))
PAYMENT_COMPANIES = tuple(_company(3, number, "支付", "payment") for number in (1, 2))
LOGISTICS_COMPANIES = tuple(_company(4, number, "物流", "logistics", "guarantor") for number in (1, 2))
DECLARANTS = tuple(_company(5, number, "报关", "declarant", "guarantor") for number in (1, 2, 3))
BONDED = _company(6, 1, "区内仓", "bonded", files=False)
OPERATOR = _company(7, 1, "场所", "operator")
GUARANTOR = _company(8, 1, "担保", "guarantor", files=False)

COMPANIES = (
    *PLATFORMS,
    *MERCHANTS,
    *PAYMENT_COMPANIES,
    *LOGISTICS_COMPANIES,
    *DECLARANTS,
    BONDED,
    OPERATOR,
    GUARANTOR,
)
"""Every company of the sandbox, in the order of ``parties.csv``."""

STRANGER = Company(code="9900999999", name="沙箱未登记（SANDBOX）", roles=(), dxp_id="DXPENT9990000999")
"""A company that is in no table: what names it is wrong."""


def parties_of(number: int) -> Parties:
    """The companies of the set of this number: each combination comes in its turn."""
    return Parties(
        platform=PLATFORMS[number % 2],
        merchant=MERCHANTS[number % 4],
        payment=PAYMENT_COMPANIES[number // 2 % 2],
        logistics=LOGISTICS_COMPANIES[number // 4 % 2],
        declarant=DECLARANTS[number % 3],
    )
