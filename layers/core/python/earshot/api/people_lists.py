"""The calls that list and find people: parameters and bodies checked, cursors that were tampered with refused."""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from earshot.api.fields import CHARACTERS, Fields, describes, name_of, optional, text
from earshot.api.invitation_rules import whole
from earshot.api.people import LONGEST_NAME, email
from earshot.api.queries import no_such, whole_number
from earshot.domain.people_search import Search
from earshot.domain.person import LONGEST_ID

DEFAULT_LIMIT, MOST = 20, 100
BY = ("email", "id_prefix", "name_prefix")
# What the list of all people is sealed as, in its cursors.
ALL = Search("all", "")
CURSOR = "it is not a cursor of this list: take it unchanged from the page before, with the same search"

# As many hex digits say that a cursor is of this search.
SEAL = 12


@dataclass(frozen=True, slots=True)
class Page:
    """Which page of people is wanted: how many, and behind which place in the list."""

    limit: int
    after: str


def read_people_list(query: Mapping[str, str]) -> Page:
    """Read which page of all people is wanted."""
    fields = Fields(query)
    limit = fields.take("limit", whole_number(1, MOST), DEFAULT_LIMIT)
    cursor = fields.take("cursor", _cursor, None)
    fields.unknown(no_such)
    after = _place(fields, cursor, ALL)
    fields.finish()
    return Page(limit, after)


def read_people_search(body: Mapping[str, Any]) -> tuple[Search, Page]:
    """Read who is looked for, by one of three things, and which page of them is wanted."""
    fields = Fields(body)
    given, limit, cursor = take_search(fields)
    named = [name for name in BY if fields.has(name)]
    if len(named) != 1:
        fields.fault(named[1] if named else BY[0], f"look for people by exactly one of {', '.join(BY)}")
    search = Search(named[0], given[named[0]] or "") if named else ALL
    after = _place(fields, cursor, search)
    fields.finish()
    return search, Page(limit, after)


def take_search(fields: Fields) -> tuple[dict[str, str | None], int, tuple[str, str] | None]:
    """Take every field of a search, however they go together."""
    checks = {"email": email, "id_prefix": _id_prefix, "name_prefix": name_of(LONGEST_NAME)}
    given = {name: fields.take(name, check, None) for name, check in checks.items()}
    limit = fields.take("limit", whole(1, MOST), DEFAULT_LIMIT)
    cursor = fields.take("cursor", optional(_cursor), None)
    fields.unknown(lambda _: "there is no such field")
    return given, limit, cursor


def make_people_cursor(after: str | None, search: Search = ALL) -> str | None:
    """Return the cursor of the next page; it is good for the same search only."""
    if after is None:
        return None
    return base64.urlsafe_b64encode(f"{_seal(after, search)}{after}".encode()).decode().rstrip("=")


@describes(
    type="string",
    minLength=1,
    maxLength=LONGEST_ID,
    pattern=CHARACTERS,
    description="How the ids begin, as they are written.",
)
def _id_prefix(value: Any) -> str:
    said: str = text(LONGEST_ID)(value)
    if not said:
        raise ValueError("it is empty; GET /v1/people lists everybody")
    return said


@describes(type="string", format="cursor", description="The `cursor` of the page before, with the same search.")
def _cursor(value: Any) -> tuple[str, str]:
    """Read a cursor as its seal and the place that it names."""
    if not isinstance(value, str):
        raise ValueError(CURSOR)
    try:
        told = base64.b64decode(value + "=" * (-len(value) % 4), altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError) as exc:
        raise ValueError(CURSOR) from exc
    return told[:SEAL], told[SEAL:]


def _place(fields: Fields, cursor: tuple[str, str] | None, search: Search) -> str:
    """Return behind which place a page begins; a cursor of another search is a fault."""
    if cursor is None:
        return ""
    seal, after = cursor
    if not after or seal != _seal(after, search):
        fields.fault("cursor", CURSOR)
    return after


def _seal(after: str, search: Search) -> str:
    return sha256(json.dumps([after, search.by, search.value]).encode()).hexdigest()[:SEAL]
