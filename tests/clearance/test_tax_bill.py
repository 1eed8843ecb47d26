"""Electronic tax bills from release to payment. Days count from the release (day 0)."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from tests.clearance.life import LifeStore, bills, e8_set, goods_return, released
from tests.clearance.playstore import DXP, D, a_set, law_with
from tongguan.clearance.ends import loose_ends
from tongguan.clearance.model import Decision, Receipt
from tongguan.law.snapshot import Table, build_law, pack, package_tables

GUARANTEE = "guarantee:99E1000001"
NUMBER = "51652026I000000001"


def lines_of(bill: Receipt) -> list[list[str]]:
    """gnum, gcode, taxPrice, duty, VAT and consumption tax of each line, as they stand in the receipt."""
    return [value.split() for name, value in bill.keys if name == "TaxListRd"]


def bill_of(decision: Decision, message: str = "CEB816Message") -> Receipt:
    return next(one for one in decision.receipts if one.message_type == message)


def test_release_issues_the_bill_to_declarant_merchant_guarantor_and_logistics_company():
    store, docs = released(LifeStore(), e8_set())
    bill = bill_of(store.decisions[-1])
    assert bill.to == tuple(DXP[code] for code in ("99E1000005", "99E1000002", "99E1000001", "99E1000004"))
    assert bill.status == "1"
    keys = dict(bill.keys)
    assert (keys["invtNo"], keys["taxNo"]) == (NUMBER, f"{NUMBER}_0")
    assert (keys["customsTax"], keys["valueAddedTax"], keys["consumptionTax"]) == ("0.00", "19.11", "0.00")
    assert lines_of(bill) == [
        ["1", "1901101000", "136.40", "0.00", "12.41", "0.00"],
        ["2", "1901101000", "73.60", "0.00", "6.70", "0.00"],
    ]
    assert "orderNo" not in keys and "entDutyNo" not in keys
    assert store.get(docs["inventory"]).bill.taxTotal == D("19.11")
    assert loose_ends(store.get(docs["inventory"])) == ("due:bill", "due:close")


def test_a_company_with_two_roles_or_without_an_exchange_gets_one_bill_or_none():
    store = LifeStore()
    store.parties["99E1000004"] = msgspec.structs.replace(store.parties["99E1000004"], dxp_id="DXPENT9990000009")
    docs = a_set()
    docs["inventory"] = docs["inventory"].head(assureCode="99E1000002")
    store.guarantee = msgspec.structs.replace(store.guarantee, assure_code="99E1000002")
    for kind in ("payment", "order"):
        store.file(docs[kind])
    store.parties["99E1000002"] = msgspec.structs.replace(store.parties["99E1000002"], dxp_id="")
    waybill = docs["waybill"]
    waybill.transfer = ("99E1000004", "DXPENT9990000009")
    store.documents["waybill", waybill.key] = _filed(store, waybill)
    final = store.file(docs["inventory"])
    assert final.outcome == "released"
    assert bill_of(final).to == (DXP["99E1000005"], "DXPENT9990000009")


def _filed(store: LifeStore, waybill):
    """The waybill as it would stand, whatever its company's exchange id."""
    party = store.parties["99E1000004"]
    store.parties["99E1000004"] = msgspec.structs.replace(party, dxp_id=DXP["99E1000004"])
    waybill.transfer = ("", "")
    store.file(waybill)
    store.parties["99E1000004"] = party
    return store.documents["waybill", waybill.key]


def test_the_form_of_production_ends_the_head_with_order_and_waybill():
    store = LifeStore(law=law_with("settings", "S22", value="production"))
    released(store, a_set())
    keys = [name for name, _ in bill_of(store.decisions[-1]).keys]
    at = keys.index("customsCode")
    assert keys[at : at + 3] == ["customsCode", "orderNo", "logisticsNo"]


def test_a_return_before_the_summary_voids_the_bill_and_issues_the_next_for_what_is_left():
    store, docs = released(LifeStore(), e8_set())
    store.go_to(10)
    for at, line in enumerate((2, 1), 1):
        asked = goods_return(docs["inventory"], NUMBER, (line, "0.5"), cop_no=f"TH{at}")
        store.ask(asked)
        back = store.officer("goods_back", asked)
        expected = [("CEB818Message", f"{NUMBER}_{at - 1}", "3"), ("CEB816Message", f"{NUMBER}_{at}", "1")]
        assert bills([back]) == expected
    keys = dict(bill_of(back).keys)
    # half of 12.41 is 6.205, up to 6.21; half of 6.70 is 3.35; half of 136.40 and 73.60 is 68.20 and 36.80
    assert keys["valueAddedTax"] == "9.56"
    assert [line[2] for line in lines_of(bill_of(back))] == ["68.20", "36.80"]
    assert store.get(docs["inventory"]).bill.taxTotal == D("9.56") == store.balance(GUARANTEE)[1]


