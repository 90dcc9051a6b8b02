"""Bad input on the stack: a clear reply each time, never a 5xx, and nothing that is refused is counted."""

import json
import socket
from collections.abc import Iterator
from time import sleep
from typing import Any
from urllib.parse import urlsplit

import pytest

from earshot.services.responses.submit_responses import LONGEST_AGE
from tests.e2e.bad_input import BATCHES, BODIES, CLEANED, FIELDS, KEYED_FIELDS, SCORES, UNFINISHED, body
from tests.e2e.conftest import Reply, Stack
from tests.e2e.survey_client import Survey, new_id, server_id, settle

KEYS = pytest.mark.parametrize("key", [False, True], ids=["public", "keyed"])
ONE, BATCH = 64 * 1024, 1024 * 1024


@pytest.fixture(scope="module")
def survey(stack: Stack) -> Iterator[Survey]:
    """What is thrown at it must leave it as it is: its only two responses are good ones."""
    it = Survey(stack)
    it.send(9)
    it.counted(1)
    yield it
    it.send(9)
    assert it.counted(2)["nps"] == 100


def refusal(reply: Reply, status: int, field: str | None = None) -> dict[str, Any]:
    """Check that a reply is a problem as RFC 9457 has it, naming the field and a reason; return the problem."""
    assert reply.status == status, (reply.status, reply.raw[:500])
    assert reply.headers["content-type"] == "application/problem+json"
    problem = dict(reply.body)
    assert problem["status"] == status
    assert problem["title"]
    assert problem["type"]
    assert problem["detail"]
    assert "Traceback" not in str(problem)
    assert 'File "' not in str(problem)
    if status == 400:
        assert all(fault["reason"] for fault in problem["errors"])
    if field is not None:
        assert field in [fault["field"] for fault in problem["errors"]], problem
    return problem


def throw(survey: Survey, raw: bytes, key: bool | str = False) -> Reply:
    return survey.stack.call("POST", f"{survey.path}/responses", raw=raw, key=key)


@KEYS
@pytest.mark.parametrize("case", SCORES)
def test_a_score_that_is_none_is_refused_by_name(survey: Survey, case: str, key: bool) -> None:
    refusal(throw(survey, SCORES[case], key), 400, "score")


@KEYS
@pytest.mark.parametrize("case", BODIES)
def test_a_body_that_is_no_json_object_is_refused(survey: Survey, case: str, key: bool) -> None:
    refusal(throw(survey, BODIES[case], key), 400)


def test_a_whole_number_is_one_however_json_writes_it(stack: Stack) -> None:
    own = Survey(stack)
    for written in (b'{"score": 9.0}', b'{"score": 9e0}'):
        assert throw(own, written).status == 202
    assert own.counted(2)["histogram"][9] == 2


@pytest.mark.parametrize("case", FIELDS)
def test_a_field_that_is_wrong_is_refused_by_name_with_a_key(survey: Survey, case: str) -> None:
    field, raw = FIELDS[case]
    refusal(throw(survey, raw, key=True), 400, field)


@pytest.mark.parametrize("case", [case for case in FIELDS if case not in {*CLEANED, *UNFINISHED}])
def test_a_field_that_would_be_a_guess_is_refused_by_name_without_a_key(survey: Survey, case: str) -> None:
    field, raw = FIELDS[case]
    refusal(throw(survey, raw), 400, field)


@pytest.mark.parametrize("case", CLEANED)
def test_a_field_that_is_wrong_is_cleaned_without_a_key(stack: Stack, case: str) -> None:
    survey, (ignored, kept) = Survey(stack), CLEANED[case]
    taken = [throw(survey, FIELDS[case][1]) for _ in range(2)]
    for reply in taken:
        assert reply.status == 202, reply.raw
        assert reply.body["ignored"] == [{"field": field, "reason": reason} for field, reason in ignored]
    body = survey.recorded(taken[0].body["id"])
    assert body["score"] == 9
    wanted: dict[str, Any] = {"comment": None, "properties": {}, "channel": None, **kept}
    assert {name: body[name] for name in wanted} == wanted
    # Only what comes with an id, or with a name, is the same response when it is repeated.
    one = FIELDS[case][0] == "id"
    assert len({one.body["id"] for one in taken}) == (1 if one else 2)
    assert survey.counted(1 if one else 2)["nps"] == 100


