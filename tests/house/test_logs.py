"""The log is JSON, names the filing, and names no person."""

from __future__ import annotations

import io
import json
import logging

import msgspec
import pytest
import structlog

from tongguan import logs

# An invented person: region 990101 is assigned to nobody. Check digit by GB 11643: the weighted sum of the 17 digits
# 7 9 10 5 8 4 2 1 6 3 7 9 10 5 8 4 2 leaves a remainder modulo 11 that the table 10X98765432 turns into the last one.
NUMBER = "990101199001010019"
OLD_NUMBER = "990101900101001"
MOBILE = "13900000000"
NAME = "张沙箱"


@pytest.fixture
def lines():
    """Call it to get the JSON objects logged so far; the former set-up of logging comes back afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    logs.configure("info", stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def test_a_line_is_json_with_time_level_room_and_filing(lines):
    with logs.filing("1-42"):
        logs.get("tongguan.gateway").info("stored", message="CEB311Message", records=3)
    logs.get("tongguan.gateway").warning("idle")
    inside, outside = lines()
    assert inside["event"] == "stored"
    assert (inside["filing"], inside["level"], inside["logger"]) == ("1-42", "info", "tongguan.gateway")
    assert inside["timestamp"].endswith("Z")
    assert inside["records"] == 3
    assert "filing" not in outside


def test_lines_below_the_level_are_not_written(lines):
    logs.get("tongguan").debug("detail")
    assert lines() == []


@pytest.mark.parametrize(
    "key",
    ["buyerIdNumber", "payerIdNumber", "buyerName", "payerName", "buyerTelephone", "telephone", "consignee",
     "consigneeTelephone", "consigneeAddress", "buyer_id_number", "BUYERNAME", "mobile"],
)  # fmt: skip
def test_a_persons_field_is_masked_whatever_it_holds(lines, key):
    logs.get("t").info("x", **{key: NAME})
    (line,) = lines()
    assert line[key] == "***"


class Buyer(msgspec.Struct):
    buyerName: str
    orderNo: str


@pytest.mark.parametrize(
    "value",
    [
        NUMBER,
        int(NUMBER),
        NUMBER[:-1] + "X",
        NUMBER[:-1] + "x",
        OLD_NUMBER,
        MOBILE,
        "+86 " + MOBILE,
        f"订购人 {NUMBER} 不符",
        f"a={NUMBER},b={MOBILE}",
        [1, {"deep": (NUMBER,)}],
        {NUMBER: "as a key"},
        {"buyerName": NAME},
        [Buyer(NAME, "A-1")],
        f"<ceb:buyerName>{NAME}</ceb:buyerName><buyerIdNumber>{NUMBER}</buyerIdNumber>".encode(),
        ValueError(f"bad number {NUMBER}"),
        f"<buyerName><![CDATA[{NAME}]]></buyerName>",
        f"<buyerName attr='1'>\n{NAME}\n</buyerName>",
        json.dumps({"consignee": NAME}, ensure_ascii=False),
        repr({"payerName": NAME}),
        repr(Buyer(NAME, "A-1")),
        f'Buyer(buyerName="it\'s {NAME}")',
    ],
)
def test_a_number_or_name_is_masked_wherever_it_hides(lines, value):
    logs.get("t").info("x", value=value)
    (line,) = lines()
    written = json.dumps(line, ensure_ascii=False)
    assert "***" in written
    assert not any(secret in written for secret in (NUMBER[:-1], OLD_NUMBER, MOBILE, NAME))


def test_the_sentence_itself_and_a_traceback_are_masked(lines):
    try:
        raise ValueError(f"no such person {NUMBER}")
    except ValueError:
        logs.get("t").exception(f"failed for {NUMBER}")
    (line,) = lines()
    assert NUMBER not in json.dumps(line)
    assert "no such person ***" in line["exception"]


def test_lines_of_libraries_are_masked_too(lines):
    logging.getLogger("uvicorn.access").warning("GET /x?id=%s", NUMBER)
    (line,) = lines()
    assert line["event"] == "GET /x?id=***"


@pytest.mark.parametrize(
    "value",
    ["20260101-7", "<orderNo>A-1</orderNo>", "orderNo='A-1', buyerName is missing", "the buyerName: too long",
     "1234567890123456", "12345678901234567", "1234567890123456789", "a" + NUMBER + "b",
     1767225600000000000, 42, True, None, "800", "12345678901"],
)  # fmt: skip
def test_what_cannot_be_a_persons_number_stays_readable(lines, value):
    logs.get("t").info("x", value=value)
    (line,) = lines()
    assert line["value"] == value
