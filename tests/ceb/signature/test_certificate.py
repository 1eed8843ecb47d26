"""Certificates: what is read, and every step at which trust can end, for SM2 and RSA issuers."""

from __future__ import annotations

import hashlib
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.ceb.signature.made import DAY, END, MESSAGE, START, authority, leaf
from tongguan.ceb import sm2
from tongguan.ceb.signature import der as der_format
from tongguan.ceb.signature import issue, parsed
from tongguan.ceb.signature.certificate import (
    CertificateError,
    Issued,
    chain_problem,
    check_chain,
    has_number,
    issue_test_crl,
    read_certificate,
)
from tongguan.ceb.signature.sign import Signer, SigningError

KINDS = ["SM2", "RSA"]


def der(issued: Issued) -> bytes:
    return sm2.from_pem(issued.certificate_pem)


def step(party: Issued, roots: list[Issued], at: datetime = DAY, **options: object) -> str | None:
    between = options.pop("between", [])
    crl = options.pop("crl", [])
    return check_chain(
        read_certificate(party.certificate_pem),
        [root.certificate_pem for root in roots],
        [one.certificate_pem for one in between],  # type: ignore[attr-defined]
        crl,  # type: ignore[arg-type]
        at,
        **options,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_certificate_says(parties: dict[str, Issued], kind: str) -> None:
    read = read_certificate(parties[kind].certificate_pem)
    assert read == read_certificate(der(parties[kind]))
    assert (read.number, read.algorithm, read.not_before, read.not_after) == ("A1B2C3", kind, START, END)
    assert read.fingerprint == hashlib.sha256(der(parties[kind])).digest()
    assert f"SANDBOX PARTY {kind}" in read.subject and "沙箱企业" in read.subject
    assert f"SANDBOX ROOT {kind}" in read.issuer


@pytest.mark.parametrize("kind", KINDS)
def test_openssl_takes_our_certificates(
    tmp_path: Path, roots: dict[str, Issued], parties: dict[str, Issued], kind: str
) -> None:
    (tmp_path / "root.pem").write_bytes(roots[kind].certificate_pem)
    (tmp_path / "leaf.pem").write_bytes(parties[kind].certificate_pem)
    identity = ["-vfyopt", "distid:1234567812345678"] if kind == "SM2" else []
    command = ["openssl", "verify", *identity, "-x509_strict", "-attime", str(int(DAY.timestamp()))]
    done = subprocess.run(
        [*command, "-CAfile", str(tmp_path / "root.pem"), str(tmp_path / "leaf.pem")], capture_output=True, check=False
    )
    assert done.stdout.endswith(b": OK\n"), done.stderr


@pytest.mark.parametrize("identity", [["-sigopt", "distid:1234567812345678"], []], ids=["default id", "empty id"])
def test_sm2_certificates_made_by_openssl_are_trusted(tmp_path: Path, identity: list[str]) -> None:
    """A whole authority of another program: root, request and certificate."""

    def openssl(*arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=tmp_path, capture_output=True, check=True)

    for name in ("root", "leaf"):
        openssl("ecparam", "-name", "SM2", "-genkey", "-noout", "-out", f"{name}.key")
    new = ["-new", "-sm3", *identity]
    openssl("req", "-x509", *new, "-key", "root.key", "-out", "root.pem", "-subj", "/CN=SANDBOX OTHER", "-days", "30")
    openssl("req", *new, "-key", "leaf.key", "-out", "leaf.csr", "-subj", "/CN=SANDBOX PARTY")
    asked = [*("-in", "leaf.csr", "-CA", "root.pem", "-CAkey", "root.key", "-set_serial", "4660"), "-days", "20"]
    vfy = ["-vfyopt", identity[1]] if identity else []
    openssl("x509", "-req", *asked, "-sm3", "-out", "leaf.pem", *identity, *vfy)
    root, certificate = (tmp_path / "root.pem").read_bytes(), (tmp_path / "leaf.pem").read_bytes()
    read = read_certificate(certificate)
    assert (read.number, read.algorithm) == ("1234", "SM2")
    at = read.not_before + timedelta(days=1)
    assert check_chain(read, [root], [], [], at) is None
    assert check_chain(read, [authority("SM2").certificate_pem], [], [], at) == "unknown"
    assert Signer((tmp_path / "leaf.key").read_bytes(), certificate).sign(MESSAGE)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("issuer", KINDS)
def test_a_good_chain_with_and_without_an_intermediate(issuer: str, kind: str) -> None:
    root = authority(issuer)
    assert step(leaf(root, kind), [root]) is None
    between = leaf(root, kind, serial=2, as_authority=True, common_name="SANDBOX BETWEEN")
    below = leaf(between, issuer)
    assert step(below, [root], between=[between]) is None
    assert step(below, [root]) == "unknown"
    assert step(below, [between]) is None
    assert step(below, [], between=[between, root]) == "unknown"


@pytest.mark.parametrize("kind", KINDS)
def test_an_unknown_root_and_one_that_only_has_the_name(roots: dict[str, Issued], kind: str) -> None:
    party = leaf(roots[kind], kind)
    assert step(party, []) == "unknown"
    namesake = authority(kind)
    assert step(party, [namesake]) == "unknown"
    assert step(party, [namesake, roots[kind]]) is None


@pytest.mark.parametrize("kind", KINDS)
def test_a_filers_certificate_cannot_issue_others(roots: dict[str, Issued], kind: str) -> None:
    party = leaf(roots[kind], kind, serial=5)
    assert step(leaf(party, kind, serial=6, common_name="SANDBOX FORGED"), [roots[kind]], between=[party]) == "unknown"


def test_a_changed_certificate_is_unknown(roots: dict[str, Issued]) -> None:
    for kind in KINDS:
        changed = bytearray(der(leaf(roots[kind], kind)))
        at = changed.index(b"SANDBOX PARTY")
        changed[at : at + 7] = b"SANDBAX"
        read = read_certificate(bytes(changed))
        assert check_chain(read, [roots[kind].certificate_pem], [], [], DAY) == "unknown"


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        pytest.param(START - timedelta(seconds=1), "expired", id="a second too early"),
        pytest.param(START, None, id="the first second"),
        pytest.param(END, None, id="the last second"),
        pytest.param(END + timedelta(seconds=1), "expired", id="a second too late"),
    ],
)
@pytest.mark.parametrize("kind", KINDS)
def test_validity(roots: dict[str, Issued], kind: str, at: datetime, expected: str | None) -> None:
    assert step(leaf(roots[kind], kind), [roots[kind]], at) == expected


