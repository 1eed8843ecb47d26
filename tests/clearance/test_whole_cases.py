"""Whole cases, told as an officer would: one sentence each, filed through a store in memory."""

from __future__ import annotations

from itertools import permutations

import msgspec
import pytest

from tests.clearance.playstore import D, Filed, PlayStore, a_bonded_set, a_set
from tongguan.clearance.explain import explain_document
from tongguan.clearance.model import Decision, Document

KINDS = ("order", "payment", "waybill", "inventory")
MISSING_TEXT = {"order": "订单不存在", "payment": "支付信息不存在", "waybill": "运单信息不存在"}


def clear(store: PlayStore, docs: dict[str, Filed], order: tuple[str, ...] = KINDS) -> Decision:
    """File the documents in that order; the last decision about the inventory."""
    for kind in order:
        store.file(docs[kind])
    return next(one for one in reversed(store.decisions) if one.documents and one.documents[0].kind == "inventory")


def said(decision: Decision, message: str = "CEB622Message") -> list[str]:
    """The statuses of the receipts of one kind, in order."""
    return [one.status for one in decision.receipts if one.message_type == message]


def test_a_good_set_is_accepted_and_released_and_every_filer_is_told():
    store, docs = PlayStore(), a_set()
    for kind in KINDS[:3]:
        first = store.file(docs[kind])
        assert (first.outcome, first.status, [one.status for one in first.receipts]) == ("waiting", "2", ["2", "3"])
    final = store.file(docs["inventory"])
    assert (final.outcome, final.status) == ("released", "800")
    assert said(final) == ["2", "3", "120", "399", "800"]
    assert [said(final, f"CEB{number}12Message") for number in (3, 4, 5)] == [["120"]] * 3
    infos = {one.status: one.info for one in final.receipts if one.message_type == "CEB622Message"}
    assert infos["120"].startswith("[Code:1800;Desc:")
    assert infos["399"].startswith("[Code:2300;Desc:")
    assert infos["800"].startswith("[Code:2600;Desc:")
    inventory = store.get(docs["inventory"])
    assert (inventory.pre_no, inventory.invt_no) == ("B20260302000000001", "51652026I000000001")
    assert inventory.tax is not None and inventory.tax.taxTotal == D("14.56")
    assert store.balance("quota") == (0, D("160.00"))
    assert store.balance("guarantee:99E1000001") == (0, D("14.56"))
    assert {store.get(docs[kind]).used_by for kind in KINDS[:3]} == {docs["inventory"].key}
    assert {"L03", "L04", "T01", "P0087", "LN01", "LN02", "S01"} <= set(final.law_rows)
    assert final.doubtful  # the goods table is general knowledge


@pytest.mark.parametrize("order", list(permutations(KINDS)), ids="-".join)
def test_all_orders_of_arrival_end_in_release(order):
    store, docs = PlayStore(), a_set()
    final = clear(store, docs, order)
    assert final.outcome == "released"
    assert {store.get(docs[kind]).status for kind in KINDS} == {"800", "120"}
    late = order[order.index("inventory") + 1 :]
    texts = [one.info for decision in store.decisions for one in decision.receipts if "不存在" in one.info]
    assert bool(texts) == bool(late)
    if late:
        assert all((MISSING_TEXT[kind] in texts[0]) == (kind in late) for kind in MISSING_TEXT)
        assert "99E1000001" in texts[0] and "SBX000001" in texts[0]


def test_an_early_inventory_is_told_again_only_when_the_list_changes():
    store, docs = PlayStore(), a_set()
    first = store.file(docs["inventory"])
    assert (first.outcome, first.status, said(first)) == ("waiting", "2", ["2", "2"])
    assert {one.kind for one in first.awaits} == {"order", "payment", "waybill"}
    store.parties["99E1000009"] = msgspec.structs.replace(store.parties["99E1000002"], code="99E1000009", dxp_id="")
    before = store.get(docs["inventory"])
    assert store.file(docs["order"].head(ebcCode="99E1000009")).outcome == "waiting"  # another merchant's order
    assert (store.decisions[-1].outcome, store.decisions[-1].receipts) == ("waiting", ())
    assert store.get(docs["inventory"]) == before
    store.file(docs["waybill"])
    assert (store.decisions[-1].outcome, said(store.decisions[-1])) == ("waiting", ["2"])
    assert "运单" not in store.decisions[-1].receipts[0].info


