"""What names a person, and how little of it is shown."""

from __future__ import annotations

import pytest

from tongguan.ceb.person import PERSON_ELEMENTS, mask
from tongguan.ceb.table import messages


@pytest.mark.parametrize(
    ("value", "shown"),
    [("", ""), ("甲", "*"), ("沙箱", "沙*"), ("沙箱甲", "沙*甲"), ("990101199001010018", "9" + "*" * 16 + "8")],
)
def test_a_mask_keeps_at_most_the_first_and_the_last_character(value: str, shown: str) -> None:
    assert mask(value) == shown


def test_every_person_element_stands_in_a_message_that_is_filed() -> None:
    fields = {field.name for spec in messages().values() for entity in spec.entities for field in entity.fields}
    assert fields >= PERSON_ELEMENTS


def test_every_filed_element_that_speaks_of_buyer_payer_or_consignee_is_a_persons_or_known_not_to_be() -> None:
    harmless = {"buyerIdType", "payerIdType", "consigneeDistrict"}
    fields = {
        field.name
        for spec in messages().values()
        for entity in spec.entities
        for field in entity.fields
        if field.name.startswith(("buyer", "payer", "consignee")) or "elephone" in field.name
    }
    assert fields - harmless <= PERSON_ELEMENTS
