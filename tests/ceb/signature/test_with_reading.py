"""Signing, reading and verifying together: every message that may carry a signature, through the real reader."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from lxml import etree

from tests.ceb import samples
from tongguan.ceb.read import read
from tongguan.ceb.signature.verify import verify
from tongguan.ceb.table import messages

SIGNABLE = sorted(name for name, spec in messages().items() if spec.signature != "none")


@pytest.mark.parametrize("name", SIGNABLE)
@pytest.mark.parametrize("algorithm", ["sm2-sm3", "rsa-sha256"])
def test_a_signed_message_reads_and_verifies(signed: Callable[..., bytes], name: str, algorithm: str) -> None:
    luck = random.Random(name)
    for prefix in ("ceb", None):
        tree = samples.build(
            name, samples.drawn(luck, plain=True), lines=2, subscribers=1, extended=True, signed=False, prefix=prefix
        )
        raw = signed(algorithm, message=samples.xml(tree), line_length=76)
        reading = read(raw)
        assert reading.problems == () and reading.root is not None
        before = etree.tostring(reading.root)
        assert verify(reading.root).step == "ok"
        assert etree.tostring(reading.root) == before
        assert read(raw).message == reading.message


def test_a_message_in_gb18030_is_verified_in_its_canonical_utf8(signed: Callable[..., bytes]) -> None:
    tree = samples.build("CEB311Message", samples.drawn(random.Random(1), plain=True), signed=False)
    raw = signed("sm2-sm3", message=samples.xml(tree)).decode()
    converted = raw.replace("encoding='UTF-8'", "encoding='GB18030'", 1).encode("gb18030")
    reading = read(converted)
    assert reading.problems == ()
    assert verify(reading.root).step == "ok"


def test_comments_do_not_reach_the_content(signed: Callable[..., bytes]) -> None:
    tree = samples.build("CEB311Message", samples.drawn(random.Random(2), plain=True), signed=False)
    raw = signed("sm2-sm3", message=samples.xml(tree))
    plain = read(raw)
    commented = read(raw.replace(b"<ceb:Order>", b"<!-- 1 --><ceb:Order><!-- 2 -->"))
    assert verify(commented.root).step == "ok"
    assert commented.message == plain.message
