"""The query parameters of the reading calls, checked; cursors that were tampered with are refused."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from earshot.api.cursors import read_cursor, write_cursor
from earshot.api.fields import OWN_ID, PERSON_ID
from earshot.api.schema import (
    CHARACTER,
    NO_SUCH_PARAMETER,
    VISIBLE,
    Checked,
    Context,
    Field,
    Found,
    Integer,
    Name,
    NoOthers,
    Object,
    OneOf,
    Optional,
    Rule,
    Schema,
)
from earshot.domain import ids
from earshot.domain.iso_time import day_of, instant
from earshot.domain.person_id import is_address
from earshot.domain.unicode_text import normal
from earshot.domain.window import ALL_DAYS, Window, check_length, rolling
from earshot.ports.responses import ResponseQuery
from earshot.services.responses.list_responses import Listing, Order

DEFAULT_LIMIT, MOST = 100, 500
LONGEST_ACCOUNT = 200
MOST_CONFIRMED = 1_000_000_000
EXCLUDED = {"also": None, "no": False, "only": True}

# The lowest and the highest score of each category.
CATEGORIES = {"detractor": (0, 6), "passive": (7, 8), "promoter": (9, 10)}

# The place before all responses of a score: no id is greater.
BEFORE_FIRST = "ffffffff-ffff-8fff-bfff-ffffffffffff"
_PLACE = re.compile(r"(.{36})(0\d|10)?([0-9a-f]{12})")

Segment = tuple[str, str]

CURSOR = "it is not a cursor of this list: take it unchanged from the page before, with the same filters"


@dataclass(frozen=True, slots=True)
class Span:
    """Days from `first` (inclusive) to `end` (exclusive), ISO 8601."""

    first: str
    end: str


def read_all_days(query: Mapping[str, str], now: int, zone: ZoneInfo) -> Window:
    """Read a query that knows no parameters; return the window of all days until today in the survey's zone."""
    NOTHING.read(query)
    return rolling("all", date.fromisoformat(day_of(now, zone)))


def read_span(query: Mapping[str, str]) -> tuple[Span, Segment | None]:
    """Read `from`, `to` and `segment`; by default all days there ever were."""
    given = SPAN.read(query)
    first, end = given.get("from", date.min), given.get("to", date.max)
    return Span(first.isoformat(), end.isoformat()), given.get("segment")


def read_list(query: Mapping[str, str], survey: str, zone: ZoneInfo, now: int) -> ResponseQuery:
    """Read what the list of responses is filtered by, and where its page begins; a `window` ends today in the zone."""
    return read_listing(query, survey, zone, now).query


def read_listing(query: Mapping[str, str], survey: str, zone: ZoneInfo, now: int) -> Listing:
    """Read which responses are listed, in which order, and where the page begins, see `read_list`."""
    given = LIST.read(query, Context(survey=survey))
    window = rolling(given["window"], date.fromisoformat(day_of(now, zone)))
    below, score = given["cursor"][:2] if "cursor" in given else (None, None)
    place = None if below == BEFORE_FIRST else below
    asked = replace(_response_query(given, zone, window), limit=given["limit"], below=place)
    return Listing(asked, Order(given["order"]), score, given.get("account"), given.get("case"))


def read_erasing(query: Mapping[str, str], zone: ZoneInfo) -> tuple[ResponseQuery, int | None]:
    """Read which responses to erase, and how many were confirmed; None where they are only to be counted."""
    given = ERASING.read(query)
    return _response_query(given, zone), None if given["check"] == "true" else given.get("confirm")


def _response_query(given: Mapping[str, Any], zone: ZoneInfo, window: Window | None = None) -> ResponseQuery:
    first, end = given.get("from"), given.get("to")
    if window is not None and window.length != ALL_DAYS:
        first, end = max(first or date.min, window.start), min(end or date.max, window.end)
    # Where `from` lies behind the window nothing fits, and no key may lie below itself.
    begins = instant(first.isoformat(), zone) if first else None
    ends = max(instant(end.isoformat(), zone), begins or 0) if end else None
    least, most = _scores(given)
    return ResponseQuery(
        limit=DEFAULT_LIMIT,
        min_score=least,
        max_score=most,
        first_day=first.isoformat() if first else None,
        end_day=end.isoformat() if end else None,
        segment=given.get("segment"),
        excluded=given.get("excluded"),
        has_comment=given.get("has_comment"),
        person=given.get("person"),
        # The time in an id and that of its response may be five minutes apart.
        oldest=max(begins - ids.FAR_FUTURE, 0) if begins is not None else None,
        newest=ends + ids.FAR_FUTURE + 1 if ends is not None else None,
    )


