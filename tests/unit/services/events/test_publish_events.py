"""Publishing: nothing is lost when the bus is away, and one bad record stops no other."""

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

import pytest

from earshot.domain.alerts import Alert, RespondedAgain
from earshot.domain.case_events import case_events
from earshot.domain.cases import SubjectKind
from earshot.domain.errors import BusyError
from earshot.domain.events import Event, response_events
from earshot.domain.opened_cases import opened_by
from earshot.domain.response import Response
from earshot.domain.submission import Submission
from earshot.ports.ledger import Change
from earshot.ports.messaging import UnsentError
from earshot.services.events.publish_events import SERIES_A_MESSAGE, PublishDeps, publish, score_tasks
from earshot.services.responses.record_responses import record
from earshot.services.scores.recompute_scores import Ask, fan_out, recompute
from tests.factories import NOON, make_response, make_submission, make_survey, uuid7
from tests.fakes.alerts import nobody_s_cases, nothing_to_send
from tests.fakes.crash import CrashError
from tests.fakes.fake_time import no_pause
from tests.fakes.ledger import InMemoryLedger
from tests.fakes.people import InMemoryPeople
from tests.fakes.queues_and_bus import InMemoryBus, InMemoryQueue
from tests.fakes.scores import InMemoryDailyEvaluations, InMemoryScores
from tests.fakes.surveys import InMemorySurveys

CROWD = "\N{GRINNING FACE}"


def event(name: str) -> Event:
    return Event("ResponseRecorded", {"metadata": {"id": name}, "data": {"survey": "demo", "series": ["all"]}})


def read(record: Mapping[str, Any]) -> list[Event]:
    if record["name"] == "garbage":
        raise ValueError(record["name"])
    return [event(record["name"])]


def run(names: Sequence[str], bus: InMemoryBus, parking: InMemoryQueue) -> tuple[int, int]:
    records = [{"name": name} for name in names]
    deps = PublishDeps(bus, parking, InMemoryQueue(), InMemoryQueue(), no_pause, nobody_s_cases, nothing_to_send)
    return publish(records, deps, read=read, keys_of=dict)


def test_a_record_that_cannot_be_read_is_parked_and_the_rest_goes_on() -> None:
    bus, parking = InMemoryBus(), InMemoryQueue()
    assert run(["a", "garbage", "b"], bus, parking) == (2, 1)
    assert [published.id for published in bus.published] == ["a", "b"]
    assert parking.take() == [{"name": "garbage"}]


def test_only_what_was_not_sent_is_sent_again() -> None:
    bus, parking = InMemoryBus(), InMemoryQueue()
    tries: list[list[str]] = []

    def lose_one_first(events: Sequence[Event]) -> list[Event]:
        tries.append([each.id for each in events])
        if len(tries) == 1:
            raise UnsentError([events[1]], [])
        return []

    bus.put_once = lose_one_first
    assert run(["a", "b", "c"], bus, parking) == (3, 0)
    assert tries == [["a", "b", "c"], ["b"]]


def test_what_the_bus_will_never_take_is_parked() -> None:
    bus, parking = InMemoryBus(), InMemoryQueue()
    bus.put_once = lambda events: [events[0]]
    assert run(["a", "b"], bus, parking) == (1, 1)
    assert parking.take() == [{"name": "a"}]


def test_while_the_bus_is_away_the_stream_has_to_come_again() -> None:
    bus, parking = InMemoryBus(), InMemoryQueue()

    def away(events: Sequence[Event]) -> list[Event]:
        raise UnsentError(events, [])

    bus.put_once = away
    with pytest.raises(UnsentError):
        run(["a"], bus, parking)


def changed(survey: str, *series: str, previous: tuple[str, ...] = (), detail_type: str = "ResponseRevised") -> Event:
    data = {"survey": survey, "series": list(series), "previous_series": list(previous)}
    return Event(detail_type, {"metadata": {"id": "x"}, "data": data})


def test_changes_of_cases_are_sent_on_before_they_are_on_the_bus_and_nothing_else_is() -> None:
    bus, sent = InMemoryBus(), list[Sequence[Event]]()

    def send(changes: Sequence[Event]) -> None:
        assert bus.published == []
        sent.append(changes)

    deps = PublishDeps(bus, InMemoryQueue(), InMemoryQueue(), InMemoryQueue(), no_pause, nobody_s_cases, send)
    alert = Alert("demo", "own", "r-0", NOON)
    (opened,) = case_events(None, opened_by(alert, SubjectKind.PERSON, "ann"), "2026-11-21T12:00:00.000Z")
    records: list[dict[str, Any]] = [{"events": [event("a")]}, {"events": [opened]}]
    assert publish(records, deps, read=lambda record: record["events"], keys_of=dict) == (2, 0)
    assert sent == [[opened]]


