"""Two persons change the law: each reason for which the one or the other is refused, and the edge beside it."""

from __future__ import annotations

from datetime import date

import pytest

from tongguan.law.staging import (
    IN_FORCE,
    LAW_RULES,
    WITHDRAWN,
    Staged,
    approval_problem,
    staging_problem,
    withdrawal_problem,
)

TODAY, TOMORROW = date(2026, 11, 25), date(2026, 11, 26)
OPEN = Staged(digest="new", base="old", maker="甲 One", retroactive=False, staged_event=7)


def staged(**fields):
    asked = {"in_force": "old", "open_already": False, "retroactive": False, "begins": TOMORROW, "today": TODAY}
    maker, base = fields.pop("maker", "甲 One"), fields.pop("base", "old")
    problem = staging_problem(fields.pop("digest", "new"), base, maker, **(asked | fields))
    return problem.rule_id if problem else ""


def approved(row=OPEN, checker="乙 Two", **fields):
    problem = approval_problem(
        "new", row, checker, **({"in_force": "old", "begins": TOMORROW, "today": TODAY} | fields)
    )
    return problem.rule_id if problem else ""


@pytest.mark.parametrize(("fields", "rule"), [
    ({}, ""),
    ({"begins": TODAY}, "LW03"), ({"begins": date(2016, 4, 8)}, "LW03"),
    ({"begins": TODAY, "retroactive": True}, ""),
    ({"begins": None}, ""),  # other words only: no day has another law
    ({"base": "older"}, "LW01"), ({"digest": "old"}, "LW05"), ({"open_already": True}, "LW06"),
    ({"maker": " "}, "LW02"),
])  # fmt: skip
def test_staging(fields, rule):
    assert staged(**fields) == rule


@pytest.mark.parametrize(("fields", "rule"), [
    ({}, ""),
    ({"checker": "甲 One"}, "LW02"), ({"checker": " 甲 ONE "}, "LW02"), ({"checker": ""}, "LW02"),
    ({"row": None}, "LW04"),
    ({"row": Staged(digest="new", base="old", maker="a", retroactive=False, staged_event=7, state=WITHDRAWN)}, "LW04"),
    ({"row": Staged(digest="new", base="old", maker="a", retroactive=False, staged_event=7, state=IN_FORCE)}, "LW04"),
    ({"in_force": "another"}, "LW01"),
    ({"today": TOMORROW}, "LW03"),  # staged in time, approved too late
    ({"today": TOMORROW, "row": Staged(digest="new", base="old", maker="a", retroactive=True, staged_event=7)}, ""),
])  # fmt: skip
def test_approval(fields, rule):
    assert approved(**fields) == rule


def test_withdrawal_is_for_anybody_by_name_while_it_waits():
    assert withdrawal_problem("new", OPEN, "甲 One") is None
    assert withdrawal_problem("new", OPEN, "丙 Three") is None
    assert [problem.rule_id for problem in (withdrawal_problem("new", OPEN, " "), withdrawal_problem("x", None, "a"))
            if problem] == ["LW02", "LW04"]  # fmt: skip


@pytest.mark.parametrize("rule", LAW_RULES, ids=lambda rule: rule.id)
def test_rules_speak_both_languages(rule):
    for zh, en in ((rule.zh, rule.en), (rule.fix_zh, rule.fix_en)):
        assert any("\u4e00" <= letter <= "\u9fff" for letter in zh) and en.isascii()
