"""Each faulty file is what its name claims: wrong at the door, in its signature, or in its content and nowhere else."""

from __future__ import annotations

import base64
from collections import Counter

import pytest

from tests.sandbox.clearing import KIND_OF, registry_of
from tests.sandbox.conftest import World
from tongguan.ceb.read import read
from tongguan.ceb.signature.verify import verify
from tongguan.clearance.rule import Rule
from tongguan.clearance.rulebook import RULES
from tongguan.law.taxfault import TAX_RULES, TaxRule
from tongguan.sandbox.documents import KINDS
from tongguan.sandbox.faults import BY_NAME, FAULTS

SCHEMA = [fault.name for fault in FAULTS if fault.area == "schema" and not fault.good] + ["signature-missing-621"]
BROKEN = {
    "signature-digest": ("inventory", "digest"),
    "signature-digest-311": ("order", "digest"),
    "signature-digest-411": ("payment", "digest"),
    "signature-digest-511": ("waybill", "digest"),
    "signature-value": ("inventory", "value"),
    "D20-SIGN-payment": ("payment", "value"),
    "signature-algorithm": ("inventory", "algorithm"),
    "signature-missing-311": ("order", "missing"),
}


def test_names_are_unique_and_said_in_both_languages() -> None:
    assert [name for name, count in Counter(fault.name for fault in FAULTS).items() if count > 1] == []
    for fault in FAULTS:
        assert any("\u4e00" <= letter <= "\u9fff" for letter in fault.zh), fault.name
        assert fault.en.isascii() or "×" in fault.en, fault.name


def test_the_truth_covers_every_fault(world: World) -> None:
    assert {row["fault"] for row in world.truth} == {"good", *BY_NAME}


@pytest.mark.parametrize("name", SCHEMA)
def test_a_schema_fault_is_refused_at_the_door_for_the_reason_it_names(world: World, name: str) -> None:
    refused = [row for row in world.rows(name) if row["expected_status"] == "CEB900"]
    assert len(refused) == 1
    problems = {problem.rule_id for problem in read(world.read(refused[0]["file"])).problems}
    assert problems == {refused[0]["expected_rule"]}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_signature_fails_at_its_step_and_the_message_reads(world: World, name: str) -> None:
    document, step = BROKEN[name]
    [row] = [row for row in world.rows(name) if row["document"] == document]
    reading = read(world.read(row["file"]))
    assert reading.problems == ()
    assert verify(reading.root).step == step


def test_every_other_file_reads_and_its_signature_holds(world: World) -> None:
    broken = {row["file"] for name, (kind, _) in BROKEN.items() for row in world.rows(name) if row["document"] == kind}
    door = {row["file"] for row in world.truth if row["expected_status"] == "CEB900"}
    others = {row["file"]: row["document"] for row in world.truth if row["file"] not in broken | door}
    assert len(others) > 700
    for file, document in others.items():
        reading = read(world.read(file))
        assert reading.problems == (), file
        assert KIND_OF[reading.message_type] == document
        assert verify(reading.root).step == "ok", file


@pytest.mark.parametrize(
    ("name", "registered", "owner"),
    [
        ("signature-unregistered", False, True),
        ("signature-expired", True, True),
        ("signature-revoked", True, True),
        ("signature-other-party", True, False),
        ("signature-raw", True, True),
    ],
)
def test_certificates_are_what_they_claim(world: World, name: str, registered: bool, owner: bool) -> None:
    [row] = [row for row in world.rows(name) if row["document"] == "inventory"]
    reading = read(world.read(row["file"]))
    verdict = verify(reading.root)
    found = registry_of(world.out).certificate(verdict.fingerprint.hex())
    assert (found is not None) is registered
    if found is not None:
        assert (found.dxp_id == reading.message.BaseTransfer.dxpId) is owner  # type: ignore[union-attr]
        assert (found.revoked_at is not None) is (name == "signature-revoked")
        assert found.chain == "ok"


@pytest.mark.parametrize(
    ("name", "length", "lines"),
    [
        pytest.param("signature-raw", 64, False, id="raw SM2 is 64 bytes"),
        pytest.param("signature-rsa-sha1", 256, False, id="RSA of 2,048 bits"),
        pytest.param("signature-rsa-sha256", 256, False, id="RSA of 2,048 bits, SHA-256"),
        pytest.param("signature-lines", None, True, id="line breaks in the value"),
    ],
)
def test_variants_are_signed_as_they_say(world: World, name: str, length: int | None, lines: bool) -> None:
    [row] = [row for row in world.rows(name) if row["document"] == "inventory"]
    root = read(world.read(row["file"])).root
    assert root is not None
    text = next(root.iter("{http://www.w3.org/2000/09/xmldsig#}SignatureValue")).text or ""
    assert ("\n" in text) is lines
    assert length in (None, len(base64.b64decode(text)))


def test_repeats_are_the_same_bytes(world: World) -> None:
    repeats = [row for row in world.rows("repeats") if row["expected_status"] == ""]
    firsts = {row["key"]: row for row in world.rows("repeats") if row["expected_status"]}
    assert len(repeats) == 3 + 4
    for row in repeats:
        assert world.read(row["file"]) == world.read(firsts[row["key"]]["file"])


def test_all_24_orders_of_arrival_are_there(world: World) -> None:
    rows = world.rows("arrival-orders")
    orders = {tuple(row["document"] for row in rows[at : at + 4]) for at in range(0, 96, 4)}
    assert (len(rows), len(orders)) == (96, 24)
    assert {tuple(sorted(order)) for order in orders} == {tuple(sorted(KINDS))}


SPEAKS_FIRST = {"TX01": "D09", "TX03": "T04", "TX04": "D25", "TX05": "D09"}
"""Rules of the tax that a filing cannot reach, and the rule that stops it before."""
NOT_BY_FILING = ("officer", "time", "pull")
"""Stages whose rules no filing can break: what an officer does, the days that pass, the upload of payment data."""


@pytest.mark.parametrize("rule", [one for one in RULES if one.stage not in NOT_BY_FILING], ids=lambda one: one.id)
def test_every_rule_that_a_filing_can_break_has_a_fault_of_its_own(rule: Rule) -> None:
    own = [fault for fault in FAULTS if fault.name == rule.id or fault.name.startswith(f"{rule.id}-")]
    # A fault of D20-SIGN is none of D20: the longest id that fits is the rule that the fault is named for.
    longer = [one.id for one in RULES if one.id.startswith(f"{rule.id}-")]
    assert [fault.name for fault in own if not fault.name.startswith(tuple(f"{name}-" for name in longer))]


@pytest.mark.parametrize("rule", TAX_RULES, ids=lambda one: one.id)
def test_every_rule_of_the_tax_has_a_fault_or_one_that_speaks_before_it(rule: TaxRule) -> None:
    assert any(fault.name.startswith(f"{SPEAKS_FIRST.get(rule.id, rule.id)}-") for fault in FAULTS)
