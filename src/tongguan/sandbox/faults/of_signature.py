"""Signatures that do not hold, certificates that may not be used, and variants that are taken."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable
from typing import Any

import msgspec
from lxml import etree

from tongguan.sandbox.bench import Bench
from tongguan.sandbox.companies import DECLARANTS, PLATFORMS, parties_of
from tongguan.sandbox.faults.fault import Fault
from tongguan.sandbox.faults.planting import GENERAL
from tongguan.sandbox.step import ALL_RELEASED, Expected, Outcome, Step, at_the_door, document_is, refused, steps

_DS = "{http://www.w3.org/2000/09/xmldsig#}"
_SM2_SM3 = b"http://www.chinaport.gov.cn/2022/04/xmldsig#sm2-sm3"
_CODES = {**GENERAL, "order": "-301020", "inventory": "-621029|-621049"}


def alter_content(signed: bytes) -> bytes:
    """Change the first name in the signed part: the digest no longer fits."""
    return signed.replace("沙箱".encode(), "沙盒".encode(), 1)


def alter_value(signed: bytes) -> bytes:
    """Change the last bit of the signature value: the digest fits, the value does not."""
    root = etree.fromstring(signed)
    value = next(root.iter(_DS + "SignatureValue"))
    plain = base64.b64decode(value.text or "")
    value.text = base64.b64encode(plain[:-1] + bytes((plain[-1] ^ 1,))).decode("ascii")
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def alter_algorithm(signed: bytes) -> bytes:
    """Name an algorithm that nobody knows."""
    return signed.replace(_SM2_SM3, _SM2_SM3 + b"-unknown", 1)


def _case(name: str, zh: str, en: str, document: str, outcome: Outcome, **changes: Any) -> Fault:
    """A good set of the first companies, with one file signed otherwise than it should be."""

    def plan(bench: Bench) -> Iterable[Step]:
        return steps(bench.own(parties=parties_of(0)), outcome, at=document, **changes)

    return Fault(name=f"signature-{name}", area="signature", zh=zh, en=en, plan=plan, good=outcome is ALL_RELEASED)


def _broken(document: str, name: str, zh: str, en: str, after: Callable[[bytes], bytes]) -> Fault:
    return _case(name, zh, en, document, document_is(document, refused(_CODES[document], "D20-SIGN")), after=after)


def _certificate(name: str, zh: str, en: str, **changes: Any) -> Fault:
    return _case(
        name, zh, en, "inventory", document_is("inventory", refused(_CODES["inventory"], "D20-CERT")), **changes
    )


def _taken(name: str, zh: str, en: str, use: str = "sm2", **options: Any) -> Fault:
    return _case(name, zh, en, "inventory", ALL_RELEASED, use=use, options=options)


def _card(name: str, zh: str, en: str, **changes: Any) -> Fault:
    outcome = document_is(
        "inventory", Expected(status="-621015", also=("-621016",), code="-621015|-621016", rule="D20-CARD")
    )
    return _case(name, zh, en, "inventory", outcome, **changes)


def _named(fault: str, document: str, code: str, zh: str, en: str, **changes: Any) -> Fault:
    """The same kinds of fault in the other documents, by the name of their rule."""
    rule = fault.rpartition("-")[0]
    return msgspec.structs.replace(
        _case("", zh, en, document, document_is(document, refused(code, rule)), **changes), name=fault
    )


_OWN = parties_of(0).declarant
_PLATFORM = parties_of(0).platform

FAULTS = (
    _case("missing-621", "清单没有签名", "an inventory without a signature", "inventory",
          document_is("inventory", at_the_door("S14")), signed=False),
    _case("missing-311", "订单没有签名：格式允许，放行", "an order without a signature: the schema lets it be", "order",
          ALL_RELEASED, signed=False),
    _broken("inventory", "digest", "加签后改动了清单", "an inventory changed after it was signed", alter_content),
    _broken("order", "digest-311", "加签后改动了订单", "an order changed after it was signed", alter_content),
    _broken("payment", "digest-411", "加签后改动了支付单", "a payment changed after it was signed", alter_content),
    _broken("waybill", "digest-511", "加签后改动了运单", "a waybill changed after it was signed", alter_content),
    _broken("inventory", "value", "签名值错误", "a wrong signature value", alter_value),
    _broken("inventory", "algorithm", "签名算法未知", "an unknown signature algorithm", alter_algorithm),
    _certificate("unregistered", "证书未登记", "a certificate that is not registered", use="unregistered"),
    _certificate("expired", "证书已过期", "an expired certificate", use="expired"),
    _certificate("revoked", "证书已吊销", "a revoked certificate", use="revoked"),
    _certificate("other-party", "用其他企业的证书签名", "signed with another company's certificate", signed_by=DECLARANTS[1]),
    _card("copcode", "传输企业代码与传输编号不一致", "copCode is not the owner of dxpId", sender=PLATFORMS[0], dxp_id=_OWN.dxp_id,
          signed_by=_OWN),
    _named("D20-SIGN-payment", "payment", GENERAL["payment"], "支付单签名值错误", "a wrong signature value of a payment",
           after=alter_value),
    _named("D20-CERT-waybill", "waybill", GENERAL["waybill"], "运单用其他企业的证书签名",
           "a waybill signed with another company's certificate", signed_by=DECLARANTS[1]),
    _named("D20-CARD-order", "order", GENERAL["order"], "订单的传输企业代码与传输编号不一致",
           "copCode of an order's message is not the owner of dxpId", sender=_OWN, dxp_id=_PLATFORM.dxp_id,
           signed_by=_PLATFORM),
    _taken("raw", "SM2 签名值为 64 字节裸格式：接受", "an SM2 value of 64 raw bytes is taken", raw_value=True),
    _taken("lines", "base64 带换行：接受", "line breaks in base64 are taken", line_length=64),
    _taken("comments", "规范化保留注释：接受", "canonicalization with comments is taken", comments=True),
    _taken("sm2-sha1", "W3C 名称空间的 SM2 与 SHA-1 摘要：接受", "SM2 under W3C's name with a SHA-1 digest is taken",
           algorithm="sm2-sha1"),
    _taken("rsa-sha1", "RSA-SHA1：接受", "RSA-SHA1 is taken", use="rsa", algorithm="rsa-sha1"),
    _taken("rsa-sha256", "RSA-SHA256：接受", "RSA-SHA256 is taken", use="rsa", algorithm="rsa-sha256"),
)  # fmt: skip
"""Each entry: name, both languages, the document and how it is signed."""
