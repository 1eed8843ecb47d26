"""What an officer of customs does to an inventory: by command, or in a sandbox at once, as its scenario says."""

from __future__ import annotations

from tongguan.clearance.acceptance import GUARANTEE, open_holds
from tongguan.clearance.inventory import advance, lift_review, reject
from tongguan.clearance.model import Case, Document
from tongguan.clearance.receipts import coded
from tongguan.clearance.rule import Rule
from tongguan.clearance.turn import Turn

RETURNED = Rule(
    id="C-REJECT", stage="officer", documents=("inventory",), fields=("reason",),
    zh="人工退单", en="returned by an officer",
    fix_zh="按退单理由更正后，以较晚的报送时间重新申报", fix_en="correct what the reason says and file again with a later appTime",
    source="production receipt", confidence="high", codes={"inventory": "1300"},
)  # fmt: skip

_PLAYED = "scenario"
_REASON = "沙箱情景退单 / returned as the scenario says"


def held_by_customs(inventory: Document) -> bool:
    """Whether a review or an examination of customs is open."""
    return any(one.kind != GUARANTEE and one.agency == "customs" for one in open_holds(inventory))


def send_back(inventory: Document, case: Case, reason: str, turn: Turn) -> str:
    """100 with code 1300 and the officer's reason."""
    reason = reason.strip()
    problem = RETURNED.problem("inventory", "", found=reason)
    return reject(inventory, case, (problem,), coded("1300") + f"[{reason}]", turn)


def proceed(inventory: Document, case: Case, turn: Turn) -> str:
    """Take an inventory at 2 as far as it goes, past the officer whom a scenario plays; the outcome."""
    outcome = advance(inventory, case, turn)
    answer = turn.facts.answer("officer")
    if not answer or not held_by_customs(turn.now(inventory)):
        return outcome
    if answer == "reject":
        return send_back(inventory, case, _REASON, turn)
    return lift_review(turn.now(inventory), _PLAYED, turn)
