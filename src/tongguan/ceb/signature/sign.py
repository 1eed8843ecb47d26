"""Signing a message: for the sandbox, the client's examples and the tests. Keys come as PEM and stay in the Signer."""

from __future__ import annotations

import base64
from collections.abc import Callable

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from lxml import etree

from tongguan.ceb import sm2
from tongguan.ceb.signature.canonical import canonical
from tongguan.ceb.signature.names import (
    BY_NAME,
    C14N,
    C14N_WITH_COMMENTS,
    DS,
    ENVELOPED,
    Method,
    digest,
)
from tongguan.ceb.signature.parsed import Certificate, read_certificate, rsa_key
from tongguan.ceb.signature.structure import SIGNATURE, Element

_Steps = list[tuple[str, bytes]]


class SigningError(ValueError):
    """The message cannot be signed: not XML, signed already, or key, certificate and algorithm do not fit together."""


class Signer:
    """One party's key and certificate. Signs any number of messages; threads may share it."""

    def __init__(self, private_key_pem: bytes, certificate_pem: bytes) -> None:
        """Raises SigningError when the key is not that of the certificate; CertificateError when that is unreadable."""
        self.certificate: Certificate = read_certificate(certificate_pem)
        self._sign: Callable[[Method, bytes], bytes] = (
            _sm2_signer(private_key_pem, self.certificate)
            if self.certificate.algorithm == "SM2"
            else _rsa_signer(private_key_pem, self.certificate)
        )

    def sign(
        self,
        xml: bytes,
        *,
        algorithm: str = "",
        raw_value: bool = False,
        line_length: int = 0,
        comments: bool = False,
        key_name: str | None = None,
        with_certificate: bool = True,
    ) -> bytes:
        """The signed message, UTF-8.

        ``algorithm``: ``sm2-sm3``, ``sm2-sha1`` (the field variant), ``rsa-sha1`` or ``rsa-sha256``; left empty,
        ``sm2-sm3`` or ``rsa-sha256`` by the key. ``raw_value``: an SM2 value as 64 bytes instead of DER.
        ``line_length``: break base64 into lines of so many characters. ``comments``: canonicalize with comments.
        ``key_name``: instead of the certificate number; the empty string leaves KeyName out.
        Raises SigningError.
        """
        steps = self._steps(xml, algorithm, raw_value, line_length, comments, key_name, with_certificate)
        return steps[-1][1]

    def sign_steps(self, xml: bytes, *, algorithm: str = "") -> _Steps:
        """The same, step by step, as (name, bytes): ``document``, ``digest``, ``signed_info``, ``value``, ``message``.

        ``document`` and ``signed_info`` are the canonical forms, ``digest`` and ``value`` the bytes before base64.
        """
        return self._steps(xml, algorithm, False, 0, False, None, True)

    def _steps(
        self,
        xml: bytes,
        algorithm: str,
        raw_value: bool,
        line_length: int,
        comments: bool,
        key_name: str | None,
        with_certificate: bool,
    ) -> _Steps:
        method = self._method(algorithm)
        root = _parse(xml)
        document = canonical(root, comments=comments)
        computed = digest(method.hash, document)
        signature = etree.SubElement(root, SIGNATURE, nsmap={"ds": DS})
        signed_info = _signed_info(signature, method, _base64(computed, 0), comments)
        value_element = _add(signature, "SignatureValue")
        self._key_info(signature, line_length, key_name, with_certificate)
        message = canonical(signed_info, comments=comments)
        value = self._sign(method, message)
        if raw_value:
            if method.key != "SM2":
                raise SigningError("raw values exist for SM2 only / 只有 SM2 签名值可用裸格式")
            value = sm2.raw_signature(value)
        value_element.text = _base64(value, line_length)
        signed = etree.tostring(root.getroottree(), encoding="UTF-8", xml_declaration=True)
        return [
            ("document", document),
            ("digest", computed),
            ("signed_info", message),
            ("value", value),
            ("message", signed),
        ]

    def _method(self, algorithm: str) -> Method:
        name = algorithm or ("sm2-sm3" if self.certificate.algorithm == "SM2" else "rsa-sha256")
        method = BY_NAME.get(name)
        if method is None or method.key != self.certificate.algorithm:
            raise SigningError(
                f"algorithm {name} does not go with a key of {self.certificate.algorithm} / "
                f"算法 {name} 与 {self.certificate.algorithm} 密钥不配套"
            )
        return method

    def _key_info(self, signature: Element, line_length: int, key_name: str | None, with_certificate: bool) -> None:
        name = self.certificate.number if key_name is None else key_name
        if not name and not with_certificate:
            return
        key_info = _add(signature, "KeyInfo")
        if name:
            _add(key_info, "KeyName").text = name
        if with_certificate:
            data = _add(key_info, "X509Data")
            _add(data, "X509Certificate").text = _base64(self.certificate.der, line_length)


def _parse(xml: bytes) -> Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(xml, parser)
    except etree.XMLSyntaxError as broken:
        raise SigningError(f"not XML: {broken} / 不是 XML") from broken
    if root.getroottree().docinfo.internalDTD is not None:
        raise SigningError("the message has a DOCTYPE / 报文带有 DOCTYPE")
    if next(root.iter(SIGNATURE), None) is not None:
        raise SigningError("the message is signed already / 报文已有签名")
    return root


def _signed_info(signature: Element, method: Method, digest_text: str, comments: bool) -> Element:
    signed_info = _add(signature, "SignedInfo")
    _add(signed_info, "CanonicalizationMethod", Algorithm=C14N_WITH_COMMENTS if comments else C14N)
    _add(signed_info, "SignatureMethod", Algorithm=method.signature)
    reference = _add(signed_info, "Reference", URI="")
    _add(_add(reference, "Transforms"), "Transform", Algorithm=ENVELOPED)
    _add(reference, "DigestMethod", Algorithm=method.digest)
    _add(reference, "DigestValue").text = digest_text
    return signed_info


def _add(parent: Element, name: str, **attributes: str) -> Element:
    return etree.SubElement(parent, f"{{{DS}}}{name}", attributes)


def _base64(data: bytes, line_length: int) -> str:
    text = base64.b64encode(data).decode("ascii")
    if line_length <= 0:
        return text
    return "\n".join(text[at : at + line_length] for at in range(0, len(text), line_length))


def _sm2_signer(private_key_pem: bytes, certificate: Certificate) -> Callable[[Method, bytes], bytes]:
    try:
        matches = sm2.point_of_private(private_key_pem) == sm2.point_of(certificate.key)
    except sm2.Sm2Error as broken:
        raise SigningError(f"the private key cannot be used: {broken} / 私钥不能使用") from broken
    if not matches:
        raise SigningError("the private key is not that of the certificate / 私钥与证书不是一对")
    return lambda method, message: sm2.sign(private_key_pem, message)


def _rsa_signer(private_key_pem: bytes, certificate: Certificate) -> Callable[[Method, bytes], bytes]:
    try:
        key = load_pem_private_key(private_key_pem, None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as broken:
        raise SigningError("the private key cannot be read, or is encrypted / 私钥不能读取或已加密") from broken
    if not isinstance(key, rsa.RSAPrivateKey) or (
        key.public_key().public_numbers() != rsa_key(certificate.key).public_numbers()
    ):
        raise SigningError("the private key is not that of the certificate / 私钥与证书不是一对")
    hash_of: dict[str, hashes.HashAlgorithm] = {"sha1": hashes.SHA1(), "sha256": hashes.SHA256()}  # noqa: S303
    return lambda method, message: key.sign(message, padding.PKCS1v15(), hash_of[method.hash])