@pytest.mark.parametrize("case", UNFINISHED)
def test_a_final_that_is_none_leaves_the_response_unfinished(stack: Stack, case: str) -> None:
    survey, sent = Survey(stack), new_id()
    reply = throw(survey, body(**json.loads(FIELDS[case][1]), id=sent))
    reason = f"it must be true or false, not {UNFINISHED[case]}: it counts as false"
    assert (reply.status, reply.body) == (202, {"id": sent, "ignored": [{"field": "final", "reason": reason}]})
    assert survey.counted(0)["responses"] == 0
    survey.send(3, id=sent)
    assert survey.recorded(sent)["score"] == 3
    assert survey.counted(1)["nps"] == -100


@pytest.mark.parametrize("case", KEYED_FIELDS)
def test_a_keyed_field_that_is_wrong_is_refused_with_a_key(survey: Survey, case: str) -> None:
    field, raw = KEYED_FIELDS[case]
    refusal(throw(survey, raw, key=True), 400, field)


@pytest.mark.parametrize(
    ("field", "value"),
    [("person", "p1"), ("responded_at", "2015-08-02"), ("announce", False), ("responses", [{"score": 9}])],
)
def test_a_field_that_needs_a_key_is_refused_without_one(survey: Survey, field: str, value: Any) -> None:
    problem = refusal(throw(survey, body(**{field: value})), 400, field)
    assert "key" in problem["detail"]


@pytest.mark.parametrize("case", BATCHES)
def test_a_batch_with_a_fault_is_refused_whole_with_the_row_named(survey: Survey, case: str) -> None:
    field, raw = BATCHES[case]
    refusal(throw(survey, raw, key=True), 400, field)


@pytest.mark.parametrize(
    ("key", "named"), [(True, {"score", "id", "comment", "final", "color"}), (False, {"score", "responded_at"})]
)
def test_every_fault_is_named_at_once(survey: Survey, key: bool, named: set[str]) -> None:
    time = {} if key else {"responded_at": "2015-08-02"}
    problem = refusal(throw(survey, body(score=11, id="x", comment=5, final=0, color="red", **time), key), 400)
    assert {fault["field"] for fault in problem["errors"]} == named


def test_version_8_is_only_a_name_to_the_public(stack: Stack) -> None:
    survey, sent = Survey(stack), server_id(1_438_473_600_000)
    made = {survey.send(9, id=sent) for _ in range(2)}
    assert len(made) == 1
    assert made != {sent}
    survey.recorded(made.pop())
    assert survey.counted(1)["responses"] == 1
    refusal(survey.ask_response(sent), 404)


@KEYS
def test_a_response_over_64_kb_is_too_large(survey: Survey, key: bool) -> None:
    refusal(throw(survey, padded(b'{"score": 11}', ONE + 1), key), 413)


def test_a_response_of_64_kb_is_read(survey: Survey) -> None:
    refusal(throw(survey, padded(b'{"score": 11}', ONE)), 400, "score")


def test_a_batch_over_1_mb_is_too_large(survey: Survey) -> None:
    refusal(throw(survey, padded(b'{"responses": [{"score": 11}]}', BATCH + 1), key=True), 413)


def test_a_batch_of_1_mb_is_read(survey: Survey) -> None:
    refusal(throw(survey, padded(b'{"responses": [{"score": 11}]}', BATCH), key=True), 400, "responses[0].score")


@pytest.mark.parametrize("key", ["Bearer nonsense", "Basic bm9uc2Vuc2U6", "Unknown x"])
def test_a_batch_with_a_malformed_key_is_limited_like_a_public_one(survey: Survey, key: str) -> None:
    raw = padded(b'{"score": 9}', ONE + 1)
    reply = survey.stack.call("POST", f"{survey.path}/responses", raw=raw, key=False, authorization=key)
    assert reply.status in (401, 413)
    refusal(reply, reply.status)


