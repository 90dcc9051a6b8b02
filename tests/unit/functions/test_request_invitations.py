"""Invitations over HTTP: who is invited, who is not and why, and what is refused."""

from typing import Any

import pytest

from earshot.domain.anonymized_invitation import anonymized
from earshot.domain.bot_detection import Comment, SubmitAttempt
from earshot.domain.eligibility import Rules
from earshot.domain.invitation import InvitationState
from earshot.domain.person import ErasedPerson
from tests.factories import NOON, make_invitation, make_person, make_survey, uuid7
from tests.unit.functions.conftest import World

ASK = "POST /v1/surveys/{survey}/invitations"
ANN, BEN = {"id": "ann", "email": "ann@example.com"}, {"id": "ben", "email": "ben@example.com"}


def ask(world: World, *wishes: Any, survey: str = "demo", **details: Any) -> tuple[int, Any]:
    path = f"/v1/surveys/{survey}/invitations"
    return world.ask("request_invitations", ASK, path, {"invitations": list(wishes)}, **details)


def test_each_wish_gets_an_outcome_and_its_reason(world: World) -> None:
    world.suppressions.add("ben@example.com", "unsubscribed", NOON)
    status, body = ask(world, {"person": ANN}, {"person": BEN})
    assert status == 202
    assert [(each["person"], each["outcome"], each["reason"]) for each in body["invitations"]] == [
        ("ann", "scheduled", "eligible"),
        ("ben", "declined", "suppressed"),
    ]
    assert [task["person"] for task in world.mails.take()] == ["ann"]


def test_an_asked_person_is_not_asked_again_within_the_quiet_period(world: World) -> None:
    ask(world, {"person": ANN})
    _, body = ask(world, {"person": ANN})
    assert body["invitations"][0]["reason"] == "quiet-period"
    assert len(world.mails.take()) == 1


def test_a_call_that_is_sent_again_asks_once_even_without_a_quiet_period(world: World) -> None:
    world.surveys.surveys["demo"] = make_survey(rules=Rules(quiet_days=0))
    wishes = [{"id": "order-1", "person": ANN}, {"id": "order-1", "person": BEN}, {"id": "order-2", "person": ANN}]
    _, body = ask(world, *wishes)
    _, again = ask(world, *wishes)
    assert again == body
    assert len({each["id"] for each in body["invitations"]}) == 3
    assert sorted((kept.person, kept.id) for kept in world.invitations.kept.values()) == sorted(
        (each["person"], each["id"]) for each in body["invitations"]
    )
    assert ask(world, {"person": ANN})[1]["invitations"][0]["id"] not in {each["id"] for each in body["invitations"]}


@pytest.mark.parametrize("own_id", ["", 7, "x" * 257])
def test_an_id_of_ones_own_is_text(world: World, own_id: Any) -> None:
    status, body = ask(world, {"id": own_id, "person": ANN})
    assert (status, [fault["field"] for fault in body["errors"]]) == (400, ["invitations[0].id"])


def test_a_person_twice_in_one_call_is_asked_once_and_the_second_wish_has_a_reason(world: World) -> None:
    cem, other_spelling = {"email": "Cem@example.com"}, {"email": "cem@example.com", "name": "Cem"}
    status, reply = ask(world, *({"person": person} for person in (ANN, cem, BEN, ANN, other_spelling, ANN)))
    assert status == 202
    assert [each["reason"] for each in reply["invitations"]] == ["eligible"] * 3 + ["quiet-period"] * 3
    assert [each["person"] for each in reply["invitations"]][3::2] == ["ann", "ann"]
    assert reply["invitations"][1]["person"] == reply["invitations"][4]["person"]
    assert len(world.mails.take()) == 3
    _, body = world.ask("manage_people", "GET /v1/people/{person}", f"/v1/people/{reply['invitations'][1]['person']}")
    assert body["name"] == "Cem"  # what the second wish says of them is kept all the same


