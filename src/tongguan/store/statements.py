"""Named statements: hot SQL has one home, ``statements/*.sql``; other code knows the names only.

A file is a row of blocks::

    -- name: put_account
    -- Write a balance as it stands after the batch.
    INSERT INTO …;
"""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from typing import NamedTuple

_HEAD = re.compile(r"^-- name: ([a-z_0-9]+)\n-- (.+)\n", re.MULTILINE)


class Statement(NamedTuple):
    """One statement and the sentence that says what it is for."""

    name: str
    purpose: str
    sql: str


@cache
def statements(database: str = "sqlite") -> dict[str, Statement]:
    """All statements of one database by name. Raises ValueError on a block without purpose, or a name used twice."""
    text = (resources.files("tongguan.store") / "statements" / f"{database}.sql").read_text(encoding="utf-8")
    heads = list(_HEAD.finditer(text))
    if len(heads) != text.count("-- name:"):
        raise ValueError(f"{database}.sql: a statement has no purpose line")
    found: dict[str, Statement] = {}
    for head, end in zip(heads, [*(h.start() for h in heads[1:]), len(text)], strict=True):
        name, purpose = head.groups()
        if name in found:
            raise ValueError(f"{database}.sql: {name} stands twice")
        found[name] = Statement(name, purpose, text[head.end() : end].strip().rstrip(";"))
    return found


def sql(name: str) -> str:
    """The text of one SQLite statement. Raises KeyError."""
    return statements()[name].sql
