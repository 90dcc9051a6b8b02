"""Whether a survey has an owner, in memory and in the table."""

import pytest

from earshot.adapters.dynamodb.alert_rules import DynamoDBSurveyOwners
from earshot.adapters.dynamodb.surveys import DynamoDBSurveys
from earshot.ports.alerts import SurveyOwners
from tests.factories import make_survey
from tests.fakes.surveys import InMemorySurveys

OWNED, BARE = make_survey(id="owned", owner="ann@example.com"), make_survey(id="bare")


@pytest.fixture(params=["memory", "dynamodb"])
def owners(request: pytest.FixtureRequest) -> SurveyOwners:
    if request.param == "memory":
        return InMemorySurveys(OWNED, BARE)
    client = request.getfixturevalue("dynamodb")
    surveys = DynamoDBSurveys(client, "earshot")
    assert all(surveys.put(each, None) for each in (OWNED, BARE))
    return DynamoDBSurveyOwners(client, "earshot")


def test_only_a_survey_with_an_owner_has_one(owners: SurveyOwners) -> None:
    assert [owners.has_owner(name) for name in ("owned", "bare", "gone")] == [True, False, False]
