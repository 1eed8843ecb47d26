"""SM2-with-SM3 signatures: the one module that knows which library does the arithmetic.

First choice is the system's libcrypto (OpenSSL 3.x, EVP interface, through ctypes, which frees the interpreter lock).
Where it still has the calls for it, a key that comes again is verified with tables (``sm2_tables``); what they do not
accept EVP is asked again.
Where it is missing or built without SM2, the packaged library ``gmalglib`` is used if it is installed. ``route()``
names the choice, ``use()`` narrows it, ``self_test()`` proves it with the published example of GB/T 32918.5.

Keys are curve points of 65 bytes (``04 ‖ X ‖ Y``); a point off the SM2 curve (of P-256, say) raises ``Sm2Error``.
Signatures are strict DER (SEQUENCE of two INTEGER) or the raw 64 bytes r‖s; r and s lie in [1, n-1].
Source: GB/T 32918.2, GB/T 32918.5, GM/T 0009 (the user id 1234567812345678 where none is agreed).
"""

from __future__ import annotations

import ctypes
import ctypes.util
import importlib
import secrets
from collections.abc import Iterator
from functools import cache, lru_cache
from types import SimpleNamespace
from typing import Any, Literal, Protocol, get_args

from tongguan.ceb.signature.sm2_format import (
    ORDER,
    Sm2Error,
    decode_signature,
    encode_signature,
    from_pem,
    pkcs8,
    point_of,
    public_key_info,
    raw_signature,
    scalar_of,
    to_pem,
)
from tongguan.ceb.sm2_tables import KeyTables, Tables

__all__ = [
    "DEFAULT_ID",
    "ORDER",
    "PublicKey",
    "Sm2Error",
    "Wanted",
    "decode_signature",
    "encode_signature",
    "from_pem",
    "generate_key",
    "key_from_number",
    "pkcs8",
    "point_of",
    "point_of_private",
    "public_key",
    "public_key_info",
    "raw_signature",
    "route",
    "scalar_of",
    "self_test",
    "sign",
    "to_pem",
    "use",
    "verify",
]

Wanted = Literal["auto", "evp", "precomputed"]
"""``auto``: the fastest way there is; ``evp``: libcrypto's EVP and nothing else; ``precomputed``: tables must work."""

DEFAULT_ID = b"1234567812345678"
KEYS_KEPT = 1024  # public keys kept ready, 85 KB each with its tables; senders are few and come again
TABLES_FROM_USE = 2  # a table costs as much as six verifications: a key that comes once gets none
SIGNING_KEYS_KEPT = 64  # reading a private key costs twice as much as signing with it


class PublicKey:
    """A public key made ready for many verifications. Make it with ``public_key``; threads may share it."""

    __slots__ = ("__weakref__", "handle", "point", "release", "tables", "uses")

    def __init__(self, point: bytes, handle: Any, release: Any) -> None:
        self.point, self.handle, self.release = point, handle, release
        self.tables: KeyTables | None = None
        self.uses = 0

    def __del__(self) -> None:
        self.release(self.handle)


class _PrivateKey(PublicKey):
    """A private key made ready, with its public point; ``scalar`` is the secret number in 32 bytes."""

    __slots__ = ("scalar",)

    def __init__(self, scalar: bytes, point: bytes, handle: Any, release: Any) -> None:
        super().__init__(point, handle, release)
        self.scalar = scalar


class _Route(Protocol):
    """What a library has to offer: keys from bytes, verify and sign over r and s."""

    name: str

    def public(self, point: bytes) -> PublicKey: ...
    def private(self, scalar: bytes) -> _PrivateKey: ...
    def verify(self, key: PublicKey, message: bytes, r: int, s: int, identity: bytes) -> bool: ...
    def sign(self, key: _PrivateKey, message: bytes, identity: bytes) -> bytes: ...


