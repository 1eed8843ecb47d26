"""SM2 verification by libcrypto's curve arithmetic with a table of multiples for each key: 2.4 times as fast as EVP.

Senders are few and their keys come again, so tables pay: about 130 µs a verification against 310. Two products are
computed, A = s·G + Q and R = (t - 1)·Q + A with t = r + s: in each, one long number meets a point with a table and one
meets a point times 1, which is the only form for which libcrypto uses the tables. Public data only, so time may vary.

The calls are deprecated in OpenSSL 3 and may go: ``Tables`` raises AttributeError then, and EVP is used alone. Whatever
is not accepted here is asked again of EVP; ``sm2.self_test`` proves both ways at start.
Source: GB/T 32918.2 section 7.
"""

from __future__ import annotations

import ctypes
import hashlib
import threading
from types import SimpleNamespace
from typing import Any

from tongguan.ceb.signature.sm2_format import ORDER, Sm2Error

_CURVE = 1172  # NID_sm2
_PARAMETERS = bytes.fromhex(
    "fffffffeffffffffffffffffffffffffffffffff00000000fffffffffffffffc"  # a
    "28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93"  # b
    "32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7"  # x of G
    "bc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0"  # y of G
)


class KeyTables:
    """The tables of one key. ``group`` is the curve with the key as its generator; ``hashed`` is SM3 over Z."""

    __slots__ = ("group", "hashed", "identity", "point", "release")

    def __init__(self, group: int, point: int, hashed: Any, identity: bytes, release: Any) -> None:
        self.group, self.point, self.hashed, self.identity = group, point, hashed, identity
        self.release = release

    def __del__(self) -> None:
        self.release(self.group, self.point)


class Tables:
    """Makes tables and verifies with them. Raises AttributeError or ValueError where the library cannot."""

    def __init__(self, library: ctypes.CDLL) -> None:
        hashlib.new("sm3")  # ValueError: no SM3 in the library that Python uses
        self._calls: Any = SimpleNamespace()
        pointer, number, size, text = ctypes.c_void_p, ctypes.c_int, ctypes.c_size_t, ctypes.c_char_p
        for name, result, arguments in (
            ("ERR_clear_error", None, ()),
            ("BN_new", pointer, ()),
            ("BN_CTX_new", pointer, ()),
            ("BN_bin2bn", pointer, (text, number, pointer)),
            ("BN_bn2binpad", number, (pointer, text, number)),
            ("EC_GROUP_new_by_curve_name", pointer, (number,)),
            ("EC_GROUP_free", None, (pointer,)),
            ("EC_GROUP_set_generator", number, (pointer, pointer, pointer, pointer)),
            ("EC_GROUP_precompute_mult", number, (pointer, pointer)),
            ("EC_POINT_new", pointer, (pointer,)),
            ("EC_POINT_free", None, (pointer,)),
            ("EC_POINT_oct2point", number, (pointer, pointer, text, size, pointer)),
            ("EC_POINT_is_on_curve", number, (pointer, pointer, pointer)),
            ("EC_POINT_mul", number, (pointer, pointer, pointer, pointer, pointer, pointer)),
            ("EC_POINT_get_affine_coordinates", number, (pointer, pointer, pointer, pointer, pointer)),
        ):
            function = getattr(library, name)
            function.restype, function.argtypes = result, arguments
            setattr(self._calls, name, function)
        self._one, self._order = self._whole(1), self._whole(ORDER)
        self._curve = self._group()
        if self._calls.EC_GROUP_precompute_mult(self._curve, None) != 1:
            raise ValueError("no tables for the SM2 curve")
        self._mine = threading.local()

    def of_key(self, point: bytes, identity: bytes) -> KeyTables:
        """The tables of a key (65 bytes), some 4 ms of work. Raises Sm2Error for a point off the curve."""
        calls, group = self._calls, self._group()
        key = calls.EC_POINT_new(group)
        good = (
            calls.EC_POINT_oct2point(group, key, point, len(point), None) == 1
            and calls.EC_POINT_is_on_curve(group, key, None) == 1
            and calls.EC_GROUP_set_generator(group, key, self._order, self._one) == 1
            and calls.EC_GROUP_precompute_mult(group, None) == 1
        )
        tables = KeyTables(group, key, _hashed(point, identity), identity, self._free)
        if not good:
            calls.ERR_clear_error()
            raise Sm2Error("not a key on the SM2 curve")
        return tables

    def verify(self, key: KeyTables, message: bytes, r: int, s: int) -> bool:
        """Whether r and s, both in [1, n-1], sign ``message``. False also where the arithmetic cannot tell."""
        t = (r + s) % ORDER
        if not 0 < r < ORDER or not 0 < s < ORDER or t < 2:
            return False
        calls, mine = self._calls, self._of_thread()
        calls.BN_bin2bn(s.to_bytes(32, "big"), 32, mine.s)
        calls.BN_bin2bn((t - 1).to_bytes(32, "big"), 32, mine.t)
        good = (
            calls.EC_POINT_mul(self._curve, mine.a, mine.s, key.point, self._one, mine.context) == 1
            and calls.EC_POINT_mul(key.group, mine.r, mine.t, mine.a, self._one, mine.context) == 1
            and calls.EC_POINT_get_affine_coordinates(key.group, mine.r, mine.x, None, mine.context) == 1
            and calls.BN_bn2binpad(mine.x, mine.buffer, 32) == 32
        )
        if not good:
            calls.ERR_clear_error()
            return False
        hashed = key.hashed.copy()
        hashed.update(message)
        return (int.from_bytes(hashed.digest(), "big") + int.from_bytes(mine.buffer.raw, "big")) % ORDER == r

    def _of_thread(self) -> threading.local:
        """The numbers and points that one thread computes with, made once."""
        mine = self._mine
        if not hasattr(mine, "context"):
            calls = self._calls
            mine.s, mine.t, mine.x = calls.BN_new(), calls.BN_new(), calls.BN_new()
            mine.a, mine.r = calls.EC_POINT_new(self._curve), calls.EC_POINT_new(self._curve)
            mine.buffer = ctypes.create_string_buffer(32)
            mine.context = calls.BN_CTX_new()
        return mine

    def _group(self) -> int:
        group = self._calls.EC_GROUP_new_by_curve_name(_CURVE)
        if not group:
            self._calls.ERR_clear_error()
            raise ValueError("no SM2 curve in this library")
        return int(group)

    def _whole(self, value: int) -> int:
        return int(self._calls.BN_bin2bn(value.to_bytes(32, "big"), 32, None))

    def _free(self, group: int, point: int) -> None:
        self._calls.EC_POINT_free(point)
        self._calls.EC_GROUP_free(group)


def _hashed(point: bytes, identity: bytes) -> Any:
    """SM3 with Z taken in: Z = SM3(bits of the id ‖ id ‖ a ‖ b ‖ G ‖ key)."""
    z = hashlib.new("sm3", (8 * len(identity)).to_bytes(2, "big") + identity + _PARAMETERS + point[1:]).digest()
    return hashlib.new("sm3", z)
