"""The house's keys, and the few things done with them.

| file | kind | used for |
|---|---|---|
| ``master.key`` | master | wraps the two keys of each subject (AES-256-GCM) |
| ``gateway.key`` | gateway | wraps the day keys of the inboxes and raw files |
| ``hash.key`` | hash | keyed hash of a person's number; a derived key for each quota year and for the identities |
| ``seed.key`` | seed | the draw seed of each day |

A key file is one line: ``tongguan-key 1 <kind> <id> <base64 of 32 bytes>``. Files are made 0600 and never overwritten.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tongguan.store.faults import StoreFault

KEY_BYTES = 32
NONCE_BYTES = 12
KINDS = ("master", "gateway", "hash", "seed")


@dataclass(frozen=True, slots=True)
class Key:
    """One secret. ``id`` is random, 8 hex digits: it names the key where the secret itself must not stand."""

    kind: str
    id: str
    secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class KeyRing:
    """All keys of one store."""

    master: Key
    gateway: Key
    hash: Key
    seed: Key
    _master_box: AESGCM = field(repr=False)
    _gateway_box: AESGCM = field(repr=False)

    @classmethod
    def of(cls, keys: dict[str, Key]) -> KeyRing:
        """A ring of the four kinds."""
        return cls(
            master=keys["master"],
            gateway=keys["gateway"],
            hash=keys["hash"],
            seed=keys["seed"],
            _master_box=AESGCM(keys["master"].secret),
            _gateway_box=AESGCM(keys["gateway"].secret),
        )

    @classmethod
    def make(cls, folder: Path) -> KeyRing:
        """Draw fresh keys into ``folder``. Raises StoreFault ``key-exists``; an existing key is never touched."""
        if taken := next((path for kind in KINDS if (path := folder / f"{kind}.key").exists()), None):
            raise StoreFault(
                "key-exists", f"密钥 {taken} 已存在,不会覆盖", f"{taken} exists; a key is never overwritten"
            )
        return cls.of({kind: _make_key(folder / f"{kind}.key", kind) for kind in KINDS})

    @classmethod
    def load(cls, folder: Path) -> KeyRing:
        """Read the keys. Raises StoreFault ``key-missing``, ``key-open`` (readable by others), ``key-broken``."""
        return cls.of({kind: _read_key(folder / f"{kind}.key", kind) for kind in KINDS})

    def wrap_subject_key(self, key: bytes, label: bytes) -> bytes:
        """Seal a subject's key with the master key. ``label`` (subject and which key) must be shown to open it."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._master_box.encrypt(nonce, key, label)

    def unwrap_subject_key(self, wrapped: bytes, label: bytes) -> bytes:
        """The reverse. Raises StoreFault ``seal-broken``."""
        return _open(self._master_box, wrapped, label)

    def wrap_day_key(self, key: bytes, label: bytes) -> bytes:
        """Seal the key of one gateway's day; ``label`` is gateway and day."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._gateway_box.encrypt(nonce, key, label)

    def unwrap_day_key(self, wrapped: bytes, label: bytes) -> bytes:
        """The reverse. Raises StoreFault ``seal-broken``."""
        return _open(self._gateway_box, wrapped, label)

    def person_hash(self, number: str, quota_year: int) -> str:
        """``<key id>-<year>:<64 hex>`` of a person's number, trimmed and upper-cased.

        The key changes with the quota year only, so that a buyer's balance is one row all through the year.
        """
        digest = hmac.digest(_year_key(self.hash.secret, quota_year), number.strip().upper().encode(), "sha256")
        return f"{self.hash.id}-{quota_year}:{digest.hex()}"

    def identity_key(self) -> bytes:
        """The 32-byte key under which an identity register is sealed."""
        return _identity_key(self.hash.secret)

    def case_id(self, kind: str, key: tuple[str, ...]) -> str:
        """The opaque id of a case: 32 hex digits that say nothing to whoever lacks the key, and are the same in a
        replay.
        """
        return _case_id(self.master.secret, kind, key)

    def draw_seed(self, day: date) -> bytes:
        """The 32-byte seed of one day's draws. Its SHA-256 may be told the day before, the seed itself the day
        after.
        """
        return _day_seed(self.seed.secret, day)

    def draw_seed_hash(self, day: date) -> str:
        """What may be told of a seed before its day: SHA-256, lower-case hex."""
        return hashlib.sha256(self.draw_seed(day)).hexdigest()


@lru_cache(maxsize=8)
def _year_key(secret: bytes, quota_year: int) -> bytes:
    return hmac.digest(secret, b"quota year %d" % quota_year, "sha256")


@lru_cache(maxsize=8)
def _identity_key(secret: bytes) -> bytes:
    return hmac.digest(secret, b"identity register", "sha256")


@lru_cache(maxsize=8)
def _case_key(secret: bytes) -> bytes:
    return hmac.digest(secret, b"case ids", "sha256")


@lru_cache(maxsize=4096)  # an order, its payment, its inventory and the draw ask for one and the same
def _case_id(secret: bytes, kind: str, key: tuple[str, ...]) -> str:
    return hmac.digest(_case_key(secret), "\x1f".join((kind, *key)).encode(), "sha256")[:16].hex()


@lru_cache(maxsize=8)
def _day_seed(secret: bytes, day: date) -> bytes:
    return hmac.digest(secret, b"draw seed " + day.isoformat().encode(), "sha256")


class Box:
    """AES-256-GCM with a random nonce in front: what seals records, receipts and inbox rows."""

    __slots__ = ("_aead",)

    def __init__(self, key: bytes) -> None:
        self._aead = AESGCM(key)

    def seal(self, text: bytes, label: bytes = b"") -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._aead.encrypt(nonce, text, label)

    def open(self, sealed: bytes, label: bytes = b"") -> bytes:
        """Raises StoreFault ``seal-broken``."""
        return _open(self._aead, sealed, label)


def _open(aead: AESGCM, sealed: bytes, label: bytes) -> bytes:
    try:
        return aead.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], label)
    except (InvalidTag, ValueError) as error:
        raise StoreFault(
            "seal-broken",
            "密封数据无法打开:密钥不符或数据被改动",
            "a sealed text does not open: wrong key, or changed bytes",
        ) from error


def _make_key(path: Path, kind: str) -> Key:
    key = Key(kind, os.urandom(4).hex(), os.urandom(KEY_BYTES))
    line = f"tongguan-key 1 {kind} {key.id} {base64.b64encode(key.secret).decode()}\n"
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(line)
        file.flush()
        os.fsync(file.fileno())
    return key


def _read_key(path: Path, kind: str) -> Key:
    try:
        mode = path.stat().st_mode & 0o777
        words = path.read_text(encoding="ascii").split()
    except FileNotFoundError:
        raise StoreFault("key-missing", f"缺少密钥 {path}", f"the key {path} is missing") from None
    if mode & 0o077:
        raise StoreFault(
            "key-open",
            f"密钥 {path} 可被他人读取 (权限 {mode:o}),请改为 600",
            f"the key {path} can be read by others (mode {mode:o}); set it to 600",
        )
    try:
        label, version, found_kind, key_id, text = words
        secret = base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        label = version = found_kind = key_id = ""
        secret = b""
    if (label, version, found_kind) != ("tongguan-key", "1", kind) or len(secret) != KEY_BYTES:
        raise StoreFault("key-broken", f"密钥 {path} 格式不对", f"{path} is not a {kind} key")
    return Key(kind, key_id, secret)
