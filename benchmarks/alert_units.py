"""What alerts cost the table: a response that no rule matches, an alert that is delivered, a tick with nothing due."""

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any
from unittest.mock import patch

from benchmarks.errors import BenchError
from benchmarks.in_process import prepare
from benchmarks.lab import Lab
from benchmarks.listening import listening
from benchmarks.metering import metered
from benchmarks.report import Row, Section
from earshot import bootstrap
from earshot.config import setting
from earshot.domain import ids
from earshot.domain.access import Role
from earshot.domain.alert_rules import AlertRule, When
from earshot.domain.alerts import AlertTask, ResponseFact
from earshot.domain.business_time import WEEKDAYS, Calendar
from earshot.domain.case_settings import CaseSettings
from earshot.domain.cases import OpenCaseFilter
from earshot.domain.deliveries import Delivery
from earshot.domain.delivery_outcome import Delivered
from earshot.domain.destinations import INCLUDES, Destination
from earshot.domain.invitation import DUE_SHARDS
from earshot.domain.members import Member
from earshot.domain.person import Person
from earshot.domain.statement import Rank, Statement, StatementKind
from earshot.domain.submission import Submission
from earshot.domain.survey import Survey
from earshot.ports.destinations import Message, Sender, Target
from earshot.ports.people import PersonChange
from earshot.services.alerts.deliver import deliver
from earshot.services.alerts.evaluate_alerts import evaluate
from earshot.services.alerts.follow_deliveries import follow
from earshot.services.responses.record_responses import record

TITLE = "Alerts: units in the table"
HOW = (
    "The real services with the real adapters, called in this process; the webhook takes everything at once. The alert "
    "is on a known person, with a comment of 300 characters, both of which the webhook gets. The case is owned by one "
    "of two members who take turns, in the hours of a calendar. Writes are charged by the documented size rule over "
    "each item before and after, its entry in the index included; reads over what each call gave. A tick is all that "
    "both planners look for while nothing is due. Further attempts are promised nowhere."
)
COLUMNS = ("what", "units")
MOST_OF_AN_ALERT, MOST_OF_A_CASE, MOST_OF_A_TICK, MOST_OF_DELIVERIES = 6, 16, 5.5, 1
SURVEY, OWNED, HOOK, PERSON = "alert-units", "alert-units-owned", "to-alert-units", "alert-units-ann"
NOW, MADE = 1_795_300_000_000, "2026-11-21T00:00:00.000Z"
SETTINGS = {
    f"EARSHOT_{name}": "" for name in ("CRM_SECRET", "HAS_CRM", "DELIVERY_QUEUE", "PUBLIC_URL", "API_URL", "STACK")
}
INDEXES = {"DueIndex": ("due_shard", "due_order")}
MEMBERS = ("alert-units-bea", "alert-units-cy")
HOURS = Calendar("alert-units", "Europe/Berlin", dict.fromkeys(WEEKDAYS[:5], (("09:00", "17:00"),)))
COMMENT = "The parcel came late, and nobody told me. "


