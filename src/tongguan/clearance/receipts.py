"""Receipts of the four documents, before they have a number: who gets them, which keys they carry, what they say."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from tongguan.ceb.person import PERSON_ELEMENTS
from tongguan.ceb.problem import Problem
from tongguan.clearance.model import Document, Receipt, RecordFiled
from tongguan.clearance.record import SHAPES, head_of
from tongguan.codes.catalogue import table

INFO_MOST = 1000
"""Characters that returnInfo holds (specification 202205)."""


def receipt(document: Document, status: str, info: str) -> Receipt:
    """A receipt about a stored document, to its filer and its subscribers."""
    head = head_of(document.kind, document.record)
    keys = _keys(document.kind, head, document.pre_no, document.invt_no)
    return Receipt(
        SHAPES[document.kind].receipt, keys, status, _fit(info), _readers(document.sender, document.subscribers)
    )


def refusal(event: RecordFiled, pre_no: str, status: str, info: str) -> Receipt:
    """A receipt about a record that is not taken."""
    keys = _keys(event.kind, head_of(event.kind, event.record), pre_no, "")
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


def _keys(kind: str, head: Any, pre_no: str, invt_no: str) -> tuple[tuple[str, str], ...]:
    if kind == "order":
        return (("ebpCode", head.ebpCode), ("ebcCode", head.ebcCode), ("orderNo", head.orderNo))
    if kind == "payment":
        return (("payCode", head.payCode), ("payTransactionId", head.payTransactionId))
    if kind == "waybill":
        return (("logisticsCode", head.logisticsCode), ("logisticsNo", head.logisticsNo))
    keys = (
        ("customsCode", head.customsCode),
        ("ebpCode", head.ebpCode),
        ("ebcCode", head.ebcCode),
        ("agentCode", head.agentCode),
        ("copNo", head.copNo or ""),
        ("preNo", pre_no),
    )
    # An empty invtNo does not pass the schema: it is left out until there is one.
    return (*keys, ("invtNo", invt_no)) if invt_no else keys


def _readers(sender: str, subscribers: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((sender, *subscribers))) if subscribers else (sender,)


def _fit(info: str) -> str:
    return info if len(info) <= INFO_MOST else info[: INFO_MOST - 1] + "…"