def test_alerts_are_asked_for_first_and_the_bus_comes_last() -> None:
    asked: list[str] = []

    def noted(name: str) -> Any:
        return SimpleNamespace(send=lambda tasks: asked.extend([name] if list(tasks) else []))

    def put(_: Sequence[Event]) -> list[Event]:
        asked.append("bus")
        return []

    bus: Any = SimpleNamespace(put=put)
    deps = PublishDeps(
        bus, noted("parking"), noted("scores"), noted("alerts"), no_pause, nobody_s_cases, nothing_to_send
    )
    events = response_events(None, make_response(2), "2026-11-21T12:00:00.000Z")
    publish([{}], deps, read=lambda _: events, keys_of=dict)
    assert asked == ["alerts", "scores", "bus"]


RESPONDED_AGAIN = (
    RespondedAgain("demo", "r-1", "ann"),
    RespondedAgain("other", "r-2", "ann"),
    RespondedAgain("demo", "r-3", "bob"),
    RespondedAgain("demo", "r-1", "ann"),
    RespondedAgain("demo", "r-4", "ann"),
)


def responded_again(cases: Callable[[], Any]) -> list[Any]:
    """Return what is asked for where people responded again, next to what is published."""
    alerts = InMemoryQueue()
    deps = PublishDeps(InMemoryBus(), InMemoryQueue(), InMemoryQueue(), alerts, no_pause, cases, nothing_to_send)
    events = response_events(None, make_response(2), "2026-11-21T12:00:00.000Z")
    records: list[dict[str, Any]] = [{"events": events}, *({"responded_again": each} for each in RESPONDED_AGAIN)]
    published, _ = publish(
        records,
        deps,
        read=lambda record: record.get("events", []),
        read_responded_again=lambda record: record.get("responded_again"),
        keys_of=dict,
    )
    assert published == 2
    first, *others = alerts.take()
    assert len(first["responses"]) == 1
    return others


def test_of_those_who_respond_again_it_is_asked_where_a_case_waits_for_it() -> None:
    cases = nobody_s_cases()
    alert = Alert("demo", "own", "r-0", NOON)
    assert cases.open(alert, opened_by(alert, SubjectKind.PERSON, "ann")).is_made
    assert responded_again(lambda: cases) == [{"survey": "demo", "again": ["r-1", "r-4"]}]
    assert responded_again(nobody_s_cases) == []


def test_while_cases_cannot_be_read_it_is_asked_of_all() -> None:
    def away(*_: object) -> Any:
        raise BusyError("away")

    assert responded_again(lambda: SimpleNamespace(of_people=away)) == [
        {"survey": "demo", "again": ["r-1", "r-3", "r-4"]},
        {"survey": "other", "again": ["r-2"]},
    ]


def test_where_nobody_responds_again_no_case_is_wanted() -> None:
    def unwanted() -> Any:
        raise AssertionError

    deps = PublishDeps(
        InMemoryBus(), InMemoryQueue(), InMemoryQueue(), InMemoryQueue(), no_pause, unwanted, nothing_to_send
    )
    assert publish([{"name": "a"}], deps, read=read, keys_of=dict) == (1, 0)


def test_scores_are_asked_for_once_a_survey_in_all_series_that_changed() -> None:
    events = [
        changed("demo", "all", "plan=pro"),
        changed("demo", "all", detail_type="DetractorIdentified"),
        changed("other", "all"),
        changed("demo", "all", previous=("all", "plan=free")),
        Event("ScoreRecomputed", {"metadata": {"id": "y"}, "data": {"survey": "demo", "series": "all"}}),
    ]
    assert list(score_tasks(events)) == [
        {"survey": "demo", "series": ["all", "plan=pro", "plan=free"]},
        {"survey": "other", "series": ["all"]},
    ]


def test_a_task_fits_into_a_message_whatever_the_series_are_called() -> None:
    names = [f"{number:03}{CROWD * 61}={CROWD * 64}" for number in range(2 * SERIES_A_MESSAGE + 1)]
    tasks = list(score_tasks(changed("demo", *names[at : at + 11]) for at in range(0, len(names), 11)))
    assert [name for task in tasks for name in task["series"]] == names
    assert max(len(json.dumps(task, ensure_ascii=False).encode()) for task in tasks) < 256 * 1024


