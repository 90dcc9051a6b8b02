"""Destinations, alert rules and deliveries over HTTP."""

from dataclasses import replace
from typing import Any

import pytest

from earshot.domain.access import SCOPES
from earshot.domain.alert_rules import MOST_RULES, default_rule
from earshot.domain.alerts import ResponseFact, delivery_id, raised_on
from earshot.domain.circuit_breaker import Breaker
from earshot.domain.deliveries import Attempt, Delivery, DeliveryState
from earshot.domain.delivery_outcome import DestinationBroken
from earshot.domain.destinations import MOST_DESTINATIONS, Destination
from earshot.domain.members import removed
from earshot.services.api_keys.manage_api_keys import create
from tests.aws_events import sqs_event
from tests.factories import DAY, NOON, make_member, make_response, uuid7
from tests.unit.functions.conftest import World, load

DESTINATIONS, DELIVERIES, RULES = "/v1/destinations", "/v1/deliveries", "/v1/surveys/demo/alert-rules"
ONE, RULE = f"{DESTINATIONS}/{{destination}}", "/v1/surveys/{survey}/alert-rules/{rule}"
URL = {"url": "https://hooks.example.com/earshot?token=t"}
WEBHOOK: dict[str, Any] = {"kind": "webhook", "name": "Desk", "settings": URL}
DETRACTORS = {"when": "detractor", "destinations": ["owner"]}


def ask(world: World, route: str, name: str = "", body: Any = None, **details: Any) -> tuple[int, Any]:
    """Ask with the name that stands in the path."""
    path = route.partition(" ")[2].replace("{survey}", "demo")
    for part in ("{destination}", "{rule}", "{delivery}"):
        path = path.replace(part, name)
    return world.ask("manage_alerts", route, path, body, **details)


def make(world: World, **fields: Any) -> Any:
    status, made = ask(world, f"POST {DESTINATIONS}", body=WEBHOOK | fields)
    assert status == 201, made
    return made


def make_rule(world: World, **fields: Any) -> Any:
    status, made = ask(world, "POST /v1/surveys/{survey}/alert-rules", body=DETRACTORS | fields)
    assert status == 201, made
    return made


def rules(world: World) -> list[Any]:
    return list(ask(world, "GET /v1/surveys/{survey}/alert-rules")[1]["alert_rules"])


def faults(reply: tuple[int, Any]) -> dict[str, str]:
    """Return the fields that a request was refused for, and why."""
    status, problem = reply
    assert (status, problem["type"]) == (400, "urn:earshot:problem:invalid-request"), problem
    return {fault["field"]: fault["reason"] for fault in problem["errors"]}


def stored(world: World, destination: str, number: str, **fields: Any) -> Delivery:
    """Keep a delivery, an hour after the one before."""
    at = NOON - DAY + 3_600_000 * len(world.deliveries.kept)
    settings: dict[str, Any] = {
        "id": number,
        "destination": destination,
        "alert": "a",
        "rule": "default",
        "survey": "demo",
        "subject": uuid7(),
        "type": "response.detractor",
        "alerted_at": at,
        "version": 1,
    }
    delivery = Delivery(**(settings | fields))
    world.deliveries.kept[delivery.key] = delivery
    return delivery


def attempt(world: World) -> None:
    """Make the attempts that are queued."""
    queued, world.delivery_queue.tasks = world.delivery_queue.tasks, []
    event = sqs_event([task for task, _ in queued], "DeliveryQueue")
    assert load("sync_crm").lambda_handler(event, None) == {"batchItemFailures": []}


