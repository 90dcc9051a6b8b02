"""What the functions emit while they work: metrics for dashboard and alarms, ids to follow one piece of work by."""

import json
import logging
from typing import Any

import pytest

from earshot import bootstrap
from earshot.adapters.sqs_submissions import pack
from earshot.domain.alerts import tasks_of
from earshot.domain.delivery_outcome import Ambiguous
from earshot.domain.events import response_events
from earshot.domain.sending_quota import SendingQuota
from earshot.ports.mail import PausedError, ThrottledError
from tests.aws_events import LambdaContext, http_event, invitation_image, sqs_event, stored, stream_event
from tests.factories import NOON, make_invitation, make_person, make_response, make_submission, uuid7
from tests.unit.functions.conftest import World, load
from tests.unit.functions.test_sync_crm import queued

ROUTE, PATH = "POST /v1/surveys/{survey}/responses", "/v1/surveys/demo/responses"
TASK = {"person": "ann", "invitation": make_invitation().id}


@pytest.fixture
def emitted(capsys: pytest.CaptureFixture[str]) -> Any:
    """The counts since it was last asked, by their names, and what their lines name, in `about`."""
    return Emitted(capsys)


class Emitted:
    """Reads what functions counted."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self.about: list[dict[str, Any]] = []

    def __call__(self) -> dict[str, float]:
        lines = [json.loads(line) for line in self._capsys.readouterr().out.splitlines() if line.startswith("{")]
        counts = [line for line in lines if any(name[0].isupper() for name in line)]
        self.about = [{name: value for name, value in line.items() if name[0].islower()} for line in counts]
        return {name: value for line in counts for name, value in line.items() if name[0].isupper()}


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Any:
    """The lines logged so far, as their fields."""
    caplog.set_level(logging.INFO)
    return lambda: [{"message": record.getMessage()} | vars(record) for record in caplog.records]


def test_accepted_and_rejected_responses_are_counted(world: World, emitted: Any) -> None:
    world.ask("submit_response", ROUTE, PATH, {"score": 9}, key=None)
    assert emitted() == {"ResponsesAccepted": 1}
    world.ask("submit_response", ROUTE, PATH, {"responses": [{"score": 9}, {"score": 1}]})
    assert emitted() == {"ResponsesAccepted": 2}
    world.ask("submit_response", ROUTE, PATH, {"score": 11}, key=None)
    assert emitted() == {"ResponsesRefused": 1}


def test_every_reply_names_the_request_that_the_log_knows_it_by(world: World, emitted: Any, lines: Any) -> None:
    for body, status in (({"score": 9}, 202), ({"score": 11}, 400)):
        reply = load("submit_response").lambda_handler(http_event(ROUTE, PATH, body), None)
        assert (reply["statusCode"], reply["headers"]["x-correlation-id"]) == (status, "JKJaXmPLvHcESHA=")
    assert reply["body"].count("urn:earshot:request:JKJaXmPLvHcESHA=") == 1
    assert emitted()["ResponsesAccepted"] == 1
    assert emitted.about[0]["correlation_id"] == "JKJaXmPLvHcESHA="
    assert [(line["correlation_id"], line["status"]) for line in lines()] == [("JKJaXmPLvHcESHA=", 400)]


def test_what_the_access_log_has_is_not_logged_again(world: World, lines: Any) -> None:
    for function, route, path in (
        ("submit_response", ROUTE.replace("POST", "OPTIONS"), PATH),
        ("serve_widget", "GET /widget.js", "/widget.js"),
        ("serve_widget", "GET /v1/surveys/{survey}/widget", "/v1/surveys/demo/widget"),
    ):
        assert load(function).lambda_handler(http_event(route, path), None)["statusCode"] < 300
    assert lines() == []
    assert load("serve_pages").lambda_handler(http_event("GET /s/{token}", "/s/none"), None)["statusCode"] == 404
    world.ask("submit_response", ROUTE, PATH, {"score": 9})
    assert [(line["message"], line["status"]) for line in lines()] == [("page", 404), ("request", 202)]


def test_what_is_recorded_and_what_comes_back_are_counted(world: World, emitted: Any, lines: Any) -> None:
    good = make_submission(correlation="r-1")
    gone = make_submission(id=uuid7(seed="b"), survey="gone", correlation="r-2")
    bodies = ["nope", *pack([good]), *pack([gone])]
    load("record_responses").lambda_handler(sqs_event(bodies), None)
    assert emitted() == {"ResponsesRecorded": 1, "MessagesReturned": 2}
    assert emitted.about[0]["correlation_ids"] == ["r-1"]
    (line,) = lines()
    assert (line["levelname"], line["message"], line["refused"], line["failed"]) == ("WARNING", "not recorded", 1, 1)
    assert line["correlation_ids"] == [gone.correlation]


def test_published_and_parked_records_are_counted(world: World, emitted: Any) -> None:
    response = make_response(3, correlation="r-1")
    poison = stored(make_response(3, id=uuid7(seed="b"))) | {"v": {"B": b"x"}}
    load("publish_events").lambda_handler(stream_event((None, stored(response)), (None, poison)), None)
    assert emitted() == {"EventsPublished": 2, "RecordsParked": 1}
    assert emitted.about[0]["correlation_ids"] == ["r-1"]


def test_the_funnel_names_the_work_it_counted(world: World, lines: Any) -> None:
    waiting = invitation_image(make_invitation(correlation="r-1"))
    load("count_funnel").lambda_handler(stream_event((None, waiting), (None, {"pk": {"S": "x"}})), None)
    assert lines()[-1]["correlation_ids"] == ["r-1"]


def test_an_alert_that_is_raised_is_counted_and_one_that_is_not_leaves_no_line(world: World, emitted: Any) -> None:
    for score in (9, 2):
        response = make_response(score, correlation="r-1")
        world.ledger.items["demo", response.id] = response
        bodies = [task.to_json() for task in tasks_of(response_events(None, response, "2026-11-21T12:00:00.000Z"))]
        load("evaluate_alerts").lambda_handler(sqs_event(bodies, "AlertQueue"), None)
    assert emitted() == {"AlertsRaised": 1}
    (about,) = emitted.about
    assert (about["correlation_ids"], about["deliveries"]) == (["r-1"], 1)


def test_a_delivered_alert_is_counted_with_how_long_it_took(
    world: World, emitted: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap, "now", lambda: NOON + 2_500)  # the alert was raised at noon
    load("sync_crm").lambda_handler(sqs_event([queued(world)], "DeliveryQueue"), None)
    assert emitted() == {"AlertsDelivered": 1, "SecondsToDeliver": 2.5}
    (about,) = emitted.about
    assert (about["message"], about["destination"], about["correlation_id"]) == ("delivered", "crm", "r-1")


def test_how_long_an_alert_took_is_counted_of_its_first_delivery_alone(
    world: World, emitted: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap, "now", lambda: NOON + 2_500)
    run, task = load("sync_crm").lambda_handler, queued(world)
    run(sqs_event([task], "DeliveryQueue"), None)
    assert "SecondsToDeliver" in emitted()
    ((key, first),) = world.deliveries.kept.items()
    world.deliveries.kept[key] = first.released()
    run(sqs_event([task], "DeliveryQueue"), None)
    assert emitted() == {"AlertsDelivered": 1}


def test_a_failed_attempt_is_logged_with_its_status(world: World, emitted: Any, lines: Any) -> None:
    world.receiver.outcomes = [Ambiguous("it replied 502", 502)]
    load("sync_crm").lambda_handler(sqs_event([queued(world), "nope"], "DeliveryQueue"), None)
    assert emitted() == {"MessagesReturned": 1}
    assert [line.get("status") for line in lines()] == [502, None]


def test_scores_that_are_computed_are_counted_and_the_line_names_their_surveys(world: World, emitted: Any) -> None:
    task = {"survey": "demo", "series": ["all"]}
    load("recompute_scores").lambda_handler(sqs_event([task, task], "ScoreQueue"), None)
    assert emitted() == {"ScoresRecomputed": 1}
    assert [about["surveys"] for about in emitted.about] == [["demo"]]


def test_scores_that_the_hour_asks_for_are_logged_and_not_counted(world: World, emitted: Any, lines: Any) -> None:
    load("recompute_scores").lambda_handler(sqs_event([{"survey": "demo"}], "ScoreQueue"), None)
    assert emitted() == {}
    assert [line["series"] for line in lines() if line["message"] == "recomputed"] == [1]


def schedule(world: World) -> None:
    world.people.kept["ann"] = make_person()
    world.invitations.kept["ann", TASK["invitation"]] = make_invitation(correlation="r-1")


def send(world: World, *tasks: Any) -> None:
    load("send_emails").lambda_handler(sqs_event(tasks, "EmailQueue"), LambdaContext())


def test_a_mail_that_went_out_is_counted_and_named_by_what_asked_for_it(world: World, emitted: Any, lines: Any) -> None:
    schedule(world)
    send(world, TASK, "nope")
    assert emitted() == {"MailsSent": 1, "MessagesReturned": 1}
    assert (emitted.about[0]["message"], emitted.about[0]["correlation_id"]) == ("sent", "r-1")
    assert emitted.about[0]["invitation"] == TASK["invitation"]
    assert [line["message"] for line in lines()] == ["not sent"]


def test_a_mail_that_is_called_off_is_counted(world: World, emitted: Any) -> None:
    schedule(world)
    world.people.kept["ann"] = make_person(email=None)
    send(world, TASK)
    assert emitted() == {"MailsDeclined": 1}


def test_a_mail_that_waits_its_turn_is_no_failure(world: World, emitted: Any) -> None:
    schedule(world)
    refuse(world, ThrottledError("too fast"))
    send(world, TASK)
    assert emitted() == {}


def test_a_mail_the_account_may_not_send_is_counted_as_paused(world: World, emitted: Any) -> None:
    schedule(world)
    refuse(world, PausedError("SES sends nothing for this account"))
    send(world, TASK)
    assert emitted() == {"MailsPaused": 1}


def test_an_account_that_may_send_nothing_is_counted_at_each_look(world: World, emitted: Any) -> None:
    for allowance in (SendingQuota(14.0, 0, "spent"), SendingQuota(14.0, 100, "")):
        world.account.allowed = allowance
        load("plan_reminders").lambda_handler(sqs_event([{"all_shards": True}], "PlanQueue"), None)
    assert emitted() == {"MailsHeldBack": 1}


CANARY = "canary-4711"
BROKEN = [
    CANARY,
    json.dumps([CANARY]),
    json.dumps({CANARY: CANARY}),
    json.dumps({"person": CANARY, "comment": CANARY, "survey": {CANARY: CANARY}, "campaign": CANARY}),
    json.dumps({"detail": {CANARY: CANARY}, "detail-type": "TouchpointReached", "source": "shop", "id": "e-1"}),
    json.dumps({"detail": {"metadata": {"id": "e-1"}, "data": {"survey": CANARY, CANARY: CANARY}}}),
    json.dumps({"detail": {"mail": {"messageId": "m", "destination": [CANARY]}, "bounce": {"bounceType": CANARY}},
                "detail-type": "Email Bounced", "source": "aws.ses", "id": "e-1"}),
    json.dumps({"version": 1, "submissions": [{"survey": "demo", "id": uuid7(), "comment": CANARY, "score": CANARY}]}),
]  # fmt: skip
BEHIND_QUEUES = (
    "record_responses",
    "evaluate_alerts",
    "sync_crm",
    "receive_touchpoints",
    "plan_reminders",
    "plan_campaigns",
    "send_emails",
    "receive_feedback",
    "backfill_segments",
    "recompute_scores",
)


@pytest.mark.parametrize("function", BEHIND_QUEUES)
def test_the_contents_of_a_broken_message_reach_no_log(
    world: World, function: str, lines: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    load(function).lambda_handler(sqs_event(BROKEN), LambdaContext())
    assert lines()
    assert CANARY not in repr([{**line, "exc_text": str(line.get("exc_info"))} for line in lines()])
    assert CANARY not in capsys.readouterr().out


@pytest.mark.parametrize("function", ["publish_events", "count_funnel"])
def test_the_contents_of_a_broken_record_reach_no_log(
    world: World, function: str, lines: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    image = {"pk": {"S": f"P#{CANARY}"}, "sk": {"S": "I#1"}, "comment": {"S": CANARY}, "correlation": {"N": CANARY}}
    response = {"pk": {"S": "R#demo#1"}, "sk": {"S": uuid7()}, "comment": {"S": CANARY}, "score": {"N": CANARY}}
    load(function).lambda_handler(stream_event((None, image), (None, response), (image, response)), None)
    written = repr(lines()) + capsys.readouterr().out
    assert len(written) > len("[]")
    assert CANARY not in written


def refuse(world: World, error: Exception) -> None:
    """Make SES refuse every mail."""

    def fail(_: str) -> None:
        raise error

    world.mailer.before = fail
