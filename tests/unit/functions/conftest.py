"""The functions with fakes for ports: what a porch parses, which service it calls, what it answers."""

import importlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import pytest

from earshot import asking_bootstrap, bootstrap, bootstrap_mail, scoring_bootstrap, widget_bootstrap
from earshot.adapters.identities import Identities
from earshot.domain.answer_queues import LINK_QUEUE, RESPONSE_QUEUE, AnswerQueue
from earshot.domain.keys import SCOPES
from earshot.domain.widget import Question
from earshot.metrics import Gathered
from earshot.services.limit_rate import Memory
from earshot.services.manage_keys import create
from earshot.services.pace_mails import Pace
from tests.aws_events import Event, http_event
from tests.described import answer_faults, request_faults
from tests.factories import NOON, make_survey
from tests.fakes.campaigns import InMemoryCampaigns, InMemoryDirectory
from tests.fakes.erasings import InMemoryErasings
from tests.fakes.fake_time import FakeTime
from tests.fakes.feedback import InMemoryFeedback, InMemoryReconciliations, InMemorySuppressedDestinations
from tests.fakes.funnel import InMemoryFunnels
from tests.fakes.imports import InMemoryImports
from tests.fakes.invitations import InMemoryInvitations
from tests.fakes.keys import FixedSecret, InMemoryKeys
from tests.fakes.ledger import InMemoryLedger
from tests.fakes.mailing import FixedAccount, InMemoryBudgets, InMemoryMailer
from tests.fakes.people import InMemoryPeople, InMemoryPeopleLists, InMemorySuppressions
from tests.fakes.queues_and_bus import InMemoryBus, InMemoryCrm, InMemoryQueue
from tests.fakes.scores import InMemoryJudgements, InMemoryScores
from tests.fakes.surveys import InMemorySurveys
from tests.fakes.widget import InMemoryRateLimits, InMemoryShowings

Answer = dict[str, Any]


class HastyQueue(InMemoryQueue):
    """A queue of answers: it takes what it may carry, and remembers which messages were let come back at once."""

    def __init__(self, carried: AnswerQueue) -> None:
        super().__init__()
        self.carried = carried
        self.hurried: list[str] = []

    def send(self, items: Iterable[Any], delay: int = 0) -> None:
        sent = list(items)
        for submission in sent:
            self.carried.check(submission)
        super().send(sent, delay)

    def hurry(self, receipt: str) -> None:
        self.hurried.append(receipt)


class DirectByAddress:
    """The function that is asked about somebody known by an address, called as Lambda would."""

    def ask(self, survey: str, token: str, question: Question) -> bool:
        event = question.showing and question.showing.value
        return self._invoke({"survey": survey, "token": token, "event": event, "id": question.response})

    def was_shown(self, survey: str, token: str, response: str) -> bool:
        return self._invoke({"survey": survey, "token": token, "answered": response})

    def _invoke(self, asked: dict[str, Any]) -> bool:
        return bool(load("ask_by_address").lambda_handler(json.loads(json.dumps(asked)), None)["is_so"])


@dataclass
class World:
    """All ports of a test, and a key that opens everything."""

    surveys: InMemorySurveys
    ledger: InMemoryLedger
    queue: HastyQueue
    tasks: InMemoryQueue
    scores: InMemoryScores
    keys: InMemoryKeys
    bus: InMemoryBus
    crm: InMemoryCrm
    key: str
    people: InMemoryPeople = field(init=False)
    imports: InMemoryImports = field(init=False)
    suppressions: InMemorySuppressions = field(default_factory=InMemorySuppressions)
    invitations: InMemoryInvitations = field(init=False)
    budgets: InMemoryBudgets = field(default_factory=InMemoryBudgets)
    mailer: InMemoryMailer = field(default_factory=InMemoryMailer)
    mails: InMemoryQueue = field(default_factory=InMemoryQueue)
    links: HastyQueue = field(default_factory=lambda: HastyQueue(LINK_QUEUE))
    judgements: InMemoryJudgements = field(default_factory=InMemoryJudgements)
    campaigns: InMemoryCampaigns = field(default_factory=InMemoryCampaigns)
    feedback: InMemoryFeedback = field(init=False)
    destinations: InMemorySuppressedDestinations = field(default_factory=InMemorySuppressedDestinations)
    reconciliations: InMemoryReconciliations = field(default_factory=InMemoryReconciliations)
    funnels: InMemoryFunnels = field(default_factory=InMemoryFunnels)
    account: FixedAccount = field(default_factory=FixedAccount)
    rate_limits: InMemoryRateLimits = field(default_factory=InMemoryRateLimits)
    limits_known: Memory = field(default_factory=Memory)
    showings: InMemoryShowings = field(default_factory=InMemoryShowings)
    erasings: InMemoryErasings = field(default_factory=InMemoryErasings)
    identities: Identities = field(default_factory=lambda: Identities(FixedSecret("EARSHOT_IDENTITY_SECRET").key))

    def __post_init__(self) -> None:
        self.people = InMemoryPeople(self.ledger)
        self.imports = InMemoryImports(self.ledger)
        self.invitations = InMemoryInvitations(self.people)
        self.feedback = InMemoryFeedback(self.invitations)

    def ask(self, function: str, route: str, path: str, body: Any = None, **details: Any) -> tuple[int, Any]:
        """Send a request with the key (or the `key` given) to a function; give its status and what it says."""
        event = http_event(route, path, body, **({"key": self.key} | details))
        answer = load(function).lambda_handler(event, None)
        status, said = answer["statusCode"], json.loads(answer.get("body") or "null")
        _as_described(event, status, answer, said)
        return status, said