class TestDestinations:
    def test_a_webhook_is_made_with_a_secret_that_is_shown_once(self, world: World) -> None:
        made = make(world, include=["comment"], contact="ops@example.com")
        secret = made.pop("secret")
        assert secret.startswith("whsec_")
        assert made.pop("inbound_secret") is None
        assert world.credentials.kept[made["id"]].secrets == (secret,)
        assert made == {
            "id": made["id"],
            "revision": 1,
            "kind": "webhook",
            "name": "Desk",
            "settings": URL,
            "include": ["comment"],
            "contact": "ops@example.com",
            "inbound": False,
            "state": "enabled",
            "reason": None,
            "health": {"breaker": "closed", "pending": 0, "parked": 0, "oldest_seconds": None, "delivered_at": None},
        }
        assert ask(world, f"GET {ONE}", made["id"]) == (200, made)

    def test_a_mail_destination_has_no_secret(self, world: World) -> None:
        made = make(world, kind="email", settings={"to": ["owner", "Team@EXAMPLE.com"]})
        assert (made["secret"], made["settings"]) == (None, {"to": ["owner", "Team@example.com"]})
        assert world.credentials.kept == {}

    def test_those_of_the_deployment_are_listed_first_without_the_address_of_the_crm(self, world: World) -> None:
        made = make(world)
        status, listed = ask(world, f"GET {DESTINATIONS}")
        assert (status, listed["cursor"]) == (200, None)
        assert [each["id"] for each in listed["destinations"]] == ["crm", "owner", made["id"]]
        assert listed["destinations"][0]["settings"] == {}

    @pytest.mark.parametrize(
        "url",
        [
            "https://10.0.0.1/",
            "https://127.0.0.1/",
            "https://2130706433/",
            "https://0x7f000001/",
            "https://0177.0.0.1/",
            "https://127.1/",
            "https://169.254.169.254/latest/meta-data/",
            "https://0xa9.0xfe.0xa9.0xfe/",
            "https://[::1]/",
            "https://[::ffff:169.254.169.254]/",
            "https://[fd00:ec2::254]/",
            "https://[64:ff9b::a9fe:a9fe]/",
            "https://192.168.1.1.:443/",
            "https://localhost/",
            "https://metadata.google.internal/",
            "https://intranet/",
            "https://hooks.example.com:22/",
            "http://hooks.example.com/",
            "https://user:pass@hooks.example.com/",
            "https://hooks.example.com\\@10.0.0.1/",
            "https://earshot.example.com/v1/responses",
            "https://api.example.com./",
            "ftp://hooks.example.com/",
            "hooks.example.com",
        ],
    )
    def test_an_address_that_is_not_a_public_one_is_refused_in_every_spelling(self, world: World, url: str) -> None:
        refused = ask(world, f"POST {DESTINATIONS}", body=WEBHOOK | {"settings": {"url": url}})
        assert list(faults(refused)) == ["settings.url"]
        kept = make(world)["id"]
        changed = ask(world, f"PATCH {ONE}", kept, body={"settings": {"url": url}})
        assert list(faults(changed)) == ["settings.url"]
        assert len(world.alert_destinations.kept) == len(world.credentials.kept) == 1

    @pytest.mark.parametrize(
        ("fields", "wrong"),
        [
            ({"settings": {}}, ["settings.url"]),
            ({"settings": {"to": ["owner"]}}, ["settings.to", "settings.url"]),
            ({"settings": {"url": "https://hooks.example.com/", "types": ["response.unknown"]}}, ["settings.types"]),
            ({"credentials": {"access_token": "t"}}, ["credentials.access_token"]),
            ({"credentials": {"password": "p"}}, ["credentials.password"]),
            ({"kind": "fax"}, ["kind"]),
            ({"kind": "email", "settings": {"to": ["nobody"]}}, ["settings.to"]),
            ({"kind": "email", "settings": {"to": []}}, ["settings.to"]),
            ({"settings": URL | {"types": []}}, ["settings.types"]),
            ({"kind": "slack", "settings": {"channel": "#alerts"}}, ["settings.channel"]),
            ({"kind": "slack", "settings": {"channel": "c0123"}}, ["settings.channel"]),
            ({"include": ["everything"]}, ["include"]),
            ({"contact": "nobody"}, ["contact"]),
            ({"state": "broken"}, ["state"]),
            ({"revision": 1}, ["revision"]),
        ],
    )
    def test_every_wrong_field_is_named(self, world: World, fields: dict[str, Any], wrong: list[str]) -> None:
        found = faults(ask(world, f"POST {DESTINATIONS}", body=WEBHOOK | fields))
        assert sorted(name.partition("[")[0] for name in found) == wrong
        assert (world.alert_destinations.kept, world.credentials.kept) == ({}, {})

    def test_a_recipient_that_nobody_knows_is_refused_with_what_may_be_named(self, world: World) -> None:
        body = {"kind": "email", "name": "Us", "settings": {"to": ["owner", "ann"]}}
        ((field, reason),) = faults(ask(world, f"POST {DESTINATIONS}", body=body)).items()
        assert field == "settings.to"
        assert reason.startswith("it is not `owner`, and it is not a valid email address: ")

    def test_only_the_given_fields_are_changed(self, world: World) -> None:
        made = make(world, contact="ops@example.com")
        status, changed = ask(world, f"PATCH {ONE}", made["id"], body={"name": "New", "state": "disabled"})
        assert status == 200
        del made["secret"], made["inbound_secret"]
        assert changed == made | {"name": "New", "state": "disabled", "revision": 2}

    def test_a_change_of_an_older_revision_is_refused_with_what_there_is_now(self, world: World) -> None:
        made = make(world)["id"]
        _, now = ask(world, f"PATCH {ONE}", made, body={"revision": 1, "name": "First"})
        status, problem = ask(world, f"PATCH {ONE}", made, body={"revision": 1, "name": "Second"})
        assert (status, problem["type"], problem["current"]) == (409, "urn:earshot:problem:conflict", now)
        status, changed = ask(world, f"PATCH {ONE}", made, body={"revision": now["revision"], "name": "Second"})
        assert (status, changed["name"], changed["revision"]) == (200, "Second", 3)

    def test_what_the_deployment_has_is_changed_by_no_call(self, world: World) -> None:
        for name in ("crm", "owner"):
            assert ask(world, f"PATCH {ONE}", name, body={"name": "Mine"})[0] == 409
            assert ask(world, f"DELETE {ONE}", name)[0] == 409
            assert ask(world, f"POST {ONE}/rotate-secret", name)[0] == 409

    @pytest.mark.parametrize("route", [f"GET {ONE}", f"DELETE {ONE}", f"POST {ONE}/test", f"POST {ONE}/redrive"])
    def test_an_unknown_destination_is_not_found(self, world: World, route: str) -> None:
        assert ask(world, route, "to-nowhere")[0] == 404

    def test_a_destination_in_use_is_kept_and_its_rules_are_named(self, world: World) -> None:
        made = make(world)["id"]
        rule = make_rule(world, destinations=[made])["id"]
        status, problem = ask(world, f"DELETE {ONE}", made)
        assert status == 409
        assert f"demo/{rule}" in problem["detail"]
        ask(world, f"PATCH {RULE}", rule, body={"destinations": ["owner"]})
        assert ask(world, f"DELETE {ONE}", made) == (204, None)
        assert ask(world, f"GET {ONE}", made)[0] == 404
        assert world.credentials.kept == {}

    def test_too_many_are_refused(self, world: World) -> None:
        kept = (Destination(f"to-{n}", "email", "n", {"to": ["owner"]}) for n in range(MOST_DESTINATIONS))
        world.alert_destinations.kept |= {each.id: each for each in kept}
        assert ask(world, f"POST {DESTINATIONS}", body=WEBHOOK)[0] == 409

    def test_a_new_secret_replaces_the_former_one_which_signs_as_well(self, world: World) -> None:
        made = make(world)
        status, rotated = ask(world, f"POST {ONE}/rotate-secret", made["id"])
        assert status == 200
        assert rotated["secret"] != made["secret"]
        assert world.credentials.kept[made["id"]].secrets == (rotated["secret"], made["secret"])
        assert ask(world, f"GET {ONE}", made["id"])[1]["revision"] == made["revision"] + 1
        mail = make(world, kind="email", settings={"to": ["owner"]})["id"]
        assert ask(world, f"POST {ONE}/rotate-secret", mail)[0] == 409

    def test_what_a_webhook_calls_us_with_is_shown_once(self, world: World) -> None:
        made = make(world, inbound=True)
        assert made["inbound_secret"].startswith("whsec_")
        assert made["inbound_secret"] != made["secret"]
        name, again = made["id"], {"inbound": True}
        status, rotated = ask(world, f"POST {ONE}/rotate-secret", name, body=again)
        assert (status, rotated["secret"]) == (200, None)
        assert world.inbound_secrets.kept[name].secrets == (rotated["inbound_secret"], made["inbound_secret"])
        assert world.credentials.kept[name].secrets == (made["secret"],)
        shown = ask(world, f"GET {ONE}", name)[1]
        assert (shown["inbound"], shown["revision"]) == (True, 2)
        assert not {"secret", "inbound_secret"} & shown.keys()
        assert ask(world, f"PATCH {ONE}", name, body={"inbound": False})[1]["inbound"] is False
        assert list(faults(ask(world, f"PATCH {ONE}", name, body=again))) == ["inbound"]
        assert list(faults(ask(world, f"POST {ONE}/rotate-secret", name, body={"outbound": 1}))) == ["outbound"]
        mail = {"kind": "email", "settings": {"to": ["owner"]}}
        assert list(faults(ask(world, f"POST {DESTINATIONS}", body=WEBHOOK | mail | again))) == ["inbound"]

    def test_a_test_reaches_also_a_webhook_that_asks_for_other_types(self, world: World) -> None:
        made = make(world, settings={**URL, "types": ["score.changed"]})["id"]
        status, queued = ask(world, f"POST {ONE}/test", made)
        assert status == 202
        attempt(world)
        assert world.receiver.taken == [queued["delivery"]]
        status, shown = ask(world, f"GET {DELIVERIES}/{{delivery}}", queued["delivery"])
        assert (status, shown["state"], shown["type"]) == (200, "delivered", "destination.test")
        assert (shown["alert"], shown["rule"], shown["survey"], shown["response"]) == (None, None, None, None)

    def test_a_destination_that_refuses_its_secret_waits_and_goes_on_once_enabled(self, world: World) -> None:
        made = make(world)["id"]
        world.receiver.outcomes = [DestinationBroken("auth", "it replied 401: the credential is refused", 401)] * 2
        ask(world, f"POST {ONE}/test", made)
        attempt(world)
        _, shown = ask(world, f"GET {ONE}", made)
        assert (shown["state"], shown["health"]["pending"]) == ("broken", 1)
        assert "401" in shown["reason"]
        _, repaired = ask(world, f"PATCH {ONE}", made, body={"state": "enabled"})
        assert (repaired["state"], repaired["reason"]) == ("enabled", None)
        attempt(world)
        assert ask(world, f"GET {ONE}", made)[1]["health"]["pending"] == 0
        assert len(world.receiver.taken) == 1

    def test_its_health_tells_of_waiting_and_parked_deliveries_and_its_breaker(self, world: World) -> None:
        made = make(world)["id"]
        stored(world, made, "d-1", state=DeliveryState.DELIVERED, delivered_at=NOON - 60_000)
        waiting = stored(world, made, "d-2", state=DeliveryState.WAITING)
        stored(world, made, "d-3", state=DeliveryState.PARKED)
        world.deliveries.breakers[made] = Breaker(made, 5, until=NOON + 1, pause=30_000, revision=5)
        assert ask(world, f"GET {ONE}", made)[1]["health"] == {
            "breaker": "open",
            "pending": 1,
            "parked": 1,
            "oldest_seconds": (NOON - waiting.alerted_at) // 1000,
            "delivered_at": "2026-11-21T11:59:00.000Z",
        }

    def test_what_is_parked_is_tried_again(self, world: World) -> None:
        made = make(world)["id"]
        stored(world, made, "d-1", state=DeliveryState.DELIVERED)
        stored(world, made, "d-2", state=DeliveryState.PARKED)
        stored(world, "owner", "d-3", state=DeliveryState.PARKED)
        assert ask(world, f"POST {ONE}/redrive", made) == (200, {"deliveries": 1})
        assert [task["delivery"] for task, _ in world.delivery_queue.tasks] == ["d-2"]
        assert ask(world, f"POST {ONE}/redrive", made) == (200, {"deliveries": 0})

    def test_what_was_delivered_since_a_time_is_delivered_again_under_the_same_ids(self, world: World) -> None:
        made = make(world)["id"]
        response = make_response(2)
        world.ledger.items["demo", response.id] = response
        fields = {"subject": response.id, "state": DeliveryState.DELIVERED}
        stored(world, made, "d-1", **fields)
        since = stored(world, made, "d-2", **fields)
        stored(world, made, "d-3", **fields)
        stored(world, made, "d-4", **(fields | {"state": DeliveryState.WITHDRAWN}))
        body = {"since": "2026-11-20T13:00:00Z"}
        assert since.alerted_at == NOON - DAY + 3_600_000
        assert ask(world, f"POST {ONE}/replay", made, body=body) == (200, {"deliveries": 2})
        attempt(world)
        assert sorted(world.receiver.taken) == ["d-2", "d-3"]

    def test_a_key_without_the_scopes_is_refused(self, world: World) -> None:
        for method, scope in (("GET", "alerts:read"), ("POST", "alerts:write")):
            others = [each for each in SCOPES if each != scope]
            _, key = create("others", others, "2026-01-01T00:00:00.000Z", scope.ljust(30).encode(), keys=world.keys)
            body = WEBHOOK if method == "POST" else None
            assert ask(world, f"{method} {DESTINATIONS}", body=body, key=key)[0] == 403


