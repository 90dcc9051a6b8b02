"""The values of a segment over HTTP: the owner's list, decisions, and views."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from earshot.api.schema import (
    BOOLEAN,
    NO_SUCH_PARAMETER,
    SHOWS,
    Field,
    Found,
    ListOf,
    Name,
    NoOthers,
    Object,
    Optional,
    Required,
    Rule,
    Schema,
    kind,
)
from earshot.domain.segment_values import (
    CANDIDATES,
    LONGEST_VALUE,
    OPEN_VALUES,
    OTHER,
    VALUES_PER_SEGMENT,
    Tracked,
    Value,
    ValueStatus,
)
from earshot.domain.survey import Survey
from earshot.services.surveys.manage_segment_values import Wish

if TYPE_CHECKING:
    from typing import Annotated, TypedDict

    from earshot.api.json_types import Count, words

    class SurveySegment(TypedDict):
        """A segment in which values of unsigned responses get a series, too."""

        name: str
        open: bool

    class _ValueInSeries(TypedDict):
        value: str
        source: Annotated[str, words("owner", "key", "signed", "open")]

    class _CandidateValue(TypedDict):
        value: str
        responses: Annotated[Count, "Its responses that count, all in `(other)`."]

    class _MergedValue(TypedDict):
        value: str
        into: str

    class ValuesOfASegmentView(TypedDict):
        """The values of a segment: those with a series, the candidates, and what was decided about others."""

        survey: str
        segment: str
        open: Annotated[bool, "Whether values of unsigned responses get a series, too."]
        complete: Annotated[bool, "False while the segment's older responses are still being counted."]
        places: Annotated[Count, "How many values may have a series."]
        open_places: Annotated[Count, "How many of them values of unsigned responses may take."]
        candidate_places: Annotated[Count, "How many candidates there may be."]
        values: Annotated[list[_ValueInSeries], "The values that have a series, and who brought them."]
        candidates: Annotated[
            list[_CandidateValue],
            "Values of unsigned responses that wait for you, those with the most responses first.",
        ]
        ignored: list[str]
        removed: list[str]
        merged: Annotated[list[_MergedValue], "Values that count in the series of another."]


LONGEST_SEGMENT = 64
SEGMENTS = 10
# Named in one call.
MOST_NAMED = 200


class _Value(Name):
    """A value that may have a series, in its one spelling."""

    __slots__ = ()

    def check(self, value: Any) -> str:
        """Return the value."""
        name = super().check(value)
        if name == OTHER:
            raise ValueError(f"{OTHER!r} is the shared series of values without one of their own")
        return name

    def schema(self) -> Schema:
        """Return a string that shows, and is not the name of the shared series."""
        return {"type": "string", "maxLength": LONGEST_VALUE, "pattern": SHOWS, "not": {"enum": [OTHER]}}


class _Segment(Name):
    """The name of a segment, in its one spelling."""

    __slots__ = ()

    def check(self, value: Any) -> str:
        """Return the name."""
        name = super().check(value)
        if "=" in name:
            raise ValueError("a segment's name cannot contain '='")
        return name

    def schema(self) -> Schema:
        """Return a string without an equals sign."""
        return {"type": "string", "minLength": 1, "maxLength": LONGEST_SEGMENT, "pattern": "^[^=]*$"}


class _Tracked(Field):
    """A segment that is tracked: its name alone, or an object with its name, values and whether it is open."""

    __slots__ = ()

    def check(self, value: Any) -> Tracked:
        """Return the segment."""
        if isinstance(value, str):
            return Tracked(SEGMENT.check(value))
        if not isinstance(value, dict):
            raise ValueError(f"a segment is a name or an object with one, not {kind(value)}")
        given = _TRACKED.check(value)
        return Tracked(given["name"], given.get("values", ()), given.get("open", False))

    def schema(self) -> Schema:
        """Return a name, or an object."""
        return {"anyOf": [SEGMENT.schema(), _TRACKED.schema()]}


class _Segments(ListOf):
    """The segments of a survey."""

    __slots__ = ()

    def check(self, value: Any) -> tuple[Tracked, ...]:
        """Return the segments."""
        tracked = super().check(value)
        if len({each.name for each in tracked}) < len(tracked):
            raise ValueError("an entry is given twice")
        return tracked

    def schema(self) -> Schema:
        """Return an array of segments."""
        return super().schema() | {
            "uniqueItems": True,
            "description": "The properties whose values have a score of their own: no `=`, no control characters, and "
            "no space at either end. A name alone, or with the values you know.",
        }


class _Merge(Field):
    """A value, and the one that it is merged into."""

    __slots__ = ()

    def check(self, value: Any) -> tuple[str, str]:
        """Return both."""
        if not isinstance(value, dict) or value.keys() != {"value", "into"}:
            raise ValueError("an entry has 'value' and 'into'")
        name, into = VALUE.check(value["value"]), VALUE.check(value["into"])
        if name == into:
            raise ValueError("a value cannot be merged into itself")
        return name, into

    def schema(self) -> Schema:
        """Return an object with two values."""
        return Object(Required("value", VALUE), Required("into", VALUE), NoOthers()).schema()


def _check_decision(found: Found) -> None:
    lists = (found.given.get(name) or () for name in ("accept", "ignore", "remove"))
    named = [*(name for names in lists for name in names), *(name for name, _ in found.given.get("merge") or ())]
    if not named and not found.faults:
        found.fault("", "nothing to decide: send 'accept', 'ignore', 'remove' or 'merge'")
    if len(named) > MOST_NAMED:
        found.fault("", f"it has {len(named)} values; at most {MOST_NAMED} are allowed")
    if len(set(named)) < len(named):
        found.fault("", "a value is named twice")


VALUE, SEGMENT = _Value(LONGEST_VALUE), _Segment(LONGEST_SEGMENT)
# Two spellings of one value are that value, once.
VALUES, MERGES = ListOf(VALUE, MOST_NAMED), ListOf(_Merge(), MOST_NAMED, distinct=True)
_TRACKED = Object(
    Required("name", SEGMENT),
    Optional(
        "values",
        ListOf(VALUE, VALUES_PER_SEGMENT).described(
            "Values that get a series at once. One that is left out stays as it is."
        ),
    ),
    Optional(
        "open",
        BOOLEAN.described(
            "Whether values of unsigned responses get a series too, in at most half of "
            f"the {VALUES_PER_SEGMENT} places."
        ),
    ),
    NoOthers("a segment has 'name', 'values' and 'open'"),
)
SEGMENT_LIST = _Segments(_Tracked(), SEGMENTS, distinct=True)
DECISION = Object(
    Required("segment", SEGMENT),
    Optional("accept", VALUES, ()),
    Optional("ignore", VALUES, ()),
    Optional("remove", VALUES, ()),
    Optional("merge", MERGES, ()),
    NoOthers("give 'segment' and any of 'accept', 'ignore', 'remove' and 'merge'"),
    Rule(_check_decision),
    name="DecisionAboutValues",
)
SEGMENT_QUERY = Object(Required("segment", Name(LONGEST_SEGMENT)), NoOthers(NO_SUCH_PARAMETER))


def read_wish(body: Mapping[str, Any]) -> Wish:
    """Read the decisions about the values of a segment."""
    given = DECISION.read(body)
    return Wish(given["segment"], given["accept"], given["ignore"], given["remove"], given["merge"])


def read_segment_of(query: Mapping[str, str]) -> str:
    """Read `segment`, the name of a tracked segment."""
    return str(SEGMENT_QUERY.read(query)["segment"])


def segment_view(survey: Survey, segment: str) -> "str | SurveySegment":
    """Show a tracked segment as it may be given again: its name, or an object where values of anybody get a series."""
    return {"name": segment, "open": True} if segment in survey.open_segments else segment


def values_view(
    survey: Survey, segment: str, values: Sequence[Value], counted: Mapping[int, int]
) -> "ValuesOfASegmentView":
    """Show all that is known of the values of a segment; `counted` are the responses of candidates by number."""
    of: dict[ValueStatus, list[Value]] = {status: [] for status in ValueStatus}
    for value in sorted(values, key=lambda value: value.name):
        of[value.status].append(value)
    candidates: list[_CandidateValue] = [
        {"value": one.name, "responses": counted.get(one.number or 0, 0)} for one in of[ValueStatus.CANDIDATE]
    ]
    return {
        "survey": survey.id,
        "segment": segment,
        "open": segment in survey.open_segments,
        "complete": segment not in survey.incomplete,
        "places": VALUES_PER_SEGMENT,
        "open_places": OPEN_VALUES,
        "candidate_places": CANDIDATES,
        "values": [{"value": one.name, "source": one.source.value} for one in of[ValueStatus.SERIES] if one.source],
        "candidates": sorted(candidates, key=lambda one: (-one["responses"], one["value"])),
        "ignored": [one.name for one in of[ValueStatus.IGNORED]],
        "removed": [one.name for one in of[ValueStatus.REMOVED]],
        "merged": [{"value": one.name, "into": one.into} for one in of[ValueStatus.MERGED] if one.into],
    }
