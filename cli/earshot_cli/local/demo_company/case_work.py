"""How the team works on cases: each detractor of the last weeks opened one, by the product's own services.

Some are contacted at once and closed within days, some wait for the customer, some were neglected.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from heapq import heappop, heappush
from random import Random
from typing import Any

from earshot.adapters.dynamodb.accounts import DynamoDBAccounts
from earshot.adapters.dynamodb.alerts import DynamoDBAlerts
from earshot.adapters.dynamodb.calendars import DynamoDBCalendars
from earshot.adapters.dynamodb.cases import DynamoDBCases
from earshot.adapters.dynamodb.members import DynamoDBMembers
from earshot.adapters.dynamodb.surveys import DynamoDBSurveys
from earshot.domain.access import Role
from earshot.domain.alert_rules import default_rule
from earshot.domain.alerts import ResponseFact, raised_on
from earshot.domain.case_clocks import PERCENTS, Clock, Step, next_step_at
from earshot.domain.case_facts import EARSHOT, CaseChange, FactKind, changed
from earshot.domain.case_measures import RESPONDED_WITHIN, next_response_after
from earshot.domain.case_settings import CaseSettings
from earshot.domain.cases import Case, CaseOutcome, RootCause, SubjectKind, figures_of
from earshot.domain.events import response_event_id
from earshot.domain.response import IDENTIFIED, Response, is_detractor
from earshot.domain.survey import Survey
from earshot.services.alerts.case_alerts import CaseAlerts, CaseAlertsDeps
from earshot.services.cases.case_openings import CaseOpenings
from earshot.services.cases.take_steps import TakeStepsDeps, take_steps
from earshot_cli.local.demo_company.comments import LATE, POOR
from earshot_cli.local.demo_company.table_in_memory import NAME, TableInMemory
from earshot_cli.local.demo_company.team import CASE_OWNER, CASE_ROLE, SUPPORT

CASES = 60
SETTINGS = CaseSettings(owner=CASE_OWNER, role=CASE_ROLE)
SECOND, HOUR = 1_000, 3_600_000
DAY = 24 * HOUR
# The team works from eight to five (UTC), Monday to Friday; 1970 began on a Thursday.
BEGINS, ENDS, THURSDAY, SATURDAY = 8, 17, 3, 5
# The opening of a comment says what was behind it, in each language in this order.
CAUSES = (RootCause.DELIVERY, RootCause.COMMUNICATION, RootCause.PRICE)
OTHER_CAUSES = (RootCause.PEOPLE, RootCause.PROCESS, RootCause.PRODUCT, RootCause.OTHER)
NOTES = {
    RootCause.DELIVERY: ("The missing crates came with the next van.", "We agreed on an earlier delivery."),
    RootCause.COMMUNICATION: ("Apologised, and gave them a direct number.", "Called back twice; they were glad."),
    RootCause.PRICE: ("Went through the new price list with them.", "They want an offer for larger orders."),
}
OTHER_NOTES = ("They told us what happened, and what they expect.", "We will look at it with the warehouse.")
WAITING_NOTE = "They look into it and call us back."
AWAY_NOTE = "On holiday from tomorrow: please take over."
UNREACHABLE_NOTE = "Three calls and a mail, and no reply."
REOPENED_NOTE = "They rang again: it happened once more."
# What comes of a case, each as often as it weighs.
OUTCOMES = {
    CaseOutcome.RESOLVED_WITH_CUSTOMER: 8,
    CaseOutcome.COMPENSATED: 5,
    CaseOutcome.EXPLAINED: 4,
    CaseOutcome.PASSED_ON: 2,
    CaseOutcome.CUSTOMER_DECLINED: 1,
}
# Of the cases of known people these shares are neglected, unreachable, handed over, waited with and opened again.
NEGLECTED, UNREACHABLE, HANDED_OVER, WAITED, REOPENED = 0.12, 0.08, 0.1, 0.3, 0.15
# Within so many hours a case is closed at last after all else is done, if the customer is helped soon, or not so soon.
FAST, SLOW = 60, 200
# What opened so lately is contacted, waits for the customer, or is as it comes; of the last days much is untouched.
LATELY, LAST_DAYS = 28 * DAY, 10 * DAY


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody does to a case after a while (milliseconds)."""

    after: int
    kind: FactKind
    note: str | None = None
    outcome: CaseOutcome | None = None
    root_cause: RootCause | None = None


