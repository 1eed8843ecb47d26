"""The identity register through the commands: looked up in a real store, and nowhere on disk in clear."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from tests.cli.conftest import Run
from tongguan.engine.replay import replay
from tongguan.store.layout import open_store


def everything(folder: Path) -> bytes:
    """All bytes of all files below a folder."""
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def test_number_and_name_decide_and_are_not_kept(run: Run, tmp_path: Path) -> None:
    run(
        "sandbox", "make", "--sets", 1, "--faults", "D11-name,D11-known,D11-UNKNOWN-accepted", "--out", tmp_path / "box"
    )
    run("init", tmp_path / "db", "--sandbox")
    told = json.loads(
        run("registry", "import", tmp_path / "box" / "registry", "--db", tmp_path / "db", "--json").stdout
    )
    assert told["identities"] == 2 and "people" not in told
    with (tmp_path / "box" / "registry" / "identities.csv").open(encoding="utf-8", newline="") as file:
        people = list(csv.DictReader(file))
    kept = everything(tmp_path / "db")
    for person in people:
        for text in person.values():
            for encoding in ("utf-8", "utf-16-le", "gb18030"):
                assert text.encode(encoding) not in kept

    # The register lies beside the filings, so clear finds it in force already.
    summary = json.loads(run("clear", tmp_path / "box", "--db", tmp_path / "db", "--json").stdout)
    assert (summary["inventories"], summary["rejected"], summary["reasons"]) == (4, 1, {"D11": 1})
    assert replay(open_store(tmp_path / "db", sandbox=True)).same


def test_importing_the_same_register_again_changes_nothing(run: Run, box: Path, tmp_path: Path) -> None:
    run("init", tmp_path / "db", "--sandbox")
    first, second = (
        json.loads(run("registry", "import", box / "registry", "--db", tmp_path / "db", "--json").stdout)["digest"]
        for _ in range(2)
    )
    assert first == second


def test_a_mistake_in_the_register_is_told_without_the_person(run: Run, box: Path, tmp_path: Path) -> None:
    run("init", tmp_path / "db", "--sandbox")
    register = box / "registry" / "identities.csv"
    register.write_text("number,name\n990101199003070010,沙箱某甲\n", encoding="utf-8")
    result = run("registry", "import", box / "registry", "--db", tmp_path / "db", code=2)
    assert "R27" in result.stderr and "row 2/number" in result.stderr
    assert "990101199003070010" not in result.stderr and "沙箱某甲" not in result.stderr
