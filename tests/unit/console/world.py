"""The console over fakes: a survey with recorded responses, and pages as a member gets them."""

import base64
import gzip
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from earshot.api.request import Request
from earshot.api.visitor import Visitor
from earshot.console.reply import Reply, sent
from earshot.console.router import respond
from earshot.console.visit import ConsoleDeps
from earshot.domain.access import EVERYTHING, SCOPES_OF, Access, Caller, Role
from earshot.domain.errors import NotSignedInError
from earshot.services.responses.record_responses import record
from earshot.services.scores.recompute_scores import Ask, recompute
from tests.aws_events import http_event
from tests.factories import DAY, NOON, make_member, make_session, make_submission, make_survey, uuid7
from tests.fakes.alerts import InMemoryAlertRules, InMemoryAlerts, InMemoryDeliveries, InMemoryDestinations
from tests.fakes.campaigns import InMemoryCampaigns
from tests.fakes.cases import InMemoryCases
from tests.fakes.fake_time import no_pause
from tests.fakes.funnel import InMemoryFunnels
from tests.fakes.invitations import InMemoryInvitations
from tests.fakes.ledger import InMemoryLedger
from tests.fakes.people import InMemoryPeople, InMemorySuppressions
from tests.fakes.scores import InMemoryDailyEvaluations, InMemoryScores
from tests.fakes.sessions import InMemorySessions
from tests.fakes.surveys import InMemorySurveys
from tests.fakes.team import InMemoryAccounts, InMemoryMembers

ROUTE = "GET /app/{proxy+}"


class Console:
    """The pages, and all that they read."""

    def __init__(self) -> None:
        self.surveys = InMemorySurveys(
            make_survey(name="The shop", segments=("plan",), open_segments=("plan",)),
            make_survey(id="other", name="Other"),
            make_survey(id="staff", name="Staff", kind="employee"),
        )
        self.ledger = InMemoryLedger()
        self.scores = InMemoryScores()
        self.people = InMemoryPeople(self.ledger)
        self.cases = InMemoryCases(InMemoryAlerts(), self.people.kept)
        self.members = InMemoryMembers(make_member("kim"))
        self.sessions = InMemorySessions(self.members)
        self.funnels = InMemoryFunnels()
        self.campaigns = InMemoryCampaigns()
        self.alert_rules = InMemoryAlertRules()
        self.evaluations = InMemoryDailyEvaluations()
        self.destinations = InMemoryDestinations()
        self.deliveries = InMemoryDeliveries(self.destinations)
        self.invitations = InMemoryInvitations(self.people)
        self.accounts = InMemoryAccounts()
        self.suppressions = InMemorySuppressions()
        self.recorded = 0

    def record(self, *scores: int, survey: str = "demo", days_ago: int = 0, **details: Any) -> list[str]:
        """Record responses by their scores, as they were given some days ago; return their ids."""
        time, ids = NOON - days_ago * DAY, []
        for score in scores:
            self.recorded += 1
            ids.append(uuid7(time - self.recorded, f"{self.recorded}"))
            given = make_submission(
                score, survey=survey, id=ids[-1], received_at=time, first_received=time - self.recorded, **details
            )
            record([given], surveys=self.surveys, ledger=self.ledger, people=self.people, pause=no_pause)
        return ids

    def compute(self, survey: str = "demo") -> None:
        """Compute the scores of all series of a survey, as the schedule has it done."""
        ports: dict[str, Any] = {"surveys": self.surveys, "counts": self.ledger, "scores": self.scores}
        recompute(Ask(survey, None, NOON), NOON, evaluations=self.evaluations, **ports)

    def visitor(self, role: Role = Role.OWNER, access: Access = EVERYTHING, **member: Any) -> Visitor:
        """Return a member who is signed in."""
        made = replace(make_member("kim", role=role), **member)
        return Visitor(made, make_session("kim"), "form-token", Caller(SCOPES_OF[role], access, "kim", role))

    def reply(self, path: str, visitor: Visitor | None = None, /, **headers: str) -> Reply:
        """Return what a member gets under a path with its query."""
        return respond(request(path, headers), NOON, lambda: visitor or self.visitor(), self.deps)

    def page(self, path: str, visitor: Visitor | None = None, status: int = 200) -> str:
        """Return the HTML of a page."""
        reply = self.reply(path, visitor)
        assert reply.status == status, reply.body.decode()
        return reply.body.decode()

    def data(self, path: str, visitor: Visitor | None = None) -> Any:
        """Return the JSON of a page."""
        return json.loads(self.page(path, visitor))

    def nobody(self, path: str) -> Reply:
        """Return what somebody gets who is not signed in."""

        def visitor() -> Visitor:
            raise NotSignedInError("nobody")

        return respond(request(path), NOON, visitor, self.deps)

    @property
    def deps(self) -> ConsoleDeps:
        """Return the fakes as pages ask for them."""
        return ConsoleDeps(
            surveys=lambda: self.surveys,
            counts=lambda: self.ledger,
            scores=lambda: self.scores,
            responses=lambda: self.ledger,
            ledger=lambda: self.ledger,
            people=lambda: self.people,
            funnels=lambda: self.funnels,
            cases=lambda: self.cases,
            members=lambda: self.members,
            sessions=lambda: self.sessions,
            campaigns=lambda: self.campaigns,
            alert_rules=lambda: self.alert_rules,
            evaluations=lambda: self.evaluations,
            destinations=lambda: self.destinations,
            deliveries=lambda: self.deliveries,
            invitations=lambda: self.invitations,
            accounts=lambda: self.accounts,
            suppressed=lambda: self.suppressions,
        )


def request(path: str, headers: Mapping[str, str] | None = None) -> Request:
    """Return the request of a browser."""
    bare, _, query = path.partition("?")
    route = "GET /app" if bare == "/app" else ROUTE
    cookies = [value for name, value in (headers or {}).items() if name == "cookie"]
    return Request(http_event(route, bare, query=query, headers=headers) | {"cookies": cookies})


def unpacked(reply: Reply, accepted: str) -> tuple[dict[str, str], bytes]:
    """Return the headers and the body of a reply as a browser reads it."""
    made = sent(reply, accepted)
    body = base64.b64decode(made["body"]) if made.get("isBase64Encoded") else made["body"].encode()
    return made["headers"], gzip.decompress(body) if made["headers"].get("content-encoding") == "gzip" else body


def words_of(html: str) -> str:
    """Return the text of a page, without its markup."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())
