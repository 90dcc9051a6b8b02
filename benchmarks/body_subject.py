"""Handles one body so many times with the handler of submit_response, whose table and queue reply at once."""

import io
import json
import os
import sys
from pathlib import Path
from typing import Any

TABLE = {
    "state": {"S": "open"},
    "segments": {"L": [{"S": f"s{number}"} for number in range(10)]},
    "timezone": {"S": "Europe/Berlin"},
    "widget": {"S": "{}"},
}
REPLIES = {
    "GetItem": {"Item": TABLE},
    "UpdateItem": {"Attributes": {"submissions": {"N": "1"}}},
    "SendMessage": {"MD5OfMessageBody": "", "MessageId": "m"},
    "SendMessageBatch": {"Successful": [], "Failed": []},
    "GetSecretValue": {"SecretString": "a key that signs nothing", "Name": "s", "ARN": "a"},
}


class RawBody(io.BytesIO):
    """The body of a reply, as urllib3 returns it."""

    def stream(self, **_: Any) -> Any:
        """Yield all of it at once."""
        yield self.read()


def main(path: str, times: int) -> None:
    """Handle the body of a file so many times, and refuse a reply that the handler does not make."""
    os.environ |= {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "EARSHOT_STAGE": "dev",
        "EARSHOT_TABLE": "earshot",
        "EARSHOT_SALT": "stack/earshot/0b1c",
        "EARSHOT_CDN_SECRET": "",
        "POWERTOOLS_SERVICE_NAME": "earshot",
        "POWERTOOLS_LOGGER_LOG_EVENT": "false",
        **{f"EARSHOT_{name}_SECRET": name.lower() for name in ("LINK", "HASH", "IDENTITY")},
        "EARSHOT_RESPONSE_QUEUE": "https://sqs.us-east-1.amazonaws.com/123456789012/responses",
    }
    from benchmarks.in_process import handler_of  # noqa: PLC0415 - the environment comes first

    handle = handler_of("submit_response")
    _reply_at_once()
    body = Path(path).read_text(encoding="utf-8")
    event = {
        "routeKey": "POST /v1/surveys/{survey}/responses",
        "pathParameters": {"survey": "demo"},
        "headers": {"content-type": "application/json", "content-length": str(len(body.encode()))},
        "requestContext": {"requestId": "r-1", "http": {"sourceIp": "192.0.2.7"}},
        "rawQueryString": "",
        "body": body,
    }
    for _ in range(times):
        reply = handle(event, None)
        if reply["statusCode"] not in (202, 400):
            raise SystemExit(f"{reply['statusCode']}: {reply.get('body')}")


def _reply_at_once() -> None:
    """Make each call of the clients return before it is sent."""
    from botocore.awsrequest import AWSResponse  # noqa: PLC0415

    from earshot import bootstrap  # noqa: PLC0415

    def reply_to(request: Any, event_name: str, **_: Any) -> AWSResponse:
        raw = json.dumps(REPLIES[event_name.rpartition(".")[2]]).encode()
        return AWSResponse(request.url, 200, {"content-type": "application/x-amz-json-1.0"}, RawBody(raw))

    for service in ("dynamodb", "sqs", "secretsmanager"):
        bootstrap.client(service).meta.events.register(f"before-send.{service}", reply_to)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
