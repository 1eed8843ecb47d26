"""``POST /sandbox/sign``: signs a message and shows each step. Nothing is stored or logged, keys least of all."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import msgspec

from tongguan.ceb.limits import Limits
from tongguan.ceb.read import Profile, read
from tongguan.ceb.signature.issue import issue_test_ca
from tongguan.ceb.signature.parsed import CertificateError
from tongguan.ceb.signature.sign import Signer, SigningError
from tongguan.gateway.answer import Answer, encode_json, refuse

BODY_BYTES_MAX = 1 << 20
PEM_CHARS_MAX = 20_000
_THROWAWAY_SERIAL = 0x99FFFFFF
_UNSIGNABLE = ("W",)  # rules of the wire: what breaks them must not reach the canonical form


class SignForm(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """The body. Key and certificate are PEM and come together, or both are left out for a throwaway pair."""

    message: str
    private_key: str = ""
    certificate: str = ""
    algorithm: str = ""


class Step(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One step: ``text`` where it is XML, ``base64`` and ``hex`` where it is bytes."""

    name: str
    zh: str
    en: str
    text: str = ""
    base64: str = ""
    hex: str = ""


class SignedForm(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The answer. ``throwaway`` says that the pair was made for this answer only: no registry knows it."""

    sandbox: str
    certificate_number: str
    throwaway: bool
    steps: list[Step]
    message: str


_LABELS = {
    "document": ("报文的规范化形式（Canonical XML 1.0）", "canonical form of the message (Canonical XML 1.0)"),
    "digest": ("规范化形式的摘要", "digest of the canonical form"),
    "signed_info": ("SignedInfo 的规范化形式，即被签名的内容", "canonical form of SignedInfo, which is what is signed"),
    "value": ("签名值", "signature value"),
    "message": ("已签名的报文", "signed message"),
}
_decode = msgspec.json.Decoder(SignForm).decode


def sign_answer(body: bytes, limits: Limits, now: datetime) -> Answer:
    """The answer to one body; ``now`` (aware) dates a throwaway certificate. Never raises for what is in the body."""
    if len(body) > BODY_BYTES_MAX:
        return refuse("A05", expected=str(BODY_BYTES_MAX))
    try:
        form = _decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as broken:
        return refuse("A20", path="body", found=type(broken).__name__)
    if bool(form.private_key) != bool(form.certificate):
        return refuse("A20", path="privateKey, certificate", expected="both or neither")
    if max(len(form.private_key), len(form.certificate)) > PEM_CHARS_MAX:
        return refuse("A20", path="privateKey, certificate", expected=f"<= {PEM_CHARS_MAX}")
    try:
        message = form.message.encode()
        return _signed(form, message, limits, now)
    except (SigningError, CertificateError, UnicodeEncodeError) as why:
        return refuse("A21", path="message", found=str(why)[:300])


def _signed(form: SignForm, message: bytes, limits: Limits, now: datetime) -> Answer:
    wire = [one for one in read(message, Profile.LENIENT, limits).problems if one.rule_id.startswith(_UNSIGNABLE)]
    if wire:
        raise SigningError(f"{wire[0].rule_id}: {wire[0].text_en} / {wire[0].text_zh}")
    signer = _signer(form, now)
    steps = signer.sign_steps(message, algorithm=form.algorithm)
    done = SignedForm(
        sandbox="沙箱 SANDBOX",
        certificate_number=signer.certificate.number,
        throwaway=not form.private_key,
        steps=[_step(name, value) for name, value in steps],
        message=steps[-1][1].decode(),
    )
    return Answer(200, encode_json(done))


def _signer(form: SignForm, now: datetime) -> Signer:
    if form.private_key:
        return Signer(form.private_key.encode(), form.certificate.encode())
    day = now.astimezone(UTC).replace(microsecond=0)
    made = issue_test_ca(
        algorithm="RSA" if form.algorithm.startswith("rsa") else "SM2",
        common_name="沙箱一次性证书 SANDBOX THROWAWAY",
        organization="沙箱 SANDBOX",
        serial=_THROWAWAY_SERIAL,
        not_before=day - timedelta(hours=1),
        not_after=day + timedelta(days=1),
    )
    return Signer(made.key_pem, made.certificate_pem)


def _step(name: str, value: bytes) -> Step:
    zh, en = _LABELS[name]
    if name in ("digest", "value"):
        return Step(name=name, zh=zh, en=en, base64=base64.b64encode(value).decode(), hex=value.hex())
    return Step(name=name, zh=zh, en=en, text=value.decode())