def wants_people(query: Mapping[str, str]) -> bool:
    """Return whether a list of responses is to come with the people who gave them; `read_list` has checked it."""
    return query.get("expand") == "person"


def _filters(query: Mapping[str, str]) -> dict[str, str]:
    """Return the filters of a list of responses, without the parameters of its presentation."""
    return {name: value for name, value in query.items() if name not in ("cursor", "limit", "expand")}


def _scores(given: Mapping[str, Any]) -> tuple[int | None, int | None]:
    """Return the lowest and the highest score, of `min_score`, `max_score` and `category` together."""
    least, most = given.get("min_score"), given.get("max_score")
    category = given.get("category")
    if category is None:
        return least, most
    low, high = CATEGORIES[category]
    return max(least or 0, low), high if most is None else min(most, high)


def read_archived(query: Mapping[str, str]) -> bool:
    """Read whether a list of surveys shows the archived ones, too."""
    return bool(ARCHIVED.read(query)["archived"] == "true")


def make_cursor(below: str | None, survey: str, query: Mapping[str, str], score: int | None = None) -> str | None:
    """Make the cursor of the next page; it is good for the same survey and filters only.

    In the order of scores it has the `score` that the page begins with.
    """
    if below is None and score is None:
        return None
    place = f"{below or BEFORE_FIRST}{'' if score is None else f'{score:02d}'}"
    return write_cursor(f"{place}{_seal(place, survey, _filters(query))}")


def _read_day(value: str) -> date:
    """Return a day like 2015-08-02, from 1970 on."""
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII):
        raise ValueError("it is not a day like 2015-08-02")
    try:
        read = date.fromisoformat(value)
    except ValueError as exc:
        raise ValueError("there is no such day") from exc
    if not 1970 <= read.year <= 9000:
        raise ValueError("it is before 1970 or too far in the future")
    return read


def _read_segment(value: str) -> Segment:
    """Return the name and the value of a segment like cabin=Economy, each in its one spelling."""
    name, sign, wanted = value.partition("=")
    too_long = len(name) > 64 or len(wanted) > 256
    name, wanted = normal(name), normal(wanted)
    if not sign or not name or not wanted or too_long:
        raise ValueError("it is not a segment like cabin=Economy")
    return name, wanted


class WrittenInteger(Integer):
    """A parameter that is a whole number between two."""

    __slots__ = ()

    def check(self, value: str) -> int:
        """Return the number."""
        digits = max(4, len(str(self.most)))
        if not re.fullmatch(rf"\d{{1,{digits}}}", value, re.ASCII) or not self.least <= int(value) <= self.most:
            raise ValueError(f"it is not a whole number from {self.least} to {self.most}")
        return int(value)


class _Person(Field):
    """The id of a person, never an address: URLs are logged."""

    __slots__ = ()

    def check(self, value: str) -> str:
        """Return the id."""
        if is_address(value):
            raise ValueError(
                "it looks like an address, which must not be in a URL: POST /v1/people/search with it as `email` "
                "returns the id that it `means`"
            )
        return PERSON_ID.check(value)

    def schema(self) -> Schema:
        """Return an id."""
        return OWN_ID.schema() | {"description": "The id of a person, never an address: URLs are logged."}


def _read_excluded(value: str) -> bool | None:
    """Return whether only excluded responses are listed, or none of them; None for both."""
    if value not in EXCLUDED:
        raise ValueError(f"it must be one of {', '.join(EXCLUDED)}")
    return EXCLUDED[value]


def _read_cursor(value: str) -> tuple[str, int | None, str]:
    """Return the id and the score that a page of responses begins behind, and the seal of the cursor."""
    found = _PLACE.fullmatch(read_cursor(value, CURSOR))
    if found is None:
        raise ValueError(CURSOR)
    return found[1], None if found[2] is None else int(found[2]), found[3]


def _read_case(value: str) -> str:
    """Return the id of a case."""
    found = ids.canonical(value)
    if found is None:
        raise ValueError("it is not the id of a case")
    return found


def check_span(found: Found) -> None:
    """Note that days do not begin before they end."""
    first, end = found.given.get("from"), found.given.get("to")
    if first and end and first >= end:
        found.fault("from", "it must be before 'to'")


