"""How strictly a message is read."""

from __future__ import annotations

from enum import Enum


class Profile(Enum):
    """``STRICT`` takes what the official schema takes and nothing else.

    ``LENIENT`` also takes three habits of real clients, each with a warning: an empty optional element counts as left
    out (L01), a required signature may be missing where the server allows it (L02), and a field may have the greater
    length of an older text (L03).
    """

    STRICT = "strict"
    LENIENT = "lenient"
