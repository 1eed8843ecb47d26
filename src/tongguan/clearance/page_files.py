"""Writes pages made from entries, or checks that they are what the entries say. For maintainers' commands only."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path


def write_or_check(pages: Mapping[Path, str], arguments: Sequence[str]) -> int:
    """Write the pages; with ``--check`` write nothing and return 1 when one of them is out of date."""
    stale = False
    for path, text in pages.items():
        if "--check" in arguments:
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                stale = True
                print(f"{path.name}: 已过时，请重新生成 / out of date, generate it again", file=sys.stderr)
        else:
            path.write_text(text, encoding="utf-8")
    return 1 if stale else 0
