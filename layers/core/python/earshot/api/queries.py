"""The query parameters of the reading calls, checked; cursors that were tampered with are refused."""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from earshot.api.fields import CHARACTER, VISIBLE, Fields, describes, one_of, own_id, person_name
from earshot.domain import ids
from earshot.domain.person import is_address
from earshot.domain.submission import day_of, instant
from earshot.domain.unicode_text import normal
from earshot.domain.window import ALL_DAYS, Window, check_length, rolling
from earshot.ports.responses import ResponseQuery

DEFAULT_LIMIT, MOST = 100, 500
MOST_CONFIRMED = 1_000_000_000
DAY = 86_400_000
EXCLUDED = {"also": None, "no": False, "only": True}

# The lowest and the highest score of each category.
CATEGORIES = {"detractor": (0, 6), "passive": (7, 8), "promoter": (9, 10)}

Segment = tuple[str, str]

YES_OR_NO = describes(type="string", enum=["true", "false"])(lambda text: one_of("true", "false")(text) == "true")
PLACE = describes(type="string", format="cursor", description="The `cursor` of the page before, with the same filters.")


@dataclass(frozen=True, slots=True)
class Span:
    """Days from `first` (inclusive) to `end` (exclusive), ISO 8601."""

    first: str
    end: str


def read_all_days(query: Mapping[str, str], now: int, zone: ZoneInfo) -> Window:
    """Read a query that knows no parameters; return the window of all days until today in the survey's zone."""
    fields = Fields(query)
    fields.unknown(no_such)
    fields.finish()
    return rolling("all", date.fromisoformat(day_of(now, zone)))


def read_span(query: Mapping[str, str]) -> tuple[Span, Segment | None]:
    """Read `from`, `to` and `segment`; by default all days there ever were."""
    fields = Fields(query)
    first, end = fields.take("from", day, date.min), fields.take("to", day, date.max)
    segment = fields.take("segment", read_segment, None)
    fields.unknown(no_such)
    check_span(fields, first, end)
    fields.finish()
    return Span(first.isoformat(), end.isoformat()), segment


def read_list(query: Mapping[str, str], survey: str, zone: ZoneInfo, now: int) -> ResponseQuery:
    """Read what the list of responses is filtered by, and where its page begins; a `window` ends today in the zone."""
    fields = Fields(query)
    filters = _filters(query)
    limit = fields.take("limit", whole_number(1, MOST), DEFAULT_LIMIT) or DEFAULT_LIMIT
    below = fields.take("cursor", PLACE(lambda text: _read_cursor(text, survey, filters)), None)
    length = fields.take("window", window_length, "all") or "all"
    window = rolling(length, date.fromisoformat(day_of(now, zone)))
    result = replace(_read_filters(fields, zone, window), limit=limit, below=below)
    fields.take("expand", one_of("person"), None)
    fields.unknown(no_such)
    fields.finish()
    return result


def read_erasing(query: Mapping[str, str], zone: ZoneInfo) -> tuple[ResponseQuery, int | None]:
    """Read which responses to erase, and how many were confirmed; None where they are only to be counted."""
    fields = Fields(query)
    result = _read_filters(fields, zone)
    check = fields.take("check", one_of("true", "false"), "false") == "true"
    confirmed = fields.take("confirm", _confirmed, None)
    if not check and confirmed is None and "confirm" not in query:
        fields.fault("confirm", "this field is required: it is the count that check=true answers")
    fields.unknown(no_such)
    fields.finish()
    return result, None if check else confirmed


def _read_filters(fields: Fields, zone: ZoneInfo, window: Window | None = None) -> ResponseQuery:
    first, end = fields.take("from", day, None), fields.take("to", day, None)
    check_span(fields, first, end)
    if window is not None and window.length != ALL_DAYS:
        first, end = max(first or date.min, window.start), min(end or date.max, window.end)
    # Where `from` lies behind the window nothing fits, and no key may lie below itself.
    begins = instant(first.isoformat(), zone) if first else None
    ends = max(instant(end.isoformat(), zone), begins or 0) if end else None
    least, most = _scores(fields)
    result = ResponseQuery(
        limit=DEFAULT_LIMIT,
        min_score=least,
        max_score=most,
        first_day=first.isoformat() if first else None,
        end_day=end.isoformat() if end else None,
        segment=fields.take("segment", read_segment, None),
        excluded=fields.take("excluded", _excluded, None),
        has_comment=fields.take("has_comment", YES_OR_NO, None),
        person=fields.take("person", _person, None),
        # An id's time and the time of the answer may be five minutes apart.
        oldest=max(begins - ids.FAR_FUTURE, 0) if begins is not None else None,
        newest=ends + ids.FAR_FUTURE + 1 if ends is not None else None,
    )
    if least is not None and most is not None and least > most:
        fields.fault("min_score", "it is above max_score, or above the scores of the category")
    return result


def wants_people(query: Mapping[str, str]) -> bool:
    """Return whether a list of responses is to come with the people who gave them; `read_list` has checked it."""
    return query.get("expand") == "person"


def _filters(query: Mapping[str, str]) -> dict[str, str]:
    """Return what tells one list of responses from another, and not what only tells how it is shown."""
    return {name: value for name, value in query.items() if name not in ("cursor", "limit", "expand")}


