"""``tongguan demo``: the main job on invented filings with known faults, from nothing to a table."""
from __future__ import annotations
import typer
def demo() -> None:
    """x"""
