"""The returnInfo of a refused filing: the e-port's own words for its code with the values put in, then our reasons."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from tongguan.ceb.problem import Problem
from tongguan.clearance.model import RecordFiled
from tongguan.clearance.receipts import tell
from tongguan.clearance.record import head_of
from tongguan.codes.catalogue import table

Filler = Callable[[RecordFiled, Problem, str], str]
"""What stands in one place of an official text, by filing, problem and all reasons."""

_PLACE = re.compile(r"\[\*\]|\*|\[错误信息\]")
_TWO_TEXTS = " / "
_LINE = re.compile(r"\[(\d+)\]/")


def _reasons(event: RecordFiled, problem: Problem, reasons: str) -> str:
    return reasons


def _number(event: RecordFiled, problem: Problem, reasons: str) -> str:
    return f"[{event.key[-1]}]"


def _inventory_number(event: RecordFiled, problem: Problem, reasons: str) -> str:
    return f"[{head_of(event.kind, event.record).invtNo}]"


def _element(event: RecordFiled, problem: Problem, reasons: str) -> str:
    return problem.path.rpartition("/")[2]


def _found(event: RecordFiled, problem: Problem, reasons: str) -> str:
    return f"[{problem.found}]"


def _expected(event: RecordFiled, problem: Problem, reasons: str) -> str:
    return f"[{problem.expected}]"


def _line(event: RecordFiled, problem: Problem, reasons: str) -> str:
    numbers = _LINE.findall(problem.path)
    return f"[{numbers[-1] if numbers else ''}]"


def _gnum(event: RecordFiled, problem: Problem, reasons: str) -> str:
    return f"[{problem.found.partition(' ')[0]}]"


def _gcode(event: RecordFiled, problem: Problem, reasons: str) -> str:
    return f"[{problem.found.partition(' ')[2]}]"


def _nothing(event: RecordFiled, problem: Problem, reasons: str) -> str:
    return ""


_CARD = (_element, _found, _expected)
FILLS: Mapping[str, tuple[Filler, ...]] = MappingProxyType(
    {
        **dict.fromkeys(("-301008", "-504011", "-621001", "-623001", "-625001", "-800001"), (_reasons,)),
        **dict.fromkeys(("-623014", "-625004"), (_reasons,)),
        **dict.fromkeys(("-621015", "-623021", "-625020"), _CARD),
        **dict.fromkeys(("-621016", "-623026", "-625021"), (_found,)),
        **dict.fromkeys(("-621004", "-623009", "-625033", "-625022"), (_number,)),
        **dict.fromkeys(("-623003", "-623005"), (_inventory_number,)),
        **dict.fromkeys(("-623029", "-625208"), (_nothing,)),
        "-625010": (_number, _line, _element, _found, _expected),
        "-625209": (_number, _gnum, _gcode),
    }
)
"""What stands in the places of each official text, in their order."""
SECOND_TEXT = frozenset({"-621027", "-625022"})
"""Codes with two official texts of which our rules mean the second one."""


def refusal_text(event: RecordFiled, code: str, problems: Sequence[Problem]) -> str:
    """The returnInfo of a refusal with this code. Values that concern a person are left out, as by ``tell``."""
    reasons = tell(problems)
    problem = next((one for one in problems if one.code == code), problems[0])
    fillers = FILLS.get(code, ())
    places = iter(fillers)
    text = _PLACE.sub(lambda place: next(places, _number)(event, problem, reasons), official_text(code))
    return text if _reasons in fillers else text + reasons


def official_text(code: str) -> str:
    """The text of the specification for a negative code, or the one seen in receipts where it has none."""
    text = table("return_error_codes").zh(code)
    first, _, second = text.partition(_TWO_TEXTS)
    return second if code in SECOND_TEXT else first
