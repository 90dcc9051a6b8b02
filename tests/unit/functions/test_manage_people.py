"""People over HTTP."""

from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import pytest

from earshot import bootstrap
from earshot.domain.access import SCOPES
from earshot.domain.alerts import Alert, delivery_id
from earshot.domain.bot_detection import Comment, SubmitAttempt
from earshot.domain.deliveries import Delivery
from earshot.domain.destinations import KINDS, Destination
from earshot.domain.invitation import InvitationState
from earshot.domain.keyed_hash import made_id
from earshot.domain.response import Response
from earshot.domain.widget import Question, Showing, Shown
from earshot.ports.suppressions import Suppression
from earshot.services.api_keys.manage_api_keys import create
from earshot.services.responses.record_responses import record
from tests.factories import NOON, make_invitation, make_submission, uuid7
from tests.fakes.fake_time import no_pause
from tests.fakes.keys import hash_key
from tests.unit.functions.conftest import World

PUT, POST, GET = "PUT /v1/people/{person}", "POST /v1/people", "GET /v1/people/{person}"
EXPORT, DELETE = "GET /v1/people/{person}/export", "DELETE /v1/people/{person}"
ERASURE = "GET /v1/people/{person}/erasure"
LIST, SEARCH = "GET /v1/people", "POST /v1/people/search"
ALLOW, SUPPRESS = "DELETE /v1/people/{person}/suppression", "POST /v1/suppressions"
ANN = {"email": "Ann@EXAMPLE.com", "locale": "pt_br", "timezone": "Europe/Berlin", "properties": {"seats": 3}}


def ask(world: World, route: str, person: str = "ann", body: Any = None, **details: Any) -> tuple[int, Any]:
    """Ask about a person; what changes them names them a second time."""
    path = route.partition(" ")[2].replace("{person}", person)
    if route in {DELETE, ALLOW}:
        details["query"] = f"id={quote(person)}&{details.get('query', '')}"
    if route == PUT and isinstance(body, dict):
        body = {"id": person, **body}
    return world.ask("manage_people", route, path, body, **details)


def record_responses(world: World, *ids: str) -> None:
    submissions = [make_submission(3, id=uuid7(seed=name), person="ann", comment="Ann's") for name in ids or ("a",)]
    record(submissions, surveys=world.surveys, ledger=world.ledger, people=world.people, pause=no_pause)


def test_a_person_is_created_replaced_and_read(world: World) -> None:
    status, created = ask(world, PUT, body=ANN)
    assert (status, created["email"], created["locale"]) == (201, "Ann@example.com", "pt-BR")
    assert ask(world, PUT, body=ANN) == (200, created)
    assert ask(world, GET) == (200, created)
    assert created == {
        "id": "ann",
        "email": "Ann@example.com",
        "name": None,
        "account": None,
        "locale": "pt-BR",
        "timezone": "Europe/Berlin",
        "properties": {"seats": "3"},
        "last_invited_at": None,
        "revision": 1,
        "suppression": None,
    }


def test_a_person_shows_why_and_since_when_they_are_not_written_to(world: World) -> None:
    world.suppressions.add("ann@example.com", "unsubscribed", 0)
    _, created = ask(world, PUT, body=ANN)
    assert created["suppression"] == {"reason": "unsubscribed", "since": "1970-01-01T00:00:00.000Z"}
    assert ask(world, GET) == (200, created)
    assert ask(world, PUT, body={"name": "Ann"})[1]["suppression"] is None  # without an address nothing is suppressed


def test_a_lifted_suppression_lets_the_person_be_written_to_and_lifting_it_again_changes_nothing(world: World) -> None:
    ask(world, PUT, body=ANN)
    ask(world, PUT, "ben", {"email": "ben@example.com"})
    for address in ("ann@example.com", "ben@example.com"):
        world.suppressions.add(address, "bounced", NOON)
    for _ in range(2):
        assert ask(world, ALLOW) == (204, None)
        assert ask(world, GET)[1]["suppression"] is None
    assert ask(world, GET, "ben")[1]["suppression"]["reason"] == "bounced"
    assert ask(world, GET)[1]["revision"] == 1