class _Libcrypto:
    """SM2 through EVP. Every function gets its types: without them ctypes would cut pointers to 32 bits."""

    def __init__(self, library: ctypes.CDLL, wanted: Wanted = "auto") -> None:
        self._calls: Any = SimpleNamespace()
        pointer, number, size, text = ctypes.c_void_p, ctypes.c_int, ctypes.c_size_t, ctypes.c_char_p
        for name, result, arguments in (
            ("OpenSSL_version", text, (number,)),
            ("ERR_clear_error", None, ()),
            ("EVP_sm3", pointer, ()),
            ("d2i_PUBKEY", pointer, (pointer, pointer, ctypes.c_long)),
            ("i2d_PUBKEY", number, (pointer, pointer)),
            ("d2i_AutoPrivateKey", pointer, (pointer, pointer, ctypes.c_long)),
            ("EVP_PKEY_is_a", number, (pointer, text)),
            ("EVP_PKEY_free", None, (pointer,)),
            ("EVP_PKEY_CTX_new", pointer, (pointer, pointer)),
            ("EVP_PKEY_CTX_free", None, (pointer,)),
            ("EVP_PKEY_CTX_set1_id", number, (pointer, text, number)),
            ("EVP_MD_CTX_new", pointer, ()),
            ("EVP_MD_CTX_free", None, (pointer,)),
            ("EVP_MD_CTX_set_pkey_ctx", None, (pointer, pointer)),
            ("EVP_DigestVerifyInit", number, (pointer, pointer, pointer, pointer, pointer)),
            ("EVP_DigestVerify", number, (pointer, text, size, text, size)),
            ("EVP_DigestSignInit", number, (pointer, pointer, pointer, pointer, pointer)),
            ("EVP_DigestSign", number, (pointer, pointer, pointer, text, size)),
        ):
            function = getattr(library, name)  # AttributeError: an older libcrypto; the caller tries the next one
            function.restype, function.argtypes = result, arguments
            setattr(self._calls, name, function)
        self._sm3 = self._calls.EVP_sm3()
        version: bytes = self._calls.OpenSSL_version(0)
        self._tables = None if wanted == "evp" else _tables(library)
        if wanted == "precomputed" and self._tables is None:
            raise Sm2Error("this libcrypto cannot verify by tables")
        ways = "tables, EVP" if self._tables else "EVP"
        self.name = f"libcrypto {ways} ({version.decode('ascii', 'replace')})"

    def public(self, point: bytes) -> PublicKey:
        key = self._load("d2i_PUBKEY", public_key_info(point))
        return PublicKey(point, key, self._calls.EVP_PKEY_free)

    def _load(self, reader: str, encoded: bytes) -> int:
        """Read a key and make sure that it is one of SM2: a P-256 key has points of the same size."""
        buffer = ctypes.create_string_buffer(encoded, len(encoded))
        cursor = ctypes.c_void_p(ctypes.addressof(buffer))
        key = getattr(self._calls, reader)(None, ctypes.byref(cursor), len(encoded))
        if not key:
            self._calls.ERR_clear_error()
            raise Sm2Error("not a key on the SM2 curve")
        if self._calls.EVP_PKEY_is_a(key, b"SM2") != 1:
            self._calls.EVP_PKEY_free(key)
            self._calls.ERR_clear_error()
            raise Sm2Error("a key of another curve than SM2")
        return int(key)

    def private(self, scalar: bytes) -> _PrivateKey:
        handle = self._load("d2i_AutoPrivateKey", pkcs8(scalar))
        key = _PrivateKey(scalar, b"", handle, self._calls.EVP_PKEY_free)
        length = self._calls.i2d_PUBKEY(handle, None)
        if length <= 0:
            self._calls.ERR_clear_error()
            raise Sm2Error("the public key could not be computed")
        buffer = ctypes.create_string_buffer(length)
        cursor = ctypes.c_void_p(ctypes.addressof(buffer))
        self._calls.i2d_PUBKEY(handle, ctypes.byref(cursor))
        key.point = point_of(buffer.raw)
        return key

    def _contexts(self, key: int, identity: bytes) -> tuple[int, int]:
        """Message and key context. Without the id every verification fails although the set-up succeeds."""
        key_context = self._calls.EVP_PKEY_CTX_new(key, None)
        message_context = self._calls.EVP_MD_CTX_new()
        if key_context and message_context:
            self._calls.EVP_PKEY_CTX_set1_id(key_context, identity, len(identity))
            self._calls.EVP_MD_CTX_set_pkey_ctx(message_context, key_context)
        return message_context, key_context

    def verify(self, key: PublicKey, message: bytes, r: int, s: int, identity: bytes) -> bool:
        return self._by_tables(key, message, r, s, identity) or self.by_evp(key, message, r, s, identity)

    def _by_tables(self, key: PublicKey, message: bytes, r: int, s: int, identity: bytes) -> bool:
        if self._tables is None or identity != DEFAULT_ID:
            return False
        key.uses += 1
        if key.tables is None:
            if key.uses < TABLES_FROM_USE:
                return False
            key.tables = self._tables.of_key(key.point, identity)
        return self._tables.verify(key.tables, message, r, s)

    def by_evp(self, key: PublicKey, message: bytes, r: int, s: int, identity: bytes) -> bool:
        """The library's own verification, which has the last word."""
        calls = self._calls
        signature = encode_signature(r, s)
        message_context, key_context = self._contexts(key.handle, identity)
        good: bool = (
            calls.EVP_DigestVerifyInit(message_context, None, self._sm3, None, key.handle) == 1
            and calls.EVP_DigestVerify(message_context, signature, len(signature), message, len(message)) == 1
        )
        calls.EVP_MD_CTX_free(message_context)
        calls.EVP_PKEY_CTX_free(key_context)
        if not good:
            calls.ERR_clear_error()
        return good

    def sign(self, key: _PrivateKey, message: bytes, identity: bytes) -> bytes:
        calls = self._calls
        message_context, key_context = self._contexts(key.handle, identity)
        try:
            length = ctypes.c_size_t(256)
            buffer = ctypes.create_string_buffer(256)
            if (
                calls.EVP_DigestSignInit(message_context, None, self._sm3, None, key.handle) != 1
                or calls.EVP_DigestSign(message_context, buffer, ctypes.byref(length), message, len(message)) != 1
            ):
                raise Sm2Error("libcrypto could not sign with this key")
            return buffer.raw[: length.value]
        finally:
            calls.EVP_MD_CTX_free(message_context)
            calls.EVP_PKEY_CTX_free(key_context)
            calls.ERR_clear_error()


