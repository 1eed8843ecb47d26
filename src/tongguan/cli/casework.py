"""The officers' queue and the pauses of release, listed; and the scope of a pause as options give it."""

from __future__ import annotations

from typing import Annotated

import typer

from tongguan.clearance.handling import Scope
from tongguan.cli.house import opened, work_off
from tongguan.cli.show import fail, note, print_json, print_table, say
from tongguan.cli.times import CHINA
from tongguan.codes.catalogue import table
from tongguan.store.reading import Reader

Db = Annotated[str | None, typer.Option("--db", help="data folder 数据文件夹")]
AsJson = Annotated[bool, typer.Option("--json")]


def queue(
    officer: Annotated[str | None, typer.Option(help="whose cases; '' for nobody's 经办关员，空为未分派")] = None,
    office: Annotated[str, typer.Option(help="customs office, four digits 关区")] = "",
    agency: Annotated[str, typer.Option(help="customs, inspection, tax … 部门")] = "",
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 100,
    db: Db = None,
    as_json: AsJson = False,
) -> None:
    """List what waits for a person, oldest first. 列出等待人工处理的单证。"""
    if agency and not table("agencies").has(agency):
        known = " ".join(table("agencies"))
        fail(f"没有部门 {agency}；可用：{known}", f"there is no agency {agency}; known: {known}")
    store = opened(db)
    work_off(store)
    reader = Reader(store)
    rows = reader.queue(office=office, agency=agency, officer=officer, limit=limit + 1)
    reader.close()
    if as_json:
        print_json({"items": rows[:limit], "more": len(rows) > limit})
        return
    print_table(
        "",
        (("自", "since"), ("单证", "document"), ("版本", "version"), ("状态与原因", "status, why"), ("部门", "agency"),
         ("关员", "officer")),
        ((f"{row.since.astimezone(CHINA):%m-%d %H:%M}", f"{row.kind} {' '.join(row.key)}", row.version,
          f"{row.status} {' '.join(row.why)}", " ".join(row.agencies), row.officer) for row in rows[:limit]),
    )  # fmt: skip
    if len(rows) > limit:
        note("还有更多，用 --limit 查看", "there are more; see them with --limit")


def pauses(
    everything: Annotated[bool, typer.Option("--all", help="also those that have ended 含已恢复")] = False,
    db: Db = None,
    as_json: AsJson = False,
) -> None:
    """List the pauses of release. 列出放行暂停。"""
    store = opened(db)
    work_off(store)
    reader = Reader(store)
    found = [one for one in reader.pauses() if everything or one.resumed_at is None]
    reader.close()
    if as_json:
        print_json([{"id": one.id, "scope": shown(one.scope), "agency": one.agency, "actor": one.actor, "at": one.at,
                     "resumedBy": one.resumed_by, "resumedAt": one.resumed_at} for one in found])  # fmt: skip
        return
    print_table(
        "",
        (("编号", "id"), ("范围", "scope"), ("部门", "agency"), ("设置", "set by"), ("自", "since"), ("恢复", "ended by")),
        ((one.id, " ".join(f"{name}={value}" for name, value in shown(one.scope).items()) or say("全部", "everything"),
          one.agency, one.actor, f"{one.at.astimezone(CHINA):%Y-%m-%d %H:%M}", one.resumed_by) for one in found),
    )  # fmt: skip


def scope_of(office: str, lane: str, goods: str, origin: str, party: str, *, everything: bool) -> Scope:
    """The scope of a pause. An emergency is asked for by name, never by leaving everything out."""
    scope = Scope(office, lane, goods, origin, party)
    if everything != (scope == Scope()):
        fail(
            "请给出暂停范围（关区、通道、商品、原产国或企业），或用 --everything 暂停全部",
            "say what to pause (office, lane, goods, origin or party), or --everything for all",
        )
    return scope


def shown(scope: Scope) -> dict[str, str]:
    """The parts of a scope that are given."""
    named = ((name, getattr(scope, name)) for name in scope.__struct_fields__)
    return {name: value for name, value in named if value}