def test_a_person_without_an_address_may_be_allowed_too(world: World) -> None:
    ask(world, PUT, body={"name": "Ann"})
    assert ask(world, ALLOW) == (204, None)


def test_what_widgets_noted_of_a_person_goes_with_them(world: World) -> None:
    ask(world, PUT, body=ANN)
    for person in ("ann", "bob"):
        for survey in ("demo", "closed"):
            world.showings.note(survey, person, Question(Showing.SHOWN), Shown(), NOON, NOON + 1)
    ask(world, DELETE)
    assert set(world.showings.noted) == {("demo", "bob"), ("closed", "bob")}


def test_what_widgets_noted_of_somebody_a_page_named_by_their_address_goes_with_them(world: World) -> None:
    ask(world, PUT, body=ANN)
    made = made_id("Ann@example.com", hash_key())
    world.showings.note("demo", made, Question(Showing.SHOWN, uuid7()), Shown(), NOON, NOON + 1)
    ask(world, DELETE)
    assert set(world.showings.noted) == set()


def test_nobody_brings_an_erased_persons_address_back(world: World) -> None:
    ask(world, PUT, "other", ANN)
    ask(world, PUT, body=ANN)
    ask(world, DELETE)
    status, refused = ask(world, ALLOW)
    assert (status, refused["detail"]) == (404, "there is no such person: they were erased")
    status, refused = ask(world, ALLOW, "other")
    assert (status, "was erased, and the address stays suppressed" in refused["detail"]) == (409, True)
    assert ask(world, ALLOW, "nobody")[0] == 404
    assert world.suppressions.is_suppressed("ann@example.com") == "erased"


def test_a_batch_of_people_gets_a_result_for_each(world: World) -> None:
    ask(world, PUT, body=ANN)
    ask(world, DELETE, "cem", query="unknown=true")
    batch = [{"id": "ann", "name": "Ann"}, {"email": "ben@example.com"}, {"id": "cem"}]
    status, body = ask(world, POST, body={"people": batch})
    assert status == 200
    assert [one["outcome"] for one in body["people"]] == ["updated", "created", "erased"]
    assert body["people"][1]["id"].startswith("p-")
    assert ask(world, POST, body={"people": batch})[1]["people"][0] == {"id": "ann", "outcome": "unchanged"}
    assert ask(world, GET)[1]["email"] == "Ann@example.com"


@pytest.mark.parametrize("field", [PUT, DELETE, ALLOW])
@pytest.mark.parametrize("again", [None, "", "ben", "ann?b", "ann%3Fb", "Ann", "ann ", "ann@example.com"])
def test_nobody_is_changed_who_is_not_named_a_second_time(world: World, field: str, again: str | None) -> None:
    """AWS makes `ann` of `ann%3Fb` in a path; only what it does not decode tells that somebody else was meant."""
    ask(world, PUT, body=ANN)
    world.suppressions.add("ann@example.com", "bounced", NOON)
    before = ask(world, GET)
    body = ({"name": "Changed"} | ({} if again is None else {"id": again})) if field == PUT else None
    query = "" if again is None or field == PUT else f"id={quote(again, safe='')}"
    path = field.partition(" ")[2].replace("{person}", "ann")
    status, refused = world.ask("manage_people", field, path, body, query=query)
    assert (status, [fault["field"] for fault in refused["errors"]]) == (400, ["id"])
    assert ask(world, GET) == before


def test_the_id_that_a_path_and_a_query_carry_is_compared_as_it_is_meant(world: World) -> None:
    person = "Änn #1;\\2 & 😊=x"
    assert ask(world, PUT, person, ANN)[0] == 201
    assert ask(world, ALLOW, person)[0] == 204
    assert ask(world, DELETE, person)[1]["id"] == person


