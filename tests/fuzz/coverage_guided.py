"""Coverage-guided fuzzing of the three ways in, where atheris installs: ``make fuzz-guided`` (ten minutes each).

    python -m tests.fuzz.coverage_guided parser|envelope|gateway SECONDS

Anything raised is a finding: the input is written to ``crash-…`` in the working folder and belongs into the tests.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["tongguan.ceb", "tongguan.gateway", "tongguan.chain"]):
    from tests.gateway.fuzz import seeds, take
    from tongguan.ceb.envelope import open_envelope
    from tongguan.ceb.read import Profile, read

LONGEST_INPUT = 20_000


def parser(data: bytes) -> None:
    """Any bytes give a reading; a message is there exactly when there is no problem."""
    reading = read(data, Profile.LENIENT if data[:1] == b"\x00" else Profile.STRICT)
    assert (reading.message is None) == bool(reading.problems)


def envelope(data: bytes) -> None:
    """Any bytes give an envelope, or are taken for a bare message."""
    opened = open_envelope(data)
    assert opened.bare or opened.problems or isinstance(opened.data, bytes)


def gateway(data: bytes) -> None:
    """Any post is answered 202, 403 or 422, and a 422 fits the schema of CEB900."""
    take(data)


TARGETS = {"parser": parser, "envelope": envelope, "gateway": gateway}


def main() -> None:
    """Run one target for so many seconds from good messages."""
    name, seconds = sys.argv[1], sys.argv[2]
    with tempfile.TemporaryDirectory() as corpus:
        for number, seed in enumerate(seeds()):
            (Path(corpus) / str(number)).write_bytes(seed)
        options = [f"-max_total_time={seconds}", f"-max_len={LONGEST_INPUT}", "-timeout=20", "-print_final_stats=1"]
        atheris.Setup([sys.argv[0], *options, corpus], TARGETS[name])
        atheris.Fuzz()


if __name__ == "__main__":
    main()
