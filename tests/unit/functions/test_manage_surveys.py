"""Surveys over HTTP."""

from collections import Counter
from dataclasses import replace

import pytest

from earshot.domain.access import SCOPES
from earshot.domain.business_time import Calendar
from earshot.domain.campaign import Campaign, Plan
from earshot.domain.events import iso
from earshot.domain.invitation_cohorts import Cohort, WaveStage
from earshot.services.api_keys.manage_api_keys import create
from tests.factories import DAY, NOON, make_member, make_survey
from tests.unit.functions.conftest import World

LIST, GET = "GET /v1/surveys", "GET /v1/surveys/{survey}"
PUT, PATCH = "PUT /v1/surveys/{survey}", "PATCH /v1/surveys/{survey}"
DELETE = "DELETE /v1/surveys/{survey}"


def test_a_survey_is_created_read_changed_and_closed(world: World) -> None:
    body = {"name": "Shop", "timezone": "Europe/Berlin", "segments": ["plan"]}
    status, created = world.ask("manage_surveys", PUT, "/v1/surveys/shop", body)
    assert (status, created["values"], created["state"]) == (201, {"plan": []}, "open")
    assert world.ask("manage_surveys", PUT, "/v1/surveys/shop", body)[0] == 200
    assert world.ask("manage_surveys", GET, "/v1/surveys/shop")[1]["timezone"] == "Europe/Berlin"
    assert world.ask("manage_surveys", PATCH, "/v1/surveys/shop", {"state": "closed"})[1]["state"] == "closed"
    listed = world.ask("manage_surveys", LIST, "/v1/surveys")[1]["surveys"]
    assert [survey["id"] for survey in listed] == ["closed", "demo", "shop"]


def test_a_patch_of_one_rule_or_one_part_of_the_brand_leaves_the_others_as_they_are(world: World) -> None:
    rules = {"quiet_days": 7, "sample": 0.5, "daily_budget": 9, "sending_hours": [9, 17], "reminders": [2]}
    rules["clicked_scores"] = False
    brand = {"name": "Shop", "color": "#1d4ed8", "logo": "https://example.com/logo.png"}
    path = "/v1/surveys/shop"
    world.ask("manage_surveys", PUT, path, {"name": "Shop", "rules": rules, "brand": brand})
    _, changed = world.ask("manage_surveys", PATCH, path, {"rules": {"daily_budget": 50}, "brand": {"logo": None}})
    assert changed["rules"] == rules | {"daily_budget": 50}
    assert changed["brand"] == brand | {"logo": None}
    changes = {"sending_hours": [8, 20], "daily_budget": None}
    _, changed = world.ask("manage_surveys", PATCH, path, {"rules": changes})
    assert changed["rules"] == rules | changes
    _, replaced = world.ask("manage_surveys", PUT, path, {"name": "Shop", "rules": {"daily_budget": 50}})
    assert (replaced["rules"]["quiet_days"], replaced["brand"]["color"]) == (30, None)
    assert world.ask("manage_surveys", PATCH, path, {"rules": {"quiet_days": -1}})[0] == 400


def test_alert_settings_are_set_shown_and_changed_part_by_part(world: World) -> None:
    path = "/v1/surveys/demo"
    _, shown = world.ask("manage_surveys", GET, path)
    assert shown["alerts"] == {"window": "30d", "level": 0.05, "minimum": 30}
    assert (shown["target"], shown["bands"]) == (None, "account-management")
    target = {"score": 50, "baseline": 30, "window": "90d"}
    status, changed = world.ask("manage_surveys", PATCH, path, {"alerts": {"level": 0.01}, "target": target})
    assert (status, changed["target"]) == (200, target)
    _, changed = world.ask("manage_surveys", PATCH, path, {"alerts": {"window": "7d"}, "bands": None})
    assert changed["alerts"] == {"window": "7d", "level": 0.01, "minimum": 30}
    assert (changed["target"], changed["bands"]) == (target, None)
    _, replaced = world.ask("manage_surveys", PUT, path, {"name": "Demo"})
    assert (replaced["alerts"]["window"], replaced["target"]) == ("30d", None)
    assert world.ask("manage_surveys", PATCH, path, {"target": None})[1]["target"] is None


