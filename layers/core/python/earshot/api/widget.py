"""The widget over HTTP: its script and its config, cached by browsers and compressed for those that can read it."""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from earshot.api.fields import SignedToken
from earshot.api.files import file_response, is_kept
from earshot.api.http import HttpResponse
from earshot.api.request import Request
from earshot.api.schema import (
    NO_SUCH_FIELD,
    NO_SUCH_PARAMETER,
    NOT_BLANK,
    Checked,
    NoOthers,
    Object,
    OneOf,
    Optional,
    Required,
    Schema,
    Text,
)
from earshot.domain import ids
from earshot.domain.identity_claims import LONGEST_TOKEN
from earshot.domain.widget import Question, Showing
from earshot.pages.served_file import ServedFile

if TYPE_CHECKING:
    from typing import TypedDict

    from earshot.api.widget_views import WidgetConfigView

    class MayAsk(TypedDict):
        """Whether the person may be asked."""

        ask: bool


LARGEST_QUESTION = 8 * 1024
CONFIG_SECONDS = 300


def script_response(
    script: ServedFile, request: Request, *, seconds: int, immutable: bool = False
) -> HttpResponse[str]:
    """Return the script, or 304 if the browser has it; any page, also an isolated one, may load it."""
    return _part_response(script, "text/javascript", request, seconds=seconds, immutable=immutable)


def style_response(style: ServedFile, request: Request) -> HttpResponse[str]:
    """Return the style sheet of the question; the script names its version, so that the two fit."""
    return _part_response(style, "text/css", request, seconds=31_536_000)


def _part_response(
    part: ServedFile, kind: str, request: Request, *, seconds: int, immutable: bool = False
) -> HttpResponse[str]:
    kept = f"public, max-age={seconds}" + (", immutable" if immutable else "")
    response: HttpResponse[str] = file_response(part, f"{kind}; charset=utf-8", request, kept=kept)
    response["headers"]["cross-origin-resource-policy"] = "cross-origin"
    return response


def config_response(config: "WidgetConfigView", request: Request) -> "HttpResponse[WidgetConfigView]":
    """Return a config that browsers keep for five minutes, or 304 if it has not changed since."""
    body = json.dumps(config, ensure_ascii=False)
    headers = {
        "content-type": "application/json",
        "cache-control": f"public, max-age={CONFIG_SECONDS}",
        "etag": f'"{sha256(body.encode()).hexdigest()[:16]}"',
    }
    if is_kept(request, headers["etag"]):
        return HttpResponse(statusCode=304, headers=headers)
    return HttpResponse(statusCode=200, headers=headers, body=body)


def read_language(query: Mapping[str, str]) -> str | None:
    """Read `lang`, a BCP 47 tag; an unknown language gets English."""
    language: str | None = CONFIG_QUERY.read(query).get("lang")
    return language


def read_known_person(body: Mapping[str, Any]) -> tuple[str, Question]:
    """Read the token of a person a page knows, and what became of the question it showed them."""
    given = KNOWN_PERSON.read(body)
    event = given.get("event")
    return given["token"], Question(Showing(event) if event else None, given.get("id"))


class _Token(SignedToken):
    """A token that must be there."""

    __slots__ = ()

    def check(self, value: Any) -> str:
        """Return the token."""
        return _SOME_TEXT.check(super().check(value))

    def schema(self) -> Schema:
        """Return a string that is not blank."""
        return {"type": "string", "maxLength": LONGEST_TOKEN, "pattern": NOT_BLANK}


def _read_response_id(value: Any) -> str:
    """Return the id that the response to the question will have, in its one spelling."""
    canonical: str | None = ids.canonical(value) if isinstance(value, str) else None
    if canonical is None:
        raise ValueError("it is not a UUID")
    return canonical


_SOME_TEXT = Text(LONGEST_TOKEN, blank=False)
CONFIG_QUERY = Object(Optional("lang", Text(35)), NoOthers(NO_SUCH_PARAMETER))
_RESPONSE_ID = Checked(
    _read_response_id,
    type="string",
    pattern=ids.PATTERN,
    description="The id that the response to the question will have. For a week it is this person's then, "
    "though the token may be over when it comes.",
)
KNOWN_PERSON = Object(
    Required("token", _Token(LONGEST_TOKEN)),
    Optional("event", OneOf(*(showing.value for showing in Showing))),
    Optional("id", _RESPONSE_ID),
    NoOthers(NO_SUCH_FIELD),
    name="KnownPerson",
)
