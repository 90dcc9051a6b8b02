"""The rules of asking in a survey's settings: the reminder plan, and what makes no sense in it."""

from typing import Any

import pytest

from earshot.api.invitation_rules import RULES


def test_without_a_word_there_are_reminders_after_three_and_seven_days() -> None:
    assert RULES.check({}).reminders == (3, 7)


@pytest.mark.parametrize("plan", [[], [1], [60], [2, 3]])
def test_a_survey_may_have_its_own_plan(plan: list[int]) -> None:
    assert RULES.check({"reminders": plan}).reminders == tuple(plan)


@pytest.mark.parametrize(
    ("plan", "reason"),
    [
        (list(range(1, 41)), "it has 40 reminders; at most 2 are allowed"),
        ([-3], "a whole number from 1 to 60"),
        ([0], "a whole number from 1 to 60"),
        ([61], "a whole number from 1 to 60"),
        ([3.5], "a whole number from 1 to 60"),
        ([True], "a whole number from 1 to 60"),
        (["3"], "a whole number from 1 to 60"),
        ([7, 3], "the days must ascend"),
        ([3, 3], "the days must ascend"),
        ("3,7", "an array of days like [3, 7], not a string"),
        (None, "an array of days like [3, 7], not null"),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused_with_the_reason(plan: Any, reason: str) -> None:
    with pytest.raises(ValueError, match="reminders") as refused:
        RULES.check({"reminders": plan})
    assert reason in str(refused.value)
