"""What the component says: one JSON request in, one JSON answer out, with the names of the component.

A request is ``{"_method", "_id", "args"}``, an answer ``{"_id", "_method", "_status", "_args"}`` with ``Result``,
``Data`` and ``Error`` inside. ``_status`` is 00 whenever the component itself has worked, also when the card has not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

import msgspec

from tongguan.sandbox.ukey.card import Card, NoDigest
from tongguan.sandbox.ukey.failures import BY_NAME, Failure, Plan

CHINA = timezone(timedelta(hours=8))
FAIL_METHOD = "sandbox-fail"
"""Ours, not the component's: sets the failure of the requests that follow."""

_BLOCK = "BLOCKTXT"
_WRONG_PASSWORD = ("沙箱：卡密码不正确 / sandbox: the card's password is wrong", "Err:SandboxPassword")
_encode = msgspec.json.encode


class Inner(msgspec.Struct, frozen=True):
    """``_args`` of an answer."""

    Result: bool
    Data: tuple[str, ...] = ()
    Error: tuple[str, ...] = ()


class Silence(Exception):
    """No answer follows; ``closes`` says whether the connection ends."""

    def __init__(self, closes: bool) -> None:
        super().__init__("no answer")
        self.closes = closes


class _Request(msgspec.Struct, frozen=True, rename={"id_": "_id", "method": "_method"}):
    method: str
    id_: int | str = 0
    args: dict[str, Any] = {}


def greeting() -> str:
    """What the component says by itself when a client has connected."""
    return _answer(0, "open", "00", Inner(True))


def answer(text: str, card: Card, password: str, plan: Plan) -> str:
    """Answer one request. Raises Silence where the plan says that none comes; for no request anything else."""
    if text.startswith(_BLOCK):
        return _refused(0, "", "沙箱：签名请求须整条发送，不分块 / sandbox: send a request whole, not in blocks")
    try:
        request = msgspec.json.decode(text, type=_Request)
    except (msgspec.MsgspecError, RecursionError) as broken:
        return _refused(0, "", f"沙箱：不是控件的请求 / sandbox: not a request of the component: {broken}"[:300])
    number = int(request.id_) if str(request.id_).isdecimal() else 0
    if request.method == FAIL_METHOD:
        return _answer(number, FAIL_METHOD, "00", _set_failure(request.args, plan))
    if (failure := plan.next()) is not None:
        return _answer(number, request.method, "00", _failed(failure))
    method = METHODS.get(request.method)
    if method is None:
        return _refused(number, request.method, f"沙箱没有此方法 / no such method: {' '.join(METHODS)}")
    return _answer(number, request.method, "00", method(request.args, card, password))


def _failed(failure: Failure) -> Inner:
    if not failure.error:
        raise Silence(failure.closes)
    return Inner(False, Error=failure.error)


def _set_failure(args: Mapping[str, Any], plan: Plan) -> Inner:
    name, after, times = args.get("mode", ""), args.get("after", 0), args.get("times", 0)
    counts = all(isinstance(one, int) and one >= 0 for one in (after, times))
    if not counts or (name and name not in BY_NAME):
        return Inner(False, Error=(f"mode: {' '.join(BY_NAME)}; after, times: >= 0", "Err:SandboxMode"))
    plan.set(BY_NAME[name] if name else None, after, times)
    return Inner(True, Data=(name,))


def _sign(args: Mapping[str, Any], card: Card, password: str) -> Inner:
    return _signed(args, card, password, card.sign)


def _sign_digest(args: Mapping[str, Any], card: Card, password: str) -> Inner:
    return _signed(args, card, password, card.sign_digest)


def _signed(args: Mapping[str, Any], card: Card, password: str, sign: Callable[[str], str]) -> Inner:
    """The value and the certificate number. A request without a password is taken: the card is open already."""
    text = args.get("inData")
    if not isinstance(text, str) or not text:
        return Inner(False, Error=("沙箱：inData 为空 / sandbox: inData is empty", "Err:SandboxData"))
    if args.get("passwd", password) != password:
        return Inner(False, Error=_WRONG_PASSWORD)
    try:
        return Inner(True, Data=(sign(text), card.certificate.number.lower()))
    except NoDigest as why:
        return Inner(False, Error=(f"沙箱：inData 不是摘要 / sandbox: inData is no digest: {why}", "Err:SandboxDigest"))
    except UnicodeEncodeError:
        return Inner(False, Error=("沙箱：inData 不是文本 / sandbox: inData is no text", "Err:SandboxData"))


def _certificate(args: Mapping[str, Any], card: Card, password: str) -> Inner:
    return Inner(True, Data=(card.certificate_base64,))


def _number(args: Mapping[str, Any], card: Card, password: str) -> Inner:
    return Inner(True, Data=(card.certificate.number.lower(),))


def _valid_time(args: Mapping[str, Any], card: Card, password: str) -> Inner:
    times = {"szStartTime": _time(card.certificate.not_before), "szEndTime": _time(card.certificate.not_after)}
    return Inner(True, Data=(_encode(times).decode(),))


def _verify_password(args: Mapping[str, Any], card: Card, password: str) -> Inner:
    right = args.get("passwd") == password
    return Inner(right, Error=() if right else _WRONG_PASSWORD)


def _time(at: datetime) -> str:
    return at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")


METHODS: Mapping[str, Callable[[Mapping[str, Any], Card, str], Inner]] = {
    "cus-sec_SpcSignDataAsPEM": _sign,
    "cus-sec_SpcSignDataNoHashAsPEM": _sign_digest,
    "cus-sec_SpcGetSignCertAsPEM": _certificate,
    "cus-sec_SpcGetCertNo": _number,
    "cus-sec_SpcGetValidTimeFromCert": _valid_time,
    "cus-sec_SpcVerifyPIN": _verify_password,
}
"""The methods of the component that signing needs."""


def _answer(number: int, method: str, status: str, inner: Inner) -> str:
    return _encode({"_id": number, "_method": method, "_status": status, "_args": inner}).decode()


def _refused(number: int, method: str, why: str) -> str:
    return _answer(number, method, "99", Inner(False, Error=(why, "Err:SandboxRequest")))
