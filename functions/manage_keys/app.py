"""/v1/keys: make, list and revoke API keys. Invoked directly (IAM is then the authority) it makes the first one."""

import os
from typing import Any

from earshot import bootstrap
from earshot.api.access import audit_invocation, authorize
from earshot.api.body import ONE_ANSWER, body_bytes, check_size, json_object
from earshot.api.http import Answer, Request, empty_answer, json_answer, serve
from earshot.api.settings import read_key_request
from earshot.api.views import key_view
from earshot.domain.events import iso
from earshot.services.manage_keys import create, revoke


def post(request: Request) -> Answer:
    authorize(request, "keys", keys=bootstrap.keys())
    raw = body_bytes(request.event)
    check_size(len(raw), ONE_ANSWER)
    made = make(json_object(raw))
    request.about["made"] = made["id"]
    return json_answer(201, made)


def list_all(request: Request) -> Answer:
    authorize(request, "keys", keys=bootstrap.keys())
    return json_answer(200, {"keys": [key_view(key) for key in bootstrap.keys().list()]})


def delete(request: Request) -> Answer:
    authorize(request, "keys", keys=bootstrap.keys())
    revoke(request.path("key"), iso(bootstrap.now()), keys=bootstrap.keys())
    return empty_answer(204)


def make(body: dict[str, Any]) -> dict[str, Any]:
    name, scopes = read_key_request(body)
    key, secret = create(name, scopes, iso(bootstrap.now()), os.urandom(30), keys=bootstrap.keys())
    shown = {field: value for field, value in key_view(key).items() if field != "revoked"}
    return {**shown, "key": secret}


def lambda_handler(event: dict[str, Any], _: object) -> Answer:
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
