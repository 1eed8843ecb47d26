"""The page of codes: every code of every table, each given by a rule or explained, in both languages alike."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tongguan.ceb.rules import RULES as FORM_RULES
from tongguan.clearance.code_notes import EXCHANGE, NOT_GIVEN, REASONS, RESULTS, STATUSES
from tongguan.clearance.codebook import given_by, main, page, pages
from tongguan.clearance.rulebook import by_id
from tongguan.codes.catalogue import table

ROOT = Path(__file__).parents[2]
FOUR = ("any", "312", "412", "512", "622")


def codes_of(*receipts: str) -> list[str]:
    """The negative codes of these receipts."""
    codes = table("return_error_codes")
    return [code for code in codes if codes.get(code, "receipt") in receipts]


def test_the_pages_are_up_to_date():
    for path, text in pages(ROOT).items():
        assert path.read_text(encoding="utf-8") == text, "run python -m tongguan.clearance.codebook"


@pytest.mark.parametrize("code", codes_of(*FOUR))
def test_a_code_of_the_matched_documents_is_given_by_a_rule_or_explained(code):
    assert (code in given_by()) != (code in NOT_GIVEN)


@pytest.mark.parametrize("code", [code for code in table("return_error_codes") if code not in codes_of(*FOUR)])
def test_a_code_of_the_other_documents_is_given_or_explained(code):
    assert code in given_by() or code in NOT_GIVEN


def test_explanations_are_about_codes_of_the_table_and_name_what_is_given_instead():
    codes, given = table("return_error_codes"), given_by()
    assert all(code in codes for code in NOT_GIVEN)
    assert {reason for reason, _ in NOT_GIVEN.values()} == set(REASONS)
    for code, (reason, by) in NOT_GIVEN.items():
        assert bool(by) is (reason in ("other", "limit", "unneeded")), code
        for name in filter(None, by.split(", ")):
            assert name in given or by_id(name) is not None, f"{code}: {name}"


def test_every_status_result_and_exchange_code_is_told():
    assert set(STATUSES) == set(table("return_status"))
    assert set(EXCHANGE) == set(table("dxp_error_codes"))
    assert set(table("customs_result_codes")) == set(RESULTS) | (set(given_by()) & set(table("customs_result_codes")))


@pytest.mark.parametrize("chinese", [False, True])
def test_the_page_has_a_row_for_every_code_and_every_rule_of_form(chinese):
    rows = re.findall(r"^\| `([^`]+)` \|", page(chinese), flags=re.MULTILINE)
    tables = ("return_status", "return_error_codes", "customs_result_codes", "dxp_error_codes")
    assert rows.count("100") == 1
    assert sorted(rows) == sorted([*(code for name in tables for code in table(name)), *FORM_RULES])


def test_both_languages_have_the_same_rows_in_the_same_order():
    def cells(text: str) -> list[tuple[int, str]]:
        lines = [line for line in text.splitlines() if line.startswith(("|", "#"))]
        return [(line.replace("\\|", "").count("|"), "#" if line[0] == "#" else line.split("|")[1]) for line in lines]

    english, chinese = cells(page(False)), cells(page(True))
    assert [count for count, _ in english] == [count for count, _ in chinese]
    assert [name for _, name in english if "`" in name] == [name for _, name in chinese if "`" in name]


def test_every_rule_that_a_page_names_is_in_the_rules_of_its_language():
    for chinese, name in ((False, "rules.md"), (True, "rules.zh.md")):
        rules = (ROOT / "docs" / name).read_text(encoding="utf-8")
        linked = set(re.findall(r"\[([A-Z0-9-]+)\]\(" + re.escape(name) + "#", page(chinese)))
        assert len(linked) > 50 and [one for one in linked if f"### {one}\n" not in rules] == []


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("-301010", ("official", "[K01]", "appType 2")),
        ("-621055", ("field", "[K02]", "later appTime")),
        ("-621018", ("official", "not given", "T05, 1313")),
        ("-301013", ("official", "not given", "503")),
        ("1332", ("field", "[M04]", "differs from the order")),
        ("1800", ("field", "accepted")),
        ("600", ("field", "vague address")),
    ],
)
def test_a_row_says_where_a_code_is_known_from_who_gives_it_and_the_cure(code, words):
    (row,) = [line for line in page(False).splitlines() if line.startswith(f"| `{code}` |")]
    assert [word for word in words if word not in row] == []


def test_the_check_notices_a_change(tmp_path, monkeypatch, capsys):
    (tmp_path / "docs").mkdir()
    monkeypatch.chdir(tmp_path)
    assert main(["--check"]) == 1 and "codes.md" in capsys.readouterr().err
    assert main([]) == 0 and main(["--check"]) == 0
    (tmp_path / "docs" / "codes.zh.md").write_text("x", encoding="utf-8")
    assert main(["--check"]) == 1
