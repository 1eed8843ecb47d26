"""What parties were told of their rows in the registry that end, as a page; what was renewed meanwhile is left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

import msgspec

from tongguan.clearance.expiry import EXPIRED, EXPIRES_SOON
from tongguan.gateway.wire_time import iso_utc
from tongguan.registry.expiry import CERTIFICATE, GUARANTEE, REGISTRATION
from tongguan.registry.snapshot import Registry
from tongguan.store.casework import wall_ns
from tongguan.store.notices import ToldNotice


class _Item(NamedTuple):
    zh: str
    en: str
    fix_zh: str
    fix_en: str


ITEMS: Mapping[str, _Item] = MappingProxyType(
    {
        REGISTRATION: _Item(
            "企业登记", "the registration", "向海关办理登记延续，由运营方导入", "renew it with customs, for the operator to import"
        ),
        CERTIFICATE: _Item(
            "数字证书", "the certificate", "换发证书，把新证书交运营方登记", "get a new certificate and have the operator register it"
        ),
        GUARANTEE: _Item(
            "税款担保", "the tax guarantee", "向海关续办担保，由运营方导入", "renew it with customs, for the operator to import"
        ),
    }
)  # fmt: skip
_TEXTS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        EXPIRES_SOON: ("{zh}{name}将于 {day} 日终到期", "{en}{name} ends with {day}"),
        EXPIRED: ("{zh}{name}已到期，末日为 {day}", "{en}{name} has ended; its last day was {day}"),
    }
)


class NoticeForm(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One notice. ``what``: expires_soon, expired. ``item``: registration, certificate, guarantee. ``lastDay`` is the
    last day in China on which it is valid, ``toldAt`` is UTC.
    """

    party_code: str
    what: str
    item: str
    name: str
    last_day: str
    told_at: str
    text_zh: str
    text_en: str
    fix_zh: str
    fix_en: str


class NoticesPage(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Notices in the order of telling. ``next`` goes on from here; ``more`` says that there are others."""

    notices: list[NoticeForm]
    next: int
    more: bool


def notices_page(found: Sequence[ToldNotice], after: int, asked: int, registry: Registry | None) -> NoticesPage:
    """The page for what was read, one more than ``asked`` where there are others."""
    page = found[:asked]
    return NoticesPage(
        notices=[_form(one) for one in page if _stands(one, registry)],
        next=page[-1].number if page else after,
        more=len(found) > asked,
    )


def _stands(told: ToldNotice, registry: Registry | None) -> bool:
    return registry is None or told.notice.ending in registry.endings.get(told.party_code, ())


def _form(told: ToldNotice) -> NoticeForm:
    ending, item = told.notice.ending, ITEMS[told.notice.ending.item]
    zh, en = _TEXTS[told.notice.what]
    values = {"zh": item.zh, "en": item.en, "name": f" {ending.name}" if ending.name else "", "day": ending.last_day}
    return NoticeForm(
        party_code=told.party_code,
        what=told.notice.what,
        item=ending.item,
        name=ending.name,
        last_day=str(ending.last_day),
        told_at=iso_utc(wall_ns(told.at)),
        text_zh=zh.format(**values),
        text_en=en.format(**values),
        fix_zh=item.fix_zh,
        fix_en=item.fix_en,
    )
