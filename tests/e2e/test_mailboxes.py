"""One mailbox on the deployed stack: asked once, whatever its owner is called."""

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from tests.e2e.survey_client import Survey, settle

if TYPE_CHECKING:
    from tests.e2e.conftest import Stack

RULES = {"quiet_days": 30, "sending_hours": [0, 24], "reminders": []}


def invited(stack: "Stack", survey: Survey, *people: dict[str, Any]) -> list[tuple[str, str]]:
    """Invite people in one call; return outcome and reason of each."""
    body = {"invitations": [{"person": person} for person in people]}
    reply = stack.call("POST", survey.path + "/invitations", body)
    assert reply.status == 202, reply.body
    return [(each["outcome"], each["reason"]) for each in reply.body["invitations"]]


def test_three_ids_of_one_mailbox_get_one_mail(stack: "Stack") -> None:
    survey, name = Survey(stack, rules=RULES), f"lee-{uuid4().hex[:8]}"
    people = [
        {"id": f"{name}-1", "email": f"{name}@example.com"},
        {"id": f"{name}-2", "email": f"L{name[1:]}@EXAMPLE.com"},
    ]
    assert stack.call("POST", "/v1/people", {"people": people}).status == 200
    decided = invited(stack, survey, *({"id": person["id"]} for person in people))
    decided += invited(stack, survey, {"email": f"{name.upper()}@example.com"})
    assert decided == [("scheduled", "eligible"), ("declined", "quiet-period"), ("declined", "quiet-period")]
    asked = [stack.call("GET", f"/v1/people/{person['id']}").body["last_invited_at"] for person in people]
    assert asked[0] == asked[1] is not None


def test_an_address_and_its_punycode_twin_are_one_mailbox(stack: "Stack") -> None:
    survey, name = Survey(stack, rules=RULES), f"ida-{uuid4().hex[:8]}"
    twins = (f"{name}@münchen.example", f"{name}@xn--mnchen-3ya.example", f"{name.upper()}@MÜNCHEN.example")
    people = [{"id": f"{name}-{number}", "email": email} for number, email in enumerate(twins)]
    decided = [*invited(stack, survey, people[0]), *invited(stack, survey, *people[1:], {"email": twins[1]})]
    assert decided == [("scheduled", "eligible"), *[("declined", "quiet-period")] * 3]


def test_a_plus_tag_is_another_mailbox_and_a_new_address_takes_the_quiet_period_along(stack: "Stack") -> None:
    survey, name = Survey(stack, rules=RULES), f"kim-{uuid4().hex[:8]}"
    one, tagged = {"id": f"{name}-1", "email": f"{name}@example.com"}, {"email": f"{name}+nps@example.com"}
    assert [state for state, _ in invited(stack, survey, one, tagged)] == ["scheduled", "scheduled"]
    moved = {"id": f"{name}-1", "email": f"{name}@example.net"}
    assert invited(stack, survey, moved, {"email": f"{name}@EXAMPLE.net"}) == [("declined", "quiet-period")] * 2


def test_who_is_erased_leaves_no_invitation_and_their_mailbox_is_never_asked(stack: "Stack") -> None:
    survey, name = Survey(stack, rules=RULES), f"nia-{uuid4().hex[:8]}"
    one, two = ({"id": f"{name}-{number}", "email": f"{name}@example.com"} for number in (1, 2))
    assert stack.call("POST", "/v1/people", {"people": [one, two]}).status == 200
    assert stack.call("DELETE", f"/v1/people/{name}-1?id={name}-1").status == 200
    assert invited(stack, survey, {"id": f"{name}-2"}) == [("declined", "suppressed")]
    assert stack.call("GET", f"/v1/people/{name}-2").status == 200


def test_people_who_unsubscribed_at_another_tool_are_never_asked(stack: "Stack") -> None:
    survey, name = Survey(stack, rules=RULES), f"zed-{uuid4().hex[:8]}"
    no = {"suppressions": [{"email": f"{name.upper()}@Example.com", "reason": "unsubscribed", "since": "2024-08-02"}]}
    for outcome in ("suppressed", "known"):
        assert stack.call("POST", "/v1/suppressions", no).body == {"suppressions": [{"outcome": outcome}]}
    assert invited(stack, survey, {"id": name, "email": f"{name}@example.com"}) == [("declined", "suppressed")]
    assert stack.call("GET", f"/v1/people/{name}").body["suppression"]["since"] == "2024-08-02T00:00:00.000Z"
    assert stack.call("DELETE", f"/v1/people/{name}/suppression?id={name}").status == 204
    assert invited(stack, survey, {"id": name}) == [("scheduled", "eligible")]


def test_an_erasure_finds_all_that_came_with_the_address(stack: "Stack") -> None:
    survey, name = Survey(stack, rules=RULES), f"nina-{uuid4().hex[:8]}"
    email = f"{name}@example.com"
    (made,) = stack.call("POST", "/v1/people", {"people": [{"email": email}]}).body["people"]
    survey.send(2, comment="call me", email=email)
    survey.batch(
        {"score": 3, "person": made["id"], "comment": "by id"},
        {"score": 4, "person": email.title(), "comment": "by address", "responded_at": "2024-01-05"},
        {"score": 5, "person": email, "comment": "by address", "responded_at": "2024-01-06"},
    )
    settle(stack)
    assert survey.nps(window="all", basis="latest")["responses"] == 2
    person = f"/v1/people/{made['id']}"
    assert len(stack.call("GET", person + "/export").body["responses"]) == 4
    erased = stack.call("DELETE", f"{person}?id={made['id']}")
    assert (erased.status, erased.body["responses"], erased.body["also"]) == (200, 4, [])
    rows = stack.call("GET", survey.path + "/responses").body["responses"]
    assert {(row["comment"], row["person"], row["unverified_email"]) for row in rows} == {(None, None, None)}
    assert survey.nps(window="all")["responses"] == 4