@pytest.mark.parametrize(
    "person", ["a?b", "50%", "x%41", "a+b", "a\ufffd", "..", "a\x00", " ann", "ann ", "an\u200bn", " "]
)
def test_what_can_be_no_id_is_refused_on_every_path(world: World, person: str) -> None:
    ask(world, PUT, body=ANN)
    for route in (PUT, GET, EXPORT, DELETE, ALLOW):
        status, body = ask(world, route, person, {} if route == PUT else None)
        assert (status, {fault["field"] for fault in body["errors"]}) == (400, {"id"})
    assert set(world.people.kept) == {"ann"}


@pytest.mark.parametrize(
    "person_id",
    ["a/b", ".", "..", "a\x00b", "a\nb", "a\x85b", "ä" * 129, "a?b", "50%", "x%41", "a+b", "a\ufffdb", " a", "a "],
)
def test_an_id_under_which_nobody_could_be_read_or_erased_again_is_refused(world: World, person_id: str) -> None:
    status, body = ask(world, POST, body={"people": [{"id": person_id}]})
    assert (status, [fault["field"] for fault in body["errors"]]) == (400, ["people[0].id"])
    assert ask(world, POST, body={"people": [{"id": "ä" * 128}, {"id": "a.b c@d"}]})[0] == 200


@pytest.mark.parametrize("address", ["ann@müller.de", "Ann@MÜLLER.de", "ann@xn--mller-kva.de"])
def test_an_address_is_kept_as_it_can_be_mailed_and_is_one_in_either_spelling(world: World, address: str) -> None:
    sent = ask(world, POST, body={"people": [{"email": address}]})[1]["people"]
    assert world.people.kept[sent[0]["id"]].email.casefold() == "ann@xn--mller-kva.de"  # type: ignore[union-attr]
    assert sent[0]["id"] == made_id("ann@müller.de", hash_key())


def test_an_address_with_non_ascii_before_the_at_cannot_be_mailed_and_is_refused(world: World) -> None:
    status, body = ask(world, POST, body={"people": [{"email": "änn@example.com"}]})
    assert (status, body["errors"][0]["field"]) == (400, "people[0].email")
    assert "letters outside ASCII before the @ are not supported" in body["detail"]


def test_every_fault_of_a_batch_is_named_and_nothing_is_taken(world: World) -> None:
    batch: list[Any] = [
        {"id": "ann", "email": "ann@"},
        {"name": "nobody"},
        {"email": "a@example.com", "timezone": "Mars/Base", "locale": "english", "color": "red"},
        "nope",
        {"id": "ok"},
        {"id": "x" * 257, "name": "x" * 201},
        {"id": "y", "properties": {"a": "x" * 257}, "account": 5},
    ]
    status, body = ask(world, POST, body={"people": batch})
    assert status == 400
    assert [fault["field"] for fault in body["errors"]] == [
        "people[0].email",
        "people[1].email",
        "people[2].locale",
        "people[2].timezone",
        "people[2].color",
        "people[3]",
        "people[5].id",
        "people[5].name",
        "people[6].account",
        "people[6].properties",
    ]
    assert world.people.kept == {}


@pytest.mark.parametrize(
    ("route", "person", "body", "status"),
    [
        (PUT, "ann", "nope", 400),
        (PUT, "ann", {"id": "ben"}, 400),
        (PUT, "a" * 257, {}, 404),
        (PUT, "ann", {"email": f"{'a' * 250}@example.com"}, 400),
        (PUT, "ann", {"email": "ann@example.com\r\nBcc: x@example.com"}, 400),
        (PUT, "ann", {"name": "x" * 70_000}, 413),
        (POST, "", {"people": []}, 400),
        (POST, "", {"people": [{"id": str(n)} for n in range(501)]}, 400),
        (POST, "", {"people": [{"id": "a"}, {"id": "a"}]}, 400),
        (POST, "", {"people": [{"id": "a"}], "survey": "demo"}, 400),
        (POST, "", "x" * 1_100_000, 413),
        (GET, "nobody", None, 404),
        (EXPORT, "nobody", None, 404),
    ],
)
def test_what_cannot_be_is_refused(world: World, route: str, person: str, body: Any, status: int) -> None:
    assert ask(world, route, person, body)[0] == status
    assert world.people.kept == {}


