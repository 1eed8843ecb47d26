"""The blocking client."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any

import httpx

from tongguan.client import forms, protocol
from tongguan.client.errors import NotReached, TimedOut
from tongguan.client.protocol import RETRIED, Retries


class Client:
    """One party's line to a gateway.

    ``dxp_id`` is needed for receipts only. ``transport``, ``sleep`` and ``steady`` are for tests.
    Every method raises ClientError: Trouble for an answer that is not good, NotReached when none came.
    """

    def __init__(
        self,
        url: str,
        token: str,
        *,
        dxp_id: str = "",
        timeout: float = 30.0,
        retries: Retries | None = None,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self._dxp_id = dxp_id
        self._retries = retries or Retries()
        self._sleep = sleep
        self._steady = steady
        self._http = httpx.Client(
            base_url=url, headers=protocol.headers(token), timeout=timeout, transport=transport, trust_env=False
        )

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def file(self, message: bytes) -> forms.Filed:
        """File a DxpMsg or a bare message; returns once it is stored. Raises Refusal when it is not readable.

        A busy gateway (429, 503) is asked again after its Retry-After; any other 4xx is never sent again. After
        NotReached send the same bytes again: filing them twice changes nothing.
        """
        return forms.filed(self._ask("POST", "/dxp", content=message, headers=protocol.content_type()))

    def filing(self, filing_id: str) -> forms.Filing:
        """What became of a filing."""
        return forms.filing(self._ask("GET", f"/filings/{filing_id}"))

    def explain(self, ebp_code: str, order_no: str) -> dict[str, Any]:
        """The case of one order: its documents, where each stands, why, and what to do, in both languages."""
        body: dict[str, Any] = self._ask("GET", "/cases", params={"ebpCode": ebp_code, "orderNo": order_no})
        return body

    def page(self, after: str = "", limit: int = 100) -> forms.Receipts:
        """One page of receipts after a cursor. Raises ValueError when the client has no dxp_id."""
        if not self._dxp_id:
            raise ValueError("给出 dxp_id 才能取回执 give the client a dxp_id to read receipts")
        params = {"after": after, "limit": str(limit)}
        return forms.receipts(self._ask("GET", f"/dxp/{self._dxp_id}/receipts", params=params))

    def receipts(self, after: str = "", limit: int = 100) -> Iterator[tuple[forms.Receipt, str]]:
        """All receipts after a cursor that there are now, each with the cursor of its page."""
        more = True
        while more:
            page = self.page(after, limit)
            after, more = page.next, page.more
            for receipt in page.receipts:
                yield receipt, page.next

    def poll(self, after: str = "", seconds: float = 2.0, limit: int = 100) -> Iterator[tuple[forms.Receipt, str]]:
        """Receipts after a cursor as they come, without end; asks every ``seconds`` when there are none."""
        while True:
            page = self.page(after, limit)
            for receipt in page.receipts:
                yield receipt, page.next
            after = page.next
            if not page.more:
                self._sleep(seconds)

    def wait_for(self, filing_id: str, timeout: float = 60.0, seconds: float = 0.1) -> forms.Filing:
        """The filing once every record of it is decided (or it is refused). Raises TimedOut."""
        until = self._steady() + timeout
        while True:
            found = self.filing(filing_id)
            if found.state != "waiting" and all(record.state != "waiting" for record in found.records):
                return found
            if self._steady() >= until:
                raise TimedOut(f"{filing_id}: 在 {timeout:g} 秒内未裁决 not decided within {timeout:g} seconds")
            self._sleep(seconds)

    def wait_for_receipt(
        self, keys: dict[str, str], after: str = "", timeout: float = 60.0, seconds: float = 0.5
    ) -> tuple[forms.Receipt, str]:
        """The first receipt after a cursor whose keys include these, e.g. ``{"copNo": "C1"}``. Raises TimedOut."""
        until = self._steady() + timeout
        while True:
            page = self.page(after)
            for receipt in page.receipts:
                if keys.items() <= dict(receipt.keys).items():
                    return receipt, page.next
            after = page.next
            if not page.more:
                if self._steady() >= until:
                    raise TimedOut(f"{keys}: 在 {timeout:g} 秒内没有回执 no receipt within {timeout:g} seconds")
                self._sleep(seconds)

    def _ask(self, method: str, path: str, **what: Any) -> Any:
        for attempt in range(self._retries.times + 1):
            try:
                response = self._http.request(method, path, **what)
            except httpx.TransportError as error:
                raise NotReached(
                    f"{type(error).__name__}: {error}；没有收到答复，原样再报是安全的 "
                    "no answer came; sending the same again is safe"
                ) from error
            if response.status_code not in RETRIED or attempt == self._retries.times:
                break
            self._sleep(protocol.pause(response, attempt, self._retries, protocol.chance))
        return protocol.checked(response)
