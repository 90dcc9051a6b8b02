"""The calls that list and find people: parameters and bodies checked, cursors that were tampered with refused."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from earshot.api.cursors import read_cursor, write_cursor
from earshot.api.fields import EMAIL
from earshot.api.people import LONGEST_NAME
from earshot.api.queries import WrittenInteger
from earshot.api.schema import (
    NO_SUCH_FIELD,
    NO_SUCH_PARAMETER,
    Checked,
    Found,
    Integer,
    Name,
    NoOthers,
    Nullable,
    Object,
    Optional,
    Rule,
    Schema,
    Text,
)
from earshot.domain.people_search import Search
from earshot.domain.person_id import LONGEST_ID

DEFAULT_LIMIT, MOST = 20, 100
BY = ("email", "id_prefix", "name_prefix")
# What the list of all people is sealed as, in its cursors.
ALL = Search("all", "")
CURSOR = "it is not a cursor of this list: take it unchanged from the page before, with the same search"

# The hex digits by which a cursor is recognised as one of this search.
SEAL = 12


@dataclass(frozen=True, slots=True)
class Page:
    """Which page of people is wanted: how many, and behind which place in the list."""

    limit: int
    after: str


def read_people_list(query: Mapping[str, str]) -> Page:
    """Read which page of all people is wanted."""
    given = LIST.read(query)
    return Page(given["limit"], _place(given))


def read_people_search(body: Mapping[str, Any]) -> tuple[Search, Page]:
    """Read a search of people by one of three fields, and the requested page."""
    given = SEARCH.read(body)
    return _search(body, given), Page(given["limit"], _place(given))


def make_people_cursor(after: str | None, search: Search = ALL) -> str | None:
    """Return the cursor of the next page; it is good for the same search only."""
    if after is None:
        return None
    return write_cursor(f"{_seal(after, search)}{after}")


class _IdPrefix(Text):
    """How the ids begin."""

    __slots__ = ()

    def check(self, value: Any) -> str:
        """Return the beginning."""
        prefix = super().check(value)
        if not prefix:
            raise ValueError("it is empty; GET /v1/people lists all people")
        return prefix

    def schema(self) -> Schema:
        """Return a string that is not empty."""
        return super().schema() | {"minLength": 1, "description": "How the ids begin, as they are written."}


def _read_cursor(value: Any) -> tuple[str, str]:
    """Return the seal of a cursor and the place that it names."""
    decoded = read_cursor(value, CURSOR)
    return decoded[:SEAL], decoded[SEAL:]


def _check_list_cursor(found: Found) -> None:
    _check_cursor(found, ALL)


def _check_search(found: Found) -> None:
    named = [name for name in BY if name in found.body]
    if len(named) != 1:
        found.fault(named[1] if named else BY[0], f"search people with exactly one of {', '.join(BY)}")
    _check_cursor(found, _search(found.body, found.given))


def _check_cursor(found: Found, search: Search) -> None:
    """Note that a cursor is of another search."""
    seal, after = found.given.get("cursor") or ("", None)
    if after is not None and (not after or seal != _seal(after, search)):
        found.fault("cursor", CURSOR)


def _search(body: Mapping[str, Any], given: Mapping[str, Any]) -> Search:
    """Return the search by the first of the three fields that is given."""
    return next((Search(name, given.get(name) or "") for name in BY if name in body), ALL)


def _place(given: Mapping[str, Any]) -> str:
    """Return behind which place a page begins."""
    cursor: tuple[str, str] | None = given.get("cursor")
    return cursor[1] if cursor else ""


def _seal(after: str, search: Search) -> str:
    return sha256(json.dumps([after, search.by, search.value]).encode()).hexdigest()[:SEAL]


_CURSOR = Checked(
    _read_cursor, type="string", format="cursor", description="The `cursor` of the page before, with the same search."
)
LIST = Object(
    Optional("limit", WrittenInteger(1, MOST), DEFAULT_LIMIT),
    Optional("cursor", _CURSOR),
    NoOthers(NO_SUCH_PARAMETER),
    Rule(_check_list_cursor),
)
SEARCH = Object(
    Optional("email", EMAIL),
    Optional("id_prefix", _IdPrefix(LONGEST_ID)),
    Optional("name_prefix", Name(LONGEST_NAME)),
    Optional("limit", Integer(1, MOST), DEFAULT_LIMIT),
    Optional("cursor", Nullable(_CURSOR)),
    NoOthers(NO_SUCH_FIELD),
    Rule(_check_search, oneOf=[{"required": [name]} for name in BY]),
    name="PeopleSearch",
)