def _check_cursor(found: Found) -> None:
    below, score, seal = found.given.get("cursor") or (None, None, "")
    if below is None:
        return
    place = f"{below}{'' if score is None else f'{score:02d}'}"
    if ids.canonical(below) != below or seal != _seal(place, found.context.survey, _filters(found.body)):
        found.fault("cursor", CURSOR)


def _check_case(found: Found) -> None:
    others = set(found.body) - {"case", "limit", "expand"}
    if "case" in found.body and others:
        found.fault("case", f"it lists all responses of a case: leave {', '.join(sorted(others)[:9])} out")


def _check_scores(found: Found) -> None:
    least, most = _scores(found.given)
    if least is not None and most is not None and least > most:
        found.fault("min_score", "it is above max_score, or above the category's scores")


def _check_confirmed(found: Found) -> None:
    if found.given.get("check") != "true" and "confirm" not in found.body:
        found.fault("confirm", "this field is required: the count that check=true returned")


def _seal(below: str, survey: str, filters: Mapping[str, str]) -> str:
    return sha256(json.dumps([below, survey, sorted(filters.items())]).encode()).hexdigest()[:12]


DAY = Checked(_read_day, type="string", format="date", description="A day in the survey's zone, from 1970 on.")
SEGMENT_VALUE = Checked(
    _read_segment,
    type="string",
    format="segment",
    pattern=rf"^(?=[^=]{{1,64}}={CHARACTER}{{1,256}}$)[^=]*{VISIBLE}[^=]*={CHARACTER}*{VISIBLE}{CHARACTER}*$",
    description="A property and its value like `cabin=Economy`; only the first equals sign separates them. Read in "
    "NFC, without white space at the ends and invisible characters, as properties are kept.",
)
WINDOW_LENGTH = Checked(
    check_length,
    type="string",
    pattern=r"^(all|month|quarter|[1-9][0-9]{0,2}d|[12][0-9]{3}d|3[0-5][0-9]{2}d|36[0-4][0-9]d|3650d)$",
    description="Whole local days, `1d` to `3650d`; a calendar `month` or `quarter`, up to its last day; or `all`.",
)
PERSON_IN_URL = _Person()
CASE = Checked(
    _read_case, type="string", format="uuid", pattern=ids.PATTERN, description="The id of a case of the survey."
)
_YES_OR_NO = OneOf("true", "false")
_FILTERS = (
    Optional("from", DAY),
    Optional("to", DAY),
    Rule(check_span),
    Optional("min_score", WrittenInteger(0, 10)),
    Optional("max_score", WrittenInteger(0, 10)),
    Optional("category", OneOf(*CATEGORIES)),
    Optional("segment", SEGMENT_VALUE),
    Optional("excluded", Checked(_read_excluded, type="string", enum=list(EXCLUDED), default="also")),
    Optional("has_comment", _YES_OR_NO.then(lambda word: word == "true")),
    Optional("person", PERSON_IN_URL),
    Rule(_check_scores),
)
NOTHING = Object(NoOthers(NO_SUCH_PARAMETER))
SPAN = Object(
    Optional("from", DAY),
    Optional("to", DAY),
    Optional("segment", SEGMENT_VALUE),
    NoOthers(NO_SUCH_PARAMETER),
    Rule(check_span),
)
LIST = Object(
    Optional("limit", WrittenInteger(1, MOST), DEFAULT_LIMIT),
    Optional(
        "cursor",
        Checked(
            _read_cursor,
            type="string",
            format="cursor",
            description="The `cursor` of the page before, with the same filters.",
        ),
    ),
    Rule(_check_cursor),
    Optional("window", WINDOW_LENGTH, "all"),
    *_FILTERS,
    Optional("account", Name(LONGEST_ACCOUNT).described("The account that the people belong to now.")),
    Optional("case", CASE),
    Rule(_check_case),
    Optional("order", OneOf(*(order.value for order in Order)), Order.NEWEST.value),
    Optional("expand", OneOf("person")),
    NoOthers(NO_SUCH_PARAMETER),
)
ERASING = Object(
    *_FILTERS,
    Optional("check", _YES_OR_NO, "false"),
    Optional(
        "confirm",
        WrittenInteger(0, MOST_CONFIRMED).described("The count that `check=true` returned."),
    ),
    Rule(_check_confirmed),
    NoOthers(NO_SUCH_PARAMETER),
)
ARCHIVED = Object(Optional("archived", _YES_OR_NO, "false"), NoOthers(NO_SUCH_PARAMETER))
