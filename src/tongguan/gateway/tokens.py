"""Tokens: who may come through the machines' door. The text is shown once; only a hash of its secret is kept."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Literal, get_args

import msgspec

from tongguan.gateway.door import TokenParty
from tongguan.store.doors import Doors, TokenRow

Kind = Literal["filer", "officer", "operator", "auditor"]
_TEXT = re.compile(r"tg_([0-9a-f]{12})_([A-Za-z0-9_-]{43})\Z")
_UNKNOWN = bytes(32)  # compared with when the id is unknown, so that both ways cost the same


class TokenInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A token as the operator lists it; nothing in it opens a door."""

    token_id: str
    kind: str
    party_code: str
    dxp_id: str
    office: str
    note: str
    issued_at: str
    expires_at: str
    revoked_at: str
    used_at: str
    officer_id: str


class BadToken(Exception):
    """A token cannot be issued as asked; the message says why in Chinese and English."""


class Tokens:
    """Issues and checks tokens over an open ``doors.db``.

    ``now`` gives aware UTC; last uses are written at most every ``flush_seconds`` (and by ``flush``).
    """

    def __init__(
        self,
        doors: Doors,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        flush_seconds: float = 30.0,
    ) -> None:
        self._doors = doors
        self._now = now
        self._flush_every = timedelta(seconds=flush_seconds)
        self._flushed_at = now()
        self._uses: dict[str, str] = {}
        self._rows: dict[str, TokenRow] = {}
        self._version = -1

    def issue(
        self,
        kind: str,
        *,
        party_code: str = "",
        dxp_id: str = "",
        office: str = "",
        officer_id: str = "",
        note: str = "",
        days: int = 365,
    ) -> str:
        """Make a token that ends after ``days``; returns the text, which is never shown again.

        A filer needs party_code and dxp_id, an officer an office, and an officer_id to give commands. Raises BadToken.
        """
        if kind not in get_args(Kind):
            raise BadToken(f"没有这种令牌 no such kind of token: {kind}")
        if kind == "filer" and not (party_code and dxp_id):
            raise BadToken("申报方令牌需要企业代码和传输编号 a filer's token needs party code and exchange id")
        if kind == "officer" and not office:
            raise BadToken("关员令牌需要所属机关 an officer's token needs an office")
        if days < 1:
            raise BadToken("有效天数至少为 1 a token lasts at least 1 day")
        token_id, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
        now = self._now()
        ends = _text(now + timedelta(days=days))
        row = TokenRow(token_id, _digest(secret), kind, party_code, dxp_id, office, note, _text(now), ends)
        self._doors.add(msgspec.structs.replace(row, officer_id=officer_id))
        return f"tg_{token_id}_{secret}"

    def check(self, text: str) -> TokenParty | None:
        """Whoever the token stands for; None when it is malformed, unknown, wrong, expired or revoked."""
        match = _TEXT.match(text)
        if match is None:
            return None
        row = self._row(match[1])
        same = hmac.compare_digest(_digest(match[2]), row.digest if row else _UNKNOWN)
        now = _text(self._now())
        if row is None or not same or row.revoked_at or row.expires_at <= now:
            return None
        self._uses[row.token_id] = now
        return TokenParty(
            kind=row.kind,
            party_code=row.party_code,
            dxp_id=row.dxp_id,
            office=row.office,
            token_id=row.token_id,
            officer_id=row.officer_id,
        )

    def revoke(self, token_id: str) -> bool:
        """End a token at once, in every process; False when there is no open one with this id."""
        self._rows.clear()
        return self._doors.revoke(token_id, _text(self._now()))

    def list(self) -> list[TokenInfo]:
        """All tokens, oldest first, without their hashes."""
        names = TokenInfo.__struct_fields__
        return [TokenInfo(**{name: getattr(row, name) for name in names}) for row in self._doors.all()]

    def flush_due(self) -> bool:
        """Whether it is time to write last uses."""
        return bool(self._uses) and self._now() - self._flushed_at >= self._flush_every

    def flush(self) -> None:
        """Write the last uses gathered so far, in one transaction."""
        self._flushed_at = self._now()
        uses, self._uses = self._uses, {}
        if uses:
            self._doors.used(uses)

    def _row(self, token_id: str) -> TokenRow | None:
        """From memory unless another process has changed something (a token was revoked, say)."""
        version = self._doors.version()
        if version != self._version:
            self._rows.clear()
            self._version = version
        if token_id not in self._rows and (row := self._doors.get(token_id)):
            self._rows[token_id] = row
        return self._rows.get(token_id)


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def _text(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
