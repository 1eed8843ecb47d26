"""Who sees what: the whole table, and what a case shows through it."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime
from decimal import Decimal
from importlib.resources import files
from typing import Any

import msgspec
import pytest

from tests.gateway import papers, state
from tongguan.ceb.person import PERSON_ELEMENTS
from tongguan.ceb.problem import Problem
from tongguan.ceb.table import messages
from tongguan.clearance.explain import explain_document
from tongguan.clearance.model import Arrival, Document, Hold
from tongguan.gateway.answer import encode_json
from tongguan.gateway.case_view import CaseForm, case_form
from tongguan.gateway.door import TokenParty
from tongguan.gateway.visibility import ROLES, BrokenVisibility, Rule, Visibility, rules, visibility
from tongguan.store.packing import record_class

DOCUMENTS = {
    "order": "CEB311Message",
    "payment": "CEB411Message",
    "waybill": "CEB511Message",
    "inventory": "CEB621Message",
    "cancellation": "CEB623Message",
    "goods_return": "CEB625Message",
    "entry_list": "CEB711Message",
    "waybill_status": "CEB513Message",
}
DECISION = (
    "status",
    "version",
    "numbers",
    "missing",
    "problems",
    "holds",
    "lanes",
    "parcel",
    "tax",
    "story",
    "handling",
    "words",
)
TODAY = date(2026, 1, 5)
TABLE = visibility(TODAY)


def test_every_field_of_every_document_has_exactly_one_rule_for_every_role() -> None:
    fields = {
        (document, f"{entity.name}.{field.name}")
        for document, message in DOCUMENTS.items()
        for entity in messages()[message].entities
        for field in entity.fields
    } | {(document, f"decision.{name}") for document in DOCUMENTS for name in DECISION}
    text = (files("tongguan.gateway") / "visibility.csv").read_text(encoding="utf-8")
    rows = [row for row in csv.DictReader(text.splitlines()) if not row["valid_to"]]
    named = [(row["document"], row["field"]) for row in rows]
    assert sorted(named) == sorted(fields)  # each once, none missing, none too many
    for row in rows:
        assert all(row[role] in ("clear", "masked", "no") for role in ROLES), row
        assert row["basis"] and date.fromisoformat(row["valid_from"]) <= date(2019, 1, 1)


def test_outsiders_see_nothing_and_only_filers_and_officers_see_persons_in_clear() -> None:
    filers = {
        "order": {"platform", "merchant"},
        "payment": {"payment"},
        "waybill": {"logistics"},
        "inventory": {"declarant", "merchant"},
        "cancellation": {"declarant", "merchant"},
        "goods_return": {"declarant", "merchant"},
        "entry_list": set(),
        "waybill_status": {"logistics"},
    }
    for rule in rules():
        assert rule.for_role("other") == "no"
        if rule.field.rpartition(".")[2] not in PERSON_ELEMENTS:
            continue
        seen = {role for role in ROLES if rule.for_role(role) == "clear"}
        assert seen <= filers[rule.document] | {"officer"}, rule


def test_two_rules_for_one_field_are_refused() -> None:
    one = rules()[0]
    with pytest.raises(BrokenVisibility, match="two rules"):
        Visibility([one, one])


def test_rules_have_their_days() -> None:
    assert visibility(date(2018, 12, 31)).shown({"officer"}, "order", "OrderHead.orderNo") == "no"
    assert visibility(date(2019, 1, 1)).shown({"officer"}, "order", "OrderHead.orderNo") == "clear"


def test_the_most_generous_role_counts_and_what_has_no_rule_is_hidden() -> None:
    assert TABLE.shown({"logistics", "payment"}, "order", "OrderHead.buyerName") == "masked"
    assert TABLE.shown({"payment", "merchant"}, "order", "OrderHead.buyerName") == "clear"
    assert TABLE.shown(set(), "order", "OrderHead.orderNo") == "no"
    assert TABLE.shown({"officer"}, "order", "OrderHead.nothing") == "no"
    assert TABLE.shown({"officer"}, "nothing", "OrderHead.orderNo") == "no"


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("kind", DOCUMENTS)
def test_a_record_shows_each_field_as_its_rule_says(kind: str, role: str) -> None:
    """Walks role × document × field over filled records."""
    record = next((item.record for item in documents() if item.kind == kind), None) or filled(kind)
    shown = TABLE.record({role}, kind, record)
    by_field = {rule.field: rule for rule in rules() if rule.document == kind}
    for part, value in parts_of(record):
        entities = value if isinstance(value, tuple) else (value,)
        parts = shown.get(part, [{}] * len(entities) if isinstance(value, tuple) else {})
        for entity, out in zip(entities, parts if isinstance(value, tuple) else [parts], strict=True):
            for name in entity.__struct_fields__:
                check(by_field[f"{part}.{name}"], role, getattr(entity, name), out.get(name))


def parts_of(record: Any) -> list[tuple[str, Any]]:
    """The head and lines of a record by name; a record without an inner head is its own."""
    parts = [(name, getattr(record, name)) for name in record.__struct_fields__]
    return parts if not isinstance(parts[0][1], str) else [(type(record).__name__, record)]


def filled(kind: str) -> Any:
    """A record of a kind with something in every field."""

    def fill(struct: Any) -> Any:
        return struct(**{field.name: value(field.type) for field in msgspec.structs.fields(struct)})

    def value(wanted: Any) -> Any:
        if wanted in (str, str | None):
            return "样例文字"
        if wanted in (Decimal, Decimal | None):
            return Decimal("12.5")
        if wanted is int:
            return 12
        return (fill(wanted.__args__[0]),) if getattr(wanted, "__origin__", None) is tuple else fill(wanted)

    return fill(record_class(DOCUMENTS[kind]))


def check(rule: Rule, role: str, filed: Any, out: str | None) -> None:
    how = rule.for_role(role)
    if filed is None or how == "no":
        assert out is None, rule
    elif how == "masked":
        assert out is not None and "*" in out, rule
        assert out != str(filed)
    else:
        assert out == str(filed), rule


def documents() -> list[Document]:
    case = state.a_case()
    assert case.order is not None
    return [case.order, *case.payments, *case.waybills, *case.inventories]


def shown_to(code: str, case: Any = None) -> CaseForm | None:
    party = TokenParty(kind="filer", party_code=code, dxp_id="DXPENT9000000077")
    return case_form(case or state.a_case(), party, TABLE, explain_document)


@pytest.mark.parametrize(
    ("code", "roles", "kinds"),
    [
        (papers.PLATFORM, ("platform",), ["order", "payment", "waybill", "inventory"]),
        (papers.MERCHANT, ("merchant",), ["order", "payment", "waybill", "inventory"]),
        (papers.AGENT, ("declarant",), ["order", "payment", "waybill", "inventory"]),
        (papers.PAYER, ("payment",), ["order", "payment", "inventory"]),
        (papers.CARRIER, ("logistics",), ["order", "waybill", "inventory"]),
    ],
)
def test_each_party_sees_its_side(code: str, roles: tuple[str, ...], kinds: list[str]) -> None:
    form = shown_to(code)
    assert form is not None
    assert (form.roles, [item.kind for item in form.documents]) == (roles, kinds)
    text = encode_json(form).decode()
    own = {papers.PLATFORM: 1, papers.MERCHANT: 2, papers.AGENT: 1, papers.PAYER: 1, papers.CARRIER: 0}
    assert text.count(papers.ID_NUMBER) == own[code]  # in what it filed itself, nowhere else


def test_a_stranger_does_not_learn_that_the_case_exists() -> None:
    assert shown_to("99010000Z9") is None
    assert shown_to("") is None


@pytest.mark.parametrize("status", ["-621029", "1", "2", "100"])
def test_a_filing_that_the_match_has_not_accepted_opens_nothing_but_itself(status: str) -> None:
    case = state.a_case(status=status)
    form = shown_to(papers.AGENT, case)
    assert form is not None
    assert [item.kind for item in form.documents] == ["inventory"]


def test_a_mismatch_of_persons_shows_masks_on_both_sides_to_everybody() -> None:
    problem = Problem(
        rule_id="M04",
        document="payment",
        path="payment.PaymentHead.payerIdNumber",
        text_zh="支付人与订购人不一致",
        text_en="payer and buyer differ",
        fix_zh="请核对",
        fix_en="check",
        found=papers.ID_NUMBER,
        expected="990101198001010010",
    )
    case = state.a_case(status="100", problems=(problem,))
    for party in (
        TokenParty(kind="filer", party_code=papers.AGENT),
        TokenParty(kind="filer", party_code=papers.MERCHANT),
        TokenParty(kind="officer", office="9901"),
        TokenParty(kind="auditor"),
    ):
        form = case_form(case, party, TABLE, explain_document)
        assert form is not None
        found = form.documents[-1].problems
        assert found is not None
        assert found[0].found == "9" + "*" * 16 + papers.ID_NUMBER[-1]
        assert found[0].expected == "9" + "*" * 16 + "0"
        story = encode_json(form.documents[-1].story).decode()
        assert papers.ID_NUMBER not in story and "990101198001010010" not in story


def test_an_erased_record_still_has_its_state() -> None:
    case = state.a_case()
    erased = state.document("inventory", (papers.AGENT, "C1"), "CEB621Message", None, status="899")
    officer = TokenParty(kind="officer", office="9901")
    form = case_form(
        state.CaseView(
            case_id="x", ebp_code="a", order_no="b", order=case.order, payments=(), waybills=(), inventories=(erased,)
        ),
        officer,
        TABLE,
        lambda document: {},
    )
    assert form is not None
    assert (form.documents[-1].status, form.documents[-1].record) == ("899", {})


def test_the_parcel_is_shown_to_those_who_have_it_under_way() -> None:
    at = datetime(2026, 1, 6, 2, 0, tzinfo=UTC)
    arrival = Arrival("99010000S1", "L1", "990120260106000001", "5", "T1", "V1", "B1", at)
    case = state.a_case(arrival=arrival)
    waybill = msgspec.structs.replace(case.waybills[0], signed_at=at)
    case = msgspec.structs.replace(case, waybills=(waybill,))
    seen = {}
    for code in (papers.AGENT, papers.CARRIER, papers.PAYER):
        form = shown_to(code, case)
        assert form is not None
        seen[code] = {item.kind: item.parcel for item in form.documents}
    there = {"operatorCode": "99010000S1", "rkdNo": "990120260106000001", "at": at.isoformat()}
    for code in (papers.AGENT, papers.CARRIER):
        assert seen[code]["inventory"] == {"arrival": there}
        assert seen[code]["waybill"] == {"signedAt": at.isoformat()}
    assert seen[papers.PAYER]["inventory"] is None


def test_a_request_is_shown_by_its_flat_record() -> None:
    case = state.a_case()
    record = msgspec.structs.replace(filled("cancellation"), ebpCode=papers.PLATFORM, agentCode=papers.AGENT)
    request = state.document("cancellation", (papers.AGENT, "C9"), "CEB623Message", record, status="120")
    form = shown_to(papers.AGENT, msgspec.structs.replace(case, requests=(request,)))
    assert form is not None and form.documents[-1].kind == "cancellation"
    shown = form.documents[-1].record["InvtCancel"]
    assert shown["reason"] == "样例文字" and shown["agentCode"] == papers.AGENT
    platform = shown_to(papers.PLATFORM, msgspec.structs.replace(case, requests=(request,)))
    assert platform is not None and "reason" not in platform.documents[-1].record["InvtCancel"]


def test_lanes_are_for_the_agencies() -> None:
    hold = Hold(
        agency="customs", kind="review", status="300", reason_zh="审核", reason_en="review", since=state.AT, lane="L7"
    )
    case = state.a_case(status="300", holds=(hold,))
    seen = {}
    for name, party in {
        "declarant": TokenParty(kind="filer", party_code=papers.AGENT),
        "officer": TokenParty(kind="officer", office="9901"),
    }.items():
        form = case_form(case, party, TABLE, explain_document)
        assert form is not None and form.documents[-1].holds is not None
        seen[name] = form.documents[-1].holds[0]
    assert seen["officer"]["lane"] == "L7"
    assert "lane" not in seen["declarant"] and seen["declarant"]["reason_en"] == "review"
