"""A canary is for production: no other stage has requests enough to try a version with."""

import pytest

from tests.integration.template.rules import refusals


@pytest.mark.parametrize("stage", ["local", "dev"])
def test_a_canary_outside_of_production_is_refused(stage: str) -> None:
    (refusal,) = refusals(Stage=stage, Canary="true")

    assert 'Canary is for Stage "prod" only' in refusal


def test_production_may_have_one() -> None:
    assert refusals(Stage="prod", Canary="true") == []
