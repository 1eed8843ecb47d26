"""What the door asks of the registry: how strictly a party's messages are read. Verdicts about parties come later."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone

from tongguan.registry.snapshot import Registry, build_registry
from tongguan.store.faults import StoreFault
from tongguan.store.layout import Store
from tongguan.store.reading import Reader

_CHINA = timezone(timedelta(hours=8))


class RegistryView:
    """The registry in force, looked at anew every ``seconds``.

    ``load`` gives the packed snapshot in force or None when there is none yet. A profile that is a few seconds old is
    as good as one read just before the change: the filing could have come that much sooner.
    """

    def __init__(
        self,
        load: Callable[[], bytes | None],
        *,
        default_profile: str = "strict",
        seconds: float = 5.0,
        steady: Callable[[], float] = time.monotonic,
        today: Callable[[], date] = lambda: datetime.now(UTC).astimezone(_CHINA).date(),
    ) -> None:
        self._load = load
        self._default_profile = default_profile
        self._seconds = seconds
        self._steady = steady
        self._today = today
        self._registry: Registry | None = None
        self._digest = b""
        self._looked_at = float("-inf")

    def profile_of(self, dxp_id: str) -> str:
        """``strict`` or ``lenient``; the default for an exchange id that the registry does not know today."""
        registry = self.current()
        row = registry.by_dxp(dxp_id, self._today()) if registry else None
        return row.profile if row else self._default_profile

    def find_certificate(self, number: str) -> bytes | None:
        """The DER of a registered certificate by its number, for a message that does not carry it."""
        registry = self.current()
        return registry.certificate_der(number) if registry else None

    def current(self) -> Registry | None:
        """The registry itself, None when there is none yet."""
        if self._steady() - self._looked_at >= self._seconds:
            packed = self._load()
            digest = hashlib.sha256(packed).digest() if packed else b""
            if digest != self._digest:
                self._registry = build_registry(packed) if packed else None
                self._digest = digest
            self._looked_at = self._steady()
        return self._registry


def registry_in_force(store: Store) -> Callable[[], bytes | None]:
    """How the door looks the registry up: a short-lived Reader, since this is asked every few seconds only."""

    def load() -> bytes | None:
        try:
            reader = Reader(store)
        except StoreFault:
            return None  # the engine has not made the state yet
        try:
            found = reader.in_force().get("registry")
        finally:
            reader.close()
        return found[1] if found else None

    return load
