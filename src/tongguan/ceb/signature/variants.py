"""Ways in which clients in the field make digest and value otherwise than prescribed.

Intake takes the first two forms of a document and the first form of SignedInfo. The others are only recognised, so
that ``explain`` can tell a filer what its program does.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import msgspec
from lxml import etree

from tongguan.ceb import sm2
from tongguan.ceb.signature.canonical import canonical, without
from tongguan.ceb.signature.names import BY_SIGNATURE, METHODS, Method, check_value, digest
from tongguan.ceb.signature.structure import Element, Parts

HASHES = ("sm3", "sha1", "sha256")


class Form(msgspec.Struct, frozen=True):
    """One way to turn a document or a SignedInfo into bytes, with its name in both languages."""

    name: str
    zh: str
    en: str
    content: bytes


class Attempt(msgspec.Struct, frozen=True):
    """One way that was tried; ``taken`` says whether intake takes it too."""

    part: str  # digest or value
    name: str
    zh: str
    en: str
    matches: bool
    taken: bool


def digest_attempts(parts: Parts, raw: bytes) -> Iterator[Attempt]:
    """Every known form of the document under every digest, the prescribed one first; ``raw`` is the message filed."""
    method = BY_SIGNATURE.get(parts.signature_method)
    stated = [known.hash for known in METHODS if known.digest == parts.digest_method]
    for form in _distinct(_documents(parts, raw)):
        for hash_name in sorted(HASHES, key=lambda one: one not in stated):
            computed = digest(hash_name, form.content)
            proper = method is not None and method.digest == parts.digest_method and method.hash == hash_name
            for suffix, zh, en, filed in (
                ("", "", "", computed),
                ("-hex", "，再写成十六进制", ", written as hexadecimal", computed.hex().encode()),
            ):
                yield Attempt(
                    part="digest",
                    name=f"{form.name}-{hash_name}{suffix}",
                    zh=f"{form.zh}，摘要 {hash_name.upper()}{zh}",
                    en=f"{form.en}, digest {hash_name.upper()}{en}",
                    matches=filed == parts.digest or filed.upper() == parts.digest,
                    taken=proper and not suffix and form.name in ("c14n", "c14n-comments"),
                )


def _distinct(forms: Iterator[Form]) -> Iterator[Form]:
    """Each content once, under its first name: most messages have no comments and no blanks to lose."""
    seen: set[bytes] = set()
    for form in forms:
        if form.content not in seen:
            seen.add(form.content)
            yield form


def _documents(parts: Parts, raw: bytes) -> Iterator[Form]:
    signature = parts.element
    yield Form("c14n", "规范化（C14N 1.0）", "canonical (C14N 1.0)", without(signature))
    yield Form("c14n-comments", "规范化，保留注释", "canonical, comments kept", without(signature, comments=True))
    yield from _rebuilt(signature)
    cut = _cut(raw, signature)
    if cut is not None:
        yield Form(
            "as-filed", "原文去掉 Signature，未规范化", "the text as filed without Signature, not canonical", cut
        )
        bare = cut.partition(b"?>")[2].lstrip() if cut.lstrip().startswith(b"<?xml") else cut
        yield Form(
            "as-filed-bare",
            "原文去掉 Signature 和 XML 声明，未规范化",
            "the text as filed without Signature and XML declaration, not canonical",
            bare,
        )
    yield Form(
        "c14n-signed",
        "规范化，但没有去掉 Signature",
        "canonical, the Signature left in",
        canonical(signature.getparent()),
    )


def _rebuilt(signature: Element) -> Iterator[Form]:
    """Forms of a copy from which the Signature and the white space behind it are gone."""
    root = deepcopy(signature.getparent())
    place = signature.getparent().index(signature)
    root.remove(root[place])
    yield Form(
        "c14n-no-tail",
        "规范化，连同 Signature 之后的空白一起去掉",
        "canonical, white space behind the Signature dropped too",
        canonical(root),
    )
    exclusive = etree.tostring(root, method="c14n", exclusive=True, with_comments=False)
    yield Form("exclusive", "排他规范化（exc-c14n）", "exclusive canonical form", exclusive)
    names = (
        ("serialised", "直接序列化，未规范化", "serialised, not canonical"),
        ("serialised-declared", "直接序列化并带 XML 声明，未规范化", "serialised with XML declaration, not canonical"),
    )
    for (name, zh, en), declared in zip(names, (False, True), strict=True):
        yield Form(name, zh, en, etree.tostring(root, encoding="UTF-8", xml_declaration=declared))
    yield Form(
        "c14n-crlf", "规范化，换行写成 CRLF", "canonical, line breaks as CRLF", canonical(root).replace(b"\n", b"\r\n")
    )
    for element in root.iter():
        element.text = element.text if element.text and element.text.strip() else None
        element.tail = element.tail if element.tail and element.tail.strip() else None
    yield Form(
        "c14n-no-blanks",
        "规范化，去掉元素之间的空白",
        "canonical, white space between elements dropped",
        canonical(root),
    )


def _cut(raw: bytes, signature: Element) -> bytes | None:
    """``raw`` without the text of the Signature, or None when its tags do not stand in the text as expected."""
    name = f"{signature.prefix}:Signature" if signature.prefix else "Signature"
    end_tag = f"</{name}>".encode()
    end = raw.rfind(end_tag)
    start = max(raw.rfind(f"<{name}{after}".encode(), 0, end) for after in "> \r\n\t") if end >= 0 else -1
    return raw[:start] + raw[end + len(end_tag) :] if start >= 0 else None


def value_attempts(parts: Parts, key_kind: str, key: Any, raw: bytes) -> Iterator[Attempt]:
    """Every known form of SignedInfo with every method of the key's kind, the prescribed ones first."""
    stated = BY_SIGNATURE.get(parts.signature_method)
    methods = {method.hash if key_kind == "RSA" else "sm3": method for method in METHODS if method.key == key_kind}
    for form in _distinct(_signed_infos(parts, raw)):
        for scheme, method in sorted(methods.items(), key=lambda one: one[1] is not stated):
            proper = stated is not None and stated.key == key_kind and (key_kind == "SM2" or stated is method)
            yield from _values(form, scheme, method, key, parts, proper and form.name == "c14n")


