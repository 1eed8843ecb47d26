"""The event as it is kept: which named fields a cause, its facts and its decision become, and the way back.

Names: ``event.*`` number, time, case, former entry; ``filing.*``; ``cause.*``; ``facts.*``; ``compared.*``;
``decision.*``. Fields that would be empty are left out. ``filed.*`` come from the gateway as they are.

A field is what can be shown or kept hidden on its own, and it costs some 3 µs to name, encode and hash. So what is
shown together lies together: an object under each name of ``FACTS`` and ``EFFECTS``, one field for how a record was
filed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from functools import cache
from operator import attrgetter
from typing import Any

import msgspec

from tongguan.ceb.problem import Problem
from tongguan.chain.event import Field
from tongguan.clearance.model import Compared, Decision, Event, Facts, RecordFiled
from tongguan.clearance.retention import ERASE
from tongguan.engine.causes import Cause
from tongguan.engine.told import Told
from tongguan.store.filing import Command, Filing
from tongguan.store.packing import exact_text, record_class

encode_value = msgspec.json.Encoder(order="sorted", enc_hook=exact_text).encode
"""``chain.event.encode_value``, and quotients as ``n/d``."""
PERSONAL = frozenset({"cause.reason", "cause.refused", "cause.warnings", "cause.exchange"})
"""Free text of an officer, and values quoted by the door, may name the buyer. Everything else that does comes from the
record, or is a compared pair; the core masks what it quotes."""


def event_fields(
    number: int,
    at: datetime,
    case_id: str,
    former: bytes,
    cause: Cause,
    facts: Facts | None,
    decision: Decision,
    personal: Collection[str] | None = None,
) -> list[Field]:
    """All fields that the engine adds to an event. ``former`` is the entry of the subject's former event.

    ``personal`` (in a replay) are those that name a person as they are stored: texts of a repeat were not among them
    once.
    """
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
        fields += _facts_fields(facts)
    decided = _decision_fields(decision, facts)
    # These texts quote what was filed, or are an officer's; a repeat says them again.
    if cause.name in ("refused", "command") or decision.outcome == "repeated":
        apart = _TEXTS if personal is None else [name for name in _TEXTS if name in personal]
        decided = [Field(one.name, one.value, one.person or one.name in apart) for one in decided]
    return fields + decided


_TEXTS = ("decision.problems", "decision.receipts")
_ERASURE = ("approver", "choice", "kind", "key", "subjects")
_UNDECIDED = ("message_type", "sender", "transfer", "subscribers", "verdict", "warnings", "refused")


def _cause_fields(cause: Cause) -> list[Field]:
    fields = [Field("cause.name", encode_value(cause.name))]
    filing = cause.filing
    if cause.digest:
        fields.append(Field("snapshot.digest", encode_value(cause.digest)))
    fields += [
        Field(f"snapshot.{name}", encode_value(value))
        for name, value in (("base", cause.base), ("maker", cause.maker))
        if value
    ]
    if isinstance(filing, Filing):
        fields.append(Field("filing.digest", encode_value(filing.raw_digest.hex())))
        if cause.event is None:
            fields += _named("cause.", filing, _UNDECIDED)
    elif isinstance(filing, Command) and cause.event is None:
        asked = ("action", "actor", "reason", *(_ERASURE if filing.action == ERASE else ()))
        fields += _named("cause.", filing, asked)
    fields += [
        Field(name, encode_value(value))
        for name, value in (("tombstone", cause.tombstone), ("restriction", cause.restricts))
        if value is not None
    ]
    if isinstance(cause.event, RecordFiled):
        fields += _filed_fields(cause.event)
    elif cause.event is not None:
        fields.append(Field("cause.type", encode_value(cause.event.__struct_config__.tag)))
        fields += _named("cause.", cause.event, _names(type(cause.event)))
    return fields


def _filed_fields(event: RecordFiled) -> list[Field]:
    """How a record was filed. The record itself stands in ``filed.*``; warnings may quote it and are personal."""
    plain = msgspec.structs.replace(event, record=None, warnings=())
    fields = [Field("cause.filed", encode_value(plain))]
    if event.warnings:
        fields.append(Field("cause.warnings", encode_value(event.warnings), person=True))
    return fields


_APART: Mapping[str, tuple[str, ...]] = {
    "facts.registry": ("sender", "certificate", "parties", "guarantee", "book_items", "site"),
    "facts.quota": ("quota",),
    "facts.balances": ("guarantee_balance", "stock", "quota_kg"),
}
_APART_NAMES = frozenset(name for names in _APART.values() for name in names)
FACTS: Mapping[str, tuple[str, ...]] = {
    "facts.base": tuple(field for field in Facts.__struct_fields__ if field not in _APART_NAMES),
    **_APART,
}
"""Which facts lie together; what is not named above lies in ``facts.base``, so that no fact is ever left out."""
_base = attrgetter(*FACTS["facts.base"])
_registry = attrgetter(*FACTS["facts.registry"])
_balances = attrgetter(*FACTS["facts.balances"])
_told = Told(FACTS["facts.registry"])


def _facts_fields(facts: Facts) -> list[Field]:
    fields = [Field("facts.base", _object_of(FACTS["facts.base"], _base(facts)))]
    if registry := _told.value(facts, _registry(facts)):
        fields.append(Field("facts.registry", registry))
    if facts.quota is not None:
        fields.append(Field("facts.quota", encode_value({"quota": facts.quota})))
    if facts.guarantee_balance is not None or facts.stock or facts.quota_kg:
        fields.append(Field("facts.balances", _object_of(FACTS["facts.balances"], _balances(facts))))
    return fields


def _object_of(names: tuple[str, ...], values: tuple[Any, ...]) -> bytes:
    """An object of these members, empty ones left out."""
    return encode_value({name: value for name, value in zip(names, values, strict=True) if value})


EFFECTS = ("moves", "awaits", "brings", "due", "wakes", "pause", "copies", "notices")
"""Parts of a decision that ``decision.effects`` holds, beside ``documents`` and the numbers taken."""


def _decision_fields(decision: Decision, facts: Facts | None) -> list[Field]:
    fields = [
        Field("decision.outcome", encode_value(decision.outcome)),
        Field("decision.status", encode_value(decision.status)),
    ]
    if decision.receipts:
        fields.append(Field("decision.receipts", encode_value(decision.receipts)))
    if decision.problems:
        fields.append(Field("decision.problems", encode_value(decision.problems)))
    if decision.law_rows or decision.doubtful:
        basis = {"law_rows": decision.law_rows, "doubtful": decision.doubtful}
        fields.append(Field("decision.basis", encode_value(basis)))
    effects: dict[str, Any] = {name: found for name in EFFECTS if (found := getattr(decision, name))}
    if decision.documents:
        effects["documents"] = [(one.kind, one.key, one.status, one.version, one.deleted) for one in decision.documents]
        if (tax := decision.documents[0].tax) is not None:
            fields.append(Field("decision.tax", encode_value(tax)))
    if facts is not None and decision.took_pre_no:
        effects["pre_no"] = facts.next_pre_no
    if facts is not None and decision.took_invt_no:
        effects["invt_no"] = facts.next_invt_no
    if facts is not None and decision.took_rkd_no:
        effects["rkd_no"] = facts.next_rkd_no
    if effects:
        fields.append(Field("decision.effects", encode_value(effects)))
    if decision.compared:
        fields += _compared_fields(decision.compared)
    return fields


def _compared_fields(compared: tuple[Compared, ...]) -> list[Field]:
    """All compared pairs in their order, equal or not; those that name a person apart."""
    pairs = [pair for pair in compared if not pair.personal]
    persons = [pair for pair in compared if pair.personal]
    fields = [Field("compared.pairs", encode_value(pairs))]
    if persons:
        fields.append(Field("compared.persons", encode_value(persons), person=True))
    return fields


@cache
def _names(struct: type[msgspec.Struct]) -> tuple[str, ...]:
    """Field names without the record, which the gateway has already laid down."""
    return tuple(field.name for field in msgspec.structs.fields(struct) if field.name != "record")


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
_decode_members = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_decode_problems = msgspec.json.Decoder(tuple[Problem, ...]).decode
_PLACE = re.compile(r"([A-Za-z]\w*)(?:\[(\d+)\])?")


def facts_from(values: Mapping[str, bytes]) -> Facts | None:
    """The facts of an event's fields, None when it was not decided by the core. Raises msgspec.MsgspecError."""
    if "facts.base" not in values:
        return None
    groups = [value for name in FACTS if (value := values.get(name)) is not None]
    members: dict[str, msgspec.Raw] = {}
    for group in groups:
        members |= _decode_members(group)
    return _decode_facts(encode_value(members))


def event_from(values: Mapping[str, bytes]) -> Event | None:
    """The core's event of an event's fields, its record too. Raises msgspec.MsgspecError."""
    if (filed := values.get("cause.filed")) is not None:
        found: Event = _decode_event(filed)
        if not isinstance(found, RecordFiled):
            raise msgspec.ValidationError("cause.filed is not a record filed")
        warnings = _decode_problems(values.get("cause.warnings", b"[]"))
        return msgspec.structs.replace(found, record=record_from(found.message_type, values), warnings=warnings)
    if "cause.type" not in values:
        return None
    other = {name: value for name, value in values.items() if name != "cause.name"}
    event: Event = _decode_event(_object(other, "cause."))
    return event


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
