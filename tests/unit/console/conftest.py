"""A console for each test."""

import pytest

from tests.unit.console.world import Console


@pytest.fixture
def console() -> Console:
    return Console()