def test_the_payment_that_the_order_names_is_taken_among_several():
    store, docs = PlayStore(), a_set()
    store.file(docs["payment"].later(5, payTransactionId="P999999", amountPaid=D("1")))
    assert clear(store, docs).outcome == "released"


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_bytes_again_change_nothing_and_are_answered_the_same(kind):
    store, docs = PlayStore(), a_set()
    clear(store, docs)
    before, accounts = dict(store.documents), {key: list(row) for key, row in store.accounts.items()}
    again = store.file(docs[kind])
    assert again.outcome == "repeated"
    assert again.receipts == store.get(docs[kind]).last_receipts
    assert not (again.documents or again.moves or again.brings or again.took_pre_no or again.took_invt_no)
    assert (store.documents, store.accounts) == (before, accounts)


def test_a_repeat_of_the_inventory_brings_all_its_receipts_again():
    store, docs = PlayStore(), a_set()
    first = clear(store, docs)
    again = store.file(docs["inventory"])
    assert again.receipts == tuple(one for one in first.receipts if one.message_type == "CEB622Message")


def test_a_refusal_that_hung_on_the_registry_is_judged_anew():
    store, docs = PlayStore(), a_set()
    party = store.parties.pop("99E1000003")
    assert store.file(docs["payment"]).status == "-401009"
    store.parties["99E1000003"] = party
    assert store.file(docs["payment"]).outcome == "waiting"


@pytest.mark.parametrize(
    ("kind", "exists", "old", "absent"),
    [
        ("order", "-301010", "-301014", "-301009"),
        ("payment", "-401007", "-401012", "-401006"),
        ("waybill", "-504015", "-505016", "-504014"),
        ("inventory", "-621004", "-621055", "-621042"),
    ],
)
def test_keys_and_versions_have_their_official_codes(kind, exists, old, absent):
    store, docs = PlayStore(), a_set()
    filed = docs[kind]
    given = {"preNo": "B20260302000000001"} if kind == "inventory" else {}
    assert store.file(filed.later(appType="2", **given)).status == absent
    assert store.file(filed.later(appType="3", **given)).status == absent
    assert store.file(filed).status == "2"
    if kind == "inventory":
        given = {"preNo": store.get(filed).pre_no}
    assert store.file(filed.later()).status == exists
    for minutes in (0, -1):
        decision = store.file(filed.later(minutes, appType="2", note="x", **given))
        assert (decision.outcome, decision.status) == ("old", old)
    assert store.file(filed.later(appType="2", **given)).status == "2"
    assert store.get(filed).version == 2


@pytest.mark.parametrize(("kind", "code"), [("order", "-301011"), ("payment", "-401008"), ("waybill", "-504016")])
@pytest.mark.parametrize("app_type", ["2", "3"])
def test_a_document_in_use_can_neither_be_changed_nor_deleted(kind, code, app_type):
    store, docs = PlayStore(), a_set()
    clear(store, docs)
    assert store.file(docs[kind].later(appType=app_type)).status == code


@pytest.mark.parametrize("app_type", ["2", "3"])
def test_an_accepted_inventory_can_neither_be_changed_nor_deleted(app_type):
    store, docs = PlayStore(), a_set()
    clear(store, docs)
    inventory = store.get(docs["inventory"])
    given = {"preNo": inventory.pre_no, "invtNo": inventory.invt_no}
    assert store.file(docs["inventory"].later(appType=app_type, **given)).status == "-621043"


def test_a_change_before_acceptance_is_taken_into_the_match():
    store, docs = PlayStore(), a_set()
    store.file(docs["order"])
    store.file(docs["payment"].head(amountPaid=D("1.00")))
    store.file(docs["waybill"])
    assert store.file(docs["payment"].later(2, appType="2")).outcome == "changed"
    assert store.file(docs["inventory"]).outcome == "released"