@pytest.mark.parametrize("address", ["vic@example.org", "Vic@Example.ORG", "ann@müller.example"])
def test_an_address_is_no_id_and_the_reply_explains_what_to_do(world: World, address: str) -> None:
    status, reply = ask(world, POST, body={"people": [{"id": address}]})
    assert (status, reply["errors"][0]["field"]) == (400, "people[0].id")
    assert "send it as `email`" in reply["errors"][0]["reason"]
    for route, body in ((PUT, {"name": "Vic"}), (GET, None), (EXPORT, None), (DELETE, None)):
        status, reply = ask(world, route, address, body) if body else ask(world, route, address)
        assert (status, reply["errors"][0]["field"]) == (400, "id")
    assert world.people.kept == {}


def test_addresses_of_anybody_are_suppressed_and_the_stronger_reason_stands(world: World) -> None:
    rows = [
        {"email": "Ben@Example.com"},
        {"email": "cleo@example.com", "reason": "bounced", "since": "2024-08-02"},
        {"email": "dan@example.com", "reason": "complained", "since": "2024-08-02T10:00:00+02:00"},
    ]
    expected = ["suppressed"] * 3
    for _ in range(2):
        status, body = ask(world, SUPPRESS, body={"suppressions": rows})
        assert (status, [row["outcome"] for row in body["suppressions"]]) == (200, expected)
        expected = ["known"] * 3
    kept = world.suppressions.kept
    assert kept["cleo@example.com"] == Suppression("bounced", 1_722_556_800_000)
    assert kept["dan@example.com"] == Suppression("complained", 1_722_585_600_000)
    assert kept["ben@example.com"].reason == "unsubscribed"
    body = ask(world, SUPPRESS, body={"suppressions": [{"email": "cleo@example.com"}]})[1]
    assert body["suppressions"] == [{"outcome": "suppressed"}]
    assert kept["cleo@example.com"].reason == "unsubscribed"


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({"email": "ben@"}, "email"),
        ({}, "email"),
        ({"email": "b@example.com", "reason": "erased"}, "reason"),
        ({"email": "b@example.com", "since": "tomorrow"}, "since"),
        ({"email": "b@example.com", "lift": "yes"}, "lift"),
        ({"email": "b@example.com", "since": "2999-01-01"}, "since"),
        ({"email": "b@example.com", "name": "Ben"}, "name"),
    ],
)
def test_a_faulty_suppression_is_named_and_none_is_taken(world: World, row: dict[str, str], field: str) -> None:
    status, body = ask(world, SUPPRESS, body={"suppressions": [{"email": "ann@example.com"}, row]})
    assert (status, body["errors"][0]["field"]) == (400, f"suppressions[1].{field}")
    assert world.suppressions.kept == {}


def test_an_address_that_nobody_has_is_lifted_again_and_an_erased_one_is_not(world: World) -> None:
    world.suppressions.add("typo@example.com", "unsubscribed", NOON)
    world.suppressions.add("gone@example.com", "erased", NOON)
    rows = [{"email": "Typo@Example.com", "lift": True}, {"email": "gone@example.com", "lift": True}]
    for _ in range(2):
        status, body = ask(world, SUPPRESS, body={"suppressions": rows})
        assert (status, [row["outcome"] for row in body["suppressions"]]) == (200, ["lifted", "erased"])
    assert [kept.reason for kept in world.suppressions.kept.values()] == ["erased"]
    again = [rows[0], {"email": "typo@example.com", "reason": "bounced"}]
    body = ask(world, SUPPRESS, body={"suppressions": again})[1]
    assert [row["outcome"] for row in body["suppressions"]] == ["lifted", "suppressed"]


@pytest.mark.parametrize("query", ["subtract=maybe", "subtract=", "really=true"])
def test_an_erasure_that_is_not_clear_is_no_erasure(world: World, query: str) -> None:
    assert ask(world, DELETE, query=query)[0] == 400
    assert world.people.kept == {}