def _as_described(event: Event, status: int, answer: Answer, said: Any) -> None:
    """Hold an answer, and the body of a request that was taken, against the API's description."""
    route = event["routeKey"]
    if route == "$default":
        return
    faults = list(answer_faults(route, status, answer["headers"].get("content-type", ""), said))
    if status < 300 and not event["isBase64Encoded"] and event.get("body"):
        faults += request_faults(route, json.loads(event["body"]))
    assert not faults, "\n".join(faults)


def load(function: str) -> ModuleType:
    """Import the porch of a function."""
    return importlib.import_module(f"functions.{function}.app")


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    keys = InMemoryKeys()
    _, key = create("tests", SCOPES, "2026-01-01T00:00:00.000Z", bytes(30), keys=keys)
    surveys = InMemorySurveys(make_survey(), make_survey(id="closed", state="closed"))
    made = World(
        surveys,
        InMemoryLedger(),
        HastyQueue(RESPONSE_QUEUE),
        InMemoryQueue(),
        InMemoryScores(),
        keys,
        InMemoryBus(),
        InMemoryCrm(),
        key,
    )
    ports = {
        "surveys": made.surveys,
        "tracking_surveys": made.surveys,
        "door": made.surveys,
        "ledger": made.ledger,
        "responses": made.ledger,
        "imports": made.imports,
        "erasings": made.erasings,
        "counts": made.ledger,
        "scores": made.scores,
        "keys": made.keys,
        "bus": made.bus,
        "crm": made.crm,
        "people": made.people,
        "suppressions": made.suppressions,
        "suppressed_hashes": made.suppressions,
        "invitations": made.invitations,
        "budgets": made.budgets,
        "mailer": made.mailer,
    }
    for name, port in ports.items():
        monkeypatch.setattr(bootstrap, name, lambda port=port: port)
    monkeypatch.setattr(bootstrap, "secret", FixedSecret)
    monkeypatch.setattr(scoring_bootstrap, "judgements", lambda: made.judgements)
    monkeypatch.setattr(asking_bootstrap, "recorded_answers", lambda: made.ledger)
    monkeypatch.setattr(asking_bootstrap, "funnels", lambda: made.funnels)
    directory = InMemoryDirectory(made.people)
    monkeypatch.setattr(asking_bootstrap, "campaigns", lambda: made.campaigns)
    monkeypatch.setattr(asking_bootstrap, "people_directory", lambda: directory)
    monkeypatch.setattr(asking_bootstrap, "people_lists", lambda: InMemoryPeopleLists(made.people))
    time = FakeTime()
    pace = Pace(made.account, 2, clock=time, sleep=time.sleep)
    monkeypatch.setattr(bootstrap_mail, "account", lambda: made.account)
    monkeypatch.setattr(bootstrap_mail, "pace", lambda: pace)
    monkeypatch.setattr(bootstrap_mail, "draw", lambda: 0.5)
    for name, port in {
        "feedback": made.feedback,
        "suppressed_destinations": made.destinations,
        "reconciliations": made.reconciliations,
    }.items():
        monkeypatch.setattr(asking_bootstrap, name, lambda port=port: port)
    monkeypatch.setattr(widget_bootstrap, "rate_limits", lambda: made.rate_limits)
    monkeypatch.setattr(widget_bootstrap, "limits_known", lambda: made.limits_known)
    monkeypatch.setattr(widget_bootstrap, "draw", lambda: 0.5)
    monkeypatch.setattr(load("submit_response"), "REFUSALS", Gathered(FakeTime()))
    monkeypatch.setattr(widget_bootstrap, "showings", lambda: made.showings)
    monkeypatch.setattr(widget_bootstrap, "by_address", DirectByAddress)
    monkeypatch.setattr(widget_bootstrap, "known_people", lambda: made.people)
    monkeypatch.setattr(widget_bootstrap, "identities", lambda: made.identities)
    monkeypatch.setenv("EARSHOT_SALT", "arn:aws:cloudformation:eu-central-1:123456789012:stack/earshot/0b1c")
    bootstrap.answer_queues.cache_clear()
    for variable, name in {"EARSHOT_RESPONSE_QUEUE": "ResponseQueue", "EARSHOT_LINK_QUEUE": "LinkQueue"}.items():
        monkeypatch.setenv(variable, f"https://sqs.eu-central-1.amazonaws.com/123456789012/{name}")
    answers = {"EARSHOT_RESPONSE_QUEUE": made.queue, "EARSHOT_LINK_QUEUE": made.links}
    monkeypatch.setattr(bootstrap, "submission_queue", answers.__getitem__)
    queues = {"EARSHOT_EMAIL_QUEUE": made.mails}
    monkeypatch.setattr(bootstrap, "task_queue", lambda variable: queues.get(variable, made.tasks))
    monkeypatch.setenv("EARSHOT_PEOPLE_RETENTION_DAYS", "0")
    monkeypatch.setenv("EARSHOT_PUBLIC_URL", "https://earshot.example.com")
    monkeypatch.setenv("EARSHOT_MAIL_FROM", "survey@example.com")
    monkeypatch.setattr(bootstrap, "now", lambda: NOON)
    monkeypatch.setattr(bootstrap, "pause", lambda _: None)
    return made
