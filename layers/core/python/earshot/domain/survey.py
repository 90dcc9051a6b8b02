"""A survey: its question, the time zone of its days, and its tracked segments."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from zoneinfo import ZoneInfo

from earshot.domain.alert_settings import DEFAULT_BANDS, AlertSettings, Bands, ScoreTarget
from earshot.domain.brand import Brand
from earshot.domain.case_settings import CaseSettings
from earshot.domain.eligibility import Rules
from earshot.domain.identity_claims import TokenRules
from earshot.domain.response import Placement, Response
from earshot.domain.segment_values import OTHER, Places, Value, ValueStatus, may_have_series
from earshot.domain.submission_policy import SubmissionPolicy
from earshot.domain.widget import Widget

EMPLOYEE = "employee"
KINDS = ("relationship", "transactional", EMPLOYEE)
STATES = ("open", "closed", "archived")  # an archived one is closed, and not listed
DEFAULT_QUESTION = "How likely are you to recommend us to a friend or colleague?"


@dataclass(frozen=True)
class Survey:
    """A survey as it is kept; `created_at` and `updated_at` are ISO 8601 times in UTC.

    `segments` names the properties whose values get a series, `open_segments` those of them where values of unsigned
    responses do too; `incomplete` those whose responses are still being moved to their series;
    `values` are by segment the values that have a series, `others` what else is known of values, `numbers` those that
    are or were candidates by their number, and `places` how many of each segment are taken: all four as far as they
    were read; `rules` say who may be asked, `brand` who asks, `widget` how it asks in pages, `alerts` and
    `target` the alerts on its scores, `bands` what they are called; `zone_is_fixed` once a response has been given a
    day in `timezone`. Responses older than `retention_days` are anonymised (None: none are), and its
    `owner` is the address of the member of staff who hears of its alerts; `cases` say who owns its cases, and by when;
    `identity` says under which secrets tokens of people are good.
    """

    id: str
    name: str
    question: str = DEFAULT_QUESTION
    timezone: str = "UTC"
    segments: tuple[str, ...] = ()
    open_segments: tuple[str, ...] = ()
    state: str = "open"
    kind: str = "relationship"
    created_at: str = ""
    updated_at: str = ""
    revision: int = 1
    incomplete: tuple[str, ...] = ()
    zone_is_fixed: bool = False
    values: Mapping[str, frozenset[str]] = field(default_factory=dict)
    others: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)
    numbers: Mapping[str, Mapping[int, str]] = field(default_factory=dict)
    places: Mapping[str, Places] = field(default_factory=dict)
    rules: Rules = Rules()
    brand: Brand = Brand()
    alerts: AlertSettings = AlertSettings()
    target: ScoreTarget | None = None
    bands: Bands = DEFAULT_BANDS
    widget: Widget = Widget()
    retention_days: int | None = None
    owner: str | None = None
    cases: CaseSettings = CaseSettings()
    identity: TokenRules = TokenRules()

    @cached_property
    def zone(self) -> ZoneInfo:
        """Return the zone in which the survey's days begin and end."""
        return ZoneInfo(self.timezone)

    @property
    def is_open(self) -> bool:
        """Return whether the survey accepts responses."""
        return self.state == "open"

    @property
    def is_employee(self) -> bool:
        """Return whether it is an employee survey: then no response is shown or published."""
        return self.kind == EMPLOYEE

    @property
    def submission_policy(self) -> SubmissionPolicy:
        """Return what the intake and the widget must know of the survey."""
        widget, rules = self.widget, self.token_rules
        return SubmissionPolicy(
            self.is_open, widget.origins, widget.rate, widget.hourly_cap, self.segments, self.timezone, rules
        )

    @property
    def token_rules(self) -> TokenRules:
        """Return what tokens of people must keep to."""
        return replace(self.identity, longest=self.widget.longest_token_hours)

    def knows(self, segment: str, value: str) -> bool:
        """Return whether a value of a tracked segment has a series of its own."""
        return value in self.values.get(segment, frozenset())

    def other(self, segment: str, value: str) -> Value | None:
        """Return the status of a value without a series of its own."""
        return self.others.get(segment, {}).get(value)

    def places_of(self, segment: str) -> Places:
        """Return how many places of a segment are taken, as far as it was read."""
        return self.places.get(segment, Places())

    def with_value(self, segment: str, value: str) -> "Survey":
        """Return the survey that also knows that this value has a series."""
        return self.with_known([Value(segment, value, ValueStatus.SERIES)])

    def with_known(self, found: Iterable[Value]) -> "Survey":
        """Return the survey that also knows these values, whatever they are."""
        values = {name: set(known) for name, known in self.values.items()}
        others = {name: dict(known) for name, known in self.others.items()}
        numbers = {name: dict(known) for name, known in self.numbers.items()}
        for value in found:
            if value.number is not None:
                numbers.setdefault(value.segment, {})[value.number] = value.name
            if value.status is ValueStatus.SERIES:
                values.setdefault(value.segment, set()).add(value.name)
                others.get(value.segment, {}).pop(value.name, None)
            else:
                others.setdefault(value.segment, {})[value.name] = value
                values.get(value.segment, set()).discard(value.name)
        fixed = {name: frozenset(known) for name, known in values.items()}
        return replace(self, values=fixed, others=others, numbers=numbers)

    def placement(self, properties: Mapping[str, str], found: Response | None = None) -> Placement:
        """Return where properties count apart from `all`; values without a series share `(other)`.

        Where `found` already has the same value of a segment it stays where it is: such values need not be known.
        """
        placed = Placement()
        for name in self.segments:
            value = properties.get(name)
            if not value:
                continue
            if found is not None and found.statement.properties.get(name) == value:
                placed = _kept(placed, found, name)
            else:
                placed = self._put(placed, name, value)
        return placed

    def series_of(self, properties: Mapping[str, str]) -> tuple[str, ...]:
        """Return the series that properties count in, without `all`."""
        return self.placement(properties).series

    def moved(self, response: Response, segments: Iterable[str]) -> Placement:
        """Return where a response belongs now for some segments; all the values of these must be known.

        An anonymised response has no properties: its series, or the number of its candidate, says which value it had.
        """
        placed, chosen = Placement(), frozenset(segments)
        for name in dict.fromkeys((*_segments_of(response), *self.segments)):
            value = self._value_of(response, name) if name in chosen else None
            placed = _kept(placed, response, name) if value is None else self._put(placed, name, value)
        return placed

    def series(self, segment: str, value: str) -> str:
        """Return the series in which a value of a segment is counted."""
        other = self.other(segment, value)
        own = value if self.knows(segment, value) else other.into if other and other.into else OTHER
        return f"{segment}={own}"

    def all_series(self) -> tuple[str, ...]:
        """Return every series the survey may have, `all` first; each segment has an `(other)`."""
        segments = [f"{name}={value}" for name in self.segments for value in sorted(self.values.get(name, ()))]
        return ("all", *segments, *(f"{name}={OTHER}" for name in self.segments))

    def shares(self, segment: str, value: str) -> bool:
        """Return whether the responses of a value, if there are any, are counted in a series that is not its own."""
        if self.knows(segment, value):
            return False
        is_listed = self.other(segment, value) is not None
        return is_listed or self.places_of(segment).is_unlisted or not may_have_series(value)

    def _put(self, placed: Placement, segment: str, value: str) -> Placement:
        other = self.other(segment, value)
        is_counted = other is not None and other.status is ValueStatus.CANDIDATE and other.number is not None
        numbers = {segment: other.number} if is_counted and other and other.number is not None else {}
        return Placement((*placed.series, self.series(segment, value)), {**placed.candidates, **numbers})

    def _value_of(self, response: Response, segment: str) -> str | None:
        """Return which value of a segment a response has; None if it has none, or none that could be known."""
        if value := response.statement.properties.get(segment):
            return value
        for series in response.series:
            name, _, value = series.partition("=")
            if name == segment and value != OTHER:
                return value
        return self.numbers.get(segment, {}).get(response.candidates.get(segment, 0))


def _segments_of(response: Response) -> list[str]:
    return [series.partition("=")[0] for series in response.series]


def _kept(placed: Placement, found: Response, segment: str) -> Placement:
    """Leave a response where it is in a segment."""
    own = tuple(series for series in found.series if series.partition("=")[0] == segment)
    number = {segment: found.candidates[segment]} if segment in found.candidates else {}
    return Placement((*placed.series, *own), {**placed.candidates, **number})