def test_an_export_holds_the_person_the_suppression_and_every_response(world: World) -> None:
    ask(world, PUT, body=ANN)
    record_responses(world)
    world.suppressions.add("ann@example.com", "unsubscribed", 0)
    status, body = ask(world, EXPORT)
    assert (status, body["person"]["id"], body["cursor"], body["erased_at"]) == (200, "ann", None, None)
    assert body["suppression"] == {"reason": "unsubscribed", "since": "1970-01-01T00:00:00.000Z"}
    assert [(row["survey"], row["comment"]) for row in body["responses"]] == [("demo", "Ann's")]


def test_an_export_holds_every_invitation_with_its_decision_times_and_submissions(
    world: World,
) -> None:
    record_responses(world, *map(str, range(51)))
    attempts = tuple(SubmitAttempt(score, NOON + score, comment=Comment.of("Ann's own words")) for score in (3, 7, 10))
    sent = make_invitation(
        state=InvitationState.SENT, sent_at=NOON, message_id="m-1", attempts=attempts, properties={"order": "4711"}
    )
    declined = make_invitation(
        id=uuid7(seed="declined"), decided_at=NOON + 1, state=InvitationState.DECLINED, reason="quiet-period"
    )
    for kept in (sent, declined, make_invitation(person="ben")):
        world.invitations.kept[kept.person, kept.id] = kept
    _, body = ask(world, EXPORT)
    asked, not_asked = body["invitations"]
    assert (asked["outcome"], asked["reason"], asked["sent_at"]) == (
        "quarantined",
        "eligible",
        "2026-11-21T12:00:00.000Z",
    )
    assert (asked["properties"], asked["channel"], asked["wave"], asked["message_id"]) == (
        {"order": "4711"}, "email", 1, "m-1",
    )  # fmt: skip
    assert [(attempt["score"], attempt["comment"], attempt["quarantined"]) for attempt in asked["submissions"]] == [
        (score, "Ann's own words", "machine-scores") for score in (3, 7, 10)
    ]
    assert (not_asked["outcome"], not_asked["reason"], not_asked["submissions"]) == ("declined", "quiet-period", [])
    # They are all on the first page.
    assert ask(world, EXPORT, query=f"cursor={body['cursor']}")[1]["invitations"] == []


def test_an_export_of_somebody_who_was_only_ever_declined_is_not_empty(world: World) -> None:
    declined = make_invitation(state=InvitationState.DECLINED, reason="suppressed")
    world.invitations.kept["ann", declined.id] = declined
    status, body = ask(world, EXPORT)
    assert (status, body["person"], len(body["invitations"])) == (200, None, 1)


def test_an_export_comes_page_by_page(world: World) -> None:
    record_responses(world, *map(str, range(120)))
    seen, query = [], ""
    for expected in (50, 50, 20):
        _, body = ask(world, EXPORT, query=query)
        assert len(body["responses"]) == expected
        seen += [row["id"] for row in body["responses"]]
        query = f"cursor={body['cursor']}"
    assert body["cursor"] is None
    assert len(set(seen)) == 120


@pytest.mark.parametrize("cursor", ["x", "UiM", "TUVUQQ", "💬"])
def test_a_cursor_that_was_tampered_with_is_refused(world: World, cursor: str) -> None:
    record_responses(world)
    assert ask(world, EXPORT, query=f"cursor={quote(cursor)}")[0] == 400


