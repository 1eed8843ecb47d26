"""The worked event of docs/store.md, recomputed from the page with nothing but the standard library."""

from __future__ import annotations

import hashlib
import hmac
import re
from pathlib import Path

import pytest

from tongguan.chain.event import Field, entry, make_part

DOCS = Path(__file__).parents[2] / "docs"
SECRETS = {"person": bytes(range(32)), "rest": bytes(range(32, 64))}
ROW = re.compile(
    r"^\| `([\w.]+)` \| `(.+?)` \| (person|rest) \| `([0-9a-f]{32})` \| `([0-9a-f]{64})` \|$", re.MULTILINE
)


@pytest.fixture(params=["store.md", "store.zh.md"])
def page(request: pytest.FixtureRequest) -> str:
    return (DOCS / request.param).read_text(encoding="utf-8")


def test_the_page_can_be_recomputed_by_hand(page: str) -> None:
    digests = []
    rows = ROW.findall(page)
    assert len(rows) == 3
    for name, value, secret, salt, digest in rows:
        computed = hmac.new(SECRETS[secret], name.encode(), "sha256").digest()[:16]
        assert computed.hex() == salt
        found = hashlib.sha256(b"\x00" + computed + name.encode() + b"\x00" + value.encode()).digest()
        assert found.hex() == digest
        digests.append(found)
    told = re.search(r"`(01[0-9a-f]{64})`", page)
    assert told is not None
    assert told[1] == (b"\x01" + hashlib.sha256(b"\x01" + b"".join(digests)).digest()).hex()


def test_the_code_does_what_the_page_says(page: str) -> None:
    fields = [Field(name, value.encode(), secret == "person") for name, value, secret, *_ in ROW.findall(page)]
    part = make_part(reversed(fields), SECRETS["person"] + SECRETS["rest"])
    assert f"`{entry([part]).hex()}`" in page
