"""The page of the sandbox has every fault, made from the entries."""

from __future__ import annotations

from pathlib import Path

import pytest

from tongguan.sandbox.faultbook import AREAS, BEGIN, PAGES, main, renewed
from tongguan.sandbox.faults import FAULTS
from tongguan.sandbox.truth import COLUMNS

DOCS = Path(__file__).parents[2] / "docs"


def test_the_tables_are_up_to_date(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(DOCS), "--check"]) == 0, capsys.readouterr().out


@pytest.mark.parametrize("page", PAGES)
def test_the_page_names_every_fault_and_column(page: str) -> None:
    text = (DOCS / page).read_text(encoding="utf-8")
    assert [fault.name for fault in FAULTS if f"`{fault.name}`" not in text] == []
    assert [column for column in COLUMNS if f"`{column}`" not in text] == []


def test_every_fault_has_a_group() -> None:
    assert {fault.area for fault in FAULTS} == set(AREAS)


def test_a_stale_page_is_told_and_then_written(tmp_path: Path) -> None:
    for name in PAGES:
        old = (DOCS / name).read_text(encoding="utf-8").replace("`M04-amount`", "`M04-other`")
        (tmp_path / name).write_text(old, encoding="utf-8")
    assert main([str(tmp_path), "--check"]) == 1
    assert main([str(tmp_path)]) == 0
    assert main([str(tmp_path), "--check"]) == 0


def test_a_page_without_its_marks_is_refused() -> None:
    with pytest.raises(ValueError, match="lacks"):
        renewed(f"only {BEGIN}", 1)
