"""The commands that documents and CI name are commands of the Makefile, and CI runs the one the README names."""

from __future__ import annotations

import re

import pytest

from tests.house.house import ROOT, texts

MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = set(re.findall(r"^([a-z][a-z-]*):", MAKEFILE, flags=re.MULTILINE))
CI = (ROOT / ".ci" / "run").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", texts(".md"), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_make_command_in_a_document_exists(page):
    text = page.read_text(encoding="utf-8")
    named = set(re.findall(r"`make ([a-z-]+)`", text)) | set(re.findall(r"^make ([a-z-]+)", text, flags=re.MULTILINE))
    assert named <= TARGETS


def test_ci_runs_the_commands_of_the_readme():
    commands = re.findall(r"^make ([a-z-]+)$", CI, flags=re.MULTILINE)
    assert {"test", "demo", "licences"} <= set(commands) <= TARGETS
    assert "make test" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_target_without_a_file_is_phony():
    phony = set(re.search(r"^\.PHONY: (.*)$", MAKEFILE, flags=re.MULTILINE).group(1).split())
    assert phony == TARGETS


def test_ci_can_be_run_and_stops_at_the_first_failure():
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111
    assert "set -euo pipefail" in CI
