"""What the upstream's statuses, codes and texts mean in our words: two tables, ``stands.csv`` and ``reasons.csv``.

``stands`` says of each status whether the document is still open, refused (no), accepted (yes) or at its end (end), and
whether an officer had it in hand. ``reasons`` says which rules of ours a code, or words in the text, stand for.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Literal, NamedTuple, cast

Stand = Literal["open", "no", "yes", "end"]


class StandRow(NamedTuple):
    """What one status says of a document; ``by_officer`` that an officer of the upstream has it in hand."""

    stand: Stand
    by_officer: bool


def stand_of(status: str) -> StandRow:
    """A negative status is a no; one that the table does not know leaves the document open."""
    if status.startswith("-"):
        return StandRow("no", False)
    return _stands().get(status, StandRow("open", False))


def rules_of(message_type: str, codes: Sequence[str], text: str) -> tuple[str, ...]:
    """The rules of ours that the upstream's codes and text stand for, each once; () when none is known."""
    by_code, by_text = _reasons()
    receipt = message_type[3:6]
    found = [rule for code in codes for rule in by_code.get((receipt, code), ())]
    found += [rule for (of, words), rules in by_text.items() if of == receipt and words in text for rule in rules]
    return tuple(dict.fromkeys(found))


@cache
def _stands() -> Mapping[str, StandRow]:
    return MappingProxyType(
        {row["status"]: StandRow(cast(Stand, row["stand"]), row["officer"] == "yes") for row in _rows("stands")}
    )


@cache
def _reasons() -> tuple[Mapping[tuple[str, str], tuple[str, ...]], Mapping[tuple[str, str], tuple[str, ...]]]:
    by_code, by_text = {}, {}
    for row in _rows("reasons"):
        rules = tuple(row["rules"].split("|"))
        if row["code"]:
            by_code[row["receipt"], row["code"]] = rules
        if row["text"]:
            by_text[row["receipt"], row["text"]] = rules
    return MappingProxyType(by_code), MappingProxyType(by_text)


def _rows(name: str) -> Iterator[dict[str, str]]:
    text = (files(__package__) / "tables" / f"{name}.csv").read_text(encoding="utf-8")
    yield from csv.DictReader(text.splitlines())
