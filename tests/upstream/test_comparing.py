"""Attempts and verdicts: the table of what counts as agreement."""

from __future__ import annotations

import pytest

from tongguan.clearance.record import SHAPES
from tongguan.clearance.rulebook import RULES
from tongguan.codes.catalogue import table
from tongguan.store.upstream.beside import Heard
from tongguan.upstream.comparing import Verdict, attempts, compare
from tongguan.upstream.hearing import codes_in
from tongguan.upstream.mapping import rules_of, stand_of

KIND, KEY = "CEB622Message", ("9901000005", "C1")


def side(*told: str, day: str = "2026-01-05") -> list[Heard]:
    """``100:M04`` is ours with its rules, ``100 [Code:1332;x]`` theirs with its text, ``2`` either."""
    found = []
    for one in told:
        status, _, text = one.partition(" ")
        status, _, rules = status.partition(":")
        found.append(
            Heard(status=status, codes=codes_in(status, text), rules=tuple(filter(None, rules.split("|"))), text=text,
                  day=day)
        )  # fmt: skip
    return found


def verdicts(ours: list[Heard], theirs: list[Heard], kind: str = KIND) -> list[str]:
    return [one.verdict.value for one in compare(kind, KEY, ours, theirs)]


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        pytest.param(["2", "3", "120", "399", "800"], ["2", "3", "120", "399", "800"], ["agree"], id="both release"),
        pytest.param(["2", "3", "120"], ["2", "3", "120", "300"], ["agree"], id="accepted is accepted, held or not"),
        pytest.param(["2", "3", "120", "600"], ["800"], ["agree"], id="a hold of ours is no refusal"),
        pytest.param(["2", "3", "100:M04"], ["2", "3", "100 [Code:1332;a]"], ["agree"], id="the same reason"),
        pytest.param(["2", "100:M13|M14"], ["100 [Code:1322;a]"], ["agree"], id="one reason in common is enough"),
        pytest.param(["100:M04"], ["100 [Code:1327;a]"], ["reason"], id="both refuse, for other reasons"),
        pytest.param(["100:M08"], ["100 人工退单"], ["reason"], id="theirs says nothing that we know"),
        pytest.param(["-621004:K01"], ["-621004 x"], ["agree"], id="the same negative code"),
        pytest.param(["-621001:D06"], ["-621001 x"], ["agree"], id="the general code on both sides"),
        pytest.param(["-621001:D06"], ["-621027 x"], ["reason"], id="other negative codes"),
        pytest.param(["2", "3", "120", "800"], ["2", "3", "100 [Code:1313;a]"], ["outcome"], id="we take, they reject"),
        pytest.param(["2", "3", "100:M04"], ["2", "3", "120"], ["outcome"], id="we reject, they take"),
        pytest.param(["-621001:D06"], ["2", "3", "120"], ["outcome"], id="we refuse, they take"),
        pytest.param(["120", "800"], ["120", "300", "100 [Code:1300;x]"], ["officer"], id="rejected by an officer"),
        pytest.param(["120", "800"], ["2", "100 [Code:1300;x]"], ["outcome"], id="rejected before it was accepted"),
        pytest.param(["100:M04"], ["120", "300", "100 [Code:1300;x]"], ["reason"], id="we had refused it at once"),
        pytest.param(["2", "3"], ["2", "3", "100 [Code:1332;a]"], ["open"], id="ours still waits"),
        pytest.param(["2", "3", "120"], ["2"], ["open"], id="theirs still waits"),
        pytest.param(["2"], [], ["only_ours"], id="they have not spoken"),
        pytest.param([], ["100 x"], ["only_theirs"], id="we have not spoken"),
        pytest.param([], [], [], id="nobody has spoken"),
        pytest.param(["9999"], ["120"], ["open"], id="a status that nobody knows"),
        pytest.param(["2", "100:M04", "2", "120"], ["2", "100 [Code:1332;a]", "2", "120"], ["agree", "agree"],
                     id="refused and filed again"),
        pytest.param(["100:M04", "120"], ["120"], ["outcome", "only_ours"], id="they took the first attempt"),
        pytest.param(["-301002:D05", "-301002:D05", "2"], ["-301002 x", "2"], ["agree", "open"],
                     id="the same refusal twice counts once"),
        pytest.param(["2", "-621004:K01", "120"], ["2", "-621004 x", "120"], ["agree", "agree"],
                     id="a second filing is refused while the first is under way"),
        pytest.param(["120", "800", "430", "2", "100:M04"], ["120", "800", "430", "2", "120"], ["agree", "outcome"],
                     id="cancelled and filed again"),
        pytest.param(["120", "2", "3"], ["120"], ["agree"], id="a repeat takes nothing back"),
    ],
)  # fmt: skip
def test_what_counts_as_agreement(ours, theirs, expected):
    assert verdicts(side(*ours), side(*theirs)) == expected


def test_a_comparison_belongs_to_the_day_on_which_the_upstream_spoke_last():
    theirs = side("2", day="2026-01-05") + side("120", day="2026-01-06")
    (found,) = compare(KIND, KEY, side("2", "120", day="2026-01-04"), theirs)
    assert found.day == "2026-01-06"
    (found,) = compare(KIND, KEY, side("2", "120", day="2026-01-04"), [])
    assert found.day == "2026-01-04"


def test_an_attempt_keeps_its_last_status_and_its_reasons():
    (refused,) = attempts(KIND, side("2", "3", "100 [Code:1332;a]"))
    assert (refused.status, refused.codes, refused.rules) == ("100", ("1332",), ("M04",))
    (accepted,) = attempts(KIND, side("2", "120 [Code:1800;ok]", "800 [Code:2600;ok]"))
    assert (accepted.status, accepted.codes, accepted.rules, accepted.text) == ("800", (), (), "")


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("订单不存在[电商平台代码:1]", ("M01",)),
        ("运单信息不存在;支付信息不存在", ("M02", "M06")),
        ("收货地址不详，请补充", ("D24",)),
        ("别的原因", ()),
    ],
)
def test_texts_without_a_code_stand_for_rules_too(text, rules):
    assert rules_of(KIND, (), text) == rules


def test_every_status_of_the_official_table_has_its_stand():
    known = set(table("return_status"))
    assert {status for status in known if stand_of(status) == stand_of("unknown")} == {"1", "2", "3", "4"}


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.codes], ids=lambda rule: rule.id)
def test_each_code_that_a_rule_gives_stands_for_that_rule(rule):
    """A rule with a new code needs its row in ``upstream/tables/reasons.csv``."""
    for kind, code in rule.codes.items():
        receipt = SHAPES[kind].receipt if code.startswith("-") else KIND
        assert rule.id in rules_of(receipt, (code,), ""), f"{receipt[3:6]},{code},,{rule.id}"


def test_every_verdict_is_named_in_the_table_above():
    marks = test_what_counts_as_agreement.pytestmark
    shown = {word for mark in marks for case in mark.args[1] for word in case.values[2]}
    assert shown | {Verdict.TAX.value} == {one.value for one in Verdict}