def test_a_line_that_is_back_whole_is_not_in_the_next_bill():
    store, docs = released(LifeStore(), e8_set())
    asked = goods_return(docs["inventory"], NUMBER, (1, "1"))
    store.ask(asked)
    (line,) = lines_of(bill_of(store.officer("goods_back", asked)))
    assert (line[0], line[4]) == ("2", "6.70")


def test_when_everything_is_back_the_bill_is_void_and_none_follows():
    store, docs = released(LifeStore(), e8_set())
    asked = goods_return(docs["inventory"], NUMBER)
    store.ask(asked)
    assert bills([store.officer("goods_back", asked)]) == [("CEB818Message", f"{NUMBER}_0", "3")]
    later = store.go_to(60)
    assert [one.outcome for one in later] == ["closed"] and bills(later) == []


@pytest.mark.parametrize(("day", "clock", "summarised"), [(30, "23:59", False), (31, "00:00", True)])
def test_the_bill_is_summarised_on_day_31_in_china(day, clock, summarised):
    store, docs = released(LifeStore(), e8_set())
    made = store.go_to(day, clock)
    assert bills(made) == ([("CEB818Message", f"{NUMBER}_0", "2")] if summarised else [])
    if summarised:
        keys = dict(bill_of(made[0], "CEB818Message").keys)
        assert keys["entDutyNo"] == "516520260402D99E1000001"
        assert store.balance("payment_bill:516520260402D99E1000001") == (D("19.11"), 0)
        assert store.balance(GUARANTEE) == (0, D("19.11"))  # used until it is paid
        assert loose_ends(store.get(docs["inventory"])) == ("due:close", "await:paid")


def test_a_later_day_of_the_setting_is_kept():
    store, _ = released(LifeStore(law=law_with("settings", "S20", value="45")), e8_set())
    assert bills(store.go_to(44)) == []
    assert bills(store.go_to(45, "00:00")) == [("CEB818Message", f"{NUMBER}_0", "2")]


def test_no_bill_is_summarised_while_a_return_may_still_be_asked_for():
    store, docs = released(LifeStore(law=law_with("settings", "S20", value="5")), e8_set())
    assert bills(store.go_to(30)) == []
    assert store.ask(goods_return(docs["inventory"], NUMBER, (2, "1"))).status == "120"


@pytest.mark.parametrize("end", ["goods_back", "reject", "withdraw", "limit"])
def test_an_open_return_puts_the_summary_off_until_it_is_decided(end):
    store, docs = released(LifeStore(), e8_set())
    store.go_to(30)
    asked = goods_return(docs["inventory"], NUMBER, (2, "1"))
    store.ask(asked)
    assert bills(store.go_to(40)) == []
    decided = []
    if end == "goods_back":
        decided.append(store.officer("goods_back", asked))
    elif end == "reject":
        decided.append(store.officer("reject", asked, "不符"))
    elif end == "withdraw":
        decided.append(store.ask_as_written(asked.head(appType="3", appTime="20260411120000")))
    decided += store.until(store.now) if end != "limit" else store.go_to(46, "00:00")
    told = bills(decided)
    if end == "goods_back":
        assert told[:2] == [("CEB818Message", f"{NUMBER}_0", "3"), ("CEB816Message", f"{NUMBER}_1", "1")]
    assert told[-1] == ("CEB818Message", f"{NUMBER}_{1 if end == 'goods_back' else 0}", "2")
    number = store.get(docs["inventory"]).bill.ent_duty_no
    assert number == f"51652026{'0417' if end == 'limit' else '0411'}D99E1000001"


