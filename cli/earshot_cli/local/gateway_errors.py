"""What the gateway itself replies instead of a function, in the words of AWS's HTTP API.

No such reply has CORS headers: to the widget it looks like a network that failed.
"""

import json
from typing import Any

from aiohttp import web

# AWS documents the limits behind 413, 429, 431 and 503. The words of 413, 429, 500 and 503 were seen on AWS; those of
# 400 and 431 are assumed.
MESSAGES = {
    400: "Bad Request",
    413: "Request Entity Too Large",
    429: "Too Many Requests",
    431: "Request Header Fields Too Large",
    500: "Internal Server Error",
    503: "Service Unavailable",
}


def gateway_error(status: int, message: str | None = None) -> web.Response:
    """Return a reply of the gateway's own; `message` is only for what AWS has no words for."""
    return json_reply(status, {"message": message or MESSAGES[status]})


def json_reply(status: int, content: dict[str, Any], content_type: str = "application/json") -> web.Response:
    """Return a reply with a JSON object."""
    return web.Response(status=status, content_type=content_type, body=json.dumps(content).encode())