def work_on_cases(table: TableInMemory, survey: Survey, responses: Sequence[Response], today: int, rng: Random) -> None:
    """Put the cases of the latest detractors into the table as they stand when today begins (Unix milliseconds).

    All responses since the first one of them are looked at, as the team has worked with cases since then.
    """
    given = sorted(responses, key=lambda response: (response.responded_at, response.id))
    detractors = [place for place, response in enumerate(given) if is_detractor(response)]
    first = detractors[-CASES] if len(detractors) > CASES else 0
    work = _Work(table, survey, today, rng, _again(given))
    for response in given[first:]:
        work.receive(response)
    work.finish()


def _again(responses: Iterable[Response]) -> Mapping[str, Sequence[int]]:
    """Return when each known person responded (Unix milliseconds)."""
    found: dict[str, list[int]] = {}
    for response in responses:
        if response.person is not None:
            found.setdefault(response.person, []).append(response.responded_at)
    return found


class _Work:
    """The weeks in which the team works on cases, one moment after the other."""

    def __init__(
        self, table: TableInMemory, survey: Survey, today: int, rng: Random, given: Mapping[str, Sequence[int]]
    ) -> None:
        self._table, self._survey, self._today, self._rng, self._given = table, survey, today, rng, given
        self._cases = DynamoDBCases(table, NAME)
        self._members = DynamoDBMembers(table, NAME)
        self._calendars = DynamoDBCalendars(table, NAME)
        self._openings = CaseOpenings(self._members, DynamoDBAccounts(table, NAME), self._calendars, _Turns())
        self._of_person: dict[str, list[str]] = {}
        self._known: list[str] = []
        self._turns = dict.fromkeys(SubjectKind, 0)
        # What is to come: when, a number that keeps the order, the case, and what is done (nothing: the planner looks).
        self._to_come: list[tuple[int, int, str, tuple[Act, ...]]] = []
        self._number = 0

    def receive(self, response: Response) -> None:
        """Do what comes before a response, then what the response itself brings about."""
        self._until(response.responded_at)
        for case in self._of_person.get(response.person or "", ()):
            self._note_next(case, response)
        if is_detractor(response):
            self._alert(response)

    def finish(self) -> None:
        """Do what is left of yesterday; the steps to come of open cases are noted as taken, as they would be mailed."""
        self._until(self._today)
        for name in self._known:
            case = self._case(name)
            if not case.state.is_closed:
                quiet = replace(case, steps=case.steps | _steps_of(case))
                self._cases.note_steps(case, replace(quiet, next_step_at=next_step_at(quiet, None, self._today)))

    def _until(self, moment: int) -> None:
        while self._to_come and self._to_come[0][0] < moment:
            at, _, name, acts = heappop(self._to_come)
            if acts:
                self._act(name, acts, at)
            elif self._case(name).next_step_at == at:
                self._take_steps(name, at)

    def _alert(self, response: Response) -> None:
        """Raise the alert of a survey's default rule on a response, which opens a case or joins one."""
        at = response.responded_at + SECOND
        event = response_event_id(response.survey, response.id, 1, IDENTIFIED)
        fact = ResponseFact(response.id, 1, event, IDENTIFIED, response.score, detractor_event=event)
        rule = replace(default_rule(response.survey), destinations=())
        alerts = DynamoDBAlerts(self._table, NAME)
        deps = CaseAlertsDeps(alerts, self._cases, _Settings(), lambda: self._openings, _no_pause, at)
        outcome = CaseAlerts(deps).raise_on(raised_on(rule, fact, at), rule, response)
        if outcome.opened is None:
            return
        name = outcome.opened.id
        self._known.append(name)
        if response.person is not None:
            self._of_person.setdefault(response.person, []).append(name)
        self._plan(name)
        acts = tuple(self._acts(response, outcome.opened))
        if at > self._today - LATELY and not self._responds_again(response, outcome.opened):
            self._turns[outcome.opened.subject] += 1
            acts = _so_far(acts, self._turns[outcome.opened.subject], is_new=at > self._today - LAST_DAYS)
        if acts:
            self._push(self._at_work(at + acts[0].after), name, acts)

    def _note_next(self, name: str, response: Response) -> None:
        """Note on a case that its person responded again, as the product does."""
        case = self._case(name)
        after, again = next_response_after(figures_of(case)), case.responded_again_at
        if after is None or (again is not None and again > after):
            return
        if after < response.responded_at <= after + RESPONDED_WITHIN:
            extra = {"at": response.responded_at, "score": response.score}
            change = CaseChange(FactKind.RESPONDED_AGAIN, extra=extra)
            self._cases.change(case, *changed(case, change, response.responded_at + SECOND, EARSHOT))

    def _take_steps(self, name: str, at: int) -> None:
        deps = TakeStepsDeps(
            cases=self._cases,
            members=self._members,
            surveys=DynamoDBSurveys(self._table, NAME),
            calendars=self._calendars,
            queue=_NoDeliveries(),
            pause=_no_pause,
            clock=lambda: at,
        )
        take_steps(name, deps)
        self._plan(name)

    def _act(self, name: str, acts: tuple[Act, ...], at: int) -> None:
        """Do the first of some acts, and plan the next."""
        act, *following = acts
        case = self._case(name)
        change = CaseChange(act.kind, act.note, outcome=act.outcome, root_cause=act.root_cause)
        if act.kind is FactKind.ASSIGNED:
            change = replace(change, owner=next(member for member in SUPPORT if member != case.owner))
        if act.kind is FactKind.REOPENED and case.person is not None and self._has_another(case):
            return
        self._cases.change(case, *changed(case, change, at, f"member:{case.owner}"))
        self._plan(name)
        if following:
            self._push(self._at_work(at + following[0].after), name, tuple(following))

    def _has_another(self, case: Case) -> bool:
        return self._cases.of_person(case.survey, case.person or "").case is not None

    def _acts(self, response: Response, case: Case) -> Iterator[Act]:
        """Yield what the team does to a case; an anonymous respondent cannot be contacted."""
        rng, cause = self._rng, _cause_of(response, self._rng)
        if response.person is None:
            outcome = rng.choice((CaseOutcome.PASSED_ON, CaseOutcome.NOT_OURS, CaseOutcome.PASSED_ON))
            yield Act(_hours(rng, 10, 500), FactKind.NO_ACTION, outcome=outcome, root_cause=cause)
            return
        responds_again = self._responds_again(response, case)
        if not responds_again and rng.random() < NEGLECTED:
            yield Act(_hours(rng, 70, 600), FactKind.CONTACTED)
        elif not responds_again and rng.random() < UNREACHABLE:
            yield Act(_hours(rng, 30, 80), FactKind.UNREACHABLE, UNREACHABLE_NOTE, root_cause=cause)
            return
        else:
            yield Act(_hours(rng, 0.5, 20), FactKind.CONTACTED)
        if rng.random() < HANDED_OVER:
            yield Act(_hours(rng, 1, 6), FactKind.ASSIGNED, AWAY_NOTE)
        yield Act(_hours(rng, 0.1, 2), FactKind.NOTE, rng.choice(NOTES.get(cause, OTHER_NOTES)))
        if not responds_again and rng.random() < WAITED:
            yield Act(_hours(rng, 0.1, 2), FactKind.WAITING, WAITING_NOTE)
            yield Act(_hours(rng, 60, 500), FactKind.RESUMED)
        yield self._closing(cause, FAST if responds_again else SLOW)
        if not responds_again and rng.random() < REOPENED:
            yield Act(_hours(rng, 40, 120), FactKind.REOPENED, REOPENED_NOTE)
            yield Act(_hours(rng, 1, 8), FactKind.NOTE, rng.choice(NOTES.get(cause, OTHER_NOTES)))
            yield self._closing(cause, FAST)

    def _responds_again(self, response: Response, case: Case) -> bool:
        return any(at > case.opened_at for at in self._given.get(response.person or "", ()))

    def _closing(self, cause: RootCause, hours: int) -> Act:
        outcome = self._rng.choices(list(OUTCOMES), list(OUTCOMES.values()))[0]
        return Act(_hours(self._rng, 6, hours), FactKind.RESOLVED, outcome=outcome, root_cause=cause)

    def _plan(self, name: str) -> None:
        """Have the planner look at a case again when it says so."""
        at = self._case(name).next_step_at
        if at is not None:
            self._push(at, name, ())

    def _push(self, at: int, name: str, acts: tuple[Act, ...]) -> None:
        self._number += 1
        heappush(self._to_come, (at, self._number, name, acts))

    def _at_work(self, at: int) -> int:
        """Return a moment itself if the team is at work then, else one soon after it begins again."""
        days, rest = divmod(at, DAY)
        if rest >= ENDS * HOUR:
            days, rest = days + 1, 0
        weekday = (days + THURSDAY) % 7
        if weekday >= SATURDAY:
            days, rest = days + 7 - weekday, 0
        return at if rest >= BEGINS * HOUR else days * DAY + BEGINS * HOUR + int(self._rng.random() * HOUR)

    def _case(self, name: str) -> Case:
        found = self._cases.get(name)
        if found is None:
            raise ValueError(f"the sample lacks the case {name}")
        return found


