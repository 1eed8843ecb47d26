"""The way up: in order, untouched, once; and what happens when the upstream or the machine stops."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.upstream.conftest import Below
from tests.upstream.samples import format_error
from tongguan.store.upstream.database import UpstreamFile
from tongguan.store.upstream.forwards import Forward, Forwards
from tongguan.upstream.forwarding import HELD_BACK_SECONDS, Forwarder, begin
from tongguan.upstream.window import Fate, Sent

ONE, OTHER = "DXPENT9010000001", "DXPENT9050000001"


class Stopped(BaseException):
    """The machine stops here."""


class FakeWindow:
    """Takes everything, unless told what to answer: a list of fates (or Stopped) used up in turn."""

    name = "fake"

    def __init__(self, *answers: object) -> None:
        self.answers = list(answers)
        self.got: list[tuple[str, bytes, str]] = []

    def send(self, forward: Forward, raw: bytes, token: str) -> Sent:
        answer = self.answers.pop(0) if self.answers else Sent(fate=Fate.TAKEN, note="up-1")
        if answer is Stopped:
            raise Stopped
        self.got.append((forward.sender, raw, token))
        if answer == "stopped after":
            raise Stopped
        assert isinstance(answer, Sent)
        return answer

    def close(self) -> None:
        """Nothing is held."""

    def bodies(self) -> list[bytes]:
        return [raw for _, raw, _ in self.got]


class Steady:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def steady() -> Steady:
    return Steady()


@pytest.fixture
def forwarder(below: Below, file: UpstreamFile, steady: Steady) -> Callable[[FakeWindow], Forwarder]:
    begin(below.store)

    def make(window: FakeWindow) -> Forwarder:
        return Forwarder(below.store, file, window, clock_ns=below.clock_ns, steady=steady)

    return make


def test_filings_go_up_untouched_in_their_order_with_the_senders_token(below, file, forwarder):
    file.put_token(ONE, "tg_one")
    file.put_token("*", "tg_all")
    for number in range(5):
        below.file(ONE if number % 2 else OTHER, b"<a>%d</a>\r\n" % number)
    window = FakeWindow()
    report = forwarder(window).round()
    assert window.bodies() == [b"<a>%d</a>\r\n" % number for number in range(5)]
    assert [token for _, _, token in window.got] == ["tg_all", "tg_one", "tg_all", "tg_one", "tg_all"]
    assert (report.queued, report.sent) == (5, 5)
    assert forwarder(window).round().sent == 0


def test_filings_of_several_gateways_go_up_in_the_order_of_their_taking(below, forwarder):
    for number in range(600):
        below.file(ONE, b"%03d" % number, gateway=("G01", "G02", "G03")[number * 7 % 3])
    window, relay = FakeWindow(), None
    relay = forwarder(window)
    while relay.round().queued:
        pass
    assert window.bodies() == [b"%03d" % number for number in range(600)]


def test_what_the_door_refused_and_what_was_filed_before_stay_below(below, file):
    below.file(ONE, b"history")
    begin(below.store)
    below.file(ONE, b"refused", refused=True)
    wanted = below.file(ONE, b"wanted")
    begin(below.store)  # a second start changes nothing
    below.file(ONE, b"late", gateway="G02")  # an inbox that was not there at the beginning
    window = FakeWindow()
    Forwarder(below.store, file, window, clock_ns=below.clock_ns).round()
    assert window.bodies() == [b"wanted", b"late"]
    forwarded = Forwards(file).forward(wanted)
    assert forwarded is not None and (forwarded.state, forwarded.answer) == ("sent", "up-1")


@pytest.mark.parametrize("when", [Stopped, "stopped after"], ids=["before it is sent", "after it was sent"])
def test_after_a_stop_only_the_filing_that_was_being_sent_is_sent_again(below, file, forwarder, when):
    for number in range(6):
        below.file(ONE, b"%d" % number)
    taken = Sent(fate=Fate.TAKEN)
    window = FakeWindow(taken, taken, when)
    with pytest.raises(Stopped):
        forwarder(window).round()
    assert Forwards(file).counts()["sending"] == 1
    again = FakeWindow()
    forwarder(again).round()
    assert again.bodies() == [b"2", b"3", b"4", b"5"]
    assert Forwards(file).counts() == {"waiting": 0, "sending": 0, "sent": 6, "refused": 0}


def test_a_busy_upstream_is_asked_again_later_and_later(below, forwarder, steady):
    below.file(ONE, b"0")
    below.file(OTHER, b"1")
    later = Sent(fate=Fate.LATER, note="HTTP 503")
    window = FakeWindow(later, later, Sent(fate=Fate.LATER, wait_seconds=20.0))
    relay = forwarder(window)
    assert relay.round().later
    assert relay.round().sent == 0 and len(window.got) == 1, "not before the pause is over"
    steady.now += 0.5
    relay.round()
    steady.now += 0.9
    assert len(window.got) == 2
    relay.round()
    assert len(window.got) == 2, "the second pause is twice as long"
    steady.now += 0.2
    relay.round()
    steady.now += 19.9
    relay.round()
    assert len(window.got) == 3, "Retry-After goes before the pause of ours"
    steady.now += 0.2
    assert relay.round().sent == 2
    assert window.bodies()[-2:] == [b"0", b"1"]


def test_one_sender_without_a_good_token_holds_up_nobody_else_and_keeps_his_order(below, forwarder, steady):
    for sender, raw in ((ONE, b"a1"), (OTHER, b"b1"), (ONE, b"a2"), (OTHER, b"b2")):
        below.file(sender, raw)
    window = FakeWindow(Sent(fate=Fate.HELD_BACK, note="HTTP 401"))
    relay = forwarder(window)
    assert relay.round().sent == 2
    assert window.bodies() == [b"a1", b"b1", b"b2"]
    assert relay.round().sent == 0
    steady.now += HELD_BACK_SECONDS
    assert relay.round().sent == 2
    assert window.bodies()[3:] == [b"a1", b"a2"]


def test_a_refusal_is_final_and_its_format_error_comes_down(below, file):
    begin(below.store)
    filing_id = below.file(ONE, b"bad", cop_msg_id="MSG-1")
    below.file(ONE, b"good")
    window = FakeWindow(Sent(fate=Fate.REFUSED, note="HTTP 422", receipt=format_error()))
    heard: list[tuple[bytes, str]] = []
    relay = Forwarder(
        below.store, file, window, clock_ns=below.clock_ns, on_receipt=lambda raw, dxp_id: heard.append((raw, dxp_id))
    )
    report = relay.round()
    assert (report.sent, report.refused) == (1, 1)
    assert heard == [(format_error(), ONE)]
    queue = Forwards(file)
    assert [(row[0], row[1], row[4]) for row in queue.refused()] == [(filing_id, ONE, "HTTP 422")]
    assert queue.sender_of("MSG-1") == ONE
    assert queue.sender_of("") == "" and queue.sender_of("MSG-2") == ""


def test_tokens_lie_sealed(below, file):
    file.put_token(ONE, "tg_0123456789ab_secret")
    assert (file.token(ONE), file.token(OTHER)) == ("tg_0123456789ab_secret", "")
    file.close()
    on_disk = b"".join(path.read_bytes() for path in below.store.dir.rglob("upstream.db*"))
    assert b"secret" not in on_disk
    assert below.store.upstream_path.stat().st_mode & 0o777 == 0o600
    with UpstreamFile(below.store) as again:
        assert again.token_ids() == [ONE]
        assert again.drop_token(ONE) and not again.drop_token(ONE)
