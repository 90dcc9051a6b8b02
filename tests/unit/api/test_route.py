"""A route declares next to its handler what its requests have in common, and is held to it."""

import json
from typing import Any

import pytest

from earshot.api.http import HttpResponse, json_response, serve
from earshot.api.request import Request
from earshot.api.route import Reach, Route, route, routes
from earshot.domain.access import EVERYTHING, Access
from earshot.domain.api_key import ApiKey, compose, hash_of
from earshot.services.api_keys.manage_api_keys import create
from tests.factories import NOON
from tests.fakes.keys import InMemoryKeys

KEY_ID, KEY = compose(bytes(range(30)))
SHOP, OTHER, EMEA = Access(("shop",)), Access(("other",)), Access(segment=("region", "emea"))


class Keys:
    """One good key that may read scores."""

    def get(self, key_id: str) -> ApiKey | None:
        return ApiKey(KEY_ID, "crm", hash_of(KEY), ("scores:read",), "2026-01-01") if key_id == KEY_ID else None

    def note_use(self, key_id: str, day: str) -> None:
        """Note nothing."""


def handle(request: Request) -> HttpResponse[Any]:
    return json_response(200, {"body": request.body if request.event.get("body") else None, "key": request.key})


def ask(declared: Route, key: str | None = None, body: str | None = None, **ports: Any) -> tuple[int, Any]:
    headers = {"content-type": "application/json"} | ({} if key is None else {"authorization": f"Bearer {key}"})
    event: dict[str, Any] = {
        "routeKey": declared.key,
        "headers": headers,
        "body": body,
        "requestContext": {"requestId": "r-1"},
    }
    event["pathParameters"] = {"survey": "shop"}
    reply = serve(event, {declared.key: declared}, **ports)
    return reply["statusCode"], json.loads(reply["body"])


PORTS: dict[str, Any] = {"keys": Keys, "now": lambda: NOON}


def test_a_handler_stays_as_it_is_and_may_have_several_routes() -> None:
    @route("GET /v1/a", "read_a", scope="scores:read")
    @route("GET /v1/b", "read_b", open_because="it is public")
    def read(_: Request) -> HttpResponse[None]:
        return HttpResponse(statusCode=204)

    found = routes(read)

    assert read(Request({})) == {"statusCode": 204}
    assert {key: (each.name, each.scope, each.open_because) for key, each in found.items()} == {
        "GET /v1/a": ("read_a", "scores:read", ""),
        "GET /v1/b": ("read_b", "", "it is public"),
    }
    assert (found["GET /v1/a"].method, found["GET /v1/a"].path) == ("GET", "/v1/a")


@pytest.mark.parametrize(
    ("scope", "key", "status"),
    [
        ("scores:read", KEY, 200),
        ("scores:read", None, 401),
        ("people:read", KEY, 403),
        ("", None, 200),
    ],
)
def test_a_route_is_open_to_a_key_that_has_its_scope(scope: str, key: str | None, status: int) -> None:
    assert ask(Route("GET /v1/a", "read_a", handle, scope=scope), key, **PORTS)[0] == status


@pytest.mark.parametrize(("key", "status"), [(None, 200), (KEY, 200), ("nonsense", 401)])
def test_a_key_that_is_optional_must_be_good_if_it_comes_along(key: str | None, status: int) -> None:
    declared = Route("GET /v1/a", "read_a", handle, scope="scores:read", open_because="pages ask, too")

    assert ask(declared, key, **PORTS)[0] == status


def test_a_handler_that_cannot_check_a_key_refuses() -> None:
    assert ask(Route("GET /v1/a", "read_a", handle, scope="scores:read"), KEY)[0] == 500


def test_the_body_is_read_within_the_limit_of_the_route() -> None:
    declared = Route("POST /v1/a", "write_a", handle, limit=10)

    assert ask(declared, body='{"a": 1}') == (200, {"body": {"a": 1}, "key": ""})
    assert ask(declared, body='{"a": 12345}')[0] == 413


@pytest.mark.parametrize(
    ("access", "reach", "path", "status"),
    [
        (EVERYTHING, "whole", "/v1/a", 200),
        (SHOP, "whole", "/v1/a", 403),
        (SHOP, "surveys", "/v1/a", 403),
        (SHOP, "rows", "/v1/a", 200),
        (SHOP, "whole", "/v1/surveys/{survey}", 403),
        (SHOP, "surveys", "/v1/surveys/{survey}", 200),
        (SHOP, "rows", "/v1/surveys/{survey}", 200),
        (OTHER, "surveys", "/v1/surveys/{survey}", 403),
        (OTHER, "rows", "/v1/surveys/{survey}", 403),
        (EMEA, "surveys", "/v1/surveys/{survey}", 403),
        (EMEA, "rows", "/v1/surveys/{survey}", 200),
    ],
)
def test_a_caller_with_limited_access_asks_only_what_a_route_declares(
    access: Access, reach: Reach, path: str, status: int
) -> None:
    declared = Route(f"GET {path}", "read_a", handle, scope="scores:read", access=reach)
    keys = InMemoryKeys()
    _, key = create("limited", ["scores:read"], "2026-01-01", bytes(30), keys=keys, access=access)

    found, body = ask(declared, key, keys=lambda: keys, now=lambda: NOON)

    assert found == status
    assert status == 200 or "limited to" in body["detail"]


def test_a_route_that_erases_needs_that_scope_too() -> None:
    declared = Route("GET /v1/a", "read_a", handle, scope="scores:read", erases=True)

    assert declared.scopes == ("scores:read", "erasure")
    assert ask(declared, KEY, **PORTS)[0] == 403
