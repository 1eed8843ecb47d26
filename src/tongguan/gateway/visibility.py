"""Who sees what of a case: ``visibility.csv``, a dated table of role × document × field.

``clear`` shows the value, ``masked`` its first and last character, ``no`` nothing at all. The table rules every answer
about a case, over every door. Fields are ``OrderHead.orderNo`` and the like; those that begin with ``decision.`` are
what was decided about the document. Whoever has several roles in a case sees what the most generous of them may see.
A field or role without a rule is not shown.

Basis: every party sees what it filed itself, and of the other documents the commercial data it needs to mend a
mismatch; what names a person only masked, where it holds the same person's data for the same parcel (minimum necessary,
Personal Information Protection Law art. 6).
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, Literal, cast, get_args

import msgspec

from tongguan.ceb.person import mask
from tongguan.clearance.compare import show

Show = Literal["clear", "masked", "no"]

ROLES = (
    "platform",
    "merchant",
    "payment",
    "logistics",
    "declarant",
    "officer",
    "operator",
    "auditor",
    "other",
)
_RANK: Mapping[Show, int] = {"no": 0, "masked": 1, "clear": 2}


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """One field of one document, with what each role (in the order of ROLES) is shown from a day on."""

    document: str
    field: str
    shows: tuple[Show, ...]
    valid_from: date
    valid_to: date | None
    basis: str

    def for_role(self, role: str) -> Show:
        """What one role is shown."""
        return self.shows[ROLES.index(role)]


class BrokenVisibility(Exception):
    """The table contradicts itself; a fault of the package, never of a request."""


class Visibility:
    """The rules in force on one day."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        """Raises BrokenVisibility when two rules speak of one field."""
        self._rules: dict[tuple[str, str], Rule] = {}
        for rule in rules:
            key = (rule.document, rule.field)
            if key in self._rules:
                raise BrokenVisibility(f"two rules for {rule.document} {rule.field}")
            self._rules[key] = rule

    def shown(self, roles: Collection[str], document: str, field: str) -> Show:
        """What somebody with these roles may see of one field; ``no`` without a rule."""
        rule = self._rules.get((document, field))
        if rule is None:
            return "no"
        return max((rule.for_role(role) for role in roles), key=_RANK.__getitem__, default="no")

    def record(self, roles: Collection[str], document: str, record: Any) -> dict[str, Any]:
        """A typed record as these roles see it: heads as objects, lines as arrays, texts as filed or masked.

        A record without an inner head is its own, under its name.
        """
        out: dict[str, Any] = {}
        if isinstance(getattr(record, record.__struct_fields__[0]), str):
            name = type(record).__name__
            head = self._part(roles, document, name, record)
            return {name: head} if head else {}
        for part in record.__struct_fields__:
            value = getattr(record, part)
            if isinstance(value, tuple):
                lines = [self._part(roles, document, part, line) for line in value]
                if any(lines):
                    out[part] = lines
            elif head := self._part(roles, document, part, value):
                out[part] = head
        return out

    def _part(self, roles: Collection[str], document: str, part: str, entity: Any) -> dict[str, str]:
        out = {}
        for name in entity.__struct_fields__:
            value = getattr(entity, name)
            how = self.shown(roles, document, f"{part}.{name}")
            if value is not None and how != "no":
                out[name] = show(value) if how == "clear" else mask(show(value))
        return out


def visibility(day: date) -> Visibility:
    """The table as it stands on ``day`` (in China)."""
    return Visibility(
        rule for rule in rules() if rule.valid_from <= day and (rule.valid_to is None or day <= rule.valid_to)
    )


@cache
def rules() -> tuple[Rule, ...]:
    """All rules of the table, of all days. Raises BrokenVisibility."""
    text = (files(__package__) / "visibility.csv").read_text(encoding="utf-8")
    return tuple(_rule(row) for row in csv.DictReader(text.splitlines()))


def _rule(row: dict[str, str]) -> Rule:
    shows = tuple(row[role] for role in ROLES)
    if unknown := set(shows) - set(get_args(Show)):
        raise BrokenVisibility(f"{row['document']} {row['field']}: {', '.join(sorted(unknown))}")
    return Rule(
        document=row["document"],
        field=row["field"],
        shows=cast("tuple[Show, ...]", shows),
        valid_from=date.fromisoformat(row["valid_from"]),
        valid_to=date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
        basis=row["basis"],
    )
