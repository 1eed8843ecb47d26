"""The door for uploads: what it takes, what it says no to, and that no leaves the session open."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.payment_pull.shop import SESSION, card, exchange, form, text
from tongguan.clearance.model import Pulled
from tongguan.payment_pull.times import stamp
from tongguan.payment_pull.upload import Told, UploadDoor, form_value
from tongguan.store.pulls import Pulls, Session

NOW = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)


class Customs:
    """A door with its tables, a register of certificates, and what it has handed on."""

    def __init__(self, path: Path) -> None:
        self.pulls = Pulls(path / "pulls.db")
        self.now = NOW
        self.given: list[Pulled] = []
        self.certificates = {card().certificate.number: card().certificate.der}
        self.door = UploadDoor(self.pulls, self.find, self.given.append, lambda: self.now)

    def find(self, number: str) -> bytes | None:
        return self.certificates.get(number.upper())

    def open(self, purpose: str = "pull", order: str = "O1") -> None:
        self.pulls.open(
            Session(session_id=SESSION, purpose=purpose, ebp_code="99E1000001", order_no=order, url="http://x.invalid",
                    opened_by="officer", opened_at=stamp(NOW), until_at=stamp(NOW + timedelta(hours=1)))
        )  # fmt: skip

    def state(self) -> str:
        session = self.pulls.session(SESSION)
        return session.state if session else ""


@pytest.fixture
def customs(tmp_path: Path) -> Customs:
    return Customs(tmp_path)


@pytest.mark.parametrize("algorithm", ["SM2", "RSA"])
def test_a_signed_upload_is_taken_and_handed_on_once(customs: Customs, algorithm: str) -> None:
    customs.certificates = {card(algorithm).certificate.number: card(algorithm).certificate.der}
    customs.open()
    body = form(text(by=card(algorithm)))
    assert customs.door.take(body) == Told("10000")
    (event,) = customs.given
    assert (event.step, event.key, event.session) == ("uploaded", ("99E1000001", "O1"), SESSION)
    assert event.exchange is not None and event.exchange.payExchangeInfoHead.initalRequest == "a+b &c"
    assert event.verdict is not None and event.verdict.fingerprint == card(algorithm).certificate.fingerprint
    assert customs.state() == "uploaded"
    assert customs.door.take(body) == Told("10000")
    assert len(customs.given) == 1


def test_another_upload_of_a_session_that_is_over_is_refused(customs: Customs) -> None:
    customs.open()
    customs.door.take(form(text()))
    assert customs.door.take(form(text(exchange(note="again")))).code == "20004"
    assert len(customs.given) == 1


@pytest.mark.parametrize(("seconds", "code"), [(3600, "10000"), (3601, "20004")])
def test_the_time_to_upload_ends(customs: Customs, seconds: int, code: str) -> None:
    customs.open()
    customs.now = NOW + timedelta(seconds=seconds)
    assert customs.door.take(form(text())).code == code


BAD = [
    pytest.param(b"", "20001", id="an empty body"),
    pytest.param(b"payExInfoStr=", "20001", id="an empty field"),
    pytest.param(b"other=1", "20001", id="another field"),
    pytest.param(b"payExInfoStr=%7B%7D&payExInfoStr=%7B%7D", "20001", id="two fields"),
    pytest.param(b"payExInfoStr=%FF", "20001", id="no UTF-8"),
    pytest.param(b"payExInfoStr=\xff", "20001", id="no ASCII"),
    pytest.param(b"&".join([b"a=1"] * 50), "20001", id="many fields"),
    pytest.param(form("{" + text()), "20001", id="no JSON"),
    pytest.param(form(text(exchange(payTransactionId=""))), "20002", id="an empty element"),
    pytest.param(form(text(exchange(verDept="33"))), "20002", id="an element too long"),
    pytest.param(form(text(exchange("000000-00000000-00000000"))), "20003", id="another session"),
    pytest.param(form(text().replace("118.10", "18.10")), "20005", id="changed after signing"),
    pytest.param(form(text().replace('"signValue":"', '"signValue":"A')), "20005", id="another value"),
    pytest.param(form(text(by=card("SM2", 2))), "20005", id="another key under the same number"),
]


@pytest.mark.parametrize(("body", "code"), BAD)
def test_what_is_wrong_is_told_and_the_session_stays_open(customs: Customs, body: bytes, code: str) -> None:
    customs.open()
    assert customs.door.take(body).code == code
    assert customs.state() == "asked" and customs.given == []
    assert customs.door.take(form(text())).code == "10000"


def test_a_certificate_that_nobody_registered_is_told(customs: Customs) -> None:
    customs.open()
    customs.certificates = {}
    assert customs.door.take(form(text())) == Told("20006", card().certificate.number.lower())


def test_a_certificate_that_cannot_be_read_is_told(customs: Customs) -> None:
    customs.open()
    customs.certificates = {card().certificate.number: b"no certificate"}
    assert customs.door.take(form(text())).code == "20006"


def test_flaws_are_named_with_their_place(customs: Customs) -> None:
    customs.open()
    told = customs.door.take(form(text(exchange(verDept="33", currency=""))))
    assert "payExchangeInfoHead/verDept [2] C..1" in told.detail and "payExchangeInfoHead/currency" in told.detail


def test_a_test_is_not_handed_on_and_wants_its_order(customs: Customs) -> None:
    customs.open(purpose="test", order="O2")
    assert customs.door.take(form(text())) == Told("20007", "O2")
    assert customs.state() == "asked"
    assert customs.door.take(form(text(exchange(order="O2")))) == Told("10000")
    assert customs.state() == "uploaded" and customs.given == []


def test_what_could_not_be_handed_on_may_be_uploaded_again(customs: Customs) -> None:
    customs.open()

    def broken(event: Pulled) -> None:
        raise OSError("no space")

    door = UploadDoor(customs.pulls, customs.find, broken, lambda: NOW)
    with pytest.raises(OSError):
        door.take(form(text()))
    assert customs.state() == "asked"
    assert customs.door.take(form(text())).code == "10000"


def test_a_form_that_was_not_escaped_is_understood(customs: Customs) -> None:
    customs.open()
    assert customs.door.take(b"payExInfoStr=" + text().encode()).code == "10000"


def test_a_value_whose_plus_signs_became_blanks_is_understood(customs: Customs) -> None:
    customs.open()
    value = text()
    sign = json.loads(value)["signValue"]
    assert customs.door.take(form(value.replace(sign, sign.replace("+", " ")))).code == "10000"


def test_a_form_gives_the_very_text() -> None:
    assert form_value(form("{}+ &=%")) == b"{}+ &=%"
    assert form_value(b'payExInfoStr={"a":"1&b=2+3"}') == b'{"a":"1&b=2+3"}'


@pytest.mark.parametrize("code", ["10000", "20001", "20008"])
def test_the_answer_is_the_announced_form(code: str) -> None:
    told = json.loads(Told(code, "why" if code != "10000" else "").body(NOW))
    assert list(told) == ["code", "message", "total", "serviceTime"]
    assert (told["code"], told["total"], told["serviceTime"]) == (code, 0, 1772424000000)
    assert told["message"]
