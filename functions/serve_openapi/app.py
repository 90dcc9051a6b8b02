"""GET /v1/openapi.json: the API's own description, as `make openapi` wrote it beside this file."""

from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from earshot.api.http import Answer, Request, serve

DOCUMENT = Path(__file__).with_name("openapi.json")
# A page of another origin may show it: it is public, and no key is asked for.
HEADERS = {"cache-control": "public, max-age=300", "access-control-allow-origin": "*"}


def read(request: Request) -> Answer:
    text, tag = document()
    headers = HEADERS | {"etag": tag}
    kept = request.headers.get("if-none-match", "")
    if tag in kept or kept.strip() == "*":
        return {"statusCode": 304, "headers": headers}
    return {"statusCode": 200, "headers": headers | {"content-type": "application/json"}, "body": text}


@cache
def document() -> tuple[str, str]:
    text = DOCUMENT.read_text(encoding="utf-8")
    return text, f'"{sha256(text.encode()).hexdigest()[:32]}"'


def lambda_handler(event: dict[str, Any], _: object) -> Answer:
    return serve(event, ROUTES)


ROUTES = {"GET /v1/openapi.json": read}
