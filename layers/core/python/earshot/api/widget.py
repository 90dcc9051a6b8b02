"""The widget over HTTP: its script and its config, cached by browsers and compressed for those that can read it."""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from earshot.api.fields import NOT_BLANK, Fields, describes, one_of, signed_token, text
from earshot.api.files import file_response, is_kept
from earshot.api.http import HttpResponse, Request
from earshot.domain import ids
from earshot.domain.identity_claims import LONGEST_TOKEN
from earshot.domain.widget import Question, Showing
from earshot.pages.served_file import ServedFile

LARGEST_QUESTION = 8 * 1024
CONFIG_SECONDS = 300


def script_answer(script: ServedFile, request: Request, *, seconds: int, immutable: bool = False) -> HttpResponse:
    """Answer with the script, or with 304 if the browser has it; any page, also an isolated one, may load it."""
    return _part_answer(script, "text/javascript", request, seconds=seconds, immutable=immutable)


def style_answer(style: ServedFile, request: Request) -> HttpResponse:
    """Answer with the style sheet of the question; the script names its version, so that the two fit."""
    return _part_answer(style, "text/css", request, seconds=31_536_000)


def _part_answer(
    part: ServedFile, kind: str, request: Request, *, seconds: int, immutable: bool = False
) -> HttpResponse:
    kept = f"public, max-age={seconds}" + (", immutable" if immutable else "")
    answer = file_response(part, f"{kind}; charset=utf-8", request, kept=kept)
    answer["headers"]["cross-origin-resource-policy"] = "cross-origin"
    return answer


def config_answer(config: Mapping[str, Any], request: Request) -> HttpResponse:
    """Answer with a config that browsers keep for five minutes, or with 304 if it has not changed since."""
    body = json.dumps(config, ensure_ascii=False)
    headers = {
        "content-type": "application/json",
        "cache-control": f"public, max-age={CONFIG_SECONDS}",
        "etag": f'"{sha256(body.encode()).hexdigest()[:16]}"',
    }
    if is_kept(request, headers["etag"]):
        return {"statusCode": 304, "headers": headers}
    return {"statusCode": 200, "headers": headers, "body": body}


def read_language(query: Mapping[str, str]) -> str | None:
    """Read `lang`, a BCP 47 tag; one that nobody speaks gets English."""
    fields = Fields(query)
    language: str | None = fields.take("lang", text(35), None)
    fields.unknown(lambda _: "there is no such parameter")
    fields.finish()
    return language


def read_known_person(body: Mapping[str, Any]) -> tuple[str, Question]:
    """Read the token of a person a page knows, and what became of the question it showed them."""
    fields = Fields(body)
    token: str = fields.take("token", _token)
    event: str | None = fields.take("event", one_of(*(showing.value for showing in Showing)), None)
    response: str | None = fields.take("id", _response, None)
    fields.unknown(lambda _: "there is no such field")
    fields.finish()
    return token, Question(Showing(event) if event else None, response)


@describes(type="string", maxLength=LONGEST_TOKEN, pattern=NOT_BLANK)
def _token(value: Any) -> str:
    return text(LONGEST_TOKEN, empty=False)(signed_token(value))


@describes(
    type="string",
    pattern=ids.PATTERN,
    description="The id that the response to the question will have. For a week it is this person's then, though the "
    "token may be over when it comes.",
)
def _response(value: Any) -> str:
    canonical: str | None = ids.canonical(value) if isinstance(value, str) else None
    if canonical is None:
        raise ValueError("it is not a UUID")
    return canonical
