"""``tongguan shadow``: how far our decisions agree with the upstream's receipts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from rich.progress import Progress

from tongguan.cli.house import named_faults, opened
from tongguan.cli.show import err, out, print_json, print_table, say
from tongguan.cli.times import CHINA, read_time
from tongguan.store.upstream.database import existing
from tongguan.upstream.comparing import Attempt
from tongguan.upstream.reporting import ShadowReport, shadow_report
from tongguan.upstream.worker import project

app = typer.Typer(no_args_is_help=True, help="Ours beside the upstream's decisions 旁路比对")
DAYS = 7
SHOWN = 50


@app.command("report")
def report(
    first: Annotated[str, typer.Option("--from", help="first day in China; a week ago if left out 起始日")] = "",
    last: Annotated[str, typer.Option("--to", help="last day in China; today if left out 截止日")] = "",
    db: Annotated[str | None, typer.Option("--db", help="data folder 数据文件夹")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="all disagreements as JSON 以 JSON 列出全部不符")] = False,
) -> None:
    """Agreement day by day, disagreements by rule, and each of them. 逐日一致率、按规则的不符与清单。"""
    to = _day(last) if last else datetime.now(UTC).astimezone(CHINA).date().isoformat()
    begin = _day(first) if first else (datetime.fromisoformat(to) - timedelta(days=DAYS - 1)).date().isoformat()
    store = opened(db)
    with named_faults(), existing(store) as file, Progress(console=err, transient=True) as bar:
        project(store, file)
        task = bar.add_task(say("比对", "comparing"), total=None)
        found = shadow_report(
            store, file, begin, to, progress=lambda done, of: bar.update(task, completed=done, total=of)
        )
    if as_json:
        print_json(found)
    else:
        _show(found)


def _day(text: str) -> str:
    return read_time(text).astimezone(CHINA).date().isoformat()


def _show(found: ShadowReport) -> None:
    print_table(
        say("一致率（按上游回执的日期）", "agreement, by the day of the upstream's receipt"),
        (("日期", "day"), ("比对", "compared"), ("一致", "agreed"), ("不符", "disagreed"), ("一致率 %", "agreement %"),
         ("未比对", "not compared")),
        ((one.day, one.compared, one.agreed, one.disagreed, one.agreement or "-",
          " ".join(f"{name}={number}" for name, number in one.others.items())) for one in found.days),
    )  # fmt: skip
    if found.rules:
        print_table(
            say("按规则", "by rule"),
            (("规则或代码", "rule or code"), ("本方引用", "named by us"), ("上游引用", "named by them")),
            ((one.rule, one.ours_only, one.theirs_only) for one in found.rules),
        )
    if found.disagreements:
        print_table(
            say("不符", "disagreements"),
            (("日期", "day"), ("回执", "receipt"), ("单证", "document"), ("类别", "kind"), ("本方", "ours"),
             ("上游", "theirs")),
            ((one.day, one.message_type.removesuffix("Message"), " / ".join(one.document), one.verdict.value,
              _side(one.ours), _side(one.theirs)) for one in found.disagreements[:SHOWN]),
        )  # fmt: skip
    if len(found.disagreements) > SHOWN:
        out.print(say(f"共 {len(found.disagreements)} 处，用 --json 取得全部",
                      f"{len(found.disagreements)} in all; --json gives each"))  # fmt: skip


def _side(side: Attempt | None) -> str:
    """What one side said."""
    if side is None:
        return "-"
    return " ".join(filter(None, (side.status, "|".join(side.rules), side.text[:200])))
