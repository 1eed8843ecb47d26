"""POST /tax/quote over a real server: by the law in force, each step told, hostile bodies named, nothing kept."""

from __future__ import annotations

import random
from datetime import date

import httpx
import msgspec
import pytest

from tests.gateway.conftest import House
from tongguan.gateway.quoting import BODY_BYTES_MAX, quote_answer
from tongguan.law.snapshot import Law, build_law, pack, package_tables

DAY = date(2025, 6, 1)
E1 = [{"gcode": "1901101000", "totalPrice": "200.00"}]


@pytest.fixture(scope="module")
def law() -> Law:
    return build_law(pack(package_tables()))


def asked(law: Law | None, body: object) -> tuple[int, dict]:
    raw = body if isinstance(body, bytes) else msgspec.json.encode(body)
    answer = quote_answer(raw, law, DAY)
    return answer.status, msgspec.json.decode(answer.body)


def test_the_answer_has_every_step(law: Law) -> None:
    status, told = asked(law, E1)
    assert (status, told["day"], told["law"], told["taxTotal"]) == (200, "2025-06-01", law.digest, "18.20")
    (line,) = told["lines"]
    assert [step["tax"] for step in line["steps"]] == ["duty", "consumption", "vat"]
    assert line["steps"][2] == {
        "tax": "vat", "base": "200", "rate": "0.13", "specific": "0", "levied": "0.70", "exact": "91/5",
        "amount": "18.20", "rule": "T01", "rows": ["V06"],
    }  # fmt: skip
    assert asked(law, {"at": "2026-06-01", "lines": E1})[1]["day"] == "2026-06-01"


@pytest.mark.parametrize(("body", "status", "rule"), [
    (b"", 400, "A22"), (b"{", 400, "A22"), (b"\xff", 400, "A22"), (b"[]", 400, "A22"), (b"[" * 60_000, 400, "A22"),
    ([{"gcode": "1901101000", "totalPrice": "200.00", "x": 1}], 400, "A22"),
    (b" " * (BODY_BYTES_MAX + 1), 413, "A05"),
    ([{"gcode": "0000000000", "totalPrice": "1"}], 422, "TX01"),
    ([{"gcode": "3304990029", "totalPrice": "1", "unit": "142"}], 422, "TX02"),
    ({"at": "2015-10-01", "lines": E1}, 422, "TX05"),
])  # fmt: skip
def test_what_is_refused_is_named(law: Law, body: object, status: int, rule: str) -> None:
    found, told = asked(law, body)
    assert (found, told["problems"][0]["rule_id"]) == (status, rule)
    assert all(told["problems"][0][name] for name in ("text_zh", "text_en", "fix_zh", "fix_en"))


def test_before_any_law_is_in_force_it_says_so() -> None:
    assert asked(None, E1)[0] == 503


def test_bodies_bent_at_random_are_answered_by_name(law: Law) -> None:
    draw, sound = random.Random(7), msgspec.json.encode({"freight": "1", "lines": E1 * 3})
    for _ in range(500):
        bent = bytearray(sound)
        for _ in range(draw.randrange(1, 4)):
            bent[draw.randrange(len(bent))] = draw.choice(b'0123456789{}[]",:.eE-\\\xff n')
        assert asked(law, bytes(bent))[0] in (200, 400, 422), bytes(bent)


def test_over_http(house: House) -> None:
    packed = pack(package_tables())
    house.reader.law = packed
    with house.client() as client:
        told = client.post("/tax/quote", json={"at": "2025-06-01", "lines": E1}).json()
        assert (told["taxTotal"], told["law"]) == ("18.20", build_law(packed).digest)
        changed = pack(package_tables().with_row("vat_rates", {
            "id": "V90", "rate_class": "standard", "rate": "0.10", "zh": "甲", "en": "x", "valid_from": "2026-07-01",
            "source": "s", "confidence": "high", "mark": "S"}))  # fmt: skip
        house.reader.law = changed  # another law comes into force: the next quote is by it
        assert client.post("/tax/quote", json={"at": "2026-07-01", "lines": E1}).json()["taxTotal"] == "14.00"
        assert client.post("/tax/quote", content=b"x" * (BODY_BYTES_MAX + 1)).status_code == 413
        assert client.get("/tax/quote").status_code == 405
    assert httpx.post(f"{house.url}/tax/quote", json={"lines": E1}).status_code == 401
