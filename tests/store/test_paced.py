"""Receipts at the pace of production, as a view over the outbox."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from unittest import mock

import pytest

from tests.store.outbox import SECOND, START, TEN_MINUTES, Outbox, everything, planned, poll_dry
from tongguan.store import pace, paced
from tongguan.store.faults import StoreFault
from tongguan.store.layout import init_store
from tongguan.store.pace import Pace, plan, wait_of
from tongguan.store.paced import PacedReader, reader_at
from tongguan.store.reading import BadCursor, Reader

STATUSES = ("2", "3", "120", "399", "800")


def test_a_batch_that_is_committed_long_after_it_was_decided_is_not_passed_over(outbox: Outbox) -> None:
    box, reader = outbox.fresh_box(), outbox.reader()
    outbox.now_ns = stalled = START
    outbox.commit(box, [["2"]] * 20, stalled - TEN_MINUTES)
    first, cursor = poll_dry(reader, box, "", 100)
    outbox.now_ns += 60 * SECOND
    outbox.commit(box, [["2"]] * 20, stalled)
    second, _ = poll_dry(reader, box, cursor, 100)
    everyone = everything(outbox, box)
    assert Counter(first) == planned(everyone[:20])
    assert Counter(second) >= Counter(one.guid for one in everyone[20:])


def test_a_page_follows_the_time_of_showing_and_not_the_order_of_deciding(outbox: Outbox) -> None:
    box, reader = outbox.fresh_box(), outbox.reader()
    outbox.commit(box, [list(STATUSES)] * 50)
    decided = outbox.now_ns
    outbox.now_ns += 2 * TEN_MINUTES
    seen, _ = poll_dry(reader, box, "", 1000)
    receipts = everything(outbox, box)
    moments = [(decided + delay, one.guid) for one in receipts for delay in plan(one.guid, wait_of(one.receipt))]
    assert seen == [guid for _, guid in sorted(moments, key=lambda moment: moment[0])]
    assert seen != [one.guid for one in receipts]
    assert poll_dry(outbox.reader(), box, "", 1)[0] == seen, "in pages of one as in one page"


def test_what_was_decided_ahead_of_the_clock_is_given_at_once(outbox: Outbox) -> None:
    """A world cleared as of another day would else show nothing until that day."""
    box, reader = outbox.fresh_box(), outbox.reader()
    outbox.commit(box, [["800"]] * 10)
    outbox.commit(box, [["800"]] * 10, outbox.now_ns + 30 * 24 * 3600 * SECOND)
    outbox.commit(box, [["800"]] * 10)
    seen, _ = poll_dry(reader, box, "", 100)
    assert Counter(seen) == planned(everything(outbox, box)[:20])


def test_a_poll_reads_what_is_held_back_and_what_is_new_but_never_the_whole_outbox(outbox: Outbox) -> None:
    box, reader = outbox.fresh_box(), outbox.reader()
    outbox.commit(box, [["2"]] * 500)
    outbox.now_ns += TEN_MINUTES
    _, cursor = poll_dry(reader, box, "", 100)
    outbox.commit(box, [["800"]] * 7)
    with mock.patch.object(paced, "outgoing", wraps=paced.outgoing) as read:
        assert reader.receipts(box, cursor, 100) == ([], cursor)
    assert read.call_count == 7


def test_when_too_many_wait_the_oldest_are_shown_early(outbox: Outbox) -> None:
    box, reader = outbox.fresh_box(), outbox.reader()
    with (
        mock.patch.multiple(pace, READ_MOST=40, HELD_MOST=30),
        mock.patch.object(paced, "READ_MOST", 40),
    ):
        outbox.commit(box, [["800"]] * 39)
        assert reader.receipts(box) == ([], "")
        outbox.commit(box, [["800"]])
        seen, cursor = poll_dry(reader, box, "", 100)
        assert Counter(seen) == planned(everything(outbox, box)[:10])
        outbox.now_ns += TEN_MINUTES
        rest, _ = poll_dry(reader, box, cursor, 100)
    assert Counter(rest) == planned(everything(outbox, box)[10:])


def test_a_long_outbox_is_read_through_in_full_pages(outbox: Outbox) -> None:
    """A client asks at once for more as long as pages are full, so none may end early for want of looking further."""
    box, reader = outbox.fresh_box(), outbox.reader()
    outbox.commit(box, [["2"]] * 100)
    outbox.now_ns += TEN_MINUTES
    sizes, cursor = [], ""
    with (
        mock.patch.multiple(pace, READ_MOST=7, HELD_MOST=3),
        mock.patch.object(paced, "READ_MOST", 7),
    ):
        while not sizes or sizes[-1] == 10:
            page, cursor = reader.receipts(box, cursor, 10)
            sizes.append(len(page))
    assert sum(sizes) == planned(everything(outbox, box)).total() >= 100


def test_a_clock_set_back_shows_nothing_again(outbox: Outbox) -> None:
    box, reader = outbox.fresh_box(), outbox.reader()
    outbox.commit(box, [["800"], *[["2"]] * 20])
    outbox.now_ns += 100 * SECOND
    seen, cursor = poll_dry(reader, box, "", 100)
    outbox.now_ns -= 100 * SECOND
    outbox.commit(box, [["2"]], outbox.now_ns - TEN_MINUTES)
    late, cursor = poll_dry(reader, box, cursor, 100)
    outbox.now_ns += TEN_MINUTES
    rest, _ = poll_dry(reader, box, cursor, 100)
    assert late and Counter(seen + late + rest) == planned(everything(outbox, box))


@pytest.mark.parametrize("taken", [0, 1, 2, 3, 7])
def test_a_gateway_with_a_pace_goes_on_where_an_instant_one_stopped(outbox: Outbox, taken: int) -> None:
    box, instant, slow = outbox.fresh_box(), Reader(outbox.store), outbox.reader()
    outbox.commit(box, [["2", "3", "120"]] * 3)
    _, cursor = instant.receipts(box, "", taken) if taken else ([], "")
    seen: list[str] = []
    for seconds in (3, 20, 600):
        outbox.now_ns += seconds * SECOND
        shown, cursor = poll_dry(slow, box, cursor, 100)
        seen += shown
    assert Counter(seen) == planned(everything(outbox, box)[taken:])
    instant.close()


def test_a_cursor_of_a_pace_is_none_in_production(outbox: Outbox, tmp_path: Path) -> None:
    box = outbox.fresh_box()
    outbox.commit(box, [["2"]] * 9)
    outbox.now_ns += TEN_MINUTES
    _, cursor = outbox.reader().receipts(box, "", 4)
    real = Outbox(tmp_path / "real", sandbox=False)
    with pytest.raises(BadCursor):
        Reader(real.store).receipts(box, cursor)
    real.db.close()


def test_only_a_sandbox_has_a_pace(tmp_path: Path) -> None:
    sandbox = init_store(tmp_path / "sandbox", sandbox=True)
    real = init_store(tmp_path / "real", sandbox=False)
    assert reader_at(Pace.REALISTIC, sandbox) is PacedReader
    assert reader_at(Pace.INSTANT, sandbox) is reader_at(Pace.INSTANT, real) is Reader
    with pytest.raises(StoreFault) as refused:
        reader_at(Pace.REALISTIC, real)
    assert refused.value.name == "pace-in-production"
    assert "沙箱" in refused.value.text_zh and "sandbox" in refused.value.text_en
