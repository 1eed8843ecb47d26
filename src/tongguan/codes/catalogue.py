"""Reads the code tables of this package, each once, the first time that it is asked for.

A table is a UTF-8 CSV file under ``data``; its first column is ``code``. Codes are text: ``035`` is not ``35``.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType


class UnknownTable(LookupError):
    """There is no code table of that name. A mistake in our code, never in a filing."""

    def __init__(self, name: str) -> None:
        super().__init__(f"没有名为 {name} 的代码表 / there is no code table named {name}")
        self.name = name


class UnknownCode(LookupError):
    """The table does not hold the code. Ask ``has`` first where the code comes from a filing."""

    def __init__(self, table_name: str, code: str) -> None:
        super().__init__(f"代码表 {table_name} 中没有代码 {code} / code table {table_name} has no code {code}")
        self.table_name = table_name
        self.code = code


class CodeTable:
    """One code table, read-only. Codes are compared as written: no trimming, no change of case."""

    __slots__ = ("_columns", "_name", "_rows")

    def __init__(self, name: str, columns: tuple[str, ...], rows: Mapping[str, tuple[str, ...]]) -> None:
        self._name = name
        self._columns: Mapping[str, int] = MappingProxyType({column: at for at, column in enumerate(columns)})
        self._rows: Mapping[str, tuple[str, ...]] = MappingProxyType(dict(rows))

    @property
    def name(self) -> str:
        """The table's name, as in ``table(name)``."""
        return self._name

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns in file order; the first is ``code``."""
        return tuple(self._columns)

    def has(self, code: str) -> bool:
        """Whether the code stands in the table."""
        return code in self._rows

    def get(self, code: str, column: str) -> str:
        """One cell as text, empty where the list says nothing. Raises UnknownCode or, for the column, KeyError."""
        try:
            row = self._rows[code]
        except KeyError:
            raise UnknownCode(self._name, code) from None
        return row[self._columns[column]]

    def zh(self, code: str) -> str:
        """The Chinese name. Raises UnknownCode."""
        return self.get(code, "zh")

    def en(self, code: str) -> str:
        """The English name; the Chinese one for a place or goods name that has no English one. Raises UnknownCode."""
        if "en" not in self._columns:
            return self.zh(code)
        return self.get(code, "en") or self.zh(code)

    def __contains__(self, code: object) -> bool:
        return code in self._rows

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)


@cache
def table(name: str) -> CodeTable:
    """The code table of that name, for example ``table("units").zh("035") == "千克"``. Raises UnknownTable."""
    if name not in table_names():
        raise UnknownTable(name)
    text = (files(__package__) / "data" / f"{name}.csv").read_text(encoding="utf-8")
    lines = csv.reader(io.StringIO(text))
    columns = tuple(next(lines))
    return CodeTable(name, columns, {line[0]: tuple(line) for line in lines})


@cache
def table_names() -> tuple[str, ...]:
    """The names of all tables of this package, sorted."""
    found = (entry.name for entry in (files(__package__) / "data").iterdir())
    return tuple(sorted(name.removesuffix(".csv") for name in found if name.endswith(".csv")))
