"""A sandbox's play of a single code: the receipt that a filing asks for in its note, as ``SCENARIO:code-1332``.

A negative code refuses the filing; a code that customs rejects with, or 100 itself, rejects it; every other status is
told right after 2, and the document then goes on as it would without the note.
"""

from __future__ import annotations

import msgspec

from tongguan.ceb.problem import Problem
from tongguan.clearance.model import Document, Facts, RecordFiled
from tongguan.clearance.receipts import coded, tell
from tongguan.clearance.record import SHAPES
from tongguan.clearance.rule import ALL_KINDS, Rule
from tongguan.clearance.turn import SENT, Turn
from tongguan.codes.catalogue import table

PLAYED = Rule(
    id="X02", stage="arrival", documents=ALL_KINDS, fields=("note",),
    zh="备注要求的沙箱情景代码（仅限沙箱）", en="the code that the note asks for as a scenario (in a sandbox only)",
    fix_zh="无须更正；去掉备注开头的 SCENARIO: 后以较晚的报送时间重新申报",
    fix_en="nothing to correct; take SCENARIO: off the beginning of the note and file again with a later appTime",
    source="ours", confidence="high",
)  # fmt: skip
OF_ANOTHER_RECEIPT = Rule(
    id="X03", stage="arrival", documents=ALL_KINDS, fields=("note",),
    zh="该单证的回执没有备注所要求的代码（仅限沙箱）",
    en="the receipt of this document never carries the code that the note asks for (in a sandbox only)",
    fix_zh="在该代码所属回执的单证上使用此情景", fix_en="use the scenario on a document whose receipt carries the code",
    source="ours", confidence="high",
)  # fmt: skip
RULES = (PLAYED, OF_ANOTHER_RECEIPT)
_ANY = "any"
_MARK = f"[{PLAYED.id};{PLAYED.zh} / {PLAYED.en}]"


def played_refusal(event: RecordFiled, facts: Facts) -> tuple[Problem, ...]:
    """The refusal that the note asks for; or X03 when the receipt of such a document never carries the code."""
    code = facts.answer("code")
    if not code:
        return ()
    receipts = receipts_of(code)
    own = SHAPES[event.kind].receipt[3:6]
    if _ANY not in receipts and own not in receipts:
        return (OF_ANOTHER_RECEIPT.problem(event.kind, "note", found=code, expected=" ".join(receipts)),)
    if code not in table("return_error_codes"):
        return ()
    return (msgspec.structs.replace(PLAYED.problem(event.kind, "note", found=code), code=code),)


def receipts_of(code: str) -> tuple[str, ...]:
    """The receipts that carry a code, as 312 or ``any``; those of a result of customs are those of its status."""
    if code in table("return_error_codes"):
        return tuple(table("return_error_codes").get(code, "receipt").split())
    return tuple(table("return_status").get(_status(code), "receipts").split())


def plays_rejection(facts: Facts) -> bool:
    """Whether the note asks for a rejection."""
    code = facts.answer("code")
    return bool(code) and _status(code) == "100"


def play_rejection(document: Document, turn: Turn) -> None:
    """100 with the code that the note asks for; the document is free to be filed again."""
    turn.say(document, "3", SENT)
    turn.problems = (msgspec.structs.replace(PLAYED.problem(document.kind, "note"), code=_result(turn.facts)),)
    turn.change(document, status="100", lapses_at=None, problems=turn.problems)
    turn.say(document, "100", tell(turn.problems) + (_MARK if _result(turn.facts) else ""))


def play_status(document: Document, turn: Turn) -> None:
    """Tell the status that the note asks for, beside what becomes of the document."""
    code = turn.facts.answer("code")
    if not code:
        return
    names = table("return_status")
    text = coded(code) if _result(turn.facts) else f"{names.zh(code)} / {names.en(code)}"
    turn.say(document, _status(code), text + _MARK)


def _status(code: str) -> str:
    """The status that a result of customs comes with; a status is its own."""
    results = table("customs_result_codes")
    return results.get(code, "return_status") if code in results else code


def _result(facts: Facts) -> str:
    """The code, where it is a result of customs; empty where it is a status."""
    code = facts.answer("code")
    return code if code in table("customs_result_codes") else ""
