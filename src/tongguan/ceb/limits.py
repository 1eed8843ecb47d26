"""What an incoming message may cost us. Every limit is a setting, and going past one has its own rule id."""

from __future__ import annotations

import msgspec


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Bounds on one incoming message.

    ``bytes_max``: size after unpacking and after transcoding to UTF-8 (W01).
    ``depth_max``: levels of elements, the root being the first (W05).
    ``lines_max``: lines of one record where the schema sets no bound, as in the warehouse entry list (W06).
    ``records_max``: records of one message where the schema sets no bound, as in tax bills (W07).
    ``tags_max``: opening and closing tags, counted before parsing as ``<`` (W12). The fullest inventory has 426,000.
    ``problems_max``: problems listed of one message; one more (W08) says that the rest was left out.
    ``unsigned``: the lenient profile lets a message without its required signature pass, with a warning.
    Document types (W02), external references (W03) and entities (W04) are never allowed.
    """

    bytes_max: int = 32 * 1024 * 1024
    depth_max: int = 16
    lines_max: int = 10_000
    records_max: int = 10_000
    tags_max: int = 500_000
    problems_max: int = 10_000
    unsigned: bool = True
