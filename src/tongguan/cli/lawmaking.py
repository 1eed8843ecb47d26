"""``tongguan law import``, ``staged``, ``approve``, ``withdraw``, ``affected``: two persons change the law."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from tongguan.ceb.problem import Problem
from tongguan.cli.house import give, in_force, named_faults, opened, work_off
from tongguan.cli.law import AsJson, Db, app, change_form, fail_by, laid_over, print_changes
from tongguan.cli.show import BAD_INPUT, err, fail, note, out, print_json, print_problem, say
from tongguan.gateway.answer import problem_form
from tongguan.law.change import refuse_open_gaps, row_changes, spans_lost
from tongguan.law.snapshot import Law, LawFault, build_law, digest, pack, unpack
from tongguan.law.staging import OPEN, Staged
from tongguan.store.lawbook import Lawbook, StagedView, Use
from tongguan.store.layout import Store
from tongguan.store.reading import Reader

Digest = Annotated[str, typer.Argument(help="digest of the change, six digits or more 变更的摘要，至少六位")]
Actor = Annotated[str, typer.Option(help="who does it 责任人")]


@app.command("import")
def import_(
    folder: Annotated[Path, typer.Argument(help="folder of law tables, or 'package' 法规表文件夹，或 package")],
    actor: Annotated[str, typer.Option(help="who makes the change 经办人")],
    retroactive: Annotated[
        str, typer.Option(metavar="REASON", help="why it reaches back before tomorrow 溯及既往的理由")
    ] = "",
    db: Db = None,
    as_json: AsJson = False,
) -> None:
    """Stage a change of law for another person to approve; shows it row by row. 暂存法规变更待他人复核，逐行显示差异。"""
    store = _ready(db)
    packed = in_force(store, "law")
    if packed is None:
        fail("尚无生效的法规快照", "no law is in force in this store yet")
    tables = laid_over(unpack(packed), folder)
    new = pack(tables)
    _build_beside(packed, new)
    changes = row_changes(unpack(packed), tables)
    if not as_json:
        print_changes(changes)
    command = give(store, "law_stage", actor=actor, key=(digest(packed),), snapshot=new, reason=retroactive)
    _decided(store, command, as_json)
    if as_json:
        rows = [change_form(change) for change in changes]
        print_json({"digest": digest(new), "base": digest(packed), "maker": actor, "rows": rows})
        return
    note(
        f"{len(changes)} 行变更已暂存，摘要 {digest(new)}；请另一人运行 tongguan law approve {digest(new)[:12]} --actor 姓名",
        f"{len(changes)} rows staged, digest {digest(new)}; let another person run `tongguan law approve"
        f" {digest(new)[:12]} --actor NAME`",
    )


@app.command("staged")
def staged(
    everything: Annotated[bool, typer.Option("--all", help="also those decided 含已办结")] = False,
    db: Db = None,
    as_json: AsJson = False,
) -> None:
    """List the changes of law that wait for approval. 列出待复核的法规变更。"""
    with _book(_ready(db)) as book:
        found = [view for view in book.staged() if everything or view.staged.state == OPEN]
    if as_json:
        print_json([_view_form(view) for view in found])
        return
    for view in found:
        one = view.staged
        ended = f"  {say(*_STATES[one.state])} {one.checker}" if one.checker else ""
        out.print(f"{one.digest[:12]}  {view.at:%Y-%m-%d %H:%M}Z  {say('经办', 'by')} {one.maker}{ended}", markup=False)
        out.print(f"    {say('依据', 'against')} {one.base[:12]}", markup=False)
        if one.retroactive:
            out.print(f"    {say('溯及既往', 'retroactive')}: {view.reason}", markup=False)
    note(f"{len(found)} 项", f"{len(found)} changes")


@app.command("approve")
def approve(
    named: Digest, actor: Actor, reason: Annotated[str, typer.Option(help="note 说明")] = "", db: Db = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Bring a staged change into force; not by its maker. 复核并使暂存的变更生效，不得由经办人本人复核。"""
    store = _ready(db)
    with _book(store) as book:
        whole = book.find(named)
    command = give(store, "law_approve", actor=actor, reason=reason, key=(whole,))
    _decided(store, command, as_json)
    if not as_json:
        note(f"法规 {whole} 已生效", f"the law {whole} is in force")
    _show_uses(store, whole, as_json, {"digest": whole, "checker": actor})


