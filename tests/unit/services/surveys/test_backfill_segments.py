"""The past of a segment is counted that is tracked from now on."""

from dataclasses import replace
from typing import Any

import pytest

from earshot.domain.response import Response
from earshot.domain.statement import Rank
from earshot.domain.turn import TooManyTurnsError, without_turns
from earshot.ports.ledger import Refusal, Verdict
from earshot.ports.responses import ResponseQuery
from earshot.services.responses.record_responses import record
from earshot.services.surveys.backfill_segments import MOST_ROUNDS, PAGE, SECOND_LOOK, Task, backfill
from earshot.services.surveys.manage_surveys import update
from tests.factories import make_submission, make_survey, revised, uuid7
from tests.fakes.fake_time import no_pause
from tests.fakes.ledger import InMemoryLedger
from tests.fakes.people import InMemoryPeople
from tests.fakes.queues_and_bus import InMemoryQueue
from tests.fakes.surveys import InMemorySurveys
from tests.fakes.turns import TimedTurns, long_turn, one_step

NOW = "2026-11-21T12:00:00.000Z"


@pytest.fixture
def surveys() -> InMemorySurveys:
    return InMemorySurveys()


@pytest.fixture
def queue() -> InMemoryQueue:
    return InMemoryQueue()


def filled(count: int) -> tuple[InMemoryLedger, InMemorySurveys]:
    ledger, surveys = InMemoryLedger(), InMemorySurveys(make_survey())
    batch = [
        make_submission(n % 11, id=uuid7(seed=str(n)), properties={"plan": f"p{n % 3}"}, rank=Rank.KEYED)
        for n in range(count)
    ]
    record(
        [*batch, make_submission(id=uuid7(seed="bare"))],
        surveys=surveys,
        ledger=ledger,
        people=InMemoryPeople(),
        pause=no_pause,
    )
    return ledger, surveys


def run(task: Task, ledger: InMemoryLedger, surveys: InMemorySurveys, queue: InMemoryQueue) -> str:
    return backfill(task, long_turn(), surveys=surveys, responses=ledger, ledger=ledger, queue=queue, pause=no_pause)


def test_a_segment_tracked_later_counts_its_past_after_two_looks(queue: InMemoryQueue) -> None:
    ledger, surveys = filled(PAGE + 100)
    tracked = update("demo", {"segments": ("plan",)}, NOW, surveys=surveys, backfills=queue)
    assert tracked.incomplete == ("plan",)
    (asked,) = queue.take()
    task = Task(asked["survey"], tuple(asked["segments"]), asked["revision"])
    assert run(task, ledger, surveys, queue) == "second-look"
    assert ledger.counted() == ledger.recount()
    assert sum(ledger.sums["demo", "plan=p0", "2026-11-21"]) == 200
    ((second, delay),) = queue.sent
    assert delay == SECOND_LOOK
    again = Task("demo", ("plan",), second["revision"], second=second["second"])
    assert run(again, ledger, surveys, queue) == "complete"
    assert surveys.surveys["demo"].incomplete == ()
    assert ledger.counted() == ledger.recount()


def test_a_backfill_repeated_adds_nothing(queue: InMemoryQueue) -> None:
    ledger, surveys = filled(20)
    update("demo", {"segments": ("plan",)}, NOW, surveys=surveys, backfills=queue)
    for _ in range(3):
        run(Task("demo", ("plan",)), ledger, surveys, queue)
    assert sum(ledger.sums["demo", "plan=p0", "2026-11-21"]) == 7


def test_a_backfill_meets_corrections_made_meanwhile(queue: InMemoryQueue) -> None:
    ledger, surveys = filled(3)
    update("demo", {"segments": ("plan",)}, NOW, surveys=surveys, backfills=queue)
    moved = ledger.find("demo", uuid7(seed="1"))
    assert moved is not None
    newer = revised(moved, score=10)
    once = [True]

    def faster(changes: Any) -> list[Refusal] | None:
        if not once:
            return None
        once.pop()
        ledger._apply(type(changes[0])(moved, newer))
        return [
            Refusal(Verdict.STALE, newer) if change.new.id == moved.id else Refusal(Verdict.UNHARMED)
            for change in changes
        ]

    ledger.before = faster
    run(Task("demo", ("plan",)), ledger, surveys, queue)
    assert ledger.counted() == ledger.recount()
    assert ledger.sums["demo", "plan=p1", "2026-11-21"][10] == 1


