"""Random changes to signed messages: nothing raises, and nothing verifies whose content is another."""

from __future__ import annotations

import base64
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import etree

from tests.ceb.signature.made import DAY, parse
from tongguan.ceb import sm2
from tongguan.ceb.read import read
from tongguan.ceb.signature.canonical import canonical, without
from tongguan.ceb.signature.certificate import CertificateError, Issued, check_chain, read_certificate
from tongguan.ceb.signature.explain import explain
from tongguan.ceb.signature.verify import verify

SEED = 20260101
PIECES = (b"", b"A", b"<", b">", b"&", b"=", b" ", b"\n", b"<!-- -->", b"<ds:Signature/>", b"\x00", b"\xff", b'"', b"0")


def mutated(raw: bytes, luck: random.Random) -> bytes:
    """One to three random changes: a byte, a piece put in, a stretch taken out, doubled or moved."""
    changed = bytearray(raw)
    for _ in range(luck.randint(1, 3)):
        at, length = luck.randrange(len(changed)), luck.randint(1, 40)
        kind = luck.randrange(5)
        if kind == 0:
            changed[at] = luck.randrange(256)
        elif kind == 1:
            changed[at:at] = luck.choice(PIECES)
        elif kind == 2:
            del changed[at : at + length]
        elif kind == 3:
            changed[at:at] = changed[at : at + length]
        else:
            changed[at : at + 1] = luck.choice(PIECES)
    return bytes(changed)


@pytest.mark.fuzz
@pytest.mark.parametrize(("algorithm", "rounds"), [("sm2-sm3", 2500), ("rsa-sha256", 4000)])
def test_mutations_never_raise_and_never_verify_as_something_else(
    signed: Callable[..., bytes], algorithm: str, rounds: int
) -> None:
    raw = signed(algorithm, line_length=64)
    original = without(parse(raw)[-1])
    luck = random.Random(SEED)
    parsed = 0
    for number in range(rounds):
        changed = mutated(raw, luck)
        try:
            root = parse(changed)
        except etree.XMLSyntaxError:
            continue
        parsed += 1
        verdict = verify(root)
        assert verdict.problem is not None or verdict.step == "ok", (SEED, number)
        if verdict.step == "ok":
            assert without(root[-1]) == original, (SEED, number)
            assert canonical(root[-1][0]) == canonical(parse(raw)[-1][0]), (SEED, number)
    assert parsed > rounds / 10


@pytest.mark.fuzz
def test_explain_never_raises(signed: Callable[..., bytes]) -> None:
    luck = random.Random(SEED + 1)
    raw = signed("sm2-sm3")
    for _ in range(300):
        said = explain(mutated(raw, luck), mutated(raw, luck))
        assert said.to_json()
        assert said.render("zh") and said.render("en")
    for _ in range(100):
        assert explain(luck.randbytes(luck.randrange(200))).step == "unreadable"


@pytest.mark.fuzz
@pytest.mark.parametrize("kind", ["SM2", "RSA"])
def test_mutated_certificates_raise_one_error_only_and_are_never_trusted(
    signed: Callable[..., bytes], roots: dict[str, Issued], parties: dict[str, Issued], kind: str
) -> None:
    luck = random.Random(SEED + 2)
    whole = sm2.from_pem(parties[kind].certificate_pem)
    message = signed("sm2-sm3" if kind == "SM2" else "rsa-sha1")
    filed = base64.b64encode(whole)
    read = 0
    for _ in range(1500):
        changed = bytearray(whole)
        for _ in range(luck.randint(1, 2)):
            changed[luck.randrange(len(changed))] = luck.randrange(256)
        if bytes(changed) == whole:
            continue
        assert verify(parse(message.replace(filed, base64.b64encode(changed)))).step != "digest"
        try:
            certificate = read_certificate(bytes(changed))
        except CertificateError:
            continue
        read += 1
        assert check_chain(certificate, [roots[kind].certificate_pem], [], [], DAY) == "unknown"
    assert read > 100


@pytest.mark.parametrize("file", sorted((Path(__file__).parent / "found").iterdir()), ids=lambda file: file.stem)
def test_what_fuzzing_found_once_is_answered_by_a_named_step(file: Path) -> None:
    """Each once raised. A changed certificate may leave the value good: it is then an unknown one for the registry."""
    reading = read(file.read_bytes())
    assert reading.root is not None
    assert verify(reading.root).step in ("ok", "structure", "algorithm", "certificate", "digest", "value")
