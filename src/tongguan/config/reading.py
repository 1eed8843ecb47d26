"""From a TOML file to settings, or to every mistake in it."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_type_hints

import msgspec

from tongguan.ceb.problem import Problem
from tongguan.config.agreeing import disagreements
from tongguan.config.problems import not_toml, unknown, unreadable, wrong
from tongguan.config.sections import SECTIONS, Settings
from tongguan.config.showing import expected, sentences

ENVIRONMENT_KEY = "TONGGUAN_CONFIG"


class SettingsFault(Exception):
    """The settings cannot be used; ``problems`` names every mistake, not only the first."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("; ".join(f"{p.path}: {p.text_en}" for p in problems))
        self.problems = problems


def load(path: Path | str | None = None, environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings file: ``path``, else the one that TONGGUAN_CONFIG names, else the defaults alone.

    Raises SettingsFault with every mistake found, also when the file is absent or cannot be read.
    """
    chosen = path or environ.get(ENVIRONMENT_KEY)
    if not chosen:
        return Settings()
    file = Path(chosen)
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise SettingsFault((unreadable(file, error.strerror or "?"),)) from None
    settings, problems = parse(raw)
    if problems:
        raise SettingsFault(problems)
    return msgspec.structs.replace(settings, source=file)


def check(path: Path | str | None = None, environ: Mapping[str, str] = os.environ) -> tuple[Problem, ...]:
    """Every mistake of the settings file that ``load`` would take; empty when it can be used."""
    try:
        load(path, environ)
    except SettingsFault as fault:
        return fault.problems
    return ()


def parse(raw: bytes) -> tuple[Settings, tuple[Problem, ...]]:
    """Settings and mistakes of one TOML text (UTF-8). With mistakes the settings hold defaults in the wrong places."""
    try:
        tree = tomllib.loads(raw.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:  # broken TOML or UTF-8, or nesting without end
        return Settings(), (not_toml(str(error)),)
    problems: list[Problem] = []
    sections: dict[str, msgspec.Struct] = {}
    for name, values in tree.items():
        kind = SECTIONS.get(name)
        if kind is None:
            problems.append(unknown(name, "", values, SECTIONS))
        elif not isinstance(values, dict):
            problems.append(wrong(name, values, f"[{name}]", f"小节 [{name}]", f"the section [{name}]"))
        else:
            sections[name], faults = _section(name, kind, values)
            problems.extend(faults)
    settings = msgspec.convert(sections, Settings, from_attributes=True)
    return settings, tuple(problems) or tuple(disagreements(settings))


def _section(name: str, kind: type[msgspec.Struct], values: Mapping[str, Any]) -> tuple[msgspec.Struct, list[Problem]]:
    hints = get_type_hints(kind, include_extras=True)
    problems: list[Problem] = []
    good: dict[str, Any] = {}
    for key, value in values.items():
        if key not in hints:
            problems.append(unknown(key, name, value, hints))
            continue
        try:
            good[key] = msgspec.convert(value, hints[key], strict=True)
        except msgspec.ValidationError:
            zh, en = sentences(hints[key])
            problems.append(wrong(f"{name}.{key}", value, expected(hints[key]), zh, en))
    return kind(**good), problems