@pytest.mark.parametrize(
    ("fields", "code"),
    [({"preNo": "B20260302000000009"}, "-621053"), ({}, "-621053"), ({"invtNo": "51652026I000000009"}, "-621999")],
)
def test_a_change_of_an_inventory_carries_the_numbers_of_its_receipts(fields, code):
    store, docs = PlayStore(), a_set()
    store.file(docs["inventory"])
    given = {"preNo": store.get(docs["inventory"]).pre_no} if "invtNo" in fields else {}
    assert store.file(docs["inventory"].later(appType="2", **given, **fields)).status == code


@pytest.mark.parametrize(
    ("fields", "status"),
    [({"invtNo": None}, "-621057"), ({"invtNo": "51652026I000000009"}, "-621999"), ({}, "800")],
)
def test_an_inventory_that_had_a_number_brings_that_number_when_it_is_changed(fields, status):
    store, docs = PlayStore(draws={"LN01": D("0"), "LN02": D("0.5")}), a_set()
    clear(store, docs)
    assert store.command("reject", docs["inventory"], reason="更正品名").status == "100"
    stored = store.get(docs["inventory"])
    store.draws["LN01"] = D("0.5")
    filed = docs["inventory"].later(appType="2", **{"preNo": stored.pre_no, "invtNo": stored.invt_no, **fields})
    assert store.file(filed).status in (status, "300")


def test_a_deleted_order_is_missing_until_it_is_filed_again():
    store, docs = PlayStore(), a_set()
    store.file(docs["order"])
    assert store.file(docs["order"].later(appType="3")).outcome == "deleted"
    for kind in ("payment", "waybill", "inventory"):
        store.file(docs[kind])
    assert store.get(docs["inventory"]).missing == ("order",)
    store.file(docs["order"].later(2))
    assert store.get(docs["inventory"]).status == "800"


def test_a_deleted_inventory_frees_its_order_for_another():
    store, docs = PlayStore(), a_set()
    store.file(docs["inventory"])
    pre_no = store.get(docs["inventory"]).pre_no
    other = docs["inventory"].head(copNo="C2")
    refused = store.file(other)
    assert (refused.status, refused.problems[0].rule_id) == ("-621004", "M17")
    assert "C000001" in refused.problems[0].expected
    assert store.file(docs["inventory"].later(appType="3", preNo=pre_no)).outcome == "deleted"
    assert clear(store, docs | {"inventory": other}).outcome == "released"
    # What waited for the order with the deleted inventory is woken in vain.
    assert store.get(docs["inventory"]).deleted


def test_a_rejected_inventory_frees_its_order_for_another():
    store, docs = PlayStore(), a_set()
    assert clear(store, docs | {"inventory": docs["inventory"].head(buyerName="沙箱丙")}).status == "100"
    assert store.file(docs["inventory"].head(copNo="C2")).outcome == "released"


def test_a_waybill_serves_one_accepted_inventory():
    store, first, second = PlayStore(), a_set(1), a_set(2)
    clear(store, first)
    second["waybill"] = first["waybill"]
    second["inventory"] = second["inventory"].head(logisticsNo="W000001")
    final = clear(store, second, ("order", "payment", "inventory"))
    assert final.status == "100"
    assert "M17-USED" in {one.rule_id for one in final.problems}


def test_two_inventories_may_name_one_waybill_while_none_is_accepted():
    store, first, second = PlayStore(), a_set(1), a_set(2)
    store.file(second["inventory"].head(logisticsNo="W000001"))
    assert clear(store, first).outcome == "released"


def test_saved_is_not_declared():
    store, docs = PlayStore(), a_set()
    saved = store.file(docs["order"].head(appStatus="1"))
    assert (saved.outcome, saved.status, [one.status for one in saved.receipts]) == ("saved", "1", ["1"])
    assert not saved.brings
    for kind in ("payment", "waybill", "inventory"):
        store.file(docs[kind])
    assert store.get(docs["inventory"]).missing == ("order",)
    store.file(docs["order"].later())
    assert store.get(docs["inventory"]).status == "800"