def test_the_root_has_to_be_in_force_too() -> None:
    root = authority("SM2")
    party = leaf(root, "SM2", not_after=END + timedelta(days=900))
    assert step(party, [root], END + timedelta(days=1)) == "expired"


def test_times_from_2050_on_are_written_and_read(roots: dict[str, Issued]) -> None:
    end = datetime(2050, 1, 1, tzinfo=UTC)
    assert read_certificate(leaf(roots["SM2"], "SM2", not_after=end).certificate_pem).not_after == end


@pytest.mark.parametrize("kind", KINDS)
def test_revocation(roots: dict[str, Issued], kind: str) -> None:
    root, party = roots[kind], leaf(roots[kind], kind, serial=77)
    until = DAY + timedelta(days=7)

    def listed(*revoked: tuple[int, datetime], by: Issued = root, until: datetime = until) -> list[bytes]:
        return [issue_test_crl(by, revoked=revoked, this_update=DAY - timedelta(days=1), next_update=until)]

    assert step(party, [root], crl=listed((77, DAY))) == "revoked"
    assert step(party, [root], crl=listed((77, DAY + timedelta(seconds=1)))) is None
    assert step(party, [root], crl=listed((78, DAY))) is None
    assert step(party, [root], crl=listed((77, DAY), by=authority(kind))) is None, "a list of somebody else"
    stale = listed((77, DAY), until=DAY - timedelta(hours=1))
    assert step(party, [root], crl=stale) == "revoked", "a list out of date still revokes"
    assert step(party, [root], require_crl=True) == "revocation_unknown"
    assert step(party, [root], crl=listed((78, DAY), until=DAY - timedelta(hours=1)), require_crl=True) == (
        "revocation_unknown"
    )
    assert step(party, [root], crl=listed(), require_crl=True) is None


def test_an_intermediate_is_revoked_by_its_root() -> None:
    root = authority("SM2")
    between = leaf(root, "SM2", serial=2, as_authority=True, common_name="SANDBOX BETWEEN")
    crl = issue_test_crl(root, revoked=[(2, DAY)], this_update=DAY, next_update=DAY + timedelta(days=1))
    assert step(leaf(between, "SM2"), [root], between=[between], crl=[crl]) == "revoked"


@pytest.mark.parametrize("kind", KINDS)
def test_openssl_reads_our_revocation_list(tmp_path: Path, roots: dict[str, Issued], kind: str) -> None:
    crl = issue_test_crl(roots[kind], revoked=[(255, DAY)], this_update=DAY, next_update=END)
    done = subprocess.run(
        ["openssl", "crl", "-inform", "DER", "-noout", "-text"], input=crl, capture_output=True, check=True
    )
    assert b"Serial Number: FF" in done.stdout


def test_the_certificate_for_encryption_may_not_sign(roots: dict[str, Issued]) -> None:
    assert step(leaf(roots["SM2"], "SM2", for_encryption=True), [roots["SM2"]]) == "usage"


