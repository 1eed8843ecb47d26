"""A valid element tree to typed structs. Nothing is checked here: the schema or the walk has done so before."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import cache
from importlib import import_module
from typing import Any, Final

import msgspec
from lxml import etree

from tongguan.ceb.messages import MESSAGES
from tongguan.ceb.messages import common as blocks
from tongguan.ceb.table import DS_NAMESPACE, NAMESPACE, EntitySpec, Kind, MessageSpec, common, messages
from tongguan.ceb.walk import counts_as_absent

_CUT: Final = len(NAMESPACE) + 2
"""Characters of ``{namespace}`` before the local name in a tag."""
_Read = Callable[[etree._Element], msgspec.Struct]


def message(root: etree._Element, name: str, *, lenient: bool) -> msgspec.Struct:
    """The struct of a valid message. ``lenient`` leaves empty optional elements out instead of keeping them empty."""
    return _message_reader(name, lenient)(root)


@cache
def _message_reader(name: str, lenient: bool) -> _Read:
    spec, build = messages()[name], MESSAGES[name]
    record = _record_reader(spec, lenient)
    transfer = _entity_reader(common()["BaseTransfer"], blocks.BaseTransfer, lenient)
    subscribe = _entity_reader(common()["BaseSubscribe"], blocks.BaseSubscribe, lenient)
    group, signature = spec.group, f"{{{DS_NAMESPACE}}}Signature"

    def read(root: etree._Element) -> msgspec.Struct:
        records, subscribers = [], []
        attributes: dict[str, Any] = {"guid": root.get("guid"), "version": root.get("version")}
        for child in root:
            tag = child.tag
            local = tag[_CUT:]
            if tag == signature:
                continue
            if local == group:
                records.append(record(child))
            elif local == "BaseTransfer":
                attributes[local] = transfer(child)
            elif local == "BaseSubscribe":
                subscribers.append(subscribe(child))
            else:
                attributes[local] = etree.tostring(child, method="c14n", with_tail=False)
        if subscribers:
            attributes["BaseSubscribe"] = tuple(subscribers)
        attributes[group] = tuple(records)
        return build(**attributes)

    return read


def _record_reader(spec: MessageSpec, lenient: bool) -> _Read:
    """The reader of one business record: a group of entities, or the one entity that is the record."""
    module = import_module(MESSAGES[spec.name].__module__)
    readers = {e.name: _entity_reader(e, getattr(module, e.name), lenient) for e in spec.entities}
    if not spec.grouped:
        return readers[spec.group]
    build, head = getattr(module, spec.group), spec.entities[0].name
    if len(spec.entities) == 1:
        return lambda element: build(**{head: readers[head](element[0])})
    line = spec.entities[1].name
    read_head, read_line = readers[head], readers[line]

    def read(element: etree._Element) -> msgspec.Struct:
        parts = list(element)
        found: msgspec.Struct = build(**{head: read_head(parts[0]), line: tuple(map(read_line, parts[1:]))})
        return found

    return read


def _entity_reader(spec: EntitySpec, build: type[msgspec.Struct], lenient: bool) -> _Read:
    decimals = tuple(f.name for f in spec.fields if f.kind is Kind.DECIMAL)
    wholes = tuple(f.name for f in spec.fields if f.kind is Kind.WHOLE)
    fixed = {f.name: f.fixed or "" for f in spec.fields}
    fields = {f.name: f for f in spec.fields}

    def read(element: etree._Element) -> msgspec.Struct:
        # One dict, then one struct; numbers are the only values that need a second look.
        found: dict[str, Any] = {child.tag[_CUT:]: child.text for child in element}
        if lenient:
            found = {n: t for n, t in found.items() if not counts_as_absent(fields[n], t or "")}
        if None in found.values():
            for name, text in found.items():
                if text is None:
                    found[name] = fixed[name]
        for name in decimals:
            if name in found:
                found[name] = Decimal(found[name])
        for name in wholes:
            if name in found:
                found[name] = int(found[name])
        return build(**found)

    return read
