"""People on the deployed stack: kept, exported, erased, and never brought back."""

import time
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if TYPE_CHECKING:
    # The fixture's type; the module itself is loaded by pytest.
    from tests.e2e.conftest import Stack

SURVEY = "/v1/surveys/people-journey"


def test_a_person_is_kept_answers_is_erased_and_stays_so(stack: "Stack") -> None:
    person = f"/v1/people/{quote('Änn 1%2@x', safe='')}"
    said = {"email": "Ann@People-Journey.example.com", "timezone": "Europe/Berlin", "properties": {"plan": "pro"}}
    assert stack.call("PUT", person, said).status == 201
    known = stack.call("GET", person).body
    assert (known["id"], known["suppression"]) == ("Änn 1%2@x", None)
    assert stack.call("GET", person + "/invitations").body == {"invitations": []}
    assert stack.call("GET", "/v1/people/nobody/invitations").status == 404
    assert stack.call("DELETE", person + "/suppression").status == 204
    stack.call("PUT", SURVEY, {"name": "People", "segments": ["plan"]})
    answer(stack, 3, "019a9c4e-0000-7000-8000-00000000000a")
    wait_for(stack, 1)
    (exported,) = stack.call("GET", person + "/export").body["responses"]
    assert (exported["survey"], exported["comment"]) == ("people-journey", "Ann was here")

    erased = stack.call("DELETE", person)
    assert (erased.status, erased.body["responses"], erased.body["remaining"]) == (200, 1, 0)
    answer(stack, 9, "019a9c4e-0000-7000-8000-00000000000b")
    answer(stack, 3, "019a9c4e-0000-7000-8000-00000000000a")
    wait_for(stack, 2)

    listed = stack.call("GET", SURVEY + "/responses").body["responses"]
    assert {(row["score"], row["person"], row["comment"]) for row in listed} == {(3, None, None), (9, None, None)}
    assert stack.call("GET", SURVEY + "/nps?window=all&segment=plan=pro").body["responses"] == 2
    assert stack.call("GET", person).status == 404
    assert stack.call("PUT", person, said).status == 409
    assert stack.call("DELETE", person + "/suppression").status == 404
    again = stack.call("POST", "/v1/people", {"people": [{"email": "ann@people-journey.example.com"}]}).body["people"]
    assert [one["outcome"] for one in again] == ["erased"]
    assert "ann" not in kept(stack)


def answer(stack: "Stack", score: int, response: str) -> None:
    body = {"id": response, "score": score, "person": "Änn 1%2@x", "comment": "Ann was here",
            "properties": {"plan": "pro", "mail": "ann@example.com"}, "responded_at": "2025-11-20"}  # fmt: skip
    assert stack.call("POST", SURVEY + "/responses", body).status == 202


def wait_for(stack: "Stack", responses: int) -> None:
    deadline = time.monotonic() + 30
    while stack.call("GET", SURVEY + "/nps?window=all").body["responses"] != responses:
        assert time.monotonic() < deadline
        time.sleep(0.1)


def kept(stack: "Stack") -> str:
    """Everything the table still holds of this survey's answers and of suppressions, without the names of fields."""
    pages = stack.client("dynamodb").get_paginator("scan").paginate(TableName=table(stack))
    items = [item for page in pages for item in page["Items"]]
    mine = [item for item in items if item["pk"]["S"].startswith(("R#people-journey", "X#"))]
    return repr([list(item.values()) for item in mine]).lower()


def table(stack: "Stack") -> Any:
    (name,) = stack.client("dynamodb").list_tables()["TableNames"]
    return name
