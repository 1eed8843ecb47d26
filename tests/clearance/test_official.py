"""Refusals speak the e-port's own words with the values in their places, then ours; no person is shown."""

from __future__ import annotations

import msgspec
import pytest

from tests.clearance.playstore import AREA, BUYER_ID, COURIER, D, PlayStore, a_set
from tests.clearance.test_whole_cases import clear
from tongguan.clearance.official import FILLS, SECOND_TEXT, official_text
from tongguan.clearance.receipts import INFO_MOST
from tongguan.clearance.rulebook import RULES
from tongguan.codes.catalogue import table

GIVEN = sorted({code for rule in RULES for kind in rule.documents if (code := rule.code(kind)).startswith("-")})


@pytest.mark.parametrize("code", GIVEN)
def test_every_place_of_a_text_that_we_give_is_filled_by_name(code):
    text = official_text(code)
    places = text.count("[*]") + text.replace("[*]", "").count("*") + text.count("[错误信息]")
    assert len(FILLS.get(code, ())) == places


def test_fills_and_second_texts_are_about_codes_of_the_table():
    codes = table("return_error_codes")
    assert all(code in codes for code in (*FILLS, *SECOND_TEXT))
    assert all(" / " in codes.zh(code) for code in SECOND_TEXT)
    assert all("*" not in official_text(code) or code in FILLS for code in GIVEN)


def info(decision) -> str:
    """The returnInfo of the only receipt."""
    (receipt,) = decision.receipts
    return receipt.info


def test_field_checks_name_the_reasons_in_their_place():
    store, docs = PlayStore(), a_set()
    assert info(store.file(docs["order"].head(acturalPaid=D("1")))).startswith("参数校验不通过，[D01;实际支付金额")
    assert info(store.file(docs["waybill"].head(packNo=2))).startswith("参数校验不通过，[D06;")
    assert info(store.file(docs["payment"].head(currency="502"))).startswith(
        "参数校验不通过，[paymentHead,payment][D04;"
    )
    assert info(store.file(docs["inventory"].head(packNo=2))).startswith("清单报文校验失败，[D06;")


def test_a_repeated_inventory_is_named_by_its_number():
    store, docs = PlayStore(), a_set()
    clear(store, docs)
    text = info(store.file(docs["inventory"].later(note="沙箱")))
    assert text.startswith("清单[C000001]已经申报过，请勿重复申报[K01;")


def test_a_card_that_is_anothers_shows_both_sides():
    filed = a_set()["inventory"]
    filed.transfer = (AREA, "")
    text = info(PlayStore().file(filed))
    assert text.startswith(f"copCode[{AREA}]与卡信息[{filed.sender}]不匹配，没有权限进行操作[D20-CARD;")


def test_who_may_not_file_is_named():
    filed = a_set()["inventory"]
    filed.sender = COURIER
    assert info(PlayStore().file(filed)).startswith(f"[{COURIER}]没有权限进行操作[D20-FILER;")


def test_the_second_of_two_texts_is_the_one_meant():
    assert info(PlayStore().file(a_set()["inventory"].line(2, gnum=1))).startswith("请确认表体gnum无重复！[D05;")


def test_a_refusal_with_many_reasons_ends_at_the_length_of_the_field():
    filed = a_set(prices=("1.00",) * 60, tax="0")["inventory"]
    for number in range(1, 61):
        filed = filed.line(number, unit="9X9")
    text = info(PlayStore().file(filed))
    assert len(text) == INFO_MOST and text.startswith("清单报文校验失败，[D16;") and text.endswith("…")


def test_no_person_is_shown_in_a_refusal():
    bad = BUYER_ID[:-1] + ("0" if BUYER_ID[-1] != "0" else "1")
    decision = PlayStore().file(a_set()["inventory"].head(buyerIdNumber=bad, buyerName=" ", buyerTelephone=" "))
    shown = msgspec.json.encode([decision.receipts, decision.problems]).decode()
    assert bad not in shown and {one.rule_id for one in decision.problems} == {"D10", "D27"}
