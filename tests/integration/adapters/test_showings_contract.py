"""What widgets keep of signed persons, against the table and the fake."""

from typing import Any

import pytest

from earshot.adapters.showings import DynamoDBShowings
from earshot.domain.widget import Showing
from tests.factories import DAY, NOON
from tests.fakes.widget import InMemoryShowings


@pytest.fixture(params=["fake", "dynamodb"])
def showings(request: pytest.FixtureRequest) -> Any:
    if request.param == "fake":
        return InMemoryShowings()
    return DynamoDBShowings(request.getfixturevalue("dynamodb"), "earshot")


def test_the_latest_showing_or_closing_is_found(showings: Any) -> None:
    assert showings.latest("demo", "ann") is None
    showings.note("demo", "ann", Showing.CLOSED, NOON + 5, NOON + DAY)
    showings.note("demo", "ann", Showing.SHOWN, NOON, NOON + DAY)
    assert showings.latest("demo", "ann") == NOON + 5
    assert (showings.latest("other", "ann"), showings.latest("demo", "ben")) == (None, None)


def test_a_person_is_forgotten_in_the_surveys_named(showings: Any) -> None:
    for survey in ("demo", "other", "third"):
        showings.note(survey, "ann", Showing.SHOWN, NOON, NOON + DAY)
    showings.note("demo", "ben", Showing.SHOWN, NOON, NOON + DAY)
    for _ in range(2):
        showings.forget("ann", ["demo", "other", "never-shown"])
    assert (showings.latest("demo", "ann"), showings.latest("other", "ann")) == (None, None)
    assert (showings.latest("third", "ann"), showings.latest("demo", "ben")) == (NOON, NOON)


def test_the_table_holds_no_id_and_drops_the_item_when_the_quiet_days_are_over(dynamodb: Any) -> None:
    DynamoDBShowings(dynamodb, "earshot").note("demo", "ann@example.com", Showing.SHOWN, NOON, NOON + DAY)
    (item,) = dynamodb.scan(TableName="earshot")["Items"]
    assert item["pk"] == {"S": "W#demo"}
    assert item["expires"] == {"N": str((NOON + DAY) // 1000)}
    assert "ann" not in str(item)
