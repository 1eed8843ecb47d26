"""What a receipt and a story say about remedies."""

from __future__ import annotations

from datetime import date

import pytest

from tests.clearance.playstore import the_law
from tongguan.clearance.receipts import INFO_MOST
from tongguan.clearance.remedies import act_of, sentences, with_remedies

LAW = the_law().at(date(2026, 3, 2))


@pytest.mark.parametrize(
    ("status", "act"),
    [("100", "rejection"), ("501", "detention"), ("502", "detention"), ("503", "detention"), ("599", "detention"),
     ("700", "ship_back"), ("-621001", "refusal"), ("300", ""), ("600", ""), ("800", ""), ("430", "")],
)  # fmt: skip
def test_which_status_is_an_act_that_can_be_contested(status, act):
    assert act_of(status) == act


@pytest.mark.parametrize("status", ["120", "300", "600", "800", "430", "-621001"])
def test_other_receipts_say_nothing_of_remedies(status):
    assert with_remedies("text", status, LAW) == "text"


def test_reasons_come_first_and_remedies_only_where_there_is_room():
    told = with_remedies("[why]", "100", LAW)
    assert told.startswith("[why][RM01;人工复核：作出处理的海关 / review by a person: the customs office that decided]")
    assert "[RM04;行政复议：上一级海关，60日内 / administrative reconsideration: " in told
    for length in range(500, INFO_MOST + 1, 7):
        long = "x" * length
        found = with_remedies(long, "100", LAW)
        assert found.startswith(long) and len(found) <= max(length, INFO_MOST - 50)
        assert found.count("[") == found.count("]")  # whole ones only


def test_a_story_has_whole_sentences_in_both_languages():
    for zh, en in sentences("detention", LAW):
        assert any("一" <= letter <= "鿿" for letter in zh) and en.isascii()
    assert any("六十日" in zh and "60 days" in en for zh, en in sentences("detention", LAW))
    assert sentences("", LAW) == ()
