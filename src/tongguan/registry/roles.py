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
