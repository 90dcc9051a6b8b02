"""A field takes what its schema allows: a value that one takes and the other refuses is a fault of ours."""

from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from earshot.api import (
    api_keys,
    campaigns,
    fields,
    invitation_rules,
    people,
    properties,
    queries,
    response_fields,
    segment_values,
)
from earshot.api import survey_settings as surveys
from earshot.api.schema import (
    BOOLEAN,
    Context,
    Field,
    Integer,
    Line,
    Name,
    Nullable,
    NullOrEmpty,
    OneOf,
    Text,
)
from tests.unit.api.odd_values import LIKELY, ODD, allows, takes, values

NOON = Context(now=1_795_294_800_000)

# Every field that a schema describes whole, and those of which it describes only what a schema can.
WHOLE: dict[str, Field] = {
    "text": Text(20),
    "text that is not blank": Text(20, blank=False),
    "line": Line(20),
    "boolean": BOOLEAN,
    "word": OneOf("open", "closed"),
    "nullable": Nullable(OneOf("open")),
    "text or none": NullOrEmpty(Text(20, blank=False)),
    "score": response_fields.SCORE,
    "id of a response": response_fields.RESPONSE_ID,
    "whole number": Integer(1, 60),
    "share": invitation_rules.SHARE,
    "color": invitation_rules.BRAND_COLOR,
    "logo": invitation_rules.LOGO_ADDRESS,
    "survey": surveys.SURVEY_ID,
    "scopes": api_keys.SCOPE_LIST,
    "locale": people.LOCALE,
}
IN_PART: dict[str, Field] = {
    "properties": properties.PROPERTIES,
    "properties or null": properties.PROPERTIES_OR_NULL,
    "name": Name(20),
    "account": people.ACCOUNT,
    "person": fields.PERSON_ID,
    "person or nobody": fields.PERSON_OR_NONE,
    "own id": fields.OWN_ID,
    "own id or null": Nullable(fields.OWN_ID),
    "email": fields.EMAIL,
    "time zone": surveys.ZONE,
    "segments": segment_values.SEGMENT_LIST,
    "values": segment_values.VALUES,
    "merged values": segment_values.MERGES,
    "hours": invitation_rules.SENDING_HOURS,
    "reminders": invitation_rules.REMINDERS,
    "time of a response": response_fields.RESPONSE_TIME,
    "time to come": Nullable(api_keys.LATER_TIME),
    "segment of a campaign": campaigns.SEGMENT,
}
# Query parameters are texts, whatever they mean.
IN_A_QUERY: dict[str, Field] = {
    "segment": queries.SEGMENT_VALUE,
    "window": queries.WINDOW_LENGTH,
}


@pytest.mark.parametrize("name", WHOLE)
@settings(max_examples=100, deadline=None)
@given(value=values)
@example(value="2015-08-02")
@example(value="0\n")
def test_a_check_takes_what_its_schema_allows_and_nothing_else(name: str, value: Any) -> None:
    assert takes(WHOLE[name], value) is allows(WHOLE[name], value), repr(value)


@pytest.mark.parametrize("name", IN_PART)
@settings(max_examples=100, deadline=None)
@given(value=values)
def test_a_schema_allows_all_that_its_check_takes(name: str, value: Any) -> None:
    assert allows(IN_PART[name], value) or not takes(IN_PART[name], value, NOON), repr(value)


@pytest.mark.parametrize("name", IN_A_QUERY)
@settings(max_examples=100, deadline=None)
@given(
    value=st.one_of(
        st.sampled_from([*ODD, *LIKELY]), st.text(max_size=400).filter(lambda text: max(text, default="") < "\ud800")
    )
)
def test_a_parameter_is_taken_exactly_if_its_schema_allows_it(name: str, value: str) -> None:
    assert takes(IN_A_QUERY[name], value) is allows(IN_A_QUERY[name], value), repr(value)
