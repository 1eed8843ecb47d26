"""``tongguan retention run``, ``erase``, ``looks``: how long persons' data stay, and who has looked at them."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Annotated, Any, NamedTuple

import msgspec
import typer
from rich.progress import Progress

from tongguan.ceb.problem import Problem
from tongguan.clearance.retention import ABSENT, ERASE, Ended, Period, due, ended, kept, unfinished
from tongguan.cli.house import give, in_force, named_faults, opened, work_off
from tongguan.cli.show import BAD_INPUT, err, fail, note, out, print_json, print_problem, print_table, say
from tongguan.cli.times import CHINA, read_time
from tongguan.gateway.access import BrokenAccessFile
from tongguan.gateway.access import looks as all_looks
from tongguan.gateway.answer import problem_form
from tongguan.gateway.forgetting import forget
from tongguan.law.inforce import LawAt
from tongguan.law.snapshot import build_law
from tongguan.store.layout import Store
from tongguan.store.reading import Reader, RecordView
from tongguan.store.retention import Retained, Unit

app = typer.Typer(no_args_is_help=True, help="How long persons' data are kept 个人信息留存")
Db = Annotated[str | None, typer.Option("--db", help="data folder 数据文件夹")]
At = Annotated[str | None, typer.Option("--at", help="the time it is, sandbox only 设定时间，仅限沙箱")]
AsJson = Annotated[bool, typer.Option("--json")]
STATES = {"open": ("未了结", "open"), "kept": ("须留存", "to be kept"), "on_request": ("可应请求删除", "on request"),
          "due": ("到期应删除", "due")}  # fmt: skip
_WITH_A_CASE = ("waybill", "waybill_status")
"""What is erased with the case that uses it, and counted there."""
_COMMANDS_AT_ONCE = 200
_LINES_SHOWN = 50
_RUN, _LAW = "retention run", "law in force"


class Line(NamedTuple):
    """One case and where it stands: a word of STATES, and the period that says so."""

    unit: Unit
    ended: Ended
    state: str
    period: Period | None


@app.command("run")
def run(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="only tell what there is 只列出，不删除")] = False,
    at: At = None,
    db: Db = None,
    as_json: AsJson = False,
) -> None:
    """Erase what is past its most, and tell what may be erased on request. 删除超过最长期限的个人信息，列出可应请求删除的。"""
    store, moment = _ready(db, at)
    law = _law(store, moment)
    with named_faults():
        retained = Retained(store)
        lines = list(_lines(retained, law))
        to_erase = [line for line in lines if line.state == "due"]
        records = [] if dry_run else _erase_all(store, to_erase, moment)
        pending = {} if dry_run else _forgotten(store, moment)
        report = _report(retained, law.day, lines, records, pending)
        retained.close()
    if as_json:
        print_json(report)
    else:
        _show(report)


@app.command("erase")
def erase(
    case: Annotated[str, typer.Argument(help="case id, or EBPCODE/ORDERNO 案件编号，或电商平台代码/订单编号")],
    basis: Annotated[str, typer.Option(help="row of retention that allows it 依据的留存规定")],
    actor: Annotated[str, typer.Option(help="who asks 提出人")],
    approver: Annotated[str, typer.Option(help="who approves, another person 批准人，须为另一人")],
    at: At = None,
    db: Db = None,
    as_json: AsJson = False,
) -> None:
    """Erase the persons of one case; while a legal minimum runs it is stored only. 删除一个案件的个人信息。"""
    store, moment = _ready(db, at)
    with named_faults():
        retained = Retained(store)
        unit = retained.find(store.keys.case_id("order", tuple(case.split("/", 1))) if "/" in case else case)
        retained.close()
    if unit is None:
        fail(f"没有案件 {case}，或已删除", f"there is no case {case}, or it has been erased")
    records = _decided(store, [_command(store, unit, basis, actor, approver)], moment)
    pending = _forgotten(store, moment)
    erased = [record for record in records if record.outcome == "erased"]
    problems = [problem for record in records for problem in record.problems]
    if as_json:
        print_json({
            "outcome": records[0].outcome, "erased": [(one.kind, one.key) for one in erased], "pending": pending,
            "problems": [problem_form(problem) for problem in problems],
        })  # fmt: skip
    else:
        _tell_erased(records[0].outcome, erased, problems, pending)
    if not erased:
        raise typer.Exit(BAD_INPUT)


@app.command("looks")
def looks(
    about: Annotated[str, typer.Argument(help="case id or filing id; none: all 案件或申报编号，省略为全部")] = "",
    db: Db = None,
    as_json: AsJson = False,
) -> None:
    """List who looked at persons' data; each line is checked against the next. 列出谁查阅过个人信息，并逐行核对。"""
    try:
        found = list(all_looks(opened(db), about))
    except BrokenAccessFile as broken:
        fail(f"查阅记录被改动：{broken}", f"a record of looks was changed: {broken}")
    if as_json:
        print_json({"looks": found})
        return
    print_table(
        say("查阅", "looks"),
        (
            ("时间", "time"),
            ("何人", "who"),
            ("令牌", "token"),
            ("对象", "about"),
            ("要素数", "elements"),
            ("理由", "why"),
        ),
        ((one.at.isoformat(), one.who, one.token, one.about, len(one.fields), one.why) for one in found),
    )


