"""What a batch knows and changes: documents, subjects, balances, awaits, numbers. Reads ahead, falls back, writes once.

Everything is asked for by key. ``prefetch`` loads a whole batch with one query a table; whatever it has missed is
loaded singly when asked for, so that no decision depends on the prefetch. Between batches the workspace is kept as a
cache: only the engine that holds the lock writes, and a batch that fails throws the workspace away.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from datetime import UTC, datetime

import msgspec

from tongguan.clearance.model import Arrival, Await, Balance, Document, Due, Key, Move, Woken
from tongguan.clearance.officers.queue import QUEUED
from tongguan.clearance.rule import REQUESTS
from tongguan.engine.arrivals import Arrivals
from tongguan.engine.casework import Casework
from tongguan.engine.expiry import Notices
from tongguan.engine.faults import EngineFault
from tongguan.engine.graves import Graves
from tongguan.engine.numbered import Numbered
from tongguan.law.money import from_1e5, to_1e5
from tongguan.store.keys import KeyRing
from tongguan.store.packing import (
    LISTED_BY_ORDER,
    is_live,
    key_text,
    key_tuple,
    order_key_of,
    part_of,
    unpack_document,
    waybill_key_of,
)
from tongguan.store.statements import sql
from tongguan.store.subjects import Subject, case_id_of

DOCUMENTS_KEPT = 8_000  # between batches; some 6 KB each
LOOKED_UP_KEPT = 100_000  # who names, awaits or lists something; one entry list may ask for 30,000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Named = tuple[str, Key]
Account = list[int]
"""held, used, limit in whole 1e-5."""


class Workspace:
    """See the module. Not shared between threads."""

    def __init__(self, db: sqlite3.Connection, keys: KeyRing) -> None:
        self._db = db
        self._keys = keys
        self._packed: dict[Named, tuple[bytes, bytes | None, bytes | None]] = {}
        self._documents: dict[Named, Document | None] = {}
        self._subjects: dict[Named, Subject | None] = {}
        self._by_order: dict[Key, dict[Named, None]] = {}
        self._numbered = Numbered(db)
        self.listed = Arrivals(db)
        self._users: dict[Key, dict[Key, None]] = {}
        self._accounts: dict[str, Account | None] = {}
        self._awaits: dict[Named, dict[Key, None]] = {}
        self.numbers: dict[str, int] = dict(db.execute(sql("all_numbers")))
        self.casework = Casework(db)
        self.graves = Graves(db)
        self.notices = Notices(db)
        self.changes = Changes()

    # --- reading ahead

    def prefetch(
        self,
        documents: Iterable[Named] = (),
        orders: Iterable[Key] = (),
        waybills: Iterable[Key] = (),
        accounts: Iterable[str] = (),
        awaits: Iterable[Named] = (),
        invt_nos: Iterable[str] = (),
    ) -> None:
        """Load what a batch will probably ask for: at most one query a table."""
        self._numbered.load(invt_nos)
        self._load_documents({name for name in documents if name not in self._subjects})
        order_keys = {key for key in orders if key not in self._by_order}
        self._load_orders(order_keys)
        waybill_keys = set(waybills)
        self._load_users({key for key in waybill_keys if key not in self._users})
        self.listed.load(waybill_keys)
        members = {name for key in order_keys for name in self._by_order[key]}
        self._load_documents({name for name in members if name not in self._subjects})
        self._load_accounts({account for account in accounts if account not in self._accounts})
        self._load_awaits({name for name in awaits if name not in self._awaits})

    def _load_documents(self, names: set[Named]) -> None:
        if not names:
            return
        wanted = json.dumps([(kind, key_text(key)) for kind, key in names])
        for row in self._db.execute(sql("find_documents"), (wanted,)):
            subject = Subject(self._keys, row[:10])
            name = subject.kind, subject.key
            self._subjects[name] = subject
            if row[10] is not None:
                self._packed[name] = row[10:]
        for name in names:
            self._subjects.setdefault(name, None)

    def _load_subject(self, name: Named) -> None:
        if name not in self._subjects:
            self._load_documents({name})

    def _load_orders(self, keys: set[Key]) -> None:
        if not keys:
            return
        found = {key_text(key): self._by_order.setdefault(key, {}) for key in keys}
        wanted = json.dumps([(part_of(key[-1]), key_text(key)) for key in keys])
        for order_key, kind, key in self._db.execute(sql("find_by_order"), (wanted,)):
            found[order_key][kind, key_tuple(key)] = None
        for name, document in self.changes.documents.items():  # the batch may already have changed what was read
            if document.kind in LISTED_BY_ORDER:
                own = order_key_of(document)
                for key in keys:
                    if key == own:
                        self._by_order[key][name] = None
                    else:
                        self._by_order[key].pop(name, None)

    def _load_users(self, keys: set[Key]) -> None:
        if not keys:
            return
        found = {key_text(key): self._users.setdefault(key, {}) for key in keys}
        changed = {name[1]: one for name, one in self.changes.documents.items() if one.kind == "inventory"}
        for waybill_key, key_packed in self._db.execute(sql("find_users"), (json.dumps(list(found)),)):
            if (key := key_tuple(key_packed)) not in changed:
                found[waybill_key][key] = None
        for key, document in changed.items():
            if is_live(document) and (waybill := waybill_key_of(document)) in keys:
                self._users[waybill][key] = None

    def _load_accounts(self, accounts: set[str]) -> None:
        if not accounts:
            return
        for account, held, used, limit in self._db.execute(sql("find_accounts"), (json.dumps(list(accounts)),)):
            self._accounts[account] = [held, used, limit]
        for account in accounts:
            self._accounts.setdefault(account, None)

    def _load_awaits(self, names: set[Named]) -> None:
        if not names:
            return
        wanted = json.dumps([(kind, key_text(key)) for kind, key in names])
        for name in names:
            self._awaits[name] = {}
        for kind, key, inventory in self._db.execute(sql("find_awaits"), (wanted,)):
            self._awaits[kind, key_tuple(key)][key_tuple(inventory)] = None

    # --- documents

    def document(self, kind: str, key: Key) -> Document | None:
        """The document as it stands now, this batch's changes included."""
        name = kind, key
        if name not in self._documents:
            self._load_subject(name)
            packed = self._packed.pop(name, None)
            subject = self._subjects[name]
            self._documents[name] = unpack_document(*packed, subject.person) if packed and subject else None
        return self._documents[name]

    def payments(self, order_key: Key) -> tuple[Document, ...]:
        """All payments of (ebpCode, orderNo), in the order of arrival."""
        return self._of_order(order_key, "payment")

    def inventories(self, order_key: Key) -> tuple[Document, ...]:
        """All inventories of an order, in the order of arrival."""
        return self._of_order(order_key, "inventory")

    def _of_order(self, order_key: Key, wanted: str) -> tuple[Document, ...]:
        if order_key not in self._by_order:
            self._load_orders({order_key})
        found = (self.document(kind, key) for kind, key in self._by_order[order_key] if kind == wanted)
        return tuple(document for document in found if document is not None)

    def requests(self, order_key: Key, invt_no: str) -> tuple[Document, ...]:
        """The cancellations and goods returns of an order that name this inventory number, in the order of arrival."""
        if not invt_no:
            return ()
        found = (one for kind in REQUESTS for one in self._of_order(order_key, kind))
        return tuple(one for one in found if one.invt_no == invt_no)

    def requests_of(self, order_key: Key) -> tuple[Document, ...]:
        """All cancellations and goods returns of an order, in the order of arrival of each kind."""
        return tuple(one for kind in REQUESTS for one in self._of_order(order_key, kind))

    def inventory_numbered(self, invt_no: str) -> Document | None:
        """The inventory that has this number now."""
        key = self._numbered.of(invt_no)
        return None if key is None else self.document("inventory", key)

    def arrivals(self, waybill_key: Key) -> tuple[Arrival, ...]:
        """The stored warehouse entry lists that a waybill stands in: one for each operator, the latest last."""
        return self.listed.of(waybill_key)

    def waybill_users(self, waybill_key: Key) -> tuple[Key, ...]:
        """Keys of the live inventories that name a waybill."""
        if waybill_key not in self._users:
            self._load_users({waybill_key})
        return tuple(self._users[waybill_key])

    def put(self, document: Document) -> None:
        """A document's new state."""
        name = document.kind, document.key
        former = self.document(*name)
        self._documents[name] = document
        if former is None or former.digest != document.digest or former.record is not document.record:
            self.changes.records.add(name)
        self.changes.documents[name] = document
        if document.kind == "entry_list":
            self.listed.relist(former, document)
        else:
            self._relist(name, former, document)
        if document.kind in QUEUED:
            self.casework.note(former, document, self.subject(*name).subject_no)

    def _relist(self, name: Named, former: Document | None, document: Document) -> None:
        """Keep the lists by order and by waybill in step; lists that were never loaded stay so."""
        if document.kind not in LISTED_BY_ORDER:
            return
        old_order = order_key_of(former) if former else ()
        new_order = order_key_of(document)
        if old_order and old_order != new_order and (listed := self._by_order.get(old_order)) is not None:
            listed.pop(name, None)
        if old_order != new_order and (listed := self._by_order.get(new_order)) is not None:
            listed[name] = None
        if document.kind != "inventory":
            return
        self._numbered.renumber(former, document)
        if former and (users := self._users.get(waybill_key_of(former))) is not None:
            users.pop(name[1], None)
        if is_live(document) and (users := self._users.get(waybill_key_of(document))) is not None:
            users[name[1]] = None

    def erase(self, subject: Subject, tombstone: int) -> None:
        """A subject and its document are erased up to this event; others find the document no more."""
        name = subject.kind, subject.key
        if (former := self.document(*name)) is not None:
            if former.kind == "entry_list":
                self.listed.relist(former, msgspec.structs.replace(former, deleted=True))
            else:
                self._unlist(name, former)
        self._documents[name] = None
        self.changes.documents.pop(name, None)
        self.changes.records.discard(name)
        self.graves.bury(subject.subject_no, tombstone, subject.case_id, subject.bury())

    def _unlist(self, name: Named, former: Document) -> None:
        if former.kind in LISTED_BY_ORDER and (listed := self._by_order.get(order_key_of(former))) is not None:
            listed.pop(name, None)
        if former.kind == "inventory":
            self._numbered.renumber(former, msgspec.structs.replace(former, invt_no=""))
            if (users := self._users.get(waybill_key_of(former))) is not None:
                users.pop(name[1], None)

    # --- subjects

    def name_of(self, number: int) -> Named | None:
        """Kind and key of a subject by its number."""
        row = self._db.execute(sql("subject_by_number"), (number,)).fetchone()
        return None if row is None else (row[0], key_tuple(row[1]))

    def subject(self, kind: str, key: Key, order_key: Key = ()) -> Subject:
        """The subject of this key; made, with fresh keys, when there is none."""
        name = kind, key
        self._load_subject(name)
        subject = self._subjects[name]
        if subject is None:
            case_id = case_id_of(self._keys, kind, key, order_key)
            subject = self._subjects[name] = Subject.new(self._keys, self.take("subject"), kind, key, case_id)
            self.changes.subjects[name] = subject
        return subject

    def advance(self, subject: Subject, event_no: int, entry: bytes) -> None:
        """The subject's chain has a new head."""
        subject.head_event, subject.head_entry, subject.events = event_no, entry, subject.events + 1
        self.changes.subjects[subject.kind, subject.key] = subject

    def knows(self, kind: str, key: Key) -> bool:
        """Whether there is such a subject."""
        self._load_subject((kind, key))
        return self._subjects[kind, key] is not None

    def adopt(self, subject: Subject) -> None:
        """Take in a subject with the keys it had elsewhere (a replay)."""
        self._subjects[subject.kind, subject.key] = subject
        self.changes.subjects[subject.kind, subject.key] = subject
        self.changes.numbers.add("subject")
        self.numbers["subject"] = max(self.numbers.get("subject", 1), subject.subject_no + 1)

    # --- balances

    def balance(self, account: str) -> Balance:
        """An account as the former event left it; zero when there is none yet."""
        held, used, _ = self._account(account) or (0, 0, 0)
        return Balance(account=account, held=from_1e5(held), used=from_1e5(used))

    def limit(self, account: str) -> int | None:
        """The limit in whole 1e-5, None for an account that does not exist yet."""
        row = self._account(account)
        return None if row is None else row[2]

    def _account(self, account: str) -> Account | None:
        if account not in self._accounts:
            self._load_accounts({account})
        return self._accounts[account]

    def move(self, move: Move) -> None:
        """Apply one change of an account. Raises EngineFault when it would pass the limit or fall below zero."""
        held, used, _ = self._account(move.account) or (0, 0, 0)
        amount, limit = to_1e5(move.amount), to_1e5(move.limit)
        match move.op:
            case "hold":
                held += amount
            case "use":
                held, used = held - amount, used + amount
            case "give_back" if move.was_used:
                used -= amount
            case "give_back":
                held -= amount
            case _:
                raise EngineFault(
                    "unknown-move", f"未知的账户操作 {move.op}", f"unknown change of an account: {move.op}"
                )
        if held < 0 or used < 0 or (move.op == "hold" and held + used > limit):
            raise EngineFault(
                "balance-broken",
                f"账户 {move.account} 的变动超出其余额",
                f"a decision would move account {move.account} beyond its balance",
            )
        # A limit that was lowered below what is held already stops new holds, not the use or return of old ones.
        self._set_account(move.account, held, used, max(limit, held + used))

    def set_limit(self, account: str, limit: int) -> None:
        """A snapshot says what this account may hold."""
        held, used, _ = self._account(account) or (0, 0, 0)
        self._set_account(account, held, used, max(limit, held + used))

    def _set_account(self, account: str, held: int, used: int, limit: int) -> None:
        row = [held, used, limit]
        if self._accounts.get(account) != row:
            self._accounts[account] = row
            self.changes.accounts[account] = row

    # --- awaits, wakes, due times

    def await_(self, awaited: Await, inventory: Key) -> None:
        """An inventory waits for something."""
        name = awaited.kind, awaited.key
        if not self.is_awaited(awaited, inventory):
            self._awaits[name][inventory] = None
            self.changes.awaits[name, inventory] = True

    def is_awaited(self, awaited: Await, inventory: Key) -> bool:
        """Whether this inventory already waits for that."""
        name = awaited.kind, awaited.key
        if name not in self._awaits:
            self._load_awaits({name})
        return inventory in self._awaits[name]

    def bring(self, brought: Await) -> int:
        """Something has come: queue everyone who waits for it. Returns how many."""
        name = brought.kind, brought.key
        if name not in self._awaits:
            self._load_awaits({name})
        waiting = list(self._awaits[name])
        for inventory in waiting:
            self.changes.awaits[name, inventory] = False
            self.changes.wakes.append((self.take("wake"), key_text(inventory), brought.kind, key_text(brought.key)))
        self._awaits[name] = {}
        return len(waiting)

    def wake(self, woken: Woken) -> None:
        """Queue an inventory to be looked at again, whether it waits or not."""
        by = woken.by
        self.changes.wakes.append((self.take("wake"), key_text(woken.key), by.kind, key_text(by.key)))

    def fall_due(self, due: Due) -> None:
        """Something will have to be looked at later."""
        self.changes.due.append((wall_ns(due.at), due.kind, key_text(due.key), due.what))

    def fall_due_all(self, rows: Iterable[tuple[int, str, str, str]]) -> None:
        """The same for many at once, as rows of ``put_due``: (ns, kind, key, what)."""
        self.changes.due.extend(rows)

    # --- numbers

    def next_number(self, scope: str, first: int = 1) -> int:
        """The next free number of a scope; it stays free."""
        return self.numbers.get(scope, first)

    def take(self, scope: str, first: int = 1) -> int:
        """Take the next free number of a scope."""
        number = self.numbers.get(scope, first)
        self.numbers[scope] = number + 1
        self.changes.numbers.add(scope)
        return number

    # --- between batches

    def settle(self) -> None:
        """After a commit: forget what was to be written; forget what was read, too, when it has grown large."""
        self.changes = Changes()
        self.casework.settle()
        self.graves.settle()
        self.notices.settle()
        self.listed.settle()
        looked_up = len(self._users) + len(self._awaits) + len(self.listed)
        if len(self._documents) + len(self._subjects) > 2 * DOCUMENTS_KEPT or looked_up > LOOKED_UP_KEPT:
            for kept in (
                self._packed,
                self._documents,
                self._subjects,
                self._by_order,
                self._numbered,
                self._users,
                self.listed,
                self._accounts,
                self._awaits,
            ):
                kept.clear()


def wall_ns(at: datetime) -> int:
    """An aware time in ns since 1970, exactly."""
    since = at - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000_000 + since.microseconds * 1000


class Changes:
    """What a batch will write."""

    __slots__ = ("accounts", "awaits", "documents", "due", "numbers", "records", "subjects", "wakes")

    def __init__(self) -> None:
        self.documents: dict[Named, Document] = {}
        self.records: set[Named] = set()
        self.subjects: dict[Named, Subject] = {}
        self.accounts: dict[str, Account] = {}
        self.awaits: dict[tuple[Named, Key], bool] = {}
        self.wakes: list[tuple[int, str, str, str]] = []
        self.due: list[tuple[int, str, str, str]] = []
        self.numbers: set[str] = set()
