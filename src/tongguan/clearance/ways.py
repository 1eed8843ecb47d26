"""The way of each kind of document once its form and its version are right: what it is asked, does, and undoes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from tongguan.ceb.problem import Problem
from tongguan.clearance import cancellation, entry_list, goods_return, waybill_status
from tongguan.clearance.model import Case, Document, Facts, RecordFiled
from tongguan.clearance.officers import play
from tongguan.clearance.turn import Turn
from tongguan.law.inforce import LawAt


class Way(NamedTuple):
    """One kind's own part of a filing.

    ``refusals``: what speaks against taking the record at all, answered with a negative code; nothing is stored then.
    ``proceed``: takes the document at 2 as far as it goes and says where it stands, as an outcome (``waiting``: it goes
    on waiting, and lapses when it waits too long).
    ``undo``: what follows besides when a version that stood is deleted, or replaced by one that is only saved.
    """

    refusals: Callable[[RecordFiled, Case, Facts, LawAt], tuple[Problem, ...]]
    proceed: Callable[[Document, Case, Turn], str]
    undo: Callable[[Document, Case, Turn], None]


def _none(event: RecordFiled, case: Case, facts: Facts, law: LawAt) -> tuple[Problem, ...]:
    return ()


def _nothing(document: Document, case: Case, turn: Turn) -> None:
    return None


WAYS: Mapping[str, Way] = MappingProxyType(
    {
        "inventory": Way(_none, play.proceed, _nothing),
        "cancellation": Way(cancellation.refusals, cancellation.proceed, _nothing),
        "goods_return": Way(goods_return.refusals, goods_return.proceed, goods_return.undo),
        "entry_list": Way(entry_list.refusals, entry_list.proceed, entry_list.undo),
        "waybill_status": Way(waybill_status.refusals, waybill_status.proceed, waybill_status.undo),
    }
)
"""Orders, payments and waybills are not here: they wait until an inventory uses them."""
