"""What a registered company may be, and in which kind of filing it may stand in that part."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

ROLES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "platform": ("电商平台", "trading platform"),
        "merchant": ("电商企业", "merchant"),
        "payment": ("支付企业", "payment company"),
        "logistics": ("物流企业", "logistics company"),
        "declarant": ("申报企业", "declarant"),
        "bonded": ("区内企业", "bonded-area company"),
        "operator": ("监管作业场所经营人", "operator of a supervised site"),
        "guarantor": ("担保企业", "guarantor"),
    }
)
"""Role word to its Chinese and English name. ``parties.csv`` joins several words with ``|``."""

PROFILES = ("strict", "lenient")
"""How strictly a party's messages are read (``ceb.read.Profile``)."""

GUARANTEE_KINDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "deposit": ("保证金", "deposit"),
        "letter": ("保函", "letter of guarantee"),
    }
)
"""Kinds of tax guarantee."""

SUBSCRIBER_ROLES = ("platform", "merchant", "payment", "logistics", "declarant")
"""As whom a subscriber may see the data of a filing: the roles of a company in a case."""

OFFICER_ROLES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "casework": ("办理案件", "works on cases: takes, asks, releases, rejects, examines, suspends"),
        "enforcement": ("扣留、退运", "detains and ships back"),
        "approval": ("批准", "approves what needs a second person of higher rank"),
        "internal_review": ("内部复核", "reviews what was rejected"),
        "duty": ("值班", "pauses release and hands cases over"),
        "revenue": ("税款", "confirms payment bills"),
    }
)
"""What an officer may do. ``officers.csv`` joins several words with ``|``."""
