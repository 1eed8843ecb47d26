"""Receipts as others write them: default namespace, lower-case guids, elements that the schema does not know."""

from __future__ import annotations

NS = "http://www.chinaport.gov.cn/ceb"


def message(kind: str, inside: str, *, attributes: str = f'xmlns="{NS}"', prefix: str = "") -> bytes:
    """One message around its records."""
    name = f"{prefix}{kind}Message"
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        f'<{name} {attributes} guid="4f2a1d3c-0000-4000-8000-000000000001" version="1.0">{inside}</{name}>'
    ).encode()


def fields(**values: str) -> str:
    return "".join(f"<{name}>{text}</{name}>" for name, text in values.items())


def inventory_return(status: str = "100", info: str = "[Code:1332;Desc:x]", cop_no: str = "C1", **more: str) -> str:
    """One InventoryReturn with an element that no schema has."""
    told = {
        "guid": f"a1b2c3d4-0000-4000-8000-{status.strip('-'):0>12}",
        "customsCode": "9901",
        "agentCode": "9901000005",
        "copNo": cop_no,
        "preNo": "B20260105000000001",
        "returnStatus": status,
        "returnTime": "20260105093000123",
        "returnInfo": info,
        "sysDate": "20260105",
    }
    filled = {name: text for name, text in (told | more).items() if text}
    return f"<InventoryReturn>{fields(**filled)}</InventoryReturn>"


def inventory_receipt(*args: str, **more: str) -> bytes:
    return message("CEB622", inventory_return(*args, **more))


def order_receipt(status: str = "2", order_no: str = "T1", info: str = "新增申报成功") -> bytes:
    inside = fields(
        guid=f"0f0f0f0f-0000-4000-8000-{order_no:0>12}",
        ebpCode="9901000001",
        ebcCode="9901000002",
        orderNo=order_no,
        returnStatus=status,
        returnTime="20260105093000001",
        returnInfo=info,
    )
    return message("CEB312", f"<OrderReturn>{inside}</OrderReturn>")


def tax_bill(invt_no: str = "99012026I000000001", tax_no: str = "", **sums: str) -> bytes:
    """A bill as production sends it: orderNo and logisticsNo after customsCode, which the schema does not know."""
    told = {"customsTax": "0", "valueAddedTax": "9.1", "consumptionTax": "0"} | sums
    head = fields(
        guid="b0b0b0b0-0000-4000-8000-000000000001",
        returnTime="20260105120000000",
        invtNo=invt_no,
        taxNo=tax_no or f"{invt_no}_0",
        **told,
        status="1",
        agentCode="9901000005",
        customsCode="9901",
        orderNo="T1",
        logisticsNo="W1",
    )
    line = fields(gnum="1", gcode="1901101010", taxPrice="100", customsTax="0", valueAddedTax="9.1", consumptionTax="0")
    return message("CEB816", f"<Tax><TaxHeadRd>{head}</TaxHeadRd><TaxListRd>{line}</TaxListRd></Tax>")


def format_error(cop_msg_id: str = "MSG-1") -> bytes:
    inside = fields(
        guid="c0c0c0c0-0000-4000-8000-000000000001",
        returnStatus="-999999",
        returnInfo="格式错误",
        returnTime="20260105093000001",
        oriCopMsgId=cop_msg_id,
        oriMessageType="CEB311Message",
        oriBizMessage="x",
    )
    return message("CEB900", f"<MessageReturn>{inside}</MessageReturn>")
