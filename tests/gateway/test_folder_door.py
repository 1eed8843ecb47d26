"""The door as a folder, and receipts as files: each once, wherever the machine stops."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from tests.gateway import papers
from tongguan import config
from tongguan.cli.house import made, work_off
from tongguan.gateway import folder_door, outlet
from tongguan.gateway.folder_door import FolderDoor
from tongguan.gateway.outlet import Outlet
from tongguan.registry.model import PartyRow
from tongguan.registry.snapshot import pack_registry
from tongguan.registry.tables import RegistryTables
from tongguan.store.commands import put_command
from tongguan.store.faults import StoreFault
from tongguan.store.filing import Filing
from tongguan.store.inbox import SqliteInbox
from tongguan.store.layout import Store
from tongguan.store.reading import Reader
from tongguan.store.upstream.database import UpstreamFile
from tongguan.upstream.recording import Recorder

NAME = "G98"


class Stopped(BaseException):
    """The machine stops here."""


class Steady:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A store in which the papers' sender is registered, so that its orders are taken."""
    store = made(tmp_path / "store", sandbox=True)
    party = PartyRow(
        code=papers.PLATFORM, name="x", roles=("platform",), dxp_id=papers.DXP, valid_from=date(2026, 1, 1)
    )
    put_command(store, "registry", "test", snapshot=pack_registry(RegistryTables(parties=(party,))))
    work_off(store)
    return store


@pytest.fixture
def watch(store: Store, tmp_path: Path) -> Iterator[Callable[[], FolderDoor]]:
    """A door on ``in``; calling it again is a new start."""
    opened: list[FolderDoor] = []

    def start() -> FolderDoor:
        for door in opened:
            door.close()
        opened[:] = [FolderDoor(store, config.Settings(), tmp_path / "in", steady=Steady())]
        return opened[0]

    yield start
    for door in opened:
        door.close()


def take(door: FolderDoor) -> folder_door.Taken:
    """Two looks with enough time between them."""
    door.round()
    door._intake._steady.now += 2  # type: ignore[attr-defined]
    return door.round()


def put(tmp_path: Path, name: str, raw: bytes) -> None:
    (tmp_path / "in").mkdir(exist_ok=True)
    (tmp_path / "in" / name).write_bytes(raw)


def names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def filed(store: Store) -> list[Filing]:
    inbox = SqliteInbox(store.inbox_path(NAME), store.keys, writer=False)
    items = [row.item for row in inbox.read(0, 2**62, 1000)]
    inbox.close()
    return items  # type: ignore[return-value]


ORDER = papers.signed(papers.ceb311_message())


def test_a_file_is_filed_and_put_away(store: Store, tmp_path: Path, watch) -> None:
    put(tmp_path, "a.xml", ORDER)
    put(tmp_path, "b.xml", papers.enveloped(ORDER))
    put(tmp_path, "c.xml", b"<x/>")
    assert take(watch()) == folder_door.Taken(filed=2, refused=1)
    assert names(tmp_path / "in") == ["done/a.xml", "done/b.xml", "refused/c.xml", "refused/c.xml.CEB900.xml"]
    assert b"<CEB900Message" in (tmp_path / "in" / "refused" / "c.xml.CEB900.xml").read_bytes()
    assert [one.sender for one in filed(store)] == [papers.DXP, papers.DXP, ""]
    assert take(watch()) == folder_door.Taken()


def test_a_name_that_comes_again_overwrites_nothing(store: Store, tmp_path: Path, watch) -> None:
    for raw in (ORDER, papers.signed(papers.ceb311_message(number=7))):
        put(tmp_path, "a.xml", raw)
        take(watch())
    assert names(tmp_path / "in") == ["done/a-2.xml", "done/a.xml"]
    assert (tmp_path / "in" / "done" / "a.xml").read_bytes() == ORDER


@pytest.mark.parametrize("raw", [ORDER, b"<x/>"], ids=["taken", "refused"])
@pytest.mark.parametrize("at", ["_read", "_put_away"])
def test_a_stop_at_any_point_files_each_file_once(
    store: Store, tmp_path: Path, watch, monkeypatch: pytest.MonkeyPatch, raw: bytes, at: str
) -> None:
    put(tmp_path, "a.xml", raw)
    door = watch()

    def stop(*_: object) -> None:
        raise Stopped

    with monkeypatch.context() as patched:
        patched.setattr(FolderDoor, at, stop)
        with pytest.raises(Stopped):
            take(door)
    before = len(filed(store))
    assert before == (at == "_put_away"), "stopped before the commit, or after it"
    assert len(names(tmp_path / "in" / ".taken")) == 1
    take(watch())
    assert len(filed(store)) == 1
    done = ["done/a.xml"] if raw == ORDER else ["refused/a.xml", "refused/a.xml.CEB900.xml"]
    assert names(tmp_path / "in") == done


