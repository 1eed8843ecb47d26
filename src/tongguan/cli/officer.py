"""``tongguan officer``: what officers do to cases, and what filers answer them, each with a name and a reason."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

import typer

from tongguan.cli import casework
from tongguan.cli.house import give, opened, work_off
from tongguan.cli.show import BAD_INPUT, fail, note, print_json, print_problem
from tongguan.gateway.answer import problem_form
from tongguan.store.layout import Store
from tongguan.store.reading import Reader, RecordView

app = typer.Typer(no_args_is_help=True, help="Officers' decisions 关员处理")
Kind = Literal["inventory", "cancellation", "goods_return"]
Agent = Annotated[str, typer.Argument(metavar="AGENTCODE", help="declarant's code 申报企业代码")]
Cop = Annotated[str, typer.Argument(metavar="COPNO", help="declarant's own number 企业内部编号")]
Of = Annotated[Kind, typer.Option("--kind", help="which document 单证种类")]
Actor = Annotated[str, typer.Option(help="who acts; a registered officer where there are any 经办关员")]
Reason = Annotated[str, typer.Option(help="why 理由")]
Seen = Annotated[int, typer.Option("--version", help="version of the case that was seen, 0 = any 所见版本，0 为不限")]
Day = Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="the last day in China for the answer 答复截止日")]
Db = Annotated[str | None, typer.Option("--db", help="data folder 数据文件夹")]
AsJson = Annotated[bool, typer.Option("--json")]

app.command("queue")(casework.queue)
app.command("pauses")(casework.pauses)


@app.command("take")
def take(agent: Agent, cop_no: Cop, actor: Actor, kind: Of = "inventory", version: Seen = 0, db: Db = None,
         as_json: AsJson = False) -> None:  # fmt: skip
    """Take a case that nobody has. 领取未分派的案件。"""
    _act("take", kind, (agent, cop_no), actor, version, db, as_json)


@app.command("withdraw")
def withdraw(agent: Agent, cop_no: Cop, actor: Actor, reason: Reason, kind: Of = "inventory", version: Seen = 0,
             db: Db = None, as_json: AsJson = False) -> None:  # fmt: skip
    """Give a case up for a conflict of interest; another officer is drawn. 回避，另行抽取关员。"""
    _act("withdraw", kind, (agent, cop_no), actor, version, db, as_json, reason=reason)


@app.command("hand-over")
def hand_over(agent: Agent, cop_no: Cop, actor: Actor, reason: Reason,
              to: Annotated[str, typer.Option(help="id of the officer who gets it 接收关员")], kind: Of = "inventory",
              version: Seen = 0, db: Db = None, as_json: AsJson = False) -> None:  # fmt: skip
    """Hand a case over to another officer. 将案件移交另一关员。"""
    _act("hand_over", kind, (agent, cop_no), actor, version, db, as_json, reason=reason, choice=to)


@app.command("ask")
def ask(agent: Agent, cop_no: Cop, actor: Actor, question: Annotated[str, typer.Option(help="what is asked 询问内容")],
        until: Day, version: Seen = 0, db: Db = None, as_json: AsJson = False) -> None:  # fmt: skip
    """Ask the filer a question, to be answered by a day. 询问申报方，限期答复。"""
    _act("ask", "inventory", (agent, cop_no), actor, version, db, as_json, reason=question, deadline=until.date())


@app.command("answer")
def answer(agent: Agent, cop_no: Cop, text: Annotated[str, typer.Option(help="the answer 答复内容")],
           actor: Annotated[str, typer.Option(help="code of the company that answers 答复企业代码")], db: Db = None,
           as_json: AsJson = False) -> None:  # fmt: skip
    """Note a filer's answer to the open question. 登记申报方的答复。"""
    _act("answer", "inventory", (agent, cop_no), actor, 0, db, as_json, reason=text)


@app.command("release")
def release(agent: Agent, cop_no: Cop, actor: Actor, reason: Reason = "", kind: Of = "inventory", version: Seen = 0,
            db: Db = None, as_json: AsJson = False) -> None:  # fmt: skip
    """Lift the holds of one's own agency; released if nothing else is open. Approves a cancellation. 解除本部门布控。"""
    _act("release", kind, (agent, cop_no), actor, version, db, as_json, reason=reason)


@app.command("reject")
def reject(agent: Agent, cop_no: Cop, actor: Actor, reason: Reason, kind: Of = "inventory", version: Seen = 0,
           db: Db = None, as_json: AsJson = False) -> None:  # fmt: skip
    """Reject with a reason that the filer is told. 人工退单，理由将告知申报方。"""
    _act("reject", kind, (agent, cop_no), actor, version, db, as_json, reason=reason)


