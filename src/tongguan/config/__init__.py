"""The operator's settings: one typed TOML file, every key known, every mistake named.

What a key means stands in ``sections`` and nowhere else; ``settings_table`` writes the page ``docs/settings.md`` from
it. Nothing that a decision depends on is a setting of this file: tolerances, waiting times and rates are dated law
(``law/tables``).
"""

from tongguan.config.reading import ENVIRONMENT_KEY, SettingsFault, check, load, parse
from tongguan.config.sections import SECTIONS, Api, Ceb, Deployment, Gateway, Log, Sandbox, Settings, Store
from tongguan.config.showing import every_key, settings_table, show

__all__ = [
    "ENVIRONMENT_KEY",
    "SECTIONS",
    "Api",
    "Ceb",
    "Deployment",
    "Gateway",
    "Log",
    "Sandbox",
    "Settings",
    "SettingsFault",
    "Store",
    "check",
    "every_key",
    "load",
    "parse",
    "settings_table",
    "show",
]
