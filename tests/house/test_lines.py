"""A line of code has at most 120 characters. ruff's E501 would count a Chinese character as two, so we count here."""

from __future__ import annotations

from tests.house.house import ROOT, texts

LONGEST = 120


def long_lines(text: str) -> list[int]:
    return [number for number, line in enumerate(text.splitlines(), 1) if len(line) > LONGEST]


def test_no_line_is_longer_than_a_screen():
    found = [
        f"{path.relative_to(ROOT).as_posix()}:{number}"
        for path in texts(".py")
        for number in long_lines(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_a_chinese_character_counts_as_one():
    assert long_lines("关" * LONGEST) == []
    assert long_lines("x\n" + "关" * (LONGEST + 1)) == [2]
