"""A stranger's folder: other companies, other goods, an authority of openssl's, messages written by hand.

Wine for 300.00 with freight 20.00 is the reference's worked example E3: consumption tax 24.89 and VAT 32.36.
"""

from __future__ import annotations

import json
import subprocess
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from tests.cli.conftest import Run, run  # noqa: F401 — a fixture
from tests.cli.test_clear import decisions
from tongguan.ceb.envelope import seal_envelope
from tongguan.ceb.signature.sign import Signer

CHINA = timezone(timedelta(hours=8))
PLATFORM, MERCHANT, PAY, LOGISTICS = "91990101MA0000001A", "9901960001", "91990101MA0000002B", "9901980001"
DXP = {
    PLATFORM: "DXPENT7700000001",
    MERCHANT: "DXPENT7700000002",
    PAY: "DXPENT7700000003",
    LOGISTICS: "DXPENT7700000004",
}


def with_check(number: str) -> str:
    """An invented identity number with its check character (GB 11643)."""
    weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
    return number + "10X98765432"[sum(int(d) * w for d, w in zip(number, weights, strict=True)) % 11]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """registry/ with four companies; their keys stay in keys/."""
    registry = tmp_path / "theirs" / "registry"
    for name in ("certificates", "roots"):
        (registry / name).mkdir(parents=True)
    keys = tmp_path / "keys"
    keys.mkdir()
    _authority(keys, registry / "roots" / "root.pem")
    rows = ["number,file,party_code,dxp_id"]
    for serial, (code, dxp) in enumerate(DXP.items(), 4001):
        _certificate(keys, registry / "certificates" / f"{dxp}.pem", dxp, serial)
        rows.append(f"{serial:X},{dxp}.pem,{code},{dxp}")
    (registry / "certificates.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    (registry / "parties.csv").write_text(
        "code,name,roles,dxp_id,profile,valid_from,valid_to\n"
        f"{PLATFORM},远行平台,platform,{DXP[PLATFORM]},strict,2026-01-01,\n"
        f"{MERCHANT},远行酒业,merchant|declarant|guarantor,{DXP[MERCHANT]},strict,2026-01-01,\n"
        f"{PAY},远行支付,payment,{DXP[PAY]},strict,2026-01-01,\n"
        f"{LOGISTICS},远行物流,logistics,{DXP[LOGISTICS]},strict,2026-01-01,\n",
        encoding="utf-8",
    )
    (registry / "guarantees.csv").write_text(
        f"assure_code,kind,amount,valid_from,valid_to\n{MERCHANT},deposit,100000.00,2026-01-01,2099-12-31\n",
        encoding="utf-8",
    )
    return tmp_path / "theirs"


def _openssl(*arguments: object) -> None:
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


def _authority(keys: Path, certificate: Path) -> None:
    key = keys / "root.key"
    _openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", key)
    _openssl(
        "req", "-x509", "-new", "-key", key, "-sha256", "-days", 3650, "-subj", "/CN=Far Away Root", "-out", certificate
    )
    (keys / "root.pem").write_bytes(certificate.read_bytes())


def _certificate(keys: Path, certificate: Path, name: str, serial: int) -> None:
    key, request = keys / f"{name}.key", keys / f"{name}.csr"
    _openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", key)
    _openssl("req", "-new", "-key", key, "-subj", f"/CN={name}", "-out", request)
    _openssl(
        "x509", "-req", "-in", request, "-CA", keys / "root.pem", "-CAkey", keys / "root.key", "-set_serial", serial,
        "-sha256", "-days", 3000, "-out", certificate,
    )  # fmt: skip


def _message(folder: Path, keys: Path, number: int, code: str, body: str, *, with_certificate: bool = True) -> bytes:
    """A signed message of a company, with a default namespace and line breaks, as another program would write it."""
    root = f"CEB{number}Message"
    text = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="http://www.chinaport.gov.cn/ceb" '
        f'guid="4CDE1CFD-EDED-46B1-946C-B8022E42{number:04d}" version="1.0">\n{body}\n'
        f"<BaseTransfer><copCode>{code}</copCode><copName>x</copName><dxpMode>DXP</dxpMode><dxpId>{DXP[code]}</dxpId>"
        f"</BaseTransfer>\n</{root}>"
    )
    signer = Signer(
        (keys / f"{DXP[code]}.key").read_bytes(),
        (folder / "registry" / "certificates" / f"{DXP[code]}.pem").read_bytes(),
    )
    return signer.sign(text.encode(), algorithm="rsa-sha256", with_certificate=with_certificate)


