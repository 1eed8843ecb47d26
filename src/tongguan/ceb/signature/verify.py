"""What the bytes of a message prove: that it is whole, and which certificate's key signed it.

The verdict concerns bytes only. Whether the certificate is known, in force and the sender's is decided later, from
its fingerprint and the registry (``certificate.check_chain``).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import msgspec
from lxml import etree

from tongguan.ceb import sm2
from tongguan.ceb.problem import Problem
from tongguan.ceb.signature import structure
from tongguan.ceb.signature.canonical import canonical, has_comments, without
from tongguan.ceb.signature.names import BY_SIGNATURE, METHODS, Method, check_value, digest
from tongguan.ceb.signature.parsed import Certificate, CertificateError, read_certificate, rsa_key
from tongguan.ceb.signature.problems import problem
from tongguan.ceb.signature.structure import Broken, Element, Parts

CERTIFICATES_KEPT = 1024  # parsed certificates with their keys; about 10 KB each
HEAD_SHOWN = 60  # bytes of the canonical form that a digest problem shows


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome of one verification.

    ``step`` is ``ok`` or the step that failed: ``missing``, ``structure``, ``algorithm``, ``certificate``, ``digest``,
    ``value``. ``algorithm`` is our short name (``names.METHODS``). ``fingerprint`` is the SHA-256 of the certificate's
    DER and ``number`` its number; both stay empty when no certificate was read. ``key_name`` is as filed: it is not
    covered by the signature and may differ from ``number``.
    """

    present: bool
    step: str
    algorithm: str = ""
    key_name: str = ""
    fingerprint: bytes = b""
    number: str = ""
    problem: Problem | None = None


def verify(root: Element, find_certificate: Callable[[str], bytes | None] | None = None) -> Verdict:
    """Verify the signature of a parsed message (its root element); the tree is left as it was.

    ``find_certificate`` gives the DER or PEM of a certificate by KeyName and is asked only when none is embedded.
    Never raises for anything in the message.

    1. The Signature is the only one and in its place, and nothing in the document reads in two ways.
    2. Both algorithms are on the list, together.
    3. The certificate is there and has a key of the algorithm's kind.
    4. The digest of the canonical document without the Signature is the one filed.
    5. The value over the canonical SignedInfo verifies with that key.
    """
    document = etree.QName(root).localname
    try:
        signature = structure.find(root)
        if signature is None:
            return Verdict(present=False, step="missing", problem=problem("missing", document=document))
        structure.check_document(root, signature)
        parts = structure.read(signature)
    except Broken as broken:
        return Verdict(present=True, step=broken.step, problem=_told(broken, document))
    found: tuple[str, Certificate | None] = ("", None)
    try:
        method = method_of(parts)
        found = (method.name, None)
        certificate, key = certificate_of(parts, find_certificate)
        found = (method.name, certificate)
        check_key(method, certificate)
        signed_info = canonical(parts.signed_info)
        check_digest(method, parts, root)
        if not check_value(method, key, signed_info, parts.value):
            raise Broken(
                "value",
                f"证书 {certificate.number} 的密钥不能验证签名值",
                f"the key of certificate {certificate.number} does not verify the value",
                path="Signature/SignatureValue",
            )
    except etree.C14NError:
        relative = Broken("structure", "报文无法规范化", "the message cannot be canonicalized", path="")
        return _verdict(relative.step, parts, *found, _told(relative, document))
    except Broken as broken:
        return _verdict(broken.step, parts, *found, _told(broken, document))
    return _verdict("ok", parts, *found, None)


def _verdict(step: str, parts: Parts, algorithm: str, certificate: Certificate | None, said: Problem | None) -> Verdict:
    return Verdict(
        present=True,
        step=step,
        algorithm=algorithm,
        key_name=parts.key_name,
        fingerprint=certificate.fingerprint if certificate else b"",
        number=certificate.number if certificate else "",
        problem=said,
    )


def _told(broken: Broken, document: str) -> Problem:
    return problem(
        broken.step,
        document=document,
        zh=broken.zh,
        en=broken.en,
        path=broken.path,
        found=broken.found,
        expected=broken.expected,
    )


def method_of(parts: Parts) -> Method:
    """The method that both algorithm names stand for. Raises Broken."""
    method = BY_SIGNATURE.get(parts.signature_method)
    if method is None:
        raise Broken(
            "algorithm",
            "SignatureMethod 不在允许之列",
            "the SignatureMethod is not on the list",
            path="Signature/SignedInfo/SignatureMethod",
            found=parts.signature_method,
            expected=" ".join(known.signature for known in METHODS),
        )
    if parts.digest_method != method.digest:
        raise Broken(
            "algorithm",
            "DigestMethod 与 SignatureMethod 不配套",
            "the DigestMethod does not go with the SignatureMethod",
            path="Signature/SignedInfo/Reference/DigestMethod",
            found=parts.digest_method,
            expected=method.digest,
        )
    return method


def certificate_of(parts: Parts, find_certificate: Callable[[str], bytes | None] | None) -> tuple[Certificate, Any]:
    """The certificate, embedded or found by KeyName, and its key made ready. Raises Broken."""
    path = "Signature/KeyInfo"
    encoded: bytes | None = parts.certificate
    if not encoded:
        if not parts.key_name:
            raise Broken("certificate", "既无证书也无 KeyName", "neither certificate nor KeyName is given", path=path)
        encoded = find_certificate(parts.key_name) if find_certificate else None
        if not encoded:
            raise Broken(
                "certificate",
                "没有编号为该 KeyName 的证书",
                "no certificate is known by this KeyName",
                path=path,
                found=parts.key_name,
            )
    try:
        return keyed(encoded)
    except CertificateError as unreadable:
        en = f"the certificate cannot be read ({unreadable})"
        raise Broken("certificate", "证书不能读取", en, path=path) from None


@lru_cache(maxsize=CERTIFICATES_KEPT)
def keyed(encoded: bytes) -> tuple[Certificate, Any]:
    """A certificate and its key (sm2.PublicKey or an RSA key), kept for the next message. Raises CertificateError."""
    certificate = read_certificate(encoded)
    if certificate.algorithm == "SM2":
        return certificate, sm2.public_key(sm2.point_of(certificate.key))
    return certificate, rsa_key(certificate.key)


def check_key(method: Method, certificate: Certificate) -> None:
    """The certificate's key has to be of the kind that the algorithm asks for. Raises Broken."""
    if certificate.algorithm != method.key:
        raise Broken(
            "algorithm",
            f"证书密钥为 {certificate.algorithm}，签名算法要求 {method.key}",
            f"the certificate's key is {certificate.algorithm}, the signature method asks for {method.key}",
            path="Signature/SignedInfo/SignatureMethod",
            found=certificate.algorithm,
            expected=method.key,
        )


def check_digest(method: Method, parts: Parts, root: Element) -> None:
    """The digest filed has to be the document's, without comments or, as some clients do it, with them."""
    plain = without(parts.element)
    computed = digest(method.hash, plain)
    if computed == parts.digest:
        return
    if has_comments(root) and digest(method.hash, without(parts.element, comments=True)) == parts.digest:
        return
    shown = plain[:HEAD_SHOWN].decode("utf-8", "ignore")
    raise Broken(
        "digest",
        shown,
        shown,
        path="Signature/SignedInfo/Reference/DigestValue",
        found=parts.digest.hex(),
        expected=computed.hex(),
    )
