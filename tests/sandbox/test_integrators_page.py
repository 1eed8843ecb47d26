"""The page for integrators names every failure, method, answer and rule of the pull, in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cli.conftest import Run, run  # noqa: F401 — a fixture
from tongguan.clearance.payment_pull_rules import RULES
from tongguan.codes.catalogue import table
from tongguan.sandbox.platform.failures import FAILURES as OF_PLATFORM
from tongguan.sandbox.ukey.card import PASSWORD
from tongguan.sandbox.ukey.failures import FAILURES as OF_KEY
from tongguan.sandbox.ukey.protocol import FAIL_METHOD, METHODS
from tongguan.sandbox.ukey.server import PORT

PAGES = {name: (Path(__file__).parents[2] / "docs" / name).read_text(encoding="utf-8")
         for name in ("integrators.md", "integrators.zh.md")}  # fmt: skip


@pytest.mark.parametrize("page", PAGES)
def test_every_method_and_failure_of_the_key_is_there(page: str) -> None:
    text = PAGES[page]
    for name in (*METHODS, *(one.name for one in OF_KEY)):
        assert re.search(rf"^\| `{name}` \|", text, flags=re.MULTILINE), name
    assert FAIL_METHOD in text and PASSWORD in text and str(PORT) in text


@pytest.mark.parametrize("page", PAGES)
def test_every_failure_of_the_platform_is_there_with_its_answer_and_its_rule(page: str) -> None:
    rows = dict(re.findall(r"^\| `([a-z-]+)` \|(.*)\|$", PAGES[page], flags=re.MULTILINE))
    for one in OF_PLATFORM:
        cells = [cell.strip() for cell in rows[one.name].split("|")]
        assert cells[-2] == one.code and one.rule in cells[-1]
        passes = "passes" in cells[-1] or "通过" in cells[-1]
        assert passes is one.passes


@pytest.mark.parametrize("page", PAGES)
def test_every_answer_to_an_upload_is_there(page: str) -> None:
    for code in table("pull_answers"):
        assert re.search(rf"^\| `{code}` \|", PAGES[page], flags=re.MULTILINE), code


def test_every_rule_of_the_pull_is_one_entry_with_its_number() -> None:
    assert [rule.id for rule in RULES] == [f"PP{number:02d}" for number in range(1, 17)]
    assert {one.rule for one in OF_PLATFORM} <= {rule.id for rule in RULES}


def test_the_keys_of_a_world_fit_its_certificates(run: Run, tmp_path: Path) -> None:  # noqa: F811
    from tongguan.sandbox.ukey.card import Card

    run("sandbox", "make", "--sets", 1, "--out", tmp_path / "plain")
    assert not (tmp_path / "plain" / "keys").exists()
    run("sandbox", "make", "--sets", 1, "--keys", "--out", tmp_path / "world")
    keys = sorted((tmp_path / "world" / "keys").iterdir())
    assert keys
    for key in keys:
        certificate = tmp_path / "world" / "registry" / "certificates" / f"{key.stem}-sm2.pem"
        Card(key.read_bytes(), certificate.read_bytes())
        assert key.stat().st_mode & 0o777 == 0o600
