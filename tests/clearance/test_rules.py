"""Every rule, broken and kept, at its edge. The expected codes are those of the official and field tables."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import msgspec
import pytest

from tests.clearance.playstore import (
    AGENT,
    AREA,
    BUYER_ID,
    COURIER,
    MERCHANT,
    OTHER_ID,
    PAYER,
    PLATFORM,
    D,
    Filed,
    PlayStore,
    a_bonded_set,
    a_set,
    law_changed,
    law_with,
)
from tests.clearance.test_whole_cases import KINDS, clear
from tongguan.ceb.signature.verify import Verdict

Change = Callable[[Filed], Filed]


def head(**fields: object) -> Change:
    return lambda filed: filed.head(**fields)


def line(**fields: object) -> Change:
    return lambda filed: filed.line(1, **fields)


BROKEN = [
    ("order", head(acturalPaid=D("174.57")), "D01", "-301008", "one fen more than the sum was paid"),
    ("order", head(goodsValue=D("150.01"), acturalPaid=D("174.57")), "D02", "-301008", "goodsValue is not the sum"),
    ("order", lambda one: one.line(1, price=D("99.99")), "D03", "-301008", "price times qty is not the line total"),
    ("inventory", lambda one: one.line(1, price=D("99.99")), "D03", "-621001", "the same on an inventory line"),
    ("order", head(currency="502"), "D04", "-301008", "dollars"),
    ("payment", head(currency="502"), "D04", "-401009", "dollars paid"),
    ("waybill", head(currency="502"), "D04", "-504011", "freight in dollars"),
    ("inventory", line(currency="502"), "D04", "-621001", "a line in dollars"),
    ("order", line(gnum=2), "D05", "-301002", "gnum 2 twice"),
    ("inventory", lambda one: one.line(2, gnum=3), "D05", "-621027", "gnum 1, 3"),
    ("waybill", head(packNo=2), "D06", "-504011", "two parcels"),
    ("inventory", head(packNo=0), "D06", "-621001", "no parcel"),
    ("inventory", head(netWeight=D("1.50001")), "D07", "-621001", "net above gross"),
    ("inventory", head(netWeight=D("0")), "D07", "-621001", "net weight 0"),
    ("waybill", head(weight=D("0")), "D07", "-504011", "waybill weight 0"),
    ("order", line(qty=D("0"), totalPrice=D("0")), "D08", "-301008", "qty 0"),
    ("inventory", line(qty1=D("0")), "D08", "-621001", "qty1 0"),
    ("inventory", line(qty2=D("1")), "D08", "-621001", "qty2 without unit2"),
    ("inventory", line(unit2="007"), "D08", "-621001", "unit2 without qty2"),
    ("inventory", line(qty2=D("0"), unit2="007"), "D08", "-621001", "qty2 0"),
    ("order", head(buyerIdType="2"), "D10", "-301008", "an id of another type"),
    ("order", head(buyerIdNumber=BUYER_ID[:-1]), "D10", "-301008", "17 characters"),
    ("inventory", head(buyerIdNumber=OTHER_ID[:-1] + ("0" if OTHER_ID[-1] != "0" else "1")), "D10", "-621001",
     "a wrong check character"),
    ("payment", head(payerIdNumber="990101199013010012"), "D10", "-401009", "a thirteenth month"),
    ("order", head(orderType="E"), "D12", "-301008", "an export order"),
    ("inventory", head(ieFlag="E"), "D12", "-621001", "an export inventory"),
    ("inventory", head(trafNo=None), "D13", "-621001", "9610 without trafNo"),
    ("inventory", head(voyageNo=" "), "D13", "-621001", "9610 with a blank voyageNo"),
    ("inventory", head(billNo=""), "D13", "-621001", "9610 with an empty billNo"),
    ("inventory", head(country="142"), "D13", "-621001", "9610 that sets out from China"),
    ("inventory", head(country="701"), "D13", "-621001", "9610 that sets out from nobody knows where"),
    ("inventory", head(customsCode="9X99"), "D16", "-621001", "no such office"),
    ("inventory", head(portCode="9X99"), "D16", "-621001", "no such port office"),
    ("inventory", head(trafMode="!"), "D16", "-621001", "no such transport mode"),
    ("inventory", head(wrapType="!"), "D16", "-621001", "no such packing"),
    ("inventory", head(country="9X9"), "D16", "-621001", "no such country"),
    ("inventory", line(unit="9X9"), "D16", "-621001", "no such unit"),
    ("order", line(country="9X9"), "D16", "-301008", "no such origin"),
    ("inventory", head(tradeMode="0110"), "D16", "-621001", "general trade"),
    ("inventory", head(customsCode="0000"), "D16", "-621001", "all offices at once"),
    ("inventory", head(trafMode="A"), "D16", "-621001", "all transport modes at once"),
    ("inventory", line(unit1="9X9"), "D16", "-621001", "no such first legal unit"),
    ("inventory", line(unit2="9X9", qty2=D("1")), "D16", "-621001", "no such second unit"),
    ("inventory", line(tradeCountry="9X9"), "D16", "-621001", "no such trading country"),
    ("order", head(consigneeDistrict="990101"), "D16", "-301008", "a district of no province"),
    ("order", head(consigneeDistrict="11010"), "D16", "-301008", "a district of five figures"),
    ("order", head(buyerRegNo=" "), "D27", "-301008", "a blank where a text must be"),
    ("payment", head(payerName="\u3000"), "D27", "-401009", "a wide blank for a name"),
    ("waybill", head(consignee="\t "), "D27", "-504011", "a tabulator and a blank"),
    ("inventory", line(gmodel=" "), "D27", "-621001", "a blank in a line"),
    ("inventory", head(preNo="B20260302000000001"), "D17", "-621001", "preNo on a new inventory"),
    ("inventory", head(invtNo="51652026I000000001"), "D17", "-621001", "invtNo on a new inventory"),
    ("order", head(appTime="20260302121001"), "D18", "-301008", "appTime 10 minutes and a second ahead"),
    ("order", head(appTime="20261302120000"), "D18", "-301008", "appTime in a thirteenth month"),
    ("payment", head(payTime="2026030211290x"), "D18", "-401009", "letters in payTime"),
    ("payment", head(payTime="20260302121001"), "D18", "-401009", "paid 10 minutes and a second ahead"),
    ("inventory", head(ieDate="20260230"), "D18", "-621001", "entered on a day that there is not"),
    ("inventory", head(declTime="20260402"), "D18", "-621001", "declTime 31 days ahead"),
    ("inventory", head(declTime="20260130"), "D18", "-621001", "declTime 31 days ago"),
    ("payment", head(amountPaid=D("1000000000.00001")), "D25", "-401009", "an amount above the greatest"),
    ("inventory", line(qty1=D("1000000000.00001")), "D25", "-621001", "a quantity above the greatest"),
    ("payment", head(amountPaid=D("-0.00001")), "D26", "-401009", "a negative payment"),
    ("waybill", head(freight=D("-1")), "D26", "-504011", "a negative freight"),
    ("order", head(discount=D("-1"), acturalPaid=D("175.56")), "D26", "-301008", "a negative discount"),
    ("order", head(appType="4"), "K07", "-301012", "an unknown appType"),
    ("payment", head(appType="0"), "K07", "-401010", "an unknown appType of a payment"),
    ("order", head(appStatus="3"), "K07", "-301012", "an unknown appStatus"),
    ("order", head(ebcCode="99E9999999"), "D19-CODE", "-10102", "an unknown merchant"),
    ("order", head(ebcCode=COURIER), "D19-ROLE", "-10101", "a courier as merchant"),
    ("order", head(payCode=MERCHANT), "D19-ROLE", "-10101", "a merchant as payment company"),
    ("inventory", head(areaCode=COURIER), "D19-ROLE", "-10101", "a courier as bonded-area company"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "change", "rule", "code"), [case[:4] for case in BROKEN], ids=[case[4] for case in BROKEN]
)
def test_a_document_that_breaks_a_rule_is_refused_with_its_code(kind, change, rule, code):
    store, docs = PlayStore(), a_set()
    decision = store.file(change(docs[kind]))
    assert (decision.outcome, decision.status) == ("refused", code)
    assert rule in {one.rule_id for one in decision.problems}
    assert f"[{rule};" in decision.receipts[0].info
    assert not (decision.documents or decision.moves or decision.brings or decision.due)


KEPT = [
    ("order", head(acturalPaid=D("174.56400")), "less than half a fen is no difference"),
    ("order", lambda one: one.line(1, price=D("33.33333"), qty=D("3"), totalPrice=D("100.00")), "99.99999 is 100.00"),
    ("order", lambda one: one.line(1, price=D("0"), totalPrice=D("0")).head(goodsValue=D("50"), acturalPaid=D("74.56")),
     "a gift has price 0"),
    ("order", head(currency=""), "an empty currency counts as 142"),
    ("inventory", head(netWeight=D("1.5")), "net equals gross"),
    ("inventory", line(qty2=D("1"), unit2="007"), "second quantity with its unit"),
    ("order", head(buyerIdNumber=f" {BUYER_ID.lower()} "), "blanks and a small x in an id number"),
    ("inventory", head(wrapType="2"), "a packing of the list"),
    ("inventory", head(country="110"), "goods that set out from Hong Kong"),
    ("inventory", line(tradeCountry="110"), "a trading country of the list"),
    ("order", head(consigneeDistrict="110101"), "a district of the list"),
    ("order", head(consigneeDistrict="330199"), "a district younger than the list, of a prefecture in it"),
    ("order", head(buyerRegNo=" b1 "), "blanks around a text"),
    ("payment", head(payTime="20260302121000"), "paid 10 minutes ahead"),
    ("inventory", head(ieDate="20280229"), "the last day of a February of 29 days"),
    ("order", head(appTime="20260302121000"), "appTime 10 minutes ahead"),
    ("inventory", head(declTime="20260401"), "declTime 30 days ahead"),
    ("inventory", head(declTime="20260131"), "declTime 30 days ago"),
    ("payment", head(amountPaid=D("1000000000")), "the greatest amount"),
    ("payment", head(amountPaid=D("0")), "nothing paid is no fault of form"),
    ("waybill", head(freight=None, insuredFee=None), "absent charges"),
    ("inventory", head(agentCode=MERCHANT), "a merchant that declares for itself"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "change"), [case[:2] for case in KEPT], ids=[case[2] for case in KEPT])
def test_a_document_at_the_good_side_of_the_edge_is_taken(kind, change):
    store, docs = PlayStore(), a_set()
    filed = change(docs[kind])
    if kind == "inventory" and filed.record.InventoryHead.agentCode == MERCHANT:
        filed.sender = MERCHANT
    assert store.file(filed).outcome == "waiting"


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name in ("emsNo", "areaCode", "areaName") for value in (None, " ")]
)
def test_bonded_mode_needs_book_and_company(name, value):
    docs, book = a_bonded_set()
    decision = PlayStore(book=book).file(docs["inventory"].head(**{name: value}))
    assert decision.status in ("-621001", "-10102")  # a blank company code is an unknown company first
    assert {one.rule_id for one in decision.problems} <= {"D14", "D19-CODE"}


def test_bonded_mode_needs_item_numbers_and_sets_out_from_china():
    docs, book = a_bonded_set()
    store = PlayStore(book=book)
    for filed in (docs["inventory"].line(2, itemRecordNo=None), docs["inventory"].head(country="601")):
        decision = store.file(filed)
        assert (decision.status, [one.rule_id for one in decision.problems]) == ("-621001", ["D14"])
    assert store.file(docs["inventory"].head(billNo="B1", tradeMode="1239")).outcome == "waiting"


SIGNATURE = {"order": "-301020", "payment": "-401009", "waybill": "-504011", "inventory": "-621029"}


@pytest.mark.parametrize("kind", KINDS)
def test_signature_and_certificate_are_the_filers_and_in_force(kind):
    docs, code = a_set(), SIGNATURE[kind]
    for step in ("digest", "value", "algorithm", "certificate", "structure"):
        filed = docs[kind]
        filed.verdict = Verdict(present=True, step=step)
        decision = PlayStore().file(filed)
        assert (decision.status, decision.problems[0].rule_id, decision.problems[0].found) == (code, "D20-SIGN", step)
    filed = a_set()[kind]
    for certificate in ("99E9999999", AREA):  # not registered; another party's
        filed.certificate = certificate
        decision = PlayStore().file(filed)
        assert (decision.status, decision.problems[0].rule_id) == (code, "D20-CERT")
    filed = a_set()[kind]
    assert PlayStore(revoked={filed.sender}).file(filed).problems[0].rule_id == "D20-CERT"
    filed.verdict = Verdict(present=False, step="missing")
    decision = PlayStore().file(filed)
    assert decision.status == (code if kind == "inventory" else "2")  # the schema demands it of inventories only


@pytest.mark.parametrize(
    ("kind", "code"), [("order", "-301008"), ("payment", "-401009"), ("waybill", "-504011"), ("inventory", "-621015")]
)
def test_transfer_company_and_exchange_id_are_the_filers(kind, code):
    for transfer in ((AREA, ""), ("", "DXPENT9990000006")):
        filed = a_set()[kind]
        filed.transfer = transfer
        decision = PlayStore().file(filed)
        assert (decision.status, decision.problems[0].rule_id) == (code, "D20-CARD")


@pytest.mark.parametrize(
    ("kind", "sender", "status"),
    [
        ("order", MERCHANT, "2"),
        ("order", COURIER, "2"),
        ("order", PAYER, "-301008"),
        ("payment", MERCHANT, "-401009"),
        ("waybill", MERCHANT, "-504011"),
        ("inventory", MERCHANT, "2"),
        ("inventory", COURIER, "-621016"),
    ],
)
def test_only_who_answers_for_a_document_files_it(kind, sender, status):
    filed = a_set()[kind]
    filed.sender = sender
    assert PlayStore().file(filed).status == status


def test_nobody_replaces_anothers_document():
    store, filed = PlayStore(), a_set()["order"]
    store.file(filed)
    other = filed.later(appType="2")
    other.sender = MERCHANT
    assert store.file(other).problems[0].rule_id == "K08"


MATCH = [
    ("order", head(payCode=AREA), "13035", "M03", "another payment company"),
    ("order", head(payTransactionId="P9"), "", "M03-ID", "another transaction"),
    ("payment", head(amountPaid=D("174.57")), "1332", "M04", "one fen more paid"),
    ("payment", head(payerName="沙箱丙"), "1327", "M05", "another payer's name"),
    ("payment", head(payerIdNumber=OTHER_ID), "1327", "M05", "another payer's number"),
    ("waybill", head(orderNo="SBX9"), "", "M07", "the waybill of another order"),
    ("waybill", head(consignee="沙箱丙"), "", "M08", "another consignee"),
    ("waybill", head(consigneeTelephone="1"), "", "M08", "another telephone"),
    ("waybill", head(consigneeAddress="x"), "", "M08", "another address"),
    ("inventory", head(buyerName="沙箱丙"), "13127", "M09", "another buyer's name"),
    ("inventory", head(buyerIdNumber=OTHER_ID), "", "M10", "another buyer's number"),
    ("inventory", head(buyerTelephone="1"), "130126", "M11", "another buyer's telephone"),
    ("waybill", head(freight=D("10.01")), "", "M12", "freight one fen higher"),
    ("waybill", head(insuredFee=D("0.01")), "", "M12", "insurance one fen higher"),
    ("inventory", line(gname="x"), "1322", "M14", "another name"),
    ("inventory", line(qty=D("2"), price=D("50")), "1322", "M14", "another quantity"),
    ("inventory", line(unit="007"), "1322", "M14", "another unit"),
    ("inventory", line(qty=D("1.00001")), "1322", "M14", "a quantity that differs in its fifth decimal"),
    ("inventory", line(price=D("100.01"), totalPrice=D("100.01")), "1322", "M14", "another total"),
    ("inventory", line(country="304"), "1322", "M14", "another origin"),
    ("inventory", line(itemNo="X"), "1322", "M14", "another item number"),
    ("waybill", head(weight=D("1.65001")), "", "D07-WAYBILL", "a waybill over a tenth heavier"),
    ("inventory", head(assureCode=AREA), "", "M16", "a guarantor that is no party"),
    ("inventory", head(assureCode=MERCHANT), "", "M16", "a guarantor without a guarantee"),
    ("inventory", line(gcode="9999999999"), "", "D09", "a code outside the tariff"),
    ("inventory", line(gcode="0306120000"), "", "D09-MODE", "lobster, bonded only, by direct shipping"),
    ("inventory", line(unit1="036"), "", "D08-UNIT", "grams where the tariff has kilograms"),
    ("inventory", line(unit2="007", qty2=D("1")), "", "D08-UNIT", "a second unit that the tariff has not"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "change", "code", "rule"), [case[:4] for case in MATCH], ids=[case[4] for case in MATCH]
)
def test_documents_that_differ_are_rejected_with_the_rule_and_the_known_code(kind, change, code, rule):
    store, docs = PlayStore(), a_set()
    docs[kind] = change(docs[kind])
    store.parties[AREA] = msgspec.structs.replace(store.parties[AREA], roles=("bonded", "payment"))
    final = clear(store, docs)
    assert (final.outcome, final.status) == ("rejected", "100")
    problem = next(one for one in final.problems if one.rule_id == rule)
    assert problem.code == code
    text = next(one.info for one in final.receipts if one.status == "100")
    assert (f"[Code:{code};" if code else f"[{rule};") in text
    assert not final.moves
    assert store.balance("quota") == (0, 0)


AGREE = [
    ("payment", head(amountPaid=D("174.5640")), "less than half a fen"),
    ("inventory", line(price=D("100.004")), "a price that agrees to two decimals"),
    ("payment", head(payerIdNumber=f" {BUYER_ID} "), "blanks round a number"),
    ("waybill", head(weight=D("1.65")), "a waybill a tenth heavier"),
    ("waybill", head(weight=D("1.35")), "a waybill a tenth lighter"),
    ("inventory", line(itemNo=None), "an item number given on one side only"),
    ("inventory", head(assureCode=PLATFORM), "the platform as guarantor"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "change"), [case[:2] for case in AGREE], ids=[case[2] for case in AGREE])
def test_documents_that_agree_at_the_edge_are_released(kind, change):
    store, docs = PlayStore(), a_set()
    docs[kind] = change(docs[kind])
    assert clear(store, docs).outcome == "released"


def test_an_absent_charge_is_none():
    docs = a_set(freight="0.00", tax="0")
    docs["waybill"] = docs["waybill"].head(freight=None, insuredFee=None)
    assert clear(PlayStore(), docs).outcome == "released"


def test_another_number_of_lines_is_told_by_its_code():
    docs, more = a_set(), a_set(prices=("100.00", "50.00", "1.00"), tax="13.56")
    docs["inventory"] = more["inventory"]
    final = clear(PlayStore(), docs)
    assert [(one.rule_id, one.code) for one in final.problems] == [("M13", "1320")]


def test_codes_come_first_and_every_reason_is_there():
    store, docs = PlayStore(), a_set()
    docs["payment"] = docs["payment"].head(amountPaid=D("1"))
    docs["waybill"] = docs["waybill"].head(orderNo="SBX9")
    text = next(one.info for one in clear(store, docs).receipts if one.status == "100")
    assert text.startswith("[Code:1332;") and "[M07;" in text


def test_all_pairs_are_kept_equal_or_not_and_personal_ones_are_marked():
    final = clear(PlayStore(), a_set())
    assert all(one.equal for one in final.compared)
    personal = {one.left_path.rpartition(".")[2] for one in final.compared if one.personal}
    assert personal == {"consignee", "consigneeTelephone", "consigneeAddress", "buyerName", "buyerIdNumber",
                        "buyerTelephone", "payerName", "payerIdNumber"}  # fmt: skip
    assert {one.rule_id for one in final.compared} == {
        "M03", "M03-ID", "M04", "M05", "M07", "M08", "M09", "M10", "M11", "M12", "M13", "M14", "D07-WAYBILL",
    }  # fmt: skip
    # 2 of M03, 1 M04, 2 M05, 1 M07, 3 M08, 1 M09, 2 M10, 1 M11, 2 M12, 1 M13, 1 weight, 7 fields of 2 lines
    assert len(final.compared) == 17 + 14


def test_no_receipt_and_no_problem_shows_a_persons_value():
    store, docs = PlayStore(), a_set()
    docs["payment"] = docs["payment"].head(payerName="沙箱丙丁", payerIdNumber=OTHER_ID)
    docs["waybill"] = docs["waybill"].head(consignee="沙箱戊己", consigneeAddress="沙箱路二号三楼")
    docs["inventory"] = docs["inventory"].head(buyerTelephone="00000000099")
    final = clear(store, docs)
    shown = msgspec.json.encode([final.receipts, final.problems]).decode()
    for value in (BUYER_ID, OTHER_ID, "沙箱甲", "沙箱丙丁", "沙箱乙", "沙箱戊己", "沙箱市样例路1号", "沙箱路二号三楼",
                  "00000000001", "00000000099"):  # fmt: skip
        assert value not in shown
    assert {one.rule_id for one in final.problems} == {"M05", "M08", "M11"}


def test_a_faulty_id_number_is_not_told_back():
    bad = BUYER_ID[:-1] + ("0" if BUYER_ID[-1] != "0" else "1")
    decision = PlayStore().file(a_set()["order"].head(buyerIdNumber=bad))
    assert bad not in msgspec.json.encode([decision.receipts, decision.problems]).decode()


BOOK = [
    ({"gcode": "2106909001"}, "gcode"), ({"unit": "007"}, "unit"), ({"unit1": "036"}, "unit1"),
    ({"country": "304"}, "country"), ({"price": D("76.92")}, "price"), ({"area_code": AGENT}, "areaCode"),
    ({"item_record_no": "R9"}, "itemRecordNo"), ({"ems_no": "EMS9"}, "itemRecordNo"),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "element"), BOOK, ids=[f"{case[1]}-{at}" for at, case in enumerate(BOOK)])
def test_the_account_book_has_the_same_goods(fields, element):
    docs, book = a_bonded_set()
    final = clear(PlayStore(book=(msgspec.structs.replace(book[0], **fields), book[1])), docs)
    assert [(one.rule_id, one.path.rpartition("/")[2]) for one in final.problems] == [("D15", element)]


def test_the_price_of_bonded_goods_may_differ_by_thirty_in_a_hundred():
    docs, book = a_bonded_set()  # filed 100.00; 100 − 76.93 is 23.07, below 30 % of 76.93, 23.079
    final = clear(PlayStore(book=(msgspec.structs.replace(book[0], price=D("76.93")), book[1])), docs)
    assert final.outcome == "released"


@pytest.mark.parametrize(("day", "status"), [("2026-03-02", "800"), ("2026-03-01", "100")])
def test_a_guarantee_is_good_through_its_last_day(day, status):
    store = PlayStore()
    assert store.guarantee is not None
    store.guarantee = msgspec.structs.replace(store.guarantee, valid_to=date.fromisoformat(day))
    assert clear(store, a_set()).status == status


@pytest.mark.parametrize(("mode", "status"), [("note", "800"), ("reject", "100")])
def test_a_wrong_tax_total_is_a_note_or_a_rejection_as_the_setting_says(mode, status):
    final = clear(PlayStore(law=law_with("settings", "S13", value=mode)), a_set(tax="14.55"))
    assert final.status == status
    assert any("[M20;" in one.info and "14.56" in one.info for one in final.receipts)


def test_the_tolerance_is_a_setting():
    docs = a_set()
    docs["payment"] = docs["payment"].head(amountPaid=D("174.66"))
    assert clear(PlayStore(law=law_with("settings", "S01", value="0.10")), docs).status == "800"
    assert clear(PlayStore(law=law_with("settings", "S01", value="0.09")), docs).status == "100"


def test_the_payer_need_not_be_the_buyer_where_the_setting_says_so():
    docs = a_set()
    docs["payment"] = docs["payment"].head(payerName="沙箱丙", payerIdNumber=OTHER_ID)
    final = clear(PlayStore(law=law_with("settings", "S15", value="no")), docs)
    assert final.outcome == "released" and "M05" not in {one.rule_id for one in final.compared}


@pytest.mark.parametrize(("last_day", "status"), [(date(2026, 3, 2), "100"), (date(2026, 3, 1), "800")])
def test_a_row_of_law_alone_changes_the_decision_from_its_date(last_day, status):
    """The yearly limit rises to 30,000 the day after ``last_day``; the case is of 2026-03-02."""
    law = law_changed("limits", "L04", last_day, "L04B", amount="30000")
    store = PlayStore(law=law, accounts={"quota": [D("0"), D("26000.00")]})
    final = clear(store, a_set())
    assert final.status == status
    assert ("L04B" if status == "800" else "L04") in final.law_rows


def test_the_list_of_the_day_decides():
    law = law_with("positive_list", "P0087", valid_to="2026-03-01")
    assert {one.rule_id for one in clear(PlayStore(law=law), a_set()).problems} == {"D09"}
