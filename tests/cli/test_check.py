"""``tongguan check``: well formed or not, and everything that is wrong, without filing."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from tests.cli.conftest import Run

SHAPE = {
    "rule_id", "code", "document", "path", "found", "expected", "law_row", "text_zh", "text_en", "fix_zh", "fix_en",
}  # fmt: skip


def lines(text: str) -> list[dict[str, object]]:
    """The lines about files: those about cases come after them."""
    told = [json.loads(line) for line in text.splitlines()]
    files = [one for one in told if "file" in one]
    assert told[: len(files)] == files
    return files


def test_good_messages_are_valid_in_name_order_and_nothing_is_filed(run: Run, box: Path) -> None:
    told = lines(run("check", box, "--json").stdout)
    names = [str(one["file"]) for one in told]
    assert names == sorted(names)
    assert len(names) == 12
    assert {one["schema"] for one in told} == {"valid"}
    assert {one["messageType"] for one in told} == {
        "CEB311Message", "CEB411Message", "CEB511Message", "CEB621Message",
    }  # fmt: skip
    assert all(one["problems"] == [] for one in told)
    assert not (Path.cwd() / "tongguan-data").exists()


def test_each_problem_has_the_one_shape_and_one_bad_file_makes_it_exit_1(run: Run, box: Path) -> None:
    good = next((box / "filings").glob("*order*"))
    text = good.read_text(encoding="utf-8")
    bad = box / "filings" / "zz.xml"
    bad.write_text(text.replace("<ceb:orderType>I</ceb:orderType>", "").replace(">142<", ">502<", 1), encoding="utf-8")
    told = lines(run("check", good, bad, "--json", code=1).stdout)
    assert [one["schema"] for one in told] == ["valid", "invalid"]
    problems = told[1]["problems"]
    assert isinstance(problems, list)
    assert len(problems) == 2
    assert all(set(problem) == SHAPE for problem in problems)
    assert any(problem["path"] == "Order[1]/OrderHead/orderType" for problem in problems)


@pytest.mark.parametrize(
    "content",
    [b"", b"not xml", b"<a/>", b"\x00\xff" * 50, b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", b"<DxpMsg/>"],
    ids=["empty", "text", "foreign root", "bytes", "document type", "hollow envelope"],
)
def test_whatever_the_file_holds_it_is_answered_by_name(run: Run, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.xml").write_bytes(content)
    (told,) = lines(run("check", tmp_path / "a.xml", "--json", code=1).stdout)
    assert told["messageType"] == "Unknown"
    assert told["schema"] == "invalid"
    assert told["problems"]


def test_the_lenient_profile_takes_empty_optional_elements_with_a_warning(run: Run, box: Path, tmp_path: Path) -> None:
    good = next((box / "filings").glob("*inventory*")).read_text(encoding="utf-8")
    (tmp_path / "a.xml").write_text(good.replace("<ceb:currency>142", "<ceb:wrapType/><ceb:currency>142", 1), "utf-8")
    wrap = "<ceb:wrapType>"
    strict = good.split(wrap)[0] + "<ceb:wrapType/>" + good.split("</ceb:wrapType>", 1)[1] if wrap in good else good
    (tmp_path / "a.xml").write_text(strict, encoding="utf-8")
    if wrap in good:
        run("check", tmp_path / "a.xml", "--profile", "strict", code=1)
        # Well formed by that profile; exit 1, since what was signed is another text.
        (told,) = lines(run("check", tmp_path / "a.xml", "--profile", "lenient", "--json", code=1).stdout)
        assert told["schema"] == "valid"
        assert told["warnings"]


def test_archives_are_looked_into_and_a_missing_path_is_named(run: Run, box: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        for file in (box / "filings").iterdir():
            archive.write(file, file.name)
    told = lines(run("check", tmp_path / "all.zip", "--json").stdout)
    assert len(told) == 12
    assert "nowhere" in run("check", tmp_path / "nowhere", code=2).stderr
