"""What deciding on a payment pull looks up: the certificate of an upload, and what was paid for each of its orders."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tongguan.clearance.model import Key, Pulled
from tongguan.engine.workspace import Workspace
from tongguan.law.money import add
from tongguan.registry.snapshot import Registry


def pull_facts(event: Pulled, workspace: Workspace, registry: Registry) -> dict[str, Any]:
    """The facts of one step, beside the parties of the order."""
    found: dict[str, Any] = {"paid_orders": paid_orders(event, workspace)}
    if event.verdict is not None and event.verdict.fingerprint:
        found["certificate"] = registry.certificate(event.verdict.fingerprint.hex())
    return found


def paid_orders(event: Pulled, workspace: Workspace) -> tuple[tuple[str, Decimal], ...]:
    """(orderNo, yuan paid) of the orders of the platform that an upload lists and whose payments stand."""
    if event.exchange is None:
        return ()
    numbers = dict.fromkeys(one.orderNo for one in event.exchange.payExchangeInfoLists)
    sums = ((number, _paid((event.key[0], number), workspace)) for number in numbers)
    return tuple((number, paid) for number, paid in sums if paid is not None)


def _paid(order_key: Key, workspace: Workspace) -> Decimal | None:
    amounts = [
        one.record.PaymentHead.amountPaid
        for one in workspace.payments(order_key)
        if not one.deleted and one.record is not None and one.status in ("2", "120")
    ]
    return add(amounts) if amounts else None
