"""The lexical rules of one field: what XML Schema 1.0 says of xs:string, xs:decimal and xs:int with their facets.

Text keeps its blanks; numbers lose the blanks around them. Digits are counted without leading zeros and without
trailing zeros of the fraction, so ``1.1234500`` has five decimals.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from tongguan.ceb.table import FieldSpec, Kind

BLANKS: Final = " \t\r\n"
"""The four characters that XML calls white space."""
INT_BITS: Final = 31
_DECIMAL: Final = re.compile(r"[+-]?(?:([0-9]+)(?:\.([0-9]*))?|\.([0-9]+))")
_WHOLE: Final = re.compile(r"([+-]?)([0-9]+)")


def faults(field: FieldSpec, text: str) -> Iterator[tuple[str, str]]:
    """Each fault of one value as (rule id, what was expected). ``text`` is the element's content, "" when empty."""
    match field.kind:
        case Kind.TEXT:
            yield from _text_faults(field, text)
        case Kind.DECIMAL:
            yield from _decimal_faults(field, text.strip(BLANKS))
        case Kind.WHOLE:
            yield from _whole_faults(field, text.strip(BLANKS))
        case Kind.ANY:
            return


def length_faults(text: str, least: int | None, most: int | None) -> Iterator[tuple[str, str]]:
    """S06 for a fixed length, S04 and S05 for bounds; lengths count characters."""
    if least is not None and least == most:
        if len(text) != most:
            yield "S06", str(most)
    elif least is not None and len(text) < least:
        yield "S04", str(least)
    elif most is not None and len(text) > most:
        yield "S05", str(most)


def _text_faults(field: FieldSpec, text: str) -> Iterator[tuple[str, str]]:
    if field.fixed is None:
        yield from length_faults(text, field.min_len, field.max_len)
    elif text not in ("", field.fixed):  # an empty element takes the fixed value
        yield "S10", field.fixed


def _decimal_faults(field: FieldSpec, text: str) -> Iterator[tuple[str, str]]:
    found = _DECIMAL.fullmatch(text)
    if found is None:
        yield "S07", field.type
        return
    whole = (found[1] or "").lstrip("0")
    fraction = (found[2] or found[3] or "").rstrip("0")
    if field.fraction_digits is not None and len(fraction) > field.fraction_digits:
        yield "S09", str(field.fraction_digits)
    if field.total_digits is not None and len(whole) + len(fraction) > field.total_digits:
        yield "S08", str(field.total_digits)


def _whole_faults(field: FieldSpec, text: str) -> Iterator[tuple[str, str]]:
    found = _WHOLE.fullmatch(text)
    if found is None:
        yield "S07", field.type
        return
    digits = found[2].lstrip("0")
    if field.total_digits is not None:
        if len(digits) > field.total_digits:
            yield "S08", str(field.total_digits)
    # Compared by length first: Python refuses to turn thousands of digits into a number.
    elif len(digits) > 10 or not -(1 << INT_BITS) <= int(found[1] + (digits or "0")) < 1 << INT_BITS:
        yield "S18", f"{-(1 << INT_BITS)}..{(1 << INT_BITS) - 1}"
