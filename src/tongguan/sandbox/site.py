"""What comes from the site and from the doorstep: warehouse entry lists, and the status of waybills."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from tongguan.ceb.messages.ceb513 import LogisticsStatus
from tongguan.ceb.messages.ceb711 import Delivery, DeliveryHead, DeliveryList
from tongguan.sandbox.companies import OPERATOR
from tongguan.sandbox.documents import ARRIVAL_SITE, DocumentSet, china_time, guid_of, put
from tongguan.sandbox.step import Expected, Step

_LOCATION = "SBX-A-01"


def at_the_site(filed: DocumentSet) -> DocumentSet:
    """The set, sent to the site that releases nothing before it has arrived."""
    return filed.put("inventory.InventoryHead.loctNo", ARRIVAL_SITE)


def entry_list(sets: Sequence[DocumentSet], *changes: tuple[str, Any], number: int = 1) -> Delivery:
    """The list of the parcels of these sets (of one logistics company and one flight), as the operator files it.

    ``number`` tells lists of the same parcels apart. ``changes`` are paths in the record and what stands there.
    """
    first = sets[0]
    deal, head = first.deal, first.inventory.InventoryHead
    record = Delivery(
        DeliveryHead=DeliveryHead(
            guid=guid_of(deal.seed, deal.number, "entry_list", number),
            appType="1",
            appTime=china_time(deal.at),
            appStatus="2",
            customsCode=head.customsCode,
            copNo=f"SBXR{deal.stem}{number:02d}",
            operatorCode=OPERATOR.code,
            operatorName=OPERATOR.name,
            ieFlag="I",
            trafMode=head.trafMode,
            trafNo=head.trafNo or "",
            voyageNo=head.voyageNo or "",
            billNo=head.billNo or "",
            logisticsCode=head.logisticsCode,
            logisticsName=head.logisticsName,
            unloadLocation=_LOCATION,
        ),
        DeliveryList=tuple(
            DeliveryList(gnum=at, logisticsNo=one.inventory.InventoryHead.logisticsNo) for at, one in enumerate(sets, 1)
        ),
    )
    return changed(record, *changes)


def signed_for(filed: DocumentSet, *changes: tuple[str, Any]) -> LogisticsStatus:
    """The status of a set's waybill: the parcel was signed for."""
    deal, head = filed.deal, filed.waybill.LogisticsHead
    record = LogisticsStatus(
        guid=guid_of(deal.seed, deal.number, "waybill_status"),
        appType="1",
        appTime=china_time(deal.at),
        appStatus="2",
        logisticsCode=head.logisticsCode,
        logisticsName=head.logisticsName,
        logisticsNo=head.logisticsNo,
        logisticsStatus="S",
        logisticsTime=china_time(deal.at),
    )
    return changed(record, *changes)


def changed(record: Any, *changes: tuple[str, Any]) -> Any:
    """A record with several fields changed; paths begin in it."""
    for path, value in changes:
        record = put(record, path.split("."), value)
    return record


def list_step(record: Delivery, expected: Expected, **more: Any) -> Step:
    """The file of one entry list."""
    plain = Step(document="entry_list", records=(record,), expected=(expected,), sender=OPERATOR, signed_by=OPERATOR)
    return msgspec.structs.replace(plain, **more)


def status_step(filed: DocumentSet, record: LogisticsStatus, expected: Expected, **more: Any) -> Step:
    """The file of one waybill status."""
    sender = filed.deal.parties.logistics
    plain = Step(document="waybill_status", records=(record,), expected=(expected,), sender=sender, signed_by=sender)
    return msgspec.structs.replace(plain, **more)