def _values(form: Form, scheme: str, method: Method, key: Any, parts: Parts, taken: bool) -> Iterator[Attempt]:
    label = "SM2-SM3" if method.key == "SM2" else f"RSA-{scheme.upper()}"
    yield Attempt(
        part="value",
        name=f"{form.name}-{label.lower()}",
        zh=f"{form.zh}，{label}",
        en=f"{form.en}, {label}",
        matches=check_value(method, key, form.content, parts.value),
        taken=taken,
    )
    if method.key != "SM2":
        return
    for name, zh, en, identity in (("no-id", "用户标识为空", "empty user id", b""),):
        yield Attempt(
            part="value",
            name=f"{form.name}-sm2-sm3-{name}",
            zh=f"{form.zh}，SM2-SM3，{zh}",
            en=f"{form.en}, SM2-SM3, {en}",
            matches=sm2.verify(key, form.content, parts.value, identity=identity),
            taken=False,
        )


def _signed_infos(parts: Parts, raw: bytes) -> Iterator[Form]:
    node = parts.signed_info
    proper = canonical(node)
    yield Form("c14n", "规范化的 SignedInfo", "canonical SignedInfo", proper)
    alone = etree.tostring(node, method="c14n", exclusive=True, with_comments=False, with_tail=False)
    yield Form("exclusive", "SignedInfo 未带根元素的命名空间", "SignedInfo without the root's name spaces", alone)
    name = f"{node.prefix}:SignedInfo" if node.prefix else "SignedInfo"
    start, end_tag = raw.rfind(f"<{name}".encode()), f"</{name}>".encode()
    end = raw.rfind(end_tag)
    if 0 <= start < end:
        filed = raw[start : end + len(end_tag)]
        yield Form("as-filed", "SignedInfo 原文，未规范化", "SignedInfo as filed, not canonical", filed)
    yield Form(
        "document", "签的是报文而不是 SignedInfo", "the document was signed, not SignedInfo", without(parts.element)
    )
    yield Form("digest", "签的是摘要而不是 SignedInfo", "the digest was signed, not SignedInfo", parts.digest)
    for hash_name in HASHES:
        yield Form(
            f"hashed-{hash_name}",
            f"先对 SignedInfo 求了 {hash_name.upper()} 再签名",
            f"SignedInfo was hashed with {hash_name.upper()} before signing",
            digest(hash_name, proper),
        )
