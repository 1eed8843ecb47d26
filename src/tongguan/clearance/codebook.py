"""Writes docs/codes.md and docs/codes.zh.md from tables and rules: ``python -m tongguan.clearance.codebook [--check]``.

With ``--check`` nothing is written; the exit code is 1 when a page is not what tables and entries say.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from tongguan.ceb.rules import RULES as FORM_RULES
from tongguan.clearance.code_notes import EXCHANGE, NOT_GIVEN, REASONS, RESULTS, STATUSES, Note
from tongguan.clearance.page_files import write_or_check
from tongguan.clearance.record import SHAPES
from tongguan.clearance.rule import ALL_KINDS, Rule, provenance
from tongguan.clearance.rulebook import RULES
from tongguan.codes.catalogue import table

CAUSES_MOST = 4
"""A code that more rules give is general: the text of the receipt names the rule, the page only lists them."""


class Given(NamedTuple):
    """A rule that gives a code, and to which kinds of document."""

    rule: Rule
    kinds: tuple[str, ...]


def given_by() -> Mapping[str, tuple[Given, ...]]:
    """The rules that give each code, in the order of the rulebook."""
    found: dict[str, list[Given]] = {}
    for rule in RULES:
        kinds: dict[str, list[str]] = {}
        for kind in ALL_KINDS:
            if kind in rule.documents and (code := rule.code(kind)):
                kinds.setdefault(code, []).append(kind)
        for code, those in kinds.items():
            found.setdefault(code, []).append(Given(rule, tuple(those)))
    return {code: tuple(rules) for code, rules in found.items()}


def page(chinese: bool) -> str:
    """One page in Markdown."""
    given = given_by()
    lines = [_GENERATED, "", *(_INTRO_ZH if chinese else _INTRO_EN).splitlines(), ""]
    lines += [*_statuses(chinese), "", *_negative(chinese, given), "", *_results(chinese, given), ""]
    lines += [*_uncoded(chinese), "", *_format(chinese), "", *_exchange(chinese)]
    return "\n".join(lines).rstrip() + "\n"


def _statuses(chinese: bool) -> Iterator[str]:
    codes = table("return_status")
    yield from _head("回执状态" if chinese else "Statuses", chinese, "状态 文字 English 回执 出处 何时给出",
                     "status|text|English|receipts|known from|when it is told")  # fmt: skip
    for code in codes:
        receipts = codes.get(code, "receipts")
        where = _say(chinese, "全部", "all") if receipts == "any" else receipts
        told = STATUSES[code]
        origin = _origin(codes.get(code, "source"), chinese)
        yield _row(f"`{code}`", codes.zh(code), codes.en(code), where, origin, _say(chinese, *told))


def _negative(chinese: bool, given: Mapping[str, tuple[Given, ...]]) -> Iterator[str]:
    codes = table("return_error_codes")
    yield f"## {_say(chinese, '负数代码', 'Negative codes')}"
    yield ""
    yield _say(chinese, _NEGATIVE_ZH, _NEGATIVE_EN)
    for receipt in dict.fromkeys(codes.get(code, "receipt") for code in codes):
        yield ""
        yield f"### {_receipt_title(receipt, chinese)}"
        yield ""
        yield from _table_head(chinese, "代码 官方文字 English 出处 给出的规则 原因与处理",
                               "code|official text|English|known from|given by|cause and cure")  # fmt: skip
        for code in codes:
            if codes.get(code, "receipt") == receipt:
                zh, en = _texts(code)
                rules, cause = _given_or_not(code, given, chinese)
                yield _row(f"`{code}`", zh, en, _origin(provenance(code), chinese), rules, cause)


def _texts(code: str) -> tuple[str, str]:
    """The official texts, and those seen in receipts where they differ."""
    codes = table("return_error_codes")
    zh, en, seen_zh, seen_en = (codes.get(code, name) for name in ("zh", "en", "seen_zh", "seen_en"))
    return (f"{zh}（也见：{seen_zh}）", f"{en} (also seen: {seen_en})") if seen_zh else (zh, en)


def _given_or_not(code: str, given: Mapping[str, tuple[Given, ...]], chinese: bool) -> tuple[str, str]:
    rules = given.get(code, ())
    if rules:
        return _links((one.rule.id for one in rules), chinese), _causes(rules, chinese)
    reason, by = NOT_GIVEN.get(code, ("", ""))
    if not reason:
        return _say(chinese, "不给出：本系统没有此情形", "not given: there is no such case here"), ""
    why, fix = REASONS[reason]
    none, cure = _say(chinese, "不给出：", "not given: "), _say(chinese, "处理：", "Cure: ")
    return none + _say(chinese, *why).format(by), cure + _sentence(_say(chinese, *fix).format(by), chinese)


def _causes(rules: tuple[Given, ...], chinese: bool) -> str:
    if len(rules) > CAUSES_MOST:
        return _say(
            chinese,
            "通用代码；原因和处理见回执文字所写的规则。",
            "General; the receipt names the rule, which has the cure.",
        )
    return "<br>".join(_cause(one.rule, len(rules) > 1, chinese) for one in rules)


def _cause(rule: Rule, named: bool, chinese: bool) -> str:
    mark = f"**{rule.id}** " if named else ""
    if chinese:
        return f"{mark}{_sentence(rule.zh, True)}处理：{_sentence(rule.fix_zh, True)}"
    return f"{mark}{_sentence(rule.en, False)} Cure: {_sentence(rule.fix_en, False)}"


def _results(chinese: bool, given: Mapping[str, tuple[Given, ...]]) -> Iterator[str]:
    codes = table("customs_result_codes")
    yield from _head("海关结果代码" if chinese else "Result codes of customs", chinese,
                     "代码 文字 English 状态 出处 给出的规则 原因与处理",
                     "code|text|English|status|known from|given by|cause and cure")  # fmt: skip
    for code in codes:
        rules = given.get(code, ())
        note = RESULTS.get(code)
        by = _links((one.rule.id for one in rules), chinese)
        cause = _causes(rules, chinese) if rules else _sentence(_say(chinese, *note), chinese) if note else ""
        status = f"`{codes.get(code, 'return_status')}`"
        yield _row(f"`{code}`", codes.zh(code), codes.en(code), status, _origin("field", chinese), by, cause)


def _uncoded(chinese: bool) -> Iterator[str]:
    """Rules after arrival without a public code: the receipt has their id in the code's place."""
    yield f"## {_say(chinese, '没有公开代码的规则', 'Rules without a public code')}"
    yield ""
    yield _say(chinese, _UNCODED_ZH, _UNCODED_EN)
    yield ""
    yield from _table_head(chinese, "规则 单证 出处 原因与处理", "rule|documents|known from|cause and cure")
    for rule in RULES:
        if rule.stage in ("match", "accept", "time") and not rule.codes:
            kinds = _say(chinese, "、", ", ").join(
                _say(chinese, SHAPES[one].zh, SHAPES[one].en) for one in rule.documents
            )
            yield _row(_links((rule.id,), chinese), kinds, _origin("ours", chinese), _cause(rule, False, chinese))


