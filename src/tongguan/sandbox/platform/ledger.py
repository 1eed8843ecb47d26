"""What a platform knows of its orders: the orders and payments in a folder of filings."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tongguan.ceb.envelope import open_envelope
from tongguan.ceb.messages.ceb311 import Order
from tongguan.ceb.messages.ceb411 import Payment
from tongguan.ceb.profile import Profile
from tongguan.ceb.read import read

_SUFFIXES = (".xml", ".dxp")


class Ledger:
    """Orders and payments by order number. Files that come later are read when an order is asked for in vain."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seen: set[Path] = set()
        self._orders: dict[str, Order] = {}
        self._payments: dict[str, Payment] = {}
        self._read_new()

    def find(self, order_no: str) -> tuple[Order, Payment] | None:
        """An order and its payment, None when either is not there."""
        if order_no not in self._orders or order_no not in self._payments:
            self._read_new()
        order, payment = self._orders.get(order_no), self._payments.get(order_no)
        return (order, payment) if order is not None and payment is not None else None

    def paid_with(self, payment: Payment) -> list[tuple[Order, Payment]]:
        """Every order that this payment covers: those whose payments have the same transaction number."""
        number = payment.PaymentHead.payTransactionId
        return [
            (self._orders[order_no], one)
            for order_no, one in sorted(self._payments.items())
            if one.PaymentHead.payTransactionId == number and order_no in self._orders
        ]

    def _read_new(self) -> None:
        for path in self._files():
            self._seen.add(path)
            reading = read(open_envelope(path.read_bytes()).data, Profile.LENIENT)
            for record in reading.records:
                if isinstance(record, Order):
                    self._orders[record.OrderHead.orderNo] = record
                elif isinstance(record, Payment):
                    self._payments[record.PaymentHead.orderNo] = record

    def _files(self) -> Iterator[Path]:
        found = (path for path in sorted(self._folder.rglob("*")) if path.suffix.lower() in _SUFFIXES)
        return (path for path in found if path.is_file() and path not in self._seen)
