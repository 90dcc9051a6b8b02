"""What is optional never costs the score, and is named without its value."""

import json
import unicodedata
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earshot.adapters.sqs_submissions import pack, unpack
from earshot.api.request_body import lenient_object
from earshot.api.responses import Arrival, read_batch, read_response, without_person
from earshot.api.schema import MOST_IGNORED, Cleaning
from earshot.domain import ids
from earshot.domain.errors import InvalidError
from earshot.domain.statement import StatementKind
from earshot.domain.submission import Submission
from tests.factories import NOON, uuid7

TIMELESS = "1b4e28ba-2fa1-41d2-883f-0016d3cca427"
MADE = ids.mint(NOON, b"made")


def read(body: Any, *, keyed: bool = False, segments: tuple[str, ...] = ()) -> tuple[Submission, str, dict[str, str]]:
    """Read a body as the public endpoint does; what was left out comes by field."""
    cleaning = Cleaning("demo", segments)
    arrival = Arrival("demo", NOON, keyed, "", lambda _: MADE, cleaning=cleaning)
    raw = body if isinstance(body, str) else json.dumps(body)
    taken = read_response(lenient_object(raw.encode()), arrival)
    submission = without_person(taken, "it is not signed", arrival) if taken.token else taken.submission
    # What the intake takes is never refused by the recorder.
    (again,) = unpack(next(pack([submission])))
    assert again == submission
    return submission, taken.sent, {fault["field"]: fault["reason"] for fault in cleaning.shown()}


@pytest.mark.parametrize(
    ("extra", "kept", "ignored"),
    [
        ({"seconds": 90_000}, {"seconds": None}, ["seconds"]),
        ({"seconds": -1}, {"seconds": None}, ["seconds"]),
        ({"seconds": "6"}, {"seconds": None}, ["seconds"]),
        ({"seconds": True}, {"seconds": None}, ["seconds"]),
        ({"seconds": 86_400}, {"seconds": 86_400.0}, []),
        ({"properties": {"plan": {"tier": "pro"}}}, {"properties": {}}, ["properties.plan"]),
        ({"properties": {"tags": ["a"], "plan": "pro"}}, {"properties": {"plan": "pro"}}, ["properties.tags"]),
        ({"properties": None}, {"properties": {}}, []),
        ({"properties": ["a"]}, {"properties": {}}, ["properties"]),
        ({"properties": {"ref": "x" * 300}}, {"properties": {"ref": "x" * 256}}, ["properties.ref"]),
        ({"properties": {"n" * 65: "x"}}, {"properties": {}}, ["properties." + "n" * 65]),
        ({"properties": {"": "x"}}, {"properties": {}}, ["properties."]),
        ({"properties": {"a=b": "x"}}, {"properties": {}}, ["properties.a=b"]),
        ({"properties": {"plan": "a", "plan ": "b"}}, {"properties": {"plan": "a"}}, ["properties.plan "]),
        ({"properties": {"n": 1.0, "m": 1e3, "b": False}}, {"properties": {"n": "1", "m": "1000", "b": "false"}}, []),
        ({"properties": {"n": 10**251}}, {"properties": {}}, ["properties.n"]),
        ({"properties": {"n": "a\ud800b"}}, {"properties": {"n": "ab"}}, ["properties.n"]),
        ({"email": 42}, {"unverified_email": None}, ["email"]),
        ({"email": "nobody"}, {"unverified_email": None}, ["email"]),
        ({"email": "a@b@example.com"}, {"unverified_email": None}, ["email"]),
        ({"email": "x" * 250 + "@example.com"}, {"unverified_email": None}, ["email"]),
        ({"email": " ann@example.com "}, {"unverified_email": "ann@example.com"}, []),
        ({"email": None}, {"unverified_email": None}, []),
        ({"token": False}, {"person": None}, ["token"]),
        ({"token": "t" * 4097}, {"person": None}, ["token"]),
        ({"token": "eyJ.e30.c2ln"}, {"person": None}, ["token"]),
        ({"comment": 42}, {"comment": "42"}, ["comment"]),
        ({"comment": 1.0}, {"comment": "1"}, ["comment"]),
        ({"comment": ["a"]}, {"comment": None}, ["comment"]),
        ({"comment": True}, {"comment": None}, ["comment"]),
        ({"comment": "c" * 10_001}, {"comment": "c" * 10_000}, ["comment"]),
        ({"comment": "half \ud83d of it"}, {"comment": "half  of it"}, ["comment"]),
        ({"comment": " Cafe\u0301 \n"}, {"comment": "Caf\xe9"}, []),
        ({"comment": ""}, {"comment": None}, []),
        ({"contact_requested": True}, {"contact_requested": True}, []),
        ({"contact_requested": False}, {"contact_requested": False}, []),
        ({"contact_requested": None}, {"contact_requested": False}, []),
        ({"contact_requested": "true"}, {"contact_requested": False}, ["contact_requested"]),
        ({"contact_requested": 1}, {"contact_requested": False}, ["contact_requested"]),
        ({"channel": "x" * 65}, {"channel": "x" * 64}, ["channel"]),
        ({"channel": 5}, {"channel": None}, ["channel"]),
        ({"mood": 1}, {}, ["mood"]),
        ({"final": "no"}, {"kind": StatementKind.PARTIAL}, ["final"]),
        ({"final": None}, {"kind": StatementKind.PARTIAL}, ["final"]),
        ({"final": 1}, {"kind": StatementKind.PARTIAL}, ["final"]),
        ({"final": False}, {"kind": StatementKind.PARTIAL}, []),
        ({"final": True}, {"kind": StatementKind.FINAL}, []),
    ],
)
def test_what_is_optional_never_costs_the_score(
    extra: dict[str, Any], kept: dict[str, Any], ignored: list[str]
) -> None:
    submission, _, left_out = read({"score": 9, **extra})
    assert submission.statement.score == 9
    assert {name: getattr(submission.statement, name) for name in kept} == kept
    assert list(left_out) == ignored
    assert submission.statement.cleaned is bool(ignored)