@pytest.mark.parametrize(
    ("serial", "number", "names", "others"),
    [
        (
            0xA1B2C3,
            "A1B2C3",
            ["A1B2C3", "a1b2c3", "00A1B2C3", "A1:B2:C3", " A1B2C3 ", "10597059"],
            ["", "A1B2C4", "-1"],
        ),
        (5, "05", ["5", "05", "0005"], ["6", "0x5", "五"]),
        (0x10, "10", ["10", "16", "016"], ["17", "1" * 65]),
    ],
)
def test_key_names_of_a_certificate(
    roots: dict[str, Issued], serial: int, number: str, names: list[str], others: list[str]
) -> None:
    read = read_certificate(leaf(roots["SM2"], "SM2", serial=serial).certificate_pem)
    assert read.number == number
    assert all(has_number(read, name) for name in names)
    assert not any(has_number(read, name) for name in others)


@pytest.mark.parametrize("broken", [b"", b"x", b"0\x00", b"-----BEGIN CERTIFICATE-----\nAAAA\n", b"0\x82\xff\xff" * 9])
def test_what_is_no_certificate_is_refused(broken: bytes) -> None:
    with pytest.raises(CertificateError):
        read_certificate(broken)
    with pytest.raises(CertificateError):
        check_chain(read_certificate(authority("SM2").certificate_pem), [broken], [], [], DAY)


def test_every_cut_of_a_certificate_is_refused(parties: dict[str, Issued]) -> None:
    whole = der(parties["SM2"])
    for end in range(0, len(whole), 5):
        with pytest.raises(CertificateError):
            read_certificate(whole[:end])


def test_a_signature_with_an_algorithm_we_do_not_know_is_none(roots: dict[str, Issued]) -> None:
    assert not parsed.signed_by(b"", b"")
    assert not parsed.signed_by(der(roots["SM2"]), parsed.key_info(der(roots["RSA"])))
    assert not parsed.signed_by(der(roots["RSA"]), parsed.key_info(der(roots["SM2"])))


def test_the_problem_of_each_step_names_the_certificate(parties: dict[str, Issued]) -> None:
    read = read_certificate(parties["SM2"].certificate_pem)
    for name, rule in [
        ("unknown", "G07"),
        ("expired", "G08"),
        ("revoked", "G09"),
        ("party", "G10"),
        ("usage", "G11"),
        ("revocation_unknown", "G12"),
    ]:
        said = chain_problem(name, read, DAY, document="CEB311Message")  # type: ignore[arg-type]
        assert (said.rule_id, said.found) == (rule, "A1B2C3")
        assert "A1B2C3" in said.text_zh and "A1B2C3" in said.text_en
    assert "2029-01-01" in chain_problem("expired", read, DAY, document="CEB311Message").text_en


def test_a_signer_needs_the_key_of_its_certificate(parties: dict[str, Issued], roots: dict[str, Issued]) -> None:
    for kind, other in (("SM2", "RSA"), ("RSA", "SM2")):
        for key in (roots[kind].key_pem, parties[other].key_pem, b"", b"key"):
            with pytest.raises(SigningError):
                Signer(key, parties[kind].certificate_pem)


def test_a_name_in_gbk_does_not_stop_a_certificate(roots: dict[str, Issued]) -> None:
    """Old issuers wrote GBK bytes where UTF-8 should stand; such a certificate is still in use and still verifies."""
    for kind in KINDS:
        body, _, _ = der_format.sequence(der(leaf(roots[kind], kind)))
        wrong = body[2].replace("沙箱企业".encode(), "沙箱企业有限".encode("gbk"))
        assert wrong != body[2]
        read = read_certificate(issue._signed(wrong, roots[kind].key_pem))
        assert read.subject.startswith("#30") and "SANDBOX ROOT" in read.issuer
        assert check_chain(read, [roots[kind].certificate_pem], [], [], DAY) is None


def test_text_before_the_pem_is_passed_over(parties: dict[str, Issued]) -> None:
    pem = parties["SM2"].certificate_pem
    assert read_certificate(b"Certificate:\n    Data:\n" + pem) == read_certificate(pem)
    assert read_certificate(b"\xef\xbb\xbf\r\n" + pem.replace(b"\n", b"\r\n")) == read_certificate(pem)


@pytest.mark.parametrize("serial", [0, -1])
def test_a_serial_number_that_is_not_positive_is_refused(roots: dict[str, Issued], serial: int) -> None:
    changed = der(leaf(roots["SM2"], "SM2", serial=0x55))
    written = {0: b"\x02\x01\x00", -1: b"\x02\x01\xff"}[serial]
    with pytest.raises(CertificateError, match="serial"):
        read_certificate(changed.replace(b"\x02\x01\x55", written, 1))
