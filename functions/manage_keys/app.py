"""/v1/keys: make, list and revoke API keys. Invoked directly (IAM is then the authority) it makes the first one."""

import os
from typing import Any

from earshot import bootstrap
from earshot.api.body import ONE_ANSWER, body_bytes, check_size, json_object
from earshot.api.http import Answer, Request, empty_answer, json_answer, serve
from earshot.api.settings import read_key_request
from earshot.api.views import key_view
from earshot.domain.events import iso
from earshot.services.authorize import authorize
from earshot.services.manage_keys import create, revoke


def post(request: Request) -> Answer:
    authorize(request.presented_key, "keys", keys=bootstrap.keys())
    raw = body_bytes(request.event)
    check_size(len(raw), ONE_ANSWER)
    return json_answer(201, make(json_object(raw)))


def list_all(request: Request) -> Answer:
    authorize(request.presented_key, "keys", keys=bootstrap.keys())
    return json_answer(200, {"keys": [key_view(key) for key in bootstrap.keys().list()]})


def delete(request: Request) -> Answer:
    authorize(request.presented_key, "keys", keys=bootstrap.keys())
    revoke(request.path("key"), iso(bootstrap.now()), keys=bootstrap.keys())
    return empty_answer(204)


def make(body: dict[str, Any]) -> dict[str, Any]:
    name, scopes = read_key_request(body)
    key, secret = create(name, scopes, iso(bootstrap.now()), os.urandom(30), keys=bootstrap.keys())
    shown = {field: value for field, value in key_view(key).items() if field != "revoked"}
    return {**shown, "key": secret}


def lambda_handler(event: dict[str, Any], _: object) -> Answer:
    return serve(event, ROUTES) if "requestContext" in event else make(event)


ROUTES = {
    "POST /v1/keys": post,
    "GET /v1/keys": list_all,
    "DELETE /v1/keys/{key}": delete,
}
