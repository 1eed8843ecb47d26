"""Pulling: a session is opened, the platform's addresses are asked in turn, and the engine is told each step."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime

from tongguan.clearance.model import Pulled
from tongguan.clearance.payment_pull import OPENED, REFUSED
from tongguan.payment_pull.client import Asked, ask
from tongguan.payment_pull.times import stamp
from tongguan.store.pulls import Address, Pulls, Session

Ask = Callable[[str, str, str, int], Asked]


def new_session_id() -> str:
    """22 random hexadecimal digits, written as customs writes them: 6, 8 and 8 with hyphens between."""
    digits = secrets.token_hex(11)
    return f"{digits[:6]}-{digits[6:14]}-{digits[14:]}"


def opened(ebp_code: str, order_no: str, session_id: str, actor: str) -> Pulled:
    """The event of an order's pull being opened."""
    return Pulled(step=OPENED, kind="order", key=(ebp_code, order_no), session=session_id, actor=actor)


def refused(session: Session) -> Pulled:
    """The event of a platform that did not take the request."""
    key = (session.ebp_code, session.order_no)
    return Pulled(step=REFUSED, kind="order", key=key, session=session.session_id, reason=session.told)


def usable(pulls: Pulls, ebp_code: str) -> list[Address]:
    """The addresses of a platform that passed their test and are on."""
    return [one for one in pulls.addresses(ebp_code) if one.state == "on"]


def put_question(
    pulls: Pulls,
    session_id: str,
    *,
    purpose: str,
    ebp_code: str,
    order_no: str,
    urls: list[str],
    actor: str,
    now: datetime,
    until: datetime,
    ask: Ask = ask,
) -> Session:
    """Keep the session, then ask the addresses until one takes the request. The session is refused when none does.

    It is kept first, so that a platform may upload before it has answered the request.
    """
    session = Session(
        session_id=session_id,
        purpose=purpose,
        ebp_code=ebp_code,
        order_no=order_no,
        url=" ".join(urls),
        opened_by=actor,
        opened_at=stamp(now),
        until_at=stamp(until),
    )
    pulls.open(session)
    told = []
    for url in urls:
        asked = ask(url, order_no, session_id, int(now.timestamp() * 1000))
        if asked.taken:
            return session
        told.append(f"{url}: {asked.told}")
    pulls.close_session(session_id, "refused", "; ".join(told), stamp(now))
    return pulls.session(session_id) or session
