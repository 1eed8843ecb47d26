"""Seeded damage to message trees: the kinds of faults that clients make, and some that only a fuzzer makes."""

from __future__ import annotations

import random

from lxml import etree

from tests.ceb import samples
from tests.ceb.samples import tag

XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
ODD_VALUES = (
    "", " ", "\t\n", "0", "-0", "+1", ".5", "5.", ".", "-", "+", "--1", "1e3", "1.0", "1.123456", "1.1234500", " 7 ",
    "1,5", "NaN", "INF", "0x10", "142", "143", " 142", "0142", "2147483647",
    "2147483648", "-2147483648", "-2147483649", "999999999", "1000000000", "0000000000000000000000000000001",
    "9999999999999999999", "99999999999999999999", "99999999999999.99999", "123456789012345678.25", "0.000001",
    "0.00000", "12 ", "00.10000000000000000000000000", "值", "\U00020000" * 3, "x" * 36, "x" * 37,
    "x" * 1000, "x" * 1001,
)  # fmt: skip

# xmlschema 4.3 strips every blank that Unicode knows, drops blanks inside a number and takes Python's underscore. XML
# Schema knows four blanks and does none of it; libxml2 and our walk follow. These values are judged without xmlschema.
FOREIGN_BLANKS = ("1 2", "1\t2", "\u00a01", "1\u3000", "\u2003", "1_000", "１２", "٣")


def mutated(rng: random.Random) -> etree._Element:
    """A message of any type with no to three faults (a mutation may also happen to change nothing that matters)."""
    name = rng.choice(samples.NAMES)
    root = samples.build(
        name,
        samples.drawn(rng),
        records=rng.choice([1, 1, 2]),
        lines=rng.choice([1, 2, 3]),
        subscribers=rng.choice([0, 1, 5, 6]) if rng.random() < 0.3 else 0,
        extended=rng.random() < 0.2,
        signed=rng.choice([None, None, None, True, False]),
        prefix=rng.choice(["ceb", None]),
    )
    for _ in range(rng.choice([0, 1, 1, 1, 2, 3])):
        rng.choice(RARE if rng.random() < 0.02 else MUTATIONS)(rng, root)
    return root


def xmlschema_is_blind(root: etree._Element) -> bool:
    """Whether there is text beside the wildcard of an extension, which xmlschema 4.3 overlooks (it must be refused)."""
    for element in root.iter(tag("Message")):
        if any(text and text.strip() for text in (element.text, *(child.tail for child in element))):
            return True
    return False


def _any(rng: random.Random, root: etree._Element) -> etree._Element:
    return rng.choice(list(root.iter("{*}*")))


def _leaf(rng: random.Random, root: etree._Element) -> etree._Element:
    leaves = [e for e in root.iter(tag("*")) if len(e) == 0]
    return rng.choice(leaves or [root])


def odd_value(rng: random.Random, root: etree._Element) -> None:
    _leaf(rng, root).text = rng.choice(ODD_VALUES)


def drop(rng: random.Random, root: etree._Element) -> None:
    victim = _any(rng, root)
    if (parent := victim.getparent()) is not None:
        parent.remove(victim)


def double(rng: random.Random, root: etree._Element) -> None:
    victim = _any(rng, root)
    if (parent := victim.getparent()) is not None:
        copy = etree.fromstring(etree.tostring(victim, with_tail=False))
        parent.insert(rng.randint(0, len(parent)), copy)


def move(rng: random.Random, root: etree._Element) -> None:
    victim = _any(rng, root)
    if (parent := victim.getparent()) is not None:
        parent.remove(victim)
        parent.insert(rng.randint(0, len(parent)), victim)


def rename(rng: random.Random, root: etree._Element) -> None:
    victim = _any(rng, root)
    if victim.getparent() is not None:
        victim.tag = rng.choice(
            [tag("other"), "other", "{urn:other}note", tag("note"), tag("guid"), tag("gModel"), tag("GUID")]
        )


def stray_text(rng: random.Random, root: etree._Element) -> None:
    victim = _any(rng, root)
    text = rng.choice(["x", " ", "\n", "\r\t"])
    if rng.random() < 0.5 and victim.getparent() is not None:
        victim.tail = text
    else:
        victim.text = (victim.text or "") + text


def nest(rng: random.Random, root: etree._Element) -> None:
    etree.SubElement(_any(rng, root), rng.choice([tag("note"), tag("inner"), "plain"])).text = "x"


def attribute(rng: random.Random, root: etree._Element) -> None:
    victim = _any(rng, root)
    name = rng.choice(["id", "guid", f"{XSI}nil", "{http://www.w3.org/XML/1998/namespace}lang", "{urn:o}a"])
    victim.set(name, rng.choice(["true", "false", "zh", "x"]))


def root_attribute(rng: random.Random, root: etree._Element) -> None:
    name = rng.choice(["guid", "version"])
    if rng.random() < 0.3:
        root.attrib.pop(name, "")
    else:
        root.set(name, rng.choice(["", "1", "x" * 10, "x" * 11, "x" * 35, "x" * 36, "值" * 36, "x" * 37]))


def many(rng: random.Random, root: etree._Element) -> None:
    """To the greatest number of lines or records, and one more."""
    victim = rng.choice([e for e in root.iter(tag("*")) if len(e)] or [root])
    parent = victim.getparent()
    if parent is not None:
        text = etree.tostring(victim, with_tail=False)
        at = parent.index(victim)
        for _ in range(rng.choice([4, 5, 98, 99, 100])):
            parent.insert(at, etree.fromstring(text))


MUTATIONS = (
    odd_value, odd_value, odd_value, drop, drop, double, move, rename, stray_text, nest, attribute, root_attribute,
)  # fmt: skip
RARE = (many,)
