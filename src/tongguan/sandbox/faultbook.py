"""Write the tables of faults and scenarios in ``docs/sandbox.md`` and ``docs/sandbox.zh.md`` from their entries.

``python -m tongguan.sandbox.faultbook docs`` writes them; with ``--check`` nothing is written and the exit status is 1
when a page differs from what the entries give.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from tongguan.sandbox.faults import FAULTS
from tongguan.sandbox.faults.fault import Fault
from tongguan.sandbox.scenarios import scenarios

AREAS = {
    "schema": ("格式", "Schema"),
    "signature": ("签名与证书", "Signatures and certificates"),
    "document": ("单证内部", "Inside one document"),
    "match": ("单证之间", "Between documents"),
    "law": ("法规、限值与账册", "Law, limits and account book"),
    "flow": ("次序、重复与版本", "Order, repeats and versions"),
    "entry": ("运抵与签收", "Arrival and signature"),
    "life": ("撤销与退货", "Cancellation and goods return"),
}
"""The groups of faults in the order of the page, with their headings."""

PAGES = {"sandbox.zh.md": 0, "sandbox.md": 1}
BEGIN, END = "<!-- faults: generated, see sandbox/faultbook.py -->", "<!-- end of faults -->"
SCENARIOS_BEGIN = "<!-- scenarios: generated, see sandbox/faultbook.py -->"
SCENARIOS_END = "<!-- end of scenarios -->"


def tables(language: int) -> str:
    """The tables of all faults, Chinese (0) or English (1), as Markdown."""
    return "\n".join(line for area in AREAS for line in _table(area, language))


def _table(area: str, language: int) -> Iterator[str]:
    head = ("| 名称 | 内容 | 照常放行 |", "| name | what it is | passes |")[language]
    yield from ("", f"### {AREAS[area][language]}", "", head, "|---|---|---|")
    for fault in FAULTS:
        if fault.area == area:
            yield _row(fault, language)


def _row(fault: Fault, language: int) -> str:
    text = (fault.zh, fault.en)[language].replace("|", "\\|")
    passes = ("是", "yes")[language] if fault.good else ""
    return f"| `{fault.name}` | {text} | {passes} |"


def scenario_table(language: int) -> str:
    """The table of all scenarios, Chinese (0) or English (1), as Markdown."""
    head = ("| 备注 | 内容 | 清单的回执 |", "| note | what happens | receipts of the inventory |")[language]
    rows = (f"| `{one.note}` | {(one.zh, one.en)[language]} | {', '.join(one.statuses)} |" for one in scenarios())
    return "\n".join(("", head, "|---|---|---|", *rows))


def renewed(page: str, language: int) -> str:
    """A page with its tables made anew. Raises ValueError when their marks are not in it."""
    page = _between(page, BEGIN, END, tables(language))
    return _between(page, SCENARIOS_BEGIN, SCENARIOS_END, scenario_table(language))


def _between(page: str, begin: str, end: str, table: str) -> str:
    before, found, rest = page.partition(begin)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise ValueError(f"the page lacks {begin} or {end}")
    return f"{before}{begin}\n{table}\n\n{end}{after}"


def main(arguments: list[str]) -> int:
    """The command: the folder of the pages, and ``--check`` to compare only."""
    check = "--check" in arguments
    folders = [argument for argument in arguments if argument != "--check"]
    if len(folders) != 1:
        sys.stderr.write("usage: python -m tongguan.sandbox.faultbook DOCS [--check]\n")
        return 2
    stale = []
    for name, language in PAGES.items():
        path = Path(folders[0]) / name
        page = path.read_text(encoding="utf-8")
        new = renewed(page, language)
        if new != page:
            stale.append(name)
            if not check:
                path.write_text(new, encoding="utf-8")
    sys.stdout.writelines(f"{'out of date' if check else 'written'}: {name}\n" for name in stale)
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
