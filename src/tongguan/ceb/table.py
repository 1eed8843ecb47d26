"""The field tables as frozen specs: which elements a message has, of what type, how often.

Every ``tables/<family>_fields.csv`` with its ``tables/<family>_messages.csv`` is read, so a new family of messages
is two data files. The first gives the fields in the order of the official schema, the second what the field list
does not say: direction, occurrence of groups and lines, and whether a signature belongs to the message.
Source: customs schema 202205 and its specification.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from enum import Enum
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Final, Literal

import msgspec

NAMESPACE: Final = "http://www.chinaport.gov.cn/ceb"
DS_NAMESPACE: Final = "http://www.w3.org/2000/09/xmldsig#"
ROOT_ATTRIBUTES: Final = {"guid": (36, 36), "version": (1, 10)}
"""Required attributes of every root element, each with its least and greatest length in characters."""

Signature = Literal["required", "optional", "none"]


class Kind(Enum):
    """What an element holds: text, a decimal number, a whole number, or any XML."""

    TEXT = "text"
    DECIMAL = "decimal"
    WHOLE = "whole"
    ANY = "any"


class FieldSpec(msgspec.Struct, frozen=True, kw_only=True):
    """One element. Lengths count characters; ``None`` means that the schema sets no such bound.

    ``lenient_max_len`` is the greater length that the lenient profile takes, where an older text allowed it.
    """

    name: str
    zh: str
    en: str
    type: str
    kind: Kind
    min_len: int | None
    max_len: int | None
    total_digits: int | None
    fraction_digits: int | None
    fixed: str | None
    mandatory: bool
    rule: str
    lenient_max_len: int | None = None


class EntitySpec(msgspec.Struct, frozen=True, kw_only=True):
    """A run of fields in the schema's order, and how often it stands in its parent (``most`` None: no bound)."""

    name: str
    zh: str
    en: str
    fields: tuple[FieldSpec, ...]
    least: int
    most: int | None


class MessageSpec(msgspec.Struct, frozen=True, kw_only=True):
    """One message type.

    ``group`` names the element that is repeated under the root (one business record each). ``entities`` are its
    parts; where ``grouped`` is false the one entity is the record itself and bears the name of the group.
    """

    name: str
    zh: str
    en: str
    direction: Literal["in", "out"]
    group: str
    grouped: bool
    entities: tuple[EntitySpec, ...]
    least: int
    most: int | None
    signature: Signature

    @property
    def blocks(self) -> bool:
        """Whether BaseTransfer, BaseSubscribe and ExtendMessage belong to the message (filings only)."""
        return self.direction == "in"


class BrokenTable(Exception):
    """A data file of this package contradicts itself; a fault of the package, never of a filing."""


def messages() -> Mapping[str, MessageSpec]:
    """All message types by name, e.g. ``CEB311Message``."""
    return _tables()[0]


def common() -> Mapping[str, EntitySpec]:
    """The blocks every filing shares: BaseTransfer, BaseSubscribe, ExtendMessage."""
    return _tables()[1]


def folder() -> Traversable:
    """Where the data files of this package lie."""
    return files("tongguan.ceb") / "tables"


@cache
def typos() -> Mapping[str, str]:
    """Element names misprinted in official texts, each with the name the schema knows."""
    return MappingProxyType({row["written"]: row["official"] for row in _rows(folder() / "typos.csv")})


@cache
def _tables() -> tuple[Mapping[str, MessageSpec], Mapping[str, EntitySpec]]:
    specs: dict[str, MessageSpec] = {}
    shared: dict[str, EntitySpec] = {}
    families = sorted(f.name.removesuffix("_fields.csv") for f in folder().iterdir() if f.name.endswith("_fields.csv"))
    for family in families:
        fields, groups = _fields(family)
        for row in _rows(folder() / f"{family}_messages.csv"):
            if row["message"] in specs:
                raise BrokenTable(f"{row['message']} stands in two families")
            specs[row["message"]] = _message(row, groups, fields)
        for row in _rows(folder() / "blocks.csv"):
            name, of = row["name"], fields["common"][row["name"]]
            least, most = int(row["least"]), int(row["most"])
            spec = EntitySpec(name=name, zh=row["zh"], en=row["en"], fields=of, least=least, most=most)
            if shared.setdefault(name, spec) != spec:
                raise BrokenTable(f"the families disagree on {name}")
        if left := fields.keys() - specs.keys() - {"common"}:
            raise BrokenTable(f"{family}_messages.csv lacks {sorted(left)}")
    return MappingProxyType(specs), MappingProxyType(shared)


