"""Receipts of all documents, before they have a number: who gets them, which keys they carry, what they say."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Any, NamedTuple

from tongguan.ceb.person import PERSON_ELEMENTS
from tongguan.ceb.problem import Problem
from tongguan.clearance.model import Document, Receipt, RecordFiled
from tongguan.clearance.record import SHAPES, head_of
from tongguan.clearance.rule import REQUESTS
from tongguan.codes.catalogue import table

INFO_MOST = 1000
"""Characters that returnInfo holds (specification 202205)."""


def receipt(document: Document, status: str, info: str) -> Receipt:
    """A receipt about a stored document, to its filer and its subscribers."""
    head = head_of(document.kind, document.record)
    keys = _keys(document.kind, head, _Numbers(document.pre_no, document.invt_no, document.rkd_no))
    return Receipt(
        SHAPES[document.kind].receipt, keys, status, _fit(info), _readers(document.sender, document.subscribers)
    )


def refusal(event: RecordFiled, pre_no: str, status: str, info: str) -> Receipt:
    """A receipt about a record that is not taken."""
    keys = _keys(event.kind, head_of(event.kind, event.record), _Numbers(pre_no))
    return Receipt(SHAPES[event.kind].receipt, keys, status, _fit(info), _readers(event.sender, event.subscribers))


def coded(code: str, *pairs: tuple[str, str]) -> str:
    """A result text of customs with a known code: ``[Code:1332;Desc:…][PaymentHead.amountPaid:118.00]``."""
    return _text_of(code) + "".join(f"[{name}:{value}]" for name, value in pairs)


@cache
def _text_of(code: str) -> str:
    return f"[Code:{code};Desc:{table('customs_result_codes').zh(code)}]"


def tell(problems: Iterable[Problem]) -> str:
    """All problems in one text, those with a code of customs first. Values that concern a person are left out."""
    results = table("customs_result_codes")
    known, ours = [], []
    for problem in problems:
        shown = _values(problem)
        if problem.code in results:
            if (text := coded(problem.code, *shown)) not in known:
                known.append(text)
        else:
            values = "".join(f";{name}:{value}" for name, value in shown)
            ours.append(f"[{problem.rule_id};{problem.text_zh} / {problem.text_en}{values}]")
    return "".join(known + ours)


def _values(problem: Problem) -> tuple[tuple[str, str], ...]:
    element = problem.path.rpartition("/")[2]
    if not element or element in PERSON_ELEMENTS:
        return ()
    name = "/".join(problem.path.split("/")[-2:]).replace("/", ".")
    if not problem.found and not problem.expected:
        return ((name, ""),)
    return ((name, problem.found), ("expected", problem.expected)) if problem.expected else ((name, problem.found),)


class _Numbers(NamedTuple):
    """The numbers that the server has given."""

    pre_no: str
    invt_no: str = ""
    rkd_no: str = ""


def _keys(kind: str, head: Any, numbers: _Numbers) -> tuple[tuple[str, str], ...]:
    if kind == "order":
        return (("ebpCode", head.ebpCode), ("ebcCode", head.ebcCode), ("orderNo", head.orderNo))
    if kind == "payment":
        return (("payCode", head.payCode), ("payTransactionId", head.payTransactionId))
    if kind == "waybill":
        return (("logisticsCode", head.logisticsCode), ("logisticsNo", head.logisticsNo))
    if kind == "waybill_status":
        return (
            ("logisticsCode", head.logisticsCode),
            ("logisticsNo", head.logisticsNo),
            ("logisticsStatus", head.logisticsStatus),
        )
    if kind == "entry_list":
        return _given(
            ("customsCode", head.customsCode),
            ("operatorCode", head.operatorCode),
            ("copNo", head.copNo or ""),
            ("preNo", numbers.pre_no),
            ("rkdNo", numbers.rkd_no),
        )
    if kind in REQUESTS:
        return _given(
            ("customsCode", head.customsCode),
            ("agentCode", head.agentCode),
            ("ebpCode", head.ebpCode),
            ("ebcCode", head.ebcCode),
            ("copNo", head.copNo or ""),
            ("preNo", numbers.pre_no),
            # The request may name anything; the receipt holds an inventory number of full length or none.
            ("invtNo", numbers.invt_no or (head.invtNo if len(head.invtNo) == _INVT_NO_LENGTH else "")),
        )
    return _given(
        ("customsCode", head.customsCode),
        ("ebpCode", head.ebpCode),
        ("ebcCode", head.ebcCode),
        ("agentCode", head.agentCode),
        ("copNo", head.copNo or ""),
        ("preNo", numbers.pre_no),
        ("invtNo", numbers.invt_no),
    )


_INVT_NO_LENGTH = 18


def _given(*pairs: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    """The elements that have a value: the schema takes no empty number, so it is left out until there is one."""
    return tuple([pair for pair in pairs if pair[1]])


def _readers(sender: str, subscribers: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((sender, *subscribers))) if subscribers else (sender,)


# What XML cannot carry: a person's words may hold it, and no receipt may become unreadable by it.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def _fit(info: str) -> str:
    info = _NOT_XML.sub("", info)
    return info if len(info) <= INFO_MOST else info[: INFO_MOST - 1] + "…"
