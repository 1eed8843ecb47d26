"""A case as one reader may see it: roles in the case, then the table of visibility, and nothing past it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from tongguan.ceb.problem import Problem
from tongguan.clearance.handling import Words
from tongguan.clearance.model import Document, Hold
from tongguan.clearance.record import head_of
from tongguan.gateway.answer import ProblemForm, problem_form, without_person
from tongguan.gateway.door import TokenParty
from tongguan.gateway.visibility import Visibility
from tongguan.store.reading import CaseView

_OF_INVENTORY = (
    ("platform", "ebpCode"),
    ("merchant", "ebcCode"),
    ("logistics", "logisticsCode"),
    ("declarant", "agentCode"),
)
_ROLE_FIELDS = {
    "order": (("platform", "ebpCode"), ("merchant", "ebcCode"), ("payment", "payCode")),
    "payment": (("payment", "payCode"),),
    "waybill": (("logistics", "logisticsCode"),),
    "inventory": _OF_INVENTORY,
    "cancellation": _OF_INVENTORY,
    "goods_return": _OF_INVENTORY,
}
"""Which element of a document's head names the company in which role."""


class DocumentForm(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One document as shown. ``record`` holds what may be seen of it; absent members of ``decision`` may not.

    ``parcel`` tells where the goods are: of an inventory the warehouse entry list that they came in with (``arrival``),
    of a waybill when they were signed for (``signedAt``). ``handling`` is who has the case and what officers did;
    ``words`` is what they and the filer wrote. ``tax_bill`` and ``returned`` (gnum and quantity that came back) are of
    a released inventory.
    """

    kind: str
    key: tuple[str, ...]
    message_type: str
    filed_at: str
    status: str
    version: int | None = None
    numbers: dict[str, str] | None = None
    missing: tuple[str, ...] | None = None
    holds: list[dict[str, Any]] | None = None
    parcel: dict[str, Any] | None = None
    tax_bill: dict[str, Any] | None = None
    returned: list[dict[str, Any]] | None = None
    handling: dict[str, Any] | None = None
    words: list[dict[str, Any]] | None = None
    tax: dict[str, Any] | None = None
    problems: list[ProblemForm] | None = None
    story: Any = None
    record: dict[str, Any] = {}


class CaseForm(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A case as shown to one party, with the roles it has in it."""

    case_id: str
    ebp_code: str
    order_no: str
    roles: tuple[str, ...]
    documents: list[DocumentForm]


def case_form(
    case: CaseView, party: TokenParty, table: Visibility, story_of: Callable[[Document], Any]
) -> CaseForm | None:
    """The case for the party of a token, or None when it takes no part: then not even its existence is told."""
    roles, own = roles_in(case, party)
    documents = []
    for document in documents_of(case):
        seen_as = roles | own.get((document.kind, document.key), frozenset())
        if table.shown(seen_as, document.kind, "decision.status") != "no":
            documents.append(_document(document, seen_as, table, story_of))
    if not documents:
        return None
    every = roles.union(*own.values()) if own else roles
    return CaseForm(
        case_id=case.case_id,
        ebp_code=case.ebp_code,
        order_no=case.order_no,
        roles=tuple(sorted(every)),
        documents=documents,
    )


def roles_in(
    case: CaseView, party: TokenParty
) -> tuple[frozenset[str], dict[tuple[str, tuple[str, ...]], frozenset[str]]]:
    """The party's roles in the whole case, and those it has only in single documents, by (kind, key).

    The order says who takes part in it. Any other document gives a role in itself alone until the match has accepted
    it: otherwise anybody could read an order by naming it in a filing.
    """
    if party.kind != "filer":
        return frozenset({party.kind}), {}
    roles: set[str] = set()
    own: dict[tuple[str, tuple[str, ...]], frozenset[str]] = {}
    for document in documents_of(case):
        named = frozenset(_named(document, party.party_code))
        if document.kind == "order" or document.accepted_at is not None or document.used_by is not None:
            roles |= named
        else:
            own[(document.kind, document.key)] = named
    return frozenset(roles), own


def documents_of(case: CaseView) -> Iterator[Document]:
    """All documents of a case in the order in which it is read: order, payments, waybills, inventories, requests."""
    if case.order is not None:
        yield case.order
    yield from case.payments
    yield from case.waybills
    yield from case.inventories
    yield from case.requests


def _named(document: Document, party_code: str) -> Iterator[str]:
    if document.record is None or not party_code:
        return
    head = head_of(document.kind, document.record)
    for role, field in _ROLE_FIELDS.get(document.kind, ()):
        if getattr(head, field) == party_code:
            yield role


def _document(
    document: Document, roles: frozenset[str], table: Visibility, story_of: Callable[[Document], Any]
) -> DocumentForm:
    def seen(name: str) -> bool:
        return table.shown(roles, document.kind, f"decision.{name}") == "clear"

    # Whoever wrote the problems should have masked persons' values; no story is told from any that were not.
    document = msgspec.structs.replace(document, problems=tuple(without_person(item) for item in document.problems))
    numbers = {"preNo": document.pre_no, "invtNo": document.invt_no, "rkdNo": document.rkd_no}
    return DocumentForm(
        kind=document.kind,
        key=document.key,
        message_type=document.message_type,
        filed_at=document.filed_at.isoformat(),
        status=document.status,
        version=document.version if seen("version") else None,
        numbers={name: text for name, text in numbers.items() if text} if seen("numbers") else None,
        missing=document.missing if seen("missing") else None,
        holds=[_hold(hold, seen("lanes")) for hold in document.holds] if seen("holds") else None,
        parcel=_parcel(document) if seen("parcel") else None,
        handling=_handling(document) if seen("handling") else None,
        words=[_said(words) for words in document.words] if document.words and seen("words") else None,
        tax=msgspec.to_builtins(document.tax) if document.tax and seen("tax") else None,
        tax_bill=msgspec.to_builtins(document.bill) if document.bill and seen("tax") else None,
        returned=_returned(document) if document.returned and seen("tax") else None,
        problems=[problem_form(item) for item in document.problems] if seen("problems") else None,
        story=_plain(story_of(document)) if seen("story") else None,
        record=table.record(roles, document.kind, document.record) if document.record is not None else {},
    )


def _handling(document: Document) -> dict[str, Any] | None:
    """Who has the case and what officers did; None where nobody did anything."""
    told: dict[str, Any] = {
        "officer": document.officer,
        "withdrawn": list(document.withdrawn),
        "acts": [msgspec.to_builtins(act) for act in document.acts],
        "proposed": msgspec.to_builtins(document.proposed) if document.proposed else None,
        "reviewAskedAt": document.review_asked_at.isoformat() if document.review_asked_at else None,
    }
    found = {name: value for name, value in told.items() if value}
    return found or None


def _said(words: Words) -> dict[str, Any]:
    return {name: msgspec.to_builtins(getattr(words, name)) for name in words.__struct_fields__}


def _returned(document: Document) -> list[dict[str, Any]]:
    return [{"gnum": gnum, "qty": str(qty)} for gnum, qty in document.returned]


def _parcel(document: Document) -> dict[str, Any] | None:
    """What the operator of the site and the logistics company have said of the parcel; None where they have not."""
    arrival, signed_at = document.arrival, document.signed_at
    told: dict[str, Any] = {}
    if arrival is not None:
        names = {"operatorCode": arrival.operator_code, "rkdNo": arrival.rkd_no, "at": arrival.at.isoformat()}
        told["arrival"] = names
    if signed_at is not None:
        told["signedAt"] = signed_at.isoformat()
    return told or None


def _hold(hold: Hold, with_lane: bool) -> dict[str, Any]:
    """A hold as JSON. Which lane drew a parcel, and which officers acted, is for agencies and those who audit them."""
    form: dict[str, Any] = msgspec.to_builtins(hold)
    if not with_lane:
        for name in ("lane", "lifted_by", "by", "approver"):
            form.pop(name, None)
    return form


def _plain(value: Any) -> Any:
    """A story as JSON: sentences as ``{"zh", "en"}``, problems in their one shape, persons masked."""
    if isinstance(value, Problem):
        return problem_form(value)
    if isinstance(value, msgspec.Struct):
        return {name: _plain(getattr(value, name)) for name in value.__struct_fields__}
    if hasattr(value, "_asdict"):
        return {name: _plain(item) for name, item in value._asdict().items()}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value