def test_all_bills_of_a_guarantor_an_office_and_a_day_come_to_one_payment_bill():
    store = LifeStore()
    for number in (1, 2):
        released(store, a_set(number))
    store.go_to(31)
    assert store.balance("payment_bill:516520260402D99E1000001") == (D("29.12"), 0)
    assert store.pay("516520260402D99E1000001").problems[0].rule_id == "C-PAID-EARLY"
    store.go_to(32)
    paid = store.pay("516520260402D99E1000001")
    assert (paid.outcome, [one.kind for one in paid.brings]) == ("paid", ["paid"])
    assert store.balance("payment_bill:516520260402D99E1000001") == (0, D("29.12"))
    assert store.balance(GUARANTEE) == (0, 0) and store.balance("quota") == (0, D("320.00"))
    assert store.pay("516520260402D99E1000001").problems[0].rule_id == "C-PAID-NONE"


@pytest.mark.parametrize("number", ["516520260402D99E1000009", "x", ""])
def test_a_payment_bill_that_is_not_there_cannot_be_paid(number):
    store, _ = released(LifeStore(), e8_set())
    store.go_to(40)
    assert store.pay(number).problems[0].rule_id == "C-PAID-NONE"


def test_the_sum_of_payment_bills_is_the_sum_of_taxes_of_what_was_not_returned():
    store = LifeStore()
    sets = [released(store, a_set(number))[1] for number in range(1, 6)]
    store.go_to(20)
    for at, docs in enumerate(sets[:3]):
        asked = goods_return(docs["inventory"], store.get(docs["inventory"]).invt_no, (1, "1"), cop_no=f"TH{at}")
        store.ask(asked)
        store.officer("goods_back", asked)
    store.go_to(31)
    owed = sum(row[0] for name, row in store.accounts.items() if name.startswith("payment_bill"))
    assert owed == 2 * D("14.56") + 3 * D("4.85") == store.balance(GUARANTEE)[1]


def test_a_law_without_the_setting_knows_no_tax_bills():
    """Filings of a time before this part of the house are decided as they were, when they are replayed."""
    tables = package_tables()
    settings = tables["settings"]
    old = tuple(row for row in settings.rows if row[0] not in ("S20", "S21", "S22"))
    store = LifeStore(law=build_law(pack(tables.with_table("settings", Table(settings.header, old)))))
    _, docs = released(store, e8_set())
    inventory = store.get(docs["inventory"])
    assert bills(store.decisions) == [] and (inventory.bill, inventory.terms) == (None, None)
    assert [due.what for due in store.dues if due.kind == "inventory"] == []


def test_a_return_received_in_time_and_decided_after_the_summary_takes_the_bill_out_of_its_payment_bill():
    """The request came on day 30, the engine to it only after the dues of midnight."""
    store, docs = released(LifeStore(), e8_set())
    assert bills(store.go_to(31, "00:00")) == [("CEB818Message", f"{NUMBER}_0", "2")]
    facts = store.facts
    store.facts = lambda *args, **more: msgspec.structs.replace(
        facts(*args, **more), received_at=store.now - timedelta(seconds=1)
    )
    asked = goods_return(docs["inventory"], NUMBER, (2, "1"))
    assert store.ask(asked).status == "120"
    store.facts = facts
    store.go_to(33)
    back = store.officer("goods_back", asked)
    assert bills([back, *store.until(store.now)]) == [
        ("CEB818Message", f"{NUMBER}_0", "3"),
        ("CEB816Message", f"{NUMBER}_1", "1"),
        ("CEB818Message", f"{NUMBER}_1", "2"),
    ]
    assert store.balance("payment_bill:516520260402D99E1000001") == (0, 0)
    assert store.balance("payment_bill:516520260404D99E1000001") == (D("12.41"), 0)
    assert store.pay("516520260402D99E1000001").problems[0].rule_id == "C-PAID-NONE"
    store.go_to(35)
    store.pay("516520260404D99E1000001")
    assert store.balance(GUARANTEE) == (0, 0)


def test_a_return_after_the_payment_leaves_the_paid_bill_as_it_is():
    store, docs = released(LifeStore(), e8_set())
    asked = goods_return(docs["inventory"], NUMBER, (2, "1"))
    store.go_to(30)
    store.ask(asked)
    inventory = store.get(docs["inventory"])
    paid = msgspec.structs.replace(inventory.bill, status="2", ent_duty_no="X", paid_at=store.now)
    store.documents[inventory.kind, inventory.key] = msgspec.structs.replace(inventory, bill=paid)
    assert bills([store.officer("goods_back", asked)]) == []
    assert store.balance("quota") == (0, D("136.40"))
