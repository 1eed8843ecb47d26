"""What is erased here is erased among what the upstream said of it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.clearance.playstore import AGENT, DXP
from tests.engine.house import House
from tests.engine.test_erasure import KEPT_UNTIL, at_noon, ended_house, erase
from tests.upstream.conftest import BEGUN, Below
from tests.upstream.samples import format_error, inventory_receipt, inventory_return, message
from tongguan.store.faults import StoreFault
from tongguan.store.raw import destroy_raw
from tongguan.store.upstream.beside import Beside
from tongguan.store.upstream.database import UpstreamFile
from tongguan.store.upstream.forwards import Forward, Forwards
from tongguan.store.upstream.recorded import Recorded
from tongguan.upstream.forwarding import Forwarder, begin
from tongguan.upstream.recording import Recorder
from tongguan.upstream.reporting import shadow_report
from tongguan.upstream.worker import project


def test_an_erased_case_is_erased_among_the_upstreams_receipts(tmp_path: Path) -> None:
    house = House(tmp_path / "store")
    (docs,) = ended_house(house, 1)
    agent, cop_no = docs["inventory"].key
    with UpstreamFile(house.store) as file:
        recorder = Recorder(file, lambda: None)
        both = inventory_return("3", agentCode=agent, copNo=cop_no) + inventory_return("3", agentCode=agent)
        recorder.take(inventory_receipt("120", agentCode=agent, copNo=cop_no), "port", DXP[AGENT])
        recorder.take(message("CEB622", both), "port", DXP[AGENT])
        recorder.take(inventory_receipt("100", agentCode=agent), "port", DXP[AGENT])
        project(house.store, file)
        assert len(Recorded(file).all_messages()) == 3
        at_noon(house, KEPT_UNTIL + timedelta(days=1))
        assert {one.outcome for one in erase(house, docs["order"])} == {"erased"}
        project(house.store, file)
        left = [one.raw for one in Recorded(file).all_messages()]
        assert left == [message("CEB622", both), inventory_receipt("100", agentCode=agent)]
        told = Beside(file).theirs("CEB622Message", (agent, cop_no))
        assert [(one.status, one.text) for one in told] == [("120", ""), ("3", "")], "that it spoke stays, not what"
        assert [one.text for one in Beside(file).theirs("CEB622Message", (agent, "C1"))] == ["[Code:1332;Desc:x]"] * 2
        assert shadow_report(house.store, file, "2026-01-01", "2026-12-31").days


@pytest.mark.parametrize("of", ["C1", "C2"])
def test_a_message_goes_with_the_last_document_that_it_speaks_of(file: UpstreamFile, registry, of: str) -> None:
    recorder = Recorder(file, lambda: registry, clock_ns=lambda: BEGUN)
    recorder.take(message("CEB622", inventory_return() + inventory_return(cop_no="C2")), "port", DXP[AGENT])
    recorded, agent = Recorded(file), "9901000005"
    other = {"C1": "C2", "C2": "C1"}[of]
    assert recorded.forget("CEB622Message", (agent, of))
    assert len(recorded.all_messages()) == 1
    assert not recorded.forget("CEB622Message", (agent, of)), "there is nothing left of it"
    assert recorded.forget("CEB622Message", (agent, other))
    assert recorded.all_messages() == []
    assert recorder.take(message("CEB622", inventory_return()), "port", DXP[AGENT]).new == 0, "nor comes back"


def test_the_format_error_of_an_erased_filing_is_found_by_its_transport_id(file: UpstreamFile, registry) -> None:
    forward = Forward(0, "G01-000000000001", "G01", DXP[AGENT], "CEB311Message", "MSG-7", ("x", 0, 0))
    Forwards(file).take_in([forward], {})
    Recorder(file, lambda: registry).take(format_error("MSG-7"), "port")
    assert Forwards(file).cop_msg_id("G01-000000000001") == "MSG-7"
    assert Forwards(file).cop_msg_id("G01-000000000002") == ""
    assert Recorded(file).forget("CEB900Message", ("MSG-7",))
    assert Recorded(file).all_messages() == []


def test_a_message_that_was_erased_while_it_waited_holds_up_no_other(below: Below, file: UpstreamFile) -> None:
    from tests.upstream.test_forwarding import FakeWindow

    begin(below.store)
    erased = below.file("DXPENT9010000001", b"erased")
    below.file("DXPENT9010000001", b"next")
    window = FakeWindow()
    relay = Forwarder(below.store, file, window, clock_ns=below.clock_ns)
    relay._take_in()
    (first, _) = Forwards(file).waiting()
    destroy_raw(below.store.raw_dir, first.raw_at)
    report = relay.round()
    assert (report.sent, report.refused, window.bodies()) == (1, 1, [b"next"])
    found = Forwards(file).forward(erased)
    assert found is not None and (found.state, found.answer) == ("refused", "raw-erased")


def test_a_day_file_that_is_not_there_stops_the_forwarder_by_name_and_loses_nothing(
    below: Below, file: UpstreamFile
) -> None:
    from tests.upstream.test_forwarding import FakeWindow

    begin(below.store)
    below.file("DXPENT9010000001", b"here")
    (day,) = below.store.raw_dir.iterdir()
    moved = day.rename(day.with_suffix(".away"))
    window = FakeWindow()
    with pytest.raises(StoreFault, match="raw-missing"):
        Forwarder(below.store, file, window, clock_ns=below.clock_ns).round()
    moved.rename(day)
    Forwarder(below.store, file, window, clock_ns=below.clock_ns).round()
    assert window.bodies() == [b"here"]
