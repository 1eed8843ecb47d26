"""What the counterparties of customs answered, as facts: the identity register, the way to customs, a sandbox's play.

A production store has no such facts yet; a sandbox has those of the scenario that a filing names in its note.
"""

from __future__ import annotations

from tongguan.ceb.problem import Problem
from tongguan.clearance.model import Document, Facts, RecordFiled
from tongguan.clearance.rule import KINDS, Rule

SCENARIO = Rule(
    id="X01", stage="arrival", documents=KINDS, fields=("note",),
    zh="备注指定的沙箱情景不存在（仅限沙箱）",
    en="the note names a scenario that the sandbox does not have (in a sandbox only)",
    fix_zh="改用所列的情景名称，或去掉备注开头的 SCENARIO:",
    fix_en="use one of the names listed, or take SCENARIO: off the beginning of the note",
    source="ours", confidence="high",
)  # fmt: skip
D11 = Rule(
    id="D11", stage="match", documents=("inventory",), fields=("buyerName", "buyerIdNumber"),
    zh="订购人姓名和身份证件号码不匹配", en="the buyer's name and number do not agree in the identity register",
    fix_zh="请订购人核对姓名和证件号码，更正订单、支付单和清单后重新申报",
    fix_en="have the buyer check name and number, correct order, payment and inventory, and file again",
    source="reference of seen receipts; answered in a sandbox only, as no register is asked yet", confidence="high",
)  # fmt: skip

RULES = (SCENARIO, D11)


def scenario_problems(event: RecordFiled, facts: Facts) -> tuple[Problem, ...]:
    """X01 for a filing that names an unknown scenario, with the names there are."""
    name = facts.answer("unknown")
    if not name:
        return ()
    return (SCENARIO.problem(event.kind, "note", found=name, expected=facts.answer("known")),)


def identity_problems(inventory: Document, facts: Facts) -> tuple[Problem, ...]:
    """D11 when the identity register does not know the buyer under this name and number."""
    if facts.answer("identity") != "mismatch":
        return ()
    return (D11.problem(inventory.kind, "InventoryHead/buyerIdNumber"),)