@pytest.mark.parametrize(("query", "counted"), [("", 1), ("subtract=false", 1), ("subtract=true", 0)])
def test_an_erased_person_is_gone_for_good(world: World, query: str, counted: int) -> None:
    ask(world, PUT, body=ANN)
    record_responses(world)
    asked = make_invitation(
        state=InvitationState.SENT, sent_at=NOON, response=uuid7(seed="a"), attempts=(SubmitAttempt(3, NOON),)
    )
    world.invitations.kept["ann", asked.id] = asked
    status, body = ask(world, DELETE, query=query)
    assert (status, body["responses"], body["remaining"]) == (200, 1, 0)
    assert ask(world, DELETE, query=query)[1] == body | {"responses": 0}
    assert sum(map(sum, world.ledger.counted().values())) == counted
    assert ask(world, GET)[0] == 404
    assert ask(world, PUT, body=ANN)[0] == ask(world, PUT, "other", ANN)[0] == 409
    assert ask(world, EXPORT)[1] | {"erased_at": ""} == {
        "id": "ann", "person": None, "erased_at": "", "suppression": None, "invitations": [], "responses": [],
        "cursor": None, "also": [],
    }  # fmt: skip


@pytest.mark.parametrize("person", ["nobody", "dora", "Änn #7", "a;b"])
def test_erasing_an_unknown_person_is_a_404_and_stores_nothing(world: World, person: str) -> None:
    status, body = ask(world, DELETE, person)
    assert (status, world.people.kept, world.suppressions.kept) == (404, {}, {})
    assert "unknown=true" in body["detail"]


def test_an_unknown_person_is_erased_on_request_and_the_reply_shows_it(world: World) -> None:
    status, body = ask(world, DELETE, query="unknown=true")
    assert (status, body["known"], body["responses"]) == (200, False, 0)
    record_responses(world)
    assert [
        (row.person, row.statement.comment) for row in world.ledger.items.values() if isinstance(row, Response)
    ] == [(None, None)]
    assert ask(world, DELETE)[1]["known"]


@pytest.mark.parametrize("kept", ["a person", "a response", "an invitation", "a tombstone"])
def test_a_person_known_by_anything_is_erased_without_a_flag(world: World, kept: str) -> None:
    if kept == "a person":
        ask(world, PUT, body=ANN)
    elif kept == "a response":
        record_responses(world)
    elif kept == "an invitation":
        world.invitations.kept["ann", "i-1"] = make_invitation(id="i-1")
    else:
        ask(world, DELETE, query="unknown=true")
    status, body = ask(world, DELETE)
    assert (status, body["known"], body["remaining"]) == (200, True, 0)


