"""SES without a network: the real mailer's own client builds and signs each request, and reads a made reply."""

import base64
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

import boto3
import urllib3
from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from benchmarks.errors import BenchError
from earshot import bootstrap
from earshot.ports.mail import Mailer

EVENT = "before-send.sesv2.SendEmail"
BODY = json.dumps({"MessageId": "0100019ab0c1d2e3-4f5a6b7c-8d9e-4f01-a2b3-c4d5e6f70819-000000"}).encode()
HEADERS = {"Content-Type": "application/json", "Content-Length": str(len(BODY)), "x-amzn-RequestId": "bench"}


@dataclass(slots=True)
class Wire:
    """What would have gone over the network."""

    requests: int = 0
    last: AWSPreparedRequest | None = None

    def reply(self, request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        """Reply as SES does when it takes a mail."""
        self.requests, self.last = self.requests + 1, request
        raw = urllib3.HTTPResponse(io.BytesIO(BODY), HEADERS, 200, preload_content=False)
        return AWSResponse(request.url, 200, raw.headers, raw)

    def check(self, requests: int, mime: bytes) -> None:
        """Compare what was sent with what should have been; BenchError if they differ."""
        if self.last is None or self.requests != requests:
            raise BenchError(f"{self.requests} requests to SES where {requests} were to be made")
        sent = json.loads(self.last.body)["Content"]["Raw"]["Data"]
        is_signed = "AWS4-HMAC-SHA256" in str(self.last.headers["Authorization"])
        if not is_signed or base64.b64decode(sent) != mime:
            raise BenchError("a request to SES was not signed, or carried another mail")


@contextmanager
def silent_ses() -> Iterator[tuple[Mailer, Wire]]:
    """Make the mailer that the function makes, for SES's own address, and reply to each of its requests here."""
    wire, session = Wire(), boto3.Session()
    session.events.register(EVENT, wire.reply)
    deployed = {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true", "EARSHOT_CONFIGURATION_SET": "earshot-mails"}
    with patch.object(boto3, "DEFAULT_SESSION", session), patch.dict("os.environ", deployed):
        mailer = bootstrap.mailer.__wrapped__()
    yield mailer, wire
