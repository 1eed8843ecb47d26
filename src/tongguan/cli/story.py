"""The story of a document as text, in one language."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from tongguan.clearance.explain import Story, Text
from tongguan.gateway.answer import problem_form

Language = Literal["zh", "en"]

_HEADS = {
    "why": Text("原因", "why"),
    "awaits": Text("等待", "waits for"),
    "todo": Text("怎么办", "what to do"),
    "remedies": Text("救济", "remedies"),
}
_TAX = Text(
    "税款：第 {gnum} 项 {gcode}，完税价格 {dutiable_value}，关税 {duty}，增值税 {vat}，消费税 {consumption_tax}，依据 {rows}",
    "tax: line {gnum} {gcode}, dutiable value {dutiable_value}, duty {duty}, VAT {vat},"
    " consumption tax {consumption_tax}, law rows {rows}",
)
_TOTAL = Text("税款合计 {total} 元", "tax in all {total} yuan")
_TO_CHECK = Text("依据待核：所用规定中有未经核实的行", "basis to be checked: a row of law used has not been verified")


def render(story: Story, language: Language) -> str:
    """The story as lines of text; holds no personal value, as the story holds none."""
    return "\n".join(_lines(story, language))


def story_form(story: Story) -> dict[str, Any]:
    """The story as JSON shows it: sentences as [zh, en], problems with all their members."""
    form = {name: getattr(story, name) for name in story.__struct_fields__}
    return form | {"problems": [problem_form(problem) for problem in story.problems]}


def _lines(story: Story, language: Language) -> Iterator[str]:
    yield f"{getattr(story.what, language)}: {getattr(story.stands, language)}"
    for part, head in _HEADS.items():
        for text in getattr(story, part):
            yield f"  {getattr(head, language)}: {getattr(text, language)}"
    for line in story.tax:
        yield "  " + getattr(_TAX, language).format(
            gnum=line.gnum,
            gcode=line.gcode,
            dutiable_value=line.dutiable_value,
            duty=line.duty,
            vat=line.vat,
            consumption_tax=line.consumption_tax,
            rows=" ".join(line.law_rows),
        )
    if story.tax_total:
        yield "  " + getattr(_TOTAL, language).format(total=story.tax_total)
    if story.to_check:
        yield "  " + getattr(_TO_CHECK, language)
