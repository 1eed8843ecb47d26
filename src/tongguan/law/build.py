"""From packed tables to the law: every cell read, every row dated without overlap, every reference resolved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta

from tongguan.law.faults import LawFault
from tongguan.law.inforce import Law
from tongguan.law.rows import (
    ConsumptionRow,
    GoodsRow,
    LaneRow,
    LimitRow,
    ListRow,
    RemedyRow,
    RetentionRow,
    Row,
    SettingRow,
    TreatmentRow,
    VatRow,
)
from tongguan.law.schema import COMMON, SCHEMAS, BadCell, TableSchema, setting_value
from tongguan.law.source import LawTables, Table, digest, unpack

_ONE_DAY = timedelta(days=1)


def build_law(packed: bytes) -> Law:
    """Read a packed law. Raises LawFault, naming table, row and column, on anything malformed.

    Malformed means: a table or column missing or unknown, a cell that cannot be read, an id used twice, no source,
    one language only, an unknown unit, dates of one subject that overlap or (where the table allows none) leave a gap,
    or a row that names a row that does not exist.
    """
    tables = completed(unpack(packed))
    _same(tables, SCHEMAS, "*")
    rows = {name: _dated(name, schema, _read(name, schema, tables[name])) for name, schema in SCHEMAS.items()}
    _ids_once(tables)
    _meaning(rows)
    _one_excise_a_day([row for row in rows["consumption_tax_rates"] if isinstance(row, ConsumptionRow)])
    return Law(digest(packed), rows)


def completed(tables: LawTables) -> LawTables:
    """The tables with what snapshots made by an earlier version of this program lack: younger tables and columns."""
    for name, schema in SCHEMAS.items():
        if name not in tables and schema.later:
            tables = tables.with_table(name, Table((*COMMON, *schema.columns), ()))
        if name in tables and not schema.added.keys() <= set(tables[name].header):
            tables = tables.with_table(name, with_columns(tables[name], schema.added))
    return tables


def with_columns(table: Table, added: Mapping[str, str]) -> Table:
    """The table with those of the columns that it lacks, filled with their text in every row."""
    lacking = {column: text for column, text in added.items() if column not in table.header}
    if not lacking:
        return table
    return Table((*table.header, *lacking), tuple((*row, *lacking.values()) for row in table.rows))


def _same(found: Iterable[str], wanted: Iterable[str], table: str) -> None:
    found, wanted = set(found), set(wanted)
    for name in sorted(wanted - found):
        raise LawFault(table, "*", name, zh="缺少", en="is missing")
    for name in sorted(found - wanted):
        raise LawFault(table, "*", name, zh="不认识", en="is not known")


def _read(name: str, schema: TableSchema, table: Table) -> list[Row]:
    parsers = {**COMMON, **schema.columns}
    _same(table.header, parsers, name)
    rows = []
    for position, cells in enumerate(table.as_dicts(), 1):
        values: dict[str, object] = {}
        for column, parse in parsers.items():
            try:
                values[column] = parse(cells[column])
            except BadCell as bad:
                raise LawFault(name, cells["id"] or str(position), column, zh=bad.zh, en=bad.en) from None
        rows.append(schema.row(**values))  # type: ignore[arg-type]
    return rows


def _dated(name: str, schema: TableSchema, rows: list[Row]) -> tuple[Row, ...]:
    """Close each open row by its successor and refuse overlaps and gaps."""
    by_subject: dict[tuple[object, ...], list[Row]] = {}
    for row in rows:
        by_subject.setdefault(tuple(getattr(row, column) for column in schema.subject), []).append(row)
    closed = []
    for group in by_subject.values():
        group.sort(key=lambda row: row.valid_from)
        for row, after in zip(group, [*group[1:], None], strict=True):
            closed.append(_closed(name, schema, row, after))
    return tuple(sorted(closed, key=lambda row: row.id))


def _closed(name: str, schema: TableSchema, row: Row, after: Row | None) -> Row:
    if row.valid_to is not None and row.valid_to < row.valid_from:
        raise LawFault(name, row.id, "valid_to", zh="早于 valid_from", en="lies before valid_from")
    if after is None:
        return row
    last = after.valid_from - _ONE_DAY
    # An open end means "until a later row takes over": a change of law needs no edit of the row before it.
    if last < row.valid_from or (row.valid_to is not None and row.valid_to > last):
        raise LawFault(name, after.id, "valid_from", zh=f"与 {row.id} 的日期重叠", en=f"overlaps the days of {row.id}")
    if row.valid_to is not None and row.valid_to < last and not schema.gaps:
        raise LawFault(name, after.id, "valid_from", zh=f"与 {row.id} 之间有空档", en=f"leaves a gap after {row.id}")
    return replace(row, valid_to=last) if row.valid_to is None else row


def _ids_once(tables: LawTables) -> None:
    """An id names one row of the whole law: decisions store ids alone."""
    seen: dict[str, str] = {}
    for name in tables:
        for cells in tables[name].as_dicts():
            if cells["id"] in seen:
                other = seen[cells["id"]]
                raise LawFault(
                    name, cells["id"], "id", zh=f"编号已用于 {other}", en=f"the id is used in {other} already"
                )
            seen[cells["id"]] = name


def _meaning(rows: Mapping[str, tuple[Row, ...]]) -> None:
    """What no single cell can tell: a row is whole, and what it names exists."""
    classes = {row.rate_class for row in rows["vat_rates"] if isinstance(row, VatRow)}
    excise = {row.hs8 for row in rows["consumption_tax_rates"] if isinstance(row, ConsumptionRow)}
    limits = {row.limit_type for row in rows["limits"] if isinstance(row, LimitRow)}
    for name, group in rows.items():
        for row in group:
            fault = _row_fault(row, classes, excise, limits) or _uncovered(row, rows)
            if fault is not None:
                column, zh, en = fault
                raise LawFault(name, row.id, column, zh=zh, en=en)


def _row_fault(row: Row, classes: set[str], excise: set[str], limits: set[str]) -> tuple[str, str, str] | None:
    match row:
        case SettingRow():
            try:
                setting_value(row.value, row.unit)
            except BadCell as bad:
                return "value", bad.zh, bad.en
        case TreatmentRow(allowed=allowed, duty_share=d, vat_share=v, consumption_share=c):
            if any((share is not None) != allowed for share in (d, v, c)):
                return (
                    "allowed",
                    "允许时三个比例都须填写，否则都须为空",
                    "all three shares when allowed, none otherwise",
                )
        case ConsumptionRow():
            return _consumption_fault(row)
        case GoodsRow(vat_class=vat_class) if vat_class not in classes:
            return "vat_class", f"增值税类别不存在：{vat_class}", f"unknown VAT class: {vat_class}"
        case GoodsRow(consumption_hs8=hs8) if hs8 and hs8 not in excise:
            return "consumption_hs8", f"消费税表中没有 {hs8}", f"no consumption tax row for {hs8}"
        case ListRow(year_limit=limit) if limit and limit not in limits:
            return "year_limit", f"限值不存在：{limit}", f"unknown limit: {limit}"
        case ListRow(remark_zh=zh, remark_en=en) if bool(zh) != bool(en):
            return "remark_en", "备注须有中英文", "a remark needs both languages"
        case LaneRow(value_from=least, value_to=most) if least is not None and most is not None and most < least:
            return "value_to", "低于 value_from", "is below value_from"
        case RemedyRow(period=period, period_unit=unit) if (period is None) != (not unit):
            return "period_unit", "期限与单位须同时填写", "a period needs its unit, and a unit its period"
        case RetentionRow(least=least, most=most, unit=unit) if (least is None and most is None) != (not unit):
            return "unit", "期限与单位须同时填写", "a period needs its unit, and a unit its period"
        case RetentionRow(least=least, most=most) if least is not None and most is not None and most < least:
            return "most", "低于 least", "is below least"
    return None


def _uncovered(row: Row, rows: Mapping[str, tuple[Row, ...]]) -> tuple[str, str, str] | None:
    """What a row leans on must be there as long as itself: a decision may not find half a rule."""
    found: list[Row]
    match row:
        case GoodsRow(vat_class=needed):
            column = "vat_class"
            found = [one for one in rows["vat_rates"] if isinstance(one, VatRow) and one.rate_class == needed]
        case ListRow(year_limit=needed) if needed:
            column = "year_limit"
            found = [one for one in rows["limits"] if isinstance(one, LimitRow) and one.limit_type == needed]
        case LaneRow(price_outlier=True):
            column, needed = "price_outlier", "price_outlier_releases_min"
            found = [one for one in rows["settings"] if isinstance(one, SettingRow) and one.key == needed]
            if not found:
                return column, f"缺少设置 {needed}", f"the setting {needed} is missing"
        case _:
            return None
    last = max(one.valid_to or date.max for one in found)
    if min(one.valid_from for one in found) <= row.valid_from and (row.valid_to or date.max) <= last:
        return None
    return column, f"{needed} 未覆盖本行的全部有效期", f"{needed} is not there on all days of this row"


def _consumption_fault(row: ConsumptionRow) -> tuple[str, str, str] | None:
    parts = (row.threshold is not None, bool(row.threshold_currency), bool(row.threshold_per), bool(row.threshold_test))
    if any(parts) and not all(parts):
        return "threshold", "起征点须连同币种、单位、方向填写", "a threshold needs currency, unit and direction"
    if (row.yuan_per_litre is None) != (row.yuan_per_kg is None):
        return "yuan_per_kg", "从量税须同时给出每升和每千克", "an amount by quantity is given by litre and by kg"
    if row.threshold_per == "tonne" and not row.litres_per_kg:
        return "litres_per_kg", "按吨的起征点须给出升与千克的换算", "a threshold by the tonne needs litres_per_kg"
    return None


def _one_excise_a_day(rows: list[ConsumptionRow]) -> None:
    """At most one row of a code may apply to a line: rows of one code stand side by side only as alternatives."""
    by_code: dict[str, list[ConsumptionRow]] = {}
    for row in rows:
        for other in by_code.setdefault(row.hs8, []):
            if _overlap(row, other) and not _alternatives(row, other):
                zh, en = f"与 {other.id} 可能同时适用", f"may apply together with {other.id}"
                raise LawFault("consumption_tax_rates", row.id, "threshold_per", zh=zh, en=en)
        by_code[row.hs8].append(row)


def _overlap(one: Row, other: Row) -> bool:
    return one.valid_from <= (other.valid_to or date.max) and other.valid_from <= (one.valid_to or date.max)


def _alternatives(one: ConsumptionRow, other: ConsumptionRow) -> bool:
    """By sheet or by content, told by the goods code; or on either side of one threshold."""
    if {one.threshold_per, other.threshold_per} == {"gram_or_ml", "sheet"}:
        return True
    same_line = (one.threshold_per, one.threshold, one.threshold_currency)
    return bool(one.threshold_per) and same_line == (other.threshold_per, other.threshold, other.threshold_currency)
