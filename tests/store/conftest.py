"""An outbox for all tests of a file; each test takes an exchange id of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.store.outbox import Outbox


@pytest.fixture(scope="module")
def outbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outbox]:
    made = Outbox(tmp_path_factory.mktemp("outbox") / "store")
    yield made
    made.db.close()