def test_how_long_words_are_kept_is_set_and_left_as_it_is_by_a_change_of_another(world: World) -> None:
    path = "/v1/surveys/demo"
    assert world.ask("manage_surveys", GET, path)[1]["retention_days"] is None
    assert world.ask("manage_surveys", PATCH, path, {"retention_days": 730})[1]["retention_days"] == 730
    assert world.ask("manage_surveys", PATCH, path, {"name": "Other"})[1]["retention_days"] == 730
    assert world.ask("manage_surveys", PATCH, path, {"retention_days": None})[1]["retention_days"] is None
    for days in (0, 3651, 1.5, "all"):
        status, body = world.ask("manage_surveys", PATCH, path, {"retention_days": days})
        assert (status, body["errors"][0]["field"]) == (400, "retention_days")


def test_who_owns_cases_and_by_when_is_set_part_by_part(world: World) -> None:
    path = "/v1/surveys/demo"
    nobody = {"owner": None, "owner_property": None, "role": None, "calendar": None}
    targets = {
        "high": {"contact_hours": 8, "close_hours": 40},
        "normal": {"contact_hours": 24, "close_hours": 120},
    }
    assert world.ask("manage_surveys", GET, path)[1]["cases"] == {**nobody, "targets": targets}
    given = {"role": "frontline", "owner_property": "account_manager", "targets": {"high": {"contact_hours": 2}}}
    status, changed = world.ask("manage_surveys", PATCH, path, {"cases": given})
    targets["high"]["contact_hours"] = 2
    assert (status, changed["cases"]) == (200, {**nobody, **given, "targets": targets})
    targets["normal"] = {"contact_hours": 48, "close_hours": 240}
    _, changed = world.ask("manage_surveys", PATCH, path, {"cases": {"targets": {"normal": targets["normal"]}}})
    assert changed["cases"] == {**nobody, **given, "targets": targets}
    assert world.ask("manage_surveys", PATCH, path, {"name": "Other"})[1]["cases"] == changed["cases"]
    _, changed = world.ask("manage_surveys", PATCH, path, {"cases": {"role": None}})
    assert (changed["cases"]["role"], changed["cases"]["targets"]) == (None, targets)
    body = {"name": "Demo", "cases": {"targets": {"high": {"close_hours": 20}}}}
    _, replaced = world.ask("manage_surveys", PUT, path, body)
    assert (replaced["cases"]["owner_property"], replaced["cases"]["targets"]["high"]) == (
        None,
        {"contact_hours": 8, "close_hours": 20},
    )


@pytest.mark.parametrize("route", [PUT, PATCH])
def test_cases_name_a_member_and_a_calendar_that_there_are(world: World, route: str) -> None:
    cases = {"owner": "ann", "calendar": "berlin"}
    status, problem = world.ask("manage_surveys", route, "/v1/surveys/demo", {"name": "Demo", "cases": cases})
    assert (status, [fault["field"] for fault in problem["errors"]]) == (400, ["cases.owner", "cases.calendar"])
    assert world.surveys.get("demo") == make_survey()
    world.members.put(make_member("ann"), None)
    world.calendars.put(Calendar("berlin", "Europe/Berlin", {"mon": (("09:00", "17:00"),)}), None)
    status, changed = world.ask("manage_surveys", route, "/v1/surveys/demo", {"name": "Demo", "cases": cases})
    assert (status, changed["cases"]["owner"], changed["cases"]["calendar"]) == (200, "ann", "berlin")


def test_a_change_may_not_have_cases_closed_before_they_are_contacted(world: World) -> None:
    cases = {"targets": {"normal": {"close_hours": 23}}}
    status, problem = world.ask("manage_surveys", PATCH, "/v1/surveys/demo", {"cases": cases})
    assert (status, problem["errors"]) == (
        400,
        [
            {
                "field": "cases.targets.normal.close_hours",
                "reason": "it is less than contact_hours, 24: contact comes before closing",
            }
        ],
    )


def test_a_target_of_120_is_refused_in_one_sentence(world: World) -> None:
    status, problem = world.ask("manage_surveys", PATCH, "/v1/surveys/demo", {"target": {"score": 120}})
    assert (status, problem["detail"]) == (400, "target.score: it must be a whole number from -100 to 100")


