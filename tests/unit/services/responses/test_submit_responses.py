"""The policy of an open survey is read once in five seconds, that of a closed or unknown one each time."""

from dataclasses import replace
from typing import Any

from earshot.domain.submission_policy import SubmissionPolicy
from earshot.services.responses.submit_responses import LONGEST_AGE, REMEMBERED, RecentPolicies
from tests.factories import NOON, make_survey
from tests.fakes.surveys import InMemorySurveys


class WatchedSurveys(InMemorySurveys):
    """Surveys that know how often a policy was read."""

    reads = 0

    def submission_policy(self, survey_id: str) -> SubmissionPolicy | None:
        self.reads += 1
        return super().submission_policy(survey_id)

    def change(self, **settings: Any) -> None:
        """Change settings of the survey as they are stored."""
        self.surveys["demo"] = replace(self.surveys["demo"], **settings)


def test_an_open_survey_is_read_once_in_five_seconds() -> None:
    surveys = WatchedSurveys(make_survey())
    recent = RecentPolicies(surveys)

    found = [recent.policy("demo", NOON + later) for later in (0, 1, LONGEST_AGE - 1)]

    assert found == [make_survey().submission_policy] * 3
    assert surveys.reads == 1


def test_closing_is_noticed_after_five_seconds_at_the_latest() -> None:
    surveys = WatchedSurveys(make_survey())
    recent = RecentPolicies(surveys)
    recent.policy("demo", NOON)
    surveys.change(state="closed")

    found = [recent.policy("demo", NOON + later) for later in (LONGEST_AGE - 1, LONGEST_AGE)]

    assert [each and each.is_open for each in found] == [True, False]


def test_a_survey_that_is_opened_or_created_takes_responses_at_once() -> None:
    surveys = WatchedSurveys(make_survey(state="closed"))
    recent = RecentPolicies(surveys)
    assert recent.policy("new", NOON) is None
    closed = recent.policy("demo", NOON)
    assert closed is not None
    assert not closed.is_open
    surveys.change(state="open")
    surveys.surveys["new"] = make_survey(id="new")

    opened = [recent.policy(name, NOON) for name in ("demo", "new")]

    assert [each and each.is_open for each in opened] == [True, True]


def test_what_is_read_as_it_is_now_replaces_what_is_remembered() -> None:
    surveys = WatchedSurveys(make_survey())
    recent = RecentPolicies(surveys)
    recent.policy("demo", NOON)
    surveys.change(state="closed")

    found = [recent.current("demo", NOON), recent.policy("demo", NOON)]

    assert [each and each.is_open for each in found] == [False, False]


def test_a_clock_that_moves_on_makes_it_old_and_one_set_back_makes_it_no_younger() -> None:
    surveys = WatchedSurveys(make_survey())
    recent = RecentPolicies(surveys)
    for now in (NOON, NOON + 86_400_000, NOON):
        recent.policy("demo", now)

    assert surveys.reads == 3


def test_it_remembers_a_thousand_surveys_and_no_more() -> None:
    surveys = WatchedSurveys(*(make_survey(id=f"s{number}") for number in range(REMEMBERED + 1)))
    recent = RecentPolicies(surveys)
    for name in surveys.surveys:
        recent.policy(name, NOON)
    surveys.reads = 0

    recent.policy(f"s{REMEMBERED}", NOON)
    assert surveys.reads == 0
    recent.policy("s0", NOON)
    assert surveys.reads == 1
