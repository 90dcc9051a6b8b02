"""What a check says of itself is what it does: a value that one takes and the other refuses is a fault of ours."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from earshot.api import (
    answers,
    asking,
    campaigns,
    fields,
    people,
    properties,
    queries,
    score_queries,
)
from earshot.api import (
    settings as surveys,
)
from earshot_cli.describing.checks import DescriptionError, schema_of

ODD = [
    "",
    " ",
    "\n",
    ".",
    "..",
    "/",
    "\x00",
    "\x1f",
    "\x85",
    "a\u2028",
    "\ufffe",
    "\uffff",
    "ß",
    "😀",
    "a" * 63,
    "a" * 64,
    "-a",
    "A",
]
NUMBERS = [0, -1, 1, 10, 11, 24, 60, 61, 365, 366, 1_000_000, 1_000_001, 10**250, 10**251, 0.5, 1.5, 1e300, -1e300]
LIKELY = [
    *(
        "plan=pro",
        "=",
        "a=",
        "=b",
        "a=b=c",
        "demo",
        "day",
        "30d",
        "0d",
        "3650d",
        "3651d",
        "all",
        "month",
        "1999d",
        "04d",
    ),
    *("#1d4ed8", "#1D4ED8", "#1d4ed", "https://a.example/logo.png", "http://a.example/", "https://a.example"),
    *("de", "pt-BR", "pt_BR", "zh-Hant-TW", "de-", "d", "open", "closed", "true", "keys", "7", "007", "500", "501"),
    *(
        "019e6f1c-2a00-7c3f-9d1e-5b7a0c4d8e21",
        "019E6F1C-2A00-7C3F-9D1E-5B7A0C4D8E21",
        "019e6f1c-2a00-0c3f-9d1e-5b7a0c4d8e21",
    ),
]
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([*ODD, *NUMBERS, *LIKELY]),
    st.text(max_size=300).filter(lambda text: not any("\ud800" <= letter <= "\udfff" for letter in text)),
)
values = st.one_of(
    scalars,
    st.lists(scalars, max_size=12),
    st.lists(st.integers(0, 70), max_size=4),
    st.dictionaries(st.one_of(st.sampled_from([*ODD, "plan"]), st.text(max_size=70)), scalars, max_size=22),
)
# Every check that a schema tells whole, and those of which it tells only what a schema can (they may refuse more).
WHOLE: dict[str, Callable[[Any], Any]] = {
    "text": fields.text(20),
    "text that is not blank": fields.text(20, empty=False),
    "line": fields.line(20),
    "boolean": fields.boolean,
    "word": fields.one_of("open", "closed"),
    "optional": fields.optional(fields.one_of("open")),
    "text or none": fields.or_none(fields.text(20, empty=False)),
    "score": answers.score,
    "id of a response": answers._id(keyed=True),
    "properties": properties.properties,
    "properties or none": properties.properties_or_none,
    "whole number": asking.whole(1, 60),
    "share": asking.share,
    "colour": asking._colour,
    "logo": asking._logo,
    "survey": surveys.survey_name,
    "scopes": surveys._scopes,
    "locale": people.locale,
}
IN_PART: dict[str, Callable[[Any], Any]] = {
    "person": fields.person_name,
    "person or nobody": fields.person_or_nobody,
    "email": people.email,
    "time zone": surveys.zone,
    "segments": surveys._segments,
    "hours": asking._hours,
    "reminders": asking._reminders,
    "time of an answer": answers._time(1_795_294_800_000),
    "segment of a campaign": campaigns._segment,
}
# Query parameters are texts, whatever they mean.
IN_A_QUERY: dict[str, Callable[[Any], Any]] = {
    "segment": queries.read_segment,
    "window": score_queries.window_length,
}


def takes(check: Callable[[Any], Any], value: Any) -> bool:
    try:
        check(value)
    except ValueError:
        return False
    return True


def allows(check: Callable[[Any], Any], value: Any) -> bool:
    # As it would come over the wire.
    return Draft202012Validator(schema_of(check)).is_valid(json.loads(json.dumps(value)))


@pytest.mark.parametrize("name", WHOLE)
@settings(max_examples=100, deadline=None)
@given(value=values)
@example(value="2015-08-02")
def test_a_check_takes_what_its_schema_allows_and_nothing_else(name: str, value: Any) -> None:
    assert takes(WHOLE[name], value) is allows(WHOLE[name], value), repr(value)


@pytest.mark.parametrize("name", IN_PART)
@settings(max_examples=100, deadline=None)
@given(value=values)
def test_a_schema_allows_all_that_its_check_takes(name: str, value: Any) -> None:
    assert allows(IN_PART[name], value) or not takes(IN_PART[name], value), repr(value)


@pytest.mark.parametrize("name", IN_A_QUERY)
@settings(max_examples=100, deadline=None)
@given(
    value=st.one_of(
        st.sampled_from([*ODD, *LIKELY]), st.text(max_size=400).filter(lambda text: max(text, default="") < "\ud800")
    )
)
def test_a_parameter_is_taken_exactly_if_its_schema_allows_it(name: str, value: str) -> None:
    assert takes(IN_A_QUERY[name], value) is allows(IN_A_QUERY[name], value), repr(value)


def test_a_check_that_says_nothing_is_named_with_what_to_do() -> None:
    def target(value: Any) -> Any:
        return value

    with pytest.raises(DescriptionError, match=r"target.*does not say what it lets through: put @describes"):
        schema_of(target)
