"""Why a signature verifies or not, for any message, with nothing registered.

Uses the embedded certificate and checks no chain. Where the prescribed way fails, every variant known from the field
is tried and the one that fits is named. A filer's own canonical form can be compared with ours byte by byte.
"""

from __future__ import annotations

from typing import Literal

import msgspec
from lxml import etree

from tongguan.ceb.limits import Limits
from tongguan.ceb.problem import Problem
from tongguan.ceb.signature import structure
from tongguan.ceb.signature.canonical import canonical, without
from tongguan.ceb.signature.names import BY_SIGNATURE, METHODS, digest
from tongguan.ceb.signature.parsed import Certificate, CertificateError, has_number
from tongguan.ceb.signature.structure import Broken, Element, Parts
from tongguan.ceb.signature.variants import Attempt, digest_attempts, value_attempts
from tongguan.ceb.signature.verify import keyed, verify
from tongguan.ceb.source import load

DXP = "http://www.chinaport.gov.cn/dxp"
HEAD_SHOWN = 120  # bytes of the canonical form that are shown
AROUND = 24  # bytes shown on each side of a difference

Language = Literal["zh", "en"]


class CertificateSeen(msgspec.Struct, frozen=True, kw_only=True):
    """What the embedded certificate says; times in ISO 8601, UTC."""

    number: str
    key_name_agrees: bool
    subject: str
    issuer: str
    algorithm: str
    not_before: str
    not_after: str
    fingerprint: str  # SHA-256 of the DER, hexadecimal


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """The first byte in which two canonical forms differ; ``offset`` from 0, ``line`` and ``column`` (bytes) from 1."""

    of: str  # document or SignedInfo
    offset: int
    line: int
    column: int
    ours: str
    mine: str


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """What was found. ``step`` and ``problem`` are those of ``verify``; digests are hexadecimal.

    ``would_verify`` names the digest and value variants under which the message verifies, where both are known;
    ``attempts`` holds all variants that match. ``same`` is set when a form of the filer's was given and is ours.
    """

    document: str
    step: str
    algorithm: str = ""
    key_name: str = ""
    certificate: CertificateSeen | None = None
    digest_filed: str = ""
    digest_computed: str = ""
    canonical_size: int = 0
    canonical_head: str = ""
    attempts: tuple[Attempt, ...] = ()
    would_verify: str = ""
    difference: Difference | None = None
    same: bool | None = None
    problem: Problem | None = None

    def to_json(self) -> bytes:
        """The whole explanation as JSON."""
        return msgspec.json.encode(self)

    def render(self, language: Language) -> str:
        """The explanation as lines of text."""
        return "\n".join(_lines(self, language)) + "\n"


def explain(raw: bytes, mine: bytes | None = None) -> Explanation:
    """Explain the signature of a message (bare, or in a DxpMsg). Never raises, whatever the bytes are.

    ``mine`` is the filer's own canonical form: of the document, or of SignedInfo if it begins with that element.
    """
    opened = _open(raw)
    if isinstance(opened, Problem):
        return Explanation(document=opened.document, step="unreadable", problem=opened)
    root, raw = opened
    verdict = verify(root)
    document = etree.QName(root).localname
    parts = _parts(root)
    if parts is None:
        return Explanation(document=document, step=verdict.step, key_name=verdict.key_name, problem=verdict.problem)
    certificate, key = _certificate(parts)
    form = without(parts.element)
    attempts = [attempt for attempt in digest_attempts(parts, raw) if attempt.matches]
    if certificate is not None:
        attempts += [one for one in value_attempts(parts, certificate.algorithm, key, raw) if one.matches]
    return Explanation(
        document=document,
        step=verdict.step,
        algorithm=verdict.algorithm or parts.signature_method,
        key_name=parts.key_name,
        certificate=None if certificate is None else _seen(certificate, parts.key_name),
        digest_filed=parts.digest.hex(),
        digest_computed=_computed(parts, form),
        canonical_size=len(form),
        canonical_head=_shown(form[:HEAD_SHOWN]),
        attempts=tuple(attempts),
        would_verify=_fitting(attempts),
        difference=None if mine is None else _difference(mine, form, parts),
        same=None if mine is None else mine == _ours(mine, form, parts)[1],
        problem=verdict.problem,
    )