def test_100_000_levels_are_refused_as_too_large_or_too_deep(survey: Survey) -> None:
    refusal(throw(survey, b"[" * 100_000, key=False), 413)
    refusal(throw(survey, b'{"responses": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", key=True), 400)
    refusal(throw(survey, b'{"a":' * 100_000 + b"1" + b"}" * 100_000, key=True), 400)


@KEYS
def test_a_survey_that_does_not_exist_takes_nothing(survey: Survey, key: bool) -> None:
    for name in ("never-was", "A-B", "x" * 3000, "%00", "a%2Fb", "%F0%9F%99%82", "..", "%ff"):
        reply = survey.stack.call("POST", f"/v1/surveys/{name}/responses", {"score": 9}, key=key)
        refusal(reply, 404)


@KEYS
def test_a_closed_survey_takes_no_response_and_counts_none(stack: Stack, key: bool) -> None:
    closed = Survey(stack)
    closed.send(9)
    closed.counted(1)
    assert closed.change(state="closed").status == 200
    if not key:
        # What was read of it without a key is good for five seconds.
        sleep(LONGEST_AGE / 1000)
    refusal(throw(closed, body(), key), 409)
    assert closed.counted(1)["responses"] == 1


@pytest.mark.parametrize(
    "sent",
    [
        "Content-Length: 5\r\n\r\n\xff\xfe\x00\x01\x02",
        "Transfer-Encoding: chunked\r\n\r\n3\r\n\xff\xff\xff\r\n0\r\n\r\n",
    ],
)
def test_bytes_that_are_no_text_are_refused_on_a_bare_socket(survey: Survey, sent: str) -> None:
    address = urlsplit(survey.stack.url)
    with socket.create_connection((address.hostname, address.port or 80), timeout=20) as line:
        head = f"POST {survey.path}/responses HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        line.sendall((head + sent).encode("latin-1"))
        reply = b"".join(iter(lambda: line.recv(65536), b""))
    assert reply.startswith(b"HTTP/1.1 400")
    assert b"application/problem+json" in reply


@pytest.mark.parametrize("field", ["score", "comment"])
@pytest.mark.parametrize("value", ["\ud800", 11, True, {}, "x" * 10_001])
def test_a_correction_that_is_wrong_changes_nothing(stack: Stack, field: str, value: Any) -> None:
    survey = Survey(stack)
    sent = survey.send(3, comment="as it was")
    before = survey.recorded(sent)
    if (field, value) == ("score", "x" * 10_001):
        value = 3.5
    refusal(survey.correct(sent, **{field: value}), 400, field)
    assert survey.response(sent) == before


def test_a_correction_of_nothing_or_of_other_fields_is_refused(stack: Stack) -> None:
    survey = Survey(stack)
    sent = survey.send(3)
    survey.recorded(sent)
    refusal(survey.correct(sent), 400)
    refusal(survey.correct(sent, score=4, person="p1"), 400, "person")
    assert survey.response(sent)["revision"] == 1


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
@pytest.mark.parametrize("name", ["no-uuid", "%00", "019a9c4e-0000-7000-8000-00000000000g", "x" * 3000])
def test_a_response_that_cannot_be_is_not_found(survey: Survey, method: str, name: str) -> None:
    sent = {"score": 1} if method == "PATCH" else None
    refusal(survey.stack.call(method, f"{survey.path}/responses/{name}", sent), 404)


def test_a_response_that_never_was_is_not_found(survey: Survey) -> None:
    refusal(survey.ask_response(new_id()), 404)
    refusal(survey.correct(new_id(), score=1), 404)
    settle(survey.stack)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""), ("name", 5), ("name", "\ud800"), ("name", "x" * 201), ("timezone", "Mars/Olympus"),
        ("timezone", 1), ("timezone", "../etc/passwd"), ("segments", "airline"),
        ("segments", ["a", "a"]), ("segments", ["a=b"]),
        ("segments", ["x" * 65]), ("segments", [f"s{n}" for n in range(11)]), ("segments", ["\ud800"]),
        ("segments", [""]), ("state", "ajar"), ("kind", "other"), ("question", ""), ("id", "another"),
        ("color", "red"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_a_setting_that_is_wrong_is_refused_by_name(survey: Survey, method: str, field: str, value: Any) -> None:
    refusal(survey.change(method, **{"name": "A name", field: value}), 400, field)


def test_a_survey_without_a_name_or_with_an_impossible_id_is_not_made(stack: Stack) -> None:
    refusal(stack.call("PUT", "/v1/surveys/new-one", {}), 400, "name")
    for name in ("-a", "A", "a_b", "x" * 64, "%C3%A9"):
        refusal(stack.call("PUT", f"/v1/surveys/{name}", {"name": "No"}), 400, "id")
    refusal(stack.call("GET", "/v1/surveys/new-one"), 404)


def padded(raw: bytes, size: int) -> bytes:
    """The same JSON, as long as wanted."""
    assert json.loads(raw)
    return raw + b" " * (size - len(raw))
