"""Evaluate alert rules on what was published: each match is an alert once, and a message to each destination.

Whatever comes twice finds the alert that is there and sends the same messages again, under the same ids: a delivery
that is done drops them.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from typing import TYPE_CHECKING, Any, TypeAlias

from earshot.domain.alert_rules import DEFAULT, AlertRule, effective_rules
from earshot.domain.alerts import (
    Alert,
    AlertState,
    AlertTask,
    ResponseFact,
    alert_id,
    delivery_id,
    matching,
    raised_on,
    raised_on_the_score,
)
from earshot.domain.destinations import CRM, OWNER
from earshot.domain.errors import NotFoundError
from earshot.domain.message_types import OF_CATEGORIES, UPDATED
from earshot.domain.response import Response, is_detractor
from earshot.ports.alerts import Alerts, RulesOfSurveys, SurveyOwners
from earshot.ports.responses import StoredResponses

if TYPE_CHECKING:
    from earshot.services.alerts.case_alerts import CaseAlerts

HasOwner: TypeAlias = Callable[[], bool]


class RulesReadOnce:
    """The rules of each survey, read once: for the messages of one batch, whose responses were posted before."""

    def __init__(self, rules: RulesOfSurveys) -> None:
        self._rules = rules
        self._known: dict[str, list[AlertRule]] = {}

    def of_survey(self, survey: str) -> list[AlertRule]:
        """List the rules that a survey has of its own, as they were when they were first asked for."""
        if survey not in self._known:
            self._known[survey] = self._rules.of_survey(survey)
        return self._known[survey]


@dataclass(frozen=True, slots=True)
class EvaluateAlertsDeps:
    """What the evaluation works with; `has_crm` says that the deployment has an address of a CRM.

    `in_cases` raises the alerts that open a case or join one; it is made only where there is one.
    """

    rules: RulesOfSurveys
    alerts: Alerts
    in_cases: Callable[[], "CaseAlerts"]
    responses: StoredResponses
    owners: SurveyOwners
    has_crm: bool
    now: int


@dataclass(slots=True)
class Evaluated:
    """The messages to send to destinations, and how many alerts are new or muted, or came to a collective case.

    `unowned` are the cases that opened without an owner although there is a team, and `revised` by response the cases
    that it was in before it changed.
    """

    deliveries: list[dict[str, Any]] = field(default_factory=list)
    raised: int = 0
    muted: int = 0
    collected: int = 0
    unowned: int = 0
    revised: dict[str, set[str]] = field(default_factory=dict)


def evaluate(
    task: AlertTask, deps: EvaluateAlertsDeps, done: Evaluated | None = None, *, is_repeat: bool = False
) -> Evaluated:
    """Raise the alerts of a task. Raises BusyError if the table is away: the message then comes again.

    What is raised is noted in `done` at once: after an error it has what was raised before.

    A message that `is_repeat` may have raised alerts before, whose messages were not sent, by rules that are changed or
    gone since: what these alerts need is sent whatever the rules are now.
    """
    done = Evaluated() if done is None else done
    if not task.facts:
        return done
    rules = effective_rules(task.survey, deps.rules.of_survey(task.survey))
    found = _read(task, rules, deps)
    has_owner = cache(partial(deps.owners.has_owner, task.survey))
    for fact in task.responses:
        raised = _raise_all(rules, fact, found.get((task.survey, fact.response)), done, deps, has_owner)
        if is_repeat or fact.revision > 1:
            kept = list(deps.alerts.of_response(task.survey, fact.response))
            noted = {alert.rule for alert in raised}
            others = [each for each in kept if each.rule not in noted]
            done.deliveries += _of_other_rules(others, fact.revision, has_owner, is_repeat=is_repeat)
            if cases := {each.case for each in kept if each.case is not None and each.revision < fact.revision}:
                done.revised.setdefault(fact.response, set()).update(cases)
    for event in task.scores:
        hearing = {rule.id: rule for rule in rules if rule.hears(event.detail_type)}
        for rule in hearing.values():
            alert = raised_on_the_score(rule, event, deps.now)
            _note(alert, deps.alerts.raise_once(alert), done, has_owner)
        if is_repeat:
            others = [each for each in deps.alerts.of_event(task.survey, event.event) if each.rule not in hearing]
            done.deliveries += _of_other_rules(others, 0, has_owner, is_repeat=True)
    return done


def _read(task: AlertTask, rules: Sequence[AlertRule], deps: EvaluateAlertsDeps) -> Mapping[tuple[str, str], Response]:
    """Read the responses that a rule or the CRM may want; most match nothing by their score, and are not read."""
    wanted = {
        (task.survey, fact.response): None
        for fact in task.responses
        if (deps.has_crm and fact.detractor_event is not None) or matching(rules, fact)
    }
    return deps.responses.find_many(wanted) if wanted else {}


def _raise_all(
    rules: Sequence[AlertRule],
    fact: ResponseFact,
    response: Response | None,
    done: Evaluated,
    deps: EvaluateAlertsDeps,
    has_owner: HasOwner,
) -> list[Alert]:
    """Raise the alerts on a response, if it was read, and return each as it was raised first."""
    if response is None:
        return []
    evaluated = (_evaluate(rule, fact, response, done, deps, has_owner) for rule in matching(rules, fact))
    raised = [alert for alert in evaluated if alert is not None]
    if deps.has_crm and fact.detractor_event is not None and is_detractor(response):
        case = next((alert.case for alert in raised if alert.case is not None), None)
        done.deliveries.append(_to_crm(fact, fact.detractor_event, response, case))
    return raised


def _evaluate(
    rule: AlertRule,
    fact: ResponseFact,
    response: Response,
    done: Evaluated,
    deps: EvaluateAlertsDeps,
    has_owner: HasOwner,
) -> Alert | None:
    """Raise the alert of a rule on a response, and return it as it was raised first; None if the rule fires not."""
    if not _fires(rule, response, deps):
        return None
    alert = raised_on(rule, fact, deps.now)
    if not rule.opens_case:
        earlier = deps.alerts.raise_once(alert)
    else:
        try:
            outcome = deps.in_cases().raise_on(alert, rule, response)
        except NotFoundError:
            return None
        done.unowned += deps.in_cases().is_unowned(outcome)
        if outcome.opened is not None and outcome.opened.owner is not None:
            # The owner hears of it now; should this be lost, the planner finds the case.
            done.deliveries.append({"case_steps": outcome.opened.id})
        alert, earlier, done.collected = outcome.alert, outcome.earlier, done.collected + outcome.is_collective
    _note(alert, earlier, done, has_owner)
    return earlier or alert


def _fires(rule: AlertRule, response: Response, deps: EvaluateAlertsDeps) -> bool:
    """Return whether a rule fires on a response; an account is looked at last, and only by rules that ask for it."""
    wanted = rule.where.key_account
    if not rule.matches(response, is_key_account=bool(wanted)):
        return False
    return wanted is None or deps.in_cases().is_key_account(response.survey, response.person) is wanted


def _note(alert: Alert, earlier: Alert | None, done: Evaluated, has_owner: HasOwner) -> None:
    """Note the messages of an alert that is new, or of the one that its rule raised earlier."""
    if earlier is None:
        done.raised += 1
        done.muted += alert.state is AlertState.MUTED
        done.deliveries += _messages(alert, alert.sends, has_owner)
        return
    # It may have been withdrawn before it was delivered, while the response did not match.
    done.deliveries += _messages(earlier, earlier.sends, has_owner)
    if earlier.revision < alert.revision and not earlier.is_of_the_score:
        done.deliveries += _messages(earlier, UPDATED, has_owner, alert.revision)


def _of_other_rules(
    alerts: Iterable[Alert], revision: int, has_owner: HasOwner, *, is_repeat: bool
) -> Iterator[dict[str, Any]]:
    """Yield the messages of a fact to those who heard, or were to hear, by rules that it matches no more."""
    for alert in alerts:
        if alert.revision < revision:
            yield from _messages(alert, UPDATED, has_owner, revision)
        elif is_repeat:
            yield from _messages(alert, alert.sends, has_owner)


def _messages(alert: Alert, kind: str, has_owner: HasOwner, revision: int | None = None) -> Iterator[dict[str, Any]]:
    """Yield the messages of an alert, one a destination; `revision` is that of a later change of its response.

    A survey without an owner has nobody who would hear of it.
    """
    if alert.state is AlertState.MUTED:
        return
    part = "" if revision is None else str(revision)
    for destination in alert.destinations:
        if destination == OWNER and not has_owner():
            continue
        yield {
            "destination": destination,
            "delivery": delivery_id(alert.id, destination, part),
            "alert": alert.id,
            "rule": alert.rule,
            "survey": alert.survey,
            "subject": alert.subject,
            "type": kind,
            "alerted_at": alert.raised_at,
            "revision": alert.revision if revision is None else revision,
            "correlation": alert.correlation,
            "most_per_hour": alert.most_per_hour,
            **({} if alert.case is None else {"case": alert.case}),
        }


def _to_crm(fact: ResponseFact, event: str, response: Response, case: str | None) -> dict[str, Any]:
    """Return the message to the CRM of the deployment: once for each DetractorIdentified, under the event's id.

    It sorts by when the response was given, which is the same whenever the event comes again.
    """
    return {
        "destination": CRM,
        "delivery": event,
        "alert": alert_id(response.survey, DEFAULT, fact.response),
        "rule": DEFAULT,
        "survey": response.survey,
        "subject": fact.response,
        "type": OF_CATEGORIES["detractor"],
        "alerted_at": response.responded_at,
        "revision": fact.revision,
        "correlation": fact.correlation,
        **({} if case is None else {"case": case}),
    }
