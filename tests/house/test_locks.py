"""The lock files pin what pyproject.toml asks for, with hashes, and name no place to fetch from."""

from __future__ import annotations

import re
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.house.house import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def pins(name: str) -> dict[str, tuple[str, int]]:
    """Package -> (version, number of hashes) of one lock file."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    found = re.findall(r"^(\S+)==(\S+)((?: \\\n\s+--hash=sha256:[0-9a-f]{64})*)", text, flags=re.MULTILINE)
    return {canonicalize_name(package): (version, hashes.count("--hash")) for package, version, hashes in found}


@pytest.mark.parametrize("name", ["runtime", "dev"])
def test_every_pin_has_hashes(name):
    assert len(pins(name)) > 20
    assert {package for package, (_, hashes) in pins(name).items() if not hashes} == set()


@pytest.mark.parametrize("name", ["runtime", "dev"])
def test_no_line_says_where_to_fetch_from(name):
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    assert not re.search(r"://|--(extra-)?index-url|--find-links|--trusted-host| @ ", text)


@pytest.mark.parametrize("requirement", PROJECT["dependencies"])
def test_what_the_package_needs_is_locked_in_range(requirement):
    wanted = Requirement(requirement)
    assert wanted.specifier.contains(pins("runtime")[canonicalize_name(wanted.name)][0])


@pytest.mark.parametrize("requirement", PROJECT["optional-dependencies"]["dev"])
def test_what_the_tests_need_is_locked_in_range(requirement):
    wanted = Requirement(requirement)
    assert wanted.specifier.contains(pins("dev")[canonicalize_name(wanted.name)][0])


def test_the_tests_run_on_the_very_versions_that_are_shipped():
    shipped, tested = pins("runtime"), pins("dev")
    assert {name: tested.get(name, ("absent",))[0] for name in shipped} == {n: v for n, (v, _) in shipped.items()}
