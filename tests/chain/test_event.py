"""The frozen form of an event, against plain hashing and the rfc8785 library."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import msgspec
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from tests.clearance.playstore import a_set
from tongguan.chain.event import (
    Field,
    Part,
    SealBroken,
    encode_value,
    entry,
    make_part,
    open_fields,
    open_part,
    record_fields,
)

PERSON, REST = bytes(range(32)), bytes(range(32, 64))

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(max_codepoint=127), max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(json_values)
def test_values_are_in_the_form_of_rfc_8785(value: Any) -> None:
    assert encode_value(value) == rfc8785.dumps(value)


def test_amounts_are_texts() -> None:
    assert encode_value(Decimal("181.00")) == b'"181.00"'


def test_an_entry_can_be_computed_by_hand() -> None:
    """Two fields, as docs/store.md tells it."""
    part = make_part([Field("b.status", b'"800"'), Field("a.name", b'"x"', True)], PERSON + REST)
    digests = []
    for secret, name, value in ((PERSON, b"a.name", b'"x"'), (REST, b"b.status", b'"800"')):
        salt = hmac.new(secret, name, hashlib.sha256).digest()[:16]
        digests.append(hashlib.sha256(b"\x00" + salt + name + b"\x00" + value).digest())
    assert part.names == ("a.name", "b.status")
    assert part.digests == b"".join(digests)
    assert entry([part]) == b"\x01" + hashlib.sha256(b"\x01" + b"".join(digests)).digest()


def test_an_entry_does_not_depend_on_how_fields_are_split_into_parts() -> None:
    fields = [Field(f"f{number}", b"1") for number in range(6)]
    secrets = PERSON + REST
    whole = entry([make_part(fields, secrets)])
    assert whole == entry([make_part(fields[3:], secrets), make_part(fields[:3], secrets)])


def test_two_fields_never_share_a_name() -> None:
    one = make_part([Field("a", b"1")], PERSON + REST)
    with pytest.raises(ValueError, match="share a name"):
        entry([one, one])


def test_every_field_opens_and_person_fields_only_with_the_person_secret() -> None:
    part = make_part([Field("who", b'"x"', True), Field("what", b"1")], PERSON + REST)
    assert open_part(part) == {"who": b'"x"', "what": b"1"}
    assert open_fields(part.rest, REST) == {"what": b"1"}
    with pytest.raises(SealBroken):
        open_fields(part.person, REST)


@pytest.mark.parametrize("flip", range(0, 64, 7))
def test_a_changed_digest_is_named(flip: int) -> None:
    part = make_part([Field("who", b'"x"', True), Field("what", b"1")], PERSON + REST)
    digests = bytearray(part.digests)
    digests[flip] ^= 1
    with pytest.raises(SealBroken, match="what" if flip < 32 else "who"):
        open_part(msgspec.structs.replace(part, digests=bytes(digests)))


@given(st.integers(0, 10**6), st.sampled_from(["person", "rest"]))
def test_changed_sealed_bytes_never_open(place: int, half: str) -> None:
    part: Part = make_part([Field("who", b'"x"', True), Field("what", b"1")], PERSON + REST)
    sealed = bytearray(getattr(part, half))
    sealed[place % len(sealed)] ^= 1 + place % 255
    with pytest.raises(SealBroken):
        open_part(msgspec.structs.replace(part, **{half: bytes(sealed)}))


def test_the_fields_of_a_record_name_their_place_and_who_is_a_person() -> None:
    fields = {field.name: field for field in record_fields(a_set()["order"].record)}
    assert fields["filed.OrderHead.orderNo"] == Field("filed.OrderHead.orderNo", b'"SBX000001"')
    assert json.loads(fields["filed.OrderList[2].price"].value) == "50.00"
    assert fields["filed.OrderHead.buyerName"].person and fields["filed.OrderHead.consigneeAddress"].person
    assert not fields["filed.OrderHead.ebpCode"].person
    assert "filed.OrderHead.note" not in fields  # absent ones are left out


def test_every_kind_of_record_is_flattened_as_its_plain_form_says() -> None:
    """The names and values are those of the record as nested plain values, walked here by hand."""

    def walked(value: Any, path: str) -> Iterator[tuple[str, bytes]]:
        if isinstance(value, dict):
            for name, item in value.items():
                yield from walked(item, f"{path}.{name}")
        elif isinstance(value, list):
            for number, item in enumerate(value, 1):
                yield from walked(item, f"{path}[{number}]")
        else:
            yield path, rfc8785.dumps(value)

    for filed in a_set().values():
        plain = json.loads(msgspec.json.encode(filed.record))
        found = [(field.name, field.value) for field in record_fields(filed.record)]
        assert found == list(walked(plain, "filed"))
        assert found == [(field.name, field.value) for field in record_fields(msgspec.to_builtins(filed.record))]


def test_a_person_is_known_by_the_element_wherever_the_record_stands() -> None:
    order = a_set()["order"].record
    here = [(field.name, field.person) for field in record_fields(order, "filed")]
    there = [(field.name, field.person) for field in record_fields(order, "replaced[2]")]
    assert there == [(name.replace("filed", "replaced[2]", 1), person) for name, person in here]
    assert sum(person for _, person in here) >= 5
