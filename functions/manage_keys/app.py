"""/v1/keys: make, list and revoke API keys. Invoked directly (IAM is then the authority) it makes the first one."""

import os
from typing import Any

from earshot import bootstrap
from earshot.api.access import audit_invocation, authorize
from earshot.api.api_keys import key_view, listed_key_view, read_key_request
from earshot.api.http import HttpResponse, empty_response, json_response, serve
from earshot.api.request import Request
from earshot.api.request_body import ONE_ANSWER, body_bytes, check_size, json_object
from earshot.domain.api_key import ApiKey
from earshot.domain.events import iso
from earshot.services.api_keys.manage_api_keys import check_grant, create, revoke


def post(request: Request) -> HttpResponse:
    giver = authorize(request, "keys", bootstrap.now(), keys=bootstrap.keys())
    raw = body_bytes(request.event)
    check_size(len(raw), ONE_ANSWER)
    made = make(json_object(raw), giver)
    request.about["made"] = made["id"]
    return json_response(201, made)


def list_all(request: Request) -> HttpResponse:
    authorize(request, "keys", bootstrap.now(), keys=bootstrap.keys())
    found = bootstrap.keys().list()
    used = bootstrap.keys().last_used(key.id for key in found)
    return json_response(200, {"keys": [listed_key_view(key, used.get(key.id)) for key in found]})


def delete(request: Request) -> HttpResponse:
    authorize(request, "keys", bootstrap.now(), keys=bootstrap.keys())
    revoke(request.path("key"), iso(bootstrap.now()), keys=bootstrap.keys())
    return empty_response(204)


def make(body: dict[str, Any], giver: ApiKey | None = None) -> dict[str, Any]:
    now = bootstrap.now()
    name, scopes, expires = read_key_request(body, now)
    if giver is not None:
        check_grant(giver, scopes, expires)
    key, secret = create(name, scopes, iso(now), os.urandom(30), keys=bootstrap.keys(), expires=expires)
    return {**key_view(key), "key": secret}


def lambda_handler(event: dict[str, Any], _: object) -> HttpResponse:
    if "requestContext" in event:
        return serve(event, ROUTES)
    made = make(event)
    audit_invocation("make a key", made=made["id"])
    return made


ROUTES = {
    "POST /v1/keys": post,
    "GET /v1/keys": list_all,
    "DELETE /v1/keys/{key}": delete,
}
