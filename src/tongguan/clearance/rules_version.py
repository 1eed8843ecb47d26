"""The version of the rules that decide. It stands in the facts of every event that the core decided."""

from __future__ import annotations

RULES_VERSION = "2026-11-24"
"""The day on which a rule was last changed so that some filing is decided otherwise by the same law and facts.

Whoever makes such a change sets another version (a second one on a day ends in .2): a replay then tells events of the
former version that come out otherwise now from those that somebody has tampered with.
"""