def _format(chinese: bool) -> Iterator[str]:
    yield "## CEB900"
    yield ""
    yield _say(chinese, _FORMAT_ZH, _FORMAT_EN)
    yield ""
    yield from _table_head(chinese, "规则 原因 处理", "rule|cause|cure")
    for rule in FORM_RULES.values():
        text, fix = _say(chinese, rule.zh, rule.en), _say(chinese, rule.fix_zh, rule.fix_en)
        yield _row(f"`{rule.id}`", _unnamed(text, chinese), _unnamed(fix, chinese))


def _unnamed(text: str, chinese: bool) -> str:
    """A text of the readers' rules with a word in the place of each value."""
    element = _say(chinese, "该元素", "the element")
    return text.format(name=element, zh="", en="", expected=_say(chinese, "规定的值", "the value wanted")).replace(
        "（）", ""
    )


def _exchange(chinese: bool) -> Iterator[str]:
    codes = table("dxp_error_codes")
    yield from _head("交换代码（DXP）" if chinese else "Codes of the exchange (DXP)", chinese,
                     "代码 文字 English 出处 本系统的答复", "code|text|English|known from|what answers here")  # fmt: skip
    for code in codes:
        answer = _say(chinese, *EXCHANGE[code])
        yield _row(f"`{code}`", codes.zh(code), codes.en(code), _origin("official", chinese), answer)


