"""``tongguan upstream``: the window above a relay or shadow: its state, its tokens, its receipts."""

from __future__ import annotations

import signal
import sys
import threading
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from tongguan import logs
from tongguan.ceb.problem import Problem
from tongguan.cli.house import named_faults, opened
from tongguan.cli.papers import count, papers
from tongguan.cli.settings import settings
from tongguan.cli.show import BAD_INPUT, err, fail, note, print_json, print_problem, print_table, say
from tongguan.gateway.wire_time import iso_utc
from tongguan.store.layout import Store
from tongguan.store.upstream.database import ANYBODY, UpstreamFile, existing
from tongguan.store.upstream.forwards import Forwards
from tongguan.store.upstream.recorded import Recorded
from tongguan.upstream.worker import Exchange, recorder_of

app = typer.Typer(no_args_is_help=True, help="The window above a relay or shadow 上游窗口")
Db = Annotated[str | None, typer.Option("--db", help="data folder 数据文件夹")]
AsJson = Annotated[bool, typer.Option("--json")]


@app.command("status")
def status(db: Db = None, as_json: AsJson = False) -> None:
    """Filings on their way, what the upstream refused, receipts recorded. 转交与回执的状况。"""
    with named_faults(), existing(opened(db)) as file:
        forwards, recorded = Forwards(file), Recorded(file)
        states = forwards.counts()
        messages, receipts, unaddressed = recorded.counts()
        refused = forwards.refused()
        tokens = len(file.token_ids())
    deployment = settings().deployment
    if as_json:
        names = ("filingId", "sender", "messageType", "at", "answer")
        print_json(
            {
                "role": deployment.role,
                "upstream": deployment.upstream,
                "filings": states,
                "receipts": {"messages": messages, "receipts": receipts, "unaddressed": unaddressed},
                "tokens": tokens,
                "refused": [dict(zip(names, (*row[:3], iso_utc(row[3]), row[4]), strict=True)) for row in refused],
            }
        )
        return
    print_table(
        f"{deployment.role} → {deployment.upstream or '-'}",
        (("项目", "item"), ("数量", "number")),
        (
            (say("等待转交", "filings waiting"), states["waiting"]),
            (say("正在发送", "filings being sent"), states["sending"]),
            (say("已送达", "filings sent"), states["sent"]),
            (say("上游不收", "filings refused above"), states["refused"]),
            (say("回执报文", "receipt messages"), messages),
            (say("回执", "receipts"), receipts),
            (say("无主回执报文", "messages for nobody that is known"), unaddressed),
            (say("令牌", "tokens"), tokens),
        ),
    )
    if refused:
        print_table(
            say("上游不收的申报（最近的）", "filings that the upstream does not take, newest first"),
            (("申报", "filing"), ("发送方", "sender"), ("报文", "message"), ("时间", "time"), ("答复", "answer")),
            ((*row[:3], iso_utc(row[3]), row[4]) for row in refused),
        )


@app.command("token")
def token(
    dxp_id: Annotated[
        str, typer.Argument(metavar="DXPID", help=f"exchange id, or {ANYBODY} for all without their own 传输编号")
    ],
    remove: Annotated[bool, typer.Option("--remove", help="forget it 删除")] = False,
    db: Db = None,
) -> None:
    """Keep the token that an exchange id has at the upstream; it is read from standard input. 保存在上游的令牌。"""
    store = opened(db)
    _only_below_an_upstream()
    with named_faults(), UpstreamFile(store) as file:
        if remove:
            if not file.drop_token(dxp_id):
                fail(f"没有 {dxp_id} 的令牌", f"there is no token of {dxp_id}")
            note(f"已删除 {dxp_id} 的令牌", f"the token of {dxp_id} is forgotten")
            return
        text = _secret()
        if not text:
            fail("没有读到令牌", "no token was read")
        file.put_token(dxp_id, text)
    note(f"已保存 {dxp_id} 的令牌", f"the token of {dxp_id} is kept")


def _secret() -> str:
    """From a pipe, or typed without being shown: a token on a command line would be seen by everybody."""
    if sys.stdin.isatty():
        return str(typer.prompt(say("令牌", "token"), hide_input=True)).strip()
    return sys.stdin.readline().strip()


@app.command("run")
def run(
    once: Annotated[bool, typer.Option("--once", help="one round and end 一轮即结束")] = False, db: Db = None
) -> None:
    """Forward and fetch receipts without serving, until stopped; serve and watch do this themselves. 与上游交换。"""
    logs.configure(settings().log.level)
    store = opened(db)
    _only_below_an_upstream()
    with named_faults(), Exchange(store, settings()) as exchange:
        if once:
            exchange.once()
            return
        exchange.run(_until_signalled())


def _until_signalled() -> threading.Event:
    """An event that is set by a thread which takes SIGTERM and Ctrl-C."""
    stop = threading.Event()
    signs = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, signs)

    def end() -> None:
        signal.sigwait(signs)
        stop.set()

    threading.Thread(target=end, daemon=True, name="signal").start()
    return stop


@app.command("receive")
def receive(
    paths: Annotated[list[Path], typer.Argument(help="files, folders, zip archives of receipts 回执文件")],
    dxp: Annotated[str, typer.Option("--dxp", help="exchange id that they are for, if not told inside 收件方")] = "",
    db: Db = None,
    as_json: AsJson = False,
) -> None:
    """Record receipts of the upstream that were brought by hand; each is kept once. 登记另行取得的回执。"""
    store = opened(db)
    _only_below_an_upstream()
    found, problems = _received(store, paths, dxp)
    if as_json:
        print_json({**found, "problems": [{"file": name, "problem": one} for name, one in problems]})
    else:
        for name, one in problems:
            print_problem(one, name)
        note(
            f"读取 {found['files']} 个文件、{found['messages']} 份报文，新登记 {found['new']} 份",
            f"{found['files']} files with {found['messages']} messages read, {found['new']} of them new",
        )
    if problems:
        raise typer.Exit(BAD_INPUT)


def _received(store: Store, paths: list[Path], dxp_id: str) -> tuple[dict[str, int], list[tuple[str, Problem]]]:
    found = {"files": 0, "messages": 0, "new": 0}
    problems: list[tuple[str, Problem]] = []
    with named_faults(), UpstreamFile(store) as file, Progress(console=err, transient=True) as bar:
        recorder = recorder_of(store, file)
        task = bar.add_task(say("登记回执", "recording"), total=count(paths))
        for name, raw in papers(paths, bytes_max=settings().ceb.max_bytes):
            report = recorder.take(raw, source="receive", dxp_id=dxp_id)
            found["files"] += 1
            found["messages"] += report.read
            found["new"] += report.new
            problems += [(name, one) for one in report.problems]
            bar.advance(task)
    return found, problems


def _only_below_an_upstream() -> None:
    if settings().deployment.role == "authority":
        fail(
            "本系统的角色是 authority，没有上游；请在设置文件 [deployment] 中写 role = relay 或 shadow",
            "this deployment is an authority and has no upstream; write role = relay or shadow into [deployment]",
        )
