"""Keys that must agree with one another: a deployment's role and the window above it."""

from __future__ import annotations

from collections.abc import Iterator

from tongguan.ceb.problem import Problem
from tongguan.config.problems import at_odds
from tongguan.config.sections import HTTP, Settings

_WINDOW = "http://… / https://… / 文件夹 folder"


def disagreements(settings: Settings) -> Iterator[Problem]:
    """What of ``[deployment]`` contradicts itself."""
    role, upstream, receipts = (getattr(settings.deployment, name) for name in ("role", "upstream", "receipts"))
    if role == "authority" and (upstream or receipts):
        yield at_odds(
            "deployment.role",
            role,
            "relay / shadow",
            "authority 自行决定，不设上游",
            "an authority decides by itself and has no upstream",
            (
                "改为 relay 或 shadow，或删去 upstream 与 receipts",
                "choose relay or shadow, or take upstream and receipts out",
            ),
        )
    if role == "relay" and not upstream:
        yield at_odds(
            "deployment.upstream",
            upstream,
            _WINDOW,
            "relay 需要上游",
            "a relay needs an upstream",
            ("写明上游的网址或文件夹", "name the upstream's address or folder"),
        )
    if role == "relay" and upstream and not upstream.startswith(HTTP) and not receipts:
        yield at_odds(
            "deployment.receipts",
            receipts,
            "文件夹 folder",
            "经文件夹转交时，须写明取回执的文件夹",
            "a relay that forwards by a folder needs the folder of the receipts",
            ("写明上游放回执的文件夹", "name the folder in which the upstream puts receipts"),
        )
    if role == "shadow" and upstream and not upstream.startswith(HTTP):
        yield at_odds(
            "deployment.upstream",
            upstream,
            "http://… / https://…",
            "shadow 不转交任何报文，文件夹没有用处",
            "a shadow forwards nothing, so a folder is of no use",
            ("把上游放回执的文件夹写在 receipts", "name the folder of the upstream's receipts as receipts"),
        )
