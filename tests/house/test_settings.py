"""The settings file: read to typed values, refused with every mistake named, and explained key by key."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.house.house import PACKAGE, ROOT
from tongguan import config
from tongguan.ceb.limits import Limits

PAGE = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")


def write(folder: Path, text: str) -> Path:
    file = folder / "tongguan.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_without_a_file_the_defaults_hold():
    settings = config.load(None, environ={})
    assert settings == config.Settings()
    assert (settings.ceb.max_depth, settings.ceb.max_bytes, settings.ceb.max_lines) == (16, 33_554_432, 10_000)
    assert settings.store_dir() == Path("tongguan-data")


def test_a_file_changes_what_it_names_and_nothing_else(tmp_path):
    file = write(tmp_path, '[gateway]\nport = 8443\n[ceb]\nprofile = "lenient"\n')
    settings = config.load(file, environ={})
    assert (settings.gateway.port, settings.ceb.profile) == (8443, "lenient")
    assert settings.gateway.host == config.Gateway().host
    assert settings.source == file


def test_the_environment_names_the_file_and_a_given_path_goes_before_it(tmp_path):
    (tmp_path / "other").mkdir()
    from_environment = write(tmp_path, "[gateway]\nport = 1\n")
    given = write(tmp_path / "other", "[gateway]\nport = 2\n")
    environ = {"TONGGUAN_CONFIG": str(from_environment)}
    assert config.load(None, environ).gateway.port == 1
    assert config.load(given, environ).gateway.port == 2


def test_the_bounds_on_a_message_are_handed_to_its_reader(tmp_path):
    assert config.Settings().limits() == Limits()
    file = write(tmp_path, "[ceb]\nmax_depth = 9\nmax_bytes = 2048\n")
    assert config.load(file, {}).limits() == Limits(depth_max=9, bytes_max=2048)


def test_a_relative_data_folder_counts_from_the_settings_file(tmp_path):
    assert config.load(write(tmp_path, '[store]\ndir = "zone"\n'), {}).store_dir() == tmp_path / "zone"
    absolute = tmp_path / "elsewhere"
    assert config.load(write(tmp_path, f'[store]\ndir = "{absolute}"\n'), {}).store_dir() == absolute


@pytest.mark.parametrize(
    ("text", "rule", "path", "found", "expected"),
    [
        ("[gateway]\nport = 65536\n", "CFG04", "gateway.port", "65536", "0 … 65535"),
        ("[gateway]\nport = -1\n", "CFG04", "gateway.port", "-1", "0 … 65535"),
        ('[gateway]\nport = "8280"\n', "CFG04", "gateway.port", '"8280"', "0 … 65535"),
        ("[gateway]\nport = 8280.0\n", "CFG04", "gateway.port", "8280.0", "0 … 65535"),
        ("[gateway]\nport = true\n", "CFG04", "gateway.port", "true", "0 … 65535"),
        ("[sandbox]\nenabled = 1\n", "CFG04", "sandbox.enabled", "1", "true / false"),
        ('[ceb]\nprofile = "loose"\n', "CFG04", "ceb.profile", '"loose"', '"strict" / "lenient"'),
        ('[store]\ndir = ""\n', "CFG04", "store.dir", '""', '"…"'),
        ("[store]\ndir = [1]\n", "CFG04", "store.dir", "list", '"…"'),
        ("[gateway]\nprot = 1\n", "CFG03", "gateway.prot", "1", "port"),
        ("[gatway]\nport = 1\n", "CFG03", "gatway", "dict", "gateway"),
        ("port = 1\n", "CFG03", "port", "1", "store, gateway, ceb, api, sandbox, log, deployment"),
        ("gateway = 1\n", "CFG04", "gateway", "1", "[gateway]"),
    ],
)
def test_a_mistake_is_named_with_what_was_found_and_what_was_expected(tmp_path, text, rule, path, found, expected):
    (problem,) = config.check(write(tmp_path, text), {})
    assert (problem.rule_id, problem.path, problem.found, problem.expected) == (rule, path, found, expected)
    assert all((problem.text_zh, problem.text_en, problem.fix_zh, problem.fix_en))


@pytest.mark.parametrize("port", [0, 65535])
def test_the_bounds_themselves_are_allowed(tmp_path, port):
    assert config.load(write(tmp_path, f"[gateway]\nport = {port}\n"), {}).gateway.port == port


def test_all_mistakes_are_named_at_once(tmp_path):
    file = write(tmp_path, '[gateway]\nport = -1\nhots = "x"\n[log]\nlevel = "loud"\n[sandbx]\n')
    with pytest.raises(config.SettingsFault) as raised:
        config.load(file, {})
    named = {problem.path for problem in raised.value.problems}
    assert named == {"gateway.port", "gateway.hots", "log.level", "sandbx"}


def test_a_missing_or_broken_file_is_a_named_fault_and_no_traceback(tmp_path):
    assert [p.rule_id for p in config.check(tmp_path / "absent.toml", {})] == ["CFG01"]
    assert [p.rule_id for p in config.check(tmp_path, {})] == ["CFG01"]
    assert [p.rule_id for p in config.check(write(tmp_path, "[gateway\n"), {})] == ["CFG02"]
    (tmp_path / "bytes.toml").write_bytes(b"[log]\nlevel = '\xff'\n")
    assert [p.rule_id for p in config.check(tmp_path / "bytes.toml", {})] == ["CFG02"]


@given(st.one_of(st.binary(), st.text().map(str.encode)))
@example(b"a = " + b"[" * 5000)
@example(b"[gateway]\nport = " + b"9" * 5000)
@example(b"[gateway]\nport = nan\nhost = 2026-01-01\n")
@example(b'[gateway]\n"" = 1\n')
def test_any_bytes_give_settings_or_named_mistakes(raw):
    settings, problems = config.parse(raw)
    assert isinstance(settings, config.Settings)
    assert all(problem.rule_id.startswith("CFG") and problem.text_zh and problem.text_en for problem in problems)


def test_what_show_prints_reads_back_to_the_same_settings(tmp_path):
    text = '[store]\ndir = "资料 \\"甲\\"\\u007f"\n[gateway]\nport = 7\n[sandbox]\nenabled = true\n'
    settings = config.load(write(tmp_path, text), {})
    again, problems = config.parse(config.show(settings).encode())
    assert problems == ()
    assert (again.store, again.gateway, again.sandbox) == (settings.store, settings.gateway, settings.sandbox)
    assert again.store.dir == '资料 "甲"\x7f'


@pytest.mark.parametrize("key", [row[0] for row in config.every_key()])
def test_every_key_stands_on_the_settings_page(key):
    assert f"| `{key}` |" in PAGE


def test_the_page_says_what_the_program_says():
    assert config.settings_table() in PAGE, "docs/settings.md: put in the output of tongguan.config.settings_table()"


@pytest.mark.parametrize(("key", "zh", "en"), [(row[0], row[3], row[4]) for row in config.every_key()])
def test_every_key_is_explained_in_both_languages(key, zh, en):
    assert re.search(r"[\u4e00-\u9fff]", zh), key
    assert en and not re.search(r"[\u4e00-\u9fff]", en), key


def test_every_default_would_be_accepted_if_written():
    settings, problems = config.parse(config.show(config.Settings()).encode())
    assert problems == ()
    assert settings == config.Settings()


def test_the_example_on_the_page_is_a_good_settings_file():
    (example,) = re.findall(r"```toml\n(.*?)```", PAGE, flags=re.DOTALL)
    settings, problems = config.parse(example.encode())
    assert problems == ()
    assert settings.gateway.processes == 2


# Read through a method of Settings, under the method's name.
THROUGH = {
    "store.dir": "store_dir()",
    "deployment.upstream": "upstream_address()",
    "deployment.receipts": "receipts_folder()",
} | dict.fromkeys(("ceb.max_bytes", "ceb.max_depth", "ceb.max_lines"), "limits()")


@pytest.mark.parametrize("key", [row[0] for row in config.every_key()])
def test_no_setting_is_without_effect(key):
    others = [p.read_text(encoding="utf-8") for p in PACKAGE.rglob("*.py") if p.parent.name != "config"]
    wanted = rf"\.{re.escape(key)}\b" + (rf"|\.{re.escape(THROUGH[key])}" if key in THROUGH else "")
    assert any(re.search(wanted, text) for text in others), f"nothing reads {key}"


def test_only_config_reads_the_settings_variable():
    readers = [
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and node.value == config.ENVIRONMENT_KEY
    ]
    assert readers == ["config/reading.py"]
