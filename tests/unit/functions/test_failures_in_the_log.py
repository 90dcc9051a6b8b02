"""A queue consumer that goes on after an error logs where it happened, and nothing of what the error says."""

import logging

import pytest

from tests.aws_events import LambdaContext, sqs_event
from tests.unit.functions.conftest import World, load

CONSUMERS = ("send_emails", "plan_campaigns", "plan_reminders", "receive_feedback")
ADDRESS = "ann@example.com"


def read_body(_: object) -> dict[str, object]:
    """Fail, as code does that puts what it read into its error."""
    known: dict[str, object] = {}
    try:
        return {"name": known[ADDRESS]}
    except KeyError as exc:
        raise ValueError(f"cannot send to {ADDRESS}") from exc


@pytest.mark.parametrize("function", CONSUMERS)
def test_a_swallowed_error_leaves_its_frames_and_no_address(
    world: World, function: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    app = load(function)
    monkeypatch.setattr(app, "json_body", read_body)
    caplog.set_level(logging.INFO)

    reply = app.lambda_handler(sqs_event([{}]), LambdaContext(60_000))

    assert reply["batchItemFailures"] == [{"itemIdentifier": "message-0"}]
    (line,) = [vars(record) for record in caplog.records if "frames" in vars(record)]
    assert (line["reason"], line["message_id"]) == ("ValueError", "message-0")
    assert any(f"{function}/app.py:" in frame for frame in line["frames"])
    assert line["frames"][2].endswith("in read_body")
    assert "KeyError" in line["frames"]
    assert ADDRESS not in repr([vars(record) for record in caplog.records])
