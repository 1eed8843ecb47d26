"""The XML schema of all messages, generated from the field tables, and its compiled validator.

The types are anonymous as in the official schema, so that ``xsi:type`` opens no door here that is closed there.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import as_file
from typing import Final

from lxml import etree

from tongguan.ceb.table import (
    DS_NAMESPACE,
    NAMESPACE,
    ROOT_ATTRIBUTES,
    EntitySpec,
    FieldSpec,
    Kind,
    MessageSpec,
    common,
    folder,
    messages,
)

SIGNATURE_FILE: Final = "signature.xsd"
"""Data file beside the tables that declares ds:Signature with any content; the schema imports it by this name."""


@cache
def xsd() -> bytes:
    """One schema for all messages, UTF-8. It imports ``signature.xsd`` by a relative name."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:ceb="{NAMESPACE}" xmlns:ds="{DS_NAMESPACE}"'
        f' targetNamespace="{NAMESPACE}" elementFormDefault="qualified">',
        f'<xs:import namespace="{DS_NAMESPACE}" schemaLocation="{SIGNATURE_FILE}"/>',
        # Named as in the official schema, for the same reason as the types above are not.
        '<xs:complexType name="XMLElement"><xs:sequence>'
        '<xs:any namespace="##any" processContents="skip" minOccurs="0"/></xs:sequence></xs:complexType>',
    ]
    for spec in messages().values():
        lines.append(_message(spec))
    lines.append("</xs:schema>")
    return "\n".join(lines).encode()


@cache
def validator() -> etree.XMLSchema:
    """The compiled schema of :func:`xsd`. Not to be shared between threads (it keeps the last error log)."""
    with as_file(folder()) as path:
        return etree.XMLSchema(etree.fromstring(xsd(), base_url=str(path / "ceb.xsd")))


def _message(spec: MessageSpec) -> str:
    inner = "".join(_entity(e) for e in spec.entities)
    if spec.grouped:
        inner = f'<xs:element name="{spec.group}"{_occurs(spec.least, spec.most)}>{_sequence(inner)}</xs:element>'
    if spec.blocks:
        inner += "".join(_entity(e) for e in common().values())
    if spec.signature != "none":
        inner += f'<xs:element ref="ds:Signature"{_occurs(int(spec.signature == "required"), 1)}/>'
    attributes = "".join(
        f'<xs:attribute name="{name}" use="required">{_text(least, most)}</xs:attribute>'
        for name, (least, most) in ROOT_ATTRIBUTES.items()
    )
    return f'<xs:element name="{spec.name}">{_sequence(inner, attributes)}</xs:element>'


def _entity(spec: EntitySpec) -> str:
    fields = "".join(map(_field, spec.fields))
    return f'<xs:element name="{spec.name}"{_occurs(spec.least, spec.most)}>{_sequence(fields)}</xs:element>'


def _field(spec: FieldSpec) -> str:
    start = f'<xs:element name="{spec.name}"{"" if spec.mandatory else " minOccurs=" + chr(34) + "0" + chr(34)}'
    if spec.fixed is not None:
        start += f' fixed="{spec.fixed}"'
    match spec.kind:
        case Kind.ANY:
            return f'{start} type="ceb:XMLElement"/>'
        case Kind.WHOLE if spec.total_digits is None:
            return f'{start} type="xs:int"/>'
        case Kind.WHOLE:
            return f"{start}>{_restriction('xs:int', totalDigits=spec.total_digits)}</xs:element>"
        case Kind.DECIMAL:
            facets = {"totalDigits": spec.total_digits, "fractionDigits": spec.fraction_digits}
            return f"{start}>{_restriction('xs:decimal', **facets)}</xs:element>"
        case Kind.TEXT:
            return f"{start}>{_text(spec.min_len, spec.max_len)}</xs:element>"


def _text(least: int | None, most: int | None) -> str:
    if least == most:
        return _restriction("xs:string", length=most)
    return _restriction("xs:string", minLength=least or None, maxLength=most)


def _restriction(base: str, **facets: int | None) -> str:
    inner = "".join(f'<xs:{name} value="{value}"/>' for name, value in facets.items() if value is not None)
    return f'<xs:simpleType><xs:restriction base="{base}">{inner}</xs:restriction></xs:simpleType>'


def _sequence(inner: str, attributes: str = "") -> str:
    return f"<xs:complexType><xs:sequence>{inner}</xs:sequence>{attributes}</xs:complexType>"


def _occurs(least: int, most: int | None) -> str:
    return f' minOccurs="{least}" maxOccurs="{"unbounded" if most is None else most}"'