def _ready(db: str | None, at: str | None) -> tuple[Store, datetime | None]:
    """The store with everything decided that waits, and the time that was set."""
    moment = read_time(at) if at else None
    store = opened(db, only_sandbox=moment is not None)
    work_off(store, at=moment)
    return store, moment


def _law(store: Store, moment: datetime | None) -> LawAt:
    packed = in_force(store, "law")
    if packed is None:
        fail("尚无生效的法规快照", "no law is in force in this store yet")
    return build_law(packed).at((moment or datetime.now(CHINA)).astimezone(CHINA).date())


def _lines(retained: Retained, law: LawAt) -> Iterator[Line]:
    with _progress(say("查看案件", "looking at cases"), retained.count()) as advance:
        for subjects, unit in retained.units():
            advance(subjects)
            if unit is not None and not (unit.kind in _WITH_A_CASE and retained.in_use(unit)):
                yield _line(retained, unit, law)


def _line(retained: Retained, unit: Unit, law: LawAt) -> Line:
    hangs_on = ended(unit.documents, unit.last, of=unit.kind)
    if unfinished(unit.documents) is not None or (unit.kind not in _WITH_A_CASE and retained.in_use(unit)):
        return Line(unit, hangs_on, "open", None)
    least, most = kept(hangs_on, law), due(hangs_on, law)
    if least is not None and law.day <= least.last:
        return Line(unit, hangs_on, "kept", least)
    if most is not None and law.day > most.last:
        return Line(unit, hangs_on, "due", most)
    return Line(unit, hangs_on, "on_request", most)


def _erase_all(store: Store, lines: list[Line], moment: datetime | None) -> list[RecordView]:
    records: list[RecordView] = []
    with _progress(say("删除", "erasing"), len(lines)) as advance:
        for start in range(0, len(lines), _COMMANDS_AT_ONCE):
            some = lines[start : start + _COMMANDS_AT_ONCE]
            # The law that says "to be erased" was changed by two persons; the run does what it says.
            commands = [_command(store, line.unit, line.period.row.id, _RUN, _LAW) for line in some if line.period]
            records += _decided(store, commands, moment)
            advance(len(some))
    return records


def _command(store: Store, unit: Unit, basis: str, actor: str, approver: str) -> str:
    return give(store, ERASE, actor=actor, approver=approver, choice=basis, kind=unit.kind, key=unit.key,
                subjects=unit.refused)  # fmt: skip


def _decided(store: Store, commands: list[str], moment: datetime | None) -> list[RecordView]:
    """What became of some commands."""
    work_off(store, at=moment)
    with named_faults():
        reader = Reader(store)
        views = [reader.filing(command) for command in commands]
        reader.close()
    records = [record for view in views if view is not None for record in view.records]
    if any(record.state == "waiting" for record in records) or (commands and not records):
        fail("命令尚未处理，请稍后再查", "a command has not been decided yet; look again later")
    return records


