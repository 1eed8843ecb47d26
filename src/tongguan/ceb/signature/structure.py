"""Where a Signature may stand and what it may hold. Everything else is refused, so that nothing can be wrapped.

What was verified has to be what is parsed later. Therefore: one Signature in the whole document, last child of the
root; one Reference, to the whole document; no DOCTYPE and no entities; no processing instructions; and comments only
between elements, because canonicalization drops them while a reader of text would stop at them.
"""

from __future__ import annotations

import base64
import binascii
from functools import cache, lru_cache
from typing import Any

import msgspec
from lxml import etree

from tongguan.ceb.signature.names import C14N, C14N_WITH_COMMENTS, DS, ENVELOPED

Element = Any  # lxml's element type

SIGNATURE = f"{{{DS}}}Signature"
SPACE = " \t\r\n"
BASE64_TEXT_MOST = 32_768
CERTIFICATES_KEPT = 1024


class Broken(Exception):
    """The signature cannot be read or stands wrongly: which step fails, the particulars in both languages."""

    def __init__(
        self, step: str, zh: str, en: str, path: str = "Signature", found: str = "", expected: str = ""
    ) -> None:
        super().__init__(en)
        self.step, self.zh, self.en, self.path, self.found, self.expected = step, zh, en, path, found, expected


class Parts(msgspec.Struct, frozen=True):
    """What stands in a well-formed Signature. ``certificate`` is DER, empty when only a KeyName is given."""

    element: Any
    signed_info: Any
    signature_method: str
    digest_method: str
    digest: bytes
    value: bytes
    key_name: str
    certificate: bytes


def find(root: Element) -> Element | None:
    """The one Signature of a document, or None. Raises Broken when there are several or it stands elsewhere."""
    if root.getparent() is not None:
        raise Broken("structure", "不是报文的根元素", "not the root element of the message")
    found = list(root.iter(SIGNATURE))
    if not found:
        return None
    if len(found) > 1:
        count = str(len(found))
        raise Broken("structure", f"有 {count} 个签名", f"there are {count} signatures", found=count, expected="1")
    signature = found[0]
    if signature.getparent() is not root:
        raise Broken("structure", "签名不在根元素之下", "the signature is not a child of the root element")
    if any(isinstance(later.tag, str) for later in signature.itersiblings()):
        raise Broken("structure", "签名之后还有其他元素", "other elements follow the signature")
    return signature


def check_document(root: Element, signature: Element) -> None:
    """Refuse what a canonical form and a reader of the tree could see differently. Raises Broken."""
    tree = root.getroottree()
    if tree.docinfo.internalDTD is not None:
        raise Broken("structure", "报文带有 DOCTYPE", "the message has a DOCTYPE", path="")
    if next(root.iter(etree.Entity), None) is not None:
        raise Broken("structure", "报文带有实体引用", "the message has entity references", path="")
    outside = [*root.itersiblings(preceding=True), *root.itersiblings()]
    if next(root.iter(etree.PI), None) is not None or any(node.tag is etree.PI for node in outside):
        raise Broken("structure", "报文带有处理指令", "the message has processing instructions", path="")
    for parent in {comment.getparent() for comment in root.iter(etree.Comment)}:  # a parent once: it may hold many
        texts = [parent.text, *(child.tail for child in parent)]
        if not any(isinstance(child.tag, str) for child in parent) or any(text and text.strip(SPACE) for text in texts):
            path = etree.QName(parent).localname
            raise Broken("structure", "注释把一个值断开", "a comment splits a value", path=path)
    if next(signature.iter(etree.Comment), None) is not None:
        raise Broken("structure", "签名内有注释", "there is a comment inside the signature")


def read(signature: Element) -> Parts:
    """Take a Signature apart. Raises Broken, with the step ``structure``, ``algorithm`` or ``certificate``."""
    signed_info, value, *others = _children(signature, "SignedInfo", "SignatureValue", optional=("KeyInfo",))
    canonical, method, reference = _children(signed_info, "CanonicalizationMethod", "SignatureMethod", "Reference")
    if _algorithm(canonical) not in (C14N, C14N_WITH_COMMENTS):
        raise Broken(
            "algorithm",
            "规范化方法不是 C14N 1.0",
            "the canonicalization method is not C14N 1.0",
            path="Signature/SignedInfo/CanonicalizationMethod",
            found=_algorithm(canonical),
            expected=C14N,
        )
    digest_method, digest = _reference(reference)
    key_name, certificate = _key_info(others[0]) if others else ("", b"")
    return Parts(
        element=signature,
        signed_info=signed_info,
        signature_method=_algorithm(method),
        digest_method=digest_method,
        digest=digest,
        value=decode(_text(value), "SignatureValue"),
        key_name=key_name,
        certificate=certificate,
    )


