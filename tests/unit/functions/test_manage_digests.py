"""Digests over HTTP: made and checked, shown with what became of them, tested, previewed and sent again."""

from dataclasses import replace
from typing import Any

import pytest

from earshot.domain.access import Role
from earshot.domain.destinations import Destination
from earshot.domain.digest_sendings import (
    EMPTY,
    NO_ACCESS,
    NO_MEMBER,
    NO_SEGMENT,
    NO_SURVEY,
    UNSUBSCRIBED,
    DigestSending,
    SendingState,
)
from earshot.domain.digests import MOST_DIGESTS, Digest, DigestRole, Every, Schedule, read_period
from earshot.domain.members import Member
from earshot.services.api_keys.manage_api_keys import create
from earshot.services.responses.record_responses import record
from tests.aws_events import http_event
from tests.factories import NOON, make_submission, make_survey, uuid7
from tests.fakes.fake_time import no_pause
from tests.fakes.people import InMemoryPeople
from tests.unit.functions.conftest import World, load

DAY = 86_400_000
ONE, LIST = "/v1/digests/{digest}", "GET /v1/digests"
SLACK = "to-0123456789ab"
WEEKLY = {"role": "lead", "survey": "demo", "to": ["leo"], "every": "week", "hour": 7}
WEEK = read_period("2026-11-09/2026-11-15")


@pytest.fixture
def team(world: World) -> World:
    """Leo leads in Berlin, Kim is an analyst, and there is a channel of Slack."""
    for name, role in (("leo", Role.MANAGER), ("kim", Role.ANALYST)):
        member = Member(name, f"{name}@example.com", None, role, timezone="Europe/Berlin", locale="de", made_at=NOON)
        world.members.kept[name] = member
    world.alert_destinations.kept[SLACK] = Destination(SLACK, "slack", "Team")
    world.surveys.surveys["demo"] = make_survey(segments=("plan",), open_segments=("plan",))
    return world


def call(world: World, method: str, path: str = "", body: Any = None, **details: Any) -> tuple[int, Any]:
    return world.ask("manage_digests", f"{method} {ONE}{path}", f"/v1/digests/weekly{path}", body, **details)


def put(world: World, **more: Any) -> tuple[int, Any]:
    return call(world, "PUT", body=WEEKLY | more)


def preview(world: World, query: str = "", key: str | None = None) -> Any:
    event = http_event(
        f"GET {ONE}/preview", "/v1/digests/weekly/preview", query=query, key=world.key if key is None else key
    )
    return load("manage_digests").lambda_handler(event, None)


def test_a_digest_is_made_replaced_read_and_listed(team: World) -> None:
    status, made = put(team)
    assert status == 201
    assert made == {
        "id": "weekly",
        "revision": 1,
        "role": "lead",
        "survey": "demo",
        "segment": None,
        "to": ["leo"],
        "every": "week",
        "hour": 7,
        "weekday": "mon",
        "timezone": None,
        "locale": None,
        "last_sent_at": None,
        "next_at": "2026-11-23T06:00:00.000Z",
        "skipped": None,
    }
    status, replaced = put(team, to="ann@example.com", timezone="Asia/Tokyo", weekday="tue")
    assert (status, replaced["revision"], replaced["to"]) == (200, 2, ["ann@example.com"])
    assert replaced["next_at"] == "2026-11-23T22:00:00.000Z"
    assert put(team, to=["ann@example.com"], timezone="Asia/Tokyo", weekday="tue") == (200, replaced)
    assert call(team, "GET")[1] == replaced | {
        "recipients": [
            {
                "to": "ann@example.com",
                "stopped": False,
                "period": None,
                "state": None,
                "why": None,
                "at": None,
                "delivery": None,
            }
        ]
    }
    assert team.ask("manage_digests", LIST, "/v1/digests") == (200, {"digests": [replaced], "cursor": None})


@pytest.mark.parametrize(
    ("more", "field", "reason"),
    [
        ({"survey": "other"}, "survey", "there is no survey 'other'"),
        ({"to": ["leo", "zoe"]}, "to[1]", "there is no member 'zoe'; add them first"),
        ({"to": "kim"}, "to[0]", "the member's role may not read a digest of the role 'lead'"),
        ({"to": "kim@example.com"}, "to[0]", "the member's role may not read a digest of the role 'lead'"),
        (
            {"to": "to-ffffffffffff"},
            "to[0]",
            "there is no destination 'to-ffffffffffff'; make it first (POST /v1/desti",
        ),
        ({"to": []}, "to", "it is empty; give an entry, or leave the field out"),
        ({"to": "Leo Lead"}, "to", "it is no address and no id: the id of a member has 1 to 63 of a-z, 0-9 and '-'"),
        ({"segment": "region=north"}, "segment", "'region' is not tracked by the survey 'demo' (tracked: plan)"),
        ({"role": "frontline", "segment": "plan=pro"}, "segment", "a frontline digest has none: it is about the cases"),
        ({"role": "boss"}, "role", "it must be one of frontline, lead, executive, department"),
        ({"hour": 24}, "hour", "it must be a whole number from 0 to 23"),
        ({"every": "month", "weekday": "fri"}, "weekday", "only a weekly digest has one"),
        ({"timezone": "Mars/Olympus"}, "timezone", "'Mars/Olympus' is not an IANA time zone"),
        ({"locale": "deutsch!"}, "locale", "it is not a language tag"),
        ({"colour": "red"}, "colour", "there is no such field"),
    ],
)
def test_what_there_is_not_and_who_may_not_read_it_is_refused(
    team: World, more: dict[str, Any], field: str, reason: str
) -> None:
    status, refused = put(team, **more)
    assert status == 400
    (fault,) = refused["errors"]
    assert fault["field"] == field
    assert fault["reason"].startswith(reason)
    assert team.digests.kept == {}


