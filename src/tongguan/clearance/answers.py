"""What the counterparties of customs answered, as facts: the identity register, the way to customs, a sandbox's play.

The identity register is a table of the registry; the other answers are those of the scenario that a filing names in its
note, in a sandbox only.
"""

from __future__ import annotations

from tongguan.ceb.problem import Problem
from tongguan.clearance.model import Document, Facts, RecordFiled
from tongguan.clearance.rule import ALL_KINDS, Rule

SCENARIO = Rule(
    id="X01", stage="arrival", documents=ALL_KINDS, fields=("note",),
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
    source="seen receipts; the identity register of the registry", confidence="high",
)  # fmt: skip
D11_UNKNOWN = Rule(
    id="D11-UNKNOWN", stage="match", documents=("inventory",), fields=("buyerName", "buyerIdNumber"),
    zh="身份登记中没有订购人，须人工核实", en="the identity register does not know the buyer: an officer has to check",
    fix_zh="无需更正；备好订购人身份证明，待关员核实",
    fix_en="nothing to correct; keep proof of the buyer's identity ready for the officer",
    source="ours; setting identity_unknown", confidence="medium",
)  # fmt: skip

RULES = (SCENARIO, D11, D11_UNKNOWN)
IDENTITY = "identity"
"""The kind of hold that is open while an officer checks who the buyer is."""


def scenario_problems(event: RecordFiled, facts: Facts) -> tuple[Problem, ...]:
    """X01 for a filing that names an unknown scenario, with the names there are."""
    name = facts.answer("unknown")
    if not name:
        return ()
    return (SCENARIO.problem(event.kind, "note", found=name, expected=facts.answer("known")),)


def identity_problems(inventory: Document, facts: Facts) -> tuple[Problem, ...]:
    """D11 when the identity register knows the number under another name."""
    if _identity(facts) != "mismatch":
        return ()
    return (D11.problem(inventory.kind, "InventoryHead/buyerIdNumber"),)


def unknown_buyer(inventory: Document, facts: Facts) -> Problem | None:
    """D11-UNKNOWN when the identity register does not know the number at all."""
    if _identity(facts) != "unknown":
        return None
    return D11_UNKNOWN.problem(inventory.kind, "InventoryHead/buyerIdNumber")


def _identity(facts: Facts) -> str:
    """known, mismatch or unknown; empty where no register is kept. A sandbox's play comes first."""
    return facts.answer("identity") or facts.identity
