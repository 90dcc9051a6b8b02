"""The handlers over fakes: what a handler parses, which service it calls, what it returns."""

import importlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import pytest

from earshot import bootstrap
from earshot.adapters.identity_tokens import IdentityTokens
from earshot.domain.access import SCOPES
from earshot.domain.submission_queues import LINK_QUEUE, RESPONSE_QUEUE, QueueContract
from earshot.domain.widget import Question
from earshot.metrics import Gathered
from earshot.services.api_keys.manage_api_keys import create
from earshot.services.invitations.send_rate import SendRateLimiter
from earshot.services.responses.limit_rate import Memory
from earshot.services.responses.submit_responses import RecentPolicies
from tests.aws_events import Event, http_event
from tests.described import request_faults, response_faults
from tests.factories import NOON, make_survey
from tests.fakes.alerts import (
    DelayedQueue,
    InMemoryAlertLimits,
    InMemoryAlertRules,
    InMemoryAlerts,
    InMemoryCredentials,
    InMemoryDeliveries,
    InMemoryDestinations,
    InMemoryReachedPlaces,
    ObedientSender,
)
from tests.fakes.bulk_erasures import InMemoryBulkErasures
from tests.fakes.calendars import InMemoryCalendars
from tests.fakes.campaigns import InMemoryCampaigns, InMemoryDirectory
from tests.fakes.cases import InMemoryCases
from tests.fakes.digests import InMemoryDigests, InMemoryDigestSendings
from tests.fakes.fake_time import FakeTime
from tests.fakes.feedback import InMemoryFeedback, InMemoryReconciliations, InMemorySuppressedDestinations
from tests.fakes.funnel import InMemoryFunnels
from tests.fakes.imports import InMemoryImports
from tests.fakes.inbound_calls import InMemoryInboundCalls
from tests.fakes.invitations import InMemoryInvitations
from tests.fakes.keys import FixedSecret, InMemoryKeys
from tests.fakes.ledger import InMemoryLedger, InMemoryRecordedResponses
from tests.fakes.mailing import FixedAccount, InMemoryBudgets, InMemoryMailer, InMemorySendingPauses
from tests.fakes.people import InMemoryPeople, InMemoryPeopleLists, InMemorySuppressions
from tests.fakes.queues_and_bus import InMemoryBus, InMemoryQueue
from tests.fakes.scores import InMemoryDailyEvaluations, InMemoryScores
from tests.fakes.sessions import InMemorySessions
from tests.fakes.sign_ins import InMemorySignIns
from tests.fakes.surveys import InMemorySurveys
from tests.fakes.team import InMemoryAccounts, InMemoryMembers, InMemoryTurns
from tests.fakes.widget import InMemoryRateLimits, InMemoryShowings

Reply = dict[str, Any]