def test_a_segment_value_that_is_counted_with_others_has_no_digest(team: World) -> None:
    team.surveys.unlisted.add(("demo", "plan"))
    status, refused = put(team, segment="plan=rare")
    reason = "this value has no series of its own, so there are no figures of it alone"
    assert (status, refused["errors"]) == (400, [{"field": "segment", "reason": reason}])
    assert put(team, segment="plan=(other)")[0] == 201


def test_a_member_who_was_removed_gets_none(team: World) -> None:
    team.members.kept["leo"] = replace(team.members.kept["leo"], removed_at=NOON)
    assert "was removed" in put(team)[1]["errors"][0]["reason"]


def test_only_slack_gets_digests_of_destinations(team: World) -> None:
    assert put(team, to=SLACK)[0] == 201
    team.alert_destinations.kept[SLACK] = Destination(SLACK, "webhook", "Hook")
    status, refused = put(team, to=[SLACK], hour=8)
    assert (status, refused["errors"][0]["field"]) == (400, "to[0]")
    assert "not in Slack" in refused["errors"][0]["reason"]


def test_an_employee_survey_has_no_digests(team: World) -> None:
    team.surveys.surveys["demo"] = make_survey(kind="employee")
    status, refused = put(team)
    assert (status, refused["errors"][0]["field"]) == (400, "survey")
    assert preview(team)["statusCode"] == 404


def test_the_id_of_a_digest_is_a_name(team: World) -> None:
    status, refused = team.ask("manage_digests", f"PUT {ONE}", "/v1/digests/My_Digest", WEEKLY)
    assert (status, refused["errors"][0]["field"]) == (400, "digest")


def test_of_two_who_change_a_digest_the_second_is_shown_what_it_is_now(team: World) -> None:
    put(team)
    first = put(team, hour=8, revision=1)[1]
    status, refused = put(team, hour=9, revision=1)
    assert (status, refused["current"]) == (409, first)
    call(team, "DELETE")
    assert put(team, revision=2)[0] == 409


def test_there_are_only_so_many(team: World) -> None:
    for number in range(MOST_DIGESTS):
        name = f"d-{number}"
        team.digests.kept[name] = Digest(name, DigestRole.LEAD, "demo", ("leo",), Schedule(Every.WEEK, 7))
    status, refused = put(team)
    assert (status, refused["detail"]) == (409, "there are at most 200 digests; delete one first")


def test_what_is_due_and_not_planned_yet_stays_due_when_it_is_changed(team: World) -> None:
    put(team)
    due = NOON - 60_000
    team.digests.kept["weekly"] = replace(team.digests.kept["weekly"], since=due - DAY, next_at=due)
    put(team, locale="fr")
    kept = team.digests.kept["weekly"]
    assert (kept.since, kept.revision) == (due - 1, 2)


def test_a_deleted_digest_is_gone_and_who_stopped_it_stays_known(team: World) -> None:
    put(team)
    team.digest_sendings.unsubscribe("weekly", "leo", NOON)
    assert call(team, "DELETE") == (204, None)
    for method in ("GET", "DELETE"):
        status, refused = call(team, method)
        assert (status, refused["detail"]) == (404, "there is no digest 'weekly'")
    put(team)
    assert call(team, "GET")[1]["recipients"][0]["stopped"] is True


def test_what_became_of_the_newest_period_is_shown(team: World) -> None:
    put(team, to=["leo", "ann@example.com", SLACK])
    before = read_period("2026-11-02/2026-11-08")
    key = team.digests.kept["weekly"].recipients(lambda: b"ab")[1].key
    for sending in (
        DigestSending("weekly", "leo", before, SendingState.SENT, NOON - 12 * DAY),
        DigestSending("weekly", "leo", WEEK, SendingState.SKIPPED, NOON - 5 * DAY, EMPTY, NOON - 5 * DAY),
        DigestSending("weekly", SLACK, WEEK, SendingState.QUEUED, NOON - 5 * DAY, delivery="d1"),
        DigestSending("weekly", "tom", WEEK, SendingState.SENT, NOON - 5 * DAY),
    ):
        team.digest_sendings.put(sending, None)
    team.digests.note_skipped("weekly", WEEK, EMPTY)
    team.digests.note_sent("weekly", NOON - 5 * DAY)
    found = call(team, "GET")[1]
    leo, ann, slack = found["recipients"]
    assert (leo["period"], leo["state"], leo["why"]) == (WEEK.name, "skipped", EMPTY)
    assert (ann["to"], ann["state"]) == ("ann@example.com", None)
    assert (slack["state"], slack["delivery"]) == ("queued", "d1")
    assert found["skipped"] == {"period": WEEK.name, "why": EMPTY}
    assert found["last_sent_at"] == "2026-11-16T12:00:00.000Z"
    assert key.startswith("@")


