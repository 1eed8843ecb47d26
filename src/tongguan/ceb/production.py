"""Where production's own messages differ from the schema: elements that real electronic tax bills carry besides."""

from __future__ import annotations

from tongguan.ceb.messages.ceb816 import TaxHeadRd


class ProductionTaxHead(TaxHeadRd, frozen=True, kw_only=True, omit_defaults=True):
    """TaxHeadRd as real bills have it: two elements after the schema's last one, so that a bill fails the schema.

    The specification 202205 names the second ``logisticNo``; real bills write ``logisticsNo``.
    """

    orderNo: str | None = None
    logisticsNo: str | None = None
