"""Every fault that the sandbox can plant, by name, with what must come of it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from tongguan.sandbox.faults import of_document, of_entry, of_flow, of_law, of_life, of_match, of_schema, of_signature
from tongguan.sandbox.faults.fault import Fault

FAULTS: tuple[Fault, ...] = (
    *of_schema.FAULTS,
    *of_signature.FAULTS,
    *of_document.FAULTS,
    *of_match.FAULTS,
    *of_law.FAULTS,
    *of_flow.FAULTS,
    *of_entry.FAULTS,
    *of_life.FAULTS,
)
"""All of them, in the order of the documentation."""

BY_NAME: Mapping[str, Fault] = MappingProxyType({fault.name: fault for fault in FAULTS})
