"""What stops the engine, told in both languages."""

from __future__ import annotations

from tongguan.store.faults import StoreFault


class EngineFault(StoreFault):
    """The engine stops rather than decide on something it does not understand."""