def _papers(order_no: str, buyer_id: str) -> dict[tuple[int, str], str]:
    now = datetime.now(CHINA)
    head = (
        "<guid>4CDE1CFD-EDED-46B1-946C-B8022E42FC9{0}</guid><appType>1</appType>"
        f"<appTime>{now:%Y%m%d%H%M%S}</appTime><appStatus>2</appStatus>"
    )
    names = f"<ebpCode>{PLATFORM}</ebpCode><ebpName>远行平台</ebpName><ebcCode>{MERCHANT}</ebcCode><ebcName>远行酒业</ebcName>"
    consignee = "<consignee>远客</consignee>"
    address = "<consigneeAddress>外省外市外区一路9号</consigneeAddress>"
    phone = "<consigneeTelephone>10099990000</consigneeTelephone>"
    buyer = (
        f"<buyerIdType>1</buyerIdType><buyerIdNumber>{buyer_id}</buyerIdNumber><buyerName>远客</buyerName>"
        "<buyerTelephone>10099990000</buyerTelephone>"
    )
    order = (
        f"<Order><OrderHead>{head.format(1)}<orderType>I</orderType><orderNo>{order_no}</orderNo>{names}"
        "<goodsValue>300</goodsValue><freight>20.00</freight><discount>0</discount><taxTotal>57.25</taxTotal>"
        "<acturalPaid>377.25</acturalPaid><currency>142</currency><buyerRegNo>far</buyerRegNo><buyerName>远客</buyerName>"
        "<buyerTelephone>10099990000</buyerTelephone><buyerIdType>1</buyerIdType>"
        f"<buyerIdNumber>{buyer_id}</buyerIdNumber>"
        f"<payCode>{PAY}</payCode><payName>远行支付</payName><payTransactionId>P-{order_no}</payTransactionId>"
        f"{consignee}{phone}{address}</OrderHead><OrderList><gnum>1</gnum><itemName>红葡萄酒</itemName>"
        "<gmodel>750ml</gmodel><unit>142</unit><qty>2</qty><price>150</price><totalPrice>300</totalPrice>"
        "<currency>142</currency><country>305</country></OrderList></Order>"
    )
    payment = (
        f"<Payment><PaymentHead>{head.format(2)}<payCode>{PAY}</payCode><payName>远行支付</payName>"
        f"<payTransactionId>P-{order_no}</payTransactionId><orderNo>{order_no}</orderNo><ebpCode>{PLATFORM}</ebpCode>"
        f"<ebpName>远行平台</ebpName><payerIdType>1</payerIdType><payerIdNumber>{buyer_id}</payerIdNumber>"
        "<payerName>远客</payerName><amountPaid>377.25</amountPaid><currency>142</currency>"
        f"<payTime>{now:%Y%m%d%H%M%S}</payTime></PaymentHead></Payment>"
    )
    waybill = (
        f"<Logistics><LogisticsHead>{head.format(3)}<logisticsCode>{LOGISTICS}</logisticsCode>"
        f"<logisticsName>远行物流</logisticsName><logisticsNo>W-{order_no}</logisticsNo><orderNo>{order_no}</orderNo>"
        "<freight>20</freight><insuredFee>0</insuredFee><currency>142</currency><weight>3</weight><packNo>1</packNo>"
        f"{consignee}{address}{phone}</LogisticsHead></Logistics>"
    )
    inventory = (
        f"<Inventory><InventoryHead>{head.format(4)}<orderNo>{order_no}</orderNo>{names}"
        f"<logisticsNo>W-{order_no}</logisticsNo>"
        f"<logisticsCode>{LOGISTICS}</logisticsCode><logisticsName>远行物流</logisticsName><copNo>F-{order_no}</copNo>"
        f"<assureCode>{MERCHANT}</assureCode><ieFlag>I</ieFlag><declTime>{now:%Y%m%d}</declTime>"
        f"<customsCode>2991</customsCode><portCode>2244</portCode>{buyer}{address}<agentCode>{MERCHANT}</agentCode>"
        "<agentName>远行酒业</agentName><tradeMode>9610</tradeMode><trafMode>5</trafMode><trafNo>AF112</trafNo>"
        "<voyageNo>AF112</voyageNo><billNo>057-1</billNo><country>305</country><freight>20</freight>"
        "<insuredFee>0</insuredFee><currency>142</currency><packNo>1</packNo><grossWeight>3</grossWeight>"
        "<netWeight>2.6</netWeight></InventoryHead><InventoryList><gnum>1</gnum><gcode>2204210000</gcode>"
        "<gname>红葡萄酒</gname><gmodel>750ml</gmodel><country>305</country><currency>142</currency><qty>2</qty>"
        "<unit>142</unit><qty1>1.5</qty1><unit1>095</unit1><qty2>1.6</qty2><unit2>035</unit2><price>150</price>"
        "<totalPrice>300</totalPrice></InventoryList></Inventory>"
    )
    return {(311, PLATFORM): order, (411, PAY): payment, (511, LOGISTICS): waybill, (621, MERCHANT): inventory}