def test_of_many_properties_the_tracked_ones_come_first_then_those_sent_first() -> None:
    sent = {f"p{number}": "x" for number in range(30)} | {"plan": "pro"}
    submission, _, left_out = read({"score": 9, "properties": sent}, segments=("plan", "city"))
    assert list(submission.statement.properties) == ["plan", *(f"p{number}" for number in range(19))]
    assert list(left_out) == [f"properties.p{number}" for number in range(19, 30)]


def test_at_most_twenty_are_named_and_never_a_value() -> None:
    _, _, left_out = read({"score": 9, **{f"secret{number}": "my-password" for number in range(30)}})
    assert len(left_out) == MOST_IGNORED
    assert "my-password" not in json.dumps(left_out)


@pytest.mark.parametrize("score", [None, "9", 9.5, 11, -1, True, [9], {}])
def test_a_score_that_is_none_is_refused(score: Any) -> None:
    with pytest.raises(InvalidError, match="score"):
        read({"score": score})


def test_a_score_beyond_all_numbers_is_refused() -> None:
    with pytest.raises(InvalidError, match="score"):
        read('{"score": 1e400}')


@pytest.mark.parametrize("field", ["person", "responded_at", "announce", "responses"])
def test_what_needs_a_key_is_refused(field: str) -> None:
    with pytest.raises(InvalidError, match="needs an API key"):
        read({"score": 9, field: None})


@pytest.mark.parametrize("body", ['{"score": 9, "score": 3}', '{"id": "a", "score": 9, "id": "b"}'])
def test_a_score_or_an_id_that_is_given_twice_is_refused(body: str) -> None:
    with pytest.raises(InvalidError, match="given twice"):
        read(body)


@pytest.mark.parametrize("first", ["true", "false"])
def test_a_response_with_two_values_of_final_is_not_final_and_gets_a_warning(first: str) -> None:
    submission, _, left_out = read(f'{{"score": 9, "final": {first}, "final": true}}')
    assert submission.statement.kind is StatementKind.PARTIAL
    assert left_out == {"final": "it is given twice: it counts as false"}


def test_what_else_is_given_twice_counts_once() -> None:
    body = (
        '{"score": 9, "channel": "a", "channel": "b", "properties": {"p": "1", "p": "2"}, "comment": "c", "comment": 5}'
    )
    submission, _, left_out = read(body)
    statement = submission.statement
    assert (statement.channel, statement.properties, statement.comment) == ("a", {"p": "1"}, "c")
    assert list(left_out) == ["channel", "comment", "properties.p"]


def test_whether_it_is_final_is_not_known_where_it_is_given_twice() -> None:
    assert read('{"score": 9, "final": true, "final": true}')[0].statement.kind is StatementKind.PARTIAL


def test_a_number_of_any_length_costs_no_score() -> None:
    submission, _, left_out = read(
        '{"score": 9, "properties": {"n": ' + "9" * 5000 + '}, "seconds": ' + "9" * 5000 + "}"
    )
    assert (submission.statement.properties, list(left_out)) == ({}, ["properties.n", "seconds"])


@pytest.mark.parametrize("sent", [uuid7(), uuid7().upper(), str(uuid4())])
def test_a_uuid_of_version_4_or_7_is_an_id(sent: str) -> None:
    submission, warnings, left_out = read({"score": 9, "id": sent})
    assert (submission.id, warnings, left_out) == (sent.lower(), sent, {})


