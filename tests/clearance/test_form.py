"""The checks of form of requests, warehouse entry lists and waybill statuses; those of the other kinds are in
test_rules.
"""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from tests.clearance.playstore import AGENT, BUYER_ID, COURIER, MERCHANT, NOW, OPERATOR, PLATFORM, TYPES, D, the_law
from tongguan.ceb.messages.ceb513 import LogisticsStatus
from tongguan.ceb.messages.ceb623 import InvtCancel
from tongguan.ceb.messages.ceb625 import InvtRefund, InvtRefundHead, InvtRefundList
from tongguan.ceb.messages.ceb711 import Delivery, DeliveryHead, DeliveryList
from tongguan.ceb.signature.verify import Verdict
from tongguan.clearance.form import CHECKS, form_problems, must_be_filled
from tongguan.clearance.model import RecordFiled
from tongguan.clearance.record import SHAPES
from tongguan.clearance.rule import ALL_KINDS
from tongguan.clearance.times import china_day

FILED = {"guid": "1" * 36, "appType": "1", "appTime": "20260302113000", "appStatus": "2"}
PARTIES = {
    "orderNo": "SBX1", "ebpCode": PLATFORM, "ebpName": "沙箱平台", "ebcCode": MERCHANT, "ebcName": "沙箱电商",
    "logisticsNo": "W1", "logisticsCode": COURIER, "logisticsName": "沙箱物流", "copNo": "C1",
    "invtNo": "51652026I000000001", "buyerIdType": "1", "buyerIdNumber": BUYER_ID, "buyerName": "沙箱甲",
    "buyerTelephone": "00000000001", "agentCode": AGENT, "agentName": "沙箱申报", "reason": "订购人取消",
    "customsCode": "5165",
}  # fmt: skip
RECORDS: dict[str, Any] = {
    "cancellation": InvtCancel(**FILED, **PARTIES),
    "goods_return": InvtRefund(
        InvtRefundHead=InvtRefundHead(**FILED, **PARTIES),
        InvtRefundList=(InvtRefundList(gnum=2, gcode="1901101000", gname="沙箱货物2", qty=D("1"), unit="142"),),
    ),
    "entry_list": Delivery(
        DeliveryHead=DeliveryHead(
            **FILED, customsCode="5165", copNo="E1", operatorCode=OPERATOR, operatorName="沙箱场所", ieFlag="I",
            trafMode="5", trafNo="T1", voyageNo="V1", billNo="B1", logisticsCode=COURIER, logisticsName="沙箱物流",
        ),
        DeliveryList=(DeliveryList(gnum=1, logisticsNo="W1"), DeliveryList(gnum=2, logisticsNo="W2")),
    ),
    "waybill_status": LogisticsStatus(
        **FILED, logisticsCode=COURIER, logisticsName="沙箱物流", logisticsNo="W1", logisticsStatus="S",
        logisticsTime="20260302110000",
    ),
}  # fmt: skip


def problems(kind: str, record: Any) -> list[tuple[str, str, str]]:
    """(rule, code, element) of everything that the form of a record breaks."""
    event = RecordFiled(
        kind=kind, key=("k", "1"), message_type=TYPES[kind], record=record, digest=b"", filing_id="G01", record_no=1,
        sender="", transfer=("", ""), verdict=Verdict(present=True, step="ok"),
    )  # fmt: skip
    found = form_problems(event, the_law().at(china_day(NOW)), NOW)
    return [(one.rule_id, one.code, one.path.rpartition("/")[2]) for one in found]


def changed(kind: str, line: int = 0, **fields: Any) -> Any:
    """A good record with other values in its head, or in a line (counted from 1)."""
    record, shape = RECORDS[kind], SHAPES[kind]
    if line:
        lines = list(getattr(record, shape.lines))
        lines[line - 1] = msgspec.structs.replace(lines[line - 1], **fields)
        return msgspec.structs.replace(record, **{shape.lines: tuple(lines)})
    if not shape.head:
        return msgspec.structs.replace(record, **fields)
    return msgspec.structs.replace(
        record, **{shape.head: msgspec.structs.replace(getattr(record, shape.head), **fields)}
    )


