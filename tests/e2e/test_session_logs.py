"""The last test of a session: no personal data that any test sent stands in what the functions logged."""

import json

import pytest

from tests.e2e.conftest import SENT_TEXTS, Stack
from tests.e2e.log_privacy import SentTexts, function_lines, leaks

LOG = """2026-11-25 18:54:29 INFO [lambda] Lambda earshot-SubmitResponseFunction-1 output:
{"level":"INFO","message":"answered","status":202}
Traceback (most recent call last):
ValueError: Ann's own words
2026-11-25 18:54:30 INFO [ses] Email sent to ann@example.net
[2026-11-25 18:54:30 +0000] [874] [INFO] GET /v1/people/ann@example.net
2026-11-25 18:54:31 INFO [lambda] ESM: Lambda earshot-SyncCrmFunction-2 output:
{"level":"INFO","message":"delivered"}
"""


def test_the_search_finds_what_a_function_wrote_and_leaves_the_engine_alone() -> None:
    assert [function for function, _ in function_lines(LOG)] == ["earshot-SubmitResponseFunction-1"] * 3 + [
        "earshot-SyncCrmFunction-2"
    ]
    (leak,) = leaks(["Ann's own words", "ann@example.net"], LOG)
    assert leak == "\"Ann's own words\" in earshot-SubmitResponseFunction-1: ValueError: Ann's own words"


@pytest.mark.parametrize(
    ("body", "heard"),
    [
        ({"score": 3, "comment": "far too long"}, {"far too long"}),
        ({"score": 3, "properties": {"plan": "Enterprise X", "seats": 3}}, {"Enterprise X"}),
        ({"email": "ann@example.net", "name": "Ann Onymous"}, {"ann@example.net", "Ann Onymous"}),
        ({"people": [{"email": "ann@example.net", "account": "Acme & Sons"}]}, {"ann@example.net", "Acme & Sons"}),
        ({"name": "A survey's name is no secret"}, set()),
        ({"responses": [{"person": "customer-4711"}]}, {"customer-4711"}),
    ],
)
def test_what_is_searched_for_is_what_was_sent(body: object, heard: set[str]) -> None:
    sent = SentTexts()
    sent.note(json.dumps(body).encode())
    assert sent.words == heard


def test_the_id_of_a_member_may_stand_in_an_audit_log_also_if_a_property_repeats_it() -> None:
    sent = SentTexts()
    sent.note_path("/v1/team/ann-lead")
    sent.note(json.dumps({"properties": {"manager": "ann-lead", "plan": "Enterprise X"}}).encode())
    assert sent.words == {"Enterprise X"}


def test_form_fields_are_searched_for_too() -> None:
    sent = SentTexts()
    sent.note(b"score=6&comment=a+secret+comment")
    assert sent.words == {"a secret comment"}


def test_no_personal_data_of_this_session_stands_in_a_log(stack: Stack) -> None:
    log = (stack.local_dir / "engine.log").read_text(errors="replace")

    assert list(function_lines(log))
    assert leaks(sorted(SENT_TEXTS.words), log) == []
