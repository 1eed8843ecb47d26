"""Receipts at a pace in any weather: a client that polls sees each its planned number of times, whatever happens."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.store.outbox import SECOND, START, TEN_MINUTES, Outbox, everything, planned, poll_dry
from tongguan.store import pace, paced
from tongguan.store.reading import Reader

STATUSES = ("2", "3", "120", "399", "800")
FAR_AHEAD = 10**7 * SECOND


@dataclass(frozen=True)
class Commit:
    """A batch is committed so long after it was decided; a negative age is a clock set ahead for deciding."""

    age_ns: int
    events: list[list[str]]


@dataclass(frozen=True)
class Poll:
    """One page through one of two gateways. Where the answer is ``lost`` the client keeps its former cursor."""

    limit: int
    gateway: int
    lost: bool


@dataclass(frozen=True)
class Pass:
    """The wall clock goes on, or is set back."""

    ns: int


Step = Commit | Poll | Pass
events = st.lists(st.lists(st.sampled_from(STATUSES), min_size=1, max_size=5), min_size=1, max_size=6)
polls = st.builds(Poll, st.sampled_from([1, 2, 3, 7, 100]), st.sampled_from([0, 1]), st.booleans())
honest = st.one_of(
    st.builds(Commit, st.one_of(st.just(0), st.integers(0, 2 * TEN_MINUTES)), events),
    polls,
    st.builds(Pass, st.integers(0, 300 * SECOND)),
)
any_step = st.one_of(
    honest,
    st.builds(Commit, st.integers(-FAR_AHEAD, 0), events),
    st.builds(Pass, st.integers(-TEN_MINUTES, 0)),
)
WIDE, NARROW = (4000, 3000), (5, 3)


class Client:
    """A client that keeps one cursor, and what it was shown."""

    def __init__(self, outbox: Outbox) -> None:
        outbox.now_ns = START
        self.outbox = outbox
        self.box = outbox.fresh_box()
        self.gateways = outbox.reader(), outbox.reader()
        self.cursor = ""
        self.seen: Counter[str] = Counter()

    def do(self, step: Step) -> None:
        match step:
            case Commit(age_ns, batch):
                self.outbox.commit(self.box, batch, self.outbox.now_ns - age_ns)
            case Poll(limit, gateway, lost):
                page, cursor = self.gateways[gateway].receipts(self.box, self.cursor, limit)
                again = self.gateways[1 - gateway].receipts(self.box, self.cursor, limit)
                assert again == (page, cursor), "two gateways answer alike"
                if not lost:
                    self.seen.update(one.guid for one in page)
                    self.cursor = cursor
            case Pass(ns):
                self.outbox.now_ns += ns

    def poll_dry(self) -> None:
        seen, self.cursor = poll_dry(self.gateways[0], self.box, self.cursor, 3)
        self.seen.update(seen)

    def close(self) -> None:
        for gateway in self.gateways:
            gateway.close()


@pytest.mark.parametrize(("read_most", "held_most"), [WIDE, NARROW])
@given(steps=st.lists(any_step, max_size=40))
@settings(max_examples=150, deadline=None)
def test_every_receipt_is_shown_its_planned_number_of_times(
    outbox: Outbox, read_most: int, held_most: int, steps: list[Step]
) -> None:
    """Late commits, lost answers, small pages, clocks that jump, decisions ahead of the clock: none lost or doubled."""
    with (
        mock.patch.multiple(pace, READ_MOST=read_most, HELD_MOST=held_most),
        mock.patch.object(paced, "READ_MOST", read_most),
    ):
        client = Client(outbox)
        for step in steps:
            client.do(step)
        wanted = planned(everything(outbox, client.box))
        assert client.seen <= wanted
        outbox.now_ns = START + 2 * FAR_AHEAD  # later than any of the clocks has been
        client.poll_dry()
        assert client.seen == wanted
        client.close()


@given(steps=st.lists(honest, max_size=40))
@settings(max_examples=150, deadline=None)
def test_nothing_is_shown_early_and_nothing_due_is_withheld(outbox: Outbox, steps: list[Step]) -> None:
    client = Client(outbox)
    decided: dict[str, int] = {}
    for step in steps:
        client.do(step)
        now = outbox.now_ns
        all_now = everything(outbox, client.box)
        if isinstance(step, Commit):
            decided |= {one.guid: now - step.age_ns for one in all_now if one.guid not in decided}
        due = Counter[str]()
        for one in all_now:
            due += planned([one], decided[one.guid], now)
        assert client.seen <= due
        if isinstance(step, Pass):
            client.poll_dry()
            assert client.seen == due
    client.close()


@given(seconds=st.integers(0, 600), pages=st.integers(0, 6), limit=st.integers(1, 5))
@settings(max_examples=50, deadline=None)
def test_an_instant_gateway_loses_nothing_of_what_one_with_a_pace_held_back(
    outbox: Outbox, seconds: int, pages: int, limit: int
) -> None:
    box, instant, slow = outbox.fresh_box(), Reader(outbox.store), outbox.reader()
    outbox.commit(box, [list(STATUSES)] * 3)
    outbox.now_ns += seconds * SECOND
    seen: set[str] = set()
    cursor = ""
    for _ in range(pages):
        page, cursor = slow.receipts(box, cursor, limit)
        seen |= {one.guid for one in page}
    rest, _ = poll_dry(instant, box, cursor, 4)
    all_now = [one.guid for one in everything(outbox, box)]
    assert seen | set(rest) == set(all_now)
    assert rest == all_now[len(all_now) - len(rest) :], "once each, in order"
    instant.close()
    slow.close()
