"""Events as AWS hands them to a function: the samples under events/, and ones made for a test."""

import base64
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from earshot.adapters.dynamodb.invitation_items import invitation_item
from earshot.adapters.dynamodb.response_items import response_item
from earshot.adapters.dynamodb.table import marshalled
from earshot.api.all_paths import PATHS
from earshot.domain.invitation import Invitation
from earshot.domain.response import Response

EVENTS = Path(__file__).parents[1] / "events"
RECEIVED = 1_795_294_800_000  # 2026-11-21T21:00:00Z

Event = dict[str, Any]
Image = Mapping[str, Any]


class LambdaContext:
    """The context that Lambda passes with the event: here, how long the run may still last (milliseconds)."""

    def __init__(self, left: int = 60_000) -> None:
        self.left = left

    def get_remaining_time_in_millis(self) -> int:
        """Return the time that a test chose."""
        return self.left


def load_event(name: str) -> Any:
    """Read a sample again, `submit_response/promoter` for instance: a test may change what it gets."""
    return json.loads((EVENTS / f"{name}.json").read_text(encoding="utf-8"))


def samples(folder: str) -> list[str]:
    """Name the samples of a folder, as `load_event` takes them."""
    return sorted(f"{folder}/{path.stem}" for path in (EVENTS / folder).glob("*.json"))


def http_event(
    route: str,
    path: str | None = None,
    body: Any = None,
    *,
    query: str = "",
    key: str | None = None,
    headers: Mapping[str, str] | None = None,
    method: str = "GET",
    cookies: Sequence[str] = (),
) -> Event:
    """Make an HTTP API request (payload 2.0) as API Gateway passes it on under a route key.

    `path` may be left out where the route has no parameters. A dict or list becomes JSON, bytes travel as base64,
    text as it is; `key` goes into `authorization`, and header names are in lower case, as AWS makes them.
    `method` is for `$default`, whose route names none.
    """
    method, _, template = (method, "", "") if route == "$default" else route.partition(" ")
    raw_path = path or template
    sent = {"content-type": "application/json", "host": "api.example.com", **_lowered(headers)}
    if key is not None:
        sent["authorization"] = f"Bearer {key}"
    event: Event = {
        "version": "2.0",
        "routeKey": route,
        "rawPath": raw_path,
        "rawQueryString": query,
        "headers": sent,
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "r3pmxmplak",
            "domainName": "api.example.com",
            "domainPrefix": "api",
            "http": {
                "method": method,
                "path": raw_path,
                "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.1",
                "userAgent": "tests",
            },
            "requestId": "JKJaXmPLvHcESHA=",
            "routeKey": route,
            "stage": "$default",
            "time": "21/Nov/2026:21:00:00 +0000",
            "timeEpoch": RECEIVED,
        },
        "isBase64Encoded": False,
    }
    if parameters := path_parameters(template, raw_path):
        event["pathParameters"] = parameters
    if cookies:
        event["cookies"] = list(cookies)
    return event | _body(body)


def path_parameters(template: str, path: str) -> dict[str, str]:
    """Return the parts of a path under the names that a route's template has for them."""
    found = re.fullmatch(_pattern(template), path)
    return found.groupdict() if found else {}


def route_of(method: str, path: str) -> str:
    """Find the route key under which API Gateway passes a request on."""
    for template in sorted(PATHS, key=lambda each: each.endswith("+}")):
        if method in PATHS[template] and re.fullmatch(_pattern(template), path):
            return f"{method} {template}"
    return "$default"


def _pattern(template: str) -> str:
    """Return the pattern of a path's template; a part that is named with a plus takes all that follows."""
    return re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", re.sub(r"\{(\w+)\+\}", r"(?P<\1>.+)", template))


def sqs_event(bodies: Iterable[str | Mapping[str, Any]], queue: str = "ResponseQueue", sent: int = RECEIVED) -> Event:
    """Make a batch of messages, `message-0`, `message-1` and so on; a mapping becomes JSON."""
    texts = [body if isinstance(body, str) else json.dumps(body, ensure_ascii=False) for body in bodies]
    return {"Records": [_message(number, text, queue, sent) for number, text in enumerate(texts)]}


def stream_record(
    *, new: Image | None = None, old: Image | None = None, number: int = 0, time: float = RECEIVED // 1000
) -> Event:
    """Make a record of the table's stream from the item before and after, both as DynamoDB writes them."""
    item = new or old or {}
    change: Event = {
        "ApproximateCreationDateTime": time,
        "Keys": {name: item[name] for name in ("pk", "sk") if name in item},
        "SequenceNumber": f"{100_000_000_000_000_000_000 + number}",
        "SizeBytes": 512,
        "StreamViewType": "NEW_AND_OLD_IMAGES",
    }
    images = {"NewImage": new, "OldImage": old}
    change |= {name: dict(image) for name, image in images.items() if image is not None}
    return {
        "eventID": f"{number:032x}",
        "eventName": "REMOVE" if new is None else "INSERT" if old is None else "MODIFY",
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": "eu-central-1",
        "dynamodb": change,
        "eventSourceARN": "arn:aws:dynamodb:eu-central-1:123456789012:table/Table/stream/2026-11-21T20:00:00.000",
    }


def invitation_image(invitation: Invitation) -> dict[str, Any]:
    """Return an invitation as DynamoDB writes it."""
    return marshalled(invitation_item(invitation))


def stream_event(*changes: tuple[Image | None, Image | None]) -> Event:
    """Make a batch of the table's stream from (old, new) items."""
    return {"Records": [stream_record(old=old, new=new, number=n) for n, (old, new) in enumerate(changes)]}


def bus_event(detail_type: str, detail: Mapping[str, Any]) -> Event:
    """Make an event as a rule puts it into a queue."""
    return {
        "version": "0",
        "id": "9b2d7f0e-5a53-4a5c-8f0e-0c6a6d2f4a11",
        "detail-type": detail_type,
        "source": "earshot",
        "account": "123456789012",
        "time": "2026-11-21T21:00:00Z",
        "region": "eu-central-1",
        "resources": [],
        "detail": dict(detail),
    }


def _lowered(headers: Mapping[str, str] | None) -> dict[str, str]:
    return {name.lower(): value for name, value in (headers or {}).items()}


def _body(body: Any) -> Event:
    if body is None:
        return {}
    if isinstance(body, bytes):
        return {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}
    return {"body": body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)}


def _message(number: int, body: str, queue: str, sent: int) -> Event:
    return {
        "messageId": f"message-{number}",
        "receiptHandle": f"receipt-{number}",
        "body": body,
        "attributes": {
            "ApproximateReceiveCount": "1",
            "SentTimestamp": str(sent),
            "SenderId": "AROAEXAMPLE:earshot",
            "ApproximateFirstReceiveTimestamp": str(sent + 20),
        },
        "messageAttributes": {},
        "md5OfBody": "",
        "eventSource": "aws:sqs",
        "eventSourceARN": f"arn:aws:sqs:eu-central-1:123456789012:{queue}",
        "awsRegion": "eu-central-1",
    }


def stored(response: Response) -> dict[str, Any]:
    """Return a response's item as the table and its stream have it."""
    return marshalled(response_item(response))
