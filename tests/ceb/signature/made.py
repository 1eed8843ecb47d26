"""One small message, test certificates and helpers for the signature tests. All names are invented and say so."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from lxml import etree

from tongguan.ceb.signature.certificate import Issued, issue_test_ca, issue_test_certificate

START, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2029, 1, 1, tzinfo=UTC)
DAY = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)

MESSAGE = """<?xml version="1.0" encoding="UTF-8"?>
<ceb:CEB311Message xmlns:ceb="http://www.chinaport.gov.cn/ceb" \
xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" guid="00000000-0000-4000-8000-000000000311" version="1.0">
  <ceb:Order>
    <ceb:OrderHead>
      <ceb:orderNo>SBX-1</ceb:orderNo>
      <ceb:buyerName>沙箱甲</ceb:buyerName>
      <ceb:goodsValue>100.00</ceb:goodsValue>
    </ceb:OrderHead>
  </ceb:Order>
  <ceb:BaseTransfer>
    <ceb:dxpId>DXPENT9000000001</ceb:dxpId>
  </ceb:BaseTransfer>
</ceb:CEB311Message>
""".encode()


def authority(algorithm: str, serial: int = 1) -> Issued:
    return issue_test_ca(
        algorithm=algorithm,
        common_name=f"SANDBOX ROOT {algorithm}",
        organization="沙箱 SANDBOX",
        serial=serial,
        not_before=START,
        not_after=END,
    )


def leaf(root: Issued, algorithm: str, serial: int = 0xA1B2C3, **options: object) -> Issued:
    fields: dict[str, object] = {
        "common_name": f"SANDBOX PARTY {algorithm}",
        "organization": "沙箱企业 SANDBOX",
        "not_before": START,
        "not_after": END,
    }
    given: Any = {**fields, **options}
    return issue_test_certificate(root, algorithm=algorithm, serial=serial, **given)


def parse(raw: bytes) -> etree._Element:
    """As intake does: no entities resolved, comments kept."""
    return etree.fromstring(raw, etree.XMLParser(resolve_entities=False, no_network=True))
