"""The README's commands do what it says: its marked blocks are run as they stand."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.house import ROOT, marked_blocks

README = (ROOT / "README.md").read_text(encoding="utf-8")


def run(block: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run one block as a reader's shell would, but stop at the first command that fails."""
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", block],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """One folder for all blocks, since a reader stays where the last one left him."""
    return tmp_path_factory.mktemp("reader")


@pytest.mark.parametrize("block", marked_blocks(README, "test"))
def test_a_block_of_the_readme_works_as_it_stands(block, folder):
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = run(block, folder, PATH=path, TONGGUAN_CONFIG="")
    assert done.returncode == 0, f"{block}\n{done.stdout}\n{done.stderr}"
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_a_fresh_copy_sets_itself_up_by_the_readmes_commands(tmp_path):
    copy = tmp_path / "tongguan"
    shutil.copytree(
        ROOT, copy, ignore=shutil.ignore_patterns(".git", ".venv", "*_cache", "__pycache__", "*.egg-info", "demo")
    )
    for block in marked_blocks(README, "test: fresh"):
        done = run(block, copy)
        assert done.returncode == 0, f"{block}\n{done.stdout}\n{done.stderr}"


def test_a_failing_command_in_a_block_would_be_seen(tmp_path):
    assert run("false\ntrue\n", tmp_path).returncode != 0
    assert run("true\n", tmp_path).returncode == 0