def _so_far(acts: tuple[Act, ...], turn: int, *, is_new: bool) -> tuple[Act, ...]:
    """Return what was done so far of a case that opened lately, by turns."""
    if acts[0].kind is FactKind.NO_ACTION:
        return () if is_new and turn % 2 == 0 else acts
    if turn % 3 == 0:
        return () if is_new else acts
    waiting = Act(HOUR, FactKind.WAITING, WAITING_NOTE)
    return (Act(HOUR, FactKind.CONTACTED), *([waiting] if turn % 3 == 2 else []))


def _hours(rng: Random, least: float, most: float) -> int:
    """Draw a time between so many hours, in milliseconds; short ones are more frequent."""
    return int(rng.triangular(least, most, least) * HOUR)


def _steps_of(case: Case) -> frozenset[str]:
    """Return the names of all steps of the present round of a case."""
    steps = [Step(case.round, clock, percent) for clock in Clock for percent in PERCENTS]
    return frozenset(step.name for step in (*steps, Step(case.round, None, owner=case.owner or "")))


def _cause_of(response: Response, rng: Random) -> RootCause:
    """Return what was behind a response, as its comment says; without a comment it is drawn."""
    words = response.statement.comment or ""
    if any(words.startswith(openings) for openings in LATE.values()):
        return RootCause.DELIVERY
    for openings, _ in POOR.values():
        for cause, opening in zip(CAUSES, openings, strict=True):
            if words.startswith(opening):
                return cause
    return rng.choice((*CAUSES, *OTHER_CAUSES))


class _Settings:
    """The settings of the survey's cases, before the survey is made."""

    def case_settings(self, _survey: str) -> CaseSettings:
        """Return the settings."""
        return SETTINGS


class _Turns:
    """The turns of a role, from the first one on."""

    def __init__(self) -> None:
        self._taken = 0

    def next(self, _role: Role) -> int:
        """Take the next turn."""
        self._taken += 1
        return self._taken


class _NoDeliveries:
    """Takes no delivery: nobody is written to because of the sample."""

    def send(self, tasks: Iterable[tuple[Mapping[str, Any], int]]) -> None:
        """Drop tasks."""


def _no_pause(_attempt: int) -> None:
    """Wait for nobody: there is no other writer."""