def _scores(fields: Fields) -> tuple[int | None, int | None]:
    """Read the lowest and the highest score, of `min_score`, `max_score` and `category` together."""
    least, most = (
        fields.take("min_score", whole_number(0, 10), None),
        fields.take("max_score", whole_number(0, 10), None),
    )
    category = fields.take("category", one_of(*CATEGORIES), None)
    if category is None:
        return least, most
    low, high = CATEGORIES[category]
    return max(least or 0, low), high if most is None else min(most, high)


def read_archived(query: Mapping[str, str]) -> bool:
    """Read whether a list of surveys shows the archived ones, too."""
    fields = Fields(query)
    archived = fields.take("archived", one_of("true", "false"), "false")
    fields.unknown(no_such)
    fields.finish()
    return bool(archived == "true")


def make_cursor(below: str | None, survey: str, query: Mapping[str, str]) -> str | None:
    """Make the cursor of the next page; it is good for the same survey and filters only."""
    if below is None:
        return None
    filters = _filters(query)
    return base64.urlsafe_b64encode(f"{below}{_seal(below, survey, filters)}".encode()).decode().rstrip("=")


@describes(type="string", format="date", description="A day in the survey's zone, from 1970 on.")
def day(text: str) -> date:
    """Read a day like 2015-08-02, from 1970 on."""
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
        raise ValueError("it is not a day like 2015-08-02")
    try:
        read = date.fromisoformat(text)
    except ValueError as exc:
        raise ValueError("there is no such day") from exc
    if not 1970 <= read.year <= 9000:
        raise ValueError("it lies before 1970 or too far in the future")
    return read


@describes(
    type="string",
    format="segment",
    pattern=rf"^(?=[^=]{{1,64}}={CHARACTER}{{1,256}}$)[^=]*{VISIBLE}[^=]*={CHARACTER}*{VISIBLE}{CHARACTER}*$",
    description="A property and its value like `cabin=Economy`; only the first equals sign parts them. Read in NFC, "
    "without white space at the ends and without what nobody can see, as properties are kept.",
)
def read_segment(text: str) -> Segment:
    """Read a segment like cabin=Economy; only the first equals sign parts name and value."""
    name, sign, value = text.partition("=")
    too_long = len(name) > 64 or len(value) > 256
    name, value = normal(name), normal(value)
    if not sign or not name or not value or too_long:
        raise ValueError("it is not a segment like cabin=Economy")
    return name, value


def check_span(fields: Fields, first: date | None, end: date | None) -> None:
    """Note that days do not begin before they end."""
    if first and end and first >= end:
        fields.fault("from", "it is not before 'to'")


@describes(
    type="string",
    pattern=r"^(all|month|quarter|[1-9][0-9]{0,2}d|[12][0-9]{3}d|3[0-5][0-9]{2}d|36[0-4][0-9]d|3650d)$",
    description="Whole local days, `1d` to `3650d`; a calendar `month` or `quarter`, up to its last day; or `all`.",
)
def window_length(text: str) -> str:
    """Check the name of a window."""
    return check_length(text)


def whole_number(least: int, most: int) -> Any:
    """Make a check for a parameter that is a whole number."""

    @describes(type="integer", minimum=least, maximum=most)
    def check(text: str) -> int:
        if not re.fullmatch(r"\d{1,4}", text, re.ASCII) or not least <= int(text) <= most:
            raise ValueError(f"it is not a whole number from {least} to {most}")
        return int(text)

    return check


@describes(**vars(own_id)["schema"] | {"description": "The id of a person. An address stands in no URL."})
def _person(text: str) -> str:
    if is_address(text):
        raise ValueError(
            "it has the form of an address, and none stands in a URL: POST /v1/people/search with it as `email` "
            "answers the id that it `means`"
        )
    return person_name(text)


@describes(type="integer", minimum=0, maximum=MOST_CONFIRMED, description="The count that `check=true` answered.")
def _confirmed(text: str) -> int:
    if not re.fullmatch(r"\d{1,10}", text, re.ASCII) or int(text) > MOST_CONFIRMED:
        raise ValueError(f"it is not a whole number from 0 to {MOST_CONFIRMED}")
    return int(text)


@describes(type="string", enum=list(EXCLUDED), default="also")
def _excluded(text: str) -> bool | None:
    if text not in EXCLUDED:
        raise ValueError(f"it is none of {', '.join(EXCLUDED)}")
    return EXCLUDED[text]


def _read_cursor(text: str, survey: str, filters: Mapping[str, str]) -> str:
    try:
        padded = text + "=" * (-len(text) % 4)
        below, seal = (
            (decoded := base64.b64decode(padded, altchars=b"-_", validate=True).decode())[:36],
            decoded[36:],
        )
    except (binascii.Error, ValueError) as exc:
        raise ValueError(CURSOR) from exc
    if ids.canonical(below) != below or seal != _seal(below, survey, filters):
        raise ValueError(CURSOR)
    return below


CURSOR = "it is not a cursor of this list: take it unchanged from the page before, with the same filters"


def _seal(below: str, survey: str, filters: Mapping[str, str]) -> str:
    return sha256(json.dumps([below, survey, sorted(filters.items())]).encode()).hexdigest()[:12]


def no_such(_: str) -> str:
    """Say of a parameter that nobody knows it."""
    return "there is no such parameter"