def test_an_address_as_the_id_means_the_person_whose_id_is_made_of_it(world: World) -> None:
    _, by_address = ask(world, {"person": {"email": "Cem@example.com"}})
    _, by_id = ask(world, {"person": {"id": "cem@example.com"}}, {"person": {"id": "cem@example.com", "name": "Cem"}})
    assert {each["person"] for each in by_id["invitations"]} == {by_address["invitations"][0]["person"]}


def test_two_addresses_for_one_person_are_refused_and_nobody_is_asked(world: World) -> None:
    status, body = ask(world, {"person": {"id": "cem@example.com", "email": "dan@example.com"}})
    assert status == 400
    assert body["errors"] == [
        {"field": "invitations[0].person.email", "reason": "it is another address than the one given as 'id'"}
    ]
    assert not world.invitations.kept
    assert not world.people.kept


def test_what_is_due_soon_waits_in_the_queue_and_what_is_due_late_in_the_table(world: World) -> None:
    ask(world, {"person": ANN, "delay": 900}, {"person": BEN, "delay": 901})
    assert [(task["person"], delay) for task, delay in world.mails.sent] == [("ann", 900)]
    assert sorted(each.due_at - NOON for each in world.invitations.kept.values()) == [900_000, 901_000]


def test_two_who_ask_one_person_at_once_ask_them_once(world: World) -> None:
    def meanwhile(name: str) -> None:
        if name == "open":
            world.invitations.before = lambda _: None
            ask(world, {"person": ANN})

    world.invitations.before = meanwhile
    _, body = ask(world, {"person": ANN})
    assert body["invitations"][0]["reason"] == "quiet-period"
    assert [each.state for each in world.invitations.kept.values()].count(InvitationState.SCHEDULED) == 1


def test_why_somebody_was_or_was_not_asked(world: World) -> None:
    ask(world, {"person": ANN})
    ask(world, {"person": ANN})
    status, body = world.ask("request_invitations", "GET /v1/people/{person}/invitations", "/v1/people/ann/invitations")
    assert status == 200
    assert sorted(each["reason"] for each in body["invitations"]) == ["eligible", "quiet-period"]


def test_somebody_nobody_knows_is_not_found_and_somebody_never_asked_has_no_decisions(world: World) -> None:
    def why(person: str) -> tuple[int, Any]:
        path = f"/v1/people/{person}/invitations"
        return world.ask("request_invitations", "GET /v1/people/{person}/invitations", path)

    world.people.kept["ann"] = make_person()
    world.people.kept["cem"] = ErasedPerson("cem", NOON, subtract=False)
    status, body = why("nobody")
    assert (status, body["detail"]) == (404, "there is no such person")
    assert [why(person) for person in ("ann", "cem")] == [
        (200, {"person": person, "invitations": []}) for person in ("ann", "cem")
    ]


def test_what_is_left_of_an_erased_persons_invitations_is_listed_nowhere_and_released_by_nobody(world: World) -> None:
    asked = anonymized(
        make_invitation(state=InvitationState.SENT, sent_at=NOON, attempts=(SubmitAttempt(3, NOON, honeypot=True),))
    )
    world.invitations.kept["ann", asked.id] = asked
    world.people.kept["ann"] = ErasedPerson("ann", NOON, subtract=False)
    listing = "GET /v1/people/{person}/invitations"
    assert world.ask("request_invitations", listing, "/v1/people/ann/invitations") == (
        200,
        {"person": "ann", "invitations": []},
    )
    path = f"/v1/people/ann/invitations/{asked.id}/release"
    assert world.ask("request_invitations", "POST /v1/people/{person}/invitations/{invitation}/release", path)[0] == 404


def test_a_wish_repeated_after_an_erasure_is_reported_so_and_shows_no_time(world: World) -> None:
    _, first = ask(world, {"person": ANN, "id": "order-1"})
    (kept,) = world.invitations.kept.values()
    left = world.invitations.kept["ann", kept.id] = anonymized(kept)
    world.people.kept["ann"] = ErasedPerson("ann", NOON, subtract=False)
    _, again = ask(world, {"person": ANN, "id": "order-1"})
    assert first["invitations"][0]["outcome"] == "scheduled"
    assert [again["invitations"][0][name] for name in ("outcome", "reason", "id")] == ["declined", "erased", kept.id]
    assert again["invitations"][0]["decided_at"] > "2026"
    assert world.invitations.kept["ann", kept.id] == left


