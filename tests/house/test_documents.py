"""Documents: each page has its twin, each link leads somewhere, and nothing ties a file to one machine."""

from __future__ import annotations

import re
from itertools import zip_longest

import pytest

from tests.house.house import PACKAGE, ROOT, marked_blocks, texts

PAGES = [path for path in texts(".md") if "tests" not in path.relative_to(ROOT).parts]
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def name_of(path):
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_a_page_speaks_both_languages_or_has_a_twin(page):
    base = page.name.removesuffix(".md").removesuffix(".zh")
    twin = page.with_name(f"{base}.md" if page.name.endswith(".zh.md") else f"{base}.zh.md")
    if not twin.exists():
        text = page.read_text(encoding="utf-8")
        assert CHINESE.search(text), "no Chinese here and no twin"
        assert re.search(r"[A-Za-z]+ [a-z]+ [a-z]+", text), "no English here and no twin"


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_inside_the_house_leads_somewhere(page):
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text)
    dead = [link for link in links if "://" not in link and not (page.parent / link).exists()]
    assert dead == []


def test_both_readmes_show_the_same_commands():
    english, chinese = ((ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.zh.md"))
    for mark in ("test", "test: fresh"):
        assert marked_blocks(english, mark) == marked_blocks(chinese, mark) != []
    assert len(english.splitlines()) < 120, "the README is to be read in five minutes"


@pytest.mark.parametrize("readme", ["README.md", "README.zh.md"])
def test_no_page_is_lost(readme):
    text = (ROOT / readme).read_text(encoding="utf-8")
    pages = {page.name.removesuffix(".md").removesuffix(".zh") for page in (ROOT / "docs").glob("*.md")}
    assert {page for page in pages if f"docs/{page}" not in text} == set()


# Put together here so that this file does not hold what it looks for.
MACHINE = re.compile(
    r"(?:^|[\s\"'(=])/(?:work|farm|root|home|Users)/" + "|" + r"python" + r"hosted|pypi" + r"\.org|deb\." + r"debian"
)
OURS = texts(".py", ".md", ".toml", ".txt", ".csv", ".sql", ".xsd", ".json", "Makefile", "run", "NOTICE")


@pytest.mark.parametrize("path", OURS, ids=name_of)
def test_no_file_names_a_machines_folder_or_a_package_registry(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [(n, line) for n, line in enumerate(lines, 1) if MACHINE.search(line)] == []


def test_every_folder_with_modules_is_a_package():
    bare = {p.parent for p in PACKAGE.rglob("*.py") if not (p.parent / "__init__.py").exists()}
    assert bare == set()


def test_each_change_is_told_in_both_languages():
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    for part in re.split(r"^- ", changes, flags=re.MULTILINE)[1:]:
        assert CHINESE.search(part) and re.search(r"[A-Za-z]{3,} [a-z]+", part), part


def test_the_index_of_decisions_lists_each_page_once():
    index = (ROOT / "docs" / "decisions" / "README.md").read_text(encoding="utf-8")
    listed = re.findall(r"\((\d{4}[\w-]+\.md)\)", index)
    pages = sorted(p.name for p in (ROOT / "docs" / "decisions").glob("[0-9]*.md"))
    assert [pair for pair in zip_longest(listed, pages) if pair[0] != pair[1]] == []
