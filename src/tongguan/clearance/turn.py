"""What one event changes, gathered step by step and then frozen into a Decision."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec

from tongguan.ceb.problem import Problem
from tongguan.clearance.model import Await, Compared, Decision, Document, Due, Facts, Move, Receipt, Woken
from tongguan.clearance.receipts import receipt
from tongguan.clearance.remedies import with_remedies
from tongguan.clearance.rule import REQUESTS
from tongguan.law.inforce import LawAt

SENT = "发送海关成功 / sent to customs"
NOT_SENT = "发送海关失败，请以较晚的报送时间重新申报 / not sent to customs: file again with a later appTime"


class Turn:
    """The documents as they change during one event. Lives for one decision; ``freeze`` ends it."""

    def __init__(self, facts: Facts, law: LawAt) -> None:
        self.facts, self.law = facts, law
        self._documents: dict[tuple[str, tuple[str, ...]], Document] = {}
        self._receipts: list[Receipt] = []
        self.moves: list[Move] = []
        self.awaits: tuple[Await, ...] = ()
        self.brings: tuple[Await, ...] = ()
        self.due: list[Due] = []
        self.compared: tuple[Compared, ...] = ()
        self.problems: tuple[Problem, ...] = ()
        self.law_rows: tuple[str, ...] = ()
        self.doubtful = False
        self.took_pre_no = False
        self.took_invt_no = False
        self.took_rkd_no = False
        self.wakes: tuple[Woken, ...] = ()

    def put(self, document: Document) -> Document:
        """A new version or a new document, with the version it shall have."""
        self._documents[document.kind, document.key] = document
        return document

    def change(self, document: Document, **fields: Any) -> Document:
        """The document as it is now with these fields changed; its version rises once in an event."""
        name = (document.kind, document.key)
        current = self._documents.get(name)
        if current is None:
            fields["version"] = document.version + 1
            current = document
        changed = self._documents[name] = msgspec.structs.replace(current, **fields)
        return changed

    def say(self, document: Document, status: str, info: str) -> None:
        """Put out a receipt about the document, and keep it with the document for repeats."""
        name = (document.kind, document.key)
        current = self._documents[name] if name in self._documents else self.change(document)
        if document.kind == "inventory" or document.kind in REQUESTS:
            info = with_remedies(info, status, self.law)
        one = receipt(current, status, info)
        self._receipts.append(one)
        self._documents[name] = msgspec.structs.replace(current, last_receipts=(*current.last_receipts, one))

    def send(self, one: Receipt) -> None:
        """Put out a message that answers no filing, a tax bill: it is not repeated with a document's receipts."""
        self._receipts.append(one)

    def now(self, document: Document) -> Document:
        """The document as this event has left it so far."""
        return self._documents.get((document.kind, document.key), document)

    def wait(self, document: Document) -> Document:
        """Let the document lapse after wait_days_max, should it still wait then."""
        at = self.facts.now + timedelta(days=self.law.setting("wait_days_max").int)
        self.due.append(Due(what="lapse", kind=document.kind, key=document.key, at=at))
        return self.change(document, lapses_at=at)

    def freeze(self, outcome: str, subject: Document) -> Decision:
        """The decision; the subject's document comes first."""
        first = (subject.kind, subject.key)
        documents = sorted(self._documents.items(), key=lambda item: item[0] != first)
        return Decision(
            outcome=outcome,
            status=self.now(subject).status,
            receipts=tuple(self._receipts),
            documents=tuple(document for _, document in documents),
            moves=tuple(self.moves),
            awaits=self.awaits,
            brings=self.brings,
            due=tuple(self.due),
            compared=self.compared,
            problems=self.problems,
            law_rows=self.law_rows,
            doubtful=self.doubtful,
            took_pre_no=self.took_pre_no,
            took_invt_no=self.took_invt_no,
            took_rkd_no=self.took_rkd_no,
            wakes=self.wakes,
        )


def nothing(document: Document | None) -> Decision:
    """The decision that changes nothing: what came has nothing to do here."""
    return Decision(outcome="nothing", status=document.status if document else "")
