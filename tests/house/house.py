"""Where the house stands, for the tests of its documents and rules."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "tongguan"

# What git ignores, and what is no text of ours.
_SKIPPED = {".git", ".venv", "__pycache__", "wheelhouse", "build", "dist", "demo"}


def texts(*suffixes: str) -> list[Path]:
    """Our own text files below the root whose names end with one of ``suffixes``, in order of their paths."""

    def is_ours(path: Path) -> bool:
        parts = path.relative_to(ROOT).parts
        made = any(part.endswith((".egg-info", "_cache", ".hypothesis")) for part in parts)
        return not made and _SKIPPED.isdisjoint(parts)

    return sorted(p for p in ROOT.rglob("*") if is_ours(p) and p.is_file() and p.name.endswith(suffixes))


def rooms() -> set[str]:
    """Names of the packages and modules directly below ``tongguan``."""
    names = {p.parent.name for p in PACKAGE.glob("*/__init__.py")}
    return names | {p.stem for p in PACKAGE.glob("*.py") if not p.stem.startswith("__")}


def marked_blocks(markdown: str, mark: str) -> list[str]:
    """The bash blocks that stand right below an HTML comment ``<!-- mark -->``."""
    return re.findall(rf"<!-- {re.escape(mark)} -->\n```bash\n(.*?)```", markdown, flags=re.DOTALL)
