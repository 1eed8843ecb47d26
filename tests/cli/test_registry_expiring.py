"""``tongguan registry expiring``: what ends soon, by the law's days or by those asked for."""

from __future__ import annotations

import csv
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tests.cli.conftest import Run
from tongguan.cli.times import CHINA


def house(run: Run, box: Path, tmp_path: Path, days: int) -> tuple[Path, str]:
    """A data folder whose first company ends in so many days, and that company's code."""
    file = box / "registry" / "parties.csv"
    with file.open(encoding="utf-8", newline="") as text:
        rows = list(csv.DictReader(text))
    rows[0]["valid_to"] = f"{datetime.now(CHINA).date() + timedelta(days=days)}"
    with file.open("w", encoding="utf-8", newline="") as text:
        writer = csv.DictWriter(text, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    run("init", tmp_path / "db", "--sandbox")
    run("registry", "import", box / "registry", "--db", tmp_path / "db")
    return tmp_path / "db", rows[0]["code"]


def listed(run: Run, db: Path, *options: object) -> list[dict[str, Any]]:
    told = json.loads(run("registry", "expiring", *options, "--db", db, "--json").stdout)
    rows: list[dict[str, Any]] = told["expiring"]
    return [row for row in rows if row["item"] == "registration"]


def test_the_days_are_those_of_the_law_unless_others_are_asked_for(run: Run, box: Path, tmp_path: Path) -> None:
    db, code = house(run, box, tmp_path, 31)
    assert listed(run, db) == []
    assert listed(run, db, "--days", 30) == []
    (row,) = listed(run, db, "--days", 31)
    assert (row["code"], row["item"], row["days"]) == (code, "registration", 31)
    assert code in run("registry", "expiring", "--days", 31, "--db", db).stdout
    run("registry", "expiring", "--days", -1, "--db", db, code=2)


def test_the_last_day_itself_still_counts(run: Run, box: Path, tmp_path: Path) -> None:
    db, code = house(run, box, tmp_path, 0)
    assert [(row["code"], row["days"]) for row in listed(run, db, "--days", 0)] == [(code, 0)]
