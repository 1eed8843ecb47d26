"""``tongguan upstream`` and ``shadow``: what they tell, and what they refuse."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.cli.conftest import Run
from tests.upstream.samples import order_receipt
from tongguan.cli.app import app
from tongguan.store.layout import open_store
from tongguan.store.upstream.database import UpstreamFile


@pytest.fixture
def config(run: Run, tmp_path: Path) -> Path:
    """A relay's settings over a fresh sandbox."""
    run("init", "zone", "--sandbox")
    path = tmp_path / "relay.toml"
    path.write_text(
        '[store]\ndir = "zone"\n[sandbox]\nenabled = true\n'
        '[deployment]\nrole = "relay"\nupstream = "http://127.0.0.1:9"\n',
        encoding="utf-8",
    )
    return path


def test_the_role_stands_in_the_settings_that_are_shown(run: Run, config: Path) -> None:
    assert 'role = "relay"' in run("--config", config, "config", "show").stdout
    assert json.loads(run("--config", config, "config", "show", "--json").stdout)["deployment"]["role"] == "relay"


@pytest.mark.parametrize(
    ("section", "path"),
    [
        ('role = "relay"', "deployment.upstream"),
        ('role = "relay"\nupstream = "folder"', "deployment.receipts"),
        ('role = "shadow"\nupstream = "folder"', "deployment.upstream"),
        ('upstream = "http://up"', "deployment.role"),
        ('receipts = "folder"', "deployment.role"),
        ('role = "mirror"', "deployment.role"),
    ],
)
def test_keys_that_contradict_each_other_are_named(run: Run, tmp_path: Path, section: str, path: str) -> None:
    file = tmp_path / "x.toml"
    file.write_text(f"[deployment]\n{section}\n", encoding="utf-8")
    found = json.loads(run("--config", file, "config", "check", "--json", code=2).stdout)
    assert [one["path"] for one in found["problems"]] == [path]


@pytest.mark.parametrize(
    "section",
    [
        'role = "relay"\nupstream = "https://up"',
        'role = "relay"\nupstream = "a"\nreceipts = "b"',
        'role = "shadow"',
        'role = "shadow"\nreceipts = "b"',
        'role = "shadow"\nupstream = "http://up"',
        'role = "authority"',
    ],
)
def test_keys_that_go_together_are_good(run: Run, tmp_path: Path, section: str) -> None:
    file = tmp_path / "x.toml"
    file.write_text(f"[deployment]\n{section}\n", encoding="utf-8")
    run("--config", file, "config", "check")


def test_a_token_is_read_from_standard_input_and_forgotten_on_demand(run: Run, config: Path) -> None:
    done = CliRunner().invoke(app, ["--config", str(config), "upstream", "token", "DXP1"], input="tg_secret\n")
    assert done.exit_code == 0 and "tg_secret" not in done.output
    with UpstreamFile(open_store(Path("zone"), sandbox=True)) as file:
        assert file.token("DXP1") == "tg_secret"
    assert json.loads(run("--config", config, "upstream", "status", "--json").stdout)["tokens"] == 1
    run("--config", config, "upstream", "token", "DXP1", "--remove")
    assert "no token" in run("--config", config, "upstream", "token", "DXP1", "--remove", code=2).stderr
    empty = CliRunner().invoke(app, ["--config", str(config), "upstream", "token", "DXP1"], input="\n")
    assert empty.exit_code == 2


def test_receipts_brought_by_hand_are_counted_and_what_is_none_is_named(run: Run, config: Path, tmp_path: Path) -> None:
    folder = tmp_path / "brought"
    folder.mkdir()
    (folder / "a.xml").write_bytes(order_receipt())
    (folder / "b.xml").write_bytes(b"<Order/>")
    told = run("--config", config, "upstream", "receive", folder, "--json", code=2)
    found = json.loads(told.stdout)
    assert {name: found[name] for name in ("files", "messages", "new")} == {"files": 2, "messages": 1, "new": 1}
    assert [(one["file"], one["problem"]["rule_id"]) for one in found["problems"]] == [("b.xml", "U02")]
    again = run("--config", config, "upstream", "receive", folder / "a.xml")
    assert "0 of them new" in again.stderr
    status = json.loads(run("--config", config, "upstream", "status", "--json").stdout)
    assert status["receipts"] == {"messages": 1, "receipts": 1, "unaddressed": 1}
    assert "messages for nobody that is known" in run("--config", config, "upstream", "status").stdout


def test_one_round_against_an_upstream_that_is_not_there_ends_well(run: Run, config: Path) -> None:
    run("--config", config, "upstream", "run", "--once")


@pytest.mark.parametrize("command", [("token", "DXP1"), ("receive", "x.xml"), ("run",)])
def test_an_authority_has_nothing_above_it(run: Run, command: tuple[str, ...]) -> None:
    run("init", "zone", "--sandbox")
    assert "authority" in run("upstream", *command, "--db", "zone", code=2).stderr


@pytest.mark.parametrize("command", [("upstream", "status"), ("shadow", "report")])
def test_a_store_that_was_never_below_an_upstream_says_so(run: Run, command: tuple[str, ...]) -> None:
    run("init", "zone", "--sandbox")
    assert "no-upstream" in run(*command, "--db", "zone", code=2).stderr
