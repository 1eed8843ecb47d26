"""``tongguan check``: what would become of these messages if they were filed? Nothing is filed, nothing is needed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from tongguan.ceb.read import Profile
from tongguan.cli.law import built, laid_over
from tongguan.cli.papers import count, papers
from tongguan.cli.prediction.foresee import Answer, foresee
from tongguan.cli.prediction.forms import case_form, file_form, sum_form
from tongguan.cli.prediction.grouping import BAD, CaseAnswers, grouped
from tongguan.cli.prediction.papers import Paper, taken
from tongguan.cli.prediction.show import show_cases, show_paper
from tongguan.cli.settings import settings
from tongguan.cli.show import err, fail, print_json, say
from tongguan.cli.times import read_time
from tongguan.law.snapshot import Law, NoLaw, pack, package_tables


def check(
    paths: Annotated[list[Path], typer.Argument(help="files, folders, zip archives 文件、文件夹或压缩包")],
    profile: Annotated[Profile, typer.Option(help="strict or lenient 严格或宽松")] = Profile.STRICT,
    law: Annotated[Path | None, typer.Option(help="folder with law to lay over 叠加法规表的文件夹")] = None,
    at: Annotated[str | None, typer.Option("--at", help="as if filed at this time 设定申报时间")] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="one JSON line a file, then a case 每个文件、每票一行 JSON")
    ] = False,
) -> None:
    """Tell what would be decided on messages, without filing them. 不申报，预告申报后的结果。"""
    limits = settings().limits()
    now = read_time(at) if at else datetime.now(UTC)
    rules = _law(law)
    with Progress(console=err, transient=True) as bar:
        reading = bar.add_task(say("读取", "reading"), total=count(paths))
        found: list[Paper] = []
        for paper in taken(papers(paths, bytes_max=limits.bytes_max), profile, limits, now):
            found.append(paper)
            bar.advance(reading)
        causes = [cause for paper in found for cause in paper.records]
        deciding = bar.add_task(say("预测", "deciding"), total=len(causes))
        try:
            cases = grouped(foresee(causes, rules, now, lambda: bar.advance(deciding)))
        except NoLaw:
            fail(f"{now:%Y-%m-%d} 没有生效的法规", f"no law is in force on {now:%Y-%m-%d}")
    for line in _lines(found, cases) if as_json else ():
        print_json(line)
    if not as_json:
        for paper in found:
            show_paper(paper)
        show_cases(cases)
    if any(paper.problems for paper in found) or any(case.prediction in BAD for case in cases):
        raise typer.Exit(1)


def _law(folder: Path | None) -> Law:
    """The law of this package, with the tables of a folder laid over it."""
    tables = package_tables()
    return built(pack(laid_over(tables, folder) if folder else tables))


def _lines(found: list[Paper], cases: list[CaseAnswers]) -> Iterator[dict[str, object]]:
    of_file: dict[str, list[tuple[CaseAnswers, Answer]]] = {}
    for case in cases:
        for answer in case.answers:
            of_file.setdefault(answer.file, []).append((case, answer))
    for paper in found:
        yield file_form(paper, sorted(of_file.get(paper.name, ()), key=lambda one: one[1].record_no))
    yield from map(case_form, cases)
    yield sum_form(found, cases)
