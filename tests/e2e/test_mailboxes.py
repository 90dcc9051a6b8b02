"""One mailbox on the deployed stack: asked once, whatever its owner is called."""

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from tests.e2e.asking import Survey

if TYPE_CHECKING:
    from tests.e2e.conftest import Stack

RULES = {"quiet_days": 30, "sending_hours": [0, 24], "reminders": []}


def invited(stack: "Stack", survey: Survey, *people: dict[str, Any]) -> list[tuple[str, str]]:
    """Invite people in one call; give outcome and reason of each."""
    body = {"invitations": [{"person": person} for person in people]}
    answer = stack.call("POST", survey.path + "/invitations", body)
    assert answer.status == 202, answer.body
    return [(each["outcome"], each["reason"]) for each in answer.body["invitations"]]


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
    asked = [stack.call("GET", f"/v1/people/{person['id']}").body["last_asked"] for person in people]
    assert asked[0] == asked[1] is not None


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
    assert stack.call("DELETE", f"/v1/people/{name}-1").status == 200
    assert invited(stack, survey, {"id": f"{name}-2"}) == [("declined", "suppressed")]
    assert stack.call("GET", f"/v1/people/{name}-2").status == 200
