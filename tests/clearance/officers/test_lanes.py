"""Declarative lanes: value, party, origin, price outliers, agency, and the holds that follow."""

from __future__ import annotations

import pytest

from tests.clearance.office import Office, lane_law
from tests.clearance.playstore import GOODS, MERCHANT, PLATFORM, D
from tongguan.clearance.handling import PriceHistory
from tongguan.clearance.holds import open_holds


def kinds(store: Office) -> list[str]:
    """The kinds of holds open on a good set: 160.00 yuan dutiable, goods at 100.00 and 50.00 a piece, origin 601."""
    _, inventory = store.a_case()
    return [one.kind for one in open_holds(inventory)]


@pytest.mark.parametrize(
    ("cells", "drawn"),
    [
        pytest.param({}, True, id="every inventory"),
        pytest.param({"share": "0"}, False, id="a share of nothing"),
        pytest.param({"share": "0.5"}, False, id="a draw of one half is not below it"),
        pytest.param({"share": "0.51"}, True, id="but below this"),
        pytest.param({"value_from": "160"}, True, id="from the value on"),
        pytest.param({"value_from": "160.01"}, False, id="a fen below the value"),
        pytest.param({"value_to": "160.00"}, True, id="up to the value"),
        pytest.param({"value_to": "159.99"}, False, id="a fen above the value"),
        pytest.param({"value_from": "100", "value_to": "200"}, True, id="between two values"),
        pytest.param({"party": MERCHANT}, True, id="its merchant"),
        pytest.param({"party": PLATFORM}, True, id="its platform"),
        pytest.param({"party": "99E1999999"}, False, id="another company"),
        pytest.param({"origin": "601"}, True, id="its origin"),
        pytest.param({"origin": "110"}, False, id="another origin"),
        pytest.param({"goods": GOODS[:2], "origin": "601"}, True, id="goods and origin together"),
        pytest.param({"customs_code": "5165", "trade_mode": "9610"}, True, id="office and mode"),
        pytest.param({"trade_mode": "1210"}, False, id="another mode"),
    ],
)
def test_a_lane_draws_what_it_is_for(cells, drawn):
    assert kinds(Office(law=lane_law(**cells))) == (["review"] if drawn else [])


@pytest.mark.parametrize(("hold", "status"), [("review", "300"), ("examination", "500"), ("suspend", "600")])
def test_each_kind_of_hold_shows_its_status(hold, status):
    store = Office(law=lane_law(hold=hold, goods=GOODS))
    _, inventory = store.a_case()
    assert inventory.status == status


def outliers(*prices: PriceHistory) -> Office:
    """An office whose only lane is for price outliers, with what such goods cost before."""
    return Office(law=lane_law(price_outlier="yes"), prices=prices)


@pytest.mark.parametrize(
    ("median", "releases", "drawn"),
    [
        # The lines cost 100.00 and 50.00; below one half of the median or above twice it is an outlier.
        pytest.param("100", 30, False, id="50 is just one half of 100"),
        pytest.param("100.01", 30, True, id="50 is below one half of 100.01"),
        pytest.param("50", 30, False, id="100 is just twice 50"),
        pytest.param("49.99", 30, True, id="100 is above twice 49.99"),
        pytest.param("1000", 29, False, id="29 releases tell nothing"),
        pytest.param("1000", 30, True, id="30 do"),
    ],
)
def test_an_outlier_is_under_half_or_over_twice_the_median_of_enough_releases(median, releases, drawn):
    store = outliers(PriceHistory(GOODS, "142", D(median), releases))
    assert kinds(store) == (["review"] if drawn else [])
    assert {"S40", "S41", "S42", "S43"} <= set(store.decisions[-1].law_rows)


def test_prices_of_other_units_or_goods_say_nothing():
    assert (
        kinds(outliers(PriceHistory(GOODS, "011", D("1000"), 99), PriceHistory("3304990029", "142", D("1"), 99))) == []
    )


def test_only_lines_of_the_lane_are_looked_at():
    history = PriceHistory(GOODS, "142", D("1000"), 99)
    assert kinds(Office(law=lane_law(price_outlier="yes", origin="110"), prices=(history,))) == []


def test_a_lane_of_another_agency_holds_in_its_name():
    store = Office(law=lane_law(agency="tax"))
    _, inventory = store.a_case()
    (hold,) = open_holds(inventory)
    assert (hold.agency, hold.lane) == ("tax", "LN01")
