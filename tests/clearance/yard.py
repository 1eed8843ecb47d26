"""A supervised site beside the folder of documents: entry lists, waybill status, numbers that are used again."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import msgspec

from tests.clearance.playstore import AGENT, COURIER, OPERATOR, Filed, PlayStore, a_set
from tongguan.ceb.messages.ceb513 import LogisticsStatus
from tongguan.ceb.messages.ceb711 import Delivery, DeliveryHead, DeliveryList
from tongguan.clearance.model import Arrival, Case, Decision, Document, Event, Facts, Key, RecordFiled
from tongguan.registry.model import SiteRow

SITE = SiteRow(loct_no="SITE1", customs_code="5165", name="沙箱场所", operator_code=OPERATOR, needs_arrival=True)
OPEN_SITE = SiteRow(loct_no="SITE2", customs_code="5165", name="沙箱场所", operator_code=OPERATOR)
SITES = {site.loct_no: site for site in (SITE, OPEN_SITE)}


def arriving_set(number: int = 1, site: SiteRow = SITE) -> dict[str, Filed]:
    """A good 9610 set for a site, which (unless another is given) wants to see the parcel first."""
    docs = a_set(number)
    docs["inventory"] = docs["inventory"].head(loctNo=site.loct_no)
    return docs


def entry_list(*numbers: int, cop_no: str = "L1", **head: Any) -> Filed:
    """The list with the waybills of the sets of these numbers, as their inventories name the transport."""
    record = Delivery(
        DeliveryHead=DeliveryHead(
            guid="00000000-0000-4000-8000-000000000711", appType="1", appTime="20260302113000", appStatus="2",
            customsCode="5165", copNo=cop_no, operatorCode=OPERATOR, operatorName="沙箱场所", ieFlag="I", trafMode="5",
            trafNo="T1", voyageNo="V1", billNo="B1", logisticsCode=COURIER, logisticsName="沙箱物流",
        ),
        DeliveryList=tuple(
            DeliveryList(gnum=at, logisticsNo=f"W{number:06d}") for at, number in enumerate(numbers, 1)
        ),
    )  # fmt: skip
    return Filed("entry_list", record).head(**head)


def signed_for(number: int = 1, **fields: Any) -> Filed:
    """The status of the waybill of a set: signed for at half past twelve in China."""
    record = LogisticsStatus(
        guid="00000000-0000-4000-8000-000000000513", appType="1", appTime="20260302113000", appStatus="2",
        logisticsCode=COURIER, logisticsName="沙箱物流", logisticsNo=f"W{number:06d}", logisticsStatus="S",
        logisticsTime="20260302113000",
    )  # fmt: skip
    return Filed("waybill_status", record).head(**fields)


def listed(record: Any) -> list[Key]:
    """The waybills of a list."""
    return [(record.DeliveryHead.logisticsCode, line.logisticsNo) for line in record.DeliveryList]


@dataclass
class YardStore(PlayStore):
    """Knows the sites, and works out who stands in which list from the lists themselves each time."""

    sites: dict[str, SiteRow] = field(default_factory=lambda: dict(SITES))
    rkd: int = 0

    def arrive(self, filed: Filed) -> Decision:
        """File a list; inventories that its decision wakes by name are decided too."""
        decision = self.file(filed)
        for woken in decision.wakes:
            self.decide(woken, woken.kind, woken.key)
        return decision

    def case(self, event: Event, kind: str, key: tuple[str, ...]) -> Case:
        existing = self.documents.get((kind, key))
        if kind == "waybill_status":
            return Case(existing=existing, waybill=self.documents.get(("waybill", key[:2])))
        if kind != "entry_list":
            return super().case(event, kind, key)
        records = [event.record] if isinstance(event, RecordFiled) else []
        records += [existing.record] if existing else []
        named = {waybill for record in records for waybill in listed(record)}
        return Case(existing=existing, claims=tuple(one for one in self._live() if _waybill(one) in named))

    def facts(self, event: Event, kind: str, key: tuple[str, ...], owner: str = "") -> Facts:
        found = super().facts(event, kind, key, owner)
        more: dict[str, Any] = {}
        if kind == "inventory":
            more = self._of_inventory(event, key)
        elif kind == "waybill":
            more = {"waybill_released_at": self._released_by_other(self.documents.get((kind, key)), ())}
        elif kind == "entry_list":
            more = {
                "next_pre_no": f"R20260302{self.pre + 1:09d}",
                "next_rkd_no": f"516520260302{self.rkd + 1:06d}",
                "listed": self._elsewhere(event, key),
            }
        return msgspec.structs.replace(found, **more)

    def _of_inventory(self, event: Event, key: Key) -> dict[str, Any]:
        stored = self.documents.get(("inventory", key))
        record = event.record if isinstance(event, RecordFiled) else stored.record if stored else None
        if record is None:
            return {}
        head = record.InventoryHead
        waybill_key = (head.logisticsCode, head.logisticsNo)
        waybill = self.documents.get(("waybill", waybill_key))
        site = self.sites.get(head.loctNo or "")
        arrivals = [
            (one.accepted_at, one)
            for one in self._lists()
            if waybill_key in listed(one.record)
            and (site is None or one.key[0] == site.operator_code)
            and not (waybill and waybill.anew_from and one.accepted_at < waybill.anew_from)
        ]
        return {
            "site": site,
            "arrival": arrival_of(max(arrivals, key=lambda item: item[0])[1]) if arrivals else None,
            "waybill_released_at": self._released_by_other(waybill, key),
        }

    def _released_by_other(self, waybill: Document | None, key: Key) -> Any:
        if waybill is None or waybill.used_by in (None, key):
            return None
        return self.documents["inventory", waybill.used_by].released_at

    def _elsewhere(self, event: Event, key: Key) -> tuple[tuple[str, Arrival], ...]:
        wanted = listed(event.record) if isinstance(event, RecordFiled) else []
        others = [one for one in self._lists() if one.key[0] == key[0] and one.key != key]
        return tuple((at[1], arrival_of(one)) for one in others for at in listed(one.record) if at in wanted)

    def _lists(self) -> list[Document]:
        found = [one for (kind, _), one in self.documents.items() if kind == "entry_list"]
        return [one for one in found if one.status == "120" and not one.deleted]

    def _live(self) -> list[Document]:
        found = [one for (kind, _), one in self.documents.items() if kind == "inventory"]
        return [one for one in found if one.status not in ("100", "430") and not one.deleted]

    def _apply(self, decision: Decision) -> None:
        self.rkd += decision.took_rkd_no
        super()._apply(decision)


def _waybill(inventory: Document) -> Key:
    head = inventory.record.InventoryHead
    return (head.logisticsCode, head.logisticsNo)


def arrival_of(one: Document) -> Arrival:
    """What a stored list says of its waybills."""
    head = one.record.DeliveryHead
    assert one.accepted_at is not None
    return Arrival(*one.key, one.rkd_no, head.trafMode, head.trafNo, head.voyageNo, head.billNo, one.accepted_at)


def file_all(store: PlayStore, docs: dict[str, Filed]) -> Decision:
    """Order, payment, waybill, inventory; the inventory's decision."""
    for kind in ("order", "payment", "waybill"):
        store.file(docs[kind])
    return store.file(docs["inventory"])


__all__ = ["AGENT", "SITE", "YardStore", "arriving_set", "entry_list", "file_all", "signed_for"]
