"""A new party: what it gets can be imported and signs messages that verify."""

from __future__ import annotations

import stat
from datetime import date, datetime
from pathlib import Path

import pytest

from tests.sandbox.clearing import START, registry_files, registry_of
from tongguan.ceb.read import read
from tongguan.ceb.signature.sign import Signer
from tongguan.ceb.signature.verify import verify
from tongguan.ceb.write import write
from tongguan.registry.tables import read_registry
from tongguan.sandbox.bench import Bench
from tongguan.sandbox.make import make
from tongguan.sandbox.party import PartyError, party_new
from tongguan.sandbox.step import ALL_RELEASED, step
from tongguan.sandbox.wire import message_of


@pytest.mark.parametrize("algorithm", ["SM2", "RSA"])
def test_a_new_party_can_be_imported_and_signs(tmp_path: Path, algorithm: str) -> None:
    party = party_new(tmp_path, "沙箱访客", ["declarant", "guarantor"], START, algorithm)
    registry = registry_of(tmp_path)
    row = registry.by_dxp(party.dxp_id, date(2026, 3, 2))
    assert row is not None
    assert (row.code, row.roles) == (party.code, ("declarant", "guarantor"))
    assert registry.guarantee(party.code, date(2026, 3, 2)) is not None
    signer = Signer(party.key.read_bytes(), party.certificate.read_bytes())
    order = message_of(step("order", [Bench(1, START).own()], [ALL_RELEASED["order"]]), 1, 1)
    reading = read(signer.sign(write(order)))
    verdict = verify(reading.root)
    assert (reading.problems, verdict.step, verdict.key_name) == ((), "ok", party.number)
    found = registry.certificate(verdict.fingerprint.hex())
    assert found is not None
    assert (found.party_code, found.dxp_id, found.chain, found.algorithm) == (party.code, party.dxp_id, "ok", algorithm)


def test_numbers_come_from_reserved_ranges_and_one_after_another(tmp_path: Path) -> None:
    parties = [party_new(tmp_path, "沙箱访客", ["platform"], START) for _ in range(3)]
    assert [party.code for party in parties] == ["9900990001", "9900990002", "9900990003"]
    assert [party.dxp_id for party in parties] == [f"DXPENT9900000{number:03d}" for number in (1, 2, 3)]
    assert len({party.number for party in parties}) == 3
    assert read_registry(registry_files(tmp_path)).problems == ()


def test_a_party_joins_a_made_world(tmp_path: Path) -> None:
    make(1, 1, "none", tmp_path / "w", START)
    before = registry_of(tmp_path / "w")
    party = party_new(tmp_path / "w", "沙箱访客", ["merchant"], START)
    after = registry_of(tmp_path / "w")
    assert {row.code for row in after.tables.parties} == {row.code for row in before.tables.parties} | {party.code}


def test_key_and_certificate_are_for_their_owner_only(tmp_path: Path) -> None:
    party = party_new(tmp_path, "沙箱访客", ["merchant"], START)
    for path in (party.key, party.certificate):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert party.key.parent == tmp_path / "keys", "never in the folder that is imported"


@pytest.mark.parametrize(
    ("name", "roles", "start", "algorithm"),
    [
        pytest.param("", ["merchant"], START, "SM2", id="no name"),
        pytest.param("沙箱", [], START, "SM2", id="no role"),
        pytest.param("沙箱", ["king"], START, "SM2", id="unknown role"),
        pytest.param("沙箱", ["merchant"], START, "P-256", id="unknown algorithm"),
        pytest.param("沙箱", ["merchant"], datetime(2026, 3, 2), "SM2", id="no time zone"),
    ],
)
def test_what_cannot_be_made_is_said(
    tmp_path: Path, name: str, roles: list[str], start: datetime, algorithm: str
) -> None:
    with pytest.raises(PartyError, match=" / "):
        party_new(tmp_path / "w", name, roles, start, algorithm)
    assert not (tmp_path / "w").exists()
