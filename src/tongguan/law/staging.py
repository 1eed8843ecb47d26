"""Two persons change the law: one stages a new snapshot, another brings it into force; and why either is refused.

A staged snapshot was made against the one then in force (its base) and holds for no other. It must leave every day up
to today as it is, unless it was staged as retroactive, with a reason.
"""

from __future__ import annotations

from datetime import date

import msgspec

from tongguan.ceb.problem import Problem

OPEN, IN_FORCE, WITHDRAWN = "open", "in_force", "withdrawn"


class Staged(msgspec.Struct, frozen=True, kw_only=True):
    """A staged snapshot: ``digest`` names it, ``base`` the one it was made against; ``state`` is open, in_force or
    withdrawn. ``maker`` staged it with event ``staged_event``; ``checker`` ended it with ``ended_event`` (0: never).
    """

    digest: str
    base: str
    maker: str
    retroactive: bool
    staged_event: int
    state: str = OPEN
    checker: str = ""
    ended_event: int = 0


class LawRule(msgspec.Struct, frozen=True, kw_only=True):
    """A rule of changing the law."""

    id: str
    zh: str
    en: str
    fix_zh: str
    fix_en: str

    def problem(self, found: str = "", expected: str = "") -> Problem:
        """The rule, broken."""
        return Problem(
            rule_id=self.id, document="law", path="", text_zh=self.zh, text_en=self.en, fix_zh=self.fix_zh,
            fix_en=self.fix_en, found=found, expected=expected,
        )  # fmt: skip


OTHER_BASE = LawRule(
    id="LW01",
    zh="该变更所依据的法规快照已不再生效",
    en="the change was made against a snapshot of the law that is no longer in force",
    fix_zh="撤回后重新运行 tongguan law import，核对差异再复核",
    fix_en="withdraw it, run `tongguan law import` again, look at the difference and have it approved",
)
ONE_PERSON = LawRule(
    id="LW02",
    zh="经办人与复核人须为两个人，且均须署名",
    en="maker and checker must be two persons, each by name",
    fix_zh="由另一人复核",
    fix_en="let another person approve it",
)
NOT_AHEAD = LawRule(
    id="LW03",
    zh="变更在明天之前就会生效，且未注明溯及既往",
    en="the change takes effect before tomorrow and is not marked retroactive",
    fix_zh="把生效日期改为明天或以后；确需溯及既往的，导入时加 --retroactive 并写明理由",
    fix_en="let it take effect tomorrow or later; if it must reach back, import it with --retroactive and the reason",
)
NOT_STAGED = LawRule(
    id="LW04",
    zh="没有以此为摘要的待复核变更",
    en="no change with this digest waits for approval",
    fix_zh="用 tongguan law staged 查看待复核的变更",
    fix_en="see what waits with `tongguan law staged`",
)
NO_CHANGE = LawRule(
    id="LW05",
    zh="与现行法规相同，没有变更",
    en="this is the law in force; nothing would change",
    fix_zh="核对文件夹中的行",
    fix_en="look at the rows in the folder",
)
ALREADY_STAGED = LawRule(
    id="LW06",
    zh="该变更已在等待复核",
    en="this change waits for approval already",
    fix_zh="请另一人复核，或先撤回",
    fix_en="let another person approve it, or withdraw it first",
)
UNSTAGED = LawRule(
    id="LW07",
    zh="现行法规只能经导入和复核变更",
    en="the law in force changes only by an import that another person approves",
    fix_zh="使用 tongguan law import 和 tongguan law approve",
    fix_en="use `tongguan law import` and `tongguan law approve`",
)

LAW_RULES = (OTHER_BASE, ONE_PERSON, NOT_AHEAD, NOT_STAGED, NO_CHANGE, ALREADY_STAGED, UNSTAGED)


def staging_problem(
    digest: str, base: str, maker: str, *, in_force: str, open_already: bool, retroactive: bool, begins: date | None,
    today: date,
) -> Problem | None:  # fmt: skip
    """Why a snapshot may not be staged. ``begins``: the first day whose law differs, None where only words do."""
    if not maker.strip():
        return ONE_PERSON.problem()
    if base != in_force:
        return OTHER_BASE.problem(base, in_force)
    if digest == in_force:
        return NO_CHANGE.problem(digest)
    if open_already:
        return ALREADY_STAGED.problem(digest)
    return _not_ahead(retroactive, begins, today)


def approval_problem(
    digest: str, staged: Staged | None, checker: str, *, in_force: str, begins: date | None, today: date
) -> Problem | None:
    """Why a staged snapshot may not be brought into force now by this person."""
    if staged is None or staged.state != OPEN:
        return NOT_STAGED.problem(digest)
    if not checker.strip() or checker.strip().casefold() == staged.maker.strip().casefold():
        return ONE_PERSON.problem(checker, f"!= {staged.maker}")
    if staged.base != in_force:
        return OTHER_BASE.problem(staged.base, in_force)
    return _not_ahead(staged.retroactive, begins, today)


def withdrawal_problem(digest: str, staged: Staged | None, actor: str) -> Problem | None:
    """Why a staged snapshot may not be withdrawn; its maker may, and so may anybody else by name."""
    if staged is None or staged.state != OPEN:
        return NOT_STAGED.problem(digest)
    return None if actor.strip() else ONE_PERSON.problem()


def _not_ahead(retroactive: bool, begins: date | None, today: date) -> Problem | None:
    if retroactive or begins is None or begins > today:
        return None
    return NOT_AHEAD.problem(begins.isoformat(), f"> {today.isoformat()}")
