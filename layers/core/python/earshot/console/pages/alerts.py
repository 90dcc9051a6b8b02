"""The alerts of a survey: its rules, the changes of the score that were found, and what became of each sending."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from earshot.console.figures import change_in_words
from earshot.console.frame import render
from earshot.console.moments import local_time
from earshot.console.reply import Reply, csv_reply, json_reply
from earshot.console.visit import Visit
from earshot.domain.alert_rules import AlertRule
from earshot.domain.deliveries import Delivery
from earshot.domain.destinations import Destination
from earshot.domain.events import iso
from earshot.domain.iso_time import day_of
from earshot.domain.survey import Survey
from earshot.services.access.within import check_whole_survey
from earshot.services.alerts.manage_alert_rules import list_rules

# So many sendings of each destination are looked at, and evaluations of so many days.
DELIVERIES, DAYS = 20, 90
HEADER = ("delivery", "destination", "rule", "type", "state", "attempts", "alerted_at", "delivered_at", "case")


@dataclass(frozen=True, slots=True)
class RuleLine:
    """A rule in words."""

    name: str
    when: str
    sends_to: Sequence[str]
    opens_case: bool
    muted: str


@dataclass(frozen=True, slots=True)
class DeliveryLine:
    """A sending in words."""

    id: str
    destination: str
    rule: str
    state: str
    is_bad: bool
    attempts: int
    time: str
    url: str


def alerts_page(visit: Visit) -> Reply:
    """Show the rules, the evaluations and the deliveries of a survey."""
    survey = visit.survey()
    visit.require("alerts:read", survey.id)
    check_whole_survey(visit.caller.access, survey.id)
    destinations = visit.deps.destinations().list()
    deliveries = _deliveries(visit, survey, destinations)
    if visit.form == "json":
        rows = [dict(zip(HEADER, _cells(each), strict=True)) for each in deliveries]
        return json_reply({"survey": survey.id, "deliveries": rows})
    if visit.form == "csv":
        return csv_reply(f"{survey.id}-deliveries", HEADER, [_cells(each) for each in deliveries])
    names = {each.id: each.name or each.id for each in destinations}
    return render(
        visit,
        "alerts.html",
        visit.texts("alerts.title", name=survey.name),
        survey=survey,
        rules=[_rule(visit, each, names) for each in list_rules(survey.id, visit.deps.alert_rules())],
        changes=list(_changes(visit, survey)),
        days=DAYS,
        deliveries=[_line(visit, each, names) for each in deliveries],
        broken=[each.name or each.id for each in destinations if each.state.value == "broken"],
    )


def _deliveries(visit: Visit, survey: Survey, destinations: Sequence[Destination]) -> list[Delivery]:
    """Return the newest deliveries of the survey's alerts, of all destinations together."""
    found: list[Delivery] = []
    for destination in destinations:
        page, _ = visit.deps.deliveries().of_destination(destination.id, DELIVERIES)
        found += [each for each in page if each.survey == survey.id and not each.is_deletion]
    return sorted(found, key=lambda each: (each.alerted_at, each.id), reverse=True)


def _rule(visit: Visit, rule: AlertRule, names: dict[str, str]) -> RuleLine:
    texts, details = visit.texts, []
    if rule.at_most is not None:
        details.append(texts("alerts.at_most", score=rule.at_most))
    if rule.words:
        details.append(", ".join(rule.words))
    details += [f"{name}={' / '.join(values)}" for name, values in rule.where.properties.items()]
    is_muted = rule.muted_until is not None and rule.is_muted(visit.now)
    return RuleLine(
        name=rule.name or rule.id,
        when=" · ".join([texts(f"when.{rule.when.value}"), *details]),
        sends_to=[names.get(each, each) for each in rule.destinations],
        opens_case=rule.opens_case,
        muted=texts("alerts.muted", time=local_time(rule.muted_until, visit)) if is_muted and rule.muted_until else "",
    )


def _changes(visit: Visit, survey: Survey) -> list[tuple[str, str, str]]:
    """Return the day, the series and the words of each change that was found, the newest first."""
    today = date.fromisoformat(day_of(visit.now, survey.zone))
    first, end = (today - timedelta(DAYS)).isoformat(), (today + timedelta(1)).isoformat()
    found = visit.deps.evaluations().between(survey.id, first, end)
    return [
        (visit.texts.day(date.fromisoformat(each.day)), one.series, change_in_words(one.change, visit.texts))
        for each in reversed(found)
        for one in each.changes
    ]


def _line(visit: Visit, delivery: Delivery, names: dict[str, str]) -> DeliveryLine:
    is_of_response = bool(delivery.subject) and delivery.type.startswith(("response.", "detractor"))
    return DeliveryLine(
        id=delivery.id,
        destination=names.get(delivery.destination, delivery.destination),
        rule=delivery.rule,
        state=visit.texts(f"delivery.{delivery.state.value}"),
        is_bad=delivery.state.value in {"parked", "waiting"},
        attempts=delivery.number,
        time=local_time(delivery.alerted_at, visit),
        url=f"/app/cases/{delivery.case}"
        if delivery.case
        else f"/app/s/{delivery.survey}/responses/{delivery.subject}"
        if is_of_response
        else "",
    )


def _cells(each: Delivery) -> tuple[object, ...]:
    delivered = iso(each.delivered_at) if each.delivered_at is not None else None
    return (
        *(each.id, each.destination, each.rule, each.type, each.state.value, each.number),
        *(iso(each.alerted_at), delivered, each.case),
    )