def test_a_long_erasure_replies_in_time_and_continues_when_repeated(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    record_responses(world, *"abcd")
    times = iter([0, 0, 0, 10_000, 20_000])
    monkeypatch.setattr("earshot.bootstrap.now", lambda: next(times, 0))
    status, body = ask(world, DELETE)
    assert (status, body["responses"], body["remaining"]) == (202, 2, 2)
    assert ask(world, DELETE)[1]["responses"] == 2


@pytest.mark.parametrize("route", [PUT, POST, GET, EXPORT, DELETE, ALLOW])
def test_nothing_is_shown_or_changed_without_the_right_key(world: World, route: str) -> None:
    ask(world, PUT, body=ANN)
    needed = "people:read" if route in (GET, EXPORT) else "people:write"
    _, wrong = create("x", [s for s in SCOPES if s != needed], "2026", bytes([1] * 30), keys=world.keys)
    assert ask(world, route, body={"name": "x"}, key=None)[0] == 401
    assert ask(world, route, body={"name": "x"}, key=wrong)[0] == 403
    assert ask(world, GET)[1]["name"] is None


def test_the_log_names_nobody(world: World, caplog: pytest.LogCaptureFixture) -> None:
    ask(world, PUT, body=ANN)
    ask(world, POST, body={"people": [ANN, {"email": "ann@example"}]})
    ask(world, DELETE)
    written = [repr(record.__dict__).lower() for record in caplog.records if record.name == "earshot"]
    # A request line and an audit line for each.
    assert len(written) == 6
    assert not [line for line in written if "'ann" in line or "ann@" in line or "/ann" in line]


def crowd(world: World) -> None:
    people = [{"id": f"c-{number}", "email": f"{number}@example.com", "name": f"Ann {number}"} for number in range(5)]
    assert ask(world, POST, body={"people": [*people, {"id": "zoe", "name": "Zoé"}]})[0] == 200


def ids(value: Any) -> list[str]:
    return [person["id"] for person in value["people"]]


def test_people_are_listed_page_by_page_without_those_who_were_erased(world: World) -> None:
    crowd(world)
    ask(world, DELETE, "c-3")
    status, first = ask(world, LIST, query="limit=2")
    assert (status, ids(first)) == (200, ["c-0", "c-1"])
    assert first["people"][0] == {
        "id": "c-0",
        "email": "0@example.com",
        "name": "Ann 0",
        "account": None,
        "locale": None,
        "timezone": None,
        "properties": {},
        "revision": 1,
    }
    _, second = ask(world, LIST, query=f"limit=2&cursor={first['cursor']}")
    _, third = ask(world, LIST, query=f"limit=2&cursor={second['cursor']}")
    assert (ids(second), ids(third), third["cursor"]) == (["c-2", "c-4"], ["zoe"], None)


@pytest.mark.parametrize(
    ("sought", "found"),
    [
        ({"email": "3@EXAMPLE.com"}, ["c-3"]),
        ({"email": "nobody@example.com"}, []),
        ({"id_prefix": "c-"}, ["c-0", "c-1", "c-2", "c-3", "c-4"]),
        ({"id_prefix": "C-"}, []),
        ({"name_prefix": "zoe"}, ["zoe"]),
        ({"name_prefix": "ANN 4"}, ["c-4"]),
    ],
)
def test_people_are_found_by_address_id_or_name(world: World, sought: dict[str, str], found: list[str]) -> None:
    crowd(world)
    status, body = ask(world, SEARCH, body=sought)
    assert (status, ids(body), body["cursor"]) == (200, found, None)


def test_searching_an_address_returns_the_id_it_means(world: World) -> None:
    _, saved = ask(world, POST, body={"people": [{"email": "ann@example.com"}]})
    made = saved["people"][0]["id"]
    ask(world, PUT, "c-1", {"email": "ann@example.com"})
    for spelled in ("ann@example.com", "Ann@EXAMPLE.com"):
        _, body = ask(world, SEARCH, body={"email": spelled})
        assert (body["means"], ids(body)) == (made, ["c-1", made])
    _, unknown = ask(world, SEARCH, body={"email": "bob@example.com"})
    assert (unknown["means"], ids(unknown)) == (made_id("bob@example.com", hash_key()), [])
    assert "means" not in ask(world, SEARCH, body={"id_prefix": "c"})[1]


def test_everybody_with_an_address_is_found_page_by_page(world: World) -> None:
    for person in ("one", "two", "six"):
        ask(world, PUT, person, {"email": "office@example.com"})
    _, first = ask(world, SEARCH, body={"email": "office@example.com", "limit": 2})
    _, second = ask(world, SEARCH, body={"email": "office@example.com", "limit": 2, "cursor": first["cursor"]})
    assert (ids(first), ids(second), second["cursor"]) == (["one", "six"], ["two"], None)


def test_a_search_goes_on_where_its_page_ended_and_no_other_search_does(world: World) -> None:
    crowd(world)
    body = {"name_prefix": "ann", "limit": 2}
    found: list[str] = []
    cursor: str | None = None
    for _ in range(3):
        _, page = ask(world, SEARCH, body={**body, "cursor": cursor})
        found, cursor = found + ids(page), page["cursor"]
    assert (found, cursor) == (["c-0", "c-1", "c-2", "c-3", "c-4"], None)
    _, page = ask(world, SEARCH, body=body)
    for other in ({"name_prefix": "an"}, {"id_prefix": "ann"}):
        status, reply = ask(world, SEARCH, body={**other, "cursor": page["cursor"]})
        assert (status, reply["errors"][0]["field"]) == (400, "cursor")
    assert ask(world, LIST, query=f"cursor={page['cursor']}")[0] == 400


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "email"),
        ({"email": "a@example.com", "name_prefix": "a"}, "name_prefix"),
        ({"email": "nobody"}, "email"),
        ({"name_prefix": " "}, "name_prefix"),
        ({"id_prefix": ""}, "id_prefix"),
        ({"id_prefix": "c", "limit": 101}, "limit"),
        ({"id_prefix": "c", "cursor": "YQ"}, "cursor"),
        ({"id_prefix": "c", "account": "ACME"}, "account"),
    ],
)
def test_a_search_that_is_none_is_refused_with_its_field(world: World, body: dict[str, Any], field: str) -> None:
    status, reply = ask(world, SEARCH, body=body)
    assert (status, [fault["field"] for fault in reply["errors"]]) == (400, [field])


