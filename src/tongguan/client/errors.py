"""What can go wrong for a client. Every error says what to do, in Chinese and English."""

from __future__ import annotations

from collections.abc import Sequence

from tongguan.client.forms import Problem


class ClientError(Exception):
    """The root of this client's errors."""


class Trouble(ClientError):
    """The gateway has said no. ``status`` is the HTTP status, ``problems`` what it names; nothing was stored.

    (Except for Refusal, which is stored as refused.)
    """

    def __init__(self, status: int, problems: Sequence[Problem]) -> None:
        self.status = status
        self.problems = tuple(problems)
        named = "\n".join(str(problem) for problem in self.problems)
        super().__init__(f"HTTP {status}" + (f"\n{named}" if named else ""))


class Refusal(Trouble):
    """422: the message is unreadable, unknown or against the schema. Mend what is named; sending it again is no use."""

    def __init__(self, status: int, problems: Sequence[Problem], filing_id: str) -> None:
        super().__init__(status, problems)
        self.filing_id = filing_id


class NotAllowed(Trouble):
    """401 or 403: the token is not in force, or belongs to another party or kind."""


class NotFound(Trouble):
    """404: there is no such filing or order, or it does not concern your party."""


class ServerBusy(Trouble):
    """429 or 503, also after all retries. Send the same bytes again later: filing twice changes nothing."""


class ServerFault(Trouble):
    """5xx other than 503. Send the same bytes again later, and tell the operator when it happens again."""


class NotReached(ClientError):
    """No answer came: it is not known whether the message was stored. Send the same bytes again, that is safe."""


class TimedOut(ClientError):
    """What was waited for has not come in time; it may still come. Ask again later."""
