"""A survey with six responses over a hundred days, all of one plan."""

import pytest

from earshot.services.responses.record_responses import record
from tests.factories import DAY, NOON, make_submission, make_survey, uuid7
from tests.fakes.fake_time import no_pause
from tests.fakes.ledger import InMemoryLedger
from tests.fakes.people import InMemoryPeople
from tests.fakes.surveys import InMemorySurveys


@pytest.fixture
def surveys() -> InMemorySurveys:
    return InMemorySurveys(make_survey(segments=("plan",), open_segments=("plan",)))


@pytest.fixture
def ledger(surveys: InMemorySurveys) -> InMemoryLedger:
    ledger = InMemoryLedger()
    batch = [
        make_submission(
            score, id=uuid7(NOON - age * DAY, f"{score}"), received_at=NOON - age * DAY, properties={"plan": "pro"}
        )
        for score, age in ((9, 0), (3, 1), (10, 6), (0, 7), (8, 13), (9, 100))
    ]
    record(batch, surveys=surveys, ledger=ledger, people=InMemoryPeople(), pause=no_pause)
    return ledger
