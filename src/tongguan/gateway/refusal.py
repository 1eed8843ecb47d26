"""CEB900, the answer to a message that could not be taken: the only receipt that the gateway makes by itself.

It is a pure function of the stored filing and the original text, so that it can be given again, byte for byte.
Source: reference 202205, CEB900.
"""

from __future__ import annotations

import hashlib
import re
from typing import Final, Literal
from uuid import UUID

from tongguan.ceb.messages.ceb900 import CEB900Message, MessageReturn
from tongguan.ceb.problem import Problem
from tongguan.ceb.write import write
from tongguan.gateway.answer import JSON, XML, Answer, encode_json, problem_form, without_person
from tongguan.gateway.wire_time import china_time, iso_utc
from tongguan.store.filing import Filing
from tongguan.store.issued import SANDBOX_MARK

_RETURN_STATUS: Final = "-999999"  # the specification only asks for a negative value
_INFO_MAX: Final = 5000 - len(SANDBOX_MARK)
_PLACEHOLDER: Final = "ORIGINAL-MESSAGE-GOES-HERE"
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DECLARED = re.compile(rb"^\s*<\?xml[^>]{0,200}encoding\s*=\s*[\"'](gb18030|gbk|gb2312)[\"']", re.IGNORECASE)


def refusal_answer(
    filing: Filing, original: bytes, answering: Literal["xml", "json"], echo_chars_max: int, *, sandbox: bool = False
) -> Answer:
    """The 422 answer: CEB900, or all problems as JSON. ``original`` is the business message as it came.

    CEB900 of a ``sandbox`` says so, as its receipts do.
    """
    problems = tuple(without_person(item) for item in filing.refused)
    if answering == "json":
        return Answer(422, refusal_json(filing, problems), JSON)
    return Answer(422, refusal_xml(filing, problems, original, echo_chars_max, sandbox=sandbox), XML)


def refusal_json(filing: Filing, problems: tuple[Problem, ...]) -> bytes:
    """What CEB900 says, with every problem as a value of its own."""
    return encode_json(
        {
            "filingId": filing.filing_id,
            "messageType": filing.message_type,
            "receivedAt": iso_utc(filing.received_ns),
            "problems": [problem_form(item) for item in problems],
        }
    )


def refusal_xml(
    filing: Filing, problems: tuple[Problem, ...], original: bytes, echo_chars_max: int, *, sandbox: bool = False
) -> bytes:
    """CEB900 in the default namespace. The original comes back in a CDATA section, cut after ``echo_chars_max``."""
    text = original_text(original)
    message = CEB900Message(
        guid=refusal_guid(filing.filing_id, "message"),
        version="1.0",
        MessageReturn=(
            MessageReturn(
                guid=refusal_guid(filing.filing_id, "return"),
                returnStatus=_RETURN_STATUS,
                returnInfo=return_info(problems, cut=len(text) > echo_chars_max) + (SANDBOX_MARK if sandbox else ""),
                returnTime=china_time(filing.received_ns),
                oriCopMsgId=_NOT_XML.sub("\ufffd", filing.cop_msg_id)[:255],
                oriMessageType=filing.message_type[:15],
                oriBizMessage=_PLACEHOLDER,
            ),
        ),
    )
    return write(message, prefix=None).replace(_PLACEHOLDER.encode(), cdata(text[:echo_chars_max]).encode())


def refusal_guid(filing_id: str, part: str) -> str:
    """36 characters, upper-case, the same for the same filing."""
    digest = hashlib.sha256(f"CEB900\0{part}\0{filing_id}".encode()).digest()
    return str(UUID(bytes=digest[:16], version=5)).upper()


def return_info(problems: tuple[Problem, ...], *, cut: bool = False) -> str:
    """All problems in one line each, Chinese first; what no longer fits in 5,000 characters is counted at the end."""
    tail = "原报文过长，仅返回开头部分 the original is long; only its beginning comes back" if cut else ""
    lines: list[str] = []
    room = _INFO_MAX - 100 - len(tail)
    for number, item in enumerate(problems):
        line = _line(item)
        if len(line) + 1 > room:
            left = len(problems) - number
            lines.append(
                f"另有 {left} 处，请用 Accept: application/json 取得全部 {left} more: ask for application/json"
            )
            break
        lines.append(line)
        room -= len(line) + 1
    return _NOT_XML.sub("\ufffd", "\n".join([*lines, tail] if tail else lines))[:_INFO_MAX]


def original_text(original: bytes) -> str:
    """The message as text that XML can hold: what is no character of its encoding, or none of XML, becomes U+FFFD."""
    encoding = "gb18030" if _DECLARED.match(original) else "utf-8-sig"
    return _NOT_XML.sub("\ufffd", original.decode(encoding, errors="replace"))


def cdata(text: str) -> str:
    """A CDATA section; the one sequence it cannot hold is split over two."""
    return "<![CDATA[" + text.replace("]]>", "]]]]><![CDATA[>") + "]]>"


def _line(item: Problem) -> str:
    value = f"：{item.found[:60]}" if item.found else ""
    wanted = f"（应为 {item.expected[:60]}）" if item.expected else ""
    return f"[{item.rule_id};{item.path}]{item.text_zh}{value}{wanted}。{item.fix_zh}。{item.text_en}. {item.fix_en}."