def _tables(library: ctypes.CDLL) -> Tables | None:
    """The way by tables, if the library has it and the published example passes."""
    try:
        tables = Tables(library)
        key = tables.of_key(_EXAMPLE_POINT, DEFAULT_ID)
    except (AttributeError, ValueError):
        return None
    example = b"message digest"
    good = tables.verify(key, example, _EXAMPLE_R, _EXAMPLE_S)
    bad = tables.verify(key, example, _EXAMPLE_R, _EXAMPLE_S ^ 1) or tables.verify(key, b"", _EXAMPLE_R, _EXAMPLE_S)
    return tables if good and not bad else None


class _Gmalglib:
    """SM2 through the packaged library gmalglib: raw values and bare scalars only, so this class converts."""

    name = "gmalglib"

    def __init__(self) -> None:
        self._sm2: Any = importlib.import_module("gmalglib.sm2").SM2

    def public(self, point: bytes) -> PublicKey:
        if not self._sm2.is_pk_valid(point):
            raise Sm2Error("not a key on the SM2 curve")
        return PublicKey(point, None, lambda handle: None)

    def private(self, scalar: bytes) -> _PrivateKey:
        return _PrivateKey(scalar, self._sm2.get_pk(scalar), None, lambda handle: None)

    def verify(self, key: PublicKey, message: bytes, r: int, s: int, identity: bytes) -> bool:
        raw = r.to_bytes(32, "big") + s.to_bytes(32, "big")
        return bool(self._sm2(pk=key.point, uid=identity).verify(message, raw))

    def sign(self, key: _PrivateKey, message: bytes, identity: bytes) -> bytes:
        raw: bytes = self._sm2(sk=key.scalar, pk=key.point, uid=identity).sign(message)
        return encode_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))


@cache
def _route() -> _Route:
    """The first library that passes the published example and is what ``use`` asked for."""
    for name in _libcrypto_names():
        try:
            libcrypto = _Libcrypto(ctypes.CDLL(name), _wanted)
            _prove(libcrypto)
        except (OSError, AttributeError, Sm2Error):
            continue
        return libcrypto
    if _wanted != "auto":  # whoever names a way has a reason; another one would answer in its stead without a word
        raise Sm2Error(
            f"no libcrypto here does SM2 the way {_wanted}: install OpenSSL 3, or let the way be auto / "
            f"没有 libcrypto 能以 {_wanted} 方式实现 SM2：请安装 OpenSSL 3，或改用 auto"
        )
    try:
        packaged = _Gmalglib()
    except ImportError as absent:
        raise Sm2Error(
            "no SM2 here: install OpenSSL 3 (libcrypto) or the Python package gmalglib / "
            "没有可用的 SM2 实现：请安装 OpenSSL 3（libcrypto）或 Python 包 gmalglib"
        ) from absent
    _prove(packaged)
    return packaged


def _libcrypto_names() -> Iterator[str]:
    """Where libcrypto may be; the usual name first, because the search starts other programs and is slow."""
    yield "libcrypto.so.3"
    if found := ctypes.util.find_library("crypto"):
        yield found


_wanted: Wanted = "auto"


