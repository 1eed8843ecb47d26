"""``tongguan tax``: the tax of an order that is not filed, each step of the sum shown. No store is needed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from tongguan.cli.law import built, packed_law
from tongguan.cli.show import BAD_INPUT, fail, note, out, print_json, print_problem, say
from tongguan.cli.times import CHINA
from tongguan.gateway.answer import problem_form
from tongguan.law.quote import quote, read_order, shown
from tongguan.law.quote_form import Quote, QuotedLine, QuoteOrder, TaxStep, Threshold

_NAMES = {"duty": ("关税", "duty"), "consumption": ("消费税", "consumption tax"), "vat": ("增值税", "VAT")}
_PER = {
    "gram_or_ml": ("克或毫升", "g or ml"),
    "piece": ("件", "piece"),
    "sheet": ("片", "sheet"),
    "tonne": ("吨", "tonne"),
}
_TEST = {"from": "≥", "below": "<"}


def tax(
    file: Annotated[Path, typer.Argument(help="order as JSON, as in docs/law.md 订单 JSON，格式见 docs/law.zh.md")],
    at: Annotated[str, typer.Option(help="day of acceptance; today if left out 受理日期，缺省为今天")] = "",
    db: Annotated[
        str | None, typer.Option("--db", help="data folder whose law counts 以此数据文件夹的法规为准")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Reckon the tax of an order and show each step with its row of law. 计算一票订单的税款，逐步列明所用法规行。"""
    order = _read(file)
    day = _day(at) if at else order.at or datetime.now(CHINA).date()
    found = quote(order, built(packed_law(db)), day)
    if isinstance(found, Quote):
        print_json(found) if as_json else _print(found)
        return
    if as_json:
        print_json({"day": day, "problems": [problem_form(problem) for problem in found]})
    for problem in found:
        print_problem(problem)
    raise typer.Exit(BAD_INPUT)


def _read(file: Path) -> QuoteOrder:
    try:
        return read_order(file.read_bytes())
    except OSError as error:
        fail(f"无法读取 {file}：{error.strerror}", f"cannot read {file}: {error.strerror}")
    except msgspec.ValidationError as bad:
        fail(f"{file} 的内容不符合格式：{bad}", f"{file} is not in the form asked for: {bad}")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as bad:
        fail(f"{file} 不是 JSON：{bad}", f"{file} is no JSON: {bad}")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        fail(f"日期「{text}」无法识别，请写作 2026-11-24", f"no date: {text}; write 2026-11-24")


def _print(found: Quote) -> None:
    out.print(f"{found.day}  {say('法规', 'law')} {found.law[:12]}", markup=False)
    out.print(
        say(
            f"完税价格 {found.dutiable_value} 元，商品 {found.items} 件；单次限值 {found.single_limit}，"
            f"年度限值 {found.year_limit}（已用 {found.year_used}）",
            f"dutiable value {found.dutiable_value} yuan, {found.items} items; single limit {found.single_limit},"
            f" yearly limit {found.year_limit} ({found.year_used} used)",
        ),
        markup=False,
    )
    out.print(f"{found.treatment}: {say(found.treatment_zh, found.treatment_en)}", markup=False)
    doubtful = {row.id for row in found.rows if row.doubtful}
    for line in found.lines:
        for text in _line(line, doubtful):
            out.print(text, markup=False)
    out.print(f"{say('舍入', 'rounding')}: {found.rounding}, {found.order}", markup=False)
    out.print(
        say(
            f"关税 {found.customsTax} + 消费税 {found.consumptionTax} + 增值税 {found.valueAddedTax} = {found.taxTotal} 元",
            f"duty {found.customsTax} + consumption tax {found.consumptionTax} + VAT {found.valueAddedTax}"
            f" = {found.taxTotal} yuan",
        ),
        markup=False,
    )
    for zh, en in found.notes:
        note(zh, en)


def _line(line: QuotedLine, doubtful: set[str]) -> Iterator[str]:
    yield f"{say('第', 'line ')}{line.gnum}{say('项', '')}  {line.gcode}  {say(line.zh, line.en)}"
    less = f" - {line.discount}" if line.discount else ""
    yield say(
        f"    完税价格 = 货款 {line.totalPrice}{less} + 运费 {line.freight} + 保险费 {line.insuredFee} = {line.taxPrice}",
        f"    dutiable value = goods {line.totalPrice}{less} + freight {line.freight} + insurance {line.insuredFee}"
        f" = {line.taxPrice}",
    )
    yield from (_threshold(one, line) for one in line.thresholds)
    duty, consumption, vat = line.steps
    yield _step(duty, doubtful)
    yield _base(line, duty, consumption)
    yield _step(consumption, doubtful)
    yield _step(vat, doubtful)
    yield f"    {say('法规行', 'rows')}: {' '.join(row + '?' * (row in doubtful) for row in line.law_rows)}"
    for zh, en in line.notes:
        yield f"    {say(zh, en)}"


def _threshold(one: Threshold, line: QuotedLine) -> str:
    per = say(*_PER[one.per])
    met = say("是，适用", "yes, it applies") if one.reached else say("否，不适用", "no, it does not apply")
    asked = (
        f"{line.taxPrice} / {shown(one.content)} {per} = {shown(one.price)} {_TEST[one.test]} {shown(one.threshold)}"
    )
    return f"    {say('起征点', 'threshold')} {one.row}: {asked}: {met}"


def _base(line: QuotedLine, duty: TaxStep, consumption: TaxStep) -> str:
    parts = " + ".join((str(line.taxPrice), shown(duty.exact), shown(consumption.specific)))
    return f"    {say('计税基数', 'base')} = ({parts}) / (1 - {consumption.rate}) = {shown(line.base)}"


def _step(step: TaxStep, doubtful: set[str]) -> str:
    """One tax: base, rate, amount by quantity, share levied, exact figure, rounded figure, rows."""
    full = f"{shown(step.base)} × {step.rate}"
    if step.specific != "0":
        full = f"({full} + {shown(step.specific)})"
    rows = " ".join(row + "?" * (row in doubtful) for row in (step.rule, *step.rows))
    return f"    {say(*_NAMES[step.tax])} = {full} × {step.levied} = {shown(step.exact)} → {step.amount}  [{rows}]"