class Scored:
    """Surveys whose responses are published by a run that crashes somewhere; time passes by one with each step."""

    def __init__(self) -> None:
        self.surveys = InMemorySurveys(make_survey(), make_survey(id="other"))
        self.ledger, self.scores, self.queue = InMemoryLedger(), InMemoryScores(), InMemoryQueue()
        self.bus, self.parking, self.evaluations = InMemoryBus(), InMemoryQueue(), InMemoryDailyEvaluations()
        self.now = NOON
        self.crashes_at: str | None = None

    def step(self, name: str) -> None:
        self.now += 1
        if name == self.crashes_at:
            raise CrashError

    def record(self, *submissions: Submission) -> list[Change]:
        """Record responses; return their changes as the stream has them."""
        self.ledger.commits.clear()
        ports: dict[str, Any] = {"people": InMemoryPeople(self.ledger), "pause": no_pause}
        assert record(submissions, surveys=self.surveys, ledger=self.ledger, **ports) == set()
        return [change for commit in self.ledger.commits for change in commit]

    def publish(self, changes: list[Any]) -> None:
        """Publish once; a crash loses what the run had not done."""
        around: dict[str, Callable[[Any], Any]] = {"send": self.queue.send, "put": self.bus.put}

        def called(name: str) -> Callable[[Any], Any]:
            def call(given: Any, delay: int = 0) -> Any:
                given = list(given)
                self.step(f"before {name}")
                done = around[name](given)
                self.step(f"after {name}")
                return done

            return call

        scores: Any = SimpleNamespace(send=called("send"))
        bus: Any = SimpleNamespace(put=called("put"))
        read_change: Any = lambda change: response_events(change.old, change.new, "2026-11-21T12:00:00.000Z")  # noqa: E731
        with suppress(CrashError):
            deps = PublishDeps(
                bus, self.parking, scores, SimpleNamespace(send=list), no_pause, nobody_s_cases, nothing_to_send
            )
            publish(changes, deps, read=read_change, keys_of=dict)

    def recompute(self) -> None:
        """Work through the tasks that were sent."""
        for task in self.queue.take():
            self.step("recompute")
            series = tuple(task["series"]) if "series" in task else None
            ask = Ask(task["survey"], series, self.now)
            ports: dict[str, Any] = {"surveys": self.surveys, "counts": self.ledger, "scores": self.scores}
            recompute(ask, self.now, evaluations=self.evaluations, **ports)

    def tick(self) -> None:
        """Ask as the hourly schedule does."""
        fan_out(surveys=self.surveys, queue=self.queue)
        self.recompute()

    def old(self) -> set[str]:
        """Return the surveys whose stored score is not that of their responses."""
        return {
            survey
            for survey in self.surveys.surveys
            if self.scores.kept.get((survey, "all"), (0, {"7d": {"responses": 0}}))[1]["7d"]["responses"]
            != sum(1 for row in self.ledger.items.values() if isinstance(row, Response) and row.survey == survey)
        }


@pytest.mark.parametrize("place", ["before send", "after send", "before put", "after put"])
def test_wherever_a_run_crashes_no_score_stays_old_beyond_the_hourly_tick(place: str) -> None:
    world = Scored()
    changes = world.record(make_submission(9), make_submission(2, id=uuid7(seed="b"), survey="other"))
    world.crashes_at = place
    # The stream gives the records up: nobody delivers them again.
    world.publish(changes)
    world.crashes_at = None
    world.recompute()
    # Who published has asked, and a run that died before it published may have.
    assert world.old() == (set() if world.bus.published or place != "before send" else {"demo", "other"})
    world.tick()
    assert world.old() == set()


@pytest.mark.parametrize("place", ["before send", "after send", "before put", "after put"])
def test_a_run_that_comes_again_asks_again_and_the_scores_follow_without_the_tick(place: str) -> None:
    world = Scored()
    world.publish(world.record(make_submission(9)))
    world.recompute()
    changes = world.record(make_submission(2, id=uuid7(seed="b")), make_submission(2, id=uuid7(seed="c")))
    world.crashes_at = place
    world.publish(changes)
    world.crashes_at = None
    world.publish(changes)
    world.recompute()
    assert world.old() == set()
    assert len({event.id for event in world.bus.published}) == 5