def test_a_store_that_refuses_leaves_the_file_to_be_taken_again(
    store: Store, tmp_path: Path, watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, "a.xml", ORDER)
    door = watch()

    def full(*_: object) -> None:
        raise OSError("no space left")

    with monkeypatch.context() as patched:
        patched.setattr(door._sink, "store", full)
        with pytest.raises(OSError, match="no space"):
            take(door)
    assert take(watch()).filed == 1
    assert names(tmp_path / "in") == ["done/a.xml"]


def test_two_watches_cannot_file_under_one_number(store: Store, tmp_path: Path, watch) -> None:
    watch()
    with pytest.raises(StoreFault, match="inbox-in-use"):
        FolderDoor(store, config.Settings(), tmp_path / "other")


# Receipts as files


def decided(store: Store, tmp_path: Path, watch, number: int) -> None:
    """One more order filed and decided: receipts 2 and 3 for its sender, or one refusal."""
    put(tmp_path, f"{number}.xml", papers.signed(papers.ceb311_message(number=number)))
    assert take(watch()).filed == 1
    work_off(store)


def expected(store: Store) -> list[tuple[int, int]]:
    reader = Reader(store)
    found, _ = reader.receipts(papers.DXP, limit=1000)
    reader.close()
    return [(one.seq, one.index) for one in found]


def written(out: Path) -> list[tuple[int, int]]:
    found = [path.name.split("-")[:2] for path in (out / papers.DXP).glob("*.xml")]
    return sorted((int(seq), int(index)) for seq, index in found)


def test_each_receipt_is_written_once_and_a_new_folder_begins_now(store: Store, tmp_path: Path, watch) -> None:
    decided(store, tmp_path, watch, 1)
    out = Outlet(store, tmp_path / "out")
    assert out.round() == 0, "what was decided before is not written"
    whole = Outlet(store, tmp_path / "whole", from_beginning=True)
    assert whole.round() == len(expected(store)) > 0
    decided(store, tmp_path, watch, 2)
    assert out.round() == whole.round() > 0
    assert written(tmp_path / "whole") == expected(store)
    for path in (tmp_path / "whole" / papers.DXP).iterdir():
        path.unlink()  # the filer takes its files away
    assert Outlet(store, tmp_path / "whole").round() == 0
    assert written(tmp_path / "whole") == []


@pytest.mark.parametrize("point", ["_put_aside", "_note", "_move_out", "rename"])
def test_a_stop_at_any_point_writes_each_receipt_once(
    store: Store, tmp_path: Path, watch, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    out = Outlet(store, tmp_path / "out")
    for number in (1, 2):
        decided(store, tmp_path, watch, number)
    taken: list[str] = []

    def take_away() -> None:
        """What a filer does: read and remove."""
        for path in (tmp_path / "out" / papers.DXP).glob("*.xml"):
            taken.append(path.name)
            path.unlink()

    calls: list[object] = []

    def stop_at_the_second(source: object, target: object) -> None:
        calls.append(source)
        if len(calls) == 2:
            raise Stopped
        real(source, target)  # type: ignore[arg-type]

    def stop(*_: object) -> None:
        raise Stopped

    with monkeypatch.context() as patched:
        if point == "rename":
            real = outlet.os.rename
            patched.setattr(outlet.os, "rename", stop_at_the_second)
        else:
            patched.setattr(Outlet, point, stop)
        with pytest.raises(Stopped):
            out.round()
    take_away()
    again = Outlet(store, tmp_path / "out")
    take_away()
    again.round()
    take_away()
    assert sorted(taken) == sorted(set(taken)), "written twice"
    assert len(taken) == len(expected(store))


def test_a_folder_of_another_store_is_refused(store: Store, tmp_path: Path, watch) -> None:
    Outlet(store, tmp_path / "out")
    other = made(tmp_path / "other", sandbox=True)
    with pytest.raises(StoreFault, match="out-of-another-store"):
        Outlet(other, tmp_path / "out")


def test_a_shadow_writes_nothing_and_a_relay_what_the_upstream_says(store: Store, tmp_path: Path, watch) -> None:
    from tests.upstream.samples import order_receipt

    shadow, relay = Outlet(store, tmp_path / "s", "shadow"), Outlet(store, tmp_path / "r", "relay")
    decided(store, tmp_path, watch, 1)
    with UpstreamFile(store) as file:
        recorder = Recorder(file, lambda: None)
        recorder.take(order_receipt(), "port", papers.DXP)
        recorder.take(order_receipt(order_no="T2"), "port")  # nobody's
    assert (shadow.round(), relay.round(), relay.round()) == (0, 1, 0)
    assert names(tmp_path / "s") == [".tongguan/place.json"]
    (path,) = (tmp_path / "r" / papers.DXP).iterdir()
    assert (path.name, path.read_bytes()) == ("000000001-CEB312.xml", order_receipt())


def test_names_of_files_stay_inside_their_folder() -> None:
    from tongguan.gateway.file_names import safe_name

    assert [safe_name(name) for name in ("..", ".", "", "../../x", "a/b", "DXP1", "订单 1")] == [
        "__", "_", "_", ".._.._x", "a_b", "DXP1", "订单_1",
    ]  # fmt: skip
