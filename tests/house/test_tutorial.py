"""The tutorial: both languages show the same commands, and these lead from nothing to a receipt as they stand."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys

import pytest

from tests.house.house import ROOT, marked_blocks

PAGES = {name: (ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("tutorial.md", "tutorial.zh.md")}
BETWEEN = "====="


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def test_both_languages_show_the_same_commands():
    english, chinese = (marked_blocks(page, "test") for page in PAGES.values())
    assert english == chinese
    assert len(english) == 6
    assert all(page.count("```bash") == 6 for page in PAGES.values()), "a block that no test runs"


@pytest.mark.skipif(shutil.which("curl") is None, reason="the page's commands need curl")
def test_the_tutorial_leads_from_nothing_to_a_receipt(tmp_path):
    blocks = marked_blocks(PAGES["tutorial.md"], "test")
    # All blocks share one shell, as a reader's do: the token is kept in a variable, the gateway runs behind it.
    script = "trap 'kill %1 2>/dev/null || true' EXIT\n" + f"\necho; echo {BETWEEN}\n".join(blocks)
    environment = {**os.environ, "PATH": f"{os.path.dirname(sys.executable)}{os.pathsep}{os.environ['PATH']}"}
    environment |= {"TONGGUAN_CONFIG": "", "TONGGUAN_LANG": "en"}
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script.replace("8280", str(free_port()))],
        cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    _, opened, signed, filed, asked, whole = done.stdout.split(BETWEEN)
    assert '"status":"ok"' in opened
    assert "CEB311Message: valid" in signed and "the signature verifies" in signed
    assert '"filingId":"G01-000000000001"' in filed
    for status in ("2", "3"):
        assert f'"orderNo":"MY-0001"}},"returnStatus":"{status}"' in filed
    assert '"orderNo":"MY-0001"' in asked and "order 9900990001 MY-0001: 2 " in asked
    assert whole.count('"filingId"') == 4
    # Drawn by lot with the day's secret seed: nearly always 800, else a review or an examination.
    assert any(f": {status} " in whole for status in ("800", "300", "500"))
