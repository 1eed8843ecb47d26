"""``tongguan demo``: the main job on invented filings with known faults, from nothing to a table."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from tongguan.cli import clearing, outcome, truth
from tongguan.cli.clear import show_summary
from tongguan.cli.house import made
from tongguan.cli.papers import papers
from tongguan.cli.registry import bring_into_force, read_folder
from tongguan.cli.settings import settings
from tongguan.cli.show import err, fail, out, print_json, print_table, say

GOOD_SETS = 100


def demo(
    to: Annotated[Path, typer.Option("--out", help="folder for all of it 输出文件夹")] = Path("demo"),
    sets: Annotated[int, typer.Option(min=1, help="good sets beside the faults 无故障的套数")] = GOOD_SETS,
    seed: Annotated[int, typer.Option(help="another seed, other filings 种子")] = 0,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Make signed filings with every known fault, clear them, and hold the outcome against the truth. 演示主流程。"""
    from tongguan.sandbox.make import make

    now = datetime.now(UTC)
    folder = _fresh(to, now)
    with Progress(console=err) as bar:
        making = bar.add_task(say("生成并签名报文", "making and signing filings"))
        done = make(
            sets, seed, "all", folder / "box", now,
            progress=lambda done, total: bar.update(making, completed=done, total=total),
        )  # fmt: skip
        store = made(folder / "store", sandbox=True)
        bring_into_force(store, read_folder(folder / "box" / "registry"), "demo")
        filing = bar.add_task(say("申报、验签、比对、征税、决定", "filing, verifying, matching, taxing, deciding"),
                              total=done.files + 1)  # fmt: skip
        run = clearing.clear(
            store,
            papers([folder / "box" / "filings"], bytes_max=settings().limits().bytes_max),
            progress=lambda stage: bar.advance(filing),
        )
    rows = list(outcome.lines(store, run))
    summary = outcome.summarise(rows, run)
    outcome.write_out(folder / "out", store, run, rows, summary)
    verdicts = list(truth.compare(folder / "box" / "truth.csv", store, run))
    wrong = [verdict for verdict in verdicts if not verdict.agrees]
    if as_json:
        print_json({"folder": str(folder), "summary": summary, "records": len(verdicts), "disagreements": wrong})
    else:
        show_summary(summary)
        _show_truth(verdicts, wrong)
        _show_next(folder, rows)
    if wrong:
        fail(f"{len(wrong)} 份单证的结果与应得结果不符", f"{len(wrong)} records did not come out as they must")


def _fresh(to: Path, now: datetime) -> Path:
    """The folder itself when it is new, else one inside with the time as its name: nothing is overwritten."""
    return to / now.strftime("%Y%m%d-%H%M%S-%f") if to.exists() else to


def _show_truth(verdicts: list[truth.Verdict], wrong: list[truth.Verdict]) -> None:
    faults = Counter(verdict.fault for verdict in verdicts if verdict.fault != "good")
    out.print(
        say(
            f"应得结果：{len(verdicts)} 份单证，其中 {len(faults)} 种故障；不符 {len(wrong)} 份",
            f"truth: {len(verdicts)} records, {len(faults)} kinds of fault among them; {len(wrong)} disagree",
        )
    )
    if wrong:
        print_table(
            "",
            (("文件", "file"), ("故障", "fault"), ("应为", "expected"), ("实际", "found")),
            ((v.file, v.fault, f"{v.expected} {v.expected_reason}", f"{v.status} {v.reasons}") for v in wrong),
        )


def _show_next(folder: Path, rows: list[outcome.Line]) -> None:
    store = folder / "store"
    rejected = next((row for row in rows if row.status == "100"), None)
    out.print(
        say(
            f"\n回执与表格在 {folder / 'out'}。接着可以：",
            f"\nReceipts and tables are in {folder / 'out'}. Look next at:",
        )
    )
    if rejected:
        out.print(f"  tongguan explain {rejected.ebpCode} {rejected.orderNo} --db {store}", markup=False)
    out.print(f"  tongguan replay --verify --db {store}", markup=False)
    out.print(f"  tongguan registry list --db {store}", markup=False)
    out.print("  tongguan sandbox faults", markup=False)
