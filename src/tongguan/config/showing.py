"""Settings as text: the TOML of what is in force, and the page that explains each key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Meta

from tongguan.config.sections import SECTIONS, Settings


def show(settings: Settings) -> str:
    """The settings in force as a TOML file that ``load`` reads back to the same settings."""
    blocks = []
    for name in SECTIONS:
        section = msgspec.structs.asdict(getattr(settings, name))
        lines = [f"{key} = {toml_value(value)}" for key, value in section.items()]
        blocks.append("\n".join([f"[{name}]", *lines]))
    return "\n\n".join(blocks) + "\n"


def every_key() -> Iterator[tuple[str, str, str, str, str]]:
    """Every key: ``section.key``, what it may be, its default in TOML, and its sentence in Chinese and English."""
    for name, kind in SECTIONS.items():
        hints = get_type_hints(kind, include_extras=True)
        for field in msgspec.structs.fields(kind):
            zh, en = sentences(hints[field.name])
            yield f"{name}.{field.name}", expected(hints[field.name]), toml_value(field.default), zh, en


def settings_table() -> str:
    """The table of ``docs/settings.md``, one row for each key, in both languages."""
    rows = ["| 键 key | 取值 value | 默认 default | 含义 | meaning |", "|---|---|---|---|---|"]
    for key, expected, default, zh, en in every_key():
        rows.append(f"| `{key}` | {expected} | `{default}` | {zh} | {en} |")
    return "\n".join(rows) + "\n"


def meta(hint: Any) -> Meta:
    """The annotation of a section's field."""
    return next(part for part in get_args(hint) if isinstance(part, Meta))


def sentences(hint: Any) -> tuple[str, str]:
    """The key's meaning in Chinese and English."""
    extra = meta(hint).extra or {}
    return extra["zh"], extra["en"]


def expected(hint: Any) -> str:
    """What a value may be, readable in both languages: ``0..65535``, ``strict|lenient``, ``true|false``, ``"…"``."""
    base = get_args(hint)[0]
    if get_origin(base) is Literal:
        return " / ".join(f'"{choice}"' for choice in get_args(base))
    if base is bool:
        return "true / false"
    if base is int:
        bounds = meta(hint)
        return f"{bounds.ge} … {bounds.le}"
    return '"…"'


def toml_value(value: Any) -> str:
    """A text, number or truth value as TOML writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        # JSON's escapes are a part of TOML's, but TOML wants DEL escaped too.
        return msgspec.json.encode(value).decode().replace("\x7f", "\\u007f")
    return str(value)
