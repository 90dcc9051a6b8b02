"""The intake on the deployed stack: no optional field costs a score, and what is one and the same is counted as one."""

import json
import time
import uuid
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import jwt
import pytest

from tests.bad_labels import LABELS
from tests.e2e.invitation_client import a_survey, eventually
from tests.e2e.survey_client import Survey, new_id

if TYPE_CHECKING:
    from tests.e2e.conftest import Reply, Stack


def post(stack: "Stack", survey: str, body: Any, key: bool = False, query: str = "", **headers: Any) -> "Reply":
    raw = body if isinstance(body, bytes) else None
    given = {"raw": raw} if raw else {"json": body}
    return stack.call("POST", f"/v1/surveys/{survey}/responses{query}", key=key, **given, **headers)


def responses(stack: "Stack", survey: str, number: int = 1) -> list[dict[str, Any]]:
    def look() -> list[dict[str, Any]]:
        return list(stack.call("GET", f"/v1/surveys/{survey}/responses").body["responses"])

    return eventually(look, lambda found: len(found) == number)


def nps(stack: "Stack", survey: str, segment: str = "") -> Any:
    asked = f"&segment={quote(segment)}" if segment else ""
    return stack.call("GET", f"/v1/surveys/{survey}/nps?window=all{asked}").body


def token(stack: "Stack", survey: str, person: str) -> str:
    secret = stack.call("GET", f"/v1/surveys/{survey}/identity-secret").body["secret"]
    return jwt.encode({"sub": person, "exp": int(time.time()) + 600}, secret)


@pytest.fixture(scope="module")
def survey(stack: "Stack") -> str:
    return a_survey(stack, segments=["plan"])


@pytest.mark.parametrize("label", LABELS)
def test_no_label_costs_a_score(stack: "Stack", survey: str, label: str) -> None:
    sent = new_id()
    reply = post(stack, survey, json.dumps({"id": sent, "score": 9, **LABELS[label]}).encode())
    assert (reply.status, reply.body["id"]) == (202, sent), reply.raw
    assert all(set(fault) == {"field", "reason"} for fault in reply.body["ignored"])
    if label != "text as final":  # a partial waits ten minutes
        found = eventually(
            lambda: stack.call("GET", f"/v1/surveys/{survey}/responses/{sent}"), lambda result: result.status == 200
        )
        assert found.body["score"] == 9


def test_a_name_given_twice_and_a_number_without_end_cost_no_score(stack: "Stack", survey: str) -> None:
    for body in ('{"score": 9, "channel": "a", "channel": "b"}', f'{{"score": 9, "seconds": {"9" * 5000}}}'):
        reply = post(stack, survey, body.encode())
        assert (reply.status, len(reply.body["ignored"])) == (202, 1), reply.raw


@pytest.mark.parametrize(
    "body",
    [{"score": 9.5}, {"score": "9"}, {}, {"score": 9, "id": 5}, {"score": 9, "person": "ann"}, {"score": 9, "id": ""}],
    ids=json.dumps,
)
def test_what_would_be_a_guess_is_refused_and_the_page_may_read_why(stack: "Stack", survey: str, body: Any) -> None:
    reply = post(stack, survey, body, origin="https://shop.example")
    assert (reply.status, reply.headers["access-control-allow-origin"]) == (400, "*")


def test_a_key_stays_strict_unless_it_asks_not_to_be(stack: "Stack", survey: str) -> None:
    body = {"score": 9, "seconds": 90_000, "person": "c-1"}
    assert post(stack, survey, body, key=True).status == 400
    assert post(stack, survey, body, key=True, query="?lenient=true").body["ignored"][0]["field"] == "seconds"


def test_a_name_that_is_repeated_is_one_response(stack: "Stack") -> None:
    survey = a_survey(stack)
    found = {post(stack, survey, {"id": "order-4711", "score": 9}).body["id"] for _ in range(3)}
    post(stack, survey, {"id": "order-4712", "score": 3})
    assert len(found) == 1
    assert sorted(row["score"] for row in responses(stack, survey, 2)) == [3, 9]
    assert stack.call("GET", f"/v1/surveys/{survey}/responses/{found.pop()}").body["score"] == 9


# What looks like one value, as pages and files spell it.
SPELLINGS: dict[str, list[Any]] = {
    "S\xe3o Paulo": ["S\xe3o Paulo", "Sa\u0303o Paulo", "S\xe3o\xa0Paulo", "S\xe3o  Paulo"],
    "Z\xfcrich": ["Z\xfcrich", "Z\xfcrich ", "Z\xfcrich\xa0", "\ufeffZ\xfcrich"],
    "pro": ["pro", "pro\u200b", "p\u00adro", "\u202epro\u202c", "pro\u200d"],
    "1": [1, 1.0, "1"],
    "1000": [1000, 1e3],
    "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645": ["\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"],
    "1.0": ["1.0"],
}