class TestDeliveries:
    def test_they_are_listed_the_newest_of_each_destination_first(self, world: World) -> None:
        stored(world, "crm", "d-1")
        stored(world, "owner", "d-2")
        stored(world, "owner", "d-3", state=DeliveryState.PARKED, reason="it replied 404", type="score.changed")
        status, listed = ask(world, f"GET {DELIVERIES}")
        assert (status, listed["cursor"]) == (200, None)
        assert [each["id"] for each in listed["deliveries"]] == ["d-1", "d-3", "d-2"]

        def found(query: str) -> list[str]:
            return [each["id"] for each in ask(world, f"GET {DELIVERIES}", query=query)[1]["deliveries"]]

        assert found("destination=owner") == ["d-3", "d-2"]
        assert found("state=parked") == ["d-3"]
        assert found(f"response={uuid7()}") == ["d-1", "d-3", "d-2"]
        assert found("survey=other") == []

    def test_a_list_goes_on_where_its_cursor_says(self, world: World) -> None:
        for number in range(150):
            stored(world, "owner", f"d-{number:03d}")
        query, found = "destination=owner", []
        while True:
            _, page = ask(world, f"GET {DELIVERIES}", query=query)
            found += [each["id"] for each in page["deliveries"]]
            if page["cursor"] is None:
                break
            query = f"destination=owner&cursor={page['cursor']}"
        assert found == [f"d-{number:03d}" for number in reversed(range(150))]

    @pytest.mark.parametrize("query", ["state=lost", "cursor=x", "cursor=bm9wZQ", "page=2", "destination=No"])
    def test_a_wrong_filter_is_refused(self, world: World, query: str) -> None:
        assert list(faults(ask(world, f"GET {DELIVERIES}", query=query))) == [query.partition("=")[0]]

    def test_those_of_a_response_are_found_by_its_alerts(self, world: World) -> None:
        response = make_response(2)
        world.ledger.items["demo", response.id] = response
        fact = ResponseFact(response.id, 1, "e", "ResponseRecorded", 2)
        alert = raised_on(default_rule("demo"), fact, NOON)
        world.alerts.raise_once(alert)
        number = delivery_id(alert.id, "owner")
        stored(world, "owner", number, subject=response.id, alert=alert.id, alerted_at=NOON)
        stored(world, "owner", "another", subject=uuid7(seed="b"))
        _, listed = ask(world, f"GET {DELIVERIES}", query=f"survey=demo&response={response.id}")
        assert [each["id"] for each in listed["deliveries"]] == [number]
        query = f"survey=demo&response={response.id}&state=parked"
        assert ask(world, f"GET {DELIVERIES}", query=query)[1]["deliveries"] == []

    def test_one_is_read_with_its_attempts(self, world: World) -> None:
        sent = stored(
            world,
            "owner",
            "d-1",
            state=DeliveryState.WAITING,
            reason="it did not reply in time",
            attempts=(Attempt(NOON, "ambiguous", None),),
            next_attempt_at=NOON + 5_000,
            maybe_doubled=True,
        )
        assert ask(world, f"GET {DELIVERIES}/{{delivery}}", "d-1") == (
            200,
            {
                "id": "d-1",
                "destination": "owner",
                "alert": "a",
                "rule": "default",
                "survey": "demo",
                "response": sent.subject,
                "case": None,
                "type": "response.detractor",
                "state": "waiting",
                "reason": "it did not reply in time",
                "attempts": [{"at": "2026-11-21T12:00:00.000Z", "outcome": "ambiguous", "status": None}],
                "next_attempt_at": "2026-11-21T12:00:05.000Z",
                "vendor_id": None,
                "maybe_doubled": True,
            },
        )
        assert ask(world, f"GET {DELIVERIES}/{{delivery}}", "d-9")[0] == 404

    def test_those_of_a_deleted_destination_stay_listed(self, world: World) -> None:
        made = make(world)["id"]
        stored(world, made, "d-1", state=DeliveryState.PARKED)
        stored(world, "owner", "d-2")
        assert ask(world, f"DELETE {ONE}", made) == (204, None)
        for query in ("", f"destination={made}", "state=parked"):
            _, listed = ask(world, f"GET {DELIVERIES}", query=query)
            assert "d-1" in [each["id"] for each in listed["deliveries"]]
        assert ask(world, f"GET {DELIVERIES}/{{delivery}}", "d-1")[0] == 200
        assert made not in [each["id"] for each in ask(world, f"GET {DESTINATIONS}")[1]["destinations"]]


