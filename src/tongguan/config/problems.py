"""The five mistakes a settings file can have, each told in the one shape of all problems."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from tongguan.ceb.problem import Problem
from tongguan.config.showing import toml_value


def _found(value: Any) -> str:
    return toml_value(value) if isinstance(value, str | int | float) else type(value).__name__


def _problem(
    rule_id: str, path: str, found: str, expected: str, texts: tuple[str, str], fix: tuple[str, str]
) -> Problem:
    return Problem(
        rule_id=rule_id,
        document="settings",
        path=path,
        found=found,
        expected=expected,
        text_zh=texts[0],
        text_en=texts[1],
        fix_zh=fix[0],
        fix_en=fix[1],
    )


def unreadable(file: Path, why: str) -> Problem:
    """CFG01: the file is not there or may not be read."""
    return _problem(
        "CFG01",
        str(file),
        why,
        "",
        ("设置文件无法读取", "the settings file cannot be read"),
        ("请核对路径与权限", "check the path and its permissions"),
    )


def not_toml(why: str) -> Problem:
    """CFG02: the bytes are no TOML."""
    return _problem(
        "CFG02",
        "",
        why,
        "TOML 1.0, UTF-8",
        ("设置文件不是有效的 TOML", "the settings file is not valid TOML"),
        ("请改正所指的行", "mend the line that is named"),
    )


def unknown(key: str, section: str, value: Any, known: Mapping[str, Any]) -> Problem:
    """CFG03: a section or key that does not exist, with the nearest one that does."""
    path = f"{section}.{key}" if section else key
    near = get_close_matches(key, known, n=1)
    choices = near[0] if near else ", ".join(known)
    if near:
        fix = (f"是否应为 {near[0]}？", f"did you mean {near[0]}?")
    else:
        fix = (f"可用的有：{choices}", f"known are: {choices}")
    return _problem("CFG03", path, _found(value), choices, ("没有这个设置项", "there is no such setting"), fix)


def wrong(path: str, value: Any, expected: str, zh: str, en: str) -> Problem:
    """CFG04: the value has another type or lies outside its bounds."""
    return _problem(
        "CFG04",
        path,
        _found(value),
        expected,
        (f"取值不符：{zh}", f"the value does not fit: {en}"),
        (f"请改为 {expected}", f"write {expected}"),
    )


def at_odds(path: str, value: Any, expected: str, zh: str, en: str, fix: tuple[str, str]) -> Problem:
    """CFG05: the value is good by itself, but does not go with another key."""
    return _problem("CFG05", path, _found(value), expected, (zh, en), fix)
