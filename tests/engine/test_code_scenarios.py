"""Every code of a receipt can be asked for by the note of a sandbox filing, on each of the four documents."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clearance.playstore import DXP, SENDERS, Filed, a_set
from tests.engine.house import House
from tongguan.clearance.record import SHAPES
from tongguan.codes.catalogue import table
from tongguan.engine.loop import Engine
from tongguan.engine.replay import replay
from tongguan.sandbox.scenarios import FORMAT_ERROR, answers
from tongguan.store.issued import IssuedReceipt

KINDS = ("order", "payment", "waybill", "inventory")
STATUSES, RESULTS, NEGATIVE = (table(name) for name in ("return_status", "customs_result_codes", "return_error_codes"))
ASKED = [code for code in (*STATUSES, *RESULTS, *NEGATIVE) if code != FORMAT_ERROR]
KEYS = {"order": "orderNo", "payment": "payTransactionId", "waybill": "logisticsNo", "inventory": "copNo"}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    yield House(tmp_path / "store")


def work_off(house: House) -> None:
    with Engine(house.store, clock=house.clock, scenarios=answers()) as engine:
        engine.drain()


def told(house: House, kind: str) -> dict[str, list[IssuedReceipt]]:
    """The receipts to the filer of this kind, by the number that names the document."""
    reader = house.reader()
    found, _ = reader.receipts(DXP[SENDERS[kind]], limit=10_000)
    reader.close()
    by_number: dict[str, list[IssuedReceipt]] = {}
    for one in found:
        if (number := dict(one.receipt.keys).get(KEYS[kind])) is not None:
            by_number.setdefault(number, []).append(one)
    return by_number


def carried(code: str, kind: str) -> bool:
    """Whether the table says that the receipt of this kind may carry the code."""
    own = SHAPES[kind].receipt[3:6]
    if code in NEGATIVE:
        receipts = NEGATIVE.get(code, "receipt")
    else:
        receipts = STATUSES.get(RESULTS.get(code, "return_status") if code in RESULTS else code, "receipts")
    return receipts == "any" or own in receipts.split()


@pytest.mark.parametrize("kind", KINDS)
def test_every_code_that_its_receipt_carries_comes_for_the_asking(house: House, kind: str) -> None:
    documents: dict[str, Filed] = {}
    for number, code in enumerate(ASKED, 1):
        documents[code] = a_set(number)[kind].head(note=f"SCENARIO:code-{code} please")
        house.file(documents[code])
    work_off(house)
    receipts = told(house, kind)
    wanted = {code for code in ASKED if carried(code, kind)}
    assert wanted >= {"100", "120", "2", "3", "4", "1332", "-10101"}
    for code, filed in documents.items():
        said = [one.receipt for one in receipts[filed.key[1]]]
        if code not in wanted:
            assert len(said) == 1 and "[X03;" in said[0].info
            continue
        status = RESULTS.get(code, "return_status") if code in RESULTS else code
        one = next(one for one in said if one.status == status)
        assert f"[Code:{code};" in one.info or code not in RESULTS
        if code in NEGATIVE:
            assert len(said) == 1 and "X02" in one.info
            assert house.status(filed) == ""
        elif status == "100":
            assert [one.status for one in said] == ["2", "3", "100"] and house.status(filed) == "100"
        elif code == "4":
            assert house.status(filed) == "4"
        else:
            assert house.status(filed) == "2" and said[0].status == "2" and "X02" in said[1].info
    assert replay(house.store).differences == ()


def test_a_minus_may_be_left_out(house: House) -> None:
    filed = a_set()["order"].head(note="SCENARIO:code-301011")
    house.file(filed)
    work_off(house)
    assert [one.receipt.status for one in told(house, "order")["SBX000001"]] == ["-301011"]


@pytest.mark.parametrize("code", ["1332", "800", "300"])
def test_a_played_document_goes_on_when_it_is_filed_again_without_the_note(house: House, code: str) -> None:
    docs = a_set()
    played = docs["inventory"].head(note=f"SCENARIO:code-{code}")
    house.file(played)
    for kind in KINDS[:3]:
        house.file(docs[kind])
    work_off(house)
    if code == "1332":
        assert house.status(played) == "100"
        house.file(docs["inventory"].later())
        work_off(house)
    assert house.status(docs["inventory"]) == "800"
    assert replay(house.store).differences == ()


def test_the_code_comes_once_and_not_again_when_the_document_is_woken(house: House) -> None:
    docs = a_set()
    house.file(docs["inventory"].head(note="SCENARIO:code-600"))
    work_off(house)
    for kind in KINDS[:3]:
        house.file(docs[kind])
    work_off(house)
    statuses = [one.receipt.status for one in told(house, "inventory")["C000001"]]
    assert statuses.count("600") == 1 and statuses[-1] == "800"


@pytest.mark.parametrize("name", ["code-", "code-9999", "code-abc", "code--999999", "CODE-1332"])
def test_a_code_of_no_table_is_no_scenario(house: House, name: str) -> None:
    house.file(a_set()["order"].head(note=f"SCENARIO:{name}"))
    work_off(house)
    (one,) = told(house, "order")["SBX000001"]
    assert one.receipt.status.startswith("-") and "[X01;" in one.receipt.info


def test_in_production_the_note_says_nothing(house: House) -> None:
    filed = a_set()["order"].head(note="SCENARIO:code-1332")
    house.file(filed)
    with Engine(house.store, clock=house.clock, scenarios=None) as engine:
        engine.drain()
    assert house.status(filed) == "2"