class TestRules:
    def test_a_survey_without_rules_has_the_default_one(self, world: World) -> None:
        (default,) = rules(world)
        assert (default["id"], default["when"], default["destinations"]) == ("default", "detractor", ["owner"])
        assert default["case"]
        assert ask(world, f"GET {RULE}", "default") == (200, default)

    def test_a_rule_is_made_with_all_its_fields(self, world: World) -> None:
        world.members.put(make_member("ann"), None)
        given = {
            "name": "Refunds",
            "when": "comment",
            "at_most": 8,
            "words": ["refund", "cancel*"],
            "where": {"properties": {"plan": ["pro", "team"]}, "key_account": True},
            "destinations": ["owner"],
            "case": True,
            "case_by": "account",
            "owner": "ann",
            "role": "frontline",
            "muted_until": "2026-12-01T00:00:00.000Z",
            "most_per_hour": 5,
        }
        made = make_rule(world, **given)
        assert made == given | {"id": made["id"], "survey": "demo", "revision": 1}
        assert ask(world, f"GET {RULE}", made["id"]) == (200, made)

    def test_the_default_rule_stays_next_to_the_first_one_until_it_is_deleted(self, world: World) -> None:
        made = make_rule(world, when="promoter")["id"]
        assert sorted(each["id"] for each in rules(world)) == sorted(["default", made])
        assert ask(world, f"DELETE {RULE}", "default") == (204, None)
        assert [each["id"] for each in rules(world)] == [made]

    def test_the_only_rule_is_not_deleted(self, world: World) -> None:
        status, problem = ask(world, f"DELETE {RULE}", "default")
        assert status == 409
        assert "muted_until" in problem["detail"]
        made = make_rule(world)["id"]
        ask(world, f"DELETE {RULE}", "default")
        assert ask(world, f"DELETE {RULE}", made)[0] == 409
        assert [each["id"] for each in rules(world)] == [made]

    def test_the_default_rule_is_changed_as_any_other(self, world: World) -> None:
        status, changed = ask(world, f"PATCH {RULE}", "default", body={"muted_until": "2026-12-01"})
        assert (status, changed["muted_until"], changed["revision"]) == (200, "2026-12-01T00:00:00.000Z", 2)
        assert rules(world) == [changed]

    def test_a_change_of_an_older_revision_is_refused_with_what_there_is_now(self, world: World) -> None:
        made = make_rule(world)["id"]
        _, now = ask(world, f"PATCH {RULE}", made, body={"revision": 1, "name": "First"})
        status, problem = ask(world, f"PATCH {RULE}", made, body={"revision": 1, "name": "Second"})
        assert (status, problem["type"], problem["current"]) == (409, "urn:earshot:problem:conflict", now)
        assert ask(world, f"PATCH {RULE}", made, body={"revision": 2, "name": "Second"})[0] == 200

    @pytest.mark.parametrize(
        ("given", "wrong"),
        [
            ({"when": "score"}, "at_most"),
            ({"when": "detractor", "at_most": 3}, "at_most"),
            ({"when": "comment"}, "words"),
            ({"when": "passive", "words": ["refund"]}, "words"),
            ({"when": "comment", "words": ["*"]}, "words"),
            ({"when": "score_changed", "case": True}, "case"),
            ({"when": "target_missed", "where": {"key_account": True}}, "where"),
            ({"destinations": []}, "destinations"),
            ({"role": "frontline"}, "role"),
            ({"case": True, "role": "boss"}, "role"),
            ({"case": True, "owner": "Nobody!"}, "owner"),
            ({"case": True, "owner": "nobody"}, "owner"),
            ({"destinations": ["to-nowhere"]}, "destinations"),
            ({"destinations": ["http://10.0.0.1"]}, "destinations"),
            ({"when": "never"}, "when"),
            ({"most_per_hour": 0}, "most_per_hour"),
            ({"muted_until": "tomorrow"}, "muted_until"),
            ({"where": {"plan": ["pro"]}}, "where.plan"),
            ({"where": {"properties": {"plan": []}}}, "where.properties"),
            ({"where": {"properties": {"caf\u00e9": ["a"], "cafe\u0301": ["b"]}}}, "where.properties"),
            ({"destinations": ["crm"]}, "destinations"),
            ({"threshold": 3}, "threshold"),
            ({"revision": 1}, "revision"),
        ],
    )
    def test_every_wrong_field_is_named(self, world: World, given: dict[str, Any], wrong: str) -> None:
        for route in ("POST /v1/surveys/{survey}/alert-rules", "POST /v1/surveys/{survey}/alert-rules/try"):
            assert list(faults(ask(world, route, body=DETRACTORS | given))) == [wrong]
        assert world.alert_rules.kept == {}

    def test_a_rule_whose_owner_was_removed_is_changed_all_the_same(self, world: World) -> None:
        ann = make_member("ann")
        world.members.put(ann, None)
        made = make_rule(world, case=True, owner="ann")["id"]
        world.members.put(removed(ann, NOON), ann)
        assert ask(world, f"PATCH {RULE}", made, body={"name": "Mine"})[1]["owner"] == "ann"
        refused = ask(world, f"PATCH {RULE}", made, body={"owner": "ann"})
        assert "was removed" in faults(refused)["owner"]
        assert ask(world, f"PATCH {RULE}", made, body={"case": False, "owner": None})[1]["owner"] is None

    def test_a_rule_is_changed_to_what_was_shown(self, world: World) -> None:
        made = make_rule(world)
        status, changed = ask(world, f"PATCH {RULE}", made["id"], body={"where": made["where"]})
        assert (status, changed) == (200, made | {"revision": 2})

    def test_conditions_are_taken_away(self, world: World) -> None:
        given = {"when": "comment", "words": ["late"], "at_most": 5, "where": {"properties": {"plan": ["pro"]}}}
        made = make_rule(world, **given)["id"]
        cleared: dict[str, Any] = {"when": "detractor", "at_most": None, "words": [], "where": {}}
        status, changed = ask(world, f"PATCH {RULE}", made, body=cleared)
        assert (status, changed["at_most"], changed["words"]) == (200, None, [])
        assert changed["where"] == {"properties": {}, "key_account": None}

    def test_a_change_that_makes_the_rule_wrong_is_refused(self, world: World) -> None:
        made = make_rule(world)["id"]
        found = faults(ask(world, f"PATCH {RULE}", made, body={"when": "comment"}))
        assert list(found) == ["words"]
        assert rules(world)[-1]["revision"] == 1

    def test_an_unknown_rule_or_survey_is_not_found(self, world: World) -> None:
        for method in ("GET", "DELETE"):
            assert ask(world, f"{method} {RULE}", "rule-nowhere")[0] == 404
        path = "/v1/surveys/nowhere/alert-rules"
        assert world.ask("manage_alerts", "GET /v1/surveys/{survey}/alert-rules", path)[0] == 404

    def test_too_many_are_refused(self, world: World) -> None:
        default = default_rule("demo")
        world.alert_rules.kept = {("demo", f"rule-{n}"): replace(default, id=f"rule-{n}") for n in range(MOST_RULES)}
        assert ask(world, "POST /v1/surveys/{survey}/alert-rules", body=DETRACTORS)[0] == 409

    def test_a_rule_is_tried_on_what_there_is(self, world: World) -> None:
        responses = [make_response(score, id=uuid7(seed=str(score)), responded_at=NOON - DAY) for score in range(11)]
        world.ledger.items |= {("demo", each.id): each for each in responses}
        route = "POST /v1/surveys/{survey}/alert-rules/try"
        status, tried = ask(world, route, body={"when": "score", "at_most": 3, "destinations": ["owner"]})
        assert status == 200
        assert (tried["days"], tried["looked_at"], tried["complete"], tried["matched"]) == (90, 11, True, 4)
        assert sorted(each["score"] for each in tried["examples"]) == [0, 1, 2, 3]
        assert (world.alert_rules.kept, world.alerts.kept, world.delivery_queue.tasks) == ({}, {}, [])

    def test_a_rule_on_the_score_is_not_tried(self, world: World) -> None:
        route = "POST /v1/surveys/{survey}/alert-rules/try"
        found = faults(ask(world, route, body={"when": "score_changed", "destinations": ["owner"]}))
        assert list(found) == ["when"]