def test_an_id_that_the_server_made_stays(stack: "Stack") -> None:
    """Of a batch, with old times: a day and a time of the survey's zone, and one with its offset."""
    survey = Survey(stack, timezone="America/St_Johns")
    values = ("2015-08-02", "2015-08-02T10:00:00", "2015-08-02T10:00:00+05:45", None)
    sent = survey.batch(*({"score": 9} | ({"responded_at": text} if text else {}) for text in values))
    sent.append(survey.post_with_key(score=9, responded_at="2019-03-04 05:06").body["id"])
    survey.counted(len(sent))
    read = [survey.response(one) for one in sent]
    assert [(reported["id"], reported["sent_id"]) for reported in read] == [(one, None) for one in sent]
    assert [reported["day"] for reported in read[:3]] == ["2015-08-02"] * 3
    assert {reported["id"] for reported in survey.responses()} == set(sent)


def test_what_looks_the_same_is_one_value_and_found_however_it_is_spelled(stack: "Stack") -> None:
    survey = a_survey(stack, segments=[{"name": "city ", "open": True}])
    values = [value for spellings in SPELLINGS.values() for value in spellings]
    rows = [{"id": new_id(), "score": 9, "properties": {"city\u200b": value}} for value in values]
    reply = post(stack, survey, {"responses": rows[::2]}, key=True)
    assert reply.status == 202, reply.raw
    assert {post(stack, survey, row).status for row in rows[1::2]} == {202}
    eventually(lambda: nps(stack, survey)["responses"], lambda found: found == len(values))
    assert set(stack.call("GET", f"/v1/surveys/{survey}").body["values"]["city"]) == set(SPELLINGS)
    for kept, spellings in SPELLINGS.items():
        for spelled in (kept, *(each for each in spellings if isinstance(each, str))):
            assert nps(stack, survey, f"city={spelled}")["responses"] == len(spellings), spelled


def test_names_that_become_one_are_refused_with_a_key_and_the_first_counts_without(stack: "Stack", survey: str) -> None:
    body = {"id": new_id(), "score": 9, "properties": {"plan": "pro", "plan ": "free"}}
    assert post(stack, survey, body, key=True).status == 400
    assert post(stack, survey, body).body["ignored"][0]["field"] == "properties.plan "
    found = eventually(
        lambda: stack.call("GET", f"/v1/surveys/{survey}/responses/{body['id']}"), lambda result: result.status == 200
    )
    assert found.body["properties"] == {"plan": "pro"}


def test_a_persons_id_that_looks_like_another_is_refused(stack: "Stack") -> None:
    for person in (" c-1", "c-1\xa0", "jose\u0301"):
        reply = stack.call("POST", "/v1/people", {"people": [{"id": person, "email": "a@example.net"}]})
        assert (reply.status, reply.body["errors"][0]["field"]) == (400, "people[0].id")


def test_another_signed_person_takes_no_response_over(stack: "Stack") -> None:
    survey, sent = a_survey(stack), new_id()
    names = [f"{name}-{uuid.uuid4().hex[:8]}" for name in ("ann", "ben")]
    for name, score in zip(names, (2, 10), strict=True):
        assert post(stack, survey, {"id": sent, "score": score, "token": token(stack, survey, name)}).status == 202
    rows = responses(stack, survey, 2)
    assert {(row["person"], row["score"]) for row in rows} == {(names[0], 2), (names[1], 10)}
    assert nps(stack, survey)["responses"] == 2


def test_an_unsigned_response_does_not_change_a_signed_one(stack: "Stack") -> None:
    survey, sent, name = a_survey(stack), new_id(), f"ann-{uuid.uuid4().hex[:8]}"
    post(stack, survey, {"id": sent, "score": 10})
    responses(stack, survey)
    post(stack, survey, {"id": sent, "score": 2, "token": token(stack, survey, name)})
    found = eventually(lambda: responses(stack, survey)[0], lambda row: row["person"] == name)
    assert found["score"] == 2
    post(stack, survey, {"id": sent, "score": 9})
    assert (responses(stack, survey)[0]["person"], responses(stack, survey)[0]["score"]) == (name, 2)


def test_a_final_response_with_a_key_wins_over_an_earlier_public_one(stack: "Stack") -> None:
    survey, sent = a_survey(stack, segments=["plan"]), new_id()
    post(stack, survey, {"id": sent, "score": 0, "properties": {"plan": "free"}})
    responses(stack, survey)
    fields = {"id": sent, "score": 9, "properties": {"plan": "pro"}, "person": f"c-{uuid.uuid4().hex[:8]}"}
    assert post(stack, survey, fields, key=True).status == 202
    found = eventually(lambda: responses(stack, survey)[0], lambda row: row["score"] == 9)
    assert (found["person"], found["properties"]) == (fields["person"], {"plan": "pro"})
    assert nps(stack, survey, "plan=pro")["responses"] == 1
    assert nps(stack, survey, "plan=free")["responses"] == 0
    history = stack.call("GET", f"/v1/surveys/{survey}/responses/{sent}").body["history"]
    assert json.dumps(history).count("revised") == 1
