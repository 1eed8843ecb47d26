"""Shared by the tests of the wire."""

from __future__ import annotations

import pytest
import xmlschema

from tongguan.ceb.schema import xsd
from tongguan.ceb.table import folder


@pytest.fixture(scope="session")
def second_opinion() -> xmlschema.XMLSchema:
    """The generated schema in a validator that shares no code with libxml2."""
    return xmlschema.XMLSchema(xsd().decode(), base_url=str(folder()))
