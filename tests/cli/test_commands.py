"""The smaller commands, each as its user would call it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from lxml import etree

from tests.cli.conftest import Run
from tests.cli.test_clear import TAXES, a_set, decisions, lay, sums
from tongguan.cli.house import give, work_off
from tongguan.law.snapshot import digest, pack, package_tables
from tongguan.store.layout import open_store


def review_everything(folder: Path) -> None:
    """A law with one row changed, and no code: every inventory is reviewed."""
    tables = package_tables()
    (lane,) = [row for row in tables["lanes"].as_dicts() if row["hold"] == "review"]
    store = open_store(folder, sandbox=True)
    changed = pack(tables.with_row("lanes", {**lane, "id": "LN99", "share": "1", "valid_from": "2026-01-01"}))
    give(store, "law_stage", actor="maker", key=(digest(pack(tables)),), snapshot=changed, reason="test")
    give(store, "law_approve", actor="checker", key=(digest(changed),))
    work_off(store)


@pytest.fixture
def reviewed(run: Run, box: Path, tmp_path: Path) -> dict[str, str]:
    """One inventory under review in ``db``; the row of decisions.csv and its agentCode."""
    run("init", tmp_path / "db", "--sandbox")
    run("registry", "import", box / "registry", "--db", tmp_path / "db")
    review_everything(tmp_path / "db")
    run("clear", lay(tmp_path / "papers", *a_set(box).values()), "--db", tmp_path / "db", "--out", tmp_path / "out")
    (row,) = decisions(tmp_path / "out")
    assert row["status"] == "300"
    tree = etree.parse(a_set(box)["inventory"])
    return {**row, "agentCode": str(tree.findtext(".//{*}agentCode"))}


def test_an_officer_releases(run: Run, reviewed: dict[str, str], tmp_path: Path) -> None:
    key = reviewed["agentCode"], reviewed["copNo"]
    told = json.loads(run("officer", "release", *key, "--actor", "officer 1", "--db", tmp_path / "db", "--json").stdout)
    assert told["status"] == "800"
    again = run("officer", "release", *key, "--actor", "officer 1", "--db", tmp_path / "db", code=2)
    assert "does not allow" in again.stderr
    run("replay", "--verify", "--db", tmp_path / "db")


def test_an_officer_rejects_with_a_reason_that_the_filer_reads(
    run: Run, reviewed: dict[str, str], tmp_path: Path
) -> None:
    key = reviewed["agentCode"], reviewed["copNo"]
    stale = run(
        "officer", "reject", *key, "--actor", "o", "--reason", "r", "--version", 99, "--db", tmp_path / "db", code=2
    )
    assert "has changed" in stale.stderr
    run("officer", "reject", *key, "--actor", "o", "--reason", "品名与实物不符", "--db", tmp_path / "db")
    (tmp_path / "none").mkdir()
    run("clear", tmp_path / "none", "--db", tmp_path / "db", "--out", tmp_path / "after")
    (row,) = decisions(tmp_path / "after")
    assert (row["status"], row["codes"]) == ("100", "1300")
    filer = next((tmp_path / "out" / "receipts").rglob("*622*")).parent.name
    told = json.loads(run("receipts", filer, "--db", tmp_path / "db", "--json").stdout)
    last = told["receipts"][-1]["receipt"]
    assert last[2] == "100"
    assert "[Code:1300" in last[3]
    assert "品名与实物不符" in last[3]
    run("replay", "--verify", "--db", tmp_path / "db")


def test_an_unknown_inventory_is_named(run: Run, tmp_path: Path) -> None:
    run("init", tmp_path / "db", "--sandbox")
    assert "X / Y" in run("officer", "release", "X", "Y", "--actor", "o", "--db", tmp_path / "db", code=2).stderr


def test_init_never_overwrites_and_keeps_keys_to_the_owner(run: Run, tmp_path: Path) -> None:
    run("init", tmp_path / "db")
    keys = {file.name: file.read_bytes() for file in (tmp_path / "db" / "keys").iterdir()}
    assert {file.stat().st_mode & 0o777 for file in (tmp_path / "db" / "keys").iterdir()} == {0o600}
    assert "already holds" in run("init", tmp_path / "db", code=2).stderr
    assert {file.name: file.read_bytes() for file in (tmp_path / "db" / "keys").iterdir()} == keys


def test_registry_mistakes_are_named_and_nothing_is_imported(run: Run, box: Path, tmp_path: Path) -> None:
    run("init", tmp_path / "db", "--sandbox")
    shutil.copytree(box / "registry", tmp_path / "bad")
    parties = tmp_path / "bad" / "parties.csv"
    parties.write_text(parties.read_text(encoding="utf-8").replace("declarant", "magician"), encoding="utf-8")
    result = run("registry", "import", tmp_path / "bad", "--db", tmp_path / "db", code=2)
    assert "magician" in result.stderr
    assert json.loads(run("registry", "list", "--db", tmp_path / "db", "--json").stdout)["parties"] == []


def test_tokens_are_shown_once_listed_and_revoked(run: Run, box: Path, tmp_path: Path) -> None:
    run("init", tmp_path / "db", "--sandbox")
    told = json.loads(run("registry", "import", box / "registry", "--db", tmp_path / "db", "--json").stdout)
    assert told["parties"] > 5
    listed = json.loads(run("registry", "list", "--db", tmp_path / "db", "--json").stdout)
    dxp_id = next(party["dxp_id"] for party in listed["parties"] if party.get("dxp_id"))
    text = run("registry", "token", dxp_id, "--db", tmp_path / "db").stdout.strip()
    token_id = text.split("_")[1]
    listing = run("registry", "list", "--db", tmp_path / "db", "--json").stdout
    assert token_id in listing
    assert text not in listing
    run("registry", "token", "--revoke", token_id, "--db", tmp_path / "db")
    assert json.loads(run("registry", "list", "--db", tmp_path / "db", "--json").stdout)["tokens"][0]["revoked_at"]
    assert "NOBODY" in run("registry", "token", "NOBODY", "--db", tmp_path / "db", code=2).stderr


def test_a_party_of_ones_own_files_with_its_own_key(run: Run, box: Path, tmp_path: Path) -> None:
    told = json.loads(run("sandbox", "party", "new", "--out", box, "--role", "platform|merchant", "--json").stdout)
    assert Path(told["key"]).stat().st_mode & 0o777 == 0o600
    from tongguan.ceb.signature.sign import Signer

    signer = Signer(Path(told["key"]).read_bytes(), Path(told["certificate"]).read_bytes())
    order = a_set(box)["order"].read_text(encoding="utf-8")
    tree = etree.fromstring(order.encode())
    tree.remove(tree[-1])
    text = etree.tostring(tree, encoding="unicode")
    old_code, old_dxp = tree.findtext(".//{*}BaseTransfer/{*}copCode"), tree.findtext(".//{*}BaseTransfer/{*}dxpId")
    assert old_code is not None
    assert old_dxp is not None
    text = text.replace(f">{old_code}<", f">{told['code']}<").replace(f">{old_dxp}<", f">{told['dxp_id']}<")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "order.xml").write_bytes(signer.sign(text.encode()))
    run("clear", box, "--db", tmp_path / "db")
    run("clear", tmp_path / "mine", "--db", tmp_path / "db", "--out", tmp_path / "out")
    statuses = sorted(file.stem.rsplit("-", 1)[1] for file in (tmp_path / "out" / "receipts").rglob("*CEB312*"))
    assert statuses == ["2", "3"]


def test_a_new_party_gets_its_token_where_a_store_shall_know_it(run: Run, tmp_path: Path) -> None:
    told = json.loads(
        run("sandbox", "party", "new", "--out", tmp_path / "mine", "--db", tmp_path / "db", "--json").stdout
    )
    assert told["token"].startswith("tg_")
    listed = json.loads(run("registry", "list", "--db", tmp_path / "db", "--json").stdout)
    assert [party["dxp_id"] for party in listed["parties"]] == [told["dxp_id"]]
    assert [token["dxp_id"] for token in listed["tokens"]] == [told["dxp_id"]]
    run("init", tmp_path / "real")
    refused = run("sandbox", "party", "new", "--out", tmp_path / "other", "--db", tmp_path / "real", code=2)
    assert "production" in refused.stderr


def test_the_schema_is_a_schema(run: Run, tmp_path: Path) -> None:
    run("schema", "--out", tmp_path / "ceb.xsd")
    etree.XMLSchema(etree.parse(tmp_path / "ceb.xsd"))
    assert run("schema").stdout.encode() == (tmp_path / "ceb.xsd").read_bytes()


def test_the_law_of_a_day_is_told_with_its_sources(run: Run) -> None:
    told = json.loads(run("law", "show", "2018-12-31", "--table", "limits", "--json").stdout)
    amounts = {row["id"]: row["amount"] for row in told["rows"]}
    assert amounts["L01"] == "2000"
    assert "L03" not in amounts
    assert "财关税〔2018〕49号" in run("law", "show", "2026-11-24", "--table", "limits").stdout
    assert "no date" in run("law", "show", "tomorrow", code=2).stderr
    assert "no table" in run("law", "show", "--table", "tea", code=2).stderr


def test_settings_are_shown_and_every_mistake_in_them_named(run: Run, tmp_path: Path) -> None:
    shown = run("config", "show").stdout
    (tmp_path / "good.toml").write_text(shown, encoding="utf-8")
    run("--config", tmp_path / "good.toml", "config", "check")
    (tmp_path / "bad.toml").write_text("[gateway]\nporte = 1\nport = 'x'\n", encoding="utf-8")
    told = json.loads(run("--config", tmp_path / "bad.toml", "config", "check", "--json", code=2).stdout)
    assert {problem["path"] for problem in told["problems"]} == {"gateway.porte", "gateway.port"}
    assert "gateway.port" in run("--config", tmp_path / "bad.toml", "clear", tmp_path, code=2).stderr


def test_signature_explain_names_the_step_and_the_byte(run: Run, tmp_path: Path) -> None:
    run("sandbox", "make", "--sets", 1, "--faults", "signature-digest", "--out", tmp_path / "box")
    bad = next((tmp_path / "box" / "filings").glob("*inventory-signature-digest.xml"))
    told = json.loads(run("signature", "explain", bad, "--json").stdout)
    assert told["step"] == "digest"
    assert "G05" in run("signature", "explain", bad).stdout
    good = next((tmp_path / "box" / "filings").glob("*inventory-good.xml"))
    assert "chain not checked" in run("signature", "explain", good).stdout
    tree = etree.parse(good).getroot()
    tree.remove(tree[-1])
    mine = etree.tostring(tree, method="c14n").replace(b"version", b"Version", 1)
    (tmp_path / "mine").write_bytes(mine)
    compared = json.loads(run("signature", "explain", good, "--mine", tmp_path / "mine", "--json").stdout)
    assert compared["difference"]["offset"] == mine.index(b"Version")
    assert "no file" in run("signature", "explain", tmp_path / "nowhere", code=2).stderr


def test_faults_are_listed_by_name_and_an_unknown_one_is_refused(run: Run, tmp_path: Path) -> None:
    names = {fault["name"] for fault in json.loads(run("sandbox", "faults", "--json").stdout)}
    assert len(names) > 150
    result = run("sandbox", "make", "--faults", "no-such-fault", "--out", tmp_path / "box", code=2)
    assert "no-such-fault" in result.stderr


def test_the_demo_agrees_with_the_truth(run: Run, tmp_path: Path) -> None:
    told = json.loads(run("demo", "--sets", 2, "--out", tmp_path / "demo", "--json").stdout)
    assert told["disagreements"] == []
    rows = decisions(tmp_path / "demo" / "out")
    assert len(rows) == told["summary"]["inventories"]
    assert sum(row["status"] == "800" for row in rows) == told["summary"]["released"]
    assert sums(rows) == {column: told["summary"][column] for column in TAXES}
    assert told["summary"]["valueAddedTax"] != "0.00"
    again = json.loads(run("demo", "--sets", 1, "--out", tmp_path / "demo", "--json").stdout)
    assert again["folder"] != told["folder"]


def test_what_the_demo_says_to_look_at_next_can_be_run_as_it_stands(run: Run, tmp_path: Path) -> None:
    said = run("demo", "--sets", 1, "--out", tmp_path / "demo").stdout
    calls = [line.split()[1:] for line in said.splitlines() if line.startswith("  tongguan ")]
    assert {call[0] for call in calls} == {"explain", "replay", "registry", "sandbox"}
    for call in calls:
        assert run(*call).stdout
