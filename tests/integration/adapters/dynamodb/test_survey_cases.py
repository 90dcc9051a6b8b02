"""The settings of surveys' cases, in memory and in the table."""

import pytest

from earshot.adapters.dynamodb.survey_cases import DynamoDBSurveyCases
from earshot.adapters.dynamodb.surveys import DynamoDBSurveys
from earshot.domain.access import Role
from earshot.domain.case_settings import CaseSettings, Targets, TargetsByPriority
from earshot.ports.cases import SurveyCases
from tests.factories import make_survey
from tests.fakes.surveys import InMemorySurveys

CASES = CaseSettings("ann", "manager", Role.FRONTLINE, "berlin", TargetsByPriority(Targets(1, 2), Targets(3, 4)))
OWNED, BARE = make_survey(id="owned", cases=CASES), make_survey(id="bare")


@pytest.fixture(params=["memory", "dynamodb"])
def surveys(request: pytest.FixtureRequest) -> SurveyCases:
    if request.param == "memory":
        return InMemorySurveys(OWNED, BARE)
    client = request.getfixturevalue("dynamodb")
    kept = DynamoDBSurveys(client, "earshot")
    assert all(kept.put(each, None) for each in (OWNED, BARE))
    return DynamoDBSurveyCases(client, "earshot")


def test_a_survey_has_the_settings_that_it_was_given_or_the_defaults(surveys: SurveyCases) -> None:
    found = [surveys.case_settings(name) for name in ("owned", "bare", "gone")]
    assert found == [CASES, CaseSettings(), CaseSettings()]
