"""A signer as integrators have them: it builds SignedInfo by itself and has the component on the WebSocket sign it."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from lxml import etree
from websockets.sync.client import ClientConnection, connect

from tongguan.ceb.signature.names import DS, SM3, digest

WEASLEY = (DS + "sm2-sm3", DS + "sha1", "sha1")
"""What the client that drives the official SM2 card writes."""
SM2 = ("http://www.chinaport.gov.cn/2022/04/xmldsig#sm2-sm3", SM3, "sm3")
RSA = (DS + "rsa-sha1", DS + "sha1", "sha1")
ORDER = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<ceb:CEB311Message xmlns:ceb="http://www.chinaport.gov.cn/ceb" guid="1" version="1.0">'
    "<ceb:Order><ceb:OrderHead><ceb:orderNo>单号 &amp; 1</ceb:orderNo></ceb:OrderHead></ceb:Order></ceb:CEB311Message>"
).encode()


@contextmanager
def ukey(*options: object) -> Iterator[str]:
    """``tongguan sandbox ukey`` as a process of its own on a free port; gives its address, and ends it."""
    command = [sys.executable, "-m", "tongguan", "sandbox", "ukey", "--port", "0", "--json", *map(str, options)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())["url"]
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0


@contextmanager
def connected(url: str) -> Iterator[ClientConnection]:
    """A connection that has been greeted."""
    with connect(url) as line:
        hello = json.loads(line.recv(timeout=10))
        assert (hello["_id"], hello["_method"], hello["_status"]) == (0, "open", "00")
        yield line


def ask(line: ClientConnection, method: str, args: dict[str, Any] | None = None, number: int | str = 1) -> Any:
    """Send one request; the answer's ``_args``."""
    line.send(json.dumps({"_method": method, "_id": number, "args": args or {}}))
    answer = json.loads(line.recv(timeout=10))
    assert (answer["_id"], answer["_method"]) == (int(number), method)
    return answer["_args"]


def signed(line: ClientConnection, xml: bytes, algorithms: tuple[str, str, str]) -> bytes:
    """The message with the component's signature in it, SignedInfo put together as text."""
    method, digest_method, hash_name = algorithms
    plain = etree.tostring(etree.fromstring(xml), method="c14n")
    value = base64.b64encode(digest(hash_name, plain)).decode()
    spaces = " ".join(re.findall(r'xmlns:(?!ds)\w+="[^"]+"', xml.decode().partition(">\n")[2].split(">")[0]))
    inner = (
        f'<ds:CanonicalizationMethod Algorithm="http://www.w3.org/TR/2001/REC-xml-c14n-20010315">'
        f"</ds:CanonicalizationMethod>"
        f'<ds:SignatureMethod Algorithm="{method}"></ds:SignatureMethod><ds:Reference URI=""><ds:Transforms>'
        f'<ds:Transform Algorithm="{DS}enveloped-signature"></ds:Transform></ds:Transforms>'
        f'<ds:DigestMethod Algorithm="{digest_method}"></ds:DigestMethod><ds:DigestValue>{value}</ds:DigestValue>'
        "</ds:Reference></ds:SignedInfo>"
    )
    data = f'<ds:SignedInfo {spaces} xmlns:ds="{DS}">{inner}'
    result = ask(line, "cus-sec_SpcSignDataAsPEM", {"inData": data, "passwd": "88888888"})
    assert result["Result"] is True and result["Error"] == []
    signature, number = result["Data"]
    certificate = ask(line, "cus-sec_SpcGetSignCertAsPEM")["Data"][0]
    block = (
        f'<ds:Signature xmlns:ds="{DS}"><ds:SignedInfo>{inner}<ds:SignatureValue>{signature}</ds:SignatureValue>'
        f"<ds:KeyInfo><ds:KeyName>{number}</ds:KeyName><ds:X509Data><ds:X509Certificate>{certificate}"
        "</ds:X509Certificate></ds:X509Data></ds:KeyInfo></ds:Signature>"
    )
    head, close, _ = xml.decode().rpartition("</ceb:")
    return (head + block + close + xml.decode().rpartition("</ceb:")[2]).encode()


def sm3_with_identity(point: bytes, message: bytes) -> bytes:
    """The digest e of GB/T 32918.2 (A1, A2) with the default identity, from the standard's curve parameters."""
    a = "FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFC"
    b = "28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93"
    x = "32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7"
    y = "BC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0"
    identity = b"1234567812345678"
    z = digest("sm3", (8 * len(identity)).to_bytes(2, "big") + identity + bytes.fromhex(a + b + x + y) + point[1:])
    return digest("sm3", z + message)


def sha1(message: bytes) -> bytes:
    """SHA-1, as the pre-2018 cards take it."""
    return hashlib.sha1(message, usedforsecurity=False).digest()