@app.command("examine")
def examine(agent: Agent, cop_no: Cop, actor: Actor, reason: Reason, version: Seen = 0, db: Db = None,
            as_json: AsJson = False) -> None:  # fmt: skip
    """Order an examination (500). 布控查验。"""
    _act("examine", "inventory", (agent, cop_no), actor, version, db, as_json, reason=reason)


@app.command("suspend")
def suspend(agent: Agent, cop_no: Cop, actor: Actor, reason: Reason, version: Seen = 0, db: Db = None,
            as_json: AsJson = False) -> None:  # fmt: skip
    """Suspend (600). 挂起。"""
    _act("suspend", "inventory", (agent, cop_no), actor, version, db, as_json, reason=reason)


@app.command("lift")
def lift(agent: Agent, cop_no: Cop, actor: Actor, reason: Reason,
         hold: Annotated[str, typer.Option(help="kind of hold: review, examination, suspend, detention … 布控种类")],
         version: Seen = 0, db: Db = None, as_json: AsJson = False) -> None:  # fmt: skip
    """Lift one kind of hold of one's own agency, a detention too. 解除本部门的某种布控，含扣留。"""
    _act("lift", "inventory", (agent, cop_no), actor, version, db, as_json, reason=reason, hold=hold)


@app.command("detain")
def detain(agent: Agent, cop_no: Cop, actor: Actor, reason: Reason,
           status: Annotated[Literal["501", "502", "503", "599"], typer.Option(help="kind of detention 扣留种类")],
           document_no: Annotated[str, typer.Option("--document-no", help="number of the decision 决定书编号")],
           approver: Annotated[str, typer.Option(help="who approves; empty: approve later 批准人，空则待批准")] = "",
           version: Seen = 0, db: Db = None, as_json: AsJson = False) -> None:  # fmt: skip
    """Detain with the approval of a second person, or propose it. 经另一人批准扣留，或提请批准。"""
    _act("detain", "inventory", (agent, cop_no), actor, version, db, as_json, reason=reason, choice=status,
         document_no=document_no, approver=approver)  # fmt: skip


@app.command("approve")
def approve(agent: Agent, cop_no: Cop, actor: Actor, reason: Reason = "", version: Seen = 0, db: Db = None,
            as_json: AsJson = False) -> None:  # fmt: skip
    """Approve the detention that is proposed; by an officer of higher rank. 批准所提请的扣留。"""
    _act("approve", "inventory", (agent, cop_no), actor, version, db, as_json, reason=reason)


@app.command("ship-back")
def ship_back(agent: Agent, cop_no: Cop, actor: Actor, reason: Reason, version: Seen = 0, db: Db = None,
              as_json: AsJson = False) -> None:  # fmt: skip
    """Have the goods shipped back (700); what was held is given back. 退运，返还所占额度。"""
    _act("ship_back", "inventory", (agent, cop_no), actor, version, db, as_json, reason=reason)


@app.command("request-review")
def request_review(agent: Agent, cop_no: Cop, reason: Reason,
                   actor: Annotated[str, typer.Option(help="code of the company that asks 申请企业代码")], db: Db = None,
                   as_json: AsJson = False) -> None:  # fmt: skip
    """Note that a filer asks for another officer's review. 登记申报方的复核申请。"""
    _act("request_review", "inventory", (agent, cop_no), actor, 0, db, as_json, reason=reason)


@app.command("review")
def review(agent: Agent, cop_no: Cop, actor: Actor, reason: Reason,
           outcome: Annotated[Literal["confirm", "reverse"], typer.Option(help="what it comes to 复核结论")],
           version: Seen = 0, db: Db = None, as_json: AsJson = False) -> None:  # fmt: skip
    """Review a rejection or a detention; not by those who decided it. 内部复核，不得由原经办人办理。"""
    _act("review", "inventory", (agent, cop_no), actor, version, db, as_json, reason=reason, choice=outcome)


@app.command("goods-back")
def goods_back(agent: Agent, cop_no: Cop, actor: Actor, reason: Reason = "",
               day: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="when they came, default today"
                                                            " 运抵日期，默认今天")] = None,
               version: Seen = 0, db: Db = None, as_json: AsJson = False) -> None:  # fmt: skip
    """Say that the goods of a goods return are back in the site. 确认退货已运抵原监管场所。"""
    _act("goods_back", "goods_return", (agent, cop_no), actor, version, db, as_json, reason=reason,
         day=day.date() if day else None)  # fmt: skip


