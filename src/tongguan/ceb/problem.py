"""The one shape in which anything wrong with a filing is told, wherever it is found."""

from __future__ import annotations

import msgspec


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that is wrong, where it stands, and how to mend it.

    ``path`` is written as ``Order[3]/OrderList[1]/qty``, counted from 1, without the root element.
    ``found`` and ``expected`` are texts as filed; whoever shows them masks what the reader may not see.
    ``code`` is a receipt code of customs or of the e-port; it stays empty when no code is known.
    """

    rule_id: str
    document: str
    path: str
    text_zh: str
    text_en: str
    fix_zh: str
    fix_en: str
    found: str = ""
    expected: str = ""
    code: str = ""
    law_row: str = ""
