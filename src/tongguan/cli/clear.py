"""``tongguan clear``: papers in, decisions and receipts out, in one run and without a server."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from tongguan.cli import clearing, outcome
from tongguan.cli.house import exists, made, opened, store_dir
from tongguan.cli.papers import count, papers
from tongguan.cli.registry import bring_into_force, read_folder
from tongguan.cli.settings import settings
from tongguan.cli.show import err, note, out, print_json, print_table, say
from tongguan.cli.times import read_time
from tongguan.store.layout import Store


def clear(
    paths: Annotated[list[Path], typer.Argument(help="files, folders, zip archives 文件、文件夹或压缩包")],
    db: Annotated[str | None, typer.Option("--db", help="data folder, made if absent 数据文件夹，没有则新建")] = None,
    to: Annotated[Path | None, typer.Option("--out", help="folder for receipts and tables 输出文件夹")] = None,
    at: Annotated[str | None, typer.Option("--at", help="the time it is, sandbox only 设定时间，仅限沙箱")] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """File messages in name order and run to completion; call it again with later papers. 按文件名顺序申报并处理完毕。"""
    moment = read_time(at) if at else None
    store = _store(db, only_sandbox=moment is not None)
    if store.sandbox:
        _registry_beside(store, paths)
    limits = settings().limits()
    with Progress(console=err, transient=True) as bar:
        task = bar.add_task(say("申报", "filing"), total=count(paths) + 1)
        run = clearing.clear(
            store, papers(paths, bytes_max=limits.bytes_max), at=moment, progress=lambda stage: bar.advance(task)
        )
    rows = list(outcome.lines(store, run))
    summary = outcome.summarise(rows, run)
    receipts = outcome.write_out(to, store, run, rows, summary) if to else None
    if as_json:
        print_json(summary)
        return
    show_summary(summary)
    if to:
        note(f"已写入 {to}：{receipts} 份回执、summary.json、decisions.csv",
             f"written to {to}: {receipts} receipts, summary.json, decisions.csv")  # fmt: skip


def _store(db: str | None, *, only_sandbox: bool) -> Store:
    """The store; where there is none a sandbox is made: what is tried out first should need no set-up."""
    if exists(db):
        return opened(db, only_sandbox=only_sandbox)
    note(f"新建沙箱数据文件夹 {store_dir(db)}", f"making a sandbox data folder in {store_dir(db)}")
    return made(store_dir(db), sandbox=True)


def show_summary(summary: outcome.Summary) -> None:
    """The sums as a table, then the reasons."""
    print_table(
        say("清单", "inventories"),
        (
            ("报文", "messages"), ("放行", "released"), ("等待", "waiting"), ("待审", "in review"),
            ("退单", "rejected"), ("拒收", "refused"), ("税款", "tax"), ("秒", "seconds"),
        ),
        [(
            summary.filed, summary.released, summary.waiting, summary.review, summary.rejected, summary.refused,
            f"{summary.valueAddedTax} + {summary.consumptionTax} + {summary.customsTax}", summary.seconds,
        )],
    )  # fmt: skip
    out.print(say("税款：增值税 + 消费税 + 关税（元）", "tax: VAT + consumption tax + duty, in yuan"))
    if summary.reasons:
        print_table(
            say("原因", "reasons"),
            (("代码或规则", "code or rule"), ("份数", "inventories")),
            summary.reasons.items(),
        )


def _registry_beside(store: Store, paths: list[Path]) -> None:
    """Bring the registry that lies beside the papers into force, in a sandbox: a folder of ours is whole."""
    for path in paths:
        for folder in (path / "registry", path.parent / "registry"):
            if path.is_dir() and (folder / "parties.csv").is_file():
                tables = read_folder(folder)
                if bring_into_force(store, tables, "clear"):
                    note(f"登记 {folder} 已生效", f"the registry {folder} is in force")
                return
