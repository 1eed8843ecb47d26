"""Arrival in the site and signature at the door: entry lists, waybill status, waybill numbers used again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from tongguan.sandbox.bench import Bench
from tongguan.sandbox.companies import LOGISTICS_COMPANIES, parties_of
from tongguan.sandbox.documents import DocumentSet
from tongguan.sandbox.faults.fault import Fault
from tongguan.sandbox.faults.planting import moment, plus_text, version
from tongguan.sandbox.site import at_the_site, changed, entry_list, list_step, signed_for, status_step
from tongguan.sandbox.step import (
    ALL_RELEASED,
    NOTHING,
    WAITS,
    Expected,
    Outcome,
    Step,
    inventory_is,
    refused,
    rejected,
    step,
    steps,
)

Plan = Callable[[Bench], Iterable[Step]]
Change = tuple[str, Any]
STORED = Expected(status="120", note_zh="已入库", note_en="stored")
GENERAL_711, GENERAL_513 = "-800001", "-505011"
HEAD, LINE = "DeliveryHead.", "DeliveryList."
_TRANSPORT: tuple[tuple[str, Any], ...] = (
    ("trafMode", "2"), ("trafNo", plus_text("X")), ("voyageNo", plus_text("X")), ("billNo", plus_text("X")),
)  # fmt: skip
_FIELDS = {
    "trafMode": ("运输方式", "transport mode"),
    "trafNo": ("运输工具编号", "means of transport"),
    "voyageNo": ("航班航次号", "voyage"),
    "billNo": ("提运单号", "master bill"),
}
_WAITING = Expected(status="400", also=("500",), note_zh="已入库，待运抵", note_en="accepted, waits for arrival")
_HELD: Outcome = {**ALL_RELEASED, "inventory": _WAITING}


def _arriving(bench: Bench, **more: Any) -> DocumentSet:
    return at_the_site(bench.own(**more))


def _list_last(bench: Bench) -> Iterable[Step]:
    filed = _arriving(bench)
    yield from steps(filed, ALL_RELEASED)
    yield list_step(entry_list([filed]), STORED)


def _list_first(bench: Bench) -> Iterable[Step]:
    filed = _arriving(bench)
    yield list_step(entry_list([filed]), STORED)
    yield from steps(filed, ALL_RELEASED)


def _list_of_many(bench: Bench) -> Iterable[Step]:
    """Twelve parcels of one flight in one list, the inventories of half of them only after it."""
    first = _arriving(bench, parties=parties_of(0)).inventory.InventoryHead
    flight = tuple((f"inventory.InventoryHead.{name}", getattr(first, name)) for name in ("voyageNo", "billNo"))
    sets = [changed(_arriving(bench, parties=parties_of(0)), *flight) for _ in range(12)]
    for filed in sets[:6]:
        yield from steps(filed, ALL_RELEASED)
    yield list_step(entry_list(sets), STORED)
    for filed in sets[6:]:
        yield from steps(filed, ALL_RELEASED)


def _no_list(bench: Bench) -> Iterable[Step]:
    return steps(_arriving(bench), _HELD)


def _list_differs(field: str, value: Any) -> Plan:
    """The inventory is accepted and waits; the list that comes names another transport and is rejected."""

    def plan(bench: Bench) -> Iterable[Step]:
        filed = _arriving(bench)
        yield from steps(filed, _HELD)
        yield list_step(entry_list([filed], (HEAD + field, value)), rejected("M19"))

    return plan


def _inventory_differs(field: str, value: Any) -> Plan:
    """The list is stored; the inventory that comes names another transport and is rejected."""

    def plan(bench: Bench) -> Iterable[Step]:
        filed = _arriving(bench)
        yield list_step(entry_list([filed]), STORED)
        yield from steps(filed.put(f"inventory.InventoryHead.{field}", value), inventory_is(rejected("M19")))

    return plan


def _list_put_right(bench: Bench) -> Iterable[Step]:
    """A list rejected for its voyage comes again, right and later: the inventory goes on."""
    filed = _arriving(bench)
    yield from steps(filed, ALL_RELEASED)
    yield list_step(entry_list([filed], (HEAD + "voyageNo", plus_text("X"))), rejected("M19"))
    yield list_step(entry_list([filed], (HEAD + "appTime", moment(bench, 1))), STORED)


def _listed_twice(bench: Bench) -> Iterable[Step]:
    filed = _arriving(bench)
    yield list_step(entry_list([filed]), STORED)
    yield list_step(entry_list([filed], number=2), rejected("M19-LISTED"))
    yield from steps(filed, ALL_RELEASED)


def _list_deleted(bench: Bench) -> Iterable[Step]:
    """A list is deleted before any inventory is there: the parcel counts as not arrived."""
    filed = _arriving(bench)
    gone = Expected(status="2", also=("3",), note_zh="已删除", note_en="deleted")
    yield list_step(entry_list([filed]), STORED)
    yield list_step(entry_list([filed], (HEAD + "appType", "3"), (HEAD + "appTime", moment(bench, 1))), gone)
    yield from steps(filed, _HELD)


def _list_changed_late(bench: Bench) -> Iterable[Step]:
    """A change of a list after its inventory is released; where a lane has drawn that, the change is still taken."""
    filed = _arriving(bench)
    late = Expected(
        status=GENERAL_711,
        also=("120",),
        note_zh="清单已放行的不能变更",
        note_en="refused once an inventory is released",
    )
    yield from steps(filed, ALL_RELEASED)
    yield list_step(entry_list([filed]), STORED)
    yield list_step(entry_list([filed], (HEAD + "appType", "2"), (HEAD + "appTime", moment(bench, 1))), late)


def _list_is(*changes: Change, code: str = GENERAL_711, rule: str, two: bool = False, **more: Any) -> Plan:
    """A list refused on arrival; the parcel in it has not arrived."""

    def plan(bench: Bench) -> Iterable[Step]:
        filed = _arriving(bench)
        sets = [filed, filed] if two else [filed]
        yield list_step(entry_list(sets, *changes), refused(code, rule), **more)
        yield from steps(filed, _HELD)

    return plan


def _list_again(*changes: Change, code: str, rule: str, seconds: int) -> Plan:
    """A stored list comes once more under its number."""

    def plan(bench: Bench) -> Iterable[Step]:
        filed = _arriving(bench)
        other = ((HEAD + "appTime", moment(bench, seconds)), (HEAD + "unloadLocation", "SBX-A-02"))
        yield list_step(entry_list([filed]), STORED)
        yield list_step(entry_list([filed], *other, *changes), refused(code, rule))
        yield from steps(filed, ALL_RELEASED)

    return plan


def _list_repeated(bench: Bench) -> Iterable[Step]:
    filed = _arriving(bench)
    yield list_step(entry_list([filed]), STORED)
    yield list_step(entry_list([filed]), NOTHING, again=1)
    yield from steps(filed, ALL_RELEASED)


def _signed(bench: Bench) -> Iterable[Step]:
    filed = bench.own()
    yield from steps(filed, ALL_RELEASED)
    yield status_step(filed, signed_for(filed), STORED)


def _status_is(*changes: Change, code: str = GENERAL_513, rule: str) -> Plan:
    """A status refused on arrival, of a waybill that is there."""

    def plan(bench: Bench) -> Iterable[Step]:
        filed = bench.own()
        yield step("waybill", [filed], [WAITS])
        yield status_step(filed, signed_for(filed, *changes), refused(code, rule))

    return plan


def _status_of_nothing(bench: Bench) -> Iterable[Step]:
    filed = bench.own()
    yield status_step(filed, signed_for(filed), refused("-505014", "D29"))


def _status_again(*changes: Change, code: str, rule: str, seconds: int) -> Plan:
    def plan(bench: Bench) -> Iterable[Step]:
        filed = bench.own()
        later = signed_for(filed, ("appTime", moment(bench, seconds)), *changes)
        yield step("waybill", [filed], [WAITS])
        yield status_step(filed, signed_for(filed), STORED)
        yield status_step(filed, later, refused(code, rule))

    return plan


def _number_used_again(bench: Bench) -> Iterable[Step]:
    """A waybill number comes as new again on the day its parcel was released."""
    filed = bench.own()
    again = version(filed, "waybill", "LogisticsHead", "1", moment(bench, 1))
    yield from steps(filed, ALL_RELEASED)
    # Where a lane holds the parcel it is not released yet, and K01 says the same.
    yield step("waybill", [again], [refused("-504015", "M18")])


def _entry(name: str, zh: str, en: str, plan: Plan, *, good: bool = False) -> Fault:
    return Fault(name=name, area="entry", zh=zh, en=en, plan=plan, good=good)


FAULTS = (
    _entry("arrival-list-last", "待运抵的清单在入库明细单到达后放行", "an inventory waits for its entry list: released by it",
           _list_last, good=True),
    _entry("arrival-list-first", "入库明细单先到：清单直接放行", "the entry list comes first: released at once",
           _list_first, good=True),
    _entry("arrival-list-of-many", "一份入库明细单十二个包裹：全部放行", "twelve parcels in one entry list: all released",
           _list_of_many, good=True),
    _entry("arrival-list-put-right", "入库明细单更正后重新申报：放行", "an entry list put right after a rejection: released",
           _list_put_right, good=True),
    _entry("arrival-list-repeated", "入库明细单重复发送：状态不变", "the same entry list again: nothing changes",
           _list_repeated, good=True),
    _entry("signed-for", "运单签收", "the parcel is signed for", _signed, good=True),
    _entry("M19-WAIT-no-list", "没有入库明细单：清单停在400", "no entry list: the inventory stays at 400", _no_list),
    _entry("M19-WAIT-list-deleted", "入库明细单已删除：清单停在400", "the entry list is deleted: the inventory stays at 400",
           _list_deleted),
    *(_entry(f"M19-list-{field}", f"入库明细单的{_FIELDS[field][0]}与已入库清单不一致",
             f"the entry list names another {_FIELDS[field][1]} than the accepted inventory",
             _list_differs(field, value))
      for field, value in _TRANSPORT),
    *(_entry(f"M19-inventory-{field}", f"清单的{_FIELDS[field][0]}与已入库的入库明细单不一致",
             f"the inventory names another {_FIELDS[field][1]} than the stored entry list",
             _inventory_differs(field, value))
      for field, value in _TRANSPORT),
    _entry("M19-LISTED-twice", "同一运单在两份入库明细单中", "one waybill in two entry lists", _listed_twice),
    _entry("D05-list-gap", "入库明细单序号不从1起", "lines of an entry list do not count from 1",
           _list_is((LINE + "1.gnum", 2), rule="D05")),
    _entry("D12-list", "入库明细单的进出口标记为E", "ieFlag of an entry list is E", _list_is((HEAD + "ieFlag", "E"), rule="D12")),
    _entry("D16-list-customs", "入库明细单的海关代码不存在", "unknown customsCode in an entry list",
           _list_is((HEAD + "customsCode", "9999"), rule="D16")),
    _entry("D16-list-traffic", "入库明细单的运输方式代码不存在", "unknown trafMode in an entry list",
           _list_is((HEAD + "trafMode", "Q"), rule="D16")),
    _entry("D17-list-rkd-no", "新增入库明细单自填入库单编号", "a new entry list brings its own rkdNo",
           _list_is((HEAD + "rkdNo", "514120260101000001"), rule="D17")),
    _entry("D18-list", "入库明细单的报送时间不是时间", "appTime of an entry list is no time",
           _list_is((HEAD + "appTime", "20261345000000"), rule="D18")),
    _entry("D28-list", "入库明细单缺企业内部编号", "an entry list without copNo", _list_is((HEAD + "copNo", None), rule="D28")),
    _entry("D30-list", "同一运单在入库明细单中出现两次", "a waybill stands twice in an entry list",
           _list_is(rule="D30", two=True)),
    _entry("D19-ROLE-list", "入库明细单的经营人不是监管场所经营人", "the filer of an entry list is no operator of a site",
           _list_is((HEAD + "operatorCode", LOGISTICS_COMPANIES[0].code), code="-10101", rule="D19-ROLE",
                    sender=LOGISTICS_COMPANIES[0], signed_by=LOGISTICS_COMPANIES[0])),
    _entry("K01-resent-list", "已入库的入库明细单以 appType 1 再次申报", "a stored entry list filed as new once more",
           _list_again(code="-800003", rule="K01", seconds=1)),
    _entry("K02-old-list", "以较早报送时间变更入库明细单", "a change of an entry list with an older appTime",
           _list_again((HEAD + "appType", "2"), code="-800005", rule="K02", seconds=-60)),
    _entry("K04-change-list", "变更不存在的入库明细单", "a change of an entry list that is not there",
           _list_is((HEAD + "appType", "2"), rule="K04")),
    _entry("K05-list", "清单放行后变更入库明细单", "a change of an entry list after its inventory is released",
           _list_changed_late),
    _entry("K06-list", "变更入库明细单时改了预录入编号", "a change of an entry list with another preNo",
           _list_again((HEAD + "appType", "2"), (HEAD + "preNo", "R20260101000000001"), code=GENERAL_711, rule="K06",
                       seconds=1)),
    _entry("D16-status", "运单状态代码不是S", "the status of a waybill is not S",
           _status_is(("logisticsStatus", "X"), rule="D16")),
    _entry("D18-status", "运单状态时间不是时间", "the time of a waybill status is no time",
           _status_is(("logisticsTime", "20261345000000"), rule="D18")),
    _entry("D29-status", "运单状态对应的运单不存在", "the status of a waybill that is not there", _status_of_nothing),
    _entry("K01-resent-status", "运单状态以 appType 1 再次申报", "a waybill status filed as new once more",
           _status_again(("logisticsTime", "20260101000000"), code="-505012", rule="K01", seconds=1)),
    _entry("K02-old-status", "以较早报送时间变更运单状态", "a change of a waybill status with an older appTime",
           _status_again(("appType", "2"), code="-505016", rule="K02", seconds=-60)),
    _entry("M18-number", "放行当日重复使用运单号", "a waybill number used again on the day of release", _number_used_again),
)  # fmt: skip
"""Each entry: name, both languages and the files in their order."""