class HastyQueue(InMemoryQueue):
    """A queue of responses: it takes what it may carry, and remembers which messages came back at once."""

    def __init__(self, carried: QueueContract) -> None:
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
        return self._invoke({"survey": survey, "token": token, "response": response})

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
    key: str
    people: InMemoryPeople = field(init=False)
    imports: InMemoryImports = field(init=False)
    suppressions: InMemorySuppressions = field(default_factory=InMemorySuppressions)
    invitations: InMemoryInvitations = field(init=False)
    budgets: InMemoryBudgets = field(default_factory=InMemoryBudgets)
    mailer: InMemoryMailer = field(default_factory=InMemoryMailer)
    pauses: InMemorySendingPauses = field(default_factory=InMemorySendingPauses)
    mails: InMemoryQueue = field(default_factory=InMemoryQueue)
    score_tasks: InMemoryQueue = field(default_factory=InMemoryQueue)
    links: HastyQueue = field(default_factory=lambda: HastyQueue(LINK_QUEUE))
    evaluations: InMemoryDailyEvaluations = field(default_factory=InMemoryDailyEvaluations)
    campaigns: InMemoryCampaigns = field(default_factory=InMemoryCampaigns)
    feedback: InMemoryFeedback = field(init=False)
    destinations: InMemorySuppressedDestinations = field(default_factory=InMemorySuppressedDestinations)
    reconciliations: InMemoryReconciliations = field(default_factory=InMemoryReconciliations)
    funnels: InMemoryFunnels = field(default_factory=InMemoryFunnels)
    account: FixedAccount = field(default_factory=FixedAccount)
    rate_limits: InMemoryRateLimits = field(default_factory=InMemoryRateLimits)
    limits_known: Memory = field(default_factory=Memory)
    showings: InMemoryShowings = field(default_factory=InMemoryShowings)
    bulk_erasures: InMemoryBulkErasures = field(default_factory=InMemoryBulkErasures)
    alert_rules: InMemoryAlertRules = field(default_factory=InMemoryAlertRules)
    alerts: InMemoryAlerts = field(default_factory=InMemoryAlerts)
    alert_limits: InMemoryAlertLimits = field(default_factory=InMemoryAlertLimits)
    alert_destinations: InMemoryDestinations = field(default_factory=InMemoryDestinations)
    members: InMemoryMembers = field(default_factory=InMemoryMembers)
    sessions: InMemorySessions = field(init=False)
    sign_ins: InMemorySignIns = field(init=False)
    accounts: InMemoryAccounts = field(default_factory=InMemoryAccounts)
    calendars: InMemoryCalendars = field(default_factory=InMemoryCalendars)
    turns: InMemoryTurns = field(default_factory=InMemoryTurns)
    digests: InMemoryDigests = field(default_factory=InMemoryDigests)
    digest_sendings: InMemoryDigestSendings = field(default_factory=InMemoryDigestSendings)
    cases: InMemoryCases = field(init=False)
    deliveries: InMemoryDeliveries = field(init=False)
    reached: InMemoryReachedPlaces = field(default_factory=InMemoryReachedPlaces)
    credentials: InMemoryCredentials = field(default_factory=InMemoryCredentials)
    inbound_secrets: InMemoryCredentials = field(default_factory=InMemoryCredentials)
    inbound_calls: InMemoryInboundCalls = field(init=False)
    delivery_queue: DelayedQueue = field(default_factory=DelayedQueue)
    receiver: ObedientSender = field(default_factory=ObedientSender)
    dead_letters: dict[str, InMemoryQueue] = field(
        default_factory=lambda: {name: InMemoryQueue() for name in ("ResponseDeadLetters", "ParkedRecords")}
    )
    identities: IdentityTokens = field(
        default_factory=lambda: IdentityTokens(FixedSecret("EARSHOT_IDENTITY_SECRET").key)
    )

    def __post_init__(self) -> None:
        self.people = InMemoryPeople(self.ledger)
        self.imports = InMemoryImports(self.ledger)
        self.invitations = InMemoryInvitations(self.people)
        self.feedback = InMemoryFeedback(self.invitations)
        self.cases = InMemoryCases(self.alerts, self.people.kept)
        self.deliveries = InMemoryDeliveries(self.alert_destinations)
        self.inbound_calls = InMemoryInboundCalls(self.alert_destinations)
        self.sessions = InMemorySessions(self.members)
        self.sign_ins = InMemorySignIns(self.sessions)

    def ask(self, function: str, route: str, path: str, body: Any = None, **details: Any) -> tuple[int, Any]:
        """Send a request with the key (or the `key` given) to a function; give its status and what it says."""
        event = http_event(route, path, body, **({"key": self.key} | details))
        reply = load(function).lambda_handler(event, None)
        status, document = reply["statusCode"], json.loads(reply.get("body") or "null")
        _as_described(event, status, reply, document)
        return status, document


def _as_described(event: Event, status: int, reply: Reply, value: Any) -> None:
    """Check a reply, and the body of an accepted request, against the API's description."""
    route = event["routeKey"]
    if route == "$default":
        return
    faults = list(response_faults(route, status, reply["headers"].get("content-type", ""), value))
    if status < 300 and not event["isBase64Encoded"] and event.get("body"):
        faults += request_faults(route, json.loads(event["body"]))
    assert not faults, "\n".join(faults)


def load(function: str) -> ModuleType:
    """Import the handler of a function."""
    return importlib.import_module(f"functions.{function}.app")


