"""The call of one function by another."""

import json
from io import BytesIO
from typing import Any

import pytest
from botocore.exceptions import ClientError

from earshot.adapters.by_address import LambdaByAddress
from earshot.domain.errors import BusyError
from earshot.domain.widget import Question, Showing


class Lambda:
    """A client of Lambda that replies as a test wants, and keeps what it was asked."""

    def __init__(self, reply: dict[str, Any] | Exception) -> None:
        self.reply = reply
        self.asked: list[dict[str, Any]] = []

    def invoke(self, **params: Any) -> dict[str, Any]:
        self.asked.append(params)
        if isinstance(self.reply, Exception):
            raise self.reply
        return self.reply


@pytest.mark.parametrize("is_so", [True, False])
def test_survey_token_and_event_are_sent_and_the_response_is_read(is_so: bool) -> None:
    client = Lambda({"Payload": BytesIO(json.dumps({"is_so": is_so}).encode())})
    assert LambdaByAddress(client, "asks").ask("shop", "a.b.c", Question(Showing.SHOWN, "an-id")) is is_so
    (asked,) = client.asked
    assert asked["FunctionName"] == "asks"
    assert json.loads(asked["Payload"]) == {"survey": "shop", "token": "a.b.c", "event": "shown", "id": "an-id"}


def test_what_was_shown_is_asked_by_the_id_of_its_response() -> None:
    client = Lambda({"Payload": BytesIO(b'{"is_so": true}')})
    assert LambdaByAddress(client, "asks").was_shown("shop", "a.b.c", "an-id")
    assert json.loads(client.asked[0]["Payload"]) == {"survey": "shop", "token": "a.b.c", "response": "an-id"}


@pytest.mark.parametrize(
    "reply",
    [
        {"FunctionError": "Unhandled", "Payload": BytesIO(b"{}")},
        ClientError({"Error": {"Code": "TooManyRequestsException"}}, "Invoke"),
    ],
)
def test_a_function_that_fails_or_is_throttled_is_busy(reply: dict[str, Any] | Exception) -> None:
    with pytest.raises(BusyError):
        LambdaByAddress(Lambda(reply), "asks").ask("shop", "a.b.c", Question())
