"""The event as it is kept: which named fields a cause, its facts and its decision become, and the way back.

Names: ``event.*`` number, time, case, former entry; ``filing.*``; ``cause.*``; ``facts.<component>``; ``decision.*``;
``compared.<rule>``. Fields that would be empty are left out. ``filed.*`` come from the gateway as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Any

import msgspec

from tongguan.chain.event import Field
from tongguan.clearance.model import Compared, Decision, Event, Facts, RecordFiled
from tongguan.engine.causes import Cause
from tongguan.store.filing import Command, Filing
from tongguan.store.packing import exact_text, record_class

encode_value = msgspec.json.Encoder(order="sorted", enc_hook=exact_text).encode
"""``chain.event.encode_value``, and quotients as ``n/d``."""
PERSONAL = frozenset({"cause.reason", "cause.refused", "cause.warnings"})
"""Free text of an officer, and values quoted by the door, may name the buyer. Everything else that does comes from the
record, or is a compared pair; the core masks what it quotes."""


def event_fields(
    number: int, at: datetime, case_id: str, former: bytes, cause: Cause, facts: Facts | None, decision: Decision
) -> list[Field]:
    """All fields that the engine adds to an event. ``former`` is the entry of the subject's former event."""
    fields = [
        Field("event.number", encode_value(number)),
        Field("event.at", encode_value(at)),
        Field("event.case", encode_value(case_id)),
    ]
    if former:
        fields.append(Field("event.former", encode_value(former.hex())))
    if cause.filing is not None:
        fields.append(Field("filing.id", encode_value(cause.filing.filing_id)))
    fields += _cause_fields(cause)
    if facts is not None:
        fields += _struct_fields("facts.", facts)
    decided = _decision_fields(decision, facts)
    if cause.name in ("refused", "command"):  # these texts quote what was filed, or are an officer's
        decided = [Field(one.name, one.value, one.person or one.name in _TEXTS) for one in decided]
    return fields + decided


_TEXTS = ("decision.problems", "decision.receipts")
_UNDECIDED = ("message_type", "sender", "transfer", "subscribers", "verdict", "warnings", "refused")


def _cause_fields(cause: Cause) -> list[Field]:
    fields = [Field("cause.name", encode_value(cause.name))]
    filing = cause.filing
    if cause.digest:
        fields.append(Field("snapshot.digest", encode_value(cause.digest)))
    if isinstance(filing, Filing):
        fields.append(Field("filing.digest", encode_value(filing.raw_digest.hex())))
        if cause.event is None:
            fields += _named("cause.", filing, _UNDECIDED)
    elif isinstance(filing, Command) and cause.event is None:
        fields += _named("cause.", filing, ("action", "actor", "reason"))
    if cause.event is not None:
        fields.append(Field("cause.type", encode_value(cause.event.__struct_config__.tag)))
        fields += _struct_fields("cause.", cause.event)
    return fields


def _decision_fields(decision: Decision, facts: Facts | None) -> list[Field]:
    fields = _named(
        "decision.",
        decision,
        ("outcome", "status", "receipts", "moves", "awaits", "brings", "due", "problems", "law_rows", "doubtful"),
    )
    if decision.documents:
        states = [(one.kind, one.key, one.status, one.version, one.deleted) for one in decision.documents]
        fields.append(Field("decision.documents", encode_value(states)))
        if (tax := decision.documents[0].tax) is not None:
            fields.append(Field("decision.tax", encode_value(tax)))
    if facts is not None and decision.took_pre_no:
        fields.append(Field("decision.pre_no", encode_value(facts.next_pre_no)))
    if facts is not None and decision.took_invt_no:
        fields.append(Field("decision.invt_no", encode_value(facts.next_invt_no)))
    return fields + _compared_fields(decision.compared)


def _compared_fields(compared: Iterable[Compared]) -> list[Field]:
    """One field a rule: its pairs, equal or not."""
    by_rule: dict[str, list[Compared]] = {}
    for pair in compared:
        by_rule.setdefault(pair.rule_id, []).append(pair)
    return [
        Field(f"compared.{rule}", encode_value(pairs), any(pair.personal for pair in pairs))
        for rule, pairs in by_rule.items()
    ]


@cache
def _names(struct: type[msgspec.Struct]) -> tuple[str, ...]:
    """Field names without the record, which the gateway has already laid down."""
    return tuple(field.name for field in msgspec.structs.fields(struct) if field.name != "record")


def _struct_fields(prefix: str, struct: msgspec.Struct) -> list[Field]:
    return _named(prefix, struct, _names(type(struct)))


@cache
def _required(struct: type[msgspec.Struct]) -> frozenset[str]:
    """Fields without a default: these are laid down even when empty, since the way back asks for them."""
    return frozenset(field.name for field in msgspec.structs.fields(struct) if field.required)


def _named(prefix: str, struct: msgspec.Struct, names: Iterable[str]) -> list[Field]:
    required = _required(type(struct))
    return [
        Field(prefix + name, encode_value(value), prefix + name in PERSONAL)
        for name, value in ((name, getattr(struct, name)) for name in names)
        if value or name in required or (value is not None and not isinstance(value, (str, bytes, tuple, bool, int)))
    ]


# --- the way back

_decode_facts = msgspec.json.Decoder(Facts).decode
_decode_event = msgspec.json.Decoder(Event).decode
_PLACE = re.compile(r"([A-Za-z]\w*)(?:\[(\d+)\])?")


def facts_from(values: Mapping[str, bytes]) -> Facts | None:
    """The facts of an event's fields, None when it was not decided by the core. Raises msgspec.MsgspecError."""
    if "facts.now" not in values:
        return None
    return _decode_facts(_object(values, "facts."))


def event_from(values: Mapping[str, bytes]) -> Event | None:
    """The core's event of an event's fields, its record too. Raises msgspec.MsgspecError."""
    if "cause.type" not in values:
        return None
    packed = _object({name: value for name, value in values.items() if name != "cause.name"}, "cause.")
    if values["cause.type"] != b'"record"':
        return _decode_event(packed)
    event = _decode_event(packed[:-1] + b',"record":null}')
    assert isinstance(event, RecordFiled)
    return msgspec.structs.replace(event, record=record_from(event.message_type, values))


def record_from(message_type: str, values: Mapping[str, bytes]) -> Any:
    """The typed record of the ``filed.*`` fields. Raises msgspec.MsgspecError."""
    tree: dict[str, Any] = {}
    for name in sorted(values, key=_order):
        if name.startswith("filed."):
            _place(tree, _PLACE.findall(name[len("filed.") :]), msgspec.json.decode(values[name]))
    return msgspec.convert(tree, record_class(message_type))


def _order(name: str) -> tuple[Any, ...]:
    """List elements by number: [10] after [9]."""
    return tuple((part, int(number or 0)) for part, number in _PLACE.findall(name))


def _place(tree: dict[str, Any], path: list[tuple[str, str]], value: Any) -> None:
    for name, number in path[:-1]:
        if not number:
            tree = tree.setdefault(name, {})
            continue
        items = tree.setdefault(name, [])
        if len(items) < int(number):
            items.append({})
        tree = items[int(number) - 1]
    name, number = path[-1]
    if number:
        tree.setdefault(name, []).append(value)
    else:
        tree[name] = value


def _object(values: Mapping[str, bytes], prefix: str) -> bytes:
    members = (
        b'"%s":%s' % (name[len(prefix) :].encode(), value) for name, value in values.items() if name.startswith(prefix)
    )
    return b"{" + b",".join(members) + b"}"
