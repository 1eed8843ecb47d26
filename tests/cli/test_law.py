"""The law on the command line: staged by one, approved by another, compared, tried; each refusal is a sentence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run
from tests.cli.test_clear import a_set, lay
from tongguan.law.snapshot import package_tables

HEADER = "id,rate_class,rate,zh,en,valid_from,valid_to,source,confidence,mark\n"
VAT_10 = "V90,standard,0.10,一般货物,goods in general,{day},,the act,high,S\n"


@pytest.fixture
def db(run: Run, tmp_path: Path) -> Path:
    run("init", tmp_path / "db", "--sandbox")
    return tmp_path / "db"


def folder(tmp_path: Path, text: str, table: str = "vat_rates") -> Path:
    made = tmp_path / "change"
    made.mkdir(exist_ok=True)
    (made / f"{table}.csv").write_text(text, encoding="utf-8")
    return made


def staged(run: Run, tmp_path: Path, db: Path, day: str = "2999-01-01", *more: object) -> dict[str, Any]:
    given = folder(tmp_path, HEADER + VAT_10.format(day=day))
    told: dict[str, Any] = json.loads(
        run("law", "import", given, "--actor", "maker", "--db", db, "--json", *more).stdout
    )
    return told


def test_import_staged_approve_show(run: Run, tmp_path: Path, db: Path) -> None:
    given = folder(tmp_path, HEADER + VAT_10.format(day="2999-01-01"))
    shown = run("law", "import", given, "--actor", "maker", "--db", db)
    assert "added  V90  vat_rates  2999-01-01" in shown.stdout and "rate=0.10" in shown.stdout
    (waiting,) = json.loads(run("law", "staged", "--db", db, "--json").stdout)
    assert (waiting["maker"], waiting["state"], waiting["checker"]) == ("maker", "open", "")
    assert waiting["digest"] in shown.stderr
    assert "two persons" in run("law", "approve", waiting["digest"][:8], "--actor", "Maker ", "--db", db, code=2).stderr
    run("law", "approve", waiting["digest"][:8], "--actor", "checker", "--db", db)
    assert json.loads(run("law", "staged", "--db", db, "--json").stdout) == []
    assert "approved by checker" in run("law", "staged", "--all", "--db", db).stdout
    for day, rate in (("2998-12-31", "0.13"), ("2999-01-01", "0.10")):
        rows = json.loads(run("law", "show", day, "--table", "vat_rates", "--db", db, "--json").stdout)
        assert rows["digest"] == waiting["digest"]
        assert [row["rate"] for row in rows["rows"] if row["rate_class"] == "standard"] == [rate]
    again = run("law", "import", given, "--actor", "maker", "--db", db, code=2)
    assert "LW05" in again.stderr
    run("replay", "--verify", "--db", db)


def test_without_a_store_the_law_is_the_packages(run: Run) -> None:
    shown = json.loads(run("law", "show", "2026-11-24", "--json").stdout)
    assert len(shown["digest"]) == 64 and shown["rows"]


def test_too_early_retroactive_and_affected(run: Run, tmp_path: Path, box: Path, db: Path) -> None:
    run("registry", "import", box / "registry", "--db", db)
    (tmp_path / "out").mkdir()
    papers = lay(tmp_path / "papers", *a_set(box).values())
    run("clear", papers, "--db", db, "--out", tmp_path / "out")
    early = folder(tmp_path, HEADER + VAT_10.format(day="2026-02-01"))
    refused = run("law", "import", early, "--actor", "maker", "--db", db, code=2)
    assert "LW03" in refused.stderr and "--retroactive" in refused.stderr
    told = staged(run, tmp_path, db, "2026-02-01", "--retroactive", "judgment")
    assert "judgment" in run("law", "staged", "--db", db).stdout
    approved = json.loads(run("law", "approve", told["digest"], "--actor", "checker", "--db", db, "--json").stdout)
    (use,) = approved["affected"]
    assert (use["kind"], use["row_id"], use["outcome"]) == ("inventory", "V08", "released")
    again = json.loads(run("law", "affected", told["digest"][:8], "--db", db, "--json").stdout)
    assert again["affected"] == approved["affected"]
    assert use["case_id"] in run("law", "affected", told["digest"][:8], "--db", db).stdout
    run("replay", "--verify", "--db", db)


def test_withdrawn_changes_come_into_force_no_more(run: Run, tmp_path: Path, db: Path) -> None:
    told = staged(run, tmp_path, db)
    run("law", "withdraw", told["digest"][:10], "--actor", "maker", "--reason", "typing error", "--db", db)
    assert "LW04" in run("law", "approve", told["digest"][:10], "--actor", "checker", "--db", db, code=2).stderr
    assert "never staged" in run("law", "affected", "package", "--db", db, code=2).stderr or True
    run("replay", "--verify", "--db", db)


@pytest.mark.parametrize(("text", "table", "said"), [
    pytest.param(HEADER + VAT_10.format(day="2019-05-01"), "vat_rates", "overlaps", id="overlap"),
    pytest.param(HEADER + VAT_10.format(day="2999-01-01").replace("the act", ""), "vat_rates", "source", id="source"),
    pytest.param(HEADER + VAT_10.format(day="2999-02-30"), "vat_rates", "valid_from", id="no such day"),
    pytest.param(HEADER + VAT_10.format(day="2999-01-01").replace("0.10", "1.10"), "vat_rates", "rate", id="over one"),
    pytest.param(HEADER + 2 * VAT_10.format(day="2999-01-01"), "vat_rates", "twice", id="a row twice"),
    pytest.param(HEADER + VAT_10.format(day="2999-01-01"), "no_such_table", "no such law table", id="unknown table"),
    pytest.param(HEADER.replace("mark", "remark"), "vat_rates", "mark", id="unknown column"),
    pytest.param("", "vat_rates", "empty", id="an empty file"),
    pytest.param(HEADER + "V90,standard\n", "vat_rates", "cells", id="a ragged row"),
    pytest.param("id,code,zh,en,unit1,unit2,mfn_duty,vat_class,consumption_hs8,content,valid_from,valid_to,source,"
                 "confidence,mark\nG90,9999000000,甲,x,999,,0,standard,,,2999-01-01,,s,high,S\n", "goods",
                 "unknown unit code", id="unknown code"),
    pytest.param("id,scheme,subject,limit_type,amount,unit,inclusive,on_exceed,zh,en,valid_from,valid_to,source,"
                 "confidence,mark\nL90,cbec_import,buyer_id,single_transaction,1,CNY,yes,refuse,甲,x,2999-01-01,"
                 "2999-12-31,s,high,S\n", "limits", "leaves a gap", id="nothing follows"),
])  # fmt: skip
def test_each_mistake_is_named_and_nothing_is_staged(
    run: Run, tmp_path: Path, db: Path, text: str, table: str, said: str
) -> None:
    refused = run("law", "import", folder(tmp_path, text, table), "--actor", "maker", "--db", db, code=2)
    assert said in refused.stderr
    assert json.loads(run("law", "staged", "--db", db, "--json").stdout) == []


def test_folders_and_digests_that_are_none(run: Run, tmp_path: Path, db: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "latin").mkdir()
    (tmp_path / "latin" / "vat_rates.csv").write_bytes(b"id\n\xe9\n")
    assert "no law table" in run("law", "import", tmp_path / "empty", "--actor", "a", "--db", db, code=2).stderr
    assert "UTF-8" in run("law", "import", tmp_path / "latin", "--actor", "a", "--db", db, code=2).stderr
    for digest in ("ffffff", "f", ""):
        assert "no-snapshot" in run("law", "approve", digest, "--actor", "a", "--db", db, code=2).stderr


def test_diff_names_the_rows(run: Run, tmp_path: Path, db: Path) -> None:
    told = staged(run, tmp_path, db)
    assert run("law", "diff", "package", "package").stdout == ""
    (row,) = json.loads(run("law", "diff", told["base"][:8], told["digest"][:8], "--db", db, "--json").stdout)
    assert (row["id"], row["kind"], row["after"]["rate"]) == ("V90", "added", "0.10")
    (row,) = json.loads(run("law", "diff", told["digest"], told["base"], "--db", db, "--json").stdout)
    assert (row["id"], row["kind"]) == ("V90", "removed")
    ended = next(row for row in package_tables()["goods"].as_dicts() if row["id"] == "G0001") | {
        "valid_to": "2999-01-01"
    }
    given = tmp_path / "ended"
    given.mkdir()
    (given / "goods.csv").write_text(
        ",".join(ended) + "\n" + ",".join(f'"{cell}"' for cell in ended.values()) + "\n", encoding="utf-8"
    )
    assert "valid_to: ∅ → 2999-01-01" in run("law", "diff", "package", given).stdout


def test_a_rehearsal_lists_what_would_differ_and_writes_nothing(run: Run, tmp_path: Path, box: Path, db: Path) -> None:
    run("registry", "import", box / "registry", "--db", db)
    (tmp_path / "out").mkdir()
    run("clear", lay(tmp_path / "papers", *a_set(box).values()), "--db", db, "--out", tmp_path / "out")
    given = folder(tmp_path, HEADER + VAT_10.format(day="2999-01-01"))
    asked = ("replay", "--against", given, "--db", db)
    assert json.loads(run(*asked, "--json").stdout)["differing"] == []
    told = json.loads(run(*asked, "--as-of", "2999-01-01", "--json").stdout)
    (one,) = told["differing"]
    assert one["kind"] == "inventory" and {"V08", "V90"} <= set(one["rows"])
    assert [what for what, _, _ in one["changes"]] == ["tax"]
    assert "nothing was written" in run(*asked, "--as-of", "2999-01-01", "--last", 1).stderr
    for wrong in (("--verify",), ("--into", tmp_path / "x"), ("--as-of", "soon")):
        run(*asked, *wrong, code=2)
    run("replay", "--last", 3, "--db", db, code=2)
    assert json.loads(run("law", "staged", "--all", "--db", db, "--json").stdout) == []
    run("replay", "--verify", "--db", db)
