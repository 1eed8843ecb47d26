"""The import rules of pyproject.toml name every room, so that a new room cannot slip past them."""

from __future__ import annotations

import tomllib

from tests.house.house import ROOT, rooms

CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]


def contract(words: str) -> dict:
    (found,) = [c for c in CONTRACTS if words in c["name"]]
    return found


def ours(names: list[str]) -> set[str]:
    return {name.removeprefix("tongguan.") for name in names if name.startswith("tongguan.")}


def test_every_room_has_its_layer_or_stands_beside_the_house():
    layered = {name.strip(" ()") for layer in contract("one way")["layers"] for name in layer.split(":")}
    assert rooms() - layered <= {"sandbox", "client", "config", "logs"}


def test_the_client_may_use_no_room_of_ours():
    assert ours(contract("client stands alone")["forbidden_modules"]) >= rooms() - {"client"}


def test_the_sandbox_may_use_messages_codes_and_keys_only():
    allowed = {"sandbox", "ceb", "codes", "chain", "config", "logs"}
    assert ours(contract("sandbox")["forbidden_modules"]) >= rooms() - allowed


def test_the_pure_rooms_are_all_named():
    assert ours(contract("pure")["source_modules"]) == {"clearance", "registry", "law", "codes"}
