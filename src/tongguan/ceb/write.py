"""The way out: a typed message as XML. Reading what was written gives the same struct again."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

import msgspec
from lxml import etree

from tongguan.ceb.source import to_utf8
from tongguan.ceb.table import NAMESPACE, MessageSpec, common, messages

_DECLARATION: Final = '<?xml version="1.0" encoding="UTF-8"{}?>\n'


def write(message: msgspec.Struct, *, prefix: str | None = "ceb", standalone: bool | None = None) -> bytes:
    """The message in UTF-8: an XML declaration, then its canonical form (C14N 1.0 without comments).

    ``prefix`` None writes a default namespace, as customs' own receipts do; ``standalone`` says whether the
    declaration carries ``standalone="yes"`` and follows the same custom when left out. Filings come out unsigned.
    Raises ValueError for text that XML cannot carry (control characters) and KeyError for a struct of no message.
    """
    alone = prefix is None if standalone is None else standalone
    declaration = _DECLARATION.format(' standalone="yes"' if alone else "")
    return declaration.encode() + etree.tostring(tree(message, prefix=prefix), method="c14n", with_comments=False)


def tree(message: msgspec.Struct, *, prefix: str | None = "ceb") -> etree._Element:
    """The message as an element tree, for whoever adds a signature before writing."""
    names: dict[Any, str] = {prefix: NAMESPACE}
    spec = messages()[type(message).__name__]
    root = etree.Element(f"{{{NAMESPACE}}}{spec.name}", nsmap=names)
    root.set("guid", message.guid)  # type: ignore[attr-defined]
    root.set("version", message.version)  # type: ignore[attr-defined]
    for record in getattr(message, spec.group):
        _record(root, record, spec)
    if spec.blocks:
        _blocks(root, message)
    return root


def extension(name: str, version: str, content: bytes = b"") -> bytes:
    """The bytes of an ExtendMessage block; ``content`` is one XML element or nothing.

    Raises lxml's XMLSyntaxError when ``content`` is not XML.
    """
    block = etree.Element(f"{{{NAMESPACE}}}ExtendMessage", nsmap={"ceb": NAMESPACE})
    etree.SubElement(block, f"{{{NAMESPACE}}}name").text = name
    etree.SubElement(block, f"{{{NAMESPACE}}}version").text = version
    inner = etree.SubElement(block, f"{{{NAMESPACE}}}Message")
    if content:
        inner.append(_parsed(content))
    return etree.tostring(block, method="c14n")


def _record(root: etree._Element, record: msgspec.Struct, spec: MessageSpec) -> None:
    if not spec.grouped:
        _entity(root, spec.group, record)
        return
    group = etree.SubElement(root, f"{{{NAMESPACE}}}{spec.group}")
    for part in spec.entities:
        found = getattr(record, part.name)
        for entity in found if isinstance(found, tuple) else (found,):
            _entity(group, part.name, entity)


def _blocks(root: etree._Element, message: msgspec.Struct) -> None:
    for name in common():
        found = getattr(message, name)
        if isinstance(found, bytes):
            root.append(_parsed(found))
        elif found is not None:
            for entity in found if isinstance(found, tuple) else (found,):
                _entity(root, name, entity)


def _entity(parent: etree._Element, name: str, entity: msgspec.Struct) -> None:
    """One entity with its fields in the order of the struct, which is the order of the schema."""
    element = etree.SubElement(parent, f"{{{NAMESPACE}}}{name}")
    for field in entity.__struct_fields__:
        value = getattr(entity, field)
        if value is not None:
            # Never the exponent form: the schema does not know it.
            text = format(value, "f") if isinstance(value, Decimal) else str(value)
            etree.SubElement(element, f"{{{NAMESPACE}}}{field}").text = text


def _parsed(xml: bytes) -> etree._Element:
    text = to_utf8(xml)
    if not isinstance(text, bytes):
        raise ValueError(text.text_en)
    return etree.fromstring(text, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