def test_a_rejected_inventory_is_corrected_with_a_later_time_and_keeps_its_number():
    store, docs = PlayStore(), a_set()
    wrong = docs["inventory"].head(buyerName="沙箱丙")
    refused = clear(store, docs | {"inventory": wrong})
    assert refused.status == "100" and not refused.moves
    assert store.get(docs["order"]).used_by is None
    pre_no = store.get(wrong).pre_no
    assert store.file(docs["inventory"]).outcome == "old"
    assert store.file(docs["inventory"].later()).outcome == "released"
    inventory = store.get(docs["inventory"])
    assert (inventory.pre_no, inventory.version > 1, len(inventory.former)) == (pre_no, True, 1)
    assert store.pre == 1


def test_every_answered_inventory_takes_a_pre_no_also_a_refused_one():
    store, docs = PlayStore(), a_set()
    refused = store.file(docs["inventory"].head(packNo=2))
    assert refused.took_pre_no and dict(refused.receipts[0].keys)["preNo"] == "B20260302000000001"
    assert not refused.documents
    store.file(docs["inventory"])
    assert store.get(docs["inventory"]).pre_no == "B20260302000000002"


@pytest.mark.parametrize(("price", "status"), [("1500.00", "800"), ("1500.01", "100")])
def test_the_buyers_year_ends_at_26000_to_the_fen(price, status):
    """Worked example E10: 24,500.00 used."""
    store = PlayStore(accounts={"quota": [D("0"), D("24500.00")]})
    final = clear(store, a_set(prices=(price,), freight="0.00", tax="0"))
    assert final.status == status
    if status == "100":
        assert store.balance("quota") == (0, D("24500.00"))
        text = next(one.info for one in final.receipts if one.status == "100")
        assert text.startswith("[Code:1313;Desc:")
        assert all(figure in text for figure in ("24500.00", "1500.01", "26000"))
    else:
        assert store.balance("quota") == (0, D("26000.00"))


@pytest.mark.parametrize(
    ("prices", "status", "rule"),
    [
        (("5000.00",), "800", None),
        (("2500.00", "2500.00"), "800", None),
        (("5200.00",), "800", None),  # one item over the limit: full tax
        (("2500.00", "2500.01"), "100", "T04"),
    ],
)
def test_over_the_single_limit_only_one_item_passes(prices, status, rule):
    store = PlayStore()
    final = clear(store, a_set(prices=prices, freight="0.00", tax="0"))
    assert final.status == status
    assert [one.rule_id for one in final.problems] == ([rule] if rule else [])
    if prices == ("5200.00",):
        # duty 15 % of 5,200 is 780.00; VAT 13 % of 5,980 is 777.40
        assert final.documents[0].tax is not None and final.documents[0].tax.taxTotal == D("1557.40")


@pytest.mark.parametrize(("draw", "status"), [("0.019999999999", "300"), ("0.02", "800")])
def test_a_draw_below_the_share_of_the_lane_is_reviewed(draw, status):
    store, docs = PlayStore(draws={"LN01": D(draw), "LN02": D("0.5")}), a_set()
    final = clear(store, docs)
    assert final.status == status
    if status == "300":
        assert said(final) == ["2", "3", "120", "300"]
        assert final.receipts[-1].info.startswith("[Code:1200;Desc:")
        assert store.balance("quota") == (D("160.00"), 0)
        assert [(one.kind, one.lane) for one in store.get(docs["inventory"]).holds] == [("review", "LN01")]


def a_reviewed_case() -> tuple[PlayStore, dict[str, Filed], Document]:
    store, docs = PlayStore(draws={"LN01": D("0"), "LN02": D("0.5")}), a_set()
    clear(store, docs)
    return store, docs, store.get(docs["inventory"])


def test_an_officer_releases_what_customs_holds():
    store, docs, inventory = a_reviewed_case()
    decision = store.command("release", docs["inventory"], version=inventory.version)
    assert (decision.outcome, decision.status, said(decision)) == ("released", "800", ["399", "800"])
    released = store.get(docs["inventory"])
    assert released.version == inventory.version + 1
    assert released.holds[0].lifted_by == "officer:1"
    assert store.balance("quota") == (0, D("160.00"))