def test_a_segment_that_is_no_longer_tracked_needs_no_past(queue: InMemoryQueue) -> None:
    ledger, surveys = filled(3)
    assert run(Task("demo", ("plan",)), ledger, surveys, queue) == "nothing"


def test_a_segment_tracked_again_meanwhile_is_not_called_complete(queue: InMemoryQueue) -> None:
    ledger, surveys = filled(3)
    asked = update("demo", {"segments": ("plan",)}, NOW, surveys=surveys, backfills=queue).revision
    update("demo", {"segments": ()}, NOW, surveys=surveys, backfills=queue)
    update("demo", {"segments": ("plan",)}, NOW, surveys=surveys, backfills=queue)
    queue.take()
    assert run(Task("demo", ("plan",), asked, second=True), ledger, surveys, queue) == "again"
    assert surveys.surveys["demo"].incomplete == ("plan",)
    (begun,) = queue.take()
    assert (begun["second"], begun["revision"]) == (False, surveys.surveys["demo"].revision)


class LargeSurvey:
    """So many responses that each page takes a second to read; of each page one response is shown, where it belongs."""

    def __init__(self, number: int, times: TimedTurns, placed: Response) -> None:
        self.read, self._number, self._times, self._placed = 0, number, times, placed

    def page(self, _: str, query: ResponseQuery) -> tuple[list[Response], str | None]:
        self.read += query.limit
        self._times.now += 1
        left = int(query.below or self._number) - query.limit
        return [self._placed], str(left) if left > 0 else None


def run_to_its_end(queue: InMemoryQueue, times: TimedTurns, **ports: Any) -> None:
    """Take turns as the function does, until the backfill is complete."""
    outcome = ""
    while outcome != "complete":
        (task,) = queue.take()
        read = Task(**without_turns({**task, "segments": tuple(task["segments"])}))
        outcome = backfill(read, times.turn(task), queue=queue, pause=no_pause, **ports)


def test_a_backfill_of_a_million_responses_runs_to_its_end(queue: InMemoryQueue) -> None:
    ledger, surveys = filled(1)
    times = TimedTurns(50)
    update("demo", {"segments": ("plan",)}, NOW, surveys=surveys, backfills=queue)
    run(Task("demo", ("plan",)), ledger, surveys, InMemoryQueue())
    placed = ledger.find("demo", uuid7(seed="0"))
    assert placed is not None
    responses = LargeSurvey(1_000_000, times, placed)
    run_to_its_end(queue, times, surveys=surveys, responses=responses, ledger=ledger)
    assert responses.read == 2_000_000
    assert times.taken == 2_000_000 // PAGE // 50


def test_a_turn_without_time_leaves_the_next_page_to_the_next_turn(queue: InMemoryQueue) -> None:
    ledger, surveys = filled(PAGE + 100)
    update("demo", {"segments": ("plan",)}, NOW, surveys=surveys, backfills=queue)
    queue.take()
    ports: Any = {"surveys": surveys, "responses": ledger, "ledger": ledger, "queue": queue, "pause": no_pause}
    assert backfill(Task("demo", ("plan",)), one_step(), **ports) == "more"
    (task,) = queue.take()
    assert (task["turn"], task["steps"], task["second"]) == (2, 1, False)
    assert backfill(Task("demo", ("plan",), below=task["below"]), one_step(task), **ports) == "second-look"
    assert ledger.counted() == ledger.recount()


def test_a_survey_that_changes_in_every_round_ends_in_the_dead_letters(queue: InMemoryQueue) -> None:
    ledger, surveys = filled(1)
    update("demo", {"segments": ("plan",)}, NOW, surveys=surveys, backfills=queue)
    stale = Task("demo", ("plan",), revision=0, second=True, rounds=MOST_ROUNDS - 1)
    queue.take()
    assert run(stale, ledger, surveys, queue) == "again"
    (begun,) = queue.take()
    assert begun["rounds"] == MOST_ROUNDS
    with pytest.raises(TooManyTurnsError):
        run(replace(stale, rounds=MOST_ROUNDS), ledger, surveys, queue)
    assert queue.take() == []
