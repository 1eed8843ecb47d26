"""From nothing to a first receipt with one's own signer and the virtual key, as docs/integrators.md has it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import httpx
import pytest

from tests.cli.conftest import Run, run  # noqa: F401 — a fixture
from tests.sandbox.ukey.signer import RSA, SM2, connected, signed, ukey

ORDER = """<?xml version="1.0" encoding="UTF-8"?>
<ceb:CEB311Message xmlns:ceb="http://www.chinaport.gov.cn/ceb" guid="{guid}" version="1.0"><ceb:Order><ceb:OrderHead>
<ceb:guid>{guid}</ceb:guid><ceb:appType>1</ceb:appType><ceb:appTime>{at}</ceb:appTime>
<ceb:appStatus>2</ceb:appStatus><ceb:orderType>I</ceb:orderType><ceb:orderNo>MINE-1</ceb:orderNo>
<ceb:ebpCode>{code}</ceb:ebpCode><ceb:ebpName>{name}</ceb:ebpName><ceb:ebcCode>{code}</ceb:ebcCode>
<ceb:ebcName>{name}</ceb:ebcName><ceb:goodsValue>100</ceb:goodsValue><ceb:freight>0</ceb:freight>
<ceb:discount>0</ceb:discount><ceb:taxTotal>9.1</ceb:taxTotal><ceb:acturalPaid>109.1</ceb:acturalPaid>
<ceb:currency>142</ceb:currency><ceb:buyerRegNo>b1</ceb:buyerRegNo><ceb:buyerName>沙箱甲</ceb:buyerName>
<ceb:buyerTelephone>00000000001</ceb:buyerTelephone><ceb:buyerIdType>1</ceb:buyerIdType>
<ceb:buyerIdNumber>{person}</ceb:buyerIdNumber><ceb:consignee>沙箱乙</ceb:consignee>
<ceb:consigneeTelephone>00000000002</ceb:consigneeTelephone>
<ceb:consigneeAddress>浙江省杭州市沙箱区样例路1号</ceb:consigneeAddress>{note}</ceb:OrderHead><ceb:OrderList>
<ceb:gnum>1</ceb:gnum><ceb:itemNo>SKU1</ceb:itemNo><ceb:itemName>沙箱货物</ceb:itemName><ceb:gmodel>1瓶</ceb:gmodel>
<ceb:unit>142</ceb:unit><ceb:qty>1</ceb:qty><ceb:price>100</ceb:price><ceb:totalPrice>100</ceb:totalPrice>
<ceb:currency>142</ceb:currency><ceb:country>601</ceb:country></ceb:OrderList></ceb:Order><ceb:BaseTransfer>
<ceb:copCode>{code}</ceb:copCode><ceb:copName>{name}</ceb:copName><ceb:dxpMode>DXP</ceb:dxpMode>
<ceb:dxpId>{dxp_id}</ceb:dxpId></ceb:BaseTransfer></ceb:CEB311Message>"""


FIRST = "99010119900307001"  # of no region


def check_character(first: str) -> str:
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return "10X98765432"[sum(int(digit) * weight for digit, weight in zip(first, weights, strict=True)) % 11]


@pytest.fixture
def customs(run: Run, tmp_path: Path) -> Iterator[str]:  # noqa: F811
    """A served sandbox in ``house``."""
    run("init", tmp_path / "house", "--sandbox")
    command = [sys.executable, "-m", "tongguan", "serve", "--db", str(tmp_path / "house"), "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield next(word for word in process.stdout.readline().split() if word.startswith("http://"))
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


@pytest.mark.parametrize(("algorithm", "how"), [("SM2", SM2), ("RSA", RSA)])
def test_a_first_receipt(
    run: Run,  # noqa: F811
    customs: str,
    tmp_path: Path,
    algorithm: str,
    how: tuple[str, str, str],
) -> None:
    made = json.loads(
        run("sandbox", "party", "new", "--out", tmp_path / "mine", "--role", "platform|merchant",
            "--algorithm", algorithm, "--db", tmp_path / "house", "--json").stdout
    )  # fmt: skip
    with ukey("--key", made["key"], "--certificate", made["certificate"]) as url, connected(url) as line:
        message = signed(line, order(made).encode(), how)
        again = signed(line, order(made, "SCENARIO:code-301011", "MINE-2").encode(), how)
    headers = {"authorization": f"Bearer {made['token']}", "content-type": "application/xml"}
    for body in (message, again):
        until(
            lambda body=body: (
                httpx.post(f"{customs}/dxp", content=body, headers=headers, trust_env=False).status_code == 202
            )
        )
    statuses = until(lambda: enough(httpx.get(f"{customs}/dxp/{made['dxp_id']}/receipts", trust_env=False,
                                              headers=headers | {"accept": "application/json"}).json()))  # fmt: skip
    assert statuses == ["2", "3", "-301011"]


def order(made: dict[str, str], note: str = "", number: str = "MINE-1") -> str:
    now = datetime.now(timezone(timedelta(hours=8)))
    text = ORDER.format(
        guid=f"00000000-0000-0000-0000-{number[-1]:0>12}", at=f"{now:%Y%m%d%H%M%S}", code=made["code"],
        name=made["name"], dxp_id=made["dxp_id"], person=FIRST + check_character(FIRST),
        note=f"<ceb:note>{note}</ceb:note>" if note else "",
    )  # fmt: skip
    return text.replace("MINE-1", number)


def enough(page: dict) -> list[str]:
    statuses = [one["returnStatus"] for one in page.get("receipts", [])]
    return statuses if len(statuses) >= 3 else []


def until(what, seconds: float = 30.0):
    """Whatever ``what`` gives once it gives something."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := what():
            return found
        time.sleep(0.1)
    raise AssertionError(f"it did not come: {found!r}")
