"""Law tables as text: read from the package or from an operator's CSV files, packed into one byte string, digested.

Nothing is judged here; ``build`` does that. What is packed is what was written, so a digest names the law for good.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from types import MappingProxyType

from tongguan.law.faults import LawFault


@dataclass(frozen=True, slots=True)
class Table:
    """The header and the rows of one table, all text. Every row has as many cells as the header."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def as_dicts(self) -> Iterator[dict[str, str]]:
        """The rows as column -> text."""
        for row in self.rows:
            yield dict(zip(self.header, row, strict=True))


class LawTables:
    """All law tables by name, read-only."""

    __slots__ = ("_tables",)

    def __init__(self, tables: Mapping[str, Table]) -> None:
        self._tables: Mapping[str, Table] = MappingProxyType(dict(sorted(tables.items())))

    @property
    def tables(self) -> Mapping[str, Table]:
        """The tables by name, in the order of their names."""
        return self._tables

    def __getitem__(self, name: str) -> Table:
        return self._tables[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def __len__(self) -> int:
        return len(self._tables)

    def __contains__(self, name: object) -> bool:
        return name in self._tables

    def __eq__(self, other: object) -> bool:
        return isinstance(other, LawTables) and dict(self._tables) == dict(other._tables)

    def __hash__(self) -> int:
        return hash(tuple(self._tables.items()))

    def with_row(self, name: str, row: Mapping[str, str]) -> LawTables:
        """The tables with one more row; columns left out are empty. This is how a change of law is made.

        Raises LawFault for a table or a column that does not exist.
        """
        if name not in self._tables:
            raise LawFault(name, row.get("id", "?"), "id", zh="没有这张法规表", en="there is no such law table")
        table = self._tables[name]
        for column in row:
            if column not in table.header:
                raise LawFault(name, row.get("id", "?"), column, zh="表中没有这一列", en="the table has no such column")
        cells = tuple(row.get(column, "") for column in table.header)
        return LawTables({**self._tables, name: Table(table.header, (*table.rows, cells))})

    def with_table(self, name: str, table: Table) -> LawTables:
        """The tables with one of them put in or replaced as a whole."""
        return LawTables({**self._tables, name: table})


def read_tables(texts: Mapping[str, str]) -> LawTables:
    """Tables from CSV texts by name (``limits`` -> text of limits.csv). Raises LawFault for a ragged row."""
    return LawTables({name: _read(name, text) for name, text in texts.items()})


def package_tables() -> LawTables:
    """The tables that come with this package."""
    found = (entry for entry in (files(__package__) / "tables").iterdir() if entry.name.endswith(".csv"))
    return read_tables({entry.name.removesuffix(".csv"): entry.read_text(encoding="utf-8") for entry in found})


def pack(tables: LawTables) -> bytes:
    """The tables as JSON with a fixed order of everything: equal tables give equal bytes. UTF-8."""
    content = {name: [list(tables[name].header), *map(list, tables[name].rows)] for name in tables}
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8")


def unpack(packed: bytes) -> LawTables:
    """The tables of ``pack``. Raises LawFault when the bytes are not such a pack."""
    try:
        content = json.loads(packed.decode("utf-8"))
        return LawTables(
            {name: _table(name, [list(map(_text, row)) for row in rows]) for name, rows in content.items()}
        )
    except (ValueError, TypeError, AttributeError) as fault:
        raise LawFault("*", "*", "*", zh="不是打包的法规表", en=f"these bytes are no packed law: {fault}") from None


def digest(packed: bytes) -> str:
    """SHA-256 of the packed law, 64 hexadecimal digits: the name of the snapshot."""
    return hashlib.sha256(packed).hexdigest()


def _read(name: str, text: str) -> Table:
    lines = [line for line in csv.reader(io.StringIO(text.removeprefix("\ufeff"))) if line]
    return _table(name, lines)


def _table(name: str, lines: list[list[str]]) -> Table:
    if not lines:
        raise LawFault(name, "0", "*", zh="表为空，缺少表头", en="the table is empty and has no header")
    header = tuple(lines[0])
    for number, line in enumerate(lines[1:], 1):
        if len(line) != len(header):
            raise LawFault(
                name, str(number), "*", zh="列数与表头不同", en="the row has not as many cells as the header"
            )
    return Table(header, tuple(tuple(line) for line in lines[1:]))


def _text(cell: object) -> str:
    if not isinstance(cell, str):
        raise TypeError("a cell is not text")
    return cell
