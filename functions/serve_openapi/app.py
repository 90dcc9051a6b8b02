"""GET /v1/openapi.json: the API's own description, as `make openapi` wrote it next to this file."""

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from earshot.api.files import file_response
from earshot.api.http import serve
from earshot.api.request import Request
from earshot.api.route import route, routes
from earshot.pages.served_file import ServedFile, served

if TYPE_CHECKING:
    from earshot.api.http import HttpResponse

DOCUMENT = Path(__file__).with_name("openapi.json")
# It changes with a deployment alone.
KEPT = "public, max-age=3600, stale-while-revalidate=86400"


@route("GET /v1/openapi.json", "read_document", open_because="it describes the API")
@route("HEAD /v1/openapi.json", "check_document", open_because="it describes the API")
def read(request: Request) -> "HttpResponse[dict[str, Any]]":
    return file_response(document(), "application/json", request, kept=KEPT)


@cache
def document() -> ServedFile:
    """Read the document once a container, without the white space that lets people read it in the repository."""
    written = json.loads(DOCUMENT.read_bytes())
    return served(json.dumps(written, ensure_ascii=False, separators=(",", ":")).encode())


def lambda_handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    return serve(event, ROUTES)


ROUTES = routes(read)
