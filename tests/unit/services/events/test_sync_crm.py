"""The CRM hears of a detractor under the event's own key."""

import pytest

from earshot.domain.errors import BusyError
from earshot.domain.events import response_events
from earshot.domain.statement import StatementKind
from earshot.services.events.sync_crm import sync
from earshot.services.responses.record_responses import record
from tests.factories import NOON, make_submission, make_survey
from tests.fakes.fake_time import no_pause
from tests.fakes.ledger import InMemoryLedger
from tests.fakes.people import InMemoryPeople
from tests.fakes.queues_and_bus import InMemoryCrm
from tests.fakes.surveys import InMemorySurveys


@pytest.fixture
def unhappy() -> InMemoryLedger:
    ledger = InMemoryLedger()
    submission = make_submission(2, comment="late", person="ann", properties={"plan": "pro"})
    record([submission], surveys=InMemorySurveys(make_survey()), ledger=ledger, people=InMemoryPeople(), pause=no_pause)
    return ledger


def detail(ledger: InMemoryLedger) -> dict[str, object]:
    old, new = ledger.history[0]
    return dict(response_events(old, new, "2026-11-21T12:00:00.000Z")[1].detail)


def test_the_crm_gets_the_comment_under_the_events_own_key(unhappy: InMemoryLedger) -> None:
    crm = InMemoryCrm()
    for _ in range(2):
        assert sync(detail(unhappy), ledger=unhappy, crm=crm) == ("delivered", NOON)
    (key, payload), (again, _) = crm.sent
    assert key == again == payload["id"]
    assert (payload["score"], payload["comment"], payload["person"]) == (2, "late", "ann")


def test_nothing_erased_or_withdrawn_reaches_the_crm(unhappy: InMemoryLedger) -> None:
    crm, published = InMemoryCrm(), detail(unhappy)
    erased = make_submission(None, kind=StatementKind.ERASED, received_at=NOON + 1)
    record([erased], surveys=InMemorySurveys(make_survey()), ledger=unhappy, people=InMemoryPeople(), pause=no_pause)
    assert sync(published, ledger=unhappy, crm=crm) == ("withdrawn", None)
    assert crm.sent == []


def test_without_a_crm_the_event_is_acknowledged(unhappy: InMemoryLedger) -> None:
    assert sync(detail(unhappy), ledger=unhappy, crm=None) == ("no-crm", None)


def test_a_crm_that_is_away_is_called_later(unhappy: InMemoryLedger) -> None:
    crm = InMemoryCrm()
    crm.is_away = True
    with pytest.raises(BusyError):
        sync(detail(unhappy), ledger=unhappy, crm=crm)
