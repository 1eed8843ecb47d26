"""A change of law: rows of CSV files laid over the law in force, and what of the law differs afterwards, day by day.

A row with a new id is added. A row whose id is known and whose cells are the same changes nothing, so a whole copy of
the tables may be given as well as the few rows that are new. Rows that are not given stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date, timedelta

from tongguan.law.build import completed, with_columns
from tongguan.law.faults import LawFault
from tongguan.law.inforce import Law
from tongguan.law.rows import ConsumptionRow, GoodsRow, Row
from tongguan.law.schema import SCHEMAS
from tongguan.law.source import LawTables, Table

_ABOUT = frozenset({"zh", "en", "source", "confidence", "mark"})
"""What is told about a row. Changing it changes no figure and no day."""
_ONE_DAY = timedelta(days=1)
_COMMON_FIELDS = frozenset(field.name for field in fields(Row))


@dataclass(frozen=True, slots=True)
class RowChange:
    """One row that differs between two laws.

    ``kind``: added, removed, ended (only its last day differs), worded (only what is told about it) or changed.
    ``before`` and ``after`` are column -> text, None where there is no such row. ``columns``: those that differ.
    """

    table: str
    row_id: str
    kind: str
    before: Mapping[str, str] | None
    after: Mapping[str, str] | None
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Span:
    """Days on which a row is law, both included; ``last`` is None while no end is known."""

    table: str
    row_id: str
    first: date
    last: date | None

    def has(self, day: date) -> bool:
        """Whether the day lies in it."""
        return self.first <= day <= (self.last or date.max)


def merge(base: LawTables, given: LawTables) -> LawTables:
    """The law with the given rows laid over it. Raises LawFault for an unknown table or column, or an id twice."""
    merged = completed(base)
    for name in given:
        if name not in SCHEMAS:
            raise LawFault(name, "*", "*", zh="没有这张法规表", en="there is no such law table")
        younger = SCHEMAS[name].added
        merged = merged.with_table(name, _laid_over(name, merged[name], with_columns(given[name], younger)))
    return merged


def _laid_over(name: str, base: Table, given: Table) -> Table:
    for column in sorted(set(given.header) ^ set(base.header)):
        known = column in base.header
        raise LawFault(
            name, "*", column, zh="缺少" if known else "不认识", en="is missing" if known else "is not known"
        )
    rows = {row["id"]: row for row in base.as_dicts()}
    seen: set[str] = set()
    for row in given.as_dicts():
        if row["id"] in seen:
            raise LawFault(name, row["id"], "id", zh="文件中出现两次", en="comes twice in the file")
        seen.add(row["id"])
        rows[row["id"]] = row
    return Table(base.header, tuple(tuple(row[column] for column in base.header) for row in rows.values()))


def row_changes(base: LawTables, other: LawTables) -> tuple[RowChange, ...]:
    """The rows that differ, by table and in the order of the other law; removed ones come last in their table."""
    base, other = completed(base), completed(other)
    found: list[RowChange] = []
    for name in other:
        before = {row["id"]: row for row in base[name].as_dicts()} if name in base else {}
        after = {row["id"]: row for row in other[name].as_dicts()}
        for row_id in (*after, *(row_id for row_id in before if row_id not in after)):
            change = _row_change(name, row_id, before.get(row_id), after.get(row_id))
            if change is not None:
                found.append(change)
    return tuple(found)


def _row_change(
    name: str, row_id: str, before: Mapping[str, str] | None, after: Mapping[str, str] | None
) -> RowChange | None:
    if before is None or after is None:
        return RowChange(name, row_id, "added" if before is None else "removed", before, after)
    columns = tuple(column for column in after if after[column] != before.get(column))
    if not columns:
        return None
    kind = "ended" if columns == ("valid_to",) else "worded" if _ABOUT.issuperset(columns) else "changed"
    return RowChange(name, row_id, kind, before, after, columns)


def refuse_open_gaps(base: Law, other: Law) -> None:
    """Raises LawFault where a subject that must always have a row would be left without one for good."""
    for name, schema in SCHEMAS.items():
        if not schema.gaps:
            open_before = {_subject(row, schema.subject) for row in base.rows(name) if row.valid_to is None}
            open_after = {_subject(row, schema.subject) for row in other.rows(name) if row.valid_to is None}
            for subject in sorted(open_before - open_after):
                left = [row for row in other.rows(name) if _subject(row, schema.subject) == subject]
                last = max(left, key=lambda row: row.valid_from, default=None)
                end = last.valid_to.isoformat() if last is not None and last.valid_to else ""
                raise LawFault(
                    name, last.id if last else "/".join(subject), "valid_to",
                    zh=f"{end} 之后没有后续规定；请同时给出后续行",
                    en=f"leaves a gap after {end}: give the row that follows it too",
                )  # fmt: skip


def _subject(row: Row, columns: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(str(getattr(row, column)) for column in columns)


def spans_lost(base: Law, other: Law) -> tuple[Span, ...]:
    """Days on which a row of the base is law and, as it stands there, no longer is: whoever used it then is concerned.

    A goods row is concerned as well where the consumption tax of its code begins, ends or changes.
    """
    lost = list(_spans_missing(base, other))
    excise = [*_of_excise(base, lost), *_of_excise(other, list(_spans_missing(other, base)))]
    for hs8, span in excise:
        for row in base.rows("goods"):
            if isinstance(row, GoodsRow) and row.consumption_hs8 == hs8 and (both := _overlap(row, span)):
                lost.append(both)
    return tuple(dict.fromkeys(lost))


def first_day(base: Law, other: Law) -> date | None:
    """The earliest day whose law differs; None when every day has the same law in other words."""
    spans = (*_spans_missing(base, other), *_spans_missing(other, base))
    return min((span.first for span in spans), default=None)


def _spans_missing(here: Law, there: Law) -> Iterator[Span]:
    """Days on which a row of ``here`` is law and is not, with the same content, in ``there``."""
    for name in here.table_names():
        others = {row.id: row for row in there.rows(name)} if name in there.table_names() else {}
        for row in here.rows(name):
            other = others.get(row.id)
            if other is None or _content(other) != _content(row):
                yield Span(name, row.id, row.valid_from, row.valid_to)
                continue
            if row.valid_from < other.valid_from:
                yield Span(name, row.id, row.valid_from, _earlier(row.valid_to, other.valid_from - _ONE_DAY))
            if other.valid_to is not None and (row.valid_to is None or other.valid_to < row.valid_to):
                yield Span(name, row.id, max(row.valid_from, other.valid_to + _ONE_DAY), row.valid_to)


def _of_excise(law: Law, spans: list[Span]) -> Iterator[tuple[str, Span]]:
    for span in spans:
        row = law.row(span.row_id)
        if isinstance(row, ConsumptionRow):
            yield row.hs8, span


def _overlap(row: Row, span: Span) -> Span | None:
    first, last = max(row.valid_from, span.first), _earlier(row.valid_to, span.last)
    return Span("goods", row.id, first, last) if first <= (last or date.max) else None


def _earlier(one: date | None, other: date | None) -> date | None:
    return min((day for day in (one, other) if day is not None), default=None)


def _content(row: Row) -> tuple[object, ...]:
    """What a row says, without its days and without what is told about it."""
    return tuple(getattr(row, field.name) for field in fields(row) if field.name not in _COMMON_FIELDS)