@pytest.mark.parametrize("enveloped", [False, True], ids=["bare", "in DxpMsg"])
def test_a_strangers_folder_clears_with_the_tax_of_the_worked_example(
    run: Run,  # noqa: F811
    folder: Path,
    tmp_path: Path,
    enveloped: bool,
) -> None:
    buyer_id = with_check("99010119900101001")
    (folder / "papers").mkdir()
    for (number, code), body in _papers("FAR-1", buyer_id).items():
        message = _message(folder, tmp_path / "keys", number, code, body)
        if enveloped:
            message = seal_envelope(
                message, copMsgId=f"M{number}", senderId=DXP[code], receiverIds=("DXPEDCCEB0000002",),
                creatTime=datetime.now(CHINA), msgType=f"CEB{number}Message",
            )  # fmt: skip
        (folder / "papers" / f"{number}.xml").write_bytes(message)
    told = json.loads(run("clear", folder, "--db", tmp_path / "db", "--out", tmp_path / "out", "--json").stdout)
    assert (told["filed"], told["refused"], told["rejected"]) == (4, 0, 0)
    (row,) = decisions(tmp_path / "out")
    assert row["status"] in ("800", "300", "500"), row
    assert (row["consumptionTax"], row["valueAddedTax"], row["customsTax"]) == ("24.89", "32.36", "0.00")
    assert row["invtNo"][:4] == "2991"
    run("replay", "--verify", "--db", tmp_path / "db")


def test_a_message_that_names_its_certificate_and_does_not_carry_it_is_verified_too(
    run: Run,  # noqa: F811
    folder: Path,
    tmp_path: Path,
) -> None:
    (folder / "papers").mkdir()
    order = _papers("FAR-3", with_check("99010119900101001"))[311, PLATFORM]
    message = _message(folder, tmp_path / "keys", 311, PLATFORM, order, with_certificate=False)
    assert b"X509Certificate" not in message
    (folder / "papers" / "311.xml").write_bytes(message)
    run("clear", folder, "--db", tmp_path / "db", "--out", tmp_path / "out")
    statuses = sorted(file.stem.rsplit("-", 1)[1] for file in (tmp_path / "out" / "receipts").rglob("*CEB312*"))
    assert statuses == ["2", "3"]


def test_a_certificate_of_another_authority_is_refused(run: Run, folder: Path, tmp_path: Path) -> None:  # noqa: F811
    _authority(tmp_path / "keys", folder / "registry" / "roots" / "root.pem")
    (folder / "papers").mkdir()
    papers = _papers("FAR-2", with_check("99010119900101001"))
    order = _message(folder, tmp_path / "keys", 311, PLATFORM, papers[311, PLATFORM])
    (folder / "papers" / "311.xml").write_bytes(order)
    run("clear", folder, "--db", tmp_path / "db", "--out", tmp_path / "out")
    (receipt,) = (tmp_path / "out" / "receipts").rglob("*CEB312*.xml")
    assert "-301020" in receipt.name
    assert "D20-CERT" in receipt.read_text(encoding="utf-8")
