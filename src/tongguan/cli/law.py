"""``tongguan law``: what the law says on a day, and where it says so."""

from __future__ import annotations

from dataclasses import asdict, fields
from datetime import date, datetime
from typing import Annotated

import typer

from tongguan.cli.show import fail, note, out, print_json, say
from tongguan.cli.times import CHINA
from tongguan.law.snapshot import Row, build_law, pack, package_tables

app = typer.Typer(no_args_is_help=True, help="The law in force 现行法规")


@app.command("show")
def show(
    day: Annotated[str, typer.Argument(help="day as 2026-11-24; today if left out 日期，缺省为今天")] = "",
    table: Annotated[str, typer.Option(help="one table only 只看一张表")] = "",
    doubtful: Annotated[bool, typer.Option(help="only rows whose basis is to be checked 只看依据待核的行")] = False,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Print the rows of law in force on a day with their sources. 列出某日生效的法规行及其来源。"""
    try:
        on = date.fromisoformat(day) if day else datetime.now(CHINA).date()
    except ValueError:
        fail(f"日期「{day}」无法识别，请写作 2026-11-24", f"no date: {day}; write 2026-11-24")
    law = build_law(pack(package_tables()))
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


def _content(row: Row) -> str:
    """The columns that only this kind of row has."""
    common = {one.name for one in fields(Row)}
    own = ((one.name, getattr(row, one.name)) for one in fields(row) if one.name not in common)
    return "  ".join(f"{name}={value}" for name, value in own if value not in (None, "", ()))


def _in_force(row: Row, day: date) -> bool:
    return row.valid_from <= day and (row.valid_to is None or day <= row.valid_to)