@pytest.mark.parametrize("form", ["{{{}}}", "urn:uuid:{}", "{{{}", "{}}}"])
def test_an_id_in_another_spelling_is_the_same_id_and_returned_as_it_was_sent(form: str) -> None:
    for sent in (form.format(uuid7()), form.format(uuid7().replace("-", "")).upper()):
        submission, warnings, left_out = read({"score": 9, "id": sent})
        assert (submission.id, warnings, left_out) == (uuid7(), sent, {})


@pytest.mark.parametrize(
    "name",
    ["order-4711", "x", "n" * 200, "\u6ce8\u6587", MADE, "6ba7b810-9dad-11d1-80b4-00c04fd430c8", "(" + uuid7() + ")"],
)
def test_any_other_text_is_a_name_and_its_repeat_the_same_response(name: str) -> None:
    first, warnings, left_out = read({"score": 9, "id": name})
    again, _, _ = read({"score": 3, "id": name})
    assert first.id == again.id == warnings == ids.named("demo", name)
    assert ids.milliseconds(first.id) is None
    assert left_out == {}


@pytest.mark.parametrize("sent", ["", "n" * 201, 5, True, ["a"], {"a": 1}, "a\ud800"])
def test_an_id_that_is_none_is_refused_and_makes_no_new_response(sent: Any) -> None:
    with pytest.raises(InvalidError, match="neither a UUID nor a name"):
        read({"score": 9, "id": sent})


def test_a_name_is_another_response_in_another_survey() -> None:
    assert ids.named("demo", "order-1") != ids.named("other", "order-1")
    assert ids.named("demo", f"{TIMELESS}/ann") != ids.of_person("demo", TIMELESS, "ann")


def test_with_a_key_the_fields_of_a_key_are_still_checked() -> None:
    submission, warnings, left_out = read({"score": 9, "id": MADE, "person": "ann", "seconds": -1}, keyed=True)
    assert (submission.statement.person, warnings, list(left_out)) == ("ann", MADE, ["seconds"])
    with pytest.raises(InvalidError, match="responded_at"):
        read({"score": 9, "responded_at": "tomorrow"}, keyed=True)


def test_of_thousands_of_properties_the_first_and_the_tracked_ones_are_looked_at() -> None:
    many = {f"p{number}": {} if number < 95 else "v" for number in range(5_000)} | {"plan": "pro"}
    submission, _, left_out = read({"score": 9, "properties": many}, segments=("plan",))
    assert submission.statement.properties == {"plan": "pro"} | {f"p{number}": "v" for number in range(95, 100)}
    assert left_out["properties"] == "only the first 100 and the tracked ones are read"


def test_a_value_whose_first_characters_show_nothing_is_none() -> None:
    sent = {"kept": "\u200b" * 300 + "pro", "lost": "\u200b" * 320 + "pro"}
    submission, _, _ = read({"score": 9, "properties": sent})
    assert submission.statement.properties == {"kept": "pro"}


def test_what_is_cut_because_of_how_it_is_written_is_named() -> None:
    sent = {"score": 9, "comment": "\u0958" * 10_000, "properties": {"plan": "a\u0301" * 256}}
    submission, _, left_out = read(sent)
    assert len(submission.statement.comment or "") == 10_000
    assert left_out == {
        "comment": "it was cut at 10000 characters",
        "properties.plan": "only its first 320 characters are read",
    }


def test_a_comment_with_more_accents_on_a_character_than_any_script_has_stays_as_it_is() -> None:
    few, many = "e" + "\u0301\u0316" * 15, "e" + "\u0301\u0316" * 16
    assert read({"score": 9, "comment": few})[0].statement.comment == unicodedata.normalize("NFC", few)
    assert read({"score": 9, "comment": many})[0].statement.comment == many


def test_each_row_of_a_batch_is_cleaned() -> None:
    cleaning = Cleaning("demo", ())
    arrival = Arrival("demo", NOON, True, "", lambda _: MADE, cleaning=cleaning)
    rows = [{"score": 9}, {"score": 3, "comment": ["a"]}]
    taken = read_batch(lenient_object(json.dumps({"responses": rows}).encode()), arrival)
    assert [row.submission.statement.score for row in taken] == [9, 3]
    assert [fault["field"] for fault in cleaning.shown()] == ["responses[1].comment"]


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
OPTIONAL = ("final", "comment", "properties", "channel", "email", "token", "seconds", "mood")


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from(OPTIONAL), values), st.dictionaries(st.text(), values, max_size=25))
def test_whatever_else_is_sent_the_score_counts_and_a_repeat_gets_the_same_reply(extra: Any, properties: Any) -> None:
    body = {"score": 7, "id": uuid7(), "properties": properties, **extra}
    first, second = read(body), read(body)
    assert first == second
    assert first[0].statement.score == 7
    assert first[0].normalised() == first[0]
