"""The report: figures by day and rule, and the tax of both sides."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from tests.clearance.playstore import AGENT, DXP
from tests.engine.house import House
from tests.upstream.samples import inventory_receipt, tax_bill
from tongguan.store.upstream.database import UpstreamFile
from tongguan.upstream.comparing import Attempt, Comparison, Verdict
from tongguan.upstream.recording import Recorder
from tongguan.upstream.reporting import shadow_report, summarise
from tongguan.upstream.worker import project


def comparison(verdict: Verdict, day: str = "2026-01-05", ours: str = "", theirs: str = "") -> Comparison:
    def side(rules: str) -> Attempt | None:
        return Attempt(stand="no" if rules else "yes", status="100", rules=tuple(filter(None, rules.split("|"))))

    return Comparison(
        message_type="CEB622Message", document=("A", "C"), attempt=1, day=day, verdict=verdict, ours=side(ours),
        theirs=side(theirs),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("agreed", "disagreed", "share"),
    [(1, 0, "100.00"), (0, 1, "0.00"), (2, 1, "66.66"), (99_999, 1, "99.99"), (0, 0, "")],
)
def test_a_share_is_cut_so_that_only_full_agreement_shows_as_a_hundred(agreed, disagreed, share):
    found = [comparison(Verdict.AGREE)] * agreed + [comparison(Verdict.OUTCOME)] * disagreed
    figures = summarise(found or [comparison(Verdict.OPEN)], "", "").days
    assert [(one.compared, one.agreement) for one in figures] == [(agreed + disagreed, share)]


def test_what_is_not_compared_is_counted_apart_and_days_stand_in_order():
    found = [
        comparison(Verdict.OPEN, "2026-01-06"),
        comparison(Verdict.OFFICER, "2026-01-06"),
        comparison(Verdict.ONLY_OURS, "2026-01-05"),
        comparison(Verdict.AGREE, "2026-01-06"),
        comparison(Verdict.REASON, "2026-01-06"),
        comparison(Verdict.TAX, "2026-01-06"),
    ]
    days = summarise(found, "2026-01-05", "2026-01-06").days
    assert [(one.day, one.agreed, one.disagreed, one.others) for one in days] == [
        ("2026-01-05", 0, 0, {"only_ours": 1}),
        ("2026-01-06", 1, 2, {"officer": 1, "open": 1}),
    ]


def test_a_disagreement_counts_for_each_rule_that_either_side_names():
    found = [
        comparison(Verdict.REASON, ours="M04|M13", theirs="M05"),
        comparison(Verdict.OUTCOME, theirs="M05"),
        comparison(Verdict.OUTCOME, ours="M04"),
        comparison(Verdict.AGREE, ours="M08", theirs="M08"),
        comparison(Verdict.TAX),
    ]
    rules = {one.rule: (one.ours_only, one.theirs_only) for one in summarise(found, "", "").rules}
    assert rules == {"M04": (2, 0), "M05": (0, 2), "M13": (1, 0), "TAX": (1, 0)}


@pytest.mark.parametrize(("codes", "named"), [(("9999",), "9999"), ((), "?")])
def test_a_reason_of_theirs_that_no_rule_stands_for_is_named_by_its_code(codes, named):
    theirs = Attempt(stand="no", status="100", codes=codes, text="手机 13800000000")
    found = Comparison(message_type="CEB622Message", document=("A", "C"), attempt=1, day="d", verdict=Verdict.OUTCOME,
                       ours=Attempt(stand="yes", status="800"), theirs=theirs)  # fmt: skip
    report = summarise([found], "", "")
    assert [(one.rule, one.theirs_only) for one in report.rules] == [(named, 1)]
    shown = report.disagreements[0].theirs
    assert shown is not None and shown.text == "手机 ***", "a person's number is not shown"


@pytest.fixture
def released(tmp_path: Path) -> House:
    """A house in which one inventory is released; its tax is known."""
    house = House(tmp_path / "store")
    house.file_set(1)
    with house.engine() as engine:
        engine.drain()
    return house


def inventory_of(house: House):
    from tests.engine.house import a_set

    return house.reader().documents_of("inventory", a_set(1)["inventory"].key)


def taxed_above(house: House, **sums: str) -> list[Comparison]:
    """The disagreements after the upstream released the same inventory and sent this bill."""
    key = inventory_of(house).key
    with UpstreamFile(house.store) as file:
        recorder = Recorder(file, lambda: None)
        told = {"agentCode": key[0], "copNo": key[1], "invtNo": "99992026I000000777", "returnTime": "20260302121500000"}
        recorder.take(inventory_receipt("800", "[Code:2600;Desc:放行]", **told), "port", DXP[AGENT])
        bill = tax_bill("99992026I000000777", **sums).replace(b"20260105120000000", b"20260302122000000")
        recorder.take(bill, "port", DXP[AGENT])
        project(house.store, file)
        report = shadow_report(house.store, file, "2026-03-02", "2026-03-02")
    (day,) = report.days
    assert day.compared == day.agreed + day.disagreed >= 2
    return list(report.disagreements)


def test_equal_tax_agrees_whatever_the_zeros_at_its_end(released: House):
    tax = inventory_of(released).tax
    assert tax.valueAddedTax > 0
    sums = {
        "customsTax": "0.00000",
        "valueAddedTax": f"{tax.valueAddedTax:.5f}",
        "consumptionTax": str(tax.consumptionTax),
    }
    assert taxed_above(released, **sums) == []


@pytest.mark.parametrize("wrong", [Decimal("0.01"), None])
def test_a_fen_of_difference_is_named_with_both_sums(released: House, wrong: Decimal | None):
    tax = inventory_of(released).tax
    amount = "" if wrong is None else str(tax.valueAddedTax + wrong)
    (found,) = taxed_above(released, customsTax="0", valueAddedTax=amount, consumptionTax=str(tax.consumptionTax))
    assert (found.verdict, found.message_type, found.document) == (
        Verdict.TAX, "CEB816Message", inventory_of(released).key,
    )  # fmt: skip
    assert found.ours is not None and f"valueAddedTax={tax.valueAddedTax}" in found.ours.text
    assert found.theirs is not None and f"valueAddedTax={amount}" in found.theirs.text


def test_a_bill_for_what_is_left_after_a_return_is_not_compared(released: House):
    with UpstreamFile(released.store) as file:
        bill = tax_bill(tax_no="99992026I000000777_1", valueAddedTax="1")
        Recorder(file, lambda: None).take(bill, "port", DXP[AGENT])
    tax = inventory_of(released).tax
    assert taxed_above(released, customsTax="0", valueAddedTax=str(tax.valueAddedTax),
                       consumptionTax=str(tax.consumptionTax)) == []  # fmt: skip


def test_our_answers_are_laid_beside_once_however_often_the_events_are_read(released: House):
    with UpstreamFile(released.store) as file:
        project(released.store, file)
        before = shadow_report(released.store, file, "2026-01-01", "2026-12-31")
        with file.transaction():
            file.put_places({"ours": "0"})
        project(released.store, file)
        assert shadow_report(released.store, file, "2026-01-01", "2026-12-31") == before
    assert before.days[0].others["only_ours"] == 4