def _forgotten(store: Store, moment: datetime | None) -> dict[str, int]:
    """Have inboxes give up what they can; by inbox how many filings a running gateway has still to destroy."""
    from tongguan.store.forgetting import open_tasks

    clock = (lambda: int(moment.timestamp()) * 1_000_000_000) if moment else time.time_ns
    with named_faults():
        forget(store, clock_ns=clock)
        waiting = {name: open_tasks(store, name) for name in store.inbox_names()}
    return {name: number for name, number in waiting.items() if number}


def _report(
    retained: Retained, day: date, lines: list[Line], records: list[RecordView], pending: dict[str, int]
) -> dict[str, Any]:
    counts: dict[str, Counter[str]] = {}
    for line in lines:
        counts.setdefault(line.ended.classes[0], Counter())[line.state] += 1
    return {
        "day": day,
        "classes": {name: dict(found) for name, found in sorted(counts.items())},
        "due": [_line_form(line) for line in lines if line.state == "due"],
        "onRequest": [_line_form(line) for line in lines if line.state == "on_request"],
        "storedOnly": [msgspec.to_builtins(one._asdict()) for one in retained.restricted()],
        "erasedNow": sum(record.outcome == "erased" for record in records),
        # A waybill that was listed for itself may have gone with the case that named it last.
        "refused": [problem_form(one) for record in records for one in record.problems if one.rule_id != ABSENT.id],
        "erasedSubjects": retained.erased(),
        "rawKeptBack": retained.raw_kept_back(),
        "pending": pending,
    }


def _line_form(line: Line) -> dict[str, Any]:
    period = {"lawRow": line.period.row.id, "until": line.period.last} if line.period else {}
    return {"caseId": line.unit.case_id, "kind": line.unit.kind, "key": line.unit.key, "classes": line.ended.classes,
            "endedOn": line.ended.ended_on, **period}  # fmt: skip


def _show(report: dict[str, Any]) -> None:
    states = STATES.items()
    print_table(
        say(f"个人信息留存 {report['day']}", f"retention on {report['day']}"),
        (("类别", "class"), *(pair for _, pair in states)),
        ((name, *(found.get(state, 0) for state, _ in states)) for name, found in report["classes"].items()),
    )
    for word, pair in (("due", STATES["due"]), ("onRequest", STATES["on_request"])):
        for line in report[word][:_LINES_SHOWN]:
            row = f"  {line.get('lawRow', '')} {line.get('until', '')}"
            out.print(f"{say(*pair)}  {line['caseId']}  {line['kind']} {'/'.join(line['key'])}{row}", markup=False)
        if (more := len(report[word]) - _LINES_SHOWN) > 0:
            out.print(say(f"…… 另有 {more} 个（--json 全部列出）", f"… and {more} more (--json lists all)"))
    note(
        f"本次删除 {report['erasedNow']} 份单证；累计 {report['erasedSubjects']}；仅作存储的案件 {len(report['storedOnly'])}；"
        f"原始报文待同报文其他案件 {report['rawKeptBack']} 份；待网关销毁 {sum(report['pending'].values())} 项",
        f"{report['erasedNow']} documents erased now, {report['erasedSubjects']} in all;"
        f" {len(report['storedOnly'])} cases stored only;"
        f" {report['rawKeptBack']} raw messages wait for other cases in them;"
        f" {sum(report['pending'].values())} tasks left to gateways",
    )


def _tell_erased(outcome: str, erased: list[RecordView], problems: list[Problem], pending: dict[str, int]) -> None:
    for problem in problems:
        print_problem(problem)
    for record in erased:
        out.print(f"{record.kind} {'/'.join(record.key)}  {record.status}", markup=False)
    if outcome == "restricted":
        note("本案自此仅作存储，除审计外不再展示", "from now on the case is stored only and shown to auditors alone")
    if erased:
        note(
            f"已删除 {len(erased)} 份单证的个人信息；待网关销毁 {sum(pending.values())} 项",
            f"the persons of {len(erased)} documents are erased; {sum(pending.values())} tasks left to gateways",
        )


@contextmanager
def _progress(title: str, total: int) -> Iterator[Any]:
    with Progress(console=err, transient=True) as bar:
        task = bar.add_task(title, total=total)
        yield lambda done: bar.advance(task, done)
