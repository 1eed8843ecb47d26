"""A request against the inventory that it names: companies, numbers and buyer must be that inventory's."""

from __future__ import annotations

from tongguan.ceb.person import PERSON_ELEMENTS, mask
from tongguan.ceb.problem import Problem
from tongguan.clearance.compare import show, texts_agree
from tongguan.clearance.model import Document, RecordFiled
from tongguan.clearance.record import SHAPES, element_path, head_of
from tongguan.clearance.rule import Rule
from tongguan.codes.identity import normalise


def differences(event: RecordFiled, inventory: Document, rule: Rule) -> tuple[Problem, ...]:
    """One problem for each field of the rule in which the request differs. What names a person comes masked."""
    asked, filed = head_of(event.kind, event.record), inventory.record.InventoryHead
    return tuple(
        _problem(event, rule, name, show(getattr(asked, name)), show(getattr(filed, name)))
        for name in rule.fields
        if not _agree(name, getattr(asked, name), getattr(filed, name))
    )


def _agree(name: str, asked: str, filed: str) -> bool:
    if name == "buyerIdNumber":
        return normalise(asked) == normalise(filed)
    return texts_agree(asked, filed)


def _problem(event: RecordFiled, rule: Rule, name: str, found: str, expected: str) -> Problem:
    if name in PERSON_ELEMENTS:
        found, expected = mask(found), mask(expected)
    path = element_path(event.kind, event.record_no, SHAPES[event.kind].head, name)
    return rule.problem(event.kind, path, found=found, expected=expected)
