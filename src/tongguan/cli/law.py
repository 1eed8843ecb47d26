"""``tongguan law show`` and ``law diff``: what the law says on a day, where it says so, and how two laws differ."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, fields
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from tongguan.cli.house import exists, in_force, named_faults, opened
from tongguan.cli.show import fail, note, out, print_json, say
from tongguan.cli.times import CHINA
from tongguan.law.change import RowChange, merge, row_changes
from tongguan.law.snapshot import Law, LawFault, LawTables, Row, build_law, pack, package_tables, read_tables, unpack
from tongguan.store.lawbook import Lawbook
from tongguan.store.layout import Store

app = typer.Typer(no_args_is_help=True, help="The law in force and its changes 现行法规及其变更")
Db = Annotated[str | None, typer.Option("--db", help="data folder 数据文件夹")]
AsJson = Annotated[bool, typer.Option("--json")]

PACKAGE = "package"
"""How the tables that come with this program are named where a digest is asked for."""


@app.command("show")
def show(
    day: Annotated[str, typer.Argument(help="day as 2026-11-24; today if left out 日期，缺省为今天")] = "",
    table: Annotated[str, typer.Option(help="one table only 只看一张表")] = "",
    doubtful: Annotated[bool, typer.Option(help="only rows whose basis is to be checked 只看依据待核的行")] = False,
    db: Db = None,
    as_json: AsJson = False,
) -> None:
    """Print the rows of law in force on a day with their sources. 列出某日生效的法规行及其来源。"""
    try:
        on = date.fromisoformat(day) if day else datetime.now(CHINA).date()
    except ValueError:
        fail(f"日期「{day}」无法识别，请写作 2026-11-24", f"no date: {day}; write 2026-11-24")
    law = built(packed_law(db))
    if table and table not in law.table_names():
        fail(
            f"没有表 {table}，可选：{'、'.join(law.table_names())}",
            f"no table {table}; there are: {', '.join(law.table_names())}",
        )
    rows = [
        (name, row)
        for name in law.table_names()
        if table in ("", name)
        for row in law.rows(name)
        if _in_force(row, on) and (row.doubtful or not doubtful)
    ]
    if as_json:
        print_json({"day": on, "digest": law.digest, "rows": [{"table": name, **asdict(row)} for name, row in rows]})
        return
    out.print(f"{on}  {law.digest}", markup=False)
    for name, row in rows:
        until = row.valid_to or say("至今", "now")
        doubt = say("，依据待核", ", basis to be checked") if row.doubtful else ""
        out.print(f"{row.id}  {name}  {row.valid_from} – {until}", markup=False)
        out.print(f"    {say(row.zh, row.en)}: {_content(row)}", markup=False)
        out.print(f"    {say('来源', 'source')}: {row.source} ({row.confidence}{doubt})", markup=False)
    note(f"{len(rows)} 行", f"{len(rows)} rows")


@app.command("diff")
def diff(
    former: Annotated[str, typer.Argument(metavar="A", help="digest, folder or 'package' 摘要、文件夹或 package")],
    later: Annotated[str, typer.Argument(metavar="B", help="digest, folder or 'package' 摘要、文件夹或 package")],
    db: Db = None,
    as_json: AsJson = False,
) -> None:
    """Print the rows in which two laws differ. A folder counts as laid over A. 逐行列出两份法规的差异，文件夹叠加在 A 之上。"""
    base = _tables_of(former, db, package_tables())
    changes = row_changes(base, _tables_of(later, db, base))
    if as_json:
        print_json([change_form(change) for change in changes])
        return
    print_changes(changes)
    note(f"{len(changes)} 行不同", f"{len(changes)} rows differ")


def packed_law(db: str | None) -> bytes:
    """The law in force in the store that ``--db`` or the settings name; where there is no store, the package's."""
    if db or exists(db):
        with named_faults():
            found = in_force(opened(db), "law")
        if found is None:
            fail("尚无生效的法规快照", "no law is in force in this store yet")
        return found
    return pack(package_tables())