@pytest.mark.parametrize(("route", "body"), [(LIST, None), (SEARCH, {"id_prefix": "c"})])
def test_listing_and_finding_people_needs_to_read_them(world: World, route: str, body: Any) -> None:
    others = tuple(scope for scope in SCOPES if scope != "people:read")
    _, key = create("writes", others, "2026-01-01T00:00:00.000Z", bytes(30), keys=world.keys)
    assert ask(world, route, body=body, key=key)[0] == 403


def test_who_has_another_name_since_a_moment_ago_is_not_found_by_the_old_one(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    crowd(world)
    behind = SimpleNamespace(by_name=lambda *_: (["c-1", "zoe", "gone"], None))
    monkeypatch.setattr(bootstrap, "people_lists", lambda: behind)
    assert ids(ask(world, SEARCH, body={"name_prefix": "ann"})[1]) == ["c-1"]


def test_what_becomes_of_a_person_at_destinations_is_shown_with_the_erasure_and_later(world: World) -> None:
    crm = Destination("to-1", "hubspot", "HubSpot", {"object": "ticket"})
    world.alert_destinations.kept = {each.id: each for each in (crm, Destination("hook", "webhook", "Hook"))}
    record_responses(world, "a", "b")
    for response in [each for each in world.ledger.items.values() if isinstance(each, Response)]:
        alert = Alert("demo", "late", response.id, NOON, ("to-1", "hook"), revision=1)
        world.alerts.raise_once(alert)
        for name in alert.destinations:
            id_ = delivery_id(alert.id, name)
            made = Delivery(id_, name, alert.id, "late", "demo", response.id, "response.matched", NOON)
            started = made.started(NOON, "{}", world.alert_destinations.kept[name].erases_by)
            world.deliveries.put(started.delivered(NOON, "ticket/1" if name == "to-1" else None, 200), None)
    status, erased = ask(world, DELETE, query="unknown=true")
    assert (status, erased["responses"]) == (200, 2)
    why = KINDS["webhook"].why_it_stays
    assert erased["elsewhere"] == [
        {"destination": "hook", "kind": "webhook", "state": "impossible", "why": why},
        {"destination": "to-1", "kind": "hubspot", "state": "requested", "why": None},
    ]
    first, second = (each for each in world.deliveries.kept.values() if each.is_deletion)
    world.deliveries.put(first.started(NOON, None), first)
    world.deliveries.put(first.started(NOON, None).deleted(NOON, 204), first.started(NOON, None))
    status, found = ask(world, ERASURE)
    assert (status, found["erased_at"]) == (200, erased["erased_at"])
    assert {(each["destination"], each["state"], each["delivery"]) for each in found["elsewhere"]} == {
        ("hook", "impossible", None),
        ("to-1", "deleted", first.id),
        ("to-1", "requested", second.id),
    }
    # A repeat of the erasure says the same.
    states = [(each["destination"], each["state"]) for each in ask(world, DELETE)[1]["elsewhere"]]
    assert sorted(states) == [("hook", "impossible"), ("to-1", "deleted"), ("to-1", "requested")]


def test_only_of_an_erased_person_is_an_erasure_shown(world: World) -> None:
    ask(world, PUT, body=ANN)
    assert [ask(world, ERASURE, person)[0] for person in ("ann", "nobody")] == [404, 404]
    ask(world, DELETE)
    assert ask(world, ERASURE)[1]["elsewhere"] == []
