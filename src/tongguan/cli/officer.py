"""``tongguan officer``: what an officer does to one inventory, as a command with a name and a reason."""

from __future__ import annotations

from typing import Annotated

import typer

from tongguan.cli.house import give, opened, work_off
from tongguan.cli.show import BAD_INPUT, fail, note, print_json
from tongguan.gateway.answer import problem_form
from tongguan.store.reading import Reader

app = typer.Typer(no_args_is_help=True, help="Officers' decisions 关员处理")
Agent = Annotated[str, typer.Argument(help="agentCode of the inventory 申报企业代码")]
Cop = Annotated[str, typer.Argument(help="copNo of the inventory 企业内部编号")]
Actor = Annotated[str, typer.Option(help="who decides 经办关员")]
Reason = Annotated[str, typer.Option(help="why 理由")]
Seen = Annotated[int, typer.Option("--version", help="version of the case that was seen, 0 = any 所见版本，0 为不限")]
Db = Annotated[str | None, typer.Option("--db", help="data folder 数据文件夹")]
AsJson = Annotated[bool, typer.Option("--json")]


@app.command("release")
def release(
    agent: Agent,
    cop_no: Cop,
    actor: Actor,
    reason: Reason = "",
    version: Seen = 0,
    db: Db = None,
    as_json: AsJson = False,
) -> None:
    """Lift customs' review of an inventory; it is released if no other agency holds it. 解除人工审核。"""
    _decide("release", (agent, cop_no), actor, reason, version, db, as_json)


@app.command("reject")
def reject(
    agent: Agent, cop_no: Cop, actor: Actor, reason: Reason, version: Seen = 0, db: Db = None, as_json: AsJson = False
) -> None:
    """Reject an inventory with a reason that the filer is told. 人工退单，理由将告知申报方。"""
    _decide("reject", (agent, cop_no), actor, reason, version, db, as_json)


def _decide(
    action: str, key: tuple[str, str], actor: str, reason: str, version: int, db: str | None, as_json: bool
) -> None:
    store = opened(db)
    reader = Reader(store)
    if reader.documents_of("inventory", key) is None:
        fail(f"没有清单 {' / '.join(key)}", f"there is no inventory {' / '.join(key)}")
    command_id = give(store, action, actor=actor, reason=reason, kind="inventory", key=key, version=version)
    work_off(store)
    view = reader.filing(command_id)
    document = reader.documents_of("inventory", key)
    record = view.records[0] if view and view.records else None
    if document is None or record is None:
        fail("命令尚未处理，请稍后再查", "the command has not been decided yet; look again later")
    if as_json:
        problems = [problem_form(problem) for problem in record.problems]
        print_json({"outcome": record.outcome, "status": document.status, "problems": problems})
        if record.outcome == "refused":
            raise typer.Exit(BAD_INPUT)
        return
    if record.outcome == "refused":
        problem = record.problems[0]
        fail(f"{problem.text_zh}；{problem.fix_zh}", f"{problem.text_en}; {problem.fix_en}")
    note(f"清单状态为 {document.status}", f"the inventory is now at {document.status}")
