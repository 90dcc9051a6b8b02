"""The stack under test, once for each stage and volume."""

import pytest

from tests.integration.template.stack import VARIANTS, Stack, stack


@pytest.fixture(params=VARIANTS, ids=lambda variant: f"{variant[0]}-{'high' if variant[1] == 'true' else 'low'}-volume")
def variant(request: pytest.FixtureRequest) -> Stack:
    """Every way the template can be deployed."""
    return stack(*request.param)


@pytest.fixture
def prod() -> Stack:
    """The stack as it is deployed without parameters."""
    return stack()