@app.command("paid")
def paid(number: Annotated[str, typer.Argument(metavar="ENTDUTYNO", help="number of the payment bill 缴款书编号")],
         actor: Actor, reason: Reason = "", db: Db = None, as_json: AsJson = False) -> None:  # fmt: skip
    """Say that a payment bill is paid: its guarantees are free again. 确认缴款书已缴，释放担保。"""
    store = opened(db)
    _told(*_decided(store, "paid", actor, kind="payment_bill", key=(number,), reason=reason), as_json)


@app.command("pause")
def pause(
    actor: Actor,
    reason: Reason,
    office: Annotated[str, typer.Option(help="leading digits of the office 关区前缀")] = "",
    lane: Annotated[str, typer.Option(help="id of a lane 通道编号")] = "",
    goods: Annotated[str, typer.Option(help="leading digits of goods codes 商品编码前缀")] = "",
    origin: Annotated[str, typer.Option(help="country of origin, three digits 原产国代码")] = "",
    party: Annotated[str, typer.Option(help="code of a company 企业代码")] = "",
    everything: Annotated[bool, typer.Option("--everything", help="an emergency: pause all release 全部暂停")] = False,
    db: Db = None,
    as_json: AsJson = False,
) -> None:
    """Pause release; what is filed is still taken. Another person ends it. 暂停放行，仍受理申报；须由另一人恢复。"""
    scope = casework.scope_of(office, lane, goods, origin, party, everything=everything)
    store = opened(db)
    _told(*_decided(store, "pause", actor, kind="pause", reason=reason, scope=scope), as_json)


@app.command("resume")
def resume(pause_id: Annotated[str, typer.Argument(metavar="PAUSE", help="id of the pause 暂停编号")], actor: Actor,
           reason: Reason, db: Db = None, as_json: AsJson = False) -> None:  # fmt: skip
    """End a pause; not by who set it. 恢复放行，不得由设置人办理。"""
    store = opened(db)
    _told(*_decided(store, "resume", actor, kind="pause", key=(pause_id,), reason=reason), as_json)


def _act(
    action: str, kind: Kind, key: tuple[str, str], actor: str, version: int, db: str | None, as_json: bool,
    **fields: Any,
) -> None:  # fmt: skip
    """Give one command about a document, and say what became of it."""
    store = opened(db)
    reader = Reader(store)
    if reader.documents_of(kind, key) is None:
        fail(f"没有单证 {kind} {' / '.join(key)}", f"there is no {kind} {' / '.join(key)}")
    reader.close()
    _told(*_decided(store, action, actor, kind=kind, key=key, version=version, **fields), as_json)


def _decided(store: Store, action: str, actor: str, **fields: Any) -> tuple[str, RecordView]:
    """Have a command decided: its id and what became of it. Ends the command line when nobody has come to it yet."""
    for text in (actor, *(value for value in fields.values() if isinstance(value, str))):
        if not _is_text(text):
            fail(
                "参数含有无法识别的字节，请以 UTF-8 输入", "an argument holds bytes that are no text; enter it in UTF-8"
            )
    command_id = give(store, action, actor=actor, **fields)
    work_off(store)
    reader = Reader(store)
    view = reader.filing(command_id)
    reader.close()
    record = view.records[0] if view and view.records else None
    if record is None or record.state != "decided":
        fail("命令尚未处理，请稍后再查", "the command has not been decided yet; look again later")
    return command_id, record


def _is_text(argument: str) -> bool:
    """Whether an argument of the command line is text: bytes that are none come in as lone surrogates."""
    return not any("\ud800" <= letter <= "\udfff" for letter in argument)


def _told(command_id: str, record: RecordView, as_json: bool) -> None:
    """What became of a command; exit status 2 when it was refused."""
    if as_json:
        problems = [problem_form(problem) for problem in record.problems]
        told = {"command": command_id, "outcome": record.outcome, "status": record.status}
        print_json({**told, "problems": problems})
    elif record.outcome == "refused":
        for problem in record.problems:
            print_problem(problem)
    else:
        note(
            f"{record.outcome}：状态为 {record.status}（指令 {command_id}）",
            f"{record.outcome}: now at {record.status} (command {command_id})",
        )
    if record.outcome == "refused":
        raise typer.Exit(BAD_INPUT)
