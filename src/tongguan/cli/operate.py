"""``tongguan init``, ``serve`` and ``replay``: the operator's own commands."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tongguan.cli.house import made, named_faults, opened, scenarios_of, store_dir
from tongguan.cli.settings import settings
from tongguan.cli.show import err, note, out, print_json, say

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
) -> None:
    """Open the gateway and run the engine until stopped. 启动网关与引擎，直至停止。"""
    from tongguan.gateway.serve import serve as run

    store = opened(db)
    with named_faults():
        run(
            settings(), store, host=host or None, port=port if port >= 0 else None, processes=processes or None,
            say=lambda text: out.print(text, markup=False), scenarios=scenarios_of(store),
        )  # fmt: skip


def replay(
    db: Db = None,
    verify: Annotated[bool, typer.Option("--verify", help="exit 1 at any difference 有差异则退出码为 1")] = False,
    into: Annotated[
        Path | None, typer.Option(help="folder state file to rebuild into, else memory 重建到的文件")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Decide everything again from stored events and facts, and compare. 由事件与事实重新作出全部决定并比对。"""
    from tongguan.engine.replay import replay as run

    store = opened(db)
    with named_faults(), err.status(say("重演中", "replaying")):
        report = run(store, into)
    if as_json:
        print_json(report)
    else:
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