@app.command("withdraw")
def withdraw(named: Digest, actor: Actor, reason: Annotated[str, typer.Option(help="why 理由")] = "", db: Db = None,
             as_json: AsJson = False) -> None:  # fmt: skip
    """Take back a staged change. 撤回暂存的变更。"""
    store = _ready(db)
    with _book(store) as book:
        whole = book.find(named)
    _decided(store, give(store, "law_withdraw", actor=actor, reason=reason, key=(whole,)), as_json)
    if as_json:
        print_json({"digest": whole, "state": "withdrawn"})
    else:
        note(f"变更 {whole} 已撤回", f"the change {whole} is withdrawn")


@app.command("affected")
def affected(named: Digest, db: Db = None, as_json: AsJson = False) -> None:
    """List decisions that used a row which the change ended or altered for their day. 列出使用过被变更行的裁决。"""
    store = _ready(db)
    with _book(store) as book:
        whole = book.find(named)
    _show_uses(store, whole, as_json, {"digest": whole})


def _show_uses(store: Store, whole: str, as_json: bool, form: dict[str, Any]) -> None:
    with err.status(say("查找受影响的裁决", "looking for decisions concerned")), _book(store) as book:
        uses = _uses(book, whole)
    if as_json:
        print_json({**form, "affected": uses})
        return
    for use in uses:
        out.print(
            f"{use.day}  {use.kind} {'/'.join(use.key)}  {use.status} {use.outcome}  {use.row_id}"
            f"  {say('案件', 'case')} {use.case_id}", markup=False,
        )  # fmt: skip
    note(f"受影响的裁决 {len(uses)} 个", f"{len(uses)} decisions are concerned")


def _uses(book: Lawbook, whole: str) -> list[Use]:
    row = next((view.staged for view in book.staged() if view.staged.digest == whole), None)
    if row is None:
        fail(f"{whole} 不是经暂存的变更", f"{whole} was never staged")
    spans = spans_lost(build_law(book.packed(row.base)), build_law(book.packed(whole)))
    return list(book.uses(spans))


def _build_beside(packed: bytes, new: bytes) -> Law:
    """The new law, if it is sound beside the one in force. Ends the command on a fault."""
    try:
        law = build_law(new)
        refuse_open_gaps(build_law(packed), law)
        return law
    except LawFault as fault:
        fail_by(fault)


def _decided(store: Store, command: str, as_json: bool) -> None:
    """Have the command decided. Ends the command line with the reasons when the engine refuses it."""
    work_off(store)
    reader = Reader(store)
    view = reader.filing(command)
    reader.close()
    record = view.records[0] if view and view.records else None
    if record is None or record.state != "decided":
        fail("命令尚未处理，请稍后再查", "the command has not been decided yet; look again later")
    if record.outcome == "refused":
        _refuse(record.problems, as_json)


def _refuse(problems: Sequence[Problem], as_json: bool) -> None:
    if as_json:
        print_json({"outcome": "refused", "problems": [problem_form(problem) for problem in problems]})
    for problem in problems:
        print_problem(problem)
    raise typer.Exit(BAD_INPUT)


def _ready(db: str | None) -> Store:
    """The store, with everything decided that waits, so that what is read is what stands."""
    store = opened(db)
    work_off(store)
    return store


@contextmanager
def _book(store: Store) -> Iterator[Lawbook]:
    """A lawbook that is closed again, its faults told as sentences."""
    with named_faults():
        book = Lawbook(store)
        try:
            yield book
        finally:
            book.close()


def _view_form(view: StagedView) -> dict[str, Any]:
    one: Staged = view.staged
    return {"digest": one.digest, "base": one.base, "maker": one.maker, "at": view.at, "state": one.state,
            "retroactive": one.retroactive, "reason": view.reason, "checker": one.checker}  # fmt: skip


_STATES = {"in_force": ("已由其复核生效：", "approved by"), "withdrawn": ("已由其撤回：", "withdrawn by")}
