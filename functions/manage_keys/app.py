"""/v1/keys: make, list and revoke API keys. Invoked directly (IAM is then the authority) it makes the first one."""

import os
from typing import TYPE_CHECKING, Any

from earshot import bootstrap
from earshot.api.access import audit_invocation
from earshot.api.api_keys import KEY_REQUEST, key_view, listed_key_view, read_key_request
from earshot.api.http import HttpResponse, empty_response, json_response, serve
from earshot.api.request import Request
from earshot.api.route import route, routes
from earshot.domain.api_key import ApiKey
from earshot.domain.events import iso
from earshot.services.api_keys.manage_api_keys import check_grant, create, revoke

if TYPE_CHECKING:
    from earshot.api.api_keys import ApiKeyList, NewApiKeyView


@route("POST /v1/keys", "make_key", scope="keys", body=KEY_REQUEST, audit="make a key", access="rows")
def post(request: Request) -> "HttpResponse[NewApiKeyView]":
    made = make(request.body, request.api_key)
    request.about["made"] = made["id"]
    return json_response(201, made)


@route("GET /v1/keys", "list_keys", scope="keys", audit="list keys")
def list_all(_: Request) -> "HttpResponse[ApiKeyList]":
    found = bootstrap.api_keys().list()
    used = bootstrap.api_keys().last_used(key.id for key in found)
    return json_response(200, {"keys": [listed_key_view(key, used.get(key.id)) for key in found]})


@route("DELETE /v1/keys/{key}", "revoke_key", scope="keys", audit="revoke a key")
def delete(request: Request) -> HttpResponse[None]:
    revoke(request.path("key"), iso(bootstrap.now()), keys=bootstrap.api_keys())
    return empty_response(204)


def make(body: dict[str, Any], giver: ApiKey | None = None) -> "NewApiKeyView":
    now = bootstrap.now()
    draft = read_key_request(body, now)
    if giver is not None:
        check_grant(giver, draft)
    key, secret = create(
        draft.name,
        draft.scopes,
        iso(now),
        os.urandom(30),
        keys=bootstrap.api_keys(),
        expires=draft.expires,
        role=draft.role,
        access=draft.access,
    )
    return {**key_view(key), "key": secret}


def lambda_handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    if "requestContext" in event:
        return serve(event, ROUTES, keys=bootstrap.api_keys, now=bootstrap.now)
    made = make(event)
    audit_invocation("make a key", made=made["id"])
    return dict(made)


ROUTES = routes(post, list_all, delete)
