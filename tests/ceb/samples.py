"""Invented messages built straight from the field tables: smallest, largest, and drawn by a seeded generator.

Built as trees with lxml, not with our writer, so that a fault of the writer cannot hide behind itself.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from lxml import etree

from tongguan.ceb.table import DS_NAMESPACE, NAMESPACE, EntitySpec, FieldSpec, Kind, MessageSpec, common, messages

ALPHABET = "ABC abc019-_.,&<>'\"\u4e00\u9fa5中文通关\U00020000\u00e9"
NAMES = sorted(messages())
Value = Callable[[FieldSpec], str | None]


def tag(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


def smallest(field: FieldSpec) -> str | None:
    """The least value of a mandatory field; an optional one is left out."""
    if not field.mandatory:
        return None
    if field.fixed:
        return field.fixed
    return "0" if field.kind in (Kind.DECIMAL, Kind.WHOLE) else "x" * (field.min_len or 0)


def largest(field: FieldSpec) -> str | None:
    if field.fixed:
        return field.fixed
    if field.kind is Kind.DECIMAL:
        assert (field.total_digits, field.fraction_digits) == (19, 5)
        return "9" * 14 + "." + "9" * 5
    if field.kind is Kind.WHOLE:
        return "9" * field.total_digits if field.total_digits else str(2**31 - 1)
    return "满" * (field.max_len if field.max_len is not None else 6000)


def drawn(rng: random.Random, *, plain: bool = False) -> Value:
    """Values over the whole range of a field; ``plain`` keeps numbers in the form our writer gives them."""

    def value(field: FieldSpec) -> str | None:
        if not field.mandatory and rng.random() < 0.5:
            return None
        if field.fixed:
            return field.fixed if plain or rng.random() < 0.8 else ""
        if field.kind is Kind.DECIMAL:
            return number(rng, plain)
        if field.kind is Kind.WHOLE:
            top = 10**9 - 1 if field.total_digits else 2**31 - 1
            text = str(rng.choice([0, 1, top, -top, rng.randint(-top, top)]))
            return text if plain else rng.choice(["{}", " {}\n", "000{}" if text[0] != "-" else "{}"]).format(text)
        least, most = field.min_len or 0, field.max_len if field.max_len is not None else 80
        length = rng.choice([least, most, rng.randint(least, min(most, least + 12))])
        return "".join(rng.choice(ALPHABET) for _ in range(length))

    return value


def number(rng: random.Random, plain: bool) -> str:
    digits = rng.randint(1, 14)
    text = str(rng.randint(0, 10**digits - 1))
    if decimals := rng.randint(0, 5):
        text += "." + "".join(rng.choice("0123456789") for _ in range(decimals))
    if rng.random() < 0.2:
        text = "-" + text
    if plain:
        return text
    form = rng.choice(["{}", " {}", "{}\t\r\n", "{}0000" if "." in text else "{}.", "{}"])
    return form.format(text if text[0] == "-" else rng.choice(["", "+", "00"]) + text)


def build(
    name: str,
    value: Value,
    *,
    records: int = 1,
    lines: int = 1,
    subscribers: int = 0,
    extended: bool = False,
    signed: bool | None = None,
    prefix: str | None = "ceb",
) -> etree._Element:
    """A message tree; ``signed`` None puts a signature only where one is required."""
    spec = messages()[name]
    names: dict[Any, str] = {prefix: NAMESPACE}
    root = etree.Element(tag(name), nsmap=names, guid=GUID, version="1.0")
    for _ in range(records):
        record(root, spec, value, lines)
    if spec.blocks:
        entity(root, common()["BaseTransfer"], value)
        for _ in range(subscribers):
            entity(root, common()["BaseSubscribe"], value)
        if extended:
            root.append(etree.fromstring(EXTENSION))
    if spec.signature == "required" if signed is None else signed:
        root.append(etree.fromstring(SIGNATURE))
    return root


def record(root: etree._Element, spec: MessageSpec, value: Value, lines: int) -> None:
    if not spec.grouped:
        entity(root, spec.entities[0], value)
        return
    group = etree.SubElement(root, tag(spec.group))
    entity(group, spec.entities[0], value)
    for line in spec.entities[1:]:
        for _ in range(lines):
            entity(group, line, value)


def entity(parent: etree._Element, spec: EntitySpec, value: Value) -> None:
    element = etree.SubElement(parent, tag(spec.name))
    for field in spec.fields:
        text = value(field)
        if text is not None:
            etree.SubElement(element, tag(field.name)).text = text


def xml(root: etree._Element) -> bytes:
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


GUID = "0F8FAD5B-D9CB-469F-A165-70867728950E"
SIGNATURE = (
    f'<ds:Signature xmlns:ds="{DS_NAMESPACE}"><ds:SignedInfo/>'
    "<ds:SignatureValue>eA==</ds:SignatureValue></ds:Signature>"
)
EXTENSION = (
    f'<ceb:ExtendMessage xmlns:ceb="{NAMESPACE}"><ceb:name>probe</ceb:name><ceb:version>1</ceb:version>'
    '<ceb:Message><own xmlns="urn:own" k="v">text<deep/></own></ceb:Message></ceb:ExtendMessage>'
)
