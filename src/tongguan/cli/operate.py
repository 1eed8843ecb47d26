"""``tongguan init``, ``serve`` and ``replay``: the operator's own commands."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tongguan.cli.house import made, named_faults, opened, scenarios_of, store_dir
from tongguan.cli.settings import settings
from tongguan.cli.show import err, fail, note, out, print_json, say
from tongguan.store.pace import Pace

if TYPE_CHECKING:
    from tongguan.engine.other_rules import OtherRules

Db = Annotated[str | None, typer.Option("--db", help="data folder 数据文件夹")]


def init(
    directory: Annotated[Path | None, typer.Argument(help="data folder to make 要新建的数据文件夹")] = None,
    sandbox: Annotated[
        bool, typer.Option(help="for trying out: takes test certificates, receipts say SANDBOX 沙箱")
    ] = False,
) -> None:
    """Make a data folder with its keys; nothing that exists is overwritten. 新建数据文件夹与密钥，不覆盖已有内容。"""
    target = directory or store_dir(None)
    store = made(target, sandbox=sandbox or settings().sandbox.enabled)
    kind = say("沙箱", "sandbox") if store.sandbox else say("生产", "production")
    note(
        f"已新建{kind}数据文件夹 {target}；请将 {target}/keys 另行妥善备份",
        f"made the {kind} data folder {target}; keep a copy of {target}/keys in a safe place",
    )


def serve(
    db: Db = None,
    host: Annotated[str, typer.Option(help="address; loopback unless said otherwise 监听地址")] = "",
    port: Annotated[int, typer.Option(help="port 端口")] = -1,
    processes: Annotated[int, typer.Option(help="gateway processes 网关进程数")] = 0,
    pace: Annotated[
        Pace, typer.Option(help="realistic, in a sandbox: receipts come as late as in production 回执节奏")
    ] = Pace.INSTANT,
) -> None:
    """Open the gateway and run the engine until stopped. 启动网关与引擎，直至停止。"""
    from tongguan.gateway.serve import serve as run

    store = opened(db)
    with named_faults():
        run(
            settings(), store, host=host or None, port=port if port >= 0 else None, processes=processes or None,
            say=lambda text: out.print(text, markup=False), scenarios=scenarios_of(store), pace=pace,
        )  # fmt: skip


def replay(
    db: Db = None,
    verify: Annotated[bool, typer.Option("--verify", help="exit 1 at any difference 有差异则退出码为 1")] = False,
    into: Annotated[
        Path | None, typer.Option(help="folder state file to rebuild into, else memory 重建到的文件")
    ] = None,
    against: Annotated[
        str, typer.Option(metavar="LAW", help="under another law: digest or folder; lists what differs 按另一法规预演")
    ] = "",
    as_of: Annotated[str, typer.Option(help="with --against: by the rows of this day 按此日的法规行")] = "",
    last: Annotated[int, typer.Option(help="with --against: only the last N cases 只看最近 N 个案件", min=0)] = 0,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Decide everything again from stored events and facts, and compare. 由事件与事实重新作出全部决定并比对。"""
    from tongguan.engine.replay import replay as run

    if against and (verify or into):
        fail("--against 不与 --verify、--into 同用", "--against goes without --verify and --into")
    if (as_of or last) and not against:
        fail("--as-of、--last 须与 --against 同用", "--as-of and --last go with --against")
    store = opened(db)
    if against:
        from tongguan.cli.rehearse import against as rehearse

        rehearse(store, against, as_of, last, as_json)
        return
    with named_faults(), err.status(say("重演中", "replaying")):
        report = run(store, into)
    if as_json:
        print_json(report)
    else:
        for other in report.others:
            _show_other_rules(other)
        for difference in report.differences:
            out.print(str(difference), markup=False)
        out.print(
            say(
                f"事件 {report.events} 个，差异 {len(report.differences)} 处，墓碑 {report.tombstones} 个",
                f"{report.events} events, {len(report.differences)} differences, {report.tombstones} tombstones",
            )
        )
    if verify and not report.same:
        raise typer.Exit(1)


def _show_other_rules(other: OtherRules) -> None:
    """What another version of the rules decided, and what of it would come out otherwise now: no failure."""
    zh, en = other.rules or "（未记版本）", other.rules or "(no version kept)"
    out.print(
        say(
            f"由规则 {zh} 裁决的事件 {other.events} 个，按现行规则 {len(other.differing)} 个结果不同",
            f"decided by rules {en}: {other.events} events, {len(other.differing)} would come out otherwise now",
        ),
        markup=False,
    )
    for difference in other.differences:
        out.print(f"  {difference}", markup=False)
