"""The calls on API keys, and the one that gives the document itself."""

from earshot.api.api_keys import key_view, listed_key_view
from earshot_cli.openapi.examples import API_KEY, KEY_ID, TODAY
from earshot_cli.openapi.operations import ETAG, Body, Operation, Reply

REQUEST = {"name": "ci", "scopes": ["scores:read", "responses:read"], "expires_at": "2027-11-21"}
ANALYST = {"name": "bi", "role": "analyst", "access": {"surveys": ["shop"]}}
_SHOWN = listed_key_view(API_KEY, TODAY)
_MADE = key_view(API_KEY) | {"key": f"earshot_{KEY_ID}_{'0' * 48}"}

OPERATIONS = (
    Operation(
        name="make_key",
        tag="Keys",
        summary="Make a key.",
        again="Each call makes a new key. If the reply was lost, revoke the key: `GET /v1/keys` lists it.",
        description="It has either `scopes` or those of a `role`, and meets the rows of its `access`. A key grants "
        "only scopes and access it has, and a key that expires makes only keys that expire no later: else 403. The "
        "first key is made by invoking the function.",
        body=Body({"reading": REQUEST, "a role in one survey": ANALYST}),
        replies={201: Reply("The key, shown once.", _MADE)},
    ),
    Operation(
        name="list_keys",
        tag="Keys",
        summary="List all keys, revoked and expired ones too.",
        description="`last_used_on` is a day in UTC, null for never. It is noted once a day, and a note may be lost.",
        replies={200: Reply("The keys.", {"keys": [_SHOWN]})},
    ),
    Operation(
        name="revoke_key",
        tag="Keys",
        summary="Revoke a key: it is refused from the next call on.",
        again="It stays revoked, and the status is 204 again.",
        replies={204: Reply("It is revoked.")},
    ),
    Operation(
        name="read_document",
        tag="About",
        summary="Read this document.",
        replies={
            200: Reply("This document, compressed for a client that accepts gzip.", headers=ETAG),
            304: Reply("It is still the one of `If-None-Match`."),
        },
    ),
    Operation(
        name="check_document",
        tag="About",
        summary="Check whether this document has changed.",
        replies={
            200: Reply("Its headers.", headers=ETAG),
            304: Reply("It is still the one of `If-None-Match`."),
        },
    ),
)
