"""The identity register: which name belongs to which identity number. Only keyed hashes of both are ever kept.

``identities.csv`` is read into people in memory; when a snapshot is packed they are sealed under a key of the store,
so that whoever has the snapshot but not the key learns neither a number nor a name, nor who is in it.
"""

from __future__ import annotations

import hmac
import unicodedata
from collections.abc import Iterable, Mapping

import msgspec

from tongguan.ceb.person import mask
from tongguan.codes.identity import id_number_fault, normalise
from tongguan.registry.sheet import Cells

COLUMNS: Mapping[str, tuple[str, ...]] = {"identities.csv": ("number", "name")}
"""The table and its columns."""

_HASH_CHARACTERS = 32  # 128 bits: no two of all people meet
_DOTS = str.maketrans(dict.fromkeys("•・‧∙●．.", "·"))  # between the parts of a name, written in many ways


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """One person as in the folder. Lives in memory only: ``pack_registry`` seals it."""

    number: str
    name: str

    def __repr__(self) -> str:
        return f"Person({mask(self.number)}, {mask(self.name)})"


class IdentityRow(msgspec.Struct, frozen=True, array_like=True):
    """One person as kept: keyed hashes of the number, and of number and name together, in lower-case hex."""

    number: str
    name: str


def read_person(cells: Cells) -> Person:
    """One row of identities.csv. What is wrong with it is told without the values."""
    number, name = normalise(cells.hidden("number")), cells.hidden("name")
    if number and (fault := id_number_fault(number)):
        cells.fault("R27", "number", fault, hide=True)
    return Person(number=number, name=name)


def seal(key: bytes, number: str, name: str) -> IdentityRow:
    """The keyed hashes of a person. Width, blanks and the kind of dot in a name do not count."""
    number = normalise(number)
    return IdentityRow(_hash(key, number), _hash(key, f"{number}\0{plain_name(name)}"))


def plain_name(name: str) -> str:
    """A name without what people write one way or another."""
    folded = unicodedata.normalize("NFKC", name).translate(_DOTS).casefold()
    return "".join(letter for letter in folded if not letter.isspace())


def _hash(key: bytes, text: str) -> str:
    return hmac.digest(key, text.encode(), "sha256").hex()[:_HASH_CHARACTERS]


class IdentityRegister:
    """Look-ups over the sealed rows of one snapshot."""

    def __init__(self, rows: Iterable[IdentityRow]) -> None:
        self._names = {row.number: row.name for row in rows}

    def __bool__(self) -> bool:
        """Whether a register is kept at all."""
        return bool(self._names)

    def answer(self, asked: IdentityRow) -> str:
        """known, mismatch (the number belongs to another name) or unknown."""
        name = self._names.get(asked.number)
        if name is None:
            return "unknown"
        return "known" if hmac.compare_digest(name, asked.name) else "mismatch"
