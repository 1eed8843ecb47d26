"""Whatever a filer writes into a field that the schema lets through, there is a decision and a receipt that can be
sent.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.clearance.playstore import HEADS, LINES, PlayStore, a_bonded_set, a_set
from tests.clearance.test_whole_cases import KINDS
from tongguan.clearance.receipts import INFO_MOST

TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=20)
NUMBERS = st.decimals(min_value=-(10**14), max_value=10**14 - 1, places=5, allow_nan=False, allow_infinity=False)


def fields_of(struct: type[msgspec.Struct]) -> dict[str, Any]:
    return {field.name: field.type for field in msgspec.structs.fields(struct)}


@st.composite
def changes(draw: st.DrawFn) -> tuple[str, str, bool, str, object]:
    """(set, kind, in the head or in a line, element, value)"""
    kind = draw(st.sampled_from(KINDS))
    in_line = kind in LINES and draw(st.booleans())
    record = a_set()[kind].record
    part = getattr(record, LINES[kind])[0] if in_line else getattr(record, HEADS[kind])
    names = [name for name in fields_of(type(part)) if name not in ("ebpCode", "orderNo", "copNo", "agentCode")]
    name = draw(st.sampled_from(names))
    kind_of_value = fields_of(type(part))[name]
    if kind_of_value is int:
        value: object = draw(st.integers(-(10**9) + 1, 10**9 - 1))
    elif "Decimal" in str(kind_of_value):
        value = draw(NUMBERS)
    else:
        value = draw(TEXTS)
    return draw(st.sampled_from(("9610", "1210"))), kind, in_line, name, value


@settings(max_examples=200, deadline=None)
@given(changes())
def test_any_value_of_any_field_ends_in_a_decision(change: tuple[str, str, bool, str, object]) -> None:
    mode, kind, in_line, name, value = change
    docs, book = a_bonded_set() if mode == "1210" else (a_set(), ())
    docs[kind] = docs[kind].line(1, **{name: value}) if in_line else docs[kind].head(**{name: value})
    store = PlayStore(book=book)
    for one in KINDS:
        decision = store.file(docs[one])
        assert decision.outcome
        for receipt in decision.receipts:
            assert 1 <= len(receipt.info) <= INFO_MOST
            assert receipt.to and receipt.status
    for account in store.accounts.values():
        assert min(account) >= Decimal(0)
