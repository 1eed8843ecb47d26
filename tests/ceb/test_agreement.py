"""Three judges of a message agree: libxml2 with the generated schema, the xmlschema library, and our walk."""

from __future__ import annotations

import os
import random

import pytest
import xmlschema
from lxml import etree

from tests.ceb import mutate, samples
from tests.ceb.samples import tag
from tongguan.ceb.profile import Profile
from tongguan.ceb.read import read
from tongguan.ceb.schema import validator
from tongguan.ceb.table import messages
from tongguan.ceb.walk import Walk

FULL = bool(os.environ.get("TONGGUAN_FULL"))
MESSAGES = 100_000 if FULL else 2_000
BLOCKS = 20
FIRST_SEED = int(os.environ.get("TONGGUAN_SEED", "1"))


def walk_says_yes(root: etree._Element) -> bool:
    return not list(Walk(messages()[etree.QName(root).localname]).findings(root))


@pytest.mark.fuzz
@pytest.mark.parametrize("block", range(BLOCKS))
def test_the_three_judges_agree_on_damaged_messages(block: int, second_opinion: xmlschema.XMLSchema) -> None:
    verdicts = {True: 0, False: 0}
    size = MESSAGES // BLOCKS
    for seed in range(FIRST_SEED + block * size, FIRST_SEED + (block + 1) * size):
        root = etree.fromstring(samples.xml(mutate.mutated(random.Random(seed))))
        verdict = validator().validate(root)
        verdicts[verdict] += 1
        assert walk_says_yes(root) == verdict, f"walk against libxml2, seed {seed}"
        if not mutate.xmlschema_is_blind(root):
            assert second_opinion.is_valid(root) == verdict, f"xmlschema against libxml2, seed {seed}"
    assert min(verdicts.values()) > size // 20, verdicts  # both sides are really tested


@pytest.mark.fuzz
@pytest.mark.parametrize("block", range(5))
def test_reading_never_raises_and_gives_a_message_or_problems(block: int) -> None:
    size = MESSAGES // 20
    for seed in range(FIRST_SEED + block * size, FIRST_SEED + (block + 1) * size):
        rng = random.Random(seed)
        root = mutate.mutated(rng)
        raw = samples.xml(root)
        strict, lenient = read(raw), read(raw, Profile.LENIENT)
        for reading in (strict, lenient):
            assert (reading.message is None) == bool(reading.problems), seed
        assert (strict.message is not None) == validator().validate(etree.fromstring(raw)), seed
        assert lenient.message is not None or strict.message is None, (
            f"lenient takes all that strict takes, seed {seed}"
        )
        broken = bytearray(raw)
        for _ in range(rng.randint(1, 4)):
            broken[rng.randrange(len(broken))] = rng.randrange(256)
        reading = read(bytes(broken[: rng.randint(0, len(broken))] if rng.random() < 0.3 else broken))
        assert (reading.message is None) == bool(reading.problems), seed


@pytest.mark.parametrize("value", mutate.FOREIGN_BLANKS)
@pytest.mark.parametrize("element", ["gnum", "qty"])
def test_only_the_four_blanks_of_xml_are_blanks_and_only_ascii_digits_are_digits(element: str, value: str) -> None:
    root = samples.build("CEB311Message", samples.smallest)
    next(root.iter(tag(element))).text = value
    assert not validator().validate(root)
    assert not walk_says_yes(root)
    text = samples.build("CEB311Message", samples.smallest)
    text[0].tail = "\u3000"
    assert not validator().validate(text)
    assert not walk_says_yes(text)
