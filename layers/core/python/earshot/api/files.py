"""Files over HTTP: cached by clients, and compressed for those that can read it."""

from base64 import b64encode
from typing import Any

from earshot.api.http import HttpResponse
from earshot.api.request import Request
from earshot.pages.served_file import ServedFile

GZIP = "gzip"


def file_response(file: ServedFile, kind: str, request: Request, *, kept: str) -> HttpResponse[Any]:
    """Return the response with a file, or 304 to a client that has it; any page may load it.

    `kept` is the value of Cache-Control. The two forms of a file have a tag each: they are not the same
    bytes. A HEAD gets the headers alone.
    """
    packs = accepts_gzip(request.headers.get("accept-encoding", ""))
    headers = {
        "content-type": kind,
        "cache-control": kept,
        "etag": f'"{file.version}-{GZIP}"' if packs else f'"{file.version}"',
        "vary": "accept-encoding",
        "access-control-allow-origin": "*",
    }
    if is_kept(request, headers["etag"]):
        return HttpResponse(statusCode=304, headers=headers)
    encoded = headers | ({"content-encoding": GZIP} if packs else {})
    if request.route.startswith("HEAD "):
        return HttpResponse(statusCode=200, headers=encoded)
    if packs:
        return HttpResponse(statusCode=200, headers=encoded, body=_base64(file), isBase64Encoded=True)
    return HttpResponse(statusCode=200, headers=encoded, body=file.plain.decode())


def accepts_gzip(accepted: str) -> bool:
    """Return whether an Accept-Encoding takes gzip: it is named, or all is, and not with a weight of 0."""
    weights: dict[str, bool] = {}
    for entry in accepted.lower().split(","):
        name, _, parameters = entry.partition(";")
        weight = parameters.replace(" ", "").removeprefix("q=")
        weights[name.strip()] = bool(weight.strip("0.")) or not weight
    return weights.get(GZIP, weights.get("*", False))


def is_kept(request: Request, etag: str) -> bool:
    """Return whether the caller has the content of a tag already, by If-None-Match."""
    known = [entry.strip().removeprefix("W/") for entry in request.headers.get("if-none-match", "").split(",")]
    return etag in known or "*" in known


def _base64(file: ServedFile) -> str:
    return b64encode(file.packed).decode()
