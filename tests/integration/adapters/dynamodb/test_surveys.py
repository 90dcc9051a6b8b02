"""The surveys' adapter and its fake keep the same contract."""

from dataclasses import replace
from typing import Any

import pytest

from earshot.adapters.dynamodb.surveys import DynamoDBSurveys
from earshot.domain.access import Role
from earshot.domain.alert_settings import AlertSettings, ScoreTarget
from earshot.domain.case_settings import CaseSettings, Targets, TargetsByPriority
from earshot.domain.identity_claims import TokenRules
from earshot.domain.widget import Widget
from tests.factories import NOON, make_survey
from tests.fakes.surveys import InMemorySurveys


@pytest.fixture(params=["fake", "dynamodb"])
def surveys(request: pytest.FixtureRequest) -> Any:
    return (
        InMemorySurveys()
        if request.param == "fake"
        else DynamoDBSurveys(request.getfixturevalue("dynamodb"), "earshot")
    )


def test_a_survey_is_kept_as_it_is(surveys: Any) -> None:
    survey = make_survey(segments=("plan",), zone_is_fixed=False)
    assert surveys.get("demo") is None
    assert surveys.is_open("demo") is None
    assert surveys.put(survey, None)
    assert surveys.get("demo") == survey
    assert surveys.list() == [survey]
    assert surveys.is_open("demo")
    policy = surveys.submission_policy("demo")
    assert (policy.segments, policy.timezone) == (("plan",), survey.timezone)


@pytest.mark.parametrize("bands", [None, "agency", ((-100, "cold"), (20, "warm"))])
def test_alert_settings_of_a_survey_are_kept(surveys: Any, bands: Any) -> None:
    survey = make_survey(alerts=AlertSettings(7, 0.1, 50), target=ScoreTarget(50, -10, 90), bands=bands)
    surveys.put(survey, None)
    assert surveys.get("demo") == survey


@pytest.mark.parametrize("days", [None, 730])
def test_how_long_a_survey_keeps_words_is_kept(surveys: Any, days: int | None) -> None:
    survey = make_survey(retention_days=days)
    surveys.put(survey, None)
    assert surveys.get("demo") == survey
    assert surveys.list() == [survey]


def test_who_owns_the_cases_of_a_survey_is_kept(surveys: Any) -> None:
    targets = TargetsByPriority(Targets(1, 2), Targets(3, 4))
    survey = make_survey(cases=CaseSettings("ann", "manager", Role.FRONTLINE, "berlin", targets))
    surveys.put(survey, None)
    assert surveys.get("demo") == survey
    assert surveys.list() == [survey]


def test_which_tokens_of_people_are_good_is_kept_and_read_by_the_intake(surveys: Any) -> None:
    survey = make_survey(widget=Widget(longest_token_hours=24))
    surveys.put(survey, None)
    assert surveys.get("demo") == survey
    assert surveys.submission_policy("demo").token_rules == TokenRules(longest=24)
    turned = replace(survey, identity=survey.identity.turned(NOON, 1), revision=survey.revision + 1)
    assert surveys.put(turned, survey)
    assert surveys.get("demo") == turned
    assert surveys.list() == [turned]
    assert surveys.submission_policy("demo").token_rules == TokenRules(2, NOON + 3_600_000, 24)


def test_a_survey_kept_before_there_were_alerts_has_the_defaults(dynamodb: Any) -> None:
    surveys = DynamoDBSurveys(dynamodb, "earshot")
    surveys.put(make_survey(target=ScoreTarget(50)), None)
    key = {"pk": {"S": "SURVEY#demo"}, "sk": {"S": "META"}}
    dynamodb.update_item(TableName="earshot", Key=key, UpdateExpression="REMOVE alerting")
    assert surveys.get("demo") == make_survey()


def test_of_two_writers_the_slower_gets_a_conflict(surveys: Any) -> None:
    survey = make_survey()
    surveys.put(survey, None)
    assert not surveys.put(survey, None)
    assert surveys.put(replace(survey, state="closed", revision=2), survey)
    assert not surveys.put(replace(survey, name="late", revision=2), survey)
    assert surveys.is_open("demo") is False


def test_a_survey_without_responses_is_deleted_unless_someone_was_faster(surveys: Any) -> None:
    survey = make_survey(zone_is_fixed=False)
    surveys.put(survey, None)
    assert not surveys.delete(replace(survey, revision=2))
    assert surveys.delete(survey)
    assert (surveys.get("demo"), surveys.list()) == (None, [])
    assert not surveys.delete(survey)
    assert surveys.put(survey, None)


def test_a_survey_with_a_response_since_is_not_deleted(surveys: Any) -> None:
    survey = make_survey(zone_is_fixed=False)
    surveys.put(survey, None)
    fixed = surveys.fix_zone("demo")
    assert not surveys.delete(survey)
    assert not surveys.delete(fixed)
    assert surveys.get("demo") == fixed


def test_fixing_the_zone_is_a_write_that_others_notice(surveys: Any) -> None:
    survey = make_survey(zone_is_fixed=False)
    surveys.put(survey, None)
    assert surveys.fix_zone("demo").zone_is_fixed
    assert surveys.fix_zone("demo").revision == 2
    assert not surveys.put(replace(survey, timezone="Asia/Tokyo", revision=2), survey)


def test_a_segment_is_complete_when_its_past_is_counted(surveys: Any) -> None:
    surveys.put(make_survey(segments=("a", "b"), incomplete=("a", "b")), None)
    assert not surveys.complete("demo", ["a"], 7)
    assert surveys.complete("demo", ["a", "x"], 1)
    assert surveys.get("demo").incomplete == ("b",)
