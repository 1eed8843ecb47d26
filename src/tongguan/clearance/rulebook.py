"""Writes docs/rules.md and docs/rules.zh.md from the rule entries: ``python -m tongguan.clearance.rulebook [--check]``.

With ``--check`` nothing is written; the exit code is 1 when a page is not what the entries say.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from tongguan.clearance import (
    address,
    answers,
    arrival,
    cancellation,
    code_play,
    company_names,
    due,
    entry,
    entry_list,
    form_rules,
    goods_return,
    law_rules,
    match_rules,
    officer_rules,
    payment_pull_rules,
    quantity,
    requests,
    tax_bill,
    unpaid,
    version,
    waybill_status,
)
from tongguan.clearance.page_files import write_or_check
from tongguan.clearance.record import SHAPES
from tongguan.clearance.rule import ALL_KINDS, GENERAL_CODES, Rule, provenance
from tongguan.law.tax import TAX_RULES

RULES: tuple[Rule, ...] = (
    *entry.RULES,
    *answers.RULES,
    *code_play.RULES,
    *form_rules.RULES,
    *version.RULES,
    *match_rules.RULES,
    company_names.M15,
    *law_rules.RULES,
    address.D24,
    *quantity.RULES,
    *entry_list.RULES,
    *arrival.RULES,
    *waybill_status.RULES,
    *cancellation.RULES,
    *goods_return.RULES,
    *due.RULES,
    *unpaid.RULES,
    *officer_rules.RULES,
    *requests.RULES,
    *tax_bill.RULES,
    *payment_pull_rules.RULES,
)

_STAGES: Mapping[str, tuple[str, str]] = {
    "arrival": ("单证到达时（不通过：负数代码）", "When a document arrives (failing: a negative code)"),
    "match": ("单证齐备时（不通过：100）", "When all documents are there (failing: 100)"),
    "accept": ("入库时", "At acceptance"),
    "time": ("随时间", "As time passes"),
    "officer": ("关员操作", "What officers do"),
    "pull": ("支付原始数据实时获取", "The real-time payment pull"),
}
_CONFIDENCE = {"high": "高", "medium": "中", "low": "低"}


def by_id(rule_id: str) -> Rule | None:
    """The entry of that id, for pages and explanations; None for the ids of other rooms (tax, signature, schema)."""
    return next((rule for rule in RULES if rule.id == rule_id), None)


def page(chinese: bool) -> str:
    """One page in Markdown."""
    lines = [_GENERATED, *(_INTRO_ZH if chinese else _INTRO_EN)]
    for stage, (zh, en) in _STAGES.items():
        lines += ["", f"## {zh if chinese else en}", ""]
        for rule in RULES:
            if rule.stage == stage:
                lines += _entry(rule, chinese)
    lines += ["", "## 计税" if chinese else "## Tax", ""]
    for tax in TAX_RULES:
        text, fix = (tax.text_zh, tax.fix_zh) if chinese else (tax.text_en, tax.fix_en)
        lines += [
            f"### {tax.id}",
            "",
            _sentence(text, chinese),
            "",
            ("处理：" if chinese else "Cure: ") + _sentence(fix, chinese),
            "",
        ]
    return "\n".join(lines).rstrip() + "\n"


def _entry(rule: Rule, chinese: bool) -> list[str]:
    kinds = [SHAPES[kind].zh if chinese else SHAPES[kind].en for kind in rule.documents]
    fields = ", ".join(f"`{name}`" for name in rule.fields)
    if chinese:
        facts = [
            f"- 单证：{'、'.join(kinds)}", f"- 字段：{fields}", f"- 代码：{_codes(rule, chinese)}",
            f"- 依据：{rule.source}（可信度：{_CONFIDENCE[rule.confidence]}）", f"- 处理：{_sentence(rule.fix_zh, True)}",
        ]  # fmt: skip
    else:
        facts = [
            f"- Documents: {', '.join(kinds)}", f"- Fields: {fields}", f"- Code: {_codes(rule, chinese)}",
            f"- Source: {rule.source} (confidence: {rule.confidence})", f"- Cure: {_sentence(rule.fix_en, False)}",
        ]  # fmt: skip
    return [f"### {rule.id}", "", _sentence(rule.zh if chinese else rule.en, chinese), "", *facts, ""]


def _codes(rule: Rule, chinese: bool) -> str:
    if rule.stage == "pull":
        return "无回执" if chinese else "none; no receipt is issued"
    if rule.stage == "officer" and not rule.codes:
        return "无，操作不执行" if chinese else "none; nothing is done"
    codes: dict[str, list[str]] = {}
    for kind in ALL_KINDS:
        if kind in rule.documents and (code := rule.code(kind)):
            codes.setdefault(code, []).append(SHAPES[kind].zh if chinese else SHAPES[kind].en)
    if not codes:
        return (
            f"无公开代码，returnInfo 写 `{rule.id}`" if chinese else f"none is public; returnInfo carries `{rule.id}`"
        )
    return ("；" if chinese else "; ").join(
        f"`{code}` ({('、' if chinese else ', ').join(kinds)}; {_origin(code)[0 if chinese else 1]})"
        for code, kinds in codes.items()
    )


def _origin(code: str) -> tuple[str, str]:
    if code in GENERAL_CODES.values():
        return "官方通用代码“参数校验不通过”", 'official, general "field checks failed"'
    return {"official": ("官方规范", "official"), "field": ("实际回执", "seen in the field")}[provenance(code)]


def _sentence(text: str, chinese: bool) -> str:
    end = "。" if chinese else "."
    text = text if chinese else text[:1].upper() + text[1:]
    return text if text.endswith(end) else text + end


_GENERATED = (
    "<!-- Generated by `python -m tongguan.clearance.rulebook` from the rule entries; change those, not this page. -->"
)
_INTRO_ZH = (
    "",
    "# 规则",
    "",
    "[English](rules.md)",
    "",
    "每条规则的编号在代码、回执、测试和本页中相同。D 为单证内检查，K 为编号与版本，M 为三单比对，T 为税收与时间，"
    "C 为关员操作，TX 为计税。海关的代码不杜撰：没有公开代码的比对规则回执 100，returnInfo 写明规则编号和原因。",
)
_INTRO_EN = (
    "",
    "# Rules",
    "",
    "[中文](rules.zh.md)",
    "",
    "A rule has the same id in code, receipt, test and on this page. D: checks inside one document; "
    "K: key and version; M: the match; T: limits and time; C: officers; TX: tax. "
    "Codes of customs are never invented: a rule of the match without a public code answers 100, "
    "and returnInfo carries the rule's id and the reason.",
)


def pages(root: Path) -> dict[Path, str]:
    """Both pages by their paths below the repository's root."""
    return {root / "docs" / "rules.md": page(False), root / "docs" / "rules.zh.md": page(True)}


def main(arguments: list[str]) -> int:
    """Write or check the pages of the repository that the working directory is the root of."""
    return write_or_check(pages(Path.cwd()), arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