def _head(title: str, chinese: bool, zh: str, en: str) -> Iterator[str]:
    yield f"## {title}"
    yield ""
    yield from _table_head(chinese, zh, en)


def _table_head(chinese: bool, zh: str, en: str) -> Iterator[str]:
    names = zh.split() if chinese else en.split("|")
    yield _row(*names)
    yield _row(*("---" for _ in names))


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _links(ids: Iterable[str], chinese: bool) -> str:
    target = "rules.zh.md" if chinese else "rules.md"
    return " ".join(f"[{one}]({target}#{one.lower()})" for one in ids)


def _receipt_title(receipt: str, chinese: bool) -> str:
    if receipt == "any":
        return _say(chinese, "全部回执", "All receipts")
    kind = next(one for one in ALL_KINDS if SHAPES[one].receipt == f"CEB{receipt}Message")
    return f"CEB{receipt} {_say(chinese, SHAPES[kind].zh, SHAPES[kind].en)}"


def _origin(origin: str, chinese: bool) -> str:
    note = _ORIGINS[origin]
    return _say(chinese, note.zh, note.en)


def _say(chinese: bool, zh: str, en: str) -> str:
    return zh if chinese else en


def _sentence(text: str, chinese: bool) -> str:
    end = "。" if chinese else "."
    text = text if chinese else text[:1].upper() + text[1:]
    return text if text.endswith(end) else text + end


_ORIGINS: Mapping[str, Note] = {
    "official": Note("规范", "official"),
    "field": Note("实际回执", "field"),
    "ours": Note("本系统", "ours"),
}
_GENERATED = (
    "<!-- Generated by `python -m tongguan.clearance.codebook` from code tables and rules; change those instead. -->"
)
_INTRO_ZH = """\
# 代码

[English](codes.md)

程序会遇到的全部代码：回执状态、负数代码、海关结果代码、CEB900、交换代码。出处：**规范**为2022年5月版报文规范，**实际回执**为
生产环境回执中所见，**本系统**表示没有公开代码，回执文字写规则编号。海关的代码不杜撰。沙箱中可以索取任一代码，见
[沙箱](sandbox.zh.md)；规则全文见[规则](rules.zh.md)。"""
_INTRO_EN = """\
# Codes

[中文](codes.zh.md)

Every code that a program meets: statuses of receipts, negative codes, results of customs, CEB900, codes of the
exchange. Where a code is known from: **official** is the message specification of May 2022, **field** are receipts of
production, **ours** means that no code is public and the text of the receipt has the id of the rule. Codes of customs
are never invented. In a sandbox any code can be asked for ([sandbox](sandbox.md)); the rules in full are on
[their page](rules.md)."""
_NEGATIVE_ZH = (
    "returnStatus 为负数：该条记录未受理，此前的单证不变。returnInfo 先写官方文字（`[*]` 处已填入值），再逐条写本系统的原因。"
    "一条记录有多个原因时，代码取第一个比“参数校验不通过”更具体的。"
)
_NEGATIVE_EN = (
    "A negative returnStatus: the record was not taken, and what was filed before stands as it was. returnInfo has the "
    "official text first, with the values in the places of `[*]`, then each of our reasons. Of several codes the first "
    'that says more than "field checks failed" is given.'
)
_UNCODED_ZH = (
    "海关结果没有公开代码的规则：退单回执 100，附注和等待写在 120 等回执中，文字为 `[规则编号;原因;字段:值]`。"
)
_UNCODED_EN = (
    "Where no result code of customs is public, the text of the receipt (100 for a rejection, 120 for a note) reads "
    "`[rule id;reason;field:value]`."
)
_FORMAT_ZH = (
    "整个报文未受理（HTTP 422，returnStatus `-999999`），returnInfo 逐行列出：`[规则;路径]` 原因、处理。规则如下。"
)
_FORMAT_EN = (
    "The whole message was not taken (HTTP 422, returnStatus `-999999`); returnInfo has a line for each problem: "
    "`[rule;path]`, cause, cure. The rules:"
)


def pages(root: Path) -> dict[Path, str]:
    """Both pages by their paths below the repository's root."""
    return {root / "docs" / "codes.md": page(False), root / "docs" / "codes.zh.md": page(True)}


def main(arguments: list[str]) -> int:
    """Write or check the pages of the repository that the working directory is the root of."""
    return write_or_check(pages(Path.cwd()), arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
