"""Group commit without HTTP: order, failure, and a listener that breaks."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from tongguan.gateway.batch import GroupCommit, NotTaken
from tongguan.store.filing import Filing


class Memory:
    """A sink in memory that can fail."""

    def __init__(self) -> None:
        self.groups: list[list[str]] = []
        self.fail = False

    def mint(self) -> str:
        return ""

    def store(self, posts: Sequence[tuple[Filing, bytes]]) -> None:
        if self.fail:
            raise OSError("full")
        self.groups.append([filing.filing_id for filing, _ in posts])


def filing(number: int) -> Filing:
    return Filing(filing_id=str(number), message_type="x", received_ns=1, raw_digest=b"")


def test_posts_are_stored_in_the_order_in_which_they_came_and_in_groups_of_bounded_size() -> None:
    async def run() -> list[list[str]]:
        sink = Memory()
        commit = GroupCommit(sink, group_max=10)
        await asyncio.gather(*(commit.put(filing(number), b"x") for number in range(95)))
        assert commit.waiting == 0
        await commit.close()
        return sink.groups

    groups = asyncio.run(run())
    assert [item for group in groups for item in group] == [str(number) for number in range(95)]
    assert max(len(group) for group in groups) == 10


def test_a_failure_is_told_to_its_posts_alone_and_the_next_ones_go_on() -> None:
    async def run() -> None:
        sink, failures = Memory(), []
        commit = GroupCommit(sink, on_failure=failures.append)
        sink.fail = True
        results = await asyncio.gather(*(commit.put(filing(n), b"x") for n in range(3)), return_exceptions=True)
        assert all(isinstance(result, NotTaken) for result in results)
        assert failures and all(isinstance(failure, OSError) for failure in failures)
        sink.fail = False
        await commit.put(filing(9), b"x")
        assert sink.groups == [["9"]]
        await commit.close()

    asyncio.run(run())


def test_a_listener_that_breaks_holds_nobody_up() -> None:
    async def run() -> None:
        def broken(posts: int, seconds: float) -> None:
            raise OSError("no room for figures")

        asyncio.get_running_loop().set_exception_handler(lambda loop, context: None)
        sink = Memory()
        commit = GroupCommit(sink, on_commit=broken)
        for number in range(3):
            await asyncio.wait_for(commit.put(filing(number), b"x"), 5)
        await asyncio.wait_for(commit.close(), 5)
        assert len(sink.groups) == 3

    asyncio.run(run())


def test_bytes_that_wait_are_bounded_and_after_the_close_nothing_is_taken() -> None:
    async def run() -> None:
        sink = Memory()
        commit = GroupCommit(sink, bytes_max=10)
        first = asyncio.ensure_future(commit.put(filing(1), b"x" * 10))
        await asyncio.sleep(0)
        with pytest.raises(NotTaken, match="no room"):
            await commit.put(filing(2), b"x")
        await first
        await commit.put(filing(3), b"x")
        await commit.close()
        with pytest.raises(NotTaken, match="stopping"):
            await commit.put(filing(4), b"x")
        assert sink.groups == [["1"], ["3"]]

    asyncio.run(run())