def _reference(reference: Element) -> tuple[str, bytes]:
    """The digest method and value of the Reference, which has to be to the whole document."""
    if reference.get("URI") != "" or set(reference.attrib) - {"URI", "Id"}:
        raise Broken(
            "structure",
            "Reference 的 URI 不为空",
            "the URI of the Reference is not the empty string",
            path="Signature/SignedInfo/Reference",
            found=reference.get("URI", ""),
        )
    transforms, method, value = _children(reference, "Transforms", "DigestMethod", "DigestValue")
    names = [_algorithm(transform) for transform in transforms]
    if [node.tag for node in transforms] != [f"{{{DS}}}Transform"] * len(names) or names not in (
        [ENVELOPED],
        [ENVELOPED, C14N],
        [ENVELOPED, C14N_WITH_COMMENTS],
    ):
        raise Broken(
            "structure",
            "Transforms 不是封装式签名",
            "the Transforms are not those of an enveloped signature",
            path="Signature/SignedInfo/Reference/Transforms",
            found=" ".join(names),
            expected=ENVELOPED,
        )
    return _algorithm(method), decode(_text(value), "SignedInfo/Reference/DigestValue")


def _key_info(key_info: Element) -> tuple[str, bytes]:
    """KeyName and the embedded certificate; other particulars of X509Data are passed over, a second one is refused."""
    names = [node for node in key_info if node.tag == f"{{{DS}}}KeyName"]
    datas = [node for node in key_info if node.tag == f"{{{DS}}}X509Data"]
    if len(names) + len(datas) != len(key_info) or len(names) > 1 or len(datas) > 1:
        raise Broken(
            "structure",
            "KeyInfo 只能有一个 KeyName 和一个 X509Data",
            "KeyInfo may hold one KeyName and one X509Data",
            path="Signature/KeyInfo",
        )
    certificates = [node for data in datas for node in data.iter(f"{{{DS}}}X509Certificate")]
    if len(certificates) > 1:
        raise Broken("structure", "有多个证书", "there are several certificates", path="Signature/KeyInfo/X509Data")
    encoded = _certificate(_text(certificates[0])) if certificates else b""
    return _text(names[0]).strip(SPACE) if names else "", encoded


def _children(parent: Element, *names: str, optional: tuple[str, ...] = ()) -> list[Element]:
    """The children of ``parent``, which must be exactly those named, in this order. Raises Broken."""
    tags = tuple(child.tag for child in parent)
    if tags != _tags(names) and tags != _tags(names + optional):
        raise Broken(
            "structure",
            "签名的子元素不对",
            "the elements of the signature are not the prescribed ones",
            path=etree.QName(parent).localname,
            found=" ".join(etree.QName(tag).localname if isinstance(tag, str) else "?" for tag in tags),
            expected=" ".join((*names, *optional)),
        )
    return list(parent)


@cache
def _tags(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{{{DS}}}{name}" for name in names)


def _algorithm(element: Element) -> str:
    """The Algorithm of an element that may hold nothing else: a parameter could change what it means."""
    if len(element) or (element.text and element.text.strip(SPACE)) or set(element.attrib) != {"Algorithm"}:
        raise Broken(
            "structure",
            "算法元素带有其他内容，或缺少 Algorithm",
            "an algorithm element holds something else, or lacks its Algorithm",
            path=etree.QName(element).localname if isinstance(element.tag, str) else "Signature",
        )
    name: str = element.get("Algorithm")
    return name


def _text(element: Element) -> str:
    """The text of an element without children. Raises Broken."""
    if len(element):
        raise Broken("structure", "值中有子元素", "a value holds elements", path=etree.QName(element).localname)
    return element.text or ""


@lru_cache(maxsize=CERTIFICATES_KEPT)
def _certificate(text: str) -> bytes:
    """A sender's certificate comes again in each of its messages."""
    return decode(text, "KeyInfo/X509Data/X509Certificate")


def decode(text: str, path: str, *, most: int = BASE64_TEXT_MOST) -> bytes:
    """Base64, line breaks allowed, otherwise strict: nothing foreign, full padding, no set bits behind the end."""
    packed = "".join(text.split())
    if len(packed) <= most and packed.isascii():
        try:
            decoded = base64.b64decode(packed, validate=True)
        except binascii.Error:
            decoded = b""
        if decoded and base64.b64encode(decoded).decode("ascii") == packed:
            return decoded
    raise Broken("structure", "不是 base64", "not base64", path=f"Signature/{path}")
