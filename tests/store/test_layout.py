"""The data directory and its keys."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import date
from pathlib import Path

import pytest

from tongguan.store.faults import StoreFault
from tongguan.store.keys import KINDS, Box, KeyRing
from tongguan.store.layout import gateway_name, init_store, open_store


def modes(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()}


def test_keys_are_readable_by_their_owner_only(tmp_path: Path) -> None:
    init_store(tmp_path / "s", sandbox=True)
    assert modes(tmp_path / "s" / "keys") == {f"{kind}.key": 0o600 for kind in KINDS}
    assert (tmp_path / "s" / "keys").stat().st_mode & 0o777 == 0o700


def test_a_store_is_never_overwritten(tmp_path: Path) -> None:
    init_store(tmp_path / "s", sandbox=False)
    before = {path: path.read_bytes() for path in (tmp_path / "s").rglob("*") if path.is_file()}
    with pytest.raises(StoreFault) as fault:
        init_store(tmp_path / "s", sandbox=True)
    assert fault.value.name == "store-exists"
    assert {path: path.read_bytes() for path in before} == before


def test_a_key_is_never_overwritten_even_without_a_nameplate(tmp_path: Path) -> None:
    init_store(tmp_path / "s", sandbox=False)
    (tmp_path / "s" / "store.json").unlink()
    key = (tmp_path / "s" / "keys" / "master.key").read_bytes()
    with pytest.raises(StoreFault) as fault:
        init_store(tmp_path / "s", sandbox=False)
    assert fault.value.name == "key-exists"
    assert (tmp_path / "s" / "keys" / "master.key").read_bytes() == key


@pytest.mark.parametrize(
    ("made", "opened", "name"), [(True, False, "store-is-sandbox"), (False, True, "store-is-production")]
)
def test_sandbox_and_production_never_open_each_other(tmp_path: Path, made: bool, opened: bool, name: str) -> None:
    init_store(tmp_path / "s", sandbox=made)
    assert open_store(tmp_path / "s", sandbox=made).sandbox is made
    with pytest.raises(StoreFault) as fault:
        open_store(tmp_path / "s", sandbox=opened)
    assert fault.value.name == name
    assert fault.value.text_zh and fault.value.text_en


def test_a_missing_store_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(StoreFault, match="tongguan init") as fault:
        open_store(tmp_path, sandbox=True)
    assert fault.value.name == "store-missing"


@pytest.mark.parametrize(
    ("spoil", "name"),
    [
        (lambda key: key.unlink(), "key-missing"),
        (lambda key: key.chmod(0o640), "key-open"),
        (lambda key: key.write_text("tongguan-key 1 master 00000000 AAAA\n"), "key-broken"),
        (lambda key: key.write_text(key.read_text().replace("master", "hash")), "key-broken"),
    ],
)
def test_a_bad_key_is_named(tmp_path: Path, spoil: object, name: str) -> None:
    init_store(tmp_path / "s", sandbox=True)
    spoil(tmp_path / "s" / "keys" / "master.key")  # type: ignore[operator]
    with pytest.raises(StoreFault) as fault:
        open_store(tmp_path / "s", sandbox=True)
    assert fault.value.name == name


def test_a_persons_hash_is_keyed_and_changes_with_the_quota_year_only(tmp_path: Path) -> None:
    keys = init_store(tmp_path / "s", sandbox=True).keys
    number = "99010119900307001x"
    _, _, _, key_id, secret = (tmp_path / "s" / "keys" / "hash.key").read_text().split()
    year_key = hmac.new(base64.b64decode(secret), b"quota year 2026", hashlib.sha256).digest()
    expected = hmac.new(year_key, b"99010119900307001X", hashlib.sha256).hexdigest()
    assert keys.person_hash(number, 2026) == f"{key_id}-2026:{expected}"
    assert keys.person_hash(f"  {number.upper()}\n", 2026) == keys.person_hash(number, 2026)
    assert keys.person_hash(number, 2027) != keys.person_hash(number, 2026)


def test_the_hash_of_a_days_seed_may_be_told_before_the_seed(tmp_path: Path) -> None:
    keys = init_store(tmp_path / "s", sandbox=True).keys
    day = date(2026, 3, 2)
    assert keys.draw_seed_hash(day) == hashlib.sha256(keys.draw_seed(day)).hexdigest()
    assert keys.draw_seed(day) != keys.draw_seed(date(2026, 3, 3))
    assert keys.draw_seed(day) == open_store(tmp_path / "s", sandbox=True).keys.draw_seed(day)


def test_a_wrapped_key_opens_for_its_own_subject_only(tmp_path: Path) -> None:
    keys = init_store(tmp_path / "s", sandbox=True).keys
    wrapped = keys.wrap_subject_key(b"k" * 32, b"subject 1 person")
    assert keys.unwrap_subject_key(wrapped, b"subject 1 person") == b"k" * 32
    for label, text in ((b"subject 2 person", wrapped), (b"subject 1 person", wrapped[:-1] + b"\0"), (b"", b"")):
        with pytest.raises(StoreFault, match="seal-broken"):
            keys.unwrap_subject_key(text, label)
    other = init_store(tmp_path / "t", sandbox=True).keys
    with pytest.raises(StoreFault, match="seal-broken"):
        other.unwrap_subject_key(wrapped, b"subject 1 person")


def test_equal_texts_never_look_equal_when_sealed() -> None:
    box = Box(b"k" * 32)
    assert box.seal(b"text") != box.seal(b"text")
    assert box.open(box.seal(b"text", b"a"), b"a") == b"text"


def test_a_key_ring_shows_no_secret(tmp_path: Path) -> None:
    keys: KeyRing = init_store(tmp_path / "s", sandbox=True).keys
    assert keys.master.secret.hex() not in repr(keys) and repr(keys.master.secret) not in repr(keys)


@pytest.mark.parametrize("number", [0, 100, -1])
def test_gateways_have_two_digits(number: int) -> None:
    assert gateway_name(1) == "G01" and gateway_name(99) == "G99"
    with pytest.raises(ValueError, match="1 to 99"):
        gateway_name(number)
