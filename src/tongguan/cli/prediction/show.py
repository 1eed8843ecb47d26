"""Predictions as a person reads them: files, cases, what to mend, the tax, and what was taken for granted."""

from __future__ import annotations

from collections import Counter

from rich.markup import escape

from tongguan.clearance.model import Taxed
from tongguan.clearance.record import SHAPES
from tongguan.cli.prediction.assumptions import ASSUMPTIONS
from tongguan.cli.prediction.foresee import Answer
from tongguan.cli.prediction.forms import assumed_by, codes_of, problems_of
from tongguan.cli.prediction.grouping import PREDICTIONS, RELEASED, CaseAnswers, prediction_of
from tongguan.cli.prediction.papers import Paper
from tongguan.cli.show import out, print_problem, print_table, say
from tongguan.gateway.answer import without_person

CASES_IN_FULL = 20
"""With more cases than that only those that are not released are shown one by one."""
Row = tuple[str, ...]


def show_paper(paper: Paper) -> None:
    """Whether a file is well formed, and what is wrong with it."""
    verdict = say("合格", "valid") if not paper.problems else say("不合格", "invalid")
    out.print(f"{paper.name}: {paper.message_type}: {verdict}", markup=False)
    for problem in (*paper.problems, *paper.warnings):
        print_problem(without_person(problem))


def show_cases(cases: list[CaseAnswers]) -> None:
    """A table for each case, with what to mend under it; then the sums and what was assumed."""
    if not cases:
        return
    counted = Counter(case.prediction for case in cases)
    for case in cases:
        if len(cases) <= CASES_IN_FULL or case.prediction != RELEASED:
            _show_case(case)
    out.print(
        "  ".join(f"{say(*PREDICTIONS[word])} {counted[word]}" for word in PREDICTIONS if counted[word]), markup=False
    )
    _show_assumed(assumed_by(cases))


def _show_case(case: CaseAnswers) -> None:
    name = " ".join(value for _, value in case.key if value)
    print_table(
        escape(f"{name}: {say(*PREDICTIONS[case.prediction])}"),
        (("单证", "document"), ("预计", "expected"), ("代码", "code"), ("回执", "returnInfo"), ("文件", "file")),
        map(_row, case.answers),
    )
    if case.missing:
        zh, en = (
            "、".join(SHAPES[kind].zh for kind in case.missing),
            ", ".join(SHAPES[kind].en for kind in case.missing),
        )
        out.print(
            say(f"  缺：{zh}（不在文件中或未被接收）", f"  missing: {en} (not among the files, or not taken)"),
            markup=False,
        )
    for answer in case.answers:
        for problem in problems_of(answer):
            print_problem(without_person(problem), answer.file)
    for answer in case.answers:
        document = answer.document
        if document is not None and document.kind == "inventory" and document.tax is not None:
            _show_tax(document.tax)


def _row(answer: Answer) -> Row:
    shape, word = SHAPES[answer.event.kind], say(*PREDICTIONS[prediction_of(answer)])
    return (
        say(shape.zh, shape.en),
        f"{answer.status} {word}".strip(),
        " ".join(codes_of(answer)),
        answer.info or _what_is_open(),
        f"{answer.file}#{answer.record_no}",
    )


def _what_is_open() -> str:
    return say(
        "所涉单证不在这些文件中：请一并检查，或以 tongguan explain 查询",
        "what this is about is not among these files: check them together, or ask `tongguan explain`",
    )


def _show_tax(tax: Taxed) -> None:
    columns = (("序号", "line"), ("商品编码", "goods code"), ("完税价格", "dutiable value"), ("关税", "duty"),
               ("消费税", "consumption tax"), ("增值税", "VAT"), ("合计", "sum"))  # fmt: skip
    rows = [
        (str(line.gnum), line.gcode, line.taxPrice, line.customsTax, line.consumptionTax, line.valueAddedTax, "")
        for line in tax.lines
    ]
    total = (say("合计", "sum"), "", tax.taxPrice, tax.customsTax, tax.consumptionTax, tax.valueAddedTax, tax.taxTotal)
    print_table(say("税款（元）", "tax in yuan"), columns, [*rows, total])


def _show_assumed(names: list[str]) -> None:
    """What could not be looked up here, and where it can."""
    out.print(
        say("以下各项在本地无法查证，按良好处理：", "This could not be looked up here and is taken to be good:"),
        markup=False,
    )
    for name in names:
        one = ASSUMPTIONS[name]
        out.print(f"  {name}: {say(one.zh, one.en)}", markup=False)
        out.print(f"      {say('查证', 'find out')}: {say(one.find_out_zh, one.find_out_en)}", markup=False)
