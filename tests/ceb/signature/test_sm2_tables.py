"""Verification by tables agrees with the library's own, at random and at the edges. Long form: TONGGUAN_FULL=1."""

from __future__ import annotations

import ctypes
import hashlib
import os
import random

import pytest

from tongguan.ceb import sm2
from tongguan.ceb.sm2_tables import KeyTables, Tables

ROUNDS = 100_000 if os.environ.get("TONGGUAN_FULL") else 500
P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
A = P - 3
N = sm2.ORDER
G = (
    0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
    0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
)
Point = tuple[int, int] | None


def add(one: Point, other: Point) -> Point:
    """Affine addition on the SM2 curve, written for these tests alone."""
    if one is None or other is None:
        return one or other
    if one[0] == other[0] and (one[1] + other[1]) % P == 0:
        return None
    if one == other:
        slope = (3 * one[0] ** 2 + A) * pow(2 * one[1], -1, P)
    else:
        slope = (other[1] - one[1]) * pow(other[0] - one[0], -1, P)
    x = (slope**2 - one[0] - other[0]) % P
    return x, (slope * (one[0] - x) - one[1]) % P


def times(number: int, point: Point) -> Point:
    found: Point = None
    while number:
        if number & 1:
            found = add(found, point)
        point, number = add(point, point), number >> 1
    return found


def signed_with(scalar: int, nonce: int, point: bytes, message: bytes) -> tuple[int, int]:
    """r and s for a chosen nonce, straight from GB/T 32918.2."""
    identity = sm2.DEFAULT_ID
    parameters = b"".join(
        number.to_bytes(32, "big")
        for number in (A, 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93, *G)
    )
    z = hashlib.new("sm3", (8 * len(identity)).to_bytes(2, "big") + identity + parameters + point[1:]).digest()
    e = int.from_bytes(hashlib.new("sm3", z + message).digest(), "big")
    at = times(nonce, G)
    assert at is not None
    r = (e + at[0]) % N
    return r, pow(1 + scalar, -1, N) * (nonce - r * scalar) % N


def raw(r: int, s: int) -> bytes:
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


@pytest.fixture(scope="module")
def tables() -> Tables:
    return Tables(ctypes.CDLL("libcrypto.so.3"))


def of(tables: Tables, point: bytes) -> KeyTables:
    return tables.of_key(point, sm2.DEFAULT_ID)


def test_the_route_in_use_has_tables() -> None:
    assert "tables" in sm2.route()


def test_both_ways_agree_on_good_and_flipped_signatures(tables: Tables) -> None:
    chance = random.Random(3)
    for batch in range(0, ROUNDS, 50):
        private = sm2.key_from_number(chance.randrange(1, N - 1))
        point = sm2.point_of_private(private)
        ready, by_table = sm2.public_key(point), of(tables, point)
        for _ in range(min(50, ROUNDS - batch)):
            message = chance.randbytes(chance.randrange(0, 200))
            decoded = sm2.decode_signature(sm2.sign(private, message))
            assert decoded is not None
            r, s = decoded
            assert tables.verify(by_table, message, r, s)
            flip = 1 << chance.randrange(256)
            r, s = (r ^ flip, s) if chance.random() < 0.5 else (r, s ^ flip)
            evp = 0 < r < N and 0 < s < N and sm2.verify(ready, message, raw(r, s))
            assert tables.verify(by_table, message, r, s) == evp


@pytest.mark.parametrize("scalar", [1, 2, N - 2, 1 << 255], ids=["1", "2", "n-2", "2^255"])
@pytest.mark.parametrize("nonce", ["1", "n-1", "d", "n-d"])
def test_both_ways_agree_on_keys_and_nonces_at_the_edge(tables: Tables, scalar: int, nonce: str) -> None:
    point = sm2.point_of_private(sm2.key_from_number(scalar))
    drawn = {"1": 1, "n-1": N - 1, "d": scalar, "n-d": N - scalar}[nonce]
    r, s = signed_with(scalar, drawn, point, b"edge")
    by_table, ready = of(tables, point), sm2.public_key(point)
    evp = 0 < r < N and 0 < s < N and (r + s) % N != 0 and sm2.verify(ready, b"edge", raw(r, s))
    assert tables.verify(by_table, b"edge", r, s) in (evp, False)  # where arithmetic cannot tell, EVP is asked
    assert sm2.verify(ready, b"edge", raw(r, s)) == evp if 0 < r < N and 0 < s < N else True


@pytest.mark.parametrize("value", [0, N, N + 1, (1 << 256) - 1], ids=["0", "n", "n+1", "2^256-1"])
def test_numbers_outside_the_range_are_refused(tables: Tables, value: int) -> None:
    point = sm2.point_of_private(sm2.key_from_number(77))
    by_table = of(tables, point)
    r, s = signed_with(77, 1234567, point, b"m")
    assert tables.verify(by_table, b"m", r, s)
    assert not tables.verify(by_table, b"m", value, s)
    assert not tables.verify(by_table, b"m", r, value)
    assert not tables.verify(by_table, b"m", r, N - r)


def test_a_point_off_the_curve_gets_no_tables(tables: Tables) -> None:
    point = bytearray(sm2.point_of_private(sm2.key_from_number(5)))
    point[-1] ^= 1
    with pytest.raises(sm2.Sm2Error):
        of(tables, bytes(point))


def test_a_key_gets_its_tables_when_it_comes_again() -> None:
    private = sm2.generate_key()
    ready = sm2.public_key(sm2.point_of_private(private))
    for number in range(4):
        assert sm2.verify(ready, b"m", sm2.sign(private, b"m"))
        assert (ready.tables is not None) == (number >= 1)


def test_an_answer_of_yes_is_all_that_tables_may_give(monkeypatch: pytest.MonkeyPatch) -> None:
    private = sm2.generate_key()
    ready = sm2.public_key(sm2.point_of_private(private))
    signature = sm2.sign(private, b"m")
    monkeypatch.setattr(Tables, "verify", lambda *arguments: False)
    assert all(sm2.verify(ready, b"m", signature) for _ in range(3))