def test_a_segment_tracked_later_asks_for_its_past(world: World) -> None:
    _, changed = world.ask("manage_surveys", PATCH, "/v1/surveys/demo", {"segments": ["plan"]})
    assert changed["incomplete"] == ["plan"]
    assert world.tasks.take() == [{"survey": "demo", "segments": ["plan"], "revision": 2}]


@pytest.mark.parametrize(
    ("route", "path", "body", "status"),
    [
        (PUT, "/v1/surveys/Bad", {"name": "x"}, 400),
        (PUT, "/v1/surveys/good", {}, 400),
        (PUT, "/v1/surveys/good", "nope", 400),
        (PATCH, "/v1/surveys/gone", {"name": "x"}, 404),
        (PATCH, "/v1/surveys/demo", {"timezone": "Europe/Berlin"}, 409),
        (GET, "/v1/surveys/gone", None, 404),
    ],
)
def test_what_cannot_be_is_refused(world: World, route: str, path: str, body: object, status: int) -> None:
    assert world.ask("manage_surveys", route, path, body)[0] == status


@pytest.mark.parametrize("scope", SCOPES)
def test_what_identities_are_signed_with_is_read_by_a_scope_of_its_own(world: World, scope: str) -> None:
    _, key = create("a key", [scope], "2026-01-01T00:00:00.000Z", bytes(range(30)), keys=world.keys)
    route = "GET /v1/surveys/{survey}/identity-secret"
    status, _ = world.ask("manage_surveys", route, "/v1/surveys/demo/identity-secret", key=key)
    assert status == (200 if scope == "identity:read" else 403)


@pytest.mark.parametrize(
    ("route", "path"),
    [(LIST, "/v1/surveys"), (GET, "/v1/surveys/demo"), (PUT, "/v1/surveys/demo"), (DELETE, "/v1/surveys/demo")],
)
def test_nothing_is_shown_or_changed_without_a_key(world: World, route: str, path: str) -> None:
    assert world.ask("manage_surveys", route, path, {"name": "x"}, key=None)[0] == 401


def test_an_archived_survey_is_closed_and_left_out_of_the_list(world: World) -> None:
    status, archived = world.ask("manage_surveys", PATCH, "/v1/surveys/demo", {"state": "archived"})
    assert (status, archived["state"]) == (200, "archived")
    assert world.surveys.is_open("demo") is False
    assert [survey["id"] for survey in world.ask("manage_surveys", LIST, "/v1/surveys")[1]["surveys"]] == ["closed"]
    _, all_of_them = world.ask("manage_surveys", LIST, "/v1/surveys", query="archived=true")
    assert [survey["id"] for survey in all_of_them["surveys"]] == ["closed", "demo"]
    assert world.ask("manage_surveys", LIST, "/v1/surveys", query="archived=maybe")[0] == 400
    assert world.ask("manage_surveys", PATCH, "/v1/surveys/demo", {"state": "open"})[1]["state"] == "open"


def test_a_survey_that_nothing_belongs_to_is_deleted(world: World) -> None:
    world.ask("manage_surveys", PUT, "/v1/surveys/trial", {"name": "Trial"})
    assert world.ask("manage_surveys", DELETE, "/v1/surveys/trial")[0] == 204
    assert world.ask("manage_surveys", DELETE, "/v1/surveys/trial")[0] == 404
    assert world.ask("manage_surveys", PUT, "/v1/surveys/trial", {"name": "Again"})[0] == 201


def test_a_survey_with_responses_people_or_campaigns_is_not_deleted(world: World) -> None:
    world.surveys.fix_zone("demo")
    world.funnels.counts[Cohort("demo", None)] = Counter({WaveStage("email", 1, "scheduled"): 1})
    world.campaigns.put(Campaign("spring", "demo", Plan(None, None, 5), 0, "", 0), None)
    status, problem = world.ask("manage_surveys", DELETE, "/v1/surveys/demo")
    assert status == 409
    assert "responses, people it asked, campaigns: archive it" in problem["detail"]
    assert world.surveys.get("demo") is not None


SECRET, TURN = "GET /v1/surveys/{survey}/identity-secret", "POST /v1/surveys/{survey}/identity-secret"
OF_DEMO = "/v1/surveys/demo/identity-secret"


