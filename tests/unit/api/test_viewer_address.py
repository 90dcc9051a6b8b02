"""The visitor's address behind a CDN is believed only with the secret of the CDN."""

import io
import json
from collections.abc import Sequence

import pytest
from botocore.exceptions import ClientError, NoCredentialsError

from earshot.api.request import Request
from earshot.api.viewer_address import SECRET, VIEWER, viewer_address
from earshot.domain.errors import BusyError
from earshot.observability import logger

EDGE, VISITOR = "130.176.1.9", "2001:db8:1::7"


def keys() -> Sequence[bytes]:
    return [b"current", b"former"]


def request(**headers: str) -> Request:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return Request({"headers": sent, "requestContext": {"http": {"sourceIp": EDGE}}})


def test_the_headers_are_those_that_the_distribution_writes() -> None:
    assert (VIEWER, SECRET) == ("x-earshot-viewer", "x-earshot-cdn-secret")


@pytest.mark.parametrize("secret", ["current", "former"])
@pytest.mark.parametrize("visitor", [VISITOR, "198.51.100.7"])
def test_the_edge_names_the_visitor(secret: str, visitor: str) -> None:
    asked = request(x_earshot_viewer=visitor, x_earshot_cdn_secret=secret)
    assert viewer_address(asked, keys) == visitor


@pytest.mark.parametrize("secret", ["", "guessed", "currentt", "curren", "CURRENT", "ключ", "\ud800"])
def test_who_does_not_know_the_secret_names_nobody(secret: str) -> None:
    assert viewer_address(request(x_earshot_viewer=VISITOR, x_earshot_cdn_secret=secret), keys) == EDGE


def test_a_visitor_without_the_secret_or_a_secret_without_a_visitor_is_who_asks() -> None:
    assert viewer_address(request(x_earshot_viewer=VISITOR), keys) == EDGE
    assert viewer_address(request(x_earshot_cdn_secret="current"), keys) == EDGE


def test_without_a_cdn_no_header_is_believed() -> None:
    assert viewer_address(request(x_earshot_viewer=VISITOR, x_earshot_cdn_secret="current"), None) == EDGE


def test_without_a_cdn_header_no_secret_is_read() -> None:
    def away() -> Sequence[bytes]:
        raise AssertionError("it was read")

    assert viewer_address(request(), away) == EDGE


def test_a_secret_that_cannot_be_read_now_loses_no_response() -> None:
    def busy() -> Sequence[bytes]:
        raise BusyError("the secret")

    assert viewer_address(request(x_earshot_viewer=VISITOR, x_earshot_cdn_secret="current"), busy) == EDGE


@pytest.mark.parametrize(
    "fault",
    [
        ValueError("the secret has no key, or an empty one"),
        *(
            ClientError({"Error": {"Code": code, "Message": "arn:aws:secretsmanager:…"}}, "GetSecretValue")
            for code in ("AccessDeniedException", "DecryptionFailure", "InvalidRequestException")
        ),
        ClientError({"Error": {"Code": "ResourceNotFoundException"}}, "GetSecretValue"),
        NoCredentialsError(),
    ],
)
def test_a_secret_that_is_not_to_be_read_loses_no_response_and_is_logged(
    fault: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = io.StringIO()
    monkeypatch.setattr(logger.registered_handler, "stream", log)

    def broken() -> Sequence[bytes]:
        raise fault

    assert viewer_address(request(x_earshot_viewer=VISITOR, x_earshot_cdn_secret="current"), broken) == EDGE
    (line,) = [json.loads(line) for line in log.getvalue().splitlines()]
    assert (line["message"], line["reason"]) == ("CDN secret not readable", type(fault).__name__)
    assert not any(private in json.dumps(line) for private in (VISITOR, EDGE, "arn:"))
