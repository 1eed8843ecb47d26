"""A subject as kept in memory: its chain of events and the two keys that seal what is known about it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from tongguan.clearance.model import Key
from tongguan.store.keys import KEY_BYTES, Box, KeyRing
from tongguan.store.packing import key_text, key_tuple, part_of_key


class Subject:
    """One row of ``subjects``. Keys are unwrapped when first needed; ``person`` is None once erased."""

    __slots__ = (
        "_keys",
        "_person",
        "_rest",
        "case_id",
        "events",
        "head_entry",
        "head_event",
        "key",
        "kind",
        "part",
        "person_wrapped",
        "rest_wrapped",
        "subject_no",
    )

    def __init__(self, keys: KeyRing, row: Sequence[Any]) -> None:
        (
            self.subject_no,
            self.part,
            self.kind,
            key,
            self.case_id,
            self.person_wrapped,
            self.rest_wrapped,
            self.head_event,
            self.head_entry,
            self.events,
        ) = row
        self.key: Key = key_tuple(key)
        self._keys = keys
        self._person: Box | None = None
        self._rest: Box | None = None

    @classmethod
    def new(cls, keys: KeyRing, subject_no: int, kind: str, key: Key, case_id: str) -> Subject:
        """A subject without events, with fresh keys."""
        person, rest = os.urandom(KEY_BYTES), os.urandom(KEY_BYTES)
        subject = cls(
            keys,
            (
                subject_no,
                part_of_key(kind, key),
                kind,
                key_text(key),
                case_id,
                keys.wrap_subject_key(person, label(subject_no, "person")),
                keys.wrap_subject_key(rest, label(subject_no, "rest")),
                0,
                b"",
                0,
            ),
        )
        subject._person, subject._rest = Box(person), Box(rest)
        return subject

    @property
    def person(self) -> Box | None:
        """What seals fields that name a person. Raises StoreFault ``seal-broken``."""
        if self._person is None and self.person_wrapped is not None:
            self._person = person_box(self._keys, self.subject_no, self.person_wrapped)
        return self._person

    @property
    def rest(self) -> Box:
        """What seals everything else. Raises StoreFault ``seal-broken``."""
        if self._rest is None:
            self._rest = rest_box(self._keys, self.subject_no, self.rest_wrapped)
        return self._rest

    def bury(self) -> Box | None:
        """Destroy the person key; what it opened can be opened once more with what is returned, to be erased."""
        box, self._person, self.person_wrapped = self.person, None, None
        return box

    def renew(self, wrapped: bytes | None = None) -> None:
        """Something is filed under the name of a subject that was erased: a fresh person key, or (replay) this one."""
        if wrapped is None:
            person = os.urandom(KEY_BYTES)
            wrapped = self._keys.wrap_subject_key(person, label(self.subject_no, "person"))
        self.person_wrapped, self._person = wrapped, None

    def row(self) -> tuple[Any, ...]:
        """For ``put_subject``."""
        return (
            self.subject_no,
            self.part,
            self.kind,
            key_text(self.key),
            self.case_id,
            self.person_wrapped,
            self.rest_wrapped,
            self.head_event,
            self.head_entry,
            self.events,
        )


def label(subject_no: int, which: str) -> bytes:
    """What a wrapped key is bound to."""
    return f"subject {subject_no} {which}".encode()


def person_box(keys: KeyRing, subject_no: int, wrapped: bytes | None) -> Box | None:
    return None if wrapped is None else Box(keys.unwrap_subject_key(wrapped, label(subject_no, "person")))


def rest_box(keys: KeyRing, subject_no: int, wrapped: bytes) -> Box:
    return Box(keys.unwrap_subject_key(wrapped, label(subject_no, "rest")))


def case_id_of(keys: KeyRing, kind: str, key: Key, order_key: Key) -> str:
    """One id for all subjects of one order; a subject without an order has its own."""
    return keys.case_id("order", order_key) if order_key else keys.case_id(kind, key)