def test_an_identity_secret_is_turned_and_the_former_one_is_good_for_a_while(world: World) -> None:
    _, first = world.ask("manage_surveys", SECRET, OF_DEMO)
    assert (first["generation"], first["former_good_until"]) == (1, None)
    status, second = world.ask("manage_surveys", TURN, OF_DEMO, {"generation": 1, "former_good_for_hours": 2})
    assert (status, second["generation"]) == (200, 2)
    assert second["former_good_until"] == iso(NOON + 2 * 3_600_000)
    assert second["secret"] != first["secret"]
    assert world.ask("manage_surveys", SECRET, OF_DEMO) == (200, second)
    _, third = world.ask("manage_surveys", TURN, OF_DEMO, {"generation": 2})
    assert third["former_good_until"] == iso(NOON + 7 * DAY)
    _, fourth = world.ask("manage_surveys", TURN, OF_DEMO, {"generation": 3, "former_good_for_hours": 0})
    assert (fourth["generation"], fourth["former_good_until"]) == (4, None)
    assert len({each["secret"] for each in (first, second, third, fourth)}) == 4


def test_a_turn_that_comes_twice_turns_once(world: World) -> None:
    assert world.ask("manage_surveys", TURN, OF_DEMO, {"generation": 1})[0] == 200
    status, problem = world.ask("manage_surveys", TURN, OF_DEMO, {"generation": 1})
    assert (status, problem["detail"].partition(";")[0]) == (409, "generation 2 is current, not 1")
    assert world.ask("manage_surveys", SECRET, OF_DEMO)[1]["generation"] == 2


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "generation"),
        ({"generation": 0}, "generation"),
        ({"generation": 1, "former_good_for_hours": 745}, "former_good_for_hours"),
        ({"generation": 1, "former_good_for_hours": -1}, "former_good_for_hours"),
        ({"generation": 1, "hours": 1}, "hours"),
    ],
)
def test_rotating_a_secret_names_the_old_one_and_how_long_it_is_valid(
    world: World, body: dict[str, int], field: str
) -> None:
    status, problem = world.ask("manage_surveys", TURN, OF_DEMO, body)
    assert (status, [fault["field"] for fault in problem["errors"]]) == (400, [field])
    assert world.ask("manage_surveys", TURN, "/v1/surveys/gone/identity-secret", {"generation": 1})[0] == 404


def test_a_change_of_a_survey_leaves_its_identity_secret_as_it_is(world: World) -> None:
    _, turned = world.ask("manage_surveys", TURN, OF_DEMO, {"generation": 1})
    world.ask("manage_surveys", PATCH, "/v1/surveys/demo", {"name": "Other"})
    world.ask("manage_surveys", PUT, "/v1/surveys/demo", {"name": "Demo"})
    assert world.ask("manage_surveys", SECRET, OF_DEMO) == (200, turned)


def test_a_turn_in_the_middle_of_a_backfill_has_it_begin_again(world: World) -> None:
    demo = world.surveys.surveys["demo"]
    world.surveys.surveys["demo"] = replace(demo, segments=("plan",), incomplete=("plan",))
    world.ask("manage_surveys", TURN, OF_DEMO, {"generation": 1})
    ((task, _),) = world.tasks.sent
    assert task == {"survey": "demo", "segments": ["plan"], "revision": demo.revision + 1}


def test_how_long_tokens_may_be_good_is_set_from_an_hour_to_a_year(world: World) -> None:
    path = "/v1/surveys/demo"
    assert world.ask("manage_surveys", GET, path)[1]["widget"]["longest_token_hours"] == 744
    for hours, status in ((1, 200), (8760, 200), (0, 400), (8761, 400)):
        assert world.ask("manage_surveys", PATCH, path, {"widget": {"longest_token_hours": hours}})[0] == status
    assert world.surveys.surveys["demo"].submission_policy.token_rules.longest == 8760


def test_the_box_that_asks_for_contact_is_off_until_it_is_switched_on(world: World) -> None:
    path = "/v1/surveys/demo"
    assert world.ask("manage_surveys", GET, path)[1]["widget"]["contact_box"] is False
    status, changed = world.ask("manage_surveys", PATCH, path, {"widget": {"contact_box": True}})
    assert (status, changed["widget"]["contact_box"], changed["widget"]["placement"]) == (200, True, "popover")
    assert world.ask("manage_surveys", PATCH, path, {"widget": {"contact_box": "yes"}})[0] == 400