def use(wanted: Wanted) -> None:
    """Narrow the choice for this process, before the first signature. Keys made ready by libcrypto stay good.

    For a set-up in which only a certified way may decide. ``route``, ``verify`` and ``sign`` raise Sm2Error where the
    wanted way is not there. Raises ValueError for another word.
    """
    global _wanted
    if wanted not in get_args(Wanted):
        raise ValueError(f"no such way of SM2: {wanted}")
    if wanted != _wanted:
        _wanted = wanted
        _route.cache_clear()


def route() -> str:
    """The name of the library in use. Raises Sm2Error when there is none."""
    return _route().name


# The example of GB/T 32918.5 on the recommended curve: private key, public key, signature over "message digest".
_EXAMPLE_SCALAR = bytes.fromhex("3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8")
_EXAMPLE_POINT = bytes.fromhex(
    "0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020"
    "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13"
)
_EXAMPLE_R = 0xF5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3
_EXAMPLE_S = 0xB1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA


def _prove(candidate: _Route) -> None:
    """Hold one library against the published example; raises Sm2Error with the part that came out wrong."""
    key = candidate.public(_EXAMPLE_POINT)
    example = b"message digest"
    if not candidate.verify(key, example, _EXAMPLE_R, _EXAMPLE_S, DEFAULT_ID):
        raise Sm2Error(f"{candidate.name}: the published signature does not verify")
    if candidate.verify(key, example, _EXAMPLE_R, _EXAMPLE_S ^ 1, DEFAULT_ID):
        raise Sm2Error(f"{candidate.name}: a changed signature verifies")
    if candidate.verify(key, example + b".", _EXAMPLE_R, _EXAMPLE_S, DEFAULT_ID):
        raise Sm2Error(f"{candidate.name}: a changed message verifies")
    private = candidate.private(_EXAMPLE_SCALAR)
    if private.point != _EXAMPLE_POINT:
        raise Sm2Error(f"{candidate.name}: the published public key is not reached")
    signed = decode_signature(candidate.sign(private, example, DEFAULT_ID))
    if signed is None or not candidate.verify(key, example, *signed, DEFAULT_ID):
        raise Sm2Error(f"{candidate.name}: its own signature does not verify")


def self_test() -> None:
    """Prove the library in use against the published example. To be called at start; raises Sm2Error."""
    _prove(_route())


def public_key(point: bytes) -> PublicKey:
    """Make a key ready. Kept for the latest 1,024 keys. Raises Sm2Error for anything not on the SM2 curve."""
    if len(point) != 65 or point[0] != 4:
        raise Sm2Error("an SM2 public key is 65 bytes and begins with 04")
    return _kept(bytes(point))


@lru_cache(maxsize=KEYS_KEPT)
def _kept(point: bytes) -> PublicKey:
    return _route().public(point)


def verify(key: bytes | PublicKey, message: bytes, signature: bytes, *, identity: bytes = DEFAULT_ID) -> bool:
    """Whether ``signature`` (strict DER or raw 64 bytes) over ``message`` (any length) was made with ``key``.

    A malformed signature is False. Raises Sm2Error only for a key that is not of SM2.
    """
    ready = key if isinstance(key, PublicKey) else public_key(key)
    numbers = decode_signature(signature)
    return numbers is not None and _route().verify(ready, message, *numbers, identity)


def sign(private_key: bytes, message: bytes, *, identity: bytes = DEFAULT_ID) -> bytes:
    """Sign ``message``; ``private_key`` is unencrypted PKCS#8 or SEC 1, PEM or DER. Returns DER. Raises Sm2Error."""
    return _route().sign(_kept_private(private_key), message, identity)


@lru_cache(maxsize=SIGNING_KEYS_KEPT)
def _kept_private(private_key: bytes) -> _PrivateKey:
    return _route().private(scalar_of(private_key))


def generate_key() -> bytes:
    """A new private key, PKCS#8 in PEM, unencrypted."""
    return key_from_number(1 + secrets.randbelow(ORDER - 2))


def key_from_number(number: int) -> bytes:
    """The private key of a given secret number in [1, n-2], PKCS#8 in PEM: for test keys that come out the same again.

    Signatures still differ each time, because SM2 draws a random number for every one. Raises Sm2Error.
    """
    if not 0 < number < ORDER - 1:
        raise Sm2Error("the private key is out of range")
    scalar = number.to_bytes(32, "big")
    return to_pem(pkcs8(scalar, _route().private(scalar).point), "PRIVATE KEY")


def point_of_private(private_key: bytes) -> bytes:
    """The public point (65 bytes) that belongs to a private key. Raises Sm2Error."""
    return _kept_private(private_key).point
