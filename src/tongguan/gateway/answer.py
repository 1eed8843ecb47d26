"""One HTTP answer as a value, and the JSON forms that several answers share."""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

from tongguan.ceb.person import PERSON_ELEMENTS, mask
from tongguan.ceb.problem import Problem
from tongguan.gateway.problems import ENTRIES, problem

JSON = b"application/json"
XML = b"application/xml; charset=utf-8"

_LAST_STEP = re.compile(r"([A-Za-z]+)(?:\[\d+\])?$")
_FORM_RULES = frozenset("AELSW")  # door, envelope, lenient, schema, limits: what they expect is a form, never a value

encode_json = msgspec.json.Encoder().encode


class Answer(msgspec.Struct, frozen=True):
    """Status, body and content type of one answer; ``retry_after`` in seconds, 0 = no such header."""

    status: int
    body: bytes
    content_type: bytes = JSON
    retry_after: int = 0

    def headers(self) -> list[tuple[bytes, bytes]]:
        """The headers as ASGI wants them."""
        headers = [(b"content-type", self.content_type), (b"content-length", str(len(self.body)).encode())]
        if self.retry_after:
            headers.append((b"retry-after", str(self.retry_after).encode()))
        if self.status == 401:
            headers.append((b"www-authenticate", b"Bearer"))
        return headers


class ProblemForm(msgspec.Struct, frozen=True, kw_only=True):
    """A problem as JSON shows it: every member is there, empty ones too, so that a client needs no guess."""

    rule_id: str
    code: str
    document: str
    path: str
    found: str
    expected: str
    law_row: str
    text_zh: str
    text_en: str
    fix_zh: str
    fix_en: str


def problem_form(item: Problem) -> ProblemForm:
    """The JSON form of a problem; a value that names a person is masked."""
    item = without_person(item)
    return ProblemForm(**{name: getattr(item, name) for name in ProblemForm.__struct_fields__})


def without_person(item: Problem) -> Problem:
    """The same problem with its values masked where its path ends at an element that names a person."""
    step = _LAST_STEP.search(item.path)
    if step is None or step[1] not in PERSON_ELEMENTS:
        return item
    return msgspec.structs.replace(item, found=mask(item.found), expected=_expected(item))


def _expected(item: Problem) -> str:
    """A rule's bound (``1..30``) may be told; the other party's value may not, and only comparisons hold one."""
    return item.expected if item.rule_id[:1] in _FORM_RULES else mask(item.expected)


def problems_body(problems: Iterable[Problem]) -> bytes:
    """``{"problems": [...]}``, each with all texts in both languages."""
    return encode_json({"problems": [problem_form(item) for item in problems]})


def refuse(rule_id: str, *, path: str = "", found: str = "", expected: str = "", retry_after: int = 0) -> Answer:
    """The answer for one of the door's own problems, with the HTTP status that belongs to it."""
    body = problems_body([problem(rule_id, path=path, found=found, expected=expected)])
    return Answer(ENTRIES[rule_id].status, body, JSON, retry_after)
