"""/v1/destinations, /v1/deliveries and /v1/surveys/{survey}/alert-rules: where alerts go, what they fire on."""

from typing import TYPE_CHECKING, Any

from earshot import bootstrap
from earshot.api.alert_rules import ALERT_RULE, alert_rule_view, read_alert_rule, tried_view
from earshot.api.alert_rules import CHANGE as RULE_CHANGE
from earshot.api.destinations import (
    CHANGE,
    DELIVERIES,
    DESTINATION,
    MOST_LISTED,
    REPLAY,
    ROTATION,
    delivery_view,
    destination_view,
    made_view,
    read_change,
    read_deliveries,
    read_destination,
    read_rotation,
    read_since,
    secret_view,
    wanted,
    write_place,
)
from earshot.api.http import HttpResponse, empty_response, json_response, serve
from earshot.api.request import Request
from earshot.api.route import route, routes
from earshot.domain.destinations import Destination
from earshot.domain.errors import ChangedError, NotFoundError
from earshot.services.alerts.manage_alert_rules import (
    change_rule,
    create_rule,
    delete_rule,
    find_rule,
    list_rules,
    try_rule,
)
from earshot.services.alerts.manage_destinations import (
    change_destination,
    create_destination,
    delete_destination,
    deliveries_of_response,
    find_destination,
    health,
    list_deliveries,
    list_destinations,
    redrive,
    replay,
    rotate_secret,
)
from earshot.services.alerts.manage_destinations import (
    test_destination as send_test,
)
from earshot.services.surveys.find_survey import find_readable, find_survey

if TYPE_CHECKING:
    from earshot.api.alert_rules import AlertRuleList, AlertRuleView, TriedRule
    from earshot.api.destinations import (
        DeliveryList,
        DeliveryView,
        DestinationList,
        DestinationView,
        NewDestinationView,
        QueuedCount,
        QueuedView,
        SecretView,
    )
    from earshot.services.alerts.manage_destinations import ManageDestinationsDeps


@route("POST /v1/destinations", "make_destination", scope="alerts:write", body=DESTINATION, audit="make a destination")
def make(request: Request) -> "HttpResponse[NewDestinationView]":
    made = create_destination(read_destination(request.body), deps_of(request))
    request.about["made"] = made.destination.id
    return json_response(201, made_view(made, shown(made.destination, request)))


@route("GET /v1/destinations", "list_destinations", scope="alerts:read")
def list_all(request: Request) -> "HttpResponse[DestinationList]":
    found = list_destinations(deps_of(request))
    return json_response(200, {"destinations": [shown(each, request) for each in found], "cursor": None})


@route("GET /v1/destinations/{destination}", "read_destination", scope="alerts:read")
def read(request: Request) -> "HttpResponse[DestinationView]":
    return json_response(200, shown(find_destination(named(request), deps_of(request)), request))


@route(
    "PATCH /v1/destinations/{destination}",
    "change_destination",
    scope="alerts:write",
    body=CHANGE,
    audit="change a destination",
)
def change(request: Request) -> "HttpResponse[DestinationView]":
    changes = read_change(request.body)
    try:
        changed = change_destination(named(request), changes, deps_of(request))
    except ChangedError as exc:
        exc.current = shown(exc.current, request)
        raise
    return json_response(200, shown(changed, request))


@route(
    "DELETE /v1/destinations/{destination}", "delete_destination", scope="alerts:write", audit="delete a destination"
)
def delete(request: Request) -> HttpResponse[None]:
    delete_destination(named(request), deps_of(request))
    return empty_response(204)


@route("POST /v1/destinations/{destination}/test", "test_destination", scope="alerts:write", audit="test a destination")
def test(request: Request) -> "HttpResponse[QueuedView]":
    queued = send_test(named(request), deps_of(request))
    return json_response(202, {"delivery": queued})


@route(
    "POST /v1/destinations/{destination}/rotate-secret",
    "rotate_secret",
    scope="alerts:write",
    body=ROTATION,
    audit="rotate a destination's secret",
)
def rotate(request: Request) -> "HttpResponse[SecretView]":
    inbound = read_rotation(request.body) if request.event.get("body") else False
    return json_response(
        200, secret_view(rotate_secret(named(request), deps_of(request), inbound=inbound), inbound=inbound)
    )


@route(
    "POST /v1/destinations/{destination}/redrive",
    "redrive_destination",
    scope="alerts:write",
    audit="redrive a destination",
)
def try_parked_again(request: Request) -> "HttpResponse[QueuedCount]":
    return json_response(200, {"deliveries": redrive(named(request), deps_of(request))})


@route(
    "POST /v1/destinations/{destination}/replay",
    "replay_destination",
    scope="alerts:write",
    body=REPLAY,
    audit="replay a destination",
)
def deliver_again(request: Request) -> "HttpResponse[QueuedCount]":
    since = read_since(request.body)
    return json_response(200, {"deliveries": replay(named(request), since, deps_of(request))})


