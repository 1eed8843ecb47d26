"""What a fault is: a name, a sentence in both languages, and the files that show it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import msgspec

from tongguan.sandbox.bench import Bench
from tongguan.sandbox.step import Step


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """One case. ``area`` groups it in the documentation; ``good`` says that it looks odd and must pass all the same."""

    name: str
    area: str
    zh: str
    en: str
    plan: Callable[[Bench], Iterable[Step]]
    good: bool = False
