"""Manage the alert rules of a survey, and try one on the responses that there are."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from earshot.domain.alert_rules import (
    DEFAULT,
    MOST_RULES,
    OLDEST,
    AlertRule,
    check_rule,
    effective_rules,
)
from earshot.domain.destinations import BUILT_IN, CRM
from earshot.domain.errors import BusyError, ChangedError, ConflictError, FieldError, InvalidError, NotFoundError
from earshot.domain.response import Response
from earshot.ports.alerts import AlertRules
from earshot.ports.destinations import Destinations
from earshot.ports.responses import ResponseQuery, Responses
from earshot.ports.team import Members
from earshot.services.surveys.check_case_names import why_no_owner

ATTEMPTS = 5
TRIED_DAYS = 90
# A trial reads so many responses at most, and shows so many that match.
MOST_TRIED, EXAMPLES = 5_000, 10


@dataclass(frozen=True, slots=True)
class ManageAlertRulesDeps:
    """What managing alert rules works with; `new_id` makes the id of a rule, `now` is in Unix milliseconds."""

    rules: AlertRules
    destinations: Destinations
    members: Members
    new_id: Callable[[], str]
    now: int


def list_rules(survey: str, rules: AlertRules) -> list[AlertRule]:
    """List the rules that hold for a survey: those it has, or the default one."""
    return effective_rules(survey, rules.of_survey(survey))


def find_rule(survey: str, rule: str, rules: AlertRules) -> AlertRule:
    """Read a rule that holds for a survey; NotFoundError if there is none of this id."""
    for found in list_rules(survey, rules):
        if found.id == rule:
            return found
    raise NotFoundError(f"the survey {survey!r} has no alert rule of this id")


def create_rule(survey: str, given: Mapping[str, Any], deps: ManageAlertRulesDeps) -> AlertRule:
    """Add a rule to a survey; the default one stays, as a rule of its own, until somebody deletes it.

    InvalidError names every fault, ConflictError says that there are too many.
    """
    known = deps.rules.of_survey(survey)
    if len(known) >= MOST_RULES:
        raise ConflictError(f"a survey has at most {MOST_RULES} alert rules; delete one first")
    rule = AlertRule(id=deps.new_id(), survey=survey, made_at=deps.now, **given)
    _check(rule, deps, owner=rule.owner)
    if not known:
        (default,) = effective_rules(survey, ())
        deps.rules.put(default, None)
    if not deps.rules.put(rule, None):
        raise BusyError("somebody else makes a rule; try again in a moment")
    return rule


def change_rule(survey: str, rule: str, given: Mapping[str, Any], deps: ManageAlertRulesDeps) -> AlertRule:
    """Change the given fields of a rule; the changed rule holds for every response that is posted from now on.

    With another condition (`when`) it counts as made now: what came before raises no alert.
    With a `revision` the change rests on that one; ChangedError if it is not the present one.
    """
    for _ in range(ATTEMPTS):
        old = find_rule(survey, rule, deps.rules)
        if given.get("revision", old.revision) != old.revision:
            raise ChangedError("the rule", old)
        made_at = old.made_at if given.get("when", old.when) is old.when else deps.now
        new = replace(old, **{**given, "revision": old.revision + 1, "made_at": made_at})
        _check(new, deps, owner=given.get("owner"))
        is_stored = deps.rules.get(survey, rule) is not None
        if deps.rules.put(new, old if is_stored else None):
            return new
    raise BusyError("somebody else changes this rule; try again in a moment")


def delete_rule(survey: str, rule: str, deps: ManageAlertRulesDeps) -> None:
    """Delete a rule. ConflictError for the only one: without rules the default one would hold again."""
    for _ in range(ATTEMPTS):
        old = find_rule(survey, rule, deps.rules)
        if len(list_rules(survey, deps.rules)) == 1:
            raise ConflictError(
                "this is the survey's only alert rule, and without one the default would hold: mute it "
                "(`muted_until`), or make another one first"
            )
        if deps.rules.delete(old):
            return
    raise BusyError("somebody else changes this rule; try again in a moment")


@dataclass(frozen=True, slots=True)
class Tried:
    """What a rule would have fired on: how many responses were looked at, how many matched, and some of them."""

    days: int
    looked_at: int
    is_complete: bool
    matched: int
    examples: tuple[Response, ...]


def try_rule(survey: str, given: Mapping[str, Any], responses: Responses, deps: ManageAlertRulesDeps) -> Tried:
    """Evaluate a rule on the responses of the last 90 days, without raising anything; InvalidError if it is wrong."""
    rule = AlertRule(id=DEFAULT, survey=survey, **given)
    _check(rule, deps, owner=rule.owner)
    if rule.when.is_of_the_score:
        raise InvalidError(FieldError("when", "only rules on responses can be tried; the score's changes are events"))
    if rule.where.key_account is not None:
        raise InvalidError(FieldError("where.key_account", "a trial reads no accounts; leave it out to try the rest"))
    since = deps.now - TRIED_DAYS * 86_400_000
    found: list[Response] = []
    looked_at, below = 0, None
    while looked_at < MOST_TRIED:
        page, below = responses.page(survey, ResponseQuery(oldest=since, limit=500, below=below))
        looked_at += len(page)
        found += [response for response in page if _would_match(rule, response)]
        if below is None:
            break
    return Tried(TRIED_DAYS, looked_at, below is None, len(found), tuple(found[:EXAMPLES]))


def _would_match(rule: AlertRule, response: Response) -> bool:
    """Return whether a rule would have fired on a response when it was given; never on imported history."""
    statement = response.statement
    if not statement.emit_events:
        return False
    latest, first = response.responded_at + OLDEST, response.history.published_at
    at_once = replace(statement, received_at=min(statement.received_at, latest))
    history = response.history if first is None else replace(response.history, published_at=min(first, latest))
    return rule.matches(replace(response, statement=at_once, history=history))


def _check(rule: AlertRule, deps: ManageAlertRulesDeps, *, owner: str | None) -> None:
    """Check a rule; InvalidError names every fault. `owner` is the member that was given, if one was.

    One that it had before may have been removed since: then it can be changed all the same.
    """
    faults = [FieldError(name, reason) for name, reason in check_rule(rule).items()]
    known = {each.id for each in deps.destinations.list()} | set(BUILT_IN)
    if CRM in rule.destinations:
        reason = f"`{CRM}` gets each detractor without a rule, and nothing else; make a webhook for other alerts"
        faults.append(FieldError("destinations", reason))
    faults += [
        FieldError("destinations", f'there is no destination {destination!r}; make it first, or use "owner"')
        for destination in rule.destinations
        if destination not in known
    ]
    if owner is not None and (why := why_no_owner(owner, deps.members)):
        faults.append(FieldError("owner", why))
    if faults:
        raise InvalidError(*faults)
