"""SM2 signatures: the published example, other programs both ways, and everything that has to be refused."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import gmalglib.sm2
import gmssl_pyx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from tongguan.ceb import sm2

N = sm2.ORDER
# GB/T 32918.5, the signature example on the recommended curve.
SCALAR = bytes.fromhex("3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8")
POINT = bytes.fromhex(
    "0409F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020"
    "CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13"
)
R = 0xF5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3
S = 0xB1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA
TEXT = b"message digest"
RAW = R.to_bytes(32, "big") + S.to_bytes(32, "big")
# The same two numbers in DER: both have their highest bit set, so each takes 33 bytes.
DER = b"\x30\x46\x02\x21\x00" + RAW[:32] + b"\x02\x21\x00" + RAW[32:]


@pytest.fixture(scope="module")
def key() -> bytes:
    return sm2.generate_key()


def forget() -> None:
    """Choose the library anew."""
    for kept in (sm2._route, sm2._kept, sm2._kept_private):
        kept.cache_clear()


def openssl(*arguments: str | Path, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["openssl", *map(str, arguments)], input=given, capture_output=True, check=False)


def test_the_library_in_use_is_named_and_proves_itself() -> None:
    assert sm2.route().startswith(("libcrypto", "gmalglib"))
    sm2.self_test()


@pytest.mark.parametrize("signature", [pytest.param(RAW, id="raw"), pytest.param(DER, id="DER")])
def test_the_published_signature_verifies(signature: bytes) -> None:
    assert sm2.verify(POINT, TEXT, signature)
    assert sm2.verify(sm2.public_key(POINT), TEXT, signature)


@pytest.mark.parametrize(
    "signature",
    [
        pytest.param(b"", id="empty"),
        pytest.param(DER + b"\x00", id="a byte behind the DER"),
        pytest.param(DER[:-1], id="the DER cut short"),
        pytest.param(RAW + b"\x00", id="65 raw bytes"),
        pytest.param(RAW[1:], id="63 raw bytes"),
        pytest.param(b"\x30\x81\x46" + DER[2:], id="length in two bytes where one does"),
        pytest.param(b"\x30\x48\x02\x22\x00\x00" + RAW[:32] + b"\x02\x22\x00\x00" + RAW[32:], id="leading zeros"),
        pytest.param(b"\x30\x44\x02\x20" + RAW[:32] + b"\x02\x20" + RAW[32:], id="negative numbers"),
        pytest.param(b"\x30\x80" + DER[2:] + b"\x00\x00", id="indefinite length"),
        pytest.param(b"\x31" + DER[1:], id="a SET"),
        pytest.param(b"\x30\x49" + DER[2:] + b"\x02\x01\x01", id="a third number"),
        pytest.param(RAW[32:] + RAW[:32], id="r and s changed places"),
        pytest.param(bytes(64), id="r = s = 0"),
        pytest.param(bytes(32) + RAW[32:], id="r = 0"),
        pytest.param(RAW[:32] + bytes(32), id="s = 0"),
        pytest.param(N.to_bytes(32, "big") + RAW[32:], id="r = n"),
        pytest.param(RAW[:32] + N.to_bytes(32, "big"), id="s = n"),
        pytest.param(b"\xff" * 64, id="r = s = 2^256 - 1"),
        pytest.param(RAW[:32] + (N - R).to_bytes(32, "big"), id="r + s = n"),
        pytest.param(RAW[:63] + bytes([RAW[63] ^ 1]), id="the last bit"),
    ],
)
def test_anything_else_than_the_signature_is_refused(signature: bytes) -> None:
    assert sm2.verify(POINT, TEXT, signature) is False


def test_another_number_of_the_same_residue_is_refused() -> None:
    small = 5  # r + n would be the same residue; the range check is what stops it
    assert sm2.decode_signature(sm2.encode_signature(small + N, S)) is None
    assert sm2.decode_signature(sm2.encode_signature(N - 1, 1)) == (N - 1, 1)
    assert sm2.decode_signature(sm2.encode_signature(small, N)) is None


def test_every_changed_bit_of_value_and_message_is_refused() -> None:
    key = sm2.public_key(POINT)
    for bit in range(0, 512, 7):
        changed = bytearray(RAW)
        changed[bit // 8] ^= 1 << bit % 8
        assert not sm2.verify(key, TEXT, bytes(changed)), bit
    for bit in range(8 * len(TEXT)):
        text = bytearray(TEXT)
        text[bit // 8] ^= 1 << bit % 8
        assert not sm2.verify(key, bytes(text), RAW), bit


def test_the_user_id_is_part_of_what_is_signed(key: bytes) -> None:
    point = sm2.point_of_private(key)
    other = sm2.sign(key, TEXT, identity=b"ALICE123@YAHOO.COM")
    assert sm2.verify(point, TEXT, other, identity=b"ALICE123@YAHOO.COM")
    assert not sm2.verify(point, TEXT, other)
    assert not sm2.verify(point, TEXT, sm2.sign(key, TEXT), identity=b"")


@pytest.mark.parametrize("scalar", [1, 2, 3, 2**255, N - 3, N - 2], ids=lambda n: hex(n)[:12])
def test_private_keys_at_the_edge_sign_and_verify(scalar: int) -> None:
    private = sm2.pkcs8(scalar.to_bytes(32, "big"))
    assert sm2.verify(sm2.point_of_private(private), TEXT, sm2.sign(private, TEXT))


@pytest.mark.parametrize("scalar", [0, N - 1, N, 2**256 - 1], ids=lambda n: hex(n)[:12])
def test_private_keys_beyond_the_edge_are_refused(scalar: int) -> None:
    with pytest.raises(sm2.Sm2Error):
        sm2.key_from_number(scalar)
    with pytest.raises(sm2.Sm2Error):
        sm2.sign(sm2.pkcs8(scalar.to_bytes(32, "big")), TEXT)


def test_a_key_of_another_curve_is_refused() -> None:
    p256 = ec.generate_private_key(ec.SECP256R1())
    point = p256.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    info = p256.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    with pytest.raises(sm2.Sm2Error):
        sm2.public_key(point)
    with pytest.raises(sm2.Sm2Error):
        sm2.verify(point, TEXT, RAW)
    with pytest.raises(sm2.Sm2Error):
        sm2.point_of(info)
    for form in (PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL):
        with pytest.raises(sm2.Sm2Error):
            sm2.sign(p256.private_bytes(Encoding.PEM, form, NoEncryption()), TEXT)


@pytest.mark.parametrize(
    "point",
    [
        pytest.param(b"", id="empty"),
        pytest.param(POINT[:-1], id="64 bytes"),
        pytest.param(b"\x02" + POINT[1:33], id="compressed"),
        pytest.param(b"\x06" + POINT[1:], id="hybrid"),
        pytest.param(POINT[:-1] + b"\x14", id="off the curve"),
        pytest.param(b"\x04" + bytes(64), id="zero"),
    ],
)
def test_a_point_that_is_no_key_is_refused(point: bytes) -> None:
    with pytest.raises(sm2.Sm2Error):
        sm2.public_key(point)


@pytest.mark.parametrize("private", [b"", b"key", b"-----BEGIN PRIVATE KEY-----\n!\n", b"0\x03\x02\x01\x00", SCALAR])
def test_a_private_key_that_cannot_be_read_is_refused(private: bytes) -> None:
    with pytest.raises(sm2.Sm2Error):
        sm2.sign(private, TEXT)


def test_openssl_and_we_take_each_others_signatures(tmp_path: Path, key: bytes) -> None:
    (tmp_path / "key.pem").write_bytes(key)
    (tmp_path / "text").write_bytes(TEXT)
    (tmp_path / "ours").write_bytes(sm2.sign(key, TEXT))
    identity = ("-pkeyopt", "distid:1234567812345678")
    common = ("-rawin", "-digest", "sm3", "-inkey", tmp_path / "key.pem", "-in", tmp_path / "text", *identity)
    taken = openssl("pkeyutl", "-verify", *common, "-sigfile", tmp_path / "ours")
    assert b"Verified Successfully" in taken.stdout, taken.stderr
    openssl("pkeyutl", "-sign", *common, "-out", tmp_path / "theirs")
    theirs = (tmp_path / "theirs").read_bytes()
    assert sm2.verify(sm2.point_of_private(key), TEXT, theirs)
    assert not sm2.verify(sm2.point_of_private(key), TEXT + b".", theirs)


def test_keys_made_by_openssl_are_read(tmp_path: Path) -> None:
    openssl("ecparam", "-name", "SM2", "-genkey", "-out", tmp_path / "sec1.pem")
    sec1 = (tmp_path / "sec1.pem").read_bytes()
    assert b" PARAMETERS-----" in sec1
    public = openssl("pkey", "-in", tmp_path / "sec1.pem", "-pubout", "-outform", "DER").stdout
    assert sm2.point_of(public) == sm2.point_of_private(sec1)
    pkcs8 = openssl("pkcs8", "-topk8", "-nocrypt", "-in", tmp_path / "sec1.pem").stdout
    assert sm2.scalar_of(pkcs8) == sm2.scalar_of(sec1)
    locked = openssl("pkcs8", "-topk8", "-passout", "pass:sandbox", "-in", tmp_path / "sec1.pem").stdout
    with pytest.raises(sm2.Sm2Error):
        sm2.scalar_of(locked)


def test_two_other_libraries_and_we_take_each_others_signatures(key: bytes) -> None:
    scalar, point = sm2.scalar_of(key), sm2.point_of_private(key)
    for length in (0, 1, 63, 64, 900):
        text = bytes(range(256)) * 4
        text = text[:length]
        ours = sm2.sign(key, text)
        assert gmalglib.sm2.SM2(pk=point).verify(text, sm2.raw_signature(ours))
        assert sm2.verify(point, text, gmalglib.sm2.SM2(sk=scalar, pk=point).sign(text))
        if length:
            assert gmssl_pyx.sm2_verify(point[1:], text, ours)
            assert sm2.verify(point, text, gmssl_pyx.sm2_sign(scalar, point[1:], text))


def test_without_libcrypto_the_packaged_library_does_the_same(monkeypatch: pytest.MonkeyPatch, key: bytes) -> None:
    by_libcrypto = sm2.sign(key, TEXT)
    point = sm2.point_of_private(key)
    monkeypatch.setattr(sm2, "_libcrypto_names", lambda: iter(["libcrypto-that-is-not-there"]))
    forget()
    try:
        assert sm2.route() == "gmalglib"
        sm2.self_test()
        assert sm2.verify(point, TEXT, by_libcrypto)
        assert not sm2.verify(point, TEXT + b".", by_libcrypto)
        assert sm2.verify(POINT, TEXT, sm2.sign(sm2.pkcs8(SCALAR), TEXT))
        with pytest.raises(sm2.Sm2Error):
            sm2.public_key(POINT[:-1] + b"\x14")
        with pytest.raises(sm2.Sm2Error):
            sm2.public_key(b"\x04" + bytes(64))
    finally:
        forget()


def test_without_any_library_the_error_names_the_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sm2, "_libcrypto_names", lambda: iter([]))
    monkeypatch.setitem(__import__("sys").modules, "gmalglib.sm2", None)
    forget()
    try:
        with pytest.raises(sm2.Sm2Error, match="gmalglib"):
            sm2.self_test()
    finally:
        forget()


@pytest.fixture
def any_way() -> Iterator[None]:
    yield
    sm2.use("auto")
    forget()


@pytest.mark.usefixtures("any_way")
def test_evp_alone_when_only_that_is_wanted(monkeypatch: pytest.MonkeyPatch, key: bytes) -> None:
    ready = sm2.public_key(sm2.point_of_private(key))
    signature = sm2.sign(key, TEXT)
    assert all(sm2.verify(ready, TEXT, signature) for _ in range(3))  # its tables are made
    sm2.use("evp")
    assert sm2.route().startswith("libcrypto EVP")
    monkeypatch.setattr("tongguan.ceb.sm2_tables.Tables.verify", lambda *arguments: pytest.fail("by tables"))
    assert sm2.verify(ready, TEXT, signature)
    assert not sm2.verify(ready, TEXT + b".", signature)
    sm2.self_test()


@pytest.mark.usefixtures("any_way")
def test_tables_that_are_insisted_on_and_do_not_work_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    sm2.use("precomputed")
    assert "tables" in sm2.route()
    forget()
    monkeypatch.setattr("tongguan.ceb.sm2_tables.Tables.verify", lambda *arguments: False)
    with pytest.raises(sm2.Sm2Error, match="precomputed"):
        sm2.self_test()
    sm2.use("auto")
    assert sm2.route().startswith("libcrypto EVP")


@pytest.mark.usefixtures("any_way")
def test_a_table_that_says_yes_to_a_changed_signature_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    forget()
    monkeypatch.setattr("tongguan.ceb.sm2_tables.Tables.verify", lambda *arguments: True)
    assert sm2.route().startswith("libcrypto EVP")
    assert not sm2.verify(POINT, TEXT + b".", RAW)


@pytest.mark.usefixtures("any_way")
@pytest.mark.parametrize("wanted", ["evp", "precomputed"])
def test_another_library_never_stands_in_for_a_way_that_was_named(
    monkeypatch: pytest.MonkeyPatch, wanted: sm2.Wanted
) -> None:
    monkeypatch.setattr(sm2, "_libcrypto_names", lambda: iter(["libcrypto-that-is-not-there"]))
    sm2.use(wanted)
    forget()
    with pytest.raises(sm2.Sm2Error, match=wanted):
        sm2.verify(POINT, TEXT, RAW)


def test_a_word_that_is_no_way_is_refused() -> None:
    with pytest.raises(ValueError, match="botan"):
        sm2.use("botan")  # type: ignore[arg-type]


def test_keys_are_kept_within_a_bound() -> None:
    assert sm2._kept.cache_parameters()["maxsize"] == sm2.KEYS_KEPT


def test_a_key_from_a_number_comes_out_the_same_again() -> None:
    key = sm2.key_from_number(int.from_bytes(SCALAR, "big"))
    assert key == sm2.key_from_number(int.from_bytes(SCALAR, "big"))
    assert sm2.point_of_private(key) == POINT


def test_threads_may_share_a_key(key: bytes) -> None:
    public = sm2.public_key(sm2.point_of_private(key))
    texts = [b"%d" % number for number in range(200)]
    with ThreadPoolExecutor(4) as pool:
        signatures = list(pool.map(lambda text: sm2.sign(key, text), texts))
        assert all(pool.map(lambda pair: sm2.verify(public, *pair), zip(texts, signatures, strict=True)))
        shifted = zip(texts, signatures[1:] + signatures[:1], strict=True)
        assert not any(pool.map(lambda pair: sm2.verify(public, *pair), shifted))
