"""One world with every fault in it, made once for all tests of this room."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.sandbox.clearing import START
from tongguan.sandbox.make import Made, make


class World(NamedTuple):
    """A made folder with its truth, the rows in the order of filing."""

    out: Path
    made: Made
    truth: list[dict[str, Any]]

    def rows(self, fault: str) -> list[dict[str, Any]]:
        """The truth of one fault."""
        return [row for row in self.truth if row["fault"] == fault]

    def read(self, file: str) -> bytes:
        """The bytes of one filing."""
        return (self.out / "filings" / file).read_bytes()


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Twelve good sets and every fault."""
    out = tmp_path_factory.mktemp("sandbox") / "world"
    made = make(12, 3, "all", out, START, records_per_message=3)
    with (out / "truth.csv").open(encoding="utf-8", newline="") as file:
        return World(out, made, list(csv.DictReader(file)))
