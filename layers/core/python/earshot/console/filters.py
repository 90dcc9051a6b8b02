"""The filters of a page: parsed once from its URL, for what it shows, counts, exports and links to."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote

from earshot.api.queries import CATEGORIES, DAY, EXCLUDED, PERSON_IN_URL, SEGMENT_VALUE, check_span
from earshot.api.schema import Checked, Found, NoOthers, Object, OneOf, Optional, Rule
from earshot.domain.cases import CaseState
from earshot.domain.iso_time import day_of
from earshot.domain.names import is_name
from earshot.domain.survey import Survey
from earshot.domain.window import LONGEST, Window, check_length, rolling
from earshot.services.scores.report_score import Basis, Segment

DEFAULT_PERIOD, CUSTOM = "90d", "custom"
THEMES = ("system", "light", "dark")
NO_SUCH_FILTER = "there is no such filter"
_MEANT_IN_A_PATH = re.compile(r"[%+?#/]")
# What the page's address has, and neither narrows nor widens what is shown.
OF_PRESENTATION = ("theme", "cursor")
# The days of a custom period. A form still sends them when another period was chosen in it.
OF_CUSTOM = ("from", "to")


def _check_period(value: str) -> str:
    return value if value == CUSTOM else check_length(value)


def _check_owner(value: str) -> str:
    if value != "-" and not is_name(value):
        raise ValueError("it must be the id of a member, or '-' for nobody")
    return value


def _check_days(found: Found) -> None:
    """Check that a custom period has its days, and that they are no more than one may ask for."""
    first, end = found.given.get("from"), found.given.get("to")
    if found.given.get("period") != CUSTOM:
        return
    if first is None or end is None:
        found.fault("from", "a custom period needs its first day, and the day after its last as 'to'")
    elif (end - first).days > LONGEST:
        found.fault("from", f"a custom period has at most {LONGEST} days")


FILTERS = Object(
    Optional("period", Checked(_check_period, type="string"), DEFAULT_PERIOD),
    Optional("from", DAY),
    Optional("to", DAY),
    Optional("as_of", DAY),
    Rule(check_span),
    Rule(_check_days),
    Optional("basis", OneOf(*(basis.value for basis in Basis)), Basis.ALL.value),
    Optional("segment", SEGMENT_VALUE),
    Optional("category", OneOf(*CATEGORIES)),
    Optional("has_comment", OneOf("true", "false")),
    Optional("excluded", OneOf(*EXCLUDED)),
    Optional("owner", Checked(_check_owner, type="string")),
    Optional("overdue", OneOf("true", "false")),
    Optional("state", OneOf(*(state.value for state in CaseState))),
    Optional("survey", Checked(str, type="string")),
    Optional("id", PERSON_IN_URL),
    Optional("compare", OneOf("previous", "none"), "previous"),
    Optional("theme", OneOf(*THEMES)),
    Optional("cursor", Checked(str, type="string")),
    NoOthers(NO_SUCH_FILTER),
)


@dataclass(frozen=True, slots=True)
class Filters:
    """What a page is asked for: `query` as it was sent, without what is empty; `given` as it was read."""

    query: Mapping[str, str]
    given: Mapping[str, Any]

    @property
    def basis(self) -> Basis:
        """Return which responses count."""
        return Basis(self.given["basis"])

    @property
    def segment(self) -> Segment | None:
        """Return the segment value that is asked for."""
        found: Segment | None = self.given.get("segment")
        return found

    def asked(self, name: str) -> str:
        """Return a filter as it was sent; empty if it was not."""
        return self.query.get(name, "")

    @property
    def period(self) -> str:
        """Return the name of the period, or of the number of days from `from` to `to`."""
        if self.given["period"] != CUSTOM:
            return str(self.given["period"])
        return f"{(self.given['to'] - self.given['from']).days}d"

    def window(self, survey: Survey, now: int) -> Window:
        """Return the days that are asked for, in the survey's zone; `now` is in Unix milliseconds."""
        if self.given["period"] == CUSTOM:
            return rolling(self.period, self.given["to"] - timedelta(1))
        today = date.fromisoformat(day_of(now, survey.zone))
        return rolling(self.period, self.given.get("as_of") or today)

    def url(self, path: str, **changes: str | None) -> str:
        """Return the address of a page with the same filters but for these changes; None leaves one out.

        A link begins at the first page of what it shows.
        """
        kept = {name: value for name, value in self.query.items() if name not in OF_PRESENTATION} | changes
        parts = [f"{name}={quote(value, safe='=')}" for name, value in kept.items() if value is not None]
        return f"{path}?{'&'.join(parts)}" if parts else path


def path_part(text: str) -> str:
    """Return a text that people chose as a part of a path.

    An HTTP API decodes a path twice, so what means something in it is escaped twice; see docs/architecture.md.
    """
    return quote(_MEANT_IN_A_PATH.sub(lambda found: f"%{ord(found[0]):02X}", text), safe="")


def read_filters(query: Mapping[str, str]) -> Filters:
    """Read the filters of a page; InvalidError names every one that cannot be meant.

    A form sends all its fields: what is empty counts as not given. Days mean a custom period, unless it is another.
    """
    sent = {name: value for name, value in query.items() if value}
    if "from" in sent or "to" in sent:
        sent = {"period": CUSTOM, **sent}
    if sent.get("period") != CUSTOM:
        sent = {name: value for name, value in sent.items() if name not in OF_CUSTOM}
    return Filters(sent, FILTERS.read(sent))
