"""Publish the table's changes: every change becomes events, or is parked by its keys."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from earshot.domain.alerts import AlertTask, RespondedAgain, tasks_of
from earshot.domain.errors import BusyError
from earshot.domain.events import Event
from earshot.domain.message_types import OF_CASES
from earshot.domain.response import IDENTIFIED, RESPONSE_TYPES
from earshot.ports.messaging import Bus, TaskQueue, UnsentError
from earshot.ports.pause import Pause

if TYPE_CHECKING:
    from earshot.ports.cases import CasesOfPeople

ATTEMPTS = 5
# What asks for new scores: each type of event about a response but the second one that a detractor has.
SCORED = frozenset(RESPONSE_TYPES) - {IDENTIFIED}
# The series that one message asks for at most: of the longest names 200 are about 100 KB.
SERIES_A_MESSAGE = 200

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PublishDeps:
    """What publishing works with: the bus, and the queues of parked records, of scores and of alerts.

    `cases` are wanted only where somebody responds again. `send_case_changes` sends events about cases to those
    destinations that ask for them; it is called only if there are such events.
    """

    bus: Bus
    parking: TaskQueue
    scores: TaskQueue
    alerts: TaskQueue
    pause: Pause
    cases: Callable[[], "CasesOfPeople"]
    send_case_changes: Callable[[Sequence[Event]], object]


def publish(
    records: Iterable[Record],
    deps: PublishDeps,
    *,
    read: Callable[[Record], list[Event]],
    read_responded_again: Callable[[Record], RespondedAgain | None] = lambda _: None,
    keys_of: Callable[[Record], Mapping[str, Any]],
) -> tuple[int, int]:
    """Put the events of stream records on the bus; return how many were published and how many records parked.

    Alerts and scores are asked for first, alerts before scores, as people wait for them, and changes of cases are
    sent on: a run that dies in between does so again, which is harmless, and none that published did not. Tasks for
    people who responded again (`read_responded_again`) are queued last, and only for people who have a case. A record
    that cannot be read, or whose event the bus will never take, is parked by its keys and the rest goes on.
    Raises UnsentError while the bus is away: the stream then delivers the records again, with the same event ids.
    """
    events: list[Event] = []
    origin: dict[str, Record] = {}
    unreadable: list[Record] = []
    responded_again: dict[RespondedAgain, None] = {}
    for record in records:
        try:
            made = read(record)
            found = read_responded_again(record)
        except (ArithmeticError, AttributeError, KeyError, TypeError, ValueError):
            unreadable.append(record)
            continue
        events += made
        if found is not None:
            responded_again[found] = None
        origin |= {event.id: record for event in made}
    deps.alerts.send(task.to_json() for task in tasks_of(events))
    deps.scores.send(score_tasks(events))
    if changes := [event for event in events if event.detail_type in OF_CASES]:
        deps.send_case_changes(changes)
    refused = put_events(events, deps.bus, deps.pause)
    parked = [*unreadable, *(origin[event.id] for event in refused)]
    deps.parking.send([keys_of(record) for record in parked])
    deps.alerts.send(task.to_json() for task in again_tasks(responded_again, deps))
    return len(events) - len(refused), len(parked)


def again_tasks(responded_again: Collection[RespondedAgain], deps: PublishDeps) -> Iterator[AlertTask]:
    """Yield the tasks for those who have a case, one a survey; for all if that cannot be read now."""
    for survey in dict.fromkeys(each.survey for each in responded_again):
        mine = [each for each in responded_again if each.survey == survey]
        people = list(dict.fromkeys(each.person for each in mine))
        try:
            led: Collection[str] = deps.cases().of_people(survey, people)
        except BusyError:
            led = people
        if again := [each.response for each in mine if each.person in led]:
            yield AlertTask(survey, again=again)


def score_tasks(events: Iterable[Event]) -> Iterator[dict[str, Any]]:
    """Return the tasks to recompute the scores that some events changed: one a survey, unless it has very many series.

    The series are those in which a response counts, and those in which it counted before.
    """
    changed: dict[str, dict[str, None]] = {}
    for event in events:
        if event.detail_type in SCORED:
            data = event.detail["data"]
            series = (*data.get("series", ()), *data.get("previous_series", ()))
            changed.setdefault(data["survey"], {}).update(dict.fromkeys(series))
    for survey, names in changed.items():
        left = iter(names)
        while some := list(islice(left, SERIES_A_MESSAGE)):
            yield {"survey": survey, "series": some}


def put_events(events: list[Event], bus: Bus, pause: Pause) -> list[Event]:
    """Put events, and retry the failed ones; return those the bus will never take. UnsentError while it is away."""
    refused: list[Event] = []
    for attempt in range(ATTEMPTS):
        try:
            return refused + bus.put(events)
        except UnsentError as exc:
            events, refused = exc.unsent, refused + exc.refused
            pause(attempt)
    raise UnsentError(events, refused)
