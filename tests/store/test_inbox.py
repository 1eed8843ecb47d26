"""The inbox: one suite for every kind; today there is one."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest

from tongguan.store.faults import ClockSteppedBack, StoreFault
from tongguan.store.filing import Filing
from tongguan.store.inbox import SqliteInbox
from tongguan.store.layout import Store, init_store
from tongguan.store.raw import RawFile, read_raw

SECRET = "沙箱甲99010119900307001X"


class Clock:
    """Wall ns that stand still until they are moved."""

    def __init__(self) -> None:
        self.ns = 1_772_424_000_000_000_000

    def __call__(self) -> int:
        return self.ns


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return init_store(tmp_path / "s", sandbox=True)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def opened(store: Store, clock: Clock, writer: bool = True, boot: str = "one") -> SqliteInbox:
    return SqliteInbox(store.inbox_path("G01"), store.keys, writer=writer, clock_ns=clock, boot=boot)


def filing(inbox: SqliteInbox, sender: str = SECRET) -> Filing:
    return Filing(
        filing_id=inbox.mint(), message_type="CEB311Message", sender=sender, received_ns=1, raw_digest=b"d" * 32
    )


FAR = 1 << 62


def test_what_was_appended_is_read_in_order(store: Store, clock: Clock) -> None:
    inbox = opened(store, clock)
    items = [filing(inbox) for _ in range(5)]
    assert inbox.append(items[:2]) == [1, 2]
    assert inbox.append(items[2:]) == [3, 4, 5]
    reader = opened(store, clock, writer=False)
    assert [row.item for row in reader.read(0, FAR, 100)] == items
    assert [row.id for row in reader.read(2, FAR, 2)] == [3, 4]
    assert reader.highest_id() == 5
    assert inbox.append([]) == []


@pytest.mark.parametrize("count", [7, 8, 9, 16, 27])
def test_a_group_of_any_size_keeps_its_order_and_gets_ids_without_gaps(store: Store, clock: Clock, count: int) -> None:
    inbox = opened(store, clock)
    inbox.append([filing(inbox)])
    inbox.forget(1)
    items = [filing(inbox, sender=f"s{number}") for number in range(count)]
    assert inbox.append(items) == list(range(2, 2 + count))
    rows = opened(store, clock, writer=False).read(1, FAR, 100)
    assert [row.id for row in rows] == list(range(2, 2 + count))
    assert [row.item for row in rows] == items
    assert [row.accepted_ns - rows[0].accepted_ns for row in rows] == list(range(count))


def test_a_group_that_fails_half_way_leaves_nothing(store: Store, clock: Clock) -> None:
    inbox = opened(store, clock)
    good = [filing(inbox) for _ in range(10)]
    with pytest.raises(ValueError, match="invalid literal"):
        inbox.append([*good, Filing(filing_id="G01-x", message_type="", received_ns=1, raw_digest=b"")])
    wrong = Filing(filing_id="G01-1", message_type="", received_ns="?", raw_digest=b"")  # type: ignore[arg-type]
    with pytest.raises(sqlite3.Error):
        inbox.append([*good, wrong])
    assert inbox.highest_id() == 0 and inbox.read(0, FAR, 100) == []
    assert inbox.append(good) == list(range(1, 11))


def test_accepted_times_rise_even_when_the_clock_stands(store: Store, clock: Clock) -> None:
    inbox = opened(store, clock)
    inbox.append([filing(inbox), filing(inbox)])
    clock.ns += 1  # as long as the last row's time: not behind it
    inbox.append([filing(inbox)])
    times = [row.accepted_ns - 1_772_424_000_000_000_000 for row in inbox.read(0, FAR, 9)]
    assert times == [0, 1, 2]


def test_a_row_is_read_only_when_it_was_accepted_before_the_time(store: Store, clock: Clock) -> None:
    inbox = opened(store, clock)
    inbox.append([filing(inbox)])
    assert inbox.read(0, clock.ns, 9) == []
    assert len(inbox.read(0, clock.ns + 1, 9)) == 1


def test_a_clock_that_steps_back_stops_intake_by_name(store: Store, clock: Clock) -> None:
    inbox = opened(store, clock)
    inbox.append([filing(inbox)])
    clock.ns -= 1
    with pytest.raises(ClockSteppedBack) as fault:
        inbox.append([filing(inbox)])
    assert fault.value.name == "clock-stepped-back"
    assert inbox.highest_id() == 1
    again = opened(store, clock)  # a restart does not make it right
    with pytest.raises(ClockSteppedBack):
        again.append([filing(again)])
    clock.ns += 1
    assert again.append([filing(again)]) == [2]


def test_rows_of_an_earlier_boot_count_as_before_any_time(store: Store, clock: Clock) -> None:
    inbox = opened(store, clock)
    inbox.append([filing(inbox)])
    inbox.close()
    inbox = opened(store, clock, boot="two")
    clock.ns += 10
    inbox.append([filing(inbox)])
    rows = inbox.read(0, 0, 9)
    assert [(row.id, row.earlier_boot) for row in rows] == [(1, True)]
    assert [row.earlier_boot for row in inbox.read(0, FAR, 9)] == [True, False]


def test_ids_and_filing_ids_never_come_again(store: Store, clock: Clock) -> None:
    inbox = opened(store, clock)
    first = filing(inbox)
    assert first.filing_id == "G01-000000000001"
    inbox.append([first])
    inbox.forget(1)
    inbox.close()
    inbox = opened(store, clock)
    second = filing(inbox)
    assert second.filing_id == "G01-000000000002"
    assert inbox.append([second]) == [2]


def test_an_id_does_not_come_again_even_when_its_row_was_deleted_by_hand(store: Store, clock: Clock) -> None:
    inbox = opened(store, clock)
    inbox.append([filing(inbox) for _ in range(3)])
    inbox.close()
    with sqlite3.connect(store.inbox_path("G01")) as db:
        db.execute("DELETE FROM rows WHERE id > 1")
    inbox = opened(store, clock)
    assert inbox.highest_id() == 3
    assert inbox.append([filing(inbox)]) == [4]


def test_forgetting_drops_the_packed_filing_and_nothing_else(store: Store, clock: Clock) -> None:
    inbox = opened(store, clock)
    inbox.append([filing(inbox), filing(inbox), filing(inbox)])
    assert inbox.forget(2) == 2
    assert inbox.forget(2) == 0
    assert inbox.highest_id() == 3
    assert [row.id for row in inbox.read(2, FAR, 9)] == [3]
    with pytest.raises(StoreFault, match="inbox-forgotten"):
        inbox.read(0, FAR, 9)


def test_nothing_of_a_failed_append_stays(store: Store, clock: Clock) -> None:
    inbox = opened(store, clock)
    bad = Filing(filing_id="no number", received_ns=1, message_type="", raw_digest=b"")
    with pytest.raises(ValueError, match="number"):
        inbox.append([filing(inbox), bad])
    assert inbox.read(0, FAR, 9) == []
    good = filing(inbox)
    inbox.append([good])  # the day's key was rolled back with it, and is made anew
    assert [row.item for row in opened(store, clock, writer=False).read(0, FAR, 9)] == [good]


def test_a_row_is_sealed_on_disk_and_opens_with_the_gateways_key_only(
    store: Store, clock: Clock, tmp_path: Path
) -> None:
    inbox = opened(store, clock)
    inbox.append([filing(inbox)])
    on_disk = b"".join(path.read_bytes() for path in store.inbox_path("G01").parent.iterdir())
    assert SECRET.encode() not in on_disk and "沙箱甲".encode() not in on_disk
    other = init_store(tmp_path / "t", sandbox=True)
    stranger = SqliteInbox(store.inbox_path("G01"), other.keys, writer=False)
    with pytest.raises(StoreFault, match="seal-broken"):
        stranger.read(0, FAR, 9)


def test_a_row_moved_to_another_filing_id_does_not_open(store: Store, clock: Clock) -> None:
    inbox = opened(store, clock)
    inbox.append([filing(inbox)])
    with sqlite3.connect(store.inbox_path("G01")) as db:
        db.execute("UPDATE rows SET filing_id = 'G01-000000000009'")
    with pytest.raises(StoreFault, match="seal-broken"):
        inbox.read(0, FAR, 9)


def test_each_day_has_a_key_of_its_own(store: Store, clock: Clock) -> None:
    inbox = opened(store, clock)
    inbox.append([filing(inbox)])
    clock.ns += 86_400_000_000_000
    inbox.append([filing(inbox)])
    with sqlite3.connect(store.inbox_path("G01")) as db:
        days = [day for (day,) in db.execute("SELECT day FROM day_keys ORDER BY day")]
        assert days == ["2026-03-02", "2026-03-03"]
        db.execute("DELETE FROM day_keys WHERE day = '2026-03-02'")  # ending a day's retention
    fresh = opened(store, clock, writer=False)
    assert [row.id for row in fresh.read(1, FAR, 9)] == [2]


def test_a_reader_of_no_inbox_is_told_so(store: Store, clock: Clock) -> None:
    with pytest.raises(StoreFault, match="inbox-missing"):
        opened(store, clock, writer=False)


def test_raw_messages_are_sealed_and_read_back_by_place(store: Store, clock: Clock) -> None:
    inbox = opened(store, clock)
    raw = RawFile(store.raw_dir, inbox)
    texts = [f"<a>{SECRET}</a>".encode(), b"", b"x" * 100_000]
    places = [raw.append(text, f"G01-{number:012d}", "2026-03-02") for number, text in enumerate(texts)]
    raw.sync()
    assert [place[0] for place in places] == ["G01-2026-03-02.seal"] * 3
    raw.close()
    again = RawFile(store.raw_dir, inbox)  # a restart goes on behind what is there
    places.append(again.append(b"more", "G01-000000000003", "2026-03-02"))
    again.close()
    texts.append(b"more")
    for number, (text, place) in enumerate(zip(texts, places, strict=True)):
        assert read_raw(store.raw_dir, inbox, place, f"G01-{number:012d}") == text
    assert SECRET.encode() not in (store.raw_dir / "G01-2026-03-02.seal").read_bytes()
    assert (store.raw_dir / "G01-2026-03-02.seal").stat().st_mode & 0o777 == 0o600


def test_raw_messages_survive_short_writes_and_a_full_buffer(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox = opened(store, clock)
    raw = RawFile(store.raw_dir, inbox)
    really = os.write
    monkeypatch.setattr("tongguan.store.raw.os.write", lambda fd, view: really(fd, view[:100_001]))
    texts = [bytes([number]) * 300_000 for number in range(9)]  # over a megabyte: written before the end too
    places = [raw.append(text, f"G01-{number:012d}", "2026-03-02") for number, text in enumerate(texts)]
    raw.sync()
    assert (store.raw_dir / "G01-2026-03-02.seal").stat().st_size == sum(length for _, _, length in places)
    for number, (text, place) in enumerate(zip(texts, places, strict=True)):
        assert read_raw(store.raw_dir, inbox, place, f"G01-{number:012d}") == text
    raw.close()


def test_raw_messages_of_two_days_go_to_two_files(store: Store, clock: Clock) -> None:
    inbox = opened(store, clock)
    raw = RawFile(store.raw_dir, inbox)
    days = ["2026-03-02", "2026-03-03", "2026-03-02"]
    places = [raw.append(day.encode(), f"G01-{number:012d}", day) for number, day in enumerate(days)]
    raw.close()
    for number, (day, place) in enumerate(zip(days, places, strict=True)):
        assert place[0] == f"G01-{day}.seal"
        assert read_raw(store.raw_dir, inbox, place, f"G01-{number:012d}") == day.encode()


@pytest.mark.parametrize(
    ("place", "name"),
    [
        (("G01-2026-03-02.seal", 0, 9), "raw-missing"),
        (("G01-2026-03-02.seal", 5, 40), "raw-missing"),
        (("G01-2026-03-03.seal", 0, 40), "raw-missing"),
        (("G01-/../../store.json", 0, 40), "raw-missing"),
        (("G02-2026-03-02.seal", 0, 40), "raw-missing"),
    ],
)
def test_a_wrong_place_is_named(store: Store, clock: Clock, place: tuple[str, int, int], name: str) -> None:
    inbox = opened(store, clock)
    raw = RawFile(store.raw_dir, inbox)
    raw.append(b"text", "G01-000000000001", "2026-03-02")
    raw.close()
    with pytest.raises(StoreFault) as fault:
        read_raw(store.raw_dir, inbox, place, "G01-000000000001")
    assert fault.value.name == name
