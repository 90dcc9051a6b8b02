"""What widgets keep of signed persons, against the table and the fake."""

import uuid
from typing import Any

import pytest

from earshot.adapters.dynamodb.showings import DynamoDBShowings
from earshot.domain.widget import Question, Showing, Shown
from tests.factories import DAY, NOON
from tests.fakes.widget import InMemoryShowings


@pytest.fixture(params=["fake", "dynamodb"])
def showings(request: pytest.FixtureRequest) -> Any:
    if request.param == "fake":
        return InMemoryShowings()
    return DynamoDBShowings(request.getfixturevalue("dynamodb"), "earshot")


def test_the_latest_showing_or_closing_is_found(showings: Any) -> None:
    assert showings.read("demo", "ann").latest is None
    showings.note("demo", "ann", Question(Showing.CLOSED), Shown(), NOON + 5, NOON + DAY)
    showings.note("demo", "ann", Question(Showing.SHOWN), Shown(), NOON, NOON + DAY)
    assert showings.read("demo", "ann").latest == NOON + 5
    assert (showings.read("other", "ann").latest, showings.read("demo", "ben").latest) == (None, None)


def test_a_person_is_deleted_in_the_surveys_named(showings: Any) -> None:
    for survey in ("demo", "other", "third"):
        showings.note(survey, "ann", Question(Showing.SHOWN), Shown(), NOON, NOON + DAY)
    showings.note("demo", "ben", Question(Showing.SHOWN), Shown(), NOON, NOON + DAY)
    for _ in range(2):
        showings.delete("ann", ["demo", "other", "never-shown"])
    assert (showings.read("demo", "ann").latest, showings.read("other", "ann").latest) == (None, None)
    assert (showings.read("third", "ann").latest, showings.read("demo", "ben").latest) == (NOON, NOON)


def test_the_table_holds_no_id_and_drops_the_item_when_the_quiet_days_are_over(dynamodb: Any) -> None:
    DynamoDBShowings(dynamodb, "earshot").note(
        "demo", "ann@example.com", Question(Showing.SHOWN), Shown(), NOON, NOON + DAY
    )
    (item,) = dynamodb.scan(TableName="earshot")["Items"]
    assert item["pk"] == {"S": "W#demo"}
    assert item["expires"] == {"N": str((NOON + DAY) // 1000)}
    assert "ann" not in str(item)


def test_the_latest_responses_of_a_week_are_kept_with_when_each_was_shown(showings: Any) -> None:
    for number in range(7):
        kept = showings.read("demo", "ann")
        showings.note("demo", "ann", Question(None, f"id-{number}"), kept, NOON + number, NOON + 7 * DAY)
    kept = showings.read("demo", "ann")
    assert kept.responses == {f"id-{number}": NOON + number for number in range(2, 7)}
    assert kept.latest is None
    later = NOON + 7 * DAY + 3
    showings.note("demo", "ann", Question(Showing.SHOWN, "late"), kept, later, later + DAY)
    kept = showings.read("demo", "ann")
    assert (sorted(kept.responses), kept.latest) == (["id-4", "id-5", "id-6", "late"], later)
    showings.delete("ann", ["demo"])
    assert showings.read("demo", "ann") == Shown()


def test_a_note_of_a_showing_costs_one_unit(dynamodb: Any) -> None:
    ids = {str(uuid.UUID(int=number)): NOON for number in range(5)}
    note = Question(Showing.SHOWN, str(uuid.UUID(int=9)))
    DynamoDBShowings(dynamodb, "earshot").note("s" * 64, "ann", note, Shown(NOON, ids), NOON, NOON + DAY)
    (item,) = dynamodb.scan(TableName="earshot")["Items"]
    assert len(str(item)) < 1024
