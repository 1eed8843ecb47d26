"""``tongguan retention``: what is told, what is erased, and what is refused with its reason."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tongguan.gateway.access import AccessLog, Look, folder_of
from tongguan.store.layout import open_store


def day(number: int) -> str:
    return f"{datetime.now(UTC) + timedelta(days=number):%Y-%m-%d}"


@pytest.fixture
def db(run: Run, tmp_path: Path) -> Path:
    """Two good sets, one of which the order never comes, and one of which the payment never does: these lapse."""
    run("sandbox", "make", "--sets", 2, "--seed", 5, "--faults", "M01-never,M02-never", "--out", tmp_path / "box")
    run("clear", tmp_path / "box" / "filings", "--db", tmp_path / "db")
    return tmp_path / "db"


def told(run: Run, db: Path, number: int, *more: str) -> dict[str, object]:
    return dict(json.loads(run("retention", "run", "--db", db, "--at", day(number), "--json", *more).stdout))


def case_of(box: Path) -> str:
    """EBPCODE/ORDERNO of the first set."""
    order = sorted(box.glob("filings/*order*"))[0].read_text(encoding="utf-8")
    return "/".join(re.findall(r"<ceb:(?:ebpCode|orderNo)>([^<]+)<", order)[::-1][:2])


def test_a_dry_run_tells_and_erases_nothing(run: Run, db: Path) -> None:
    told(run, db, 40, "--dry-run")  # what waits lapses
    before = told(run, db, 500, "--dry-run")
    assert before["due"] and before["erasedNow"] == 0
    assert told(run, db, 501, "--dry-run")["due"] == before["due"]
    shown = run("retention", "run", "--db", db, "--at", day(502), "--dry-run")
    assert re.search(r"unaccepted\s*│\s*0\s*│\s*0\s*│\s*0\s*│\s*\d", shown.stdout), shown.stdout
    assert "RT05" in shown.stdout


def test_a_run_erases_what_is_due_and_the_next_has_nothing_to_do(run: Run, db: Path) -> None:
    told(run, db, 40, "--dry-run")
    due = told(run, db, 500, "--dry-run")["due"]
    done = told(run, db, 500)
    assert isinstance(due, list) and due
    assert isinstance(done["erasedNow"], int) and done["erasedSubjects"] == done["erasedNow"] >= len(due)
    assert done["pending"] == {} and done["refused"] == []
    again = told(run, db, 501)
    assert (again["erasedNow"], again["due"]) == (0, [])
    assert "0 differences" in run("replay", "--verify", "--db", db).stdout


def test_a_case_whose_bill_is_not_paid_is_open(run: Run, db: Path, tmp_path: Path) -> None:
    told(run, db, 60, "--dry-run")
    call = ("retention", "erase", case_of(tmp_path / "box"), "--basis", "RT14", "--actor", "a", "--approver", "b")
    refused = run(*call, "--db", db, "--at", day(2000), code=2)
    assert "ER02" in refused.stderr and "wait until it is closed" in refused.stderr
    as_json = json.loads(run(*call, "--db", db, "--at", day(2000), "--json", code=2).stdout)
    assert as_json["outcome"] == "refused" and as_json["erased"] == []
    assert set(as_json["problems"][0]) >= {"rule_id", "found", "expected", "fix_zh", "fix_en"}


@pytest.mark.parametrize("case", ["0" * 32, "NONE/NONE", "nonsense"])
def test_an_unknown_case_is_named(run: Run, db: Path, case: str) -> None:
    refused = run("retention", "erase", case, "--basis", "RT14", "--actor", "a", "--approver", "b", "--db", db, code=2)
    assert case in refused.stderr


def test_a_set_clock_is_for_sandboxes_only(run: Run, tmp_path: Path) -> None:
    run("init", tmp_path / "real")
    refused = run("retention", "run", "--dry-run", "--at", day(1), "--db", tmp_path / "real", code=2)
    assert "store-is-production" in refused.stderr
    run("retention", "run", "--dry-run", "--db", tmp_path / "real")


def test_looks_are_listed_and_a_tampered_file_is_named(run: Run, db: Path) -> None:
    assert json.loads(run("retention", "looks", "--db", db, "--json").stdout) == {"looks": []}
    store = open_store(db, sandbox=True)
    log = AccessLog(store, "G01")
    for about in ("case-one", "case-two"):
        log.note(Look(at=datetime.now(UTC), who="auditor", token="t", door="GET /cases", about=about, fields=("a",)))
    log.close()
    assert "case-two" in run("retention", "looks", "--db", db).stdout
    assert len(json.loads(run("retention", "looks", "case-one", "--db", db, "--json").stdout)["looks"]) == 1
    (path,) = folder_of(store).iterdir()
    path.write_bytes(path.read_bytes().replace(b"case-one", b"case-ten"))
    assert path.name in run("retention", "looks", "--db", db, code=2).stderr


def test_what_was_erased_is_explained_as_such(run: Run, db: Path) -> None:
    told(run, db, 40, "--dry-run")
    due = told(run, db, 500)["due"]
    assert isinstance(due, list)
    (order,) = (line["key"] for line in due if line["kind"] == "order")
    refused = run("explain", *order, "--db", db, code=2)
    assert "the persons of this case were erased on" in refused.stderr
