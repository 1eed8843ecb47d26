"""The fields of an event: which facts lie together, and that all of them come back."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import msgspec

from tongguan.chain.event import Field
from tongguan.clearance.model import Balance, Compared, Decision, Facts, Move
from tongguan.engine.causes import Cause
from tongguan.engine.record import FACTS, event_fields, facts_from
from tongguan.registry.model import GuaranteeRow

NOW = datetime(2026, 3, 2, 4, 5, 6, 700_000, tzinfo=UTC)
BARE = Facts(now=NOW, law_digest="a" * 64, registry_digest="b" * 64)
FULL = msgspec.structs.replace(
    BARE,
    received_at=NOW,
    quota=Balance(account="quota:x", held=Decimal("1.00"), used=Decimal("0.10")),
    guarantee=GuaranteeRow(
        assure_code="330196T001",
        kind="tax",
        amount=Decimal(1_000_000),
        valid_from=date(2026, 1, 1),
        valid_to=date(2026, 12, 31),
    ),
    guarantee_balance=Balance(account="guarantee:330196T001", held=Decimal(0), used=Decimal("7.50")),
    stock=(Balance(account="stock:B/1", held=Decimal(2), used=Decimal(0)),),
    waybill_users=(("330196T001", "C1"),),
    draws=(("LANE1", Decimal("0.000000000001")),),
    next_pre_no="B20260302000000001",
    next_invt_no="29012026I000000001",
)


def laid_down(facts: Facts | None, **decided: Any) -> list[Field]:
    decision = Decision(**{"outcome": "waiting", "status": "2", **decided})
    cause = Cause(name="record", kind="order", key=("P", "1"))
    return event_fields(1, NOW, "c" * 32, b"", cause, facts, decision)


def values(fields: list[Field]) -> dict[str, bytes]:
    return {field.name: field.value for field in fields}


def test_every_fact_lies_in_exactly_one_field() -> None:
    placed = [name for names in FACTS.values() for name in names]
    assert sorted(placed) == sorted(Facts.__struct_fields__)


def test_facts_come_back_as_they_were() -> None:
    for facts in (BARE, FULL):
        assert facts_from(values(laid_down(facts))) == facts


def test_an_event_that_the_core_was_not_asked_about_has_no_facts() -> None:
    found = values(laid_down(None))
    assert not any(name.startswith("facts.") for name in found)
    assert facts_from(found) is None


def test_equal_rows_of_other_facts_are_not_mixed_up() -> None:
    """Rows are told by which objects they are; a changed row is another object and must show its own content."""
    assert FULL.guarantee is not None
    for amount in range(1, 50):
        row = msgspec.structs.replace(FULL.guarantee, amount=Decimal(amount))
        found = facts_from(values(laid_down(msgspec.structs.replace(FULL, guarantee=row))))
        assert found is not None and found.guarantee == row


def test_compared_pairs_that_name_a_person_are_kept_apart() -> None:
    amount = Compared("M04", "payment.PaymentHead.amountPaid", "1.00", "order.OrderHead.acturalPaid", "1.00", True)
    name = Compared("M09", "inventory.InventoryHead.buyerName", "甲", "order.OrderHead.buyerName", "乙", False, True)
    fields = {field.name: field for field in laid_down(BARE, compared=(name, amount))}
    assert not fields["compared.pairs"].person and fields["compared.persons"].person
    assert msgspec.json.decode(fields["compared.pairs"].value, type=tuple[Compared, ...]) == (amount,)
    assert msgspec.json.decode(fields["compared.persons"].value, type=tuple[Compared, ...]) == (name,)


def test_what_a_decision_moves_and_takes_stands_in_its_effects() -> None:
    move = Move("quota:x", "hold", Decimal("12.00"), Decimal(26_000))
    found = values(laid_down(FULL, moves=(move,), took_pre_no=True, law_rows=("L03",), doubtful=True))
    effects = msgspec.json.decode(found["decision.effects"])
    assert effects == {"moves": [["quota:x", "hold", "12.00", "26000", False]], "pre_no": "B20260302000000001"}
    assert found["decision.basis"] == b'{"doubtful":true,"law_rows":["L03"]}'
    assert "decision.effects" not in values(laid_down(FULL))