@route("GET /v1/deliveries", "list_deliveries", scope="alerts:read", query=DELIVERIES)
def deliveries(request: Request) -> "HttpResponse[DeliveryList]":
    filters, deps = read_deliveries(request.query), deps_of(request)
    if "survey" in filters and "response" in filters:
        found = deliveries_of_response(filters["survey"], filters["response"], deps)
        shown_now = [delivery_view(each) for each in found if wanted(filters)(each)]
        return json_response(200, {"deliveries": shown_now, "cursor": None})
    destination = filters.get("destination")
    page, place = list_deliveries(wanted(filters), filters["cursor"], MOST_LISTED, deps, destination)
    return json_response(200, {"deliveries": [delivery_view(each) for each in page], "cursor": write_place(place)})


@route("GET /v1/deliveries/{delivery}", "read_delivery", scope="alerts:read")
def delivery(request: Request) -> "HttpResponse[DeliveryView]":
    deps, sent = deps_of(request), request.path("delivery").lower()
    place: tuple[str, str] | None = ("", "")
    while place is not None:
        page, place = list_deliveries(lambda each: each.id == sent, place, MOST_LOOKED_AT, deps)
        if page:
            return json_response(200, delivery_view(page[0]))
    raise NotFoundError("there is no delivery of this id; they are kept for 90 days")


@route(
    "POST /v1/surveys/{survey}/alert-rules",
    "make_alert_rule",
    scope="alerts:write",
    body=ALERT_RULE,
    audit="make an alert rule",
    access="surveys",
)
def make_rule(request: Request) -> "HttpResponse[AlertRuleView]":
    given = read_alert_rule(request.body)
    made = create_rule(survey_of(request), given, bootstrap.manage_alert_rules_deps())
    request.about["made"] = made.id
    return json_response(201, alert_rule_view(made))


@route("GET /v1/surveys/{survey}/alert-rules", "list_alert_rules", scope="alerts:read", access="surveys")
def list_alert_rules(request: Request) -> "HttpResponse[AlertRuleList]":
    found = list_rules(survey_of(request), bootstrap.alert_rules())
    return json_response(200, {"alert_rules": [alert_rule_view(each) for each in found], "cursor": None})


@route(
    "POST /v1/surveys/{survey}/alert-rules/try",
    "try_alert_rule",
    scope="responses:read",
    body=ALERT_RULE,
    access="surveys",
)
def try_one(request: Request) -> "HttpResponse[TriedRule]":
    survey = find_readable(request.path("survey"), bootstrap.surveys())
    given = read_alert_rule(request.body)
    return json_response(
        200, tried_view(try_rule(survey.id, given, bootstrap.responses(), bootstrap.manage_alert_rules_deps()))
    )


@route("GET /v1/surveys/{survey}/alert-rules/{rule}", "read_alert_rule", scope="alerts:read", access="surveys")
def read_rule(request: Request) -> "HttpResponse[AlertRuleView]":
    found = find_rule(survey_of(request), request.path("rule"), bootstrap.alert_rules())
    return json_response(200, alert_rule_view(found))


@route(
    "PATCH /v1/surveys/{survey}/alert-rules/{rule}",
    "change_alert_rule",
    scope="alerts:write",
    body=RULE_CHANGE,
    audit="change an alert rule",
    access="surveys",
)
def change_one(request: Request) -> "HttpResponse[AlertRuleView]":
    given = read_alert_rule(request.body, partial=True)
    try:
        changed = change_rule(survey_of(request), request.path("rule"), given, bootstrap.manage_alert_rules_deps())
    except ChangedError as exc:
        exc.current = alert_rule_view(exc.current)
        raise
    return json_response(200, alert_rule_view(changed))


@route(
    "DELETE /v1/surveys/{survey}/alert-rules/{rule}",
    "delete_alert_rule",
    scope="alerts:write",
    audit="delete an alert rule",
    access="surveys",
)
def delete_one(request: Request) -> HttpResponse[None]:
    delete_rule(survey_of(request), request.path("rule"), bootstrap.manage_alert_rules_deps())
    return empty_response(204)


# To find one by its id all may be looked at, as many a call as a page of the table holds.
MOST_LOOKED_AT = 1_000


def named(request: Request) -> str:
    return request.path("destination")


def survey_of(request: Request) -> str:
    return find_survey(request.path("survey"), bootstrap.surveys()).id


def deps_of(request: Request) -> "ManageDestinationsDeps":
    return bootstrap.manage_destinations_deps(request.event["requestContext"]["domainName"])


def shown(destination: Destination, request: Request) -> "DestinationView":
    deps = deps_of(request)
    return destination_view(destination, health(destination, deps), deps.now)


def lambda_handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    return serve(event, ROUTES, keys=bootstrap.api_keys, now=bootstrap.now)


ROUTES = routes(
    make,
    list_all,
    read,
    change,
    delete,
    test,
    rotate,
    try_parked_again,
    deliver_again,
    deliveries,
    delivery,
    make_rule,
    list_alert_rules,
    try_one,
    read_rule,
    change_one,
    delete_one,
)