@pytest.mark.parametrize("kind", RECORDS)
def test_a_good_record_breaks_nothing(kind):
    assert problems(kind, RECORDS[kind]) == []


@pytest.mark.parametrize(
    ("kind", "line", "fields", "rule", "code"),
    [
        ("cancellation", 0, {"customsCode": "9X99"}, "D16", "-623001"),
        ("cancellation", 0, {"preNo": "C20260302000000001"}, "D17", "-623001"),
        ("cancellation", 0, {"appTime": "20260302121001"}, "D18", "-623001"),
        ("cancellation", 0, {"orderNo": " "}, "D27", "-623001"),
        ("goods_return", 1, {"qty": D("0")}, "D08", "-625001"),
        ("goods_return", 0, {"customsCode": "9X99"}, "D16", "-625001"),
        ("goods_return", 1, {"unit": "9X9"}, "D16", "-625001"),
        ("goods_return", 0, {"preNo": "T20260302000000001"}, "D17", "-625008"),
        ("goods_return", 0, {"appTime": "20260230120000"}, "D18", "-625001"),
        ("goods_return", 1, {"qty": D("1000000000.00001")}, "D25", "-625001"),
        ("goods_return", 0, {"reason": " "}, "D27", "-625001"),
        ("entry_list", 2, {"gnum": 3}, "D05", "-800001"),
        ("entry_list", 0, {"ieFlag": "E"}, "D12", "-800001"),
        ("entry_list", 0, {"trafMode": "!"}, "D16", "-800001"),
        ("entry_list", 0, {"preNo": "R20260302000000001"}, "D17", "-800001"),
        ("entry_list", 0, {"rkdNo": "516520260302000001"}, "D17", "-800001"),
        ("entry_list", 0, {"appTime": "2026030211300x"}, "D18", "-800001"),
        ("entry_list", 2, {"logisticsNo": " "}, "D27", "-800001"),
        ("waybill_status", 0, {"logisticsStatus": "R"}, "D16", "-505011"),
        ("waybill_status", 0, {"logisticsTime": "20260302121001"}, "D18", "-505011"),
        ("waybill_status", 0, {"logisticsTime": "20260302250000"}, "D18", "-505011"),
        ("waybill_status", 0, {"logisticsNo": " "}, "D27", "-505011"),
    ],
)
def test_one_flaw_is_told_by_its_rule_code_and_element(kind, line, fields, rule, code):
    assert problems(kind, changed(kind, line, **fields)) == [(rule, code, next(iter(fields)))]


def test_a_negative_quantity_is_below_the_bounds_and_no_quantity():
    assert [rule for rule, _, _ in problems("goods_return", changed("goods_return", 1, qty=D("-1")))] == ["D08", "D26"]


def test_what_a_rule_of_its_own_asks_for_is_left_to_it():
    assert problems("cancellation", changed("cancellation", reason=" ")) == []  # D21-REASON, with a closer code


@pytest.mark.parametrize("kind", RECORDS)
def test_numbers_of_the_server_are_free_in_a_change(kind):
    fields = {"appType": "2"} | ({"preNo": "B20260302000000001"} if kind != "waybill_status" else {})
    assert problems(kind, changed(kind, **fields)) == []


@pytest.mark.parametrize("kind", RECORDS)
def test_of_a_deletion_only_the_time_has_to_be_right(kind):
    assert problems(kind, changed(kind, appType="3", appTime="20261301000000")) == [
        ("D18", {"cancellation": "-623001", "goods_return": "-625001", "entry_list": "-800001",
                 "waybill_status": "-505011"}[kind], "appTime")
    ]  # fmt: skip
    wrong = {"customsCode": "9X99"} if kind != "waybill_status" else {"logisticsStatus": "R"}
    assert problems(kind, changed(kind, appType="3", **wrong)) == []


def test_every_kind_is_checked_and_every_text_that_must_be_filled_is_known():
    assert set(CHECKS) == set(ALL_KINDS)
    assert {"reason", "agentName"} <= set(must_be_filled(InvtCancel)) and "copNo" not in must_be_filled(InvtCancel)
