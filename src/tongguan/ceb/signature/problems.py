"""What is said about a signature that fails: one entry a step, Chinese and English, with the cure.

G01 to G06 are found at the door, from the bytes alone. G07 to G12 are found later, from the registry, the roots, the
revocation lists and the day. Official receipt codes are not given here; whoever answers the filer knows them.
"""

from __future__ import annotations

import msgspec

from tongguan.ceb.problem import Problem


class Text(msgspec.Struct, frozen=True):
    """The two sentences and the two cures of one step; ``{detail_zh}`` and ``{detail_en}`` take the particulars."""

    rule_id: str
    zh: str
    en: str
    fix_zh: str
    fix_en: str


TEXTS: dict[str, Text] = {
    "missing": Text(
        "G01",
        "报文没有签名",
        "the message carries no signature",
        "对整个报文做封装式签名，把 ds:Signature 放在根元素内的最后",
        "sign the whole message (enveloped signature) and put ds:Signature last inside the root element",
    ),
    "structure": Text(
        "G02",
        "签名的位置或结构不符合规定：{detail_zh}",
        "the signature is not in its place or not in the prescribed form: {detail_en}",
        "一个报文只带一个签名，作为根元素的最后一个子元素；Reference 只有一个且 URI 为空；不加注释和处理指令",
        "one signature a message, as the last child of the root; one Reference with an empty URI; "
        "no comments inside values and no processing instructions",
    ),
    "algorithm": Text(
        "G03",
        "签名算法不可用：{detail_zh}",
        "the signature algorithm cannot be used: {detail_en}",
        "使用 SM2-SM3（摘要 SM3）、RSA-SHA1（摘要 SHA-1）或 RSA-SHA256（摘要 SHA-256），并使用同类密钥的证书",
        "use SM2-SM3 (digest SM3), RSA-SHA1 (digest SHA-1) or RSA-SHA256 (digest SHA-256), "
        "with a certificate of the same kind of key",
    ),
    "certificate": Text(
        "G04",
        "无法取得签名证书：{detail_zh}",
        "the signing certificate cannot be had: {detail_en}",
        "在 KeyInfo/X509Data/X509Certificate 中放入签名证书（DER 的 base64），或先登记 KeyName 所指的证书",
        "put the signing certificate (DER, base64) into KeyInfo/X509Data/X509Certificate, "
        "or have the certificate named by KeyName registered first",
    ),
    "digest": Text(
        "G05",
        "报文摘要不一致，报文在签名后被改动，或规范化方法不同；规范化结果开头为：{detail_zh}",
        "the digest differs: the message was changed after signing, or canonicalized in another way; "
        "the canonical form begins with: {detail_en}",
        "签名后不要再改动报文（包括缩进和换行）；按 C14N 1.0 规范化去掉 Signature 后的报文再求摘要；"
        "用 tongguan signature explain 比较",
        "do not touch the message after signing, not even its line breaks; digest the C14N 1.0 form of the message "
        "without its Signature; compare with tongguan signature explain",
    ),
    "value": Text(
        "G06",
        "签名值与证书不符：{detail_zh}",
        "the signature value does not fit the certificate: {detail_en}",
        "对规范化后的 SignedInfo 签名（SM2 用户标识为 1234567812345678），并确认证书与私钥是一对",
        "sign the canonical form of SignedInfo (SM2 user id 1234567812345678) and make sure that the certificate "
        "belongs to the private key",
    ),
    "unknown": Text(
        "G07",
        "证书未知：{detail_zh}",
        "the certificate is unknown: {detail_en}",
        "使用由受信任的根证书签发并已登记的证书",
        "use a certificate that is registered and issued under a trusted root",
    ),
    "expired": Text(
        "G08",
        "证书不在有效期内：{detail_zh}",
        "the certificate is not in force: {detail_en}",
        "更换在有效期内的证书后重新签名申报",
        "sign and file again with a certificate that is in force",
    ),
    "revoked": Text(
        "G09",
        "证书已被吊销：{detail_zh}",
        "the certificate is revoked: {detail_en}",
        "向发证机构申请新证书，登记后重新签名申报",
        "obtain a new certificate from its issuer, have it registered, sign and file again",
    ),
    "party": Text(
        "G10",
        "证书不属于申报的企业或传输编号：{detail_zh}",
        "the certificate is not of the filing party or exchange id: {detail_en}",
        "使用登记在该企业（copCode）和传输编号（dxpId）名下的证书签名",
        "sign with a certificate that is registered for this party (copCode) and exchange id (dxpId)",
    ),
    "usage": Text(
        "G11",
        "证书不能用于签名：{detail_zh}",
        "the certificate may not be used to sign: {detail_en}",
        "使用签名证书（密钥用途含数字签名），不要使用加密证书",
        "use the signing certificate (key usage digital signature), not the one for encryption",
    ),
    "revocation_unknown": Text(
        "G12",
        "没有当前的吊销列表：{detail_zh}",
        "there is no current revocation list: {detail_en}",
        "由运营方取得发证机构最新的吊销列表后再处理",
        "the operator has to fetch the issuer's latest revocation list",
    ),
}

PATH = "Signature"


def problem(
    step: str, *, document: str, zh: str = "", en: str = "", path: str = PATH, found: str = "", expected: str = ""
) -> Problem:
    """The Problem of one failing step; ``zh`` and ``en`` are the particulars. Raises KeyError for an unknown step."""
    text = TEXTS[step]
    return Problem(
        rule_id=text.rule_id,
        document=document,
        path=path,
        text_zh=text.zh.replace("{detail_zh}", zh),
        text_en=text.en.replace("{detail_en}", en),
        fix_zh=text.fix_zh,
        fix_en=text.fix_en,
        found=found,
        expected=expected,
    )
