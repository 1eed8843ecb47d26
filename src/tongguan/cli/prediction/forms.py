"""Predictions as JSON has them: a line for each file, then one for each case, then the sum and what was assumed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from tongguan.ceb.problem import Problem
from tongguan.clearance.model import Document, TaxedLine
from tongguan.cli.prediction.assumptions import ASSUMPTIONS, in_order
from tongguan.cli.prediction.foresee import Answer
from tongguan.cli.prediction.grouping import CaseAnswers, prediction_of
from tongguan.cli.prediction.papers import Paper
from tongguan.gateway.answer import problem_form

Form = dict[str, Any]


def file_form(paper: Paper, answers: Iterable[tuple[CaseAnswers, Answer]]) -> Form:
    """One file: how it is formed, and in short what its records are answered."""
    return {
        "file": paper.name,
        "messageType": paper.message_type,
        "schema": "valid" if paper.fits_schema else "invalid",
        "problems": [problem_form(problem) for problem in paper.problems],
        "warnings": [problem_form(warning) for warning in paper.warnings],
        "documents": [{**_short(answer), "case": dict(case.key)} for case, answer in answers],
    }


def case_form(case: CaseAnswers) -> Form:
    """One case with all that is foretold about it."""
    inventory = _taxed(case)
    return {
        "case": dict(case.key),
        "prediction": case.prediction,
        "missing": list(case.missing),
        "documents": [{"file": answer.file, **_full(answer)} for answer in case.answers],
        "tax": tax_form(inventory) if inventory else None,
        "assumed": assumed_by([case]),
    }


def sum_form(papers: Iterable[Paper], cases: list[CaseAnswers]) -> Form:
    """How many of each, and every assumption that was made, with how to find out."""
    listed = list(papers)
    return {
        "summary": {
            "files": len(listed),
            "notTaken": sum(1 for paper in listed if paper.problems),
            "cases": len(cases),
            **Counter(case.prediction for case in cases),
        },
        "assumed": [_assumption(name) for name in assumed_by(cases)],
    }


def assumed_by(cases: Iterable[CaseAnswers]) -> list[str]:
    """The names of all that these cases take for granted."""
    return in_order(name for case in cases for answer in case.answers for name in answer.assumed)


def codes_of(answer: Answer) -> list[str]:
    """Why a record ends where it ends: codes of customs, or our rules where there is no code. Notes count too."""
    return list(dict.fromkeys(problem.code or problem.rule_id for problem in problems_of(answer)))


def problems_of(answer: Answer) -> tuple[Problem, ...]:
    """What is wrong with a record, or noted about it."""
    return answer.document.problems if answer.document is not None else answer.problems


def tax_form(inventory: Document) -> Form:
    """The tax of an inventory by line, in yuan."""
    tax = inventory.tax
    assert tax is not None, "only an accepted inventory is asked"
    return {
        "customsTax": tax.customsTax,
        "valueAddedTax": tax.valueAddedTax,
        "consumptionTax": tax.consumptionTax,
        "taxTotal": tax.taxTotal,
        "lines": [_line(line) for line in tax.lines],
    }


def _taxed(case: CaseAnswers) -> Document | None:
    documents = (answer.document for answer in case.answers)
    return next((one for one in documents if one is not None and one.kind == "inventory" and one.tax), None)


def _line(line: TaxedLine) -> Form:
    return {name: getattr(line, name) for name in line.__struct_fields__}


def _short(answer: Answer) -> Form:
    return {
        "record": answer.record_no,
        "document": answer.event.kind,
        "prediction": prediction_of(answer),
        "status": answer.status,
        "codes": codes_of(answer),
    }


def _full(answer: Answer) -> Form:
    document = answer.document
    return {
        **_short(answer),
        "key": list(answer.event.key),
        "statuses": [one.status for one in answer.told],
        "returnInfo": answer.info,
        "missing": list(document.missing) if document else [],
        "problems": [problem_form(problem) for problem in problems_of(answer)],
    }


def _assumption(name: str) -> Form:
    one = ASSUMPTIONS[name]
    return {"name": name, "text_zh": one.zh, "text_en": one.en,
            "find_out_zh": one.find_out_zh, "find_out_en": one.find_out_en}  # fmt: skip
