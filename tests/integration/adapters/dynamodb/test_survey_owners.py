"""Who of the staff a survey concerns, in memory and in the table."""

import pytest

from earshot.adapters.dynamodb.alert_rules import DynamoDBSurveyOwners
from earshot.adapters.dynamodb.surveys import DynamoDBSurveys
from earshot.domain.case_settings import CaseSettings, Targets, TargetsByPriority
from earshot.domain.members import Role
from earshot.ports.alerts import SurveyOwners
from tests.factories import make_survey
from tests.fakes.surveys import InMemorySurveys

CASES = CaseSettings("ann", "manager", Role.FRONTLINE, "berlin", TargetsByPriority(Targets(1, 2), Targets(3, 4)))
OWNED, BARE = make_survey(id="owned", owner="ann@example.com", cases=CASES), make_survey(id="bare")


@pytest.fixture(params=["memory", "dynamodb"])
def owners(request: pytest.FixtureRequest) -> SurveyOwners:
    if request.param == "memory":
        return InMemorySurveys(OWNED, BARE)
    client = request.getfixturevalue("dynamodb")
    surveys = DynamoDBSurveys(client, "earshot")
    assert all(surveys.put(each, None) for each in (OWNED, BARE))
    return DynamoDBSurveyOwners(client, "earshot")


def test_only_a_survey_with_an_owner_has_one(owners: SurveyOwners) -> None:
    assert [owners.staff(name).has_owner for name in ("owned", "bare", "gone")] == [True, False, False]


def test_the_settings_of_its_cases_are_read_with_it(owners: SurveyOwners) -> None:
    assert [owners.staff(name).cases for name in ("owned", "bare", "gone")] == [CASES, CaseSettings(), CaseSettings()]