def ports_of(world: World) -> dict[str, Any]:
    """Return what each function of the bootstrap returns in a test, by its name."""
    time = FakeTime()
    return {
        "surveys": world.surveys,
        "survey_owners": world.surveys,
        "survey_cases": world.surveys,
        "tracking_surveys": world.surveys,
        "recent_policies": RecentPolicies(world.surveys),
        "ledger": world.ledger,
        "responses": world.ledger,
        "stored_responses": world.ledger,
        "imports": world.imports,
        "bulk_erasures": world.bulk_erasures,
        "counts": world.ledger,
        "scores": world.scores,
        "api_keys": world.keys,
        "bus": world.bus,
        "alert_rules": world.alert_rules,
        "alerts": world.alerts,
        "alert_limits": world.alert_limits,
        "members": world.members,
        "sessions": world.sessions,
        "sign_ins": world.sign_ins,
        "accounts": world.accounts,
        "calendars": world.calendars,
        "turns": world.turns,
        "digests": world.digests,
        "digest_sendings": world.digest_sendings,
        "cases": world.cases,
        "destinations": world.alert_destinations,
        "deliveries": world.deliveries,
        "reached_places": world.reached,
        "destination_secrets": world.credentials,
        "inbound_secrets": world.inbound_secrets,
        "inbound_calls": world.inbound_calls,
        "delivery_queue": world.delivery_queue,
        "crm_secret": FixedSecret("EARSHOT_CRM_SECRET"),
        "people": world.people,
        "suppressions": world.suppressions,
        "suppressed_hashes": world.suppressions,
        "invitations": world.invitations,
        "budgets": world.budgets,
        "mailer": world.mailer,
        "sending_pauses": world.pauses,
        "mail_account": world.account,
        "send_rate_limiter": SendRateLimiter(world.account, 2, clock=time, sleep=time.sleep),
        "daily_evaluations": world.evaluations,
        "recorded_responses": InMemoryRecordedResponses(world.ledger),
        "funnels": world.funnels,
        "campaigns": world.campaigns,
        "people_directory": InMemoryDirectory(world.people),
        "people_lists": InMemoryPeopleLists(world.people),
        "feedback": world.feedback,
        "suppressed_destinations": world.destinations,
        "reconciliations": world.reconciliations,
        "rate_limits": world.rate_limits,
        "limits_known": world.limits_known,
        "showings": world.showings,
        "by_address": DirectByAddress(),
        "known_people": world.people,
        "identity_tokens": world.identities,
        "dead_letters": {name: queue.backlog for name, queue in world.dead_letters.items()},
        "draw": 0.5,
        "now": NOON,
    }


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    return make_world(monkeypatch)


def make_world(monkeypatch: pytest.MonkeyPatch) -> World:
    """Make the fakes of a test, and put them in place of the ports."""
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
        key,
    )
    for name, port in ports_of(made).items():
        monkeypatch.setattr(bootstrap, name, lambda port=port: port)
    monkeypatch.setattr(bootstrap, "secret", FixedSecret)
    monkeypatch.setattr(bootstrap, "destination_sender", lambda _: made.receiver)
    monkeypatch.setattr(bootstrap, "pause", lambda _: None)
    monkeypatch.setattr(load("submit_response"), "REFUSALS", Gathered(FakeTime()))
    monkeypatch.setenv("EARSHOT_SALT", "arn:aws:cloudformation:eu-central-1:123456789012:stack/earshot/0b1c")
    monkeypatch.setenv("EARSHOT_CDN_SECRET", "")
    bootstrap.queue_contracts.cache_clear()
    for variable, name in {"EARSHOT_RESPONSE_QUEUE": "ResponseQueue", "EARSHOT_LINK_QUEUE": "LinkQueue"}.items():
        monkeypatch.setenv(variable, f"https://sqs.eu-central-1.amazonaws.com/123456789012/{name}")
    replies = {"EARSHOT_RESPONSE_QUEUE": made.queue, "EARSHOT_LINK_QUEUE": made.links}
    monkeypatch.setattr(bootstrap, "submission_queue", replies.__getitem__)
    queues = {"EARSHOT_EMAIL_QUEUE": made.mails, "EARSHOT_SCORE_QUEUE": made.score_tasks}
    monkeypatch.setattr(bootstrap, "task_queue", lambda variable: queues.get(variable, made.tasks))
    monkeypatch.setenv("EARSHOT_PEOPLE_RETENTION_DAYS", "0")
    monkeypatch.setenv("EARSHOT_PUBLIC_URL", "https://earshot.example.com")
    monkeypatch.setenv("EARSHOT_MAIL_FROM", "survey@example.com")
    monkeypatch.setenv("EARSHOT_HAS_CRM", "true")
    monkeypatch.setenv("EARSHOT_API_URL", "")
    bootstrap.own_hosts.cache_clear()
    bootstrap.local_ports.cache_clear()
    return made
