"""Scenarios: what the counterparties of customs answer to a filing whose note begins with ``SCENARIO:name``.

The table is data (``scenarios.csv``); who wires a sandbox gives it to the engine, which keeps the answers as facts.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType

import msgspec

from tongguan.codes.catalogue import table

PREFIX = "SCENARIO:"
"""How the note of a filing begins that names a scenario; a blank ends the name."""
CODE = "code-"
"""How a scenario begins that asks for one code."""
CODE_TABLES = ("return_status", "customs_result_codes", "return_error_codes")
FORMAT_ERROR = "-999999"
FILE = "scenarios.csv"


class Scenario(msgspec.Struct, frozen=True, kw_only=True):
    """One scenario. ``answers`` are (who, what); ``statuses`` the receipts it ends in, of a set that is good."""

    name: str
    answers: tuple[tuple[str, str], ...]
    statuses: tuple[str, ...]
    zh: str
    en: str

    @property
    def note(self) -> str:
        """What to write in the note."""
        return PREFIX + self.name


@cache
def scenarios() -> tuple[Scenario, ...]:
    """All scenarios, in the order of the table."""
    text = (resources.files("tongguan.sandbox") / FILE).read_text(encoding="utf-8")
    return tuple(
        Scenario(
            name=row["name"],
            answers=tuple(_pair(word) for word in row["answers"].split()),
            statuses=tuple(row["statuses"].split()),
            zh=row["zh"],
            en=row["en"],
        )
        for row in csv.DictReader(text.splitlines())
    )


def answers() -> Mapping[str, tuple[tuple[str, str], ...]]:
    """The answers by name, as the engine takes them: those of the table, and one for each code of a receipt."""
    return MappingProxyType({one.name: one.answers for one in scenarios()} | codes())


def codes() -> dict[str, tuple[tuple[str, str], ...]]:
    """``code-1332`` and the like: one code of a receipt each. A negative code may be written with its minus or without.

    4 is what happens when the way to customs fails. The format error is not among them: a message that breaks the
    schema has it from the gateway.
    """
    known = [code for name in CODE_TABLES for code in table(name) if code != FORMAT_ERROR]
    found: dict[str, tuple[tuple[str, str], ...]] = {f"{CODE}{code}": (("code", code),) for code in known}
    found |= {f"{CODE}{code.removeprefix('-')}": (("code", code),) for code in known if code.startswith("-")}
    return found | {f"{CODE}4": (("upstream", "failed"),)}


def _pair(word: str) -> tuple[str, str]:
    who, _, what = word.partition("=")
    return who, what
