"""The page for integrators: its commands run, and it names every answer."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tongguan.gateway.openapi import _ANSWERS
from tongguan.gateway.problems import ENTRIES

DOCS = Path(__file__).parents[2] / "docs"
BLOCK = re.compile(r"<!-- test -->\n```bash\n(.*?)```", re.DOTALL)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@pytest.mark.skipif(shutil.which("curl") is None, reason="the page's commands need curl")
@pytest.mark.parametrize("page", ["api.md", "api.zh.md"])
def test_the_commands_of_the_page_run(page: str, tmp_path: Path) -> None:
    blocks = BLOCK.findall((DOCS / page).read_text(encoding="utf-8"))
    assert len(blocks) == 5
    # curl's output is told apart block by block; only the port differs from the page.
    script = "set -e\ntrap 'kill %1 2>/dev/null || true' EXIT\n" + "\necho; echo =====\n".join(blocks)
    script = script.replace("8280", str(free_port()))
    tools = Path(sys.executable).parent
    environment = {**os.environ, "PATH": f"{tools}:{os.environ['PATH']}"}
    environment.pop("TONGGUAN_CONFIG", None)
    ran = subprocess.run(
        ["bash", "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=90
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    _, filed, receipts, case, last = ran.stdout.split("=====")
    assert '"filingId":"G01-000000000001"' in filed and '"state":"decided"' in filed
    assert "<CEB312Message" in receipts and '"messageType":"CEB312Message"' in receipts
    assert '"orderNo":"SBX00000100000000"' in case and '"stands":{"zh":' in case
    assert '"filingId":"G01-000000000002"' in last and '"rule_id":"W11"' in last


@pytest.mark.parametrize("page", ["api.md", "api.zh.md"])
def test_the_page_names_every_answer_and_every_address(page: str) -> None:
    text = (DOCS / page).read_text(encoding="utf-8")
    for status in _ANSWERS:
        assert f"| {status} |" in text
    reads = (
        "GET /dxp/{dxpId}/receipts",
        "GET /filings/{filingId}",
        "GET /cases",
        "POST /commands",
        "GET /commands/{commandId}",
        "GET /queue",
    )
    for address in ("POST /dxp", *reads, "/healthz", "/readyz", "/metrics"):
        assert address in text


def test_every_rule_of_the_door_is_bilingual_and_on_both_pages() -> None:
    pages = {page: (DOCS / page).read_text(encoding="utf-8") for page in ("api.md", "api.zh.md")}
    for rule_id, entry in ENTRIES.items():
        assert f"| {rule_id} | {entry.status} | {entry.text_en} | {entry.fix_en} |" in pages["api.md"]
        assert f"| {rule_id} | {entry.status} | {entry.text_zh} | {entry.fix_zh} |" in pages["api.zh.md"]
        assert re.search("[\u4e00-\u9fff]", entry.text_zh) and re.search("[\u4e00-\u9fff]", entry.fix_zh)
        assert entry.text_en.isascii() and entry.fix_en.isascii()
