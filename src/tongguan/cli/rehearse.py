"""``tongguan replay --against``: what another law would have decided."""

from __future__ import annotations

from datetime import date

from tongguan.cli.house import named_faults
from tongguan.cli.law import built, packed_law_of
from tongguan.cli.show import err, fail, note, out, print_json, say
from tongguan.engine.rehearsal import Differs, RehearsalReport, rehearse
from tongguan.store.layout import Store

_ASKED = {
    "decision": ("裁决", "decision"), "outcome": ("结果", "outcome"), "status": ("状态", "status"), "tax": ("税款", "tax"),
    "rules": ("规则", "rules"), "due": ("到期", "due"),
}  # fmt: skip


def against(store: Store, named: str, as_of: str, last: int, as_json: bool) -> None:
    """Decide again under the law that a digest or a folder names, and list what would differ."""
    law = built(packed_law_of(store, named))
    if as_of:
        try:
            law = law.as_of(date.fromisoformat(as_of))
        except ValueError:
            fail(f"日期「{as_of}」无法识别，请写作 2026-11-24", f"no date: {as_of}; write 2026-11-24")
    with named_faults(), err.status(say("预演中", "rehearsing")) as shown:
        report = rehearse(
            store, law, last, lambda decided: shown.update(say(f"已预演 {decided} 个事件", f"{decided} events"))
        )
    if as_json:
        print_json(report)
        return
    for one in report.differing:
        out.print(_line(one), markup=False)
    _sum(report)


def _line(one: Differs) -> str:
    """One differing event on one line: what, from which to which, by which rows."""
    changes = "; ".join(f"{say(*_ASKED[what])} {then or '∅'} → {now or '∅'}" for what, then, now in one.changes)
    rows = f"  [{' '.join(one.rows)}]" if one.rows else ""
    return f"{one.day}  {one.event_no}  {one.kind} {'/'.join(one.key)}  {changes}{rows}"


def _sum(report: RehearsalReport) -> None:
    cases = len({one.case_id for one in report.differing})
    note(
        f"法规 {report.law[:12]}：预演 {report.cases} 个案件的 {report.decided} 个事件，{cases} 个案件的"
        f" {len(report.differing)} 个事件结果不同；未写入任何内容",
        f"law {report.law[:12]}: {report.decided} events of {report.cases} cases decided again,"
        f" {len(report.differing)} events of {cases} cases would differ; nothing was written",
    )
