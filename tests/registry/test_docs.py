"""The page about the folder names every file, column, role and rule, in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from tongguan.registry.roles import GUARANTEE_KINDS, PROFILES, ROLES
from tongguan.registry.rules import RULES
from tongguan.registry.tables import COLUMNS, FOLDERS

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("page", ["registry.md", "registry.zh.md"])
def test_the_page_names_everything(page: str) -> None:
    text = (DOCS / page).read_text(encoding="utf-8")
    words = [
        *COLUMNS,
        *(column for columns in COLUMNS.values() for column in columns),
        *ROLES,
        *PROFILES,
        *GUARANTEE_KINDS,
    ]
    assert [word for word in words if f"`{word}`" not in text] == []
    assert [folder for folder in FOLDERS if f"{folder}/" not in text] == []
    assert [rule for rule in RULES if f"| {rule} |" not in text] == []