def packed_law_of(store: Store, named: str) -> bytes:
    """The law that a digest in the store, ``package`` or a folder (laid over the law in force) names, if sound."""
    with named_faults():
        book = Lawbook(store)
        try:
            standing = unpack(book.packed(book.in_force()))
            if named != PACKAGE and not Path(named).is_dir():
                return book.packed(book.find(named))
        finally:
            book.close()
    packed = pack(laid_over(standing, Path(named)))
    built(packed)
    return packed


def built(packed: bytes) -> Law:
    """The law of these bytes. Ends the command where this version cannot read it, with what stands in its way."""
    try:
        return build_law(packed)
    except LawFault as fault:
        fail_by(fault)


def read_folder(folder: Path) -> LawTables:
    """The law tables in a folder, or the package's own where it is called ``package``. Ends the command on a fault."""
    if str(folder) == PACKAGE:
        return package_tables()
    files = sorted(folder.glob("*.csv")) if folder.is_dir() else []
    if not files:
        fail(f"文件夹 {folder} 中没有 CSV 法规表", f"there is no law table (CSV) in the folder {folder}")
    try:
        return read_tables({file.stem: file.read_text(encoding="utf-8") for file in files})
    except UnicodeDecodeError:
        fail(f"{folder} 中的文件不是 UTF-8 编码", f"a file in {folder} is not UTF-8")
    except LawFault as fault:
        fail_by(fault)


def laid_over(base: LawTables, folder: Path) -> LawTables:
    """The law with a folder's rows laid over it. Ends the command on a fault."""
    try:
        return merge(base, read_folder(folder))
    except LawFault as fault:
        fail_by(fault)


def fail_by(fault: LawFault) -> NoReturn:
    """End the command with what is wrong with the law: table, row, column."""
    where = f"{fault.table}.csv {fault.row} {fault.column}"
    fail(f"{where}：{fault.zh}", f"{where}: {fault.en}")


def print_changes(changes: Iterable[RowChange]) -> None:
    """Row by row: what is new, what ended, which cells differ."""
    for change in changes:
        shown = change.after or change.before or {}
        span = f"{shown['valid_from']} – {shown['valid_to'] or say('至今', 'now')}"
        out.print(f"{say(*_KINDS[change.kind])}  {change.row_id}  {change.table}  {span}", markup=False)
        out.print(f"    {say(shown['zh'], shown['en'])}", markup=False)
        if change.before is None or change.after is None:
            cells = "  ".join(f"{name}={cell}" for name, cell in shown.items() if cell and name not in _TOLD_APART)
            out.print(f"    {cells}", markup=False)
        for column in change.columns:
            if change.before is not None and change.after is not None:
                before, after = change.before.get(column, ""), change.after[column]
                out.print(f"    {column}: {before or '∅'} → {after or '∅'}", markup=False)
        out.print(
            f"    {say('来源', 'source')}: {shown['source']} ({shown['confidence']}, {shown['mark']})", markup=False
        )


def change_form(change: RowChange) -> dict[str, object]:
    """A changed row as JSON has it."""
    return {"table": change.table, "id": change.row_id, "kind": change.kind, "columns": change.columns,
            "before": change.before, "after": change.after}  # fmt: skip


_KINDS = {
    "added": ("新增", "added"), "removed": ("删去", "removed"), "ended": ("终止", "ended"),
    "worded": ("措辞或来源", "worded"), "changed": ("更改", "changed"),
}  # fmt: skip
_TOLD_APART = ("id", "zh", "en", "valid_from", "valid_to", "source", "confidence", "mark")


def _tables_of(name: str, db: str | None, base: LawTables) -> LawTables:
    """The tables that a digest in the store, a folder or ``package`` names. A folder is laid over ``base``."""
    if name == PACKAGE:
        return package_tables()
    if Path(name).is_dir():
        return laid_over(base, Path(name))
    with named_faults():
        book = Lawbook(opened(db))
        try:
            return unpack(book.packed(book.find(name)))
        finally:
            book.close()


def _content(row: Row) -> str:
    """The columns that only this kind of row has."""
    common = {one.name for one in fields(Row)}
    own = ((one.name, getattr(row, one.name)) for one in fields(row) if one.name not in common)
    return "  ".join(f"{name}={value}" for name, value in own if value not in (None, "", ()))


def _in_force(row: Row, day: date) -> bool:
    return row.valid_from <= day and (row.valid_to is None or day <= row.valid_to)
