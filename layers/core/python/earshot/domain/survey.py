"""A survey: what is asked, in which zone its days begin, and which segments have a series of their own."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from zoneinfo import ZoneInfo

from earshot.domain.alerting import DEFAULT_BANDS, Alerts, Bands, Target
from earshot.domain.brand import Brand
from earshot.domain.eligibility import Rules
from earshot.domain.entrance import Entrance
from earshot.domain.widget import Widget

OTHER = "(other)"
VALUES_PER_SEGMENT = 200
EMPLOYEE = "employee"
KINDS = ("relationship", "transactional", EMPLOYEE)
STATES = ("open", "closed", "archived")  # an archived one is closed, and not listed
DEFAULT_QUESTION = "How likely are you to recommend us to a friend or colleague?"


@dataclass(frozen=True)
class Survey:
    """A survey as it is kept; `created` and `updated` are ISO 8601 times in UTC.

    `segments` names the properties whose values get a series; `incomplete` those whose older responses are
    still being counted; `rules` say who may be asked, `brand` who asks, `widget` how it asks in pages, `alerts` and
    `target` what is told of its scores, `bands` what they are called; `zone_is_fixed` once an
    answer has been given a day in `timezone`. Responses older than `retention_days` are anonymised (None: none are).
    """

    id: str
    name: str
    question: str = DEFAULT_QUESTION
    timezone: str = "UTC"
    segments: tuple[str, ...] = ()
    state: str = "open"
    kind: str = "relationship"
    created: str = ""
    updated: str = ""
    revision: int = 1
    incomplete: tuple[str, ...] = ()
    zone_is_fixed: bool = False
    values: Mapping[str, frozenset[str]] = field(default_factory=dict)
    rules: Rules = Rules()
    brand: Brand = Brand()
    alerts: Alerts = Alerts()
    target: Target | None = None
    bands: Bands = DEFAULT_BANDS
    widget: Widget = Widget()
    retention_days: int | None = None

    @cached_property
    def zone(self) -> ZoneInfo:
        """Return the zone in which the survey's days begin and end."""
        return ZoneInfo(self.timezone)

    @property
    def is_open(self) -> bool:
        """Tell whether the survey takes answers."""
        return self.state == "open"

    @property
    def is_employee(self) -> bool:
        """Return whether employees are asked: then no response is read, counted for anybody or announced."""
        return self.kind == EMPLOYEE

    @property
    def entrance(self) -> Entrance:
        """Return what the intake and the widget must know of the survey."""
        return Entrance(self.is_open, self.widget.origins, self.widget.rate, self.segments, self.timezone)

    def knows(self, segment: str, value: str) -> bool:
        """Tell whether a value of a tracked segment has a series already."""
        return value in self.values.get(segment, frozenset())

    def with_value(self, segment: str, value: str) -> "Survey":
        """Return the survey that also knows this value."""
        known = {**self.values, segment: self.values.get(segment, frozenset()) | {value}}
        return replace(self, values=known)

    def series_of(self, properties: Mapping[str, str], segments: tuple[str, ...] | None = None) -> tuple[str, ...]:
        """Name the series that properties count in, beside `all`; values without a series share `(other)`."""
        chosen = self.segments if segments is None else segments
        return tuple(self.series(name, properties[name]) for name in chosen if properties.get(name))

    def series(self, segment: str, value: str) -> str:
        """Name the series in which a value of a segment is counted."""
        return f"{segment}={value if self.knows(segment, value) else OTHER}"

    def all_series(self) -> tuple[str, ...]:
        """Name every series the survey has, `all` first."""
        segments = [f"{name}={value}" for name in self.segments for value in sorted(self.values.get(name, ()))]
        others = [f"{name}={OTHER}" for name in self.segments if self.is_full(name)]
        return ("all", *segments, *others)

    def is_full(self, segment: str) -> bool:
        """Tell whether further values of a segment share `(other)`."""
        return len(self.values.get(segment, ())) >= VALUES_PER_SEGMENT
