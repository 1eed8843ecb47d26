"""Strict DER: one way to write each value, and only that one is read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongguan.ceb.signature import der


@pytest.mark.parametrize(
    ("dotted", "encoded"),
    [
        ("1.2.840.10045.2.1", "06072a8648ce3d0201"),  # id-ecPublicKey, RFC 5480
        ("1.2.156.10197.1.301", "06082a811ccf5501822d"),  # the SM2 curve, GM/T 0006
        ("1.2.156.10197.1.501", "06082a811ccf55018375"),  # SM2 with SM3, GM/T 0006
    ],
)
def test_object_identifiers(dotted: str, encoded: str) -> None:
    assert der.oid(dotted).hex() == encoded


@pytest.mark.parametrize(("number", "encoded"), [(0, "020100"), (127, "02017f"), (128, "02020080"), (256, "02020100")])
def test_integers(number: int, encoded: str) -> None:
    assert der.integer(number).hex() == encoded
    assert der.unsigned(der.content(bytes.fromhex(encoded), der.INTEGER)) == number


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param("", id="nothing"),
        pytest.param("02", id="no length"),
        pytest.param("0202 00", id="content missing"),
        pytest.param("0281 01 00", id="long form for a short length"),
        pytest.param("0282 0080" + "00" * 128, id="leading zero in the length"),
        pytest.param("0280 00 0000", id="indefinite"),
        pytest.param("0285 0000000001 00", id="length of five bytes"),
        pytest.param("1f01 00", id="long tag"),
        pytest.param("0201 00 00", id="trailing byte"),
    ],
)
def test_other_encodings_are_refused(broken: str) -> None:
    with pytest.raises(der.DerError):
        der.content(bytes.fromhex(broken), der.INTEGER)


@given(st.binary(max_size=70_000), st.sampled_from([der.OCTET_STRING, der.SEQUENCE, 0xA0]))
def test_what_is_written_is_read_back(body: bytes, tag: int) -> None:
    assert der.content(der.value(tag, body), tag) == body


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused_and_nothing_else(data: bytes) -> None:
    try:
        read = der.parts(data)
    except der.DerError:
        return
    assert b"".join(der.value(tag, body) for tag, body, _ in read) == data
