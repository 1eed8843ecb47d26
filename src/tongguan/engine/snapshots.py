"""Snapshots of registry and law: kept by digest, in force from an event on, and never changed in place."""

from __future__ import annotations

import hashlib
import sqlite3

import msgspec

from tongguan.ceb.problem import Problem
from tongguan.clearance.model import Await
from tongguan.clearance.officers.assignment import ANY_OFFICE, SHIFT
from tongguan.engine.causes import Cause
from tongguan.engine.facts import stock_account
from tongguan.engine.faults import EngineFault
from tongguan.engine.workspace import Workspace
from tongguan.law.build import build_law
from tongguan.law.faults import LawFault
from tongguan.law.inforce import Law
from tongguan.law.money import to_1e5
from tongguan.registry.snapshot import Registry, RegistryFault, build_registry
from tongguan.store.statements import sql


class InForce:
    """The two snapshots that new events are decided by."""

    def __init__(self) -> None:
        self._law: Law | None = None
        self._registry: Registry | None = None

    @classmethod
    def load(cls, db: sqlite3.Connection) -> InForce:
        """As the last event of each kind left it."""
        found = cls()
        for kind, digest, packed in db.execute(sql("snapshots_in_force")):
            check_digest(kind, digest, packed)
            found.put(kind, packed)
        return found

    @property
    def law(self) -> Law:
        """Raises EngineFault ``no-law``."""
        if self._law is None:
            raise EngineFault(
                "no-law",
                "尚无生效的法规快照,请先导入",
                "no snapshot of the law is in force; bring one into force first",
            )
        return self._law

    @property
    def registry(self) -> Registry:
        """Raises EngineFault ``no-registry``."""
        if self._registry is None:
            raise EngineFault(
                "no-registry",
                "尚无生效的备案快照,请先运行 tongguan registry import",
                "no snapshot of the registry is in force; run `tongguan registry import` first",
            )
        return self._registry

    @property
    def has_law(self) -> bool:
        return self._law is not None

    @property
    def complete(self) -> bool:
        return self._law is not None and self._registry is not None

    def put(self, kind: str, packed: bytes) -> str:
        """Build a snapshot and put it in force here; returns its digest. Raises EngineFault ``snapshot-broken``."""
        try:
            if kind == "law":
                self._law = build_law(packed)
                return self._law.digest
            self._registry = build_registry(packed)
            return self._registry.digest
        except (LawFault, RegistryFault) as error:
            raise EngineFault(
                "snapshot-broken", f"{kind} 快照无法使用: {error}", f"the {kind} snapshot cannot be used: {error}"
            ) from error

    def take(self, cause: Cause, packed: bytes) -> Cause:
        """A command's snapshot: in force with its digest, or left out with the problem that it has."""
        try:
            return msgspec.structs.replace(cause, digest=self.put(cause.kind, packed))
        except EngineFault as fault:
            problem = refused_snapshot(cause.kind, fault.text_zh, fault.text_en)
            return msgspec.structs.replace(cause, problem=problem)

    def guarantors(self) -> tuple[Await, ...]:
        """Whoever waits for a guarantee may try again: a snapshot may have topped it up."""
        if self._registry is None:
            return ()
        return tuple(
            Await("guarantor", (code,)) for code in {row.assure_code: None for row in self._registry.guarantees()}
        )

    def brings(self) -> tuple[Await, ...]:
        """What the registry in force brings: guarantees that may have been topped up, officers and their shifts."""
        shifts = (Await(SHIFT, (ANY_OFFICE,)),) if self.registry.roster else ()
        return (*self.guarantors(), *shifts)


def refused_snapshot(kind: str, zh: str, en: str) -> Problem:
    """E02: why a snapshot of this kind (law, registry) cannot be used."""
    return Problem(
        rule_id="E02",
        document=kind,
        path="",
        text_zh=zh,
        text_en=en,
        fix_zh="更正后重新导入;原快照继续有效",
        fix_en="mend it and import it again; the former snapshot stays in force",
    )


def check_digest(kind: str, digest: str, packed: bytes) -> None:
    """Raises EngineFault ``snapshot-changed`` when the bytes are not those that the digest names."""
    if hashlib.sha256(packed).hexdigest() != digest:
        raise EngineFault(
            "snapshot-changed", f"{kind} 快照 {digest} 已被改动", f"the {kind} snapshot {digest} has been changed"
        )


def set_limits(workspace: Workspace, registry: Registry) -> None:
    """Guarantees and the stock of account books become the limits of their accounts."""
    amounts: dict[str, int] = {}
    for row in registry.guarantees():
        account = f"guarantee:{row.assure_code}"
        amounts[account] = max(amounts.get(account, 0), to_1e5(row.amount))
    for item in registry.book_items():
        amounts[stock_account(item.ems_no, item.item_record_no)] = to_1e5(item.qty1)
    workspace.prefetch(accounts=amounts)
    for account, limit in amounts.items():
        workspace.set_limit(account, limit)
