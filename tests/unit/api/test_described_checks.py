"""What a check says of itself is what it does: a value that one takes and the other refuses is a fault of ours."""

from collections.abc import Callable
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
    responses,
    segment_values,
)
from earshot.api import survey_settings as surveys
from earshot_cli.describing.checks import DescriptionError, schema_of
from tests.unit.api.odd_values import LIKELY, ODD, allows, takes, values

# Every check that a schema tells whole, and those of which it tells only what a schema can (they may refuse more).
WHOLE: dict[str, Callable[[Any], Any]] = {
    "text": fields.text(20),
    "text that is not blank": fields.text(20, empty=False),
    "line": fields.line(20),
    "boolean": fields.boolean,
    "word": fields.one_of("open", "closed"),
    "optional": fields.optional(fields.one_of("open")),
    "text or none": fields.or_none(fields.text(20, empty=False)),
    "score": responses.score,
    "id of a response": responses._id(keyed=True),
    "whole number": invitation_rules.whole(1, 60),
    "share": invitation_rules.share,
    "colour": invitation_rules._colour,
    "logo": invitation_rules._logo,
    "survey": surveys.survey_name,
    "scopes": api_keys._scopes,
    "locale": people.locale,
}
IN_PART: dict[str, Callable[[Any], Any]] = {
    "properties": properties.properties,
    "properties or none": properties.properties_or_none,
    "name": fields.name_of(20),
    "account": people._account,
    "person": fields.person_name,
    "person or nobody": fields.person_or_nobody,
    "own id": fields.own_id,
    "own id or none": fields.optional(fields.own_id),
    "email": people.email,
    "time zone": surveys.zone,
    "segments": segment_values.segments,
    "values": segment_values.value_names,
    "merged values": segment_values._pairs,
    "hours": invitation_rules._hours,
    "reminders": invitation_rules._reminders,
    "time of an answer": responses._time(1_795_294_800_000),
    "time to come": api_keys._after(1_795_294_800_000),
    "segment of a campaign": campaigns._segment,
}
# Query parameters are texts, whatever they mean.
IN_A_QUERY: dict[str, Callable[[Any], Any]] = {
    "segment": queries.read_segment,
    "window": queries.window_length,
}


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
