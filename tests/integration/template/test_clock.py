"""The clock of `make run` moves; that of a deployed stack cannot, whatever its parameters."""

import re

import pytest

from tests.integration.template.rules import refusals
from tests.integration.template.stack import LOCAL_ONLY, STAGES, source, stack

DEPLOYED = [stage for stage in STAGES if stage != "local"]


@pytest.mark.parametrize("stage", DEPLOYED)
def test_a_deployment_that_is_given_a_clock_is_refused(stage: str) -> None:
    (refusal,) = refusals(Stage=stage, ClockFile="/tmp/clock")

    assert "the clock of a deployed stack cannot be moved" in refusal


@pytest.mark.parametrize("stage", DEPLOYED)
def test_a_deployment_without_a_clock_is_not(stage: str) -> None:
    assert refusals(Stage=stage) == []


def test_the_local_stack_may_have_one() -> None:
    assert refusals(Stage="local", ClockFile="/tmp/clock") == []


@pytest.mark.parametrize("stage", DEPLOYED)
def test_no_deployed_function_is_given_a_clock_even_if_no_rule_refused_it(stage: str) -> None:
    for name, function in stack(stage, clock_file="/tmp/clock").functions.items():
        assert LOCAL_ONLY not in function["Environment"]["Variables"], name


def test_every_local_function_is_given_the_same_clock() -> None:
    for name, function in stack("local", clock_file="/tmp/clock").functions.items():
        assert function["Environment"]["Variables"][LOCAL_ONLY] == "/tmp/clock", name


@pytest.mark.parametrize(
    ("path", "allowed"), [("", True), ("/tmp/a clock", True), ("clock", False), ("./clock", False)]
)
def test_a_clock_is_an_absolute_path(path: str, allowed: bool) -> None:
    assert bool(re.search(source()["Parameters"]["ClockFile"]["AllowedPattern"], path)) is allowed
