"""A visit of a page: who reads it, what it is asked for, and what it reads with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from earshot.api.request import Request
from earshot.api.visitor import Visitor
from earshot.console.filters import Filters, path_part
from earshot.domain.access import Caller, allowed
from earshot.domain.errors import ForbiddenError
from earshot.domain.survey import Survey
from earshot.languages.console_texts import ConsoleTexts
from earshot.ports.accounts import Accounts
from earshot.ports.alerts import AlertRules
from earshot.ports.campaigns import Campaigns
from earshot.ports.cases import Cases
from earshot.ports.destinations import Deliveries, Destinations
from earshot.ports.evaluations import DailyEvaluations
from earshot.ports.funnel import Funnels
from earshot.ports.invitations import Invitations
from earshot.ports.ledger import Ledger
from earshot.ports.people import People
from earshot.ports.responses import Responses
from earshot.ports.scores import Counts, Scores
from earshot.ports.sessions import Sessions
from earshot.ports.suppressions import SuppressedHashes
from earshot.ports.surveys import Surveys
from earshot.ports.team import Members
from earshot.services.surveys.find_survey import find_whole_readable


@dataclass(frozen=True, slots=True)
class ConsoleDeps:
    """What pages read with; each is made when a page first asks for it."""

    surveys: Callable[[], Surveys]
    counts: Callable[[], Counts]
    scores: Callable[[], Scores]
    responses: Callable[[], Responses]
    ledger: Callable[[], Ledger]
    people: Callable[[], People]
    funnels: Callable[[], Funnels]
    cases: Callable[[], Cases]
    members: Callable[[], Members]
    sessions: Callable[[], Sessions]
    campaigns: Callable[[], Campaigns]
    alert_rules: Callable[[], AlertRules]
    evaluations: Callable[[], DailyEvaluations]
    destinations: Callable[[], Destinations]
    deliveries: Callable[[], Deliveries]
    invitations: Callable[[], Invitations]
    accounts: Callable[[], Accounts]
    suppressed: Callable[[], SuppressedHashes]


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit; `path` is the page's own without a suffix, `parts` what varies in it, `now` Unix milliseconds.

    `form` is in which form the page is wanted: html, csv, json or svg.
    """

    request: Request
    visitor: Visitor
    filters: Filters
    texts: ConsoleTexts
    deps: ConsoleDeps
    now: int
    path: str
    parts: Mapping[str, str]
    form: str = "html"
    theme: str = "system"

    @property
    def caller(self) -> Caller:
        """Return who the visitor is to all that decides what may be read."""
        return self.visitor.caller

    def may(self, scope: str, survey: str | None = None) -> bool:
        """Return whether the visitor may do what a scope names."""
        return allowed(self.caller, scope, survey)

    def require(self, scope: str, survey: str | None = None) -> None:
        """Raise ForbiddenError unless the visitor may do what a scope names."""
        if not self.may(scope, survey):
            raise ForbiddenError(self.texts("not_allowed.page"))

    def survey(self) -> Survey:
        """Read the survey of the path, with the values of its segments; it must be in the visitor's access."""
        survey_id = self.parts["survey"]
        self.require("scores:read", survey_id)
        return find_whole_readable(survey_id, self.deps.surveys())

    def surveys(self, *, with_archived: bool = False) -> list[Survey]:
        """Return the surveys in the visitor's access, without those of employees; the archived ones on request."""
        return [
            each
            for each in self.deps.surveys().list()
            if not each.is_employee
            and (with_archived or each.state != "archived")
            and self.caller.access.has_survey(each.id)
        ]

    @property
    def address(self) -> str:
        """Return the page's own path as a link has it."""
        name = self.parts.get("property")
        return self.path if name is None else self.path.removesuffix(name) + path_part(name)

    def link(self, path: str | None = None, **changes: str | None) -> str:
        """Return the address of a page, by default of this one, with the same filters but for these changes."""
        return self.filters.url(path or self.address, **changes)
