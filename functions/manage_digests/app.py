"""/v1/digests: what each role gets to read about a survey by mail or Slack, and when."""

from typing import TYPE_CHECKING, Any

from earshot import bootstrap
from earshot.api.digests import (
    DIGEST,
    PREVIEW,
    check_digest_id,
    digest_view,
    digests_view,
    read_digest,
    read_preview,
    test_view,
)
from earshot.api.http import HttpResponse, empty_response, json_response, serve
from earshot.api.request import Request
from earshot.api.route import route, routes
from earshot.domain.digests import Digest
from earshot.domain.errors import ChangedError
from earshot.services.digests.manage_digests import delete_digest, find_digest, put_digest, standings
from earshot.services.digests.manage_digests import queue_test as send_test
from earshot.services.digests.manage_digests import redrive as send_again

if TYPE_CHECKING:
    from earshot.api.digests import DigestList, DigestView, QueuedDigests, TestedDigest

# A preview is a mail: it has inline styles, and may do nothing and load nothing.
PREVIEW_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"
PREVIEW_HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": PREVIEW_POLICY,
    "referrer-policy": "no-referrer",
}


@route("GET /v1/digests", "list_digests", scope="team:read")
def list_all(_: Request) -> "HttpResponse[DigestList]":
    return json_response(200, digests_view(bootstrap.digests().list()))


@route("PUT /v1/digests/{digest}", "put_digest", scope="team:write", body=DIGEST, audit="write a digest")
def put(request: Request) -> "HttpResponse[DigestView]":
    given, revision = read_digest(request.body, check_digest_id(request.path("digest")))
    try:
        digest, is_new = put_digest(given, revision, bootstrap.manage_digests_deps())
    except ChangedError as exc:
        exc.current = digest_view(exc.current)
        raise
    return json_response(201 if is_new else 200, digest_view(digest))


@route("GET /v1/digests/{digest}", "read_digest", scope="team:read")
def read(request: Request) -> "HttpResponse[DigestView]":
    found = named(request)
    return json_response(200, digest_view(found, standings(found, bootstrap.manage_digests_deps())))


@route("DELETE /v1/digests/{digest}", "delete_digest", scope="team:write", audit="delete a digest")
def delete(request: Request) -> HttpResponse[None]:
    delete_digest(request.path("digest"), bootstrap.manage_digests_deps())
    return empty_response(204)


@route("POST /v1/digests/{digest}/test", "test_digest", scope="team:write", audit="test a digest")
def test(request: Request) -> "HttpResponse[TestedDigest]":
    return json_response(202, test_view(send_test(named(request), bootstrap.manage_digests_deps())))


@route("POST /v1/digests/{digest}/redrive", "redrive_digest", scope="team:write", audit="redrive a digest")
def redrive(request: Request) -> "HttpResponse[QueuedDigests]":
    return json_response(202, {"queued": send_again(named(request), bootstrap.manage_digests_deps())})


@route("GET /v1/digests/{digest}/preview", "preview_digest", scope="team:read", query=PREVIEW)
def preview(request: Request) -> "HttpResponse[str]":
    is_html, to = read_preview(request.query)
    has_words = "responses:read" in request.api_key.scopes
    host = request.event["requestContext"]["domainName"]
    mail = bootstrap.preview_digest(named(request), to, host, has_words=has_words)
    kind = "html" if is_html else "plain"
    headers = {"content-type": f"text/{kind}; charset=utf-8", **PREVIEW_HEADERS}
    return HttpResponse(statusCode=200, headers=headers, body=mail.html if is_html else mail.text)


def named(request: Request) -> Digest:
    return find_digest(request.path("digest"), bootstrap.digests())


def lambda_handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    return serve(event, ROUTES, keys=bootstrap.api_keys, now=bootstrap.now)


ROUTES = routes(list_all, put, read, delete, test, redrive, preview)