def test_an_officer_rejects_with_a_reason_and_all_is_given_back():
    store, docs, _ = a_reviewed_case()
    assert store.command("reject", docs["inventory"]).problems[0].rule_id == "C03"
    decision = store.command("reject", docs["inventory"], reason="收货地址不详")
    assert (decision.outcome, decision.status) == ("rejected", "100")
    assert decision.receipts[0].info.startswith("[Code:1300;Desc:") and "收货地址不详" in decision.receipts[0].info
    assert store.balance("quota") == (0, 0)
    assert store.balance("guarantee:99E1000001") == (0, 0)
    assert {store.get(docs[kind]).used_by for kind in KINDS[:3]} == {None}
    assert {store.get(docs[kind]).status for kind in KINDS[:3]} == {"2"}


def test_refiling_after_a_rejection_does_not_draw_again():
    store, docs, _ = a_reviewed_case()
    store.command("reject", docs["inventory"], reason="x")
    store.draws = {"LN01": D("0.9"), "LN02": D("0.9")}
    assert store.file(docs["inventory"].later()).status == "300"


@pytest.mark.parametrize(
    ("action", "version", "rule"),
    [("release", 99, "C01"), ("reject", 99, "C01"), ("detain", 0, "C14"), ("approve", 0, "C02")],
)
def test_a_stale_or_incomplete_command_changes_nothing(action, version, rule):
    store, docs, inventory = a_reviewed_case()
    decision = store.command(action, docs["inventory"], reason="x", version=version)
    assert (decision.outcome, decision.status, decision.problems[0].rule_id) == ("refused", "300", rule)
    assert store.get(docs["inventory"]) == inventory


@pytest.mark.parametrize("action", ["release", "reject"])
def test_what_is_released_or_still_waits_takes_no_command(action):
    store, docs = PlayStore(), a_set()
    assert store.command(action, docs["inventory"], reason="x").problems[0].rule_id == "C04"
    store.file(docs["inventory"])
    assert store.command(action, docs["inventory"], reason="x").problems[0].rule_id == "C02"
    clear(store, docs, KINDS[:3])
    assert store.command(action, docs["inventory"], reason="x").problems[0].rule_id == "C02"
    assert store.get(docs["inventory"]).status == "800"


def test_an_examination_shows_500_and_the_officer_ends_it():
    store, docs = PlayStore(draws={"LN01": D("0"), "LN02": D("0")}), a_set()
    assert clear(store, docs).status == "500"  # the gravest of two open holds
    assert store.command("release", docs["inventory"]).status == "800"


def with_guarantee(store: PlayStore, **fields: object) -> PlayStore:
    assert store.guarantee is not None
    store.guarantee = msgspec.structs.replace(store.guarantee, **fields)
    return store


@pytest.mark.parametrize(("amount", "status"), [("14.56", "800"), ("14.55", "120")])
def test_a_guarantee_that_is_too_low_holds_the_release(amount, status):
    store, docs = with_guarantee(PlayStore(), amount=D(amount)), a_set()
    final = clear(store, docs)
    assert final.status == status
    if status == "120":
        assert final.outcome == "accepted" and [one.kind for one in final.awaits] == ["guarantor"]
        assert "M16-LOW" in next(one.info for one in final.receipts if one.status == "120")
        before = store.get(docs["inventory"])
        assert store.top_up("14.55") is not None and store.get(docs["inventory"]) == before
        topped = store.top_up("14.56")
        assert topped is not None and (topped.outcome, said(topped)) == ("released", ["399", "800"])
        assert store.balance("guarantee:99E1000001") == (0, D("14.56"))


def test_release_needs_every_hold_lifted_whatever_its_agency():
    store, docs = with_guarantee(PlayStore(draws={"LN01": D("0"), "LN02": D("1")}), amount=D("1")), a_set()
    assert clear(store, docs).status == "300"
    assert store.command("release", docs["inventory"]).status == "120"
    topped = store.top_up("100")
    assert topped is not None and topped.outcome == "released"


def test_a_top_up_before_the_review_ends_leaves_the_review():
    store, docs = with_guarantee(PlayStore(draws={"LN01": D("0"), "LN02": D("1")}), amount=D("1")), a_set()
    clear(store, docs)
    topped = store.top_up("100")
    assert topped is not None and (topped.status, topped.receipts) == ("300", ())
    assert store.command("release", docs["inventory"]).status == "800"