def _open(raw: bytes) -> tuple[Element, bytes] | Problem:
    """The root of the business message and its bytes, out of the envelope if there is one."""
    root = load(raw, Limits())
    if isinstance(root, Problem) or root.tag != f"{{{DXP}}}DxpMsg":
        return root if isinstance(root, Problem) else (root, raw)
    try:
        inner = structure.decode(root.findtext(f"{{{DXP}}}Data") or "", "Data", most=len(raw))
    except Broken:
        return (root, raw)
    opened = load(inner, Limits())
    return opened if isinstance(opened, Problem) else (opened, inner)


def _parts(root: Element) -> Parts | None:
    """The signature taken apart, also when something else about the document is wrong; None when that fails."""
    try:
        signature = structure.find(root)
        parts = None if signature is None else structure.read(signature)
        if parts is not None:
            canonical(root)
    except (Broken, etree.C14NError):
        return None
    return parts


def _certificate(parts: Parts) -> tuple[Certificate | None, object]:
    try:
        return keyed(parts.certificate) if parts.certificate else (None, None)
    except CertificateError:
        return None, None


def _seen(certificate: Certificate, key_name: str) -> CertificateSeen:
    return CertificateSeen(
        number=certificate.number,
        key_name_agrees=has_number(certificate, key_name),
        subject=certificate.subject,
        issuer=certificate.issuer,
        algorithm=certificate.algorithm,
        not_before=certificate.not_before.isoformat(),
        not_after=certificate.not_after.isoformat(),
        fingerprint=certificate.fingerprint.hex(),
    )


def _computed(parts: Parts, form: bytes) -> str:
    """Our digest, by the DigestMethod filed or, where that is unknown, by that of the SignatureMethod; else empty."""
    known = [method.hash for method in METHODS if method.digest == parts.digest_method]
    if not known and parts.signature_method in BY_SIGNATURE:
        known = [BY_SIGNATURE[parts.signature_method].hash]
    return digest(known[0], form).hex() if known else ""


def _fitting(attempts: list[Attempt]) -> str:
    """The first matching digest and value together, or nothing when one of the two is missing."""
    first = {part: next((one.name for one in attempts if one.part == part), "") for part in ("digest", "value")}
    return f"digest {first['digest']}, value {first['value']}" if all(first.values()) else ""


def _ours(mine: bytes, form: bytes, parts: Parts) -> tuple[str, bytes]:
    """Which of our forms the filer's is to be compared with."""
    start = mine.lstrip()[:40].partition(b" ")[0]
    return ("SignedInfo", canonical(parts.signed_info)) if b"SignedInfo" in start else ("document", form)


def _difference(mine: bytes, form: bytes, parts: Parts) -> Difference | None:
    of, ours = _ours(mine, form, parts)
    if mine == ours:
        return None
    shorter = min(len(mine), len(ours))
    offset = next((at for at in range(shorter) if mine[at] != ours[at]), shorter)
    return Difference(
        of=of,
        offset=offset,
        line=ours.count(b"\n", 0, offset) + 1,
        column=offset - ours.rfind(b"\n", 0, offset),
        ours=_shown(ours[max(0, offset - AROUND) : offset + AROUND]),
        mine=_shown(mine[max(0, offset - AROUND) : offset + AROUND]),
    )


def _shown(piece: bytes) -> str:
    """A piece of bytes for reading: whole characters as they are, what is cut or invisible as escapes."""
    text = piece.decode("utf-8", "backslashreplace")
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode("ascii") for one in text)


