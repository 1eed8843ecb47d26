"""Tokens and rate: what opens the door, for whom, until when."""

from __future__ import annotations

import sqlite3
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongguan.gateway.rate import RateLimit
from tongguan.gateway.tokens import BadToken, Tokens
from tongguan.store.doors import Doors

NOW = datetime(2026, 1, 5, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def tokens(tmp_path: Path, clock: Clock) -> Iterator[Tokens]:
    doors = Doors(tmp_path / "doors.db")
    yield Tokens(doors, now=clock)
    doors.close()


def test_a_token_stands_for_its_party_and_its_text_is_nowhere_on_disk(tokens: Tokens, tmp_path: Path) -> None:
    text = tokens.issue("filer", party_code="99010000P1", dxp_id="DXPENT9000000001", note="first")
    party = tokens.check(text)
    assert party is not None
    assert (party.kind, party.party_code, party.dxp_id) == ("filer", "99010000P1", "DXPENT9000000001")
    secret = text[len("tg_000000000000_") :]
    assert len(secret) == 43  # 32 bytes in base64url
    for file in tmp_path.iterdir():
        assert secret.encode() not in file.read_bytes()
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_every_token_is_another(tokens: Tokens) -> None:
    assert len({tokens.issue("auditor") for _ in range(50)}) == 50


@pytest.mark.parametrize(
    "change", [lambda t: t[:-1], lambda t: t + "x", lambda t: t.upper(), lambda t: "", lambda t: t.replace("tg_", "")]
)
def test_a_changed_text_opens_nothing(tokens: Tokens, change: object) -> None:
    text = tokens.issue("auditor")
    assert tokens.check(change(text)) is None  # type: ignore[operator]


def test_each_character_counts(tokens: Tokens) -> None:
    text = tokens.issue("auditor")
    for place in range(len(text)):
        other = "0" if text[place] != "0" else "1"
        assert tokens.check(text[:place] + other + text[place + 1 :]) is None


def test_it_ends_with_its_last_second(tokens: Tokens, clock: Clock) -> None:
    text = tokens.issue("operator", days=1)
    clock.now = NOW + timedelta(days=1, seconds=-1)
    assert tokens.check(text) is not None
    clock.now = NOW + timedelta(days=1)
    assert tokens.check(text) is None


def test_a_revoked_token_is_closed_at_once_in_every_process(tokens: Tokens, clock: Clock, tmp_path: Path) -> None:
    text = tokens.issue("operator")
    elsewhere = Tokens(Doors(tmp_path / "doors.db"), now=clock)
    party = elsewhere.check(text)
    assert party is not None
    assert tokens.revoke(party.token_id)
    assert not tokens.revoke(party.token_id)
    assert not tokens.revoke("000000000000")
    assert tokens.check(text) is None
    assert elsewhere.check(text) is None


def test_last_use_is_written_in_batches_and_listed_without_hashes(tokens: Tokens, clock: Clock) -> None:
    text = tokens.issue("officer", office="9901")
    assert tokens.list()[0].used_at == ""
    clock.now = NOW + timedelta(seconds=29)
    tokens.check(text)
    assert not tokens.flush_due()
    clock.now = NOW + timedelta(seconds=30)
    assert tokens.flush_due()
    tokens.flush()
    info = tokens.list()[0]
    assert (info.kind, info.office, info.used_at) == ("officer", "9901", "2026-01-05T00:00:29Z")
    assert not hasattr(info, "digest")
    assert not tokens.flush_due()


@pytest.mark.parametrize(
    "asked",
    [
        {"kind": "filer"},
        {"kind": "filer", "party_code": "x"},
        {"kind": "filer", "dxp_id": "x"},
        {"kind": "officer"},
        {"kind": "king"},
        {"kind": "auditor", "days": 0},
    ],
)
def test_what_cannot_be_issued(tokens: Tokens, asked: dict[str, object]) -> None:
    with pytest.raises(BadToken):
        tokens.issue(**asked)  # type: ignore[arg-type]


def test_a_bucket_fills_at_its_rate() -> None:
    rate = RateLimit(per_second=2, burst=3)
    assert [rate.wait_seconds("a", 0.0) for _ in range(4)] == [0, 0, 0, 1]
    assert rate.wait_seconds("b", 0.0) == 0
    assert rate.wait_seconds("a", 0.5) == 0
    assert rate.wait_seconds("a", 0.5) == 1
    assert [rate.wait_seconds("a", 100.0) for _ in range(4)] == [0, 0, 0, 1]
    assert [RateLimit(0, 1).wait_seconds("a", 0.0) for _ in range(9)] == [0] * 9


@given(st.lists(st.floats(0, 2), min_size=1, max_size=200), st.integers(1, 20), st.integers(1, 10))
def test_never_more_than_the_burst_and_what_flowed_in(gaps: list[float], per_second: int, burst: int) -> None:
    rate = RateLimit(per_second, burst)
    now, allowed = 0.0, 0
    for gap in gaps:
        now += gap
        allowed += rate.wait_seconds("a", now) == 0
        assert allowed <= burst + per_second * now + 1e-6


def test_a_file_of_before_officers_had_names_still_opens(tmp_path: Path) -> None:
    path = tmp_path / "doors.db"
    first = Doors(path)
    text = Tokens(first).issue("operator")
    first.close()
    with sqlite3.connect(path) as db:
        db.execute("ALTER TABLE tokens DROP COLUMN officer_id")
    db.close()
    for _ in range(2):
        doors = Doors(path)
        tokens = Tokens(doors)
        assert tokens.check(text) is not None
        officer = tokens.check(tokens.issue("officer", office="5165", officer_id="lin"))
        assert officer is not None and (officer.officer_id, officer.office) == ("lin", "5165")
        doors.close()