def test_every_fault_names_the_entry_that_was_sent(world: World) -> None:
    broken = [
        {"person": ANN},
        {"person": {"name": "nobody"}},
        {"person": {"id": "a", "timezone": "Mars", "color": "red"}, "properties": {"a": "x" * 257}},
        "ann",
        {"person": {"id": ""}, "score": 9},
    ]
    status, body = ask(world, *broken)
    assert status == 400
    assert [fault["field"] for fault in body["errors"]] == [
        "invitations[1].person.email",
        "invitations[2].properties",
        "invitations[2].person.timezone",
        "invitations[2].person.color",
        "invitations[3]",
        "invitations[4].score",
        "invitations[4].person.id",
    ]


def test_all_faults_of_all_wishes_are_named_and_nobody_is_asked(world: World) -> None:
    status, body = ask(world, {"person": ANN}, {"person": {"email": "no address"}}, {"delay": -1})
    assert status == 400
    assert {"invitations[1].person.email", "invitations[2].person", "invitations[2].delay"} <= {
        fault["field"] for fault in body["errors"]
    }
    assert not world.invitations.kept


def test_an_unknown_survey_and_a_missing_key_are_refused(world: World) -> None:
    assert ask(world, {"person": ANN}, survey="nowhere")[0] == 404
    assert ask(world, {"person": ANN}, key=None)[0] == 401
    assert not world.people.kept


def test_an_erased_person_is_not_asked(world: World) -> None:
    world.people.kept["ann"] = make_person()
    world.suppressions.add("ann@example.com", "erased", NOON)
    _, body = ask(world, {"person": ANN})
    assert body["invitations"][0]["reason"] == "erased"


def test_of_an_erased_person_who_is_wished_for_again_nothing_is_kept(world: World) -> None:
    world.people.kept["ann"] = ErasedPerson("ann", NOON, subtract=False)
    _, body = ask(world, {"person": ANN, "properties": {"mail": "ann@example.com"}})
    assert body["invitations"][0]["reason"] == "erased"
    assert world.invitations.kept == {}


def test_of_whose_address_is_that_of_somebody_erased_nothing_is_kept(world: World) -> None:
    world.suppressions.add("ann@example.com", "erased", NOON)
    _, body = ask(world, {"person": ANN, "id": "order-1"})
    assert (body["invitations"][0]["reason"], world.invitations.kept, world.people.kept) == ("erased", {}, {})


def test_a_sample_is_drawn_again_for_each_request_so_that_it_is_not_always_the_same_people(world: World) -> None:
    world.surveys.surveys["demo"] = make_survey(rules=Rules(quiet_days=0, sample=0.5))
    rows = [ask(world, {"person": ANN})[1]["invitations"][0]["reason"] for _ in range(40)]
    assert set(rows) == {"eligible", "not-sampled"}


def test_quarantined_submissions_count_once_a_key_releases_them(world: World) -> None:
    invitation = make_invitation(
        state=InvitationState.SENT,
        response=uuid7(),
        attempts=tuple(SubmitAttempt(n, NOON + n, comment=Comment.of("me")) for n in range(3)),
    )
    world.invitations.kept[invitation.person, invitation.id] = invitation
    route = "POST /v1/people/{person}/invitations/{invitation}/release"
    path = f"/v1/people/{invitation.person}/invitations/{invitation.id}/release"
    assert world.ask("request_invitations", route, path, key=None)[0] == 401
    status, shown = world.ask("request_invitations", route, path)
    assert (status, shown["outcome"], {attempt["quarantined"] for attempt in shown["submissions"]}) == (
        200,
        "answered",
        {None},
    )
    ((submission, _),) = world.links.sent
    assert (submission.id, submission.statement.score, submission.statement.comment) == (uuid7(), 2, "me")
    assert world.ask("request_invitations", route, f"{path[:-44]}none/release")[0] == 404