def _fields(family: str) -> tuple[dict[str, dict[str, tuple[FieldSpec, ...]]], dict[str, str]]:
    """The fields of one family by message and entity, and the group of each message ("" without an inner head)."""
    found: dict[str, dict[str, list[FieldSpec]]] = {}
    groups: dict[str, str] = {}
    lenient = _rows(folder() / "lenient.csv")
    wider = {(row["message"], row["entity"], row["element"]): int(row["max_len"]) for row in lenient}
    for row in _rows(folder() / f"{family}_fields.csv"):
        groups[row["message"]] = row["group"]
        entity = found.setdefault(row["message"], {}).setdefault(row["entity"], [])
        entity.append(_field(row, wider.get((row["message"], row["entity"], row["element"]))))
        if int(row["seq"]) != len(entity):
            raise BrokenTable(f"{row['message']} {row['entity']} {row['element']}: seq {row['seq']}")
    return {m: {e: tuple(fs) for e, fs in entities.items()} for m, entities in found.items()}, groups


def _message(
    row: dict[str, str], groups: dict[str, str], fields: dict[str, dict[str, tuple[FieldSpec, ...]]]
) -> MessageSpec:
    name = row["message"]
    group, entities = groups[name], fields[name]
    parts = []
    for i, (entity, of) in enumerate(entities.items()):
        zh, en = row["zh"], row["en"]
        if not group:
            least, most = int(row["group_min"]), _most(row["group_max"])
        elif i == 0:
            least, most, zh, en = 1, 1, f"{zh}表头", f"{en} head"
        else:
            least, most, zh, en = int(row["line_min"]), _most(row["line_max"]), f"{zh}表体", f"{en} line"
        parts.append(EntitySpec(name=entity, zh=zh, en=en, fields=of, least=least, most=most))
    return msgspec.convert(
        {
            "name": name,
            "zh": row["zh"],
            "en": row["en"],
            "direction": row["direction"],
            "group": group or parts[0].name,
            "grouped": bool(group),
            "entities": tuple(parts),
            "least": int(row["group_min"]),
            "most": _most(row["group_max"]),
            "signature": row["signature"],
        },
        MessageSpec,
    )


def _field(row: dict[str, str], lenient_max_len: int | None) -> FieldSpec:
    return FieldSpec(
        name=row["element"],
        zh=row["zh"],
        en=row["en"],
        type=row["type"],
        kind=_kind(row),
        min_len=_bound(row["min_len"]),
        max_len=_bound(row["max_len"]),
        total_digits=_bound(row["total_digits"]),
        fraction_digits=_bound(row["fraction_digits"]),
        fixed=row["fixed"] or None,
        mandatory=row["mandatory"] == "1",
        rule=row["rule"],
        lenient_max_len=lenient_max_len,
    )


def _kind(row: dict[str, str]) -> Kind:
    """C… is text; N with decimals a decimal number; N without, and int, an xs:int."""
    if row["type"].startswith("C"):
        return Kind.TEXT
    if row["type"] == "ceb:XMLElement":
        return Kind.ANY
    if row["type"] == "int" or row["fraction_digits"] == "0":
        return Kind.WHOLE
    if row["type"].startswith("N"):
        return Kind.DECIMAL
    raise BrokenTable(f"{row['message']} {row['element']}: unknown type {row['type']}")


def _bound(text: str) -> int | None:
    return int(text) if text else None


def _most(text: str) -> int | None:
    return None if text == "unbounded" else int(text)


def _rows(file: Traversable) -> Iterator[dict[str, str]]:
    yield from csv.DictReader(io.StringIO(file.read_text(encoding="utf-8")))
