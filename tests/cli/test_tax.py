"""``tongguan tax``: each step of the sum on the screen and as JSON, without any store; refusals name the cure."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run

E3 = {"freight": "20.00", "lines": [{"gcode": "2204210000", "totalPrice": "300.00", "qty1": "0.75", "unit1": "095"}]}


def laid(tmp_path: Path, order: object) -> Path:
    path = tmp_path / "order.json"
    path.write_text(order if isinstance(order, str) else json.dumps(order), encoding="utf-8")
    return path


def test_e3_every_step_is_shown(run: Run, tmp_path: Path) -> None:
    shown = run("tax", laid(tmp_path, E3), "--at", "2025-06-01")
    for step in (
        "dutiable value 320.00 yuan, 1 items; single limit 5000, yearly limit 26000",
        "T01: on the list and within the limits",
        "dutiable value = goods 300.00 + freight 20.00 + insurance 0.00 = 320.00",
        "duty = 320.00 × 0.14 × 0 = 0.00 → 0.00  [T01 G0062?]",
        "base = (320.00 + 0.00 + 0.00) / (1 - 0.1) = 355.555555…",
        "consumption tax = 355.555555… × 0.1 × 0.70 = 24.888888… → 24.89  [T01 CT022]",
        "VAT = 355.555555… × 0.13 × 0.70 = 32.355555… → 32.36  [T01 V06]",
        "rounding: half_up, once",
        "duty 0.00 + consumption tax 24.89 + VAT 32.36 = 57.25 yuan",
    ):
        assert step in shown.stdout, step
    assert "basis to be checked" in shown.stderr


def test_both_languages(run: Run, tmp_path: Path) -> None:
    shown = run("--lang", "zh", "tax", laid(tmp_path, E3), "--at", "2025-06-01").stdout
    assert (
        "消费税 = 355.555555… × 0.1 × 0.70 = 24.888888… → 24.89" in shown and "24.89 + 增值税 32.36 = 57.25 元" in shown
    )


def test_thresholds_by_quantity_and_by_value(run: Run, tmp_path: Path) -> None:
    """E2 21.25 a gram, E5 a watch of 12,000.00, E6 whisky by value and by the litre, E7 beer by the litre."""
    cream = [{"gcode": "3304990029", "totalPrice": "425.00", "qty1": "0.02", "unit1": "035"}]
    assert "425.00 / 20.00 g or ml = 21.25 ≥ 10.00: yes" in run("tax", laid(tmp_path, cream)).stdout
    watch = [{"gcode": "9101110000", "totalPrice": "12000.00", "unit": "008"}]
    told = json.loads(run("tax", laid(tmp_path, watch), "--json").stdout)
    assert (told["treatment"], told["customsTax"], told["consumptionTax"], told["valueAddedTax"]) == (
        "T03", "960.00", "3240.00", "2106.00")  # fmt: skip
    whisky = [{"gcode": "2208300000", "totalPrice": "500.00", "qty1": "0.7", "unit1": "095"}]
    shown = run("tax", laid(tmp_path, whisky)).stdout
    assert "(500.00 + 0.00 + 0.6384) / (1 - 0.2)" in shown and "→ 88.06" in shown and "→ 56.95" in shown
    beer = [{"gcode": "2203000000", "totalPrice": "60.00", "qty": 6, "unit": "142", "qty1": "1.98", "unit1": "095"}]
    shown = run("tax", laid(tmp_path, beer)).stdout
    assert "CT019" in shown and "→ 0.35" in shown and "→ 5.51" in shown


@pytest.mark.parametrize(("order", "said"), [
    ([{"gcode": "3304990029", "totalPrice": "425.00", "unit": "142"}], "net content in g, kg, ml or litres"),
    ([{"gcode": "9102110000", "totalPrice": "5200.00", "qty": 2, "unit": "008"}], "does not admit"),
    ([{"gcode": "1901101000", "totalPrice": "1.00", "colour": "red"}], "unknown field `colour`"),
    ("{", "is no JSON"), ("[" * 100_000, "not in the form asked for"), ({"lines": []}, "no line of goods"),
])  # fmt: skip
def test_refusals_say_what_to_do(run: Run, tmp_path: Path, order: object, said: str) -> None:
    assert said in run("tax", laid(tmp_path, order), "--at", "2025-06-01", code=2).stderr


def test_before_the_channel_and_by_the_day_of_the_file(run: Run, tmp_path: Path) -> None:
    early = {**E3, "at": "2015-10-01"}
    told = json.loads(run("tax", laid(tmp_path, early), "--json", code=2).stdout)
    assert [(one["rule_id"], one["law_row"]) for one in told["problems"]] == [("TX05", "L15 L16")]
    assert json.loads(run("tax", laid(tmp_path, early), "--at", "2016-05-01", "--json").stdout)["day"] == "2016-05-01"
    assert "no date" in run("tax", laid(tmp_path, E3), "--at", "soon", code=2).stderr
    assert "cannot read" in run("tax", tmp_path / "none.json", code=2).stderr


def test_the_law_of_a_store_counts(run: Run, tmp_path: Path) -> None:
    run("init", tmp_path / "db", "--sandbox")
    (tmp_path / "change").mkdir()
    (tmp_path / "change" / "vat_rates.csv").write_text(
        "id,rate_class,rate,zh,en,valid_from,valid_to,source,confidence,mark\n"
        "V90,standard,0.10,一般货物,goods in general,2999-01-01,,the act,high,S\n", encoding="utf-8"
    )  # fmt: skip
    told = json.loads(
        run("law", "import", tmp_path / "change", "--actor", "a", "--db", tmp_path / "db", "--json").stdout
    )
    run("law", "approve", told["digest"], "--actor", "b", "--db", tmp_path / "db")
    order = laid(tmp_path, [{"gcode": "1901101000", "totalPrice": "200.00"}])
    for more, tax in ((("--db", tmp_path / "db"), "14.00"), ((), "18.20")):
        assert json.loads(run("tax", order, "--at", "2999-01-01", "--json", *more).stdout)["taxTotal"] == tax