_LABELS: dict[str, tuple[str, str]] = {
    "document": ("报文", "message"),
    "ok": ("签名验证通过", "the signature verifies"),
    "failed": ("签名验证未通过，步骤", "the signature does not verify, step"),
    "algorithm": ("算法", "algorithm"),
    "number": ("证书编号", "certificate number"),
    "key_name": ("KeyName", "KeyName"),
    "disagrees": ("（与证书序列号不同）", " (is not the serial number of the certificate)"),
    "subject": ("证书主体", "subject"),
    "issuer": ("发证机构", "issuer"),
    "validity": ("证书有效期", "validity"),
    "no_certificate": (
        "报文中没有可读取的证书，签名值未核对",
        "no readable certificate in the message: value not checked",
    ),
    "chain": ("未核对证书链、吊销和登记", "chain not checked, nor revocation and registration"),
    "filed": ("报文中的摘要", "digest as filed"),
    "computed": ("计算出的摘要", "digest as computed"),
    "canonical": ("规范化结果（字节数，开头）", "canonical form (bytes, beginning)"),
    "matches": ("相符的做法", "ways that fit"),
    "taken": ("可接收", "taken"),
    "refused": ("不接收", "not taken"),
    "would": ("按以下做法可以验证", "would verify as"),
    "would_not": ("没有已知做法能使签名通过", "no known way makes the signature verify"),
    "same": ("您的规范化结果与本系统一致", "your canonical form is the same as ours"),
    "differs": ("首个不同的字节（对象、偏移、行、列）", "first byte that differs (of, offset, line, column)"),
    "ours": ("本系统", "ours"),
    "mine": ("您的", "yours"),
    "fix": ("处理办法", "what to do"),
}


def _lines(said: Explanation, language: Language) -> list[str]:
    def word(name: str) -> str:
        return _LABELS[name][language == "en"]

    lines = [f"{word('document')}: {said.document}"]
    lines.append(word("ok") if said.step == "ok" else f"{word('failed')}: {said.step}")
    if said.problem is not None:
        zh = language == "zh"
        text = said.problem.text_zh if zh else said.problem.text_en
        fix = said.problem.fix_zh if zh else said.problem.fix_en
        lines += [f"{said.problem.rule_id} {text}", f"{word('fix')}: {fix}"]
    if not said.digest_filed:
        return lines
    lines.append(f"{word('algorithm')}: {said.algorithm}")
    seen = said.certificate
    if seen is None:
        lines += [f"{word('key_name')}: {said.key_name}", word("no_certificate")]
    else:
        disagrees = "" if seen.key_name_agrees or not said.key_name else word("disagrees")
        lines += [
            f"{word('key_name')}: {said.key_name}{disagrees}",
            f"{word('number')}: {seen.number} ({seen.algorithm})",
            f"{word('subject')}: {seen.subject}",
            f"{word('issuer')}: {seen.issuer}",
            f"{word('validity')}: {seen.not_before} – {seen.not_after}",
        ]
    lines += [
        word("chain"),
        f"{word('filed')}: {said.digest_filed}",
        f"{word('computed')}: {said.digest_computed}",
        f"{word('canonical')}: {said.canonical_size}, {said.canonical_head}",
    ]
    for attempt in said.attempts:
        text = attempt.zh if language == "zh" else attempt.en
        lines.append(f"{word('matches')}: {attempt.part}: {text} ({word('taken' if attempt.taken else 'refused')})")
    if said.step != "ok":
        lines.append(f"{word('would')}: {said.would_verify}" if said.would_verify else word("would_not"))
    if said.same:
        lines.append(word("same"))
    if said.difference is not None:
        differs = said.difference
        lines += [
            f"{word('differs')}: {differs.of}, {differs.offset}, {differs.line}, {differs.column}",
            f"{word('ours')}: {differs.ours}",
            f"{word('mine')}: {differs.mine}",
        ]
    return lines
