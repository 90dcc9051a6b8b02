"""The backfill's handler: a task a message."""

from dataclasses import replace

import pytest

from earshot.domain.person import Person
from earshot.services.responses.record_responses import record
from tests.aws_events import LambdaContext, sqs_event
from tests.factories import DAY, NOON, make_submission, uuid7
from tests.fakes.fake_time import no_pause
from tests.fakes.people import InMemoryPeople
from tests.unit.functions.conftest import World, load


def test_a_task_counts_the_past_and_looks_again_later(world: World) -> None:
    submission = make_submission(3, properties={"plan": "pro"})
    record([submission], surveys=world.surveys, ledger=world.ledger, people=InMemoryPeople(), pause=no_pause)
    survey = world.surveys.surveys["demo"]
    world.surveys.surveys["demo"] = replace(survey, segments=("plan",), open_segments=("plan",), incomplete=("plan",))
    event = sqs_event([{"survey": "demo", "segments": ["plan"], "revision": 1}], "BackfillQueue")
    assert load("backfill_segments").lambda_handler(event, LambdaContext()) == {"batchItemFailures": []}
    assert world.ledger.counted() == world.ledger.recount()
    ((task, delay),) = world.tasks.sent
    assert (task["second"], delay) == (True, 40)
    load("backfill_segments").lambda_handler(sqs_event([task], "BackfillQueue"), LambdaContext())
    assert world.surveys.surveys["demo"].incomplete == ()


def test_once_a_day_what_is_old_enough_is_anonymised(world: World) -> None:
    old = make_submission(
        3, id=uuid7(NOON - 99 * DAY), received_at=NOON - 99 * DAY, comment="It is me, Ann", person="ann"
    )
    record([old], surveys=world.surveys, ledger=world.ledger, people=world.people, pause=no_pause)
    world.surveys.surveys["demo"] = replace(world.surveys.surveys["demo"], retention_days=90)
    load("backfill_segments").lambda_handler(sqs_event([{"retention": {}}], "BackfillQueue"), LambdaContext())
    ((task, _),) = world.tasks.sent
    assert task["retention"]["survey"] == "demo"
    event = sqs_event([task], "BackfillQueue")
    assert load("backfill_segments").lambda_handler(event, LambdaContext()) == {"batchItemFailures": []}
    found = world.ledger.find("demo", old.id)
    assert found is not None
    assert (found.statement.comment, found.person, found.score) == (None, None, 3)
    assert world.ledger.counted() == world.ledger.recount()


def test_once_a_day_people_without_contact_are_anonymized_if_the_stack_is_set_so(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, days in (("silent", 99), ("lively", 1)):
        world.people.kept[name] = Person(name, written_at=NOON - days * DAY)
    asked: list[dict[str, object]] = []
    for kept in ("0", "90"):
        monkeypatch.setenv("EARSHOT_PEOPLE_RETENTION_DAYS", kept)
        load("backfill_segments").lambda_handler(sqs_event([{"retention": {}}], "BackfillQueue"), LambdaContext())
        asked += world.tasks.take()
    assert asked == [{"retention": {"people": {"before": NOON - 90 * DAY, "after": ""}}}]
    event = sqs_event(asked, "BackfillQueue")
    assert load("backfill_segments").lambda_handler(event, LambdaContext()) == {"batchItemFailures": []}
    assert list(world.people.kept) == ["lively"]


@pytest.mark.parametrize(
    "broken",
    [{"people": 5}, {"people": {}}, "no object", {"survey": "demo"}, {"survey": "demo", "before": "yesterday"}],
)
def test_a_broken_wish_for_retention_comes_back(world: World, broken: object) -> None:
    event = sqs_event([{"retention": broken}], "BackfillQueue")
    failed = load("backfill_segments").lambda_handler(event, LambdaContext())["batchItemFailures"]
    assert failed == [{"itemIdentifier": "message-0"}]


def test_a_poison_task_fails_alone(world: World) -> None:
    event = sqs_event(["nope", '{"survey": "gone", "segments": ["x"]}'], "BackfillQueue")
    failed = load("backfill_segments").lambda_handler(event, LambdaContext())["batchItemFailures"]
    assert failed == [{"itemIdentifier": "message-0"}]
