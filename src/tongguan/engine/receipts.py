"""Receipts as the engine issues them: re-exported from the store, where those who fetch them find them too."""

from tongguan.store.issued import RENDERER, IssuedReceipt, issue, receipt_messages, render

__all__ = ["RENDERER", "IssuedReceipt", "issue", "receipt_messages", "render"]