class _Receiver:
    """A `Sender` whose receiver takes everything; the body is that of a webhook."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def render(self, message: Message, target: Target) -> str:
        return self._sender.render(message, target)

    def send(self, _delivery: Delivery, _body: str, _target: Target, _now: int) -> Delivered:
        return Delivered(None, 204)

    def probe(self, _delivery: Delivery, _target: Target, _now: int) -> None:
        return None

    def erase(self, _delivery: Delivery, _target: Target, _now: int) -> Delivered:
        return Delivered(None, 204)


class _Queue:
    """A queue of deliveries that keeps what it gets."""

    def __init__(self) -> None:
        self.tasks: list[Mapping[str, Any]] = []

    def send(self, tasks: Iterable[tuple[Mapping[str, Any], int]]) -> None:
        self.tasks += [task for task, _ in tasks]


def measure(lab: Lab) -> list[Section]:
    """Count on the engine, with a table that no function listens to."""
    lab.steps.begin("alerts", 1)
    lab.steps.step("an alert, and a tick with nothing due")
    prepare(lab.stack.endpoint)
    with patch.dict(os.environ, SETTINGS):
        return [Section(TITLE, COLUMNS, counted(), HOW)]


def counted() -> list[Row]:
    """Count with the clients and the table that the functions of this process use; return the rows."""
    _make_what_alerts_need()
    queue = _Queue()
    promoter, detractor, owned = _respond(9), _respond(2), _respond(2, OWNED)
    unmatched = written(lambda: evaluate(promoter, bootstrap.evaluate_alerts_deps()))
    asked: list[Mapping[str, Any]] = []
    alert = written(lambda: asked.extend(evaluate(detractor, bootstrap.evaluate_alerts_deps()).deliveries))
    deps = replace(
        bootstrap.deliver_deps(), queue=queue, sender=lambda kind: _Receiver(bootstrap.destination_sender(kind))
    )
    alert += written(lambda: [deliver(task, deps) for task in asked])
    found, _ = bootstrap.deliveries().of_destination(HOOK, 10)
    if [each.delivered_at is not None for each in found] != [True]:
        raise BenchError(f"not one alert was delivered: {found}")
    case = written(lambda: evaluate(owned, bootstrap.evaluate_alerts_deps()))
    if [each.owner for each in bootstrap.cases().listed(OpenCaseFilter(), 10)[0]] != [MEMBERS[1]]:
        raise BenchError("no case opened whose owner took their turn")
    deliveries = read(lambda: follow(NOW, deliveries=bootstrap.deliveries(), queue=queue))
    others = read(_plan)
    return rows_of(unmatched, alert, case, deliveries, deliveries + others)


def rows_of(unmatched: float, alert: float, case: float, deliveries: float, tick: float) -> list[Row]:
    """Write the rows of what was measured."""
    return [
        _row("writes of a response that no rule matches", unmatched, 0),
        _row("writes of an alert with one delivered destination", alert, MOST_OF_AN_ALERT),
        _row("writes of an alert with a case opened and its owner's turn, not delivered", case, MOST_OF_A_CASE),
        _row("reads of a tick for deliveries, nothing due", deliveries, MOST_OF_DELIVERIES),
        _row("reads of a tick in all, nothing due", tick, MOST_OF_A_TICK),
    ]


def written(step: Callable[[], object]) -> float:
    """Return the write units of a step."""
    client, table = bootstrap.client("dynamodb"), setting("EARSHOT_TABLE")
    with listening(client, client, INDEXES, table) as spent:
        step()
    return spent.writes


def read(step: Callable[[], object]) -> float:
    """Return the read units of a step that writes nothing."""
    with metered(bootstrap.client("dynamodb")) as meter:
        step()
    if meter.writes:
        raise BenchError(f"something was written: {meter.writes}")
    return sum(call.read_units for call in meter.reads)


def _row(what: str, units: float, most: float) -> Row:
    return Row((what, f"{units:g}"), f"≤ {most:g}", units <= most)


def _make_what_alerts_need() -> None:
    """Make a survey whose detractors go to a webhook, and a person."""
    person = Person(PERSON, "ann@example.com", name="Ann Example", properties={"plan": "pro"})
    hook = Destination(HOOK, "webhook", "Desk", {"url": "https://hooks.example.com/earshot"}, include=INCLUDES)
    rule = AlertRule("rule-alert-units", SURVEY, When.DETRACTOR, (HOOK,), made_at=NOW - 1)
    survey = Survey(SURVEY, "Alerts", created_at=MADE, updated_at=MADE)
    cases = CaseSettings(role=Role.FRONTLINE, calendar=HOURS.id)
    members = [Member(name, f"{name}@example.com", None, Role.FRONTLINE) for name in MEMBERS]
    made = (
        bootstrap.surveys().put(survey, None),
        bootstrap.surveys().put(replace(survey, id=OWNED, cases=cases), None),
        *(bootstrap.members().put(member, None) for member in members),
        bootstrap.calendars().put(HOURS, None),
        bootstrap.people().put([PersonChange(None, person)]),
        bootstrap.destinations().put(hook, None),
        bootstrap.alert_rules().put(rule, None),
        bootstrap.alert_rules().put(replace(rule, survey=OWNED, opens_case=True), None),
    )
    if not all(made):
        raise BenchError("what alerts need could not be made: the table has it already")


def _respond(score: int, survey: str = SURVEY) -> AlertTask:
    """Record a response of the person, and return what the evaluation is asked for."""
    statement = Statement(
        StatementKind.FINAL, NOW, score, (COMMENT * 8)[:300], {"plan": "pro"}, PERSON, rank=Rank.KEYED
    )
    submission = Submission(survey, ids.mint(NOW, f"{survey}/{score}".encode()), statement, NOW, correlation="r-1")
    ports: dict[str, Any] = {"surveys": bootstrap.surveys(), "ledger": bootstrap.ledger(), "people": bootstrap.people()}
    if record([submission], **ports, pause=lambda _: None):
        raise BenchError("the response could not be recorded")
    fact = ResponseFact(submission.id, 1, ids.mint(NOW, b"event"), "ResponseRecorded", score, correlation="r-1")
    return AlertTask(survey, [fact])


def _plan() -> None:
    """Look for all else that a tick of the planners looks for."""
    for shard in range(DUE_SHARDS):
        bootstrap.invitations().due(shard, NOW, 1)
    bootstrap.campaigns().due(NOW, 1)
    bootstrap.sending_pauses().latest()
