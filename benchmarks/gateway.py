"""What one post costs: microseconds of each stage of the door, and posts a second through HTTP on one process.

python benchmarks/gateway.py [seconds]
"""

from __future__ import annotations

import asyncio
import multiprocessing
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.gateway import papers
from tongguan.config import Gateway, Settings
from tongguan.gateway.door import STAGES, Door, TokenParty
from tongguan.gateway.sink import StoreSink
from tongguan.gateway.tokens import Tokens
from tongguan.gateway.worker import gateway_main
from tongguan.store.doors import Doors
from tongguan.store.filing import Filing
from tongguan.store.layout import Store, init_store

PARTY = TokenParty(kind="filer", party_code=papers.PLATFORM, dxp_id=papers.DXP)
ROUNDS = 1000
GROUP = 32
CONNECTIONS = 32


def messages() -> dict[str, Any]:
    """One record each, the inventory with two lines."""
    return {
        "CEB311": papers.ceb311_message(),
        "CEB411": papers.ceb411_message(),
        "CEB511": papers.ceb511_message(),
        "CEB621": papers.ceb621_message(lines=2),
    }


def stages(store: Store) -> None:
    """Median microseconds of each stage, bare messages; the inbox in groups of 32."""
    sink, door = StoreSink(store, 50), Door()
    print(f"{'':8}" + "".join(f"{name:>10}" for name in (*STAGES, "inbox", "total")))
    for name, message in messages().items():
        raw = papers.signed(message)
        spent: list[tuple[int, ...]] = []
        group: list[tuple[Filing, bytes]] = []
        written = []
        for number in range(ROUNDS):
            taken = door.take(raw, filing_id=sink.mint(), received_ns=time.time_ns(), token_party=PARTY)
            assert taken.filing is not None
            if number >= 50:  # the first ones fill caches
                spent.append(taken.spent_ns)
            group.append((taken.filing, raw))
            if len(group) == GROUP:
                started = time.perf_counter_ns()
                sink.store(group)
                written.append((time.perf_counter_ns() - started) / GROUP)
                group = []
        figures = [statistics.median(column) / 1000 for column in zip(*spent, strict=True)]
        figures.append(statistics.median(written) / 1000)
        print(f"{name:8}" + "".join(f"{figure:10.0f}" for figure in (*figures, sum(figures))))
    sink.close()


async def load(port: int, token: str, seconds: float) -> tuple[int, list[float]]:
    """Post the four messages in turn over some connections for a while; the number answered 202 and their delays."""
    bodies = [papers.signed(message) for message in messages().values()]
    requests = [
        (
            f"POST /dxp HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nContent-Type: application/xml\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        ).encode()
        + body
        for body in bodies
    ]
    delays: list[float] = []
    end = time.perf_counter() + seconds

    async def line(first: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        number = first
        while time.perf_counter() < end:
            started = time.perf_counter()
            writer.write(requests[number % len(requests)])
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 202"), head
            length = next(row for row in head.lower().split(b"\r\n") if row.startswith(b"content-length:"))
            await reader.readexactly(int(length.partition(b":")[2]))
            delays.append(time.perf_counter() - started)
            number += 1
        writer.close()

    await asyncio.gather(*(line(number) for number in range(CONNECTIONS)))
    return len(delays), sorted(delays)


def main() -> None:
    """Both measures."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 10.0
    with tempfile.TemporaryDirectory() as folder:
        store = init_store(Path(folder) / "store", sandbox=True)
        stages(store)
        doors = Doors(store.doors_path)
        token = Tokens(doors).issue("filer", party_code=papers.PLATFORM, dxp_id=papers.DXP)
        settings = Settings(gateway=Gateway(rate_per_second=1_000_000, rate_burst=1_000_000))
        port = 8299
        context = multiprocessing.get_context("spawn")
        process = context.Process(target=gateway_main, args=(store.dir, True, settings, 1, "127.0.0.1", port))
        process.start()
        time.sleep(3)
        count, delays = asyncio.run(load(port, token, seconds))
        process.terminate()
        process.join()
        doors.close()
        print(
            f"HTTP, one process, {CONNECTIONS} connections: {count / seconds:.0f} posts/s, "
            f"p50 {delays[count // 2] * 1000:.1f} ms, p99 {delays[count * 99 // 100] * 1000:.1f} ms"
        )


if __name__ == "__main__":
    main()