def test_a_test_is_queued_to_each_recipient_who_can_have_one(team: World) -> None:
    put(team, to=["leo", "ann@example.com", SLACK])
    team.members.kept["leo"] = replace(team.members.kept["leo"], removed_at=NOON)
    skipped = [{"to": "leo", "why": NO_MEMBER}]
    assert call(team, "POST", "/test") == (202, {"queued": 2, "skipped": skipped})
    tasks = [task for task, _ in team.delivery_queue.tasks]
    assert [task["recipient"] for task in tasks][1] == SLACK
    assert {task["test"] for task in tasks} == {tasks[0]["test"]}
    assert "ann@example.com" not in str(tasks)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda team: team.members.put(replace(leo := team.members.kept["leo"], role=Role.ANALYST), leo), NO_ACCESS),
        (lambda team: team.digest_sendings.unsubscribe("weekly", "leo", NOON), UNSUBSCRIBED),
        (lambda team: team.surveys.surveys.update(demo=make_survey(kind="employee")), NO_SURVEY),
        (lambda team: team.surveys.surveys.update(demo=make_survey()), NO_SEGMENT),
    ],
)
def test_a_test_to_nobody_is_refused_with_the_reason(team: World, change: Any, why: str) -> None:
    put(team, segment="plan=pro")
    change(team)
    status, refused = call(team, "POST", "/test")
    assert (status, refused["detail"], team.delivery_queue.tasks) == (409, f"nobody would get it: {why}", [])


@pytest.mark.parametrize("state", list(SendingState))
def test_only_what_may_not_have_arrived_is_sent_again(team: World, state: SendingState) -> None:
    put(team)
    sending = DigestSending("weekly", "leo", WEEK, state, NOON - 5 * DAY, version=3)
    team.digest_sendings.put(sending, None)
    status, found = call(team, "POST", "/redrive")
    assert status == 202
    expected = {"digest": "weekly", "recipient": "leo", "period": WEEK.name, "redriven": 3}
    assert team.delivery_queue.tasks == ([(expected, 0)] if state.may_be_repeated else [])
    assert found == {"queued": len(team.delivery_queue.tasks)}


def test_a_preview_is_html_that_runs_and_loads_nothing_or_text(team: World) -> None:
    put(team)
    respond(team)
    reply = preview(team)
    assert (reply["statusCode"], reply["headers"]["content-type"]) == (200, "text/html; charset=utf-8")
    policy = reply["headers"]["content-security-policy"]
    assert policy == "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"
    assert reply["headers"]["cache-control"] == "no-store"
    assert '<html lang="de"' in reply["body"]
    assert "Kommt zu spät" in reply["body"]
    assert "/u/" not in reply["body"]
    text = preview(team, "format=text")
    assert text["headers"]["content-type"] == "text/plain; charset=utf-8"
    assert "Kommt zu spät" in text["body"]
    assert "Neue Antworten · 9. Nov. 2026 bis 15. Nov. 2026" in text["body"]


def test_words_are_shown_to_a_key_that_may_read_responses_only(team: World) -> None:
    put(team, to=["leo", "ann@example.com"])
    respond(team)
    _, key = create("team", ("team:read",), "2026-01-01T00:00:00.000Z", bytes(30), keys=team.keys)
    body = preview(team, key=key)["body"]
    assert "Kommt zu spät" not in body
    assert "Neue Kommentare" not in body
    assert "Neue Antworten" in body


def test_a_preview_is_for_one_of_the_recipients_and_no_address_stands_in_a_url(team: World) -> None:
    put(team, to=["leo", SLACK])
    assert '<html lang="en"' in preview(team, f"to={SLACK}")["body"]
    assert preview(team, "to=kim")["statusCode"] == 404
    assert preview(team, "to=ann%40example.com")["statusCode"] == 400
    team.members.kept["leo"] = replace(team.members.kept["leo"], removed_at=NOON)
    assert '<html lang="en"' in preview(team)["body"]
    assert preview(team, "format=pdf")["statusCode"] == 400


def respond(world: World) -> None:
    """Record a response of the week before, with a comment."""
    at = NOON - 7 * DAY
    record(
        [make_submission(3, id=uuid7(at), received_at=at, comment="Kommt zu spät")],
        surveys=world.surveys,
        ledger=world.ledger,
        people=InMemoryPeople(),
        pause=no_pause,
    )