@pytest.mark.parametrize("kind", KINDS)
def test_a_document_that_waits_too_long_lapses_and_may_be_filed_again(kind):
    store, docs = PlayStore(), a_set()
    store.file(docs[kind])
    assert store.pass_time(29) == []
    (lapsed,) = store.pass_time(1)
    assert (lapsed.outcome, lapsed.status, len(lapsed.receipts)) == ("lapsed", "100", 1)
    assert "T-LAPSE" in lapsed.receipts[0].info
    fresh = docs[kind].later(60 * 24 * 30, **({"declTime": "20260401"} if kind == "inventory" else {}))
    assert store.file(fresh).status == "2"


def test_what_lapsed_is_missing():
    store, docs = PlayStore(), a_set()
    store.file(docs["order"])
    store.pass_time(30)
    inventory = docs["inventory"].later(60 * 24 * 30, declTime="20260401")
    assert "order" in store.file(inventory).documents[0].missing


def test_a_new_version_waits_its_own_time():
    store, docs = PlayStore(), a_set()
    store.file(docs["order"])
    store.pass_time(20)
    store.file(docs["order"].later(appType="2"))
    assert [one.outcome for one in store.pass_time(10)] == ["nothing"]
    assert [one.outcome for one in store.pass_time(20)] == ["lapsed"]


def test_what_is_used_does_not_lapse():
    store, docs = PlayStore(), a_set()
    clear(store, docs)
    assert {one.outcome for one in store.pass_time(30)} == {"nothing"}


def test_a_bonded_set_is_written_off_from_its_account_book():
    docs, book = a_bonded_set()
    store = PlayStore(book=book)
    assert clear(store, docs).outcome == "released"
    assert [store.balance(f"stock:EMS1:R{at}") for at in (1, 2)] == [(0, D("0.5"))] * 2


@pytest.mark.parametrize(("held", "status"), [("9.5", "800"), ("9.50001", "100")])
def test_bonded_stock_ends_where_the_book_says(held, status):
    docs, book = a_bonded_set()
    store = PlayStore(book=book, accounts={"stock:EMS1:R1": [D(held), D("0")]})
    final = clear(store, docs)
    assert final.status == status
    assert [one.rule_id for one in final.problems] == ([] if status == "800" else ["D15"])


def test_receipts_go_to_the_filer_and_to_those_who_subscribed():
    store, docs = PlayStore(receipt_copies=(("DXPENT9990000001", "DXPENT9990000009"),)), a_set()
    docs["order"].subscribers = ("DXPENT9990000009", "DXPENT9990000001")
    final = clear(store, docs)
    order = next(one for one in final.receipts if one.message_type == "CEB312Message")
    assert order.to == ("DXPENT9990000001", "DXPENT9990000009")
    assert {one.to for one in final.receipts if one.message_type == "CEB622Message"} == {("DXPENT9990000005",)}


def test_each_document_keeps_one_version_a_change_of_state():
    store, docs = PlayStore(), a_set()
    store.file(docs["inventory"])
    assert store.get(docs["inventory"]).version == 1
    store.file(docs["order"])
    assert store.get(docs["inventory"]).version == 2


def test_a_document_survives_packing_without_its_record():
    store, docs = PlayStore(draws={"LN01": D("0"), "LN02": D("1")}), a_set()
    clear(store, docs)
    for document in store.documents.values():
        bare = msgspec.structs.replace(document, record=None)
        assert msgspec.msgpack.decode(msgspec.msgpack.encode(bare), type=Document) == bare


def test_what_was_erased_is_not_there_any_more_and_breaks_nothing():
    store, docs = PlayStore(), a_set()
    store.file(docs["order"])
    store.documents["order", docs["order"].key] = msgspec.structs.replace(store.get(docs["order"]), record=None)
    assert store.file(docs["inventory"]).documents[0].missing == ("order", "payment", "waybill")
    assert store.pass_time(30)[0].outcome == "nothing"
    assert explain_document(store.get(docs["order"])).kind == "order"
    store.documents["inventory", docs["inventory"].key] = msgspec.structs.replace(
        store.get(docs["inventory"]), record=None
    )
    assert store.command("release", docs["inventory"]).problems[0].rule_id == "C04"
