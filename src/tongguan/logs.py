"""The operator's log: JSON lines on standard error, with the filing's id and without anything that names a person.

Every value passes ``mask_persons`` last before it is written, also what libraries log, so a careless call cannot leak.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from typing import Any, TextIO

import msgspec
import structlog

from tongguan.ceb.person import PERSON_ELEMENTS

MASK = "***"

# Names that our own code and the counterparties' interfaces use for the same things, without the message's spelling.
_OTHER_PERSON_KEYS = frozenset({"idnumber", "phone", "mobile", "recipient", "email", "buyer", "payer"})
_PERSON_KEYS = frozenset(key.lower() for key in PERSON_ELEMENTS) | _OTHER_PERSON_KEYS

# Identity numbers have 18 characters (the last may be X), or 15 before 1999; mobile numbers have 11 digits and begin
# with 13 to 19. Wrong ones are masked as well: a number with one mistyped digit still points to its person.
_NUMBERS = re.compile(r"(?<![0-9A-Za-z])(?:\d{17}[\dXx]|\d{15}|(?:\+?86[- ]?)?1[3-9]\d{9})(?![0-9A-Za-z])")

# A person's element inside a text: as XML (``<ceb:buyerName>…``), and as JSON or a repr (``buyerName='…'``).
_NAMES = "|".join(sorted(PERSON_ELEMENTS))
_ELEMENTS = re.compile(
    rf"(<(?:[\w.-]+:)?(?:{_NAMES})(?:\s[^>]*)?>)(?:<!\[CDATA\[.*?\]\]>|[^<]*)", re.IGNORECASE | re.DOTALL
)
_QUOTED = re.compile(rf"(\b(?:{_NAMES})[\"']?\s*[:=]\s*)([\"'])(?:\\.|(?!\2).)*\2", re.IGNORECASE | re.DOTALL)


def configure(level: str = "info", stream: TextIO | None = None) -> None:
    """Send our log and that of the libraries to ``stream`` (standard error) as JSON, from ``level`` upwards.

    Call it once in each process, before the first line; give uvicorn ``log_config=None``, or it sets up its own.
    """
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                mask_persons,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())


def get(name: str) -> structlog.stdlib.BoundLogger:
    """The log of one room: ``log = logs.get(__name__)``."""
    logger: structlog.stdlib.BoundLogger = structlog.get_logger(name)
    return logger


@contextmanager
def filing(filing_id: str) -> Iterator[None]:
    """Put ``filing_id`` on every line written inside the block."""
    with structlog.contextvars.bound_contextvars(filing=filing_id):
        yield


def mask_persons(logger: object, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """structlog processor: values under a person's element become ``***``, and so do identity and mobile numbers."""
    own_fields = ("logger", "level", "timestamp")
    return {key: value if key in own_fields else _masked(key, value) for key, value in event.items()}


def _masked(key: str, value: Any) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if key.replace("_", "").lower() in _PERSON_KEYS:
        return MASK
    if isinstance(value, msgspec.Struct):
        value = msgspec.structs.asdict(value)
    if isinstance(value, Mapping):
        # A mapping's keys are data too (a cache keyed by number, say).
        return {mask_text(str(name)): _masked(str(name), part) for name, part in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_masked(key, part) for part in value]
    if isinstance(value, bytes | bytearray | memoryview):
        return mask_text(bytes(value).decode("utf-8", "backslashreplace"))
    text = str(value)
    masked = mask_text(text)
    return value if isinstance(value, int | float) and masked == text else masked


def mask_text(text: str) -> str:
    """``text`` without identity and mobile numbers, and without the content of a message's person elements."""
    return _NUMBERS.sub(MASK, _QUOTED.sub(rf"\1{MASK}", _ELEMENTS.sub(rf"\1{MASK}", text)))
