"""The intake on the deployed stack: no optional field costs a score, and what is one and the same is counted as one."""

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.asking import new_id
from tests.e2e.inviting import a_survey, eventually

if TYPE_CHECKING:
    from tests.e2e.conftest import Answer, Stack


def post(stack: "Stack", survey: str, body: Any, key: bool = False, query: str = "", **headers: Any) -> "Answer":
    raw = body if isinstance(body, bytes) else None
    given = {"raw": raw} if raw else {"json": body}
    return stack.call("POST", f"/v1/surveys/{survey}/responses{query}", key=key, **given, **headers)


@pytest.fixture(scope="module")
def survey(stack: "Stack") -> str:
    return a_survey(stack, segments=["plan"])


LABELS: dict[str, dict[str, Any]] = {
    # A page that stays open overnight, and what pages say of their users.
    "open overnight": {"seconds": 90_000},
    "nested property": {"properties": {"plan": {"tier": "pro"}}},
    "list as property": {"properties": {"tags": ["a"]}},
    "null properties": {"properties": None},
    "long value": {"properties": {"ref": "x" * 300}},
    "25 properties": {"properties": {f"p{number}": "x" for number in range(25)}},
    "number as address": {"email": 42},
    "false as token": {"token": False},
    # Others of the same kind.
    "clock set back": {"seconds": -30},
    "half a character": {"comment": "so good \ud83d"},
    "a long comment": {"comment": "c" * 10_001},
    "number as comment": {"comment": 10},
    "a field of another tool": {"surveyResponseId": "42"},
    "name of a property too long": {"properties": {"n" * 65: "x"}},
    "text as final": {"final": "true"},
    "long channel": {"channel": "x" * 65},
}


@pytest.mark.parametrize("label", LABELS)
def test_no_label_costs_a_score(stack: "Stack", survey: str, label: str) -> None:
    sent = new_id()
    answer = post(stack, survey, json.dumps({"id": sent, "score": 9, **LABELS[label]}).encode())
    assert (answer.status, answer.body["id"]) == (202, sent), answer.raw
    assert all(set(fault) == {"field", "reason"} for fault in answer.body["ignored"])
    if label != "text as final":  # a partial waits ten minutes
        found = eventually(
            lambda: stack.call("GET", f"/v1/surveys/{survey}/responses/{sent}"), lambda said: said.status == 200
        )
        assert found.body["score"] == 9


def test_a_name_given_twice_and_a_number_without_end_cost_no_score(stack: "Stack", survey: str) -> None:
    for body in ('{"score": 9, "channel": "a", "channel": "b"}', f'{{"score": 9, "seconds": {"9" * 5000}}}'):
        answer = post(stack, survey, body.encode())
        assert (answer.status, len(answer.body["ignored"])) == (202, 1), answer.raw


@pytest.mark.parametrize(
    "body",
    [{"score": 9.5}, {"score": "9"}, {}, {"score": 9, "id": 5}, {"score": 9, "person": "ann"}, {"score": 9, "id": ""}],
    ids=json.dumps,
)
def test_what_would_be_a_guess_is_refused_and_the_page_may_read_why(stack: "Stack", survey: str, body: Any) -> None:
    answer = post(stack, survey, body, origin="https://shop.example")
    assert (answer.status, answer.headers["access-control-allow-origin"]) == (400, "*")


def test_a_key_stays_strict_unless_it_asks_not_to_be(stack: "Stack", survey: str) -> None:
    body = {"score": 9, "seconds": 90_000, "person": "c-1"}
    assert post(stack, survey, body, key=True).status == 400
    assert post(stack, survey, body, key=True, query="?lenient=true").body["ignored"][0]["field"] == "seconds"
