"""A score that really changed is reported once on the bus, with both windows, whatever is repeated."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.e2e.bus_listener import Event, Listener, attach_queue, take_all
from tests.e2e.conftest import Stack
from tests.e2e.sample_by_hand import change_of
from tests.e2e.survey_client import Survey, physical, server_id, settle, until
from tests.e2e.test_logs import lines_about

GOOD, BAD = (10, 9, 9, 9, 8, 9, 7, 3), (9, 3, 0, 5, 8, 9, 7, 3)


def evaluated_day() -> date:
    """The day that was over an hour ago."""
    return (datetime.now(UTC) - timedelta(hours=1)).date() - timedelta(1)


def history(
    last: date, before: tuple[int, ...] = GOOD, since: tuple[int, ...] = BAD, **properties: str
) -> list[dict[str, object]]:
    """Some responses a day: those of `before` until thirty days before the last day, those of `since` from then on."""
    rows: list[dict[str, object]] = []
    for age in range(60):
        moment = datetime.combine(last - timedelta(age), datetime.min.time(), UTC)
        at = int(moment.timestamp() * 1000)
        rows += [
            {"id": server_id(at), "score": score, "responded_at": moment.isoformat(), "properties": properties}
            for score in (since if age < 30 else before)
        ]
    return rows


def let_the_clock_ask(survey: Survey) -> None:
    """Do what the hourly schedule does, for one survey and at once."""
    survey.stack.client("sqs").send_message(
        QueueUrl=physical(survey.stack, "ScoreQueue"), MessageBody=json.dumps({"survey": survey.id}), DelaySeconds=0
    )


def let_the_schedule_ring(stack: Stack) -> None:
    """Send what the hourly schedule sends, to the same queue, without the half minute that responses wait there."""
    target = stack.client("scheduler").get_schedule(Name=physical(stack, "HourlySchedule"))["Target"]
    queue = physical(stack, "ScoreQueue")
    assert target["Arn"].rpartition(":")[2] == queue.rpartition("/")[2]
    stack.client("sqs").send_message(QueueUrl=queue, MessageBody=target["Input"], DelaySeconds=0)


@pytest.fixture
def _asked_at_once(stack: Stack) -> Iterator[None]:
    """Keep nothing back in the queue of scores, where the schedule's messages wait half a minute."""
    sqs, url = stack.client("sqs"), physical(stack, "ScoreQueue")
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"DelaySeconds": "0"})
    yield
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"DelaySeconds": "30"})


def events_of(published: Listener, survey: Survey) -> list[Event]:
    return [event for event in published.of(survey.id) if event["detail-type"] != "ScoreRecomputed"]


def test_an_imported_history_with_a_real_change_is_reported_once(stack: Stack, published: Listener) -> None:
    survey = Survey(stack, target={"score": 50, "baseline": 40})
    last = evaluated_day()
    rows = history(last)
    survey.batch(*rows)
    survey.counted(480)
    let_the_clock_ask(survey)
    until(lambda: events_of(published, survey), lambda events: len(events) == 2)
    for _ in range(2):
        survey.batch(*rows)
        let_the_clock_ask(survey)
    settle(stack)
    assert survey.nps(window="all")["responses"] == 480

    events = {event["detail-type"]: event["detail"]["data"] for event in events_of(published, survey)}
    assert len(events_of(published, survey)) == 2
    changed, missed = events["ScoreChanged"], events["TargetMissed"]
    border, end = (last - timedelta(29)).isoformat(), (last + timedelta(1)).isoformat()
    assert (changed["series"], changed["direction"], changed["day"]) == ("all", "fall", last.isoformat())
    assert (changed["current"]["from"], changed["current"]["to"], changed["current"]["nps"]) == (border, end, -25)
    assert (changed["previous"]["to"], changed["previous"]["responses"], changed["previous"]["nps"]) == (
        border,
        240,
        50,
    )
    assert changed["change"]["high"] < 0
    assert changed["p_value"] < changed["level"] / 366
    assert (missed["target"], missed["baseline"], missed["current"]) == (50, 40, changed["current"])

    shown = survey.nps(window="30d", as_of=last.isoformat())
    assert shown["target"] == {"score": 50, "baseline": 40, "current": -25, "status": "not reached"}
    assert shown["band"] == {"label": "poor", "scale": "account-management"}


@pytest.mark.usefixtures("_asked_at_once")
def test_the_schedule_reports_each_real_change_and_target_once_however_often_it_runs(
    stack: Stack, published: Listener
) -> None:
    last, mixed = evaluated_day(), (10, 9, 9, 8, 7, 6, 3)
    falling, rising, quiet = (
        Survey(stack, segments=["plan"]),
        Survey(stack, target={"score": 20}),
        Survey(stack, target={"score": 15, "baseline": 0}),
    )
    hears = {"source": ["earshot"], "detail-type": ["ScoreChanged"]}
    heard_at = attach_queue(stack.client("events"), stack.client("sqs"), "earshot", hears)
    falling.batch(*history(last, plan="pro"))
    falling.batch(*history(last, GOOD[:4], GOOD[:4], plan="free"))
    rising.batch(*history(last, BAD, GOOD))
    quiet.batch(*history(last, mixed, mixed))
    for survey, responses in ((falling, 720), (rising, 480), (quiet, 420)):
        survey.counted(responses)

    let_the_schedule_ring(stack)
    let_the_schedule_ring(stack)
    until(lambda: len(events_of(published, falling)) + len(events_of(published, rising)), lambda events: events >= 4)
    settle(stack)
    let_the_schedule_ring(stack)
    settle(stack)

    assert sorted(map(named, events_of(published, falling))) == [
        ("ScoreChanged", "all", "fall"),
        ("ScoreChanged", "plan=pro", "fall"),
    ]
    assert sorted(map(named, events_of(published, rising))) == [
        ("ScoreChanged", "all", "rise"),
        ("TargetReached", "all", None),
    ]
    assert events_of(published, quiet) == []
    assert quiet.nps(window="30d", as_of=last.isoformat())["target"]["status"] == "within noise"

    changes = [event for survey in (falling, rising) for event in events_of(published, survey) if is_change(event)]
    consumed = take_all(stack.client("sqs"), heard_at)
    ours = [event for event in consumed if survey_of(event) in (falling.id, rising.id)]
    assert sorted(map(id_of, ours)) == sorted(map(id_of, changes))
    (rise,) = (event["detail"]["data"] for event in changes if survey_of(event) == rising.id)
    histograms = [[scores.count(score) * 30 for score in range(11)] for scores in (BAD, GOOD)]
    assert tuple(rise["change"].values()) == pytest.approx(change_of(*histograms), abs=1e-3)

    for survey in (falling, rising):
        (correlation,) = {event["detail"]["metadata"]["correlation_id"] for event in events_of(published, survey)}
        lines = lines_about(stack, correlation)
        assert {function for function, _ in lines} == {"RecomputeScores", "PublishEvents"}
        assert [line["changed"] for _, line in lines if line["message"] == "evaluated"] == [
            2 if survey is falling else 1
        ]


def named(event: Event) -> tuple[str, str, str | None]:
    data = event["detail"]["data"]
    return event["detail-type"], data["series"], data.get("direction")


def is_change(event: Event) -> bool:
    return bool(event["detail-type"] == "ScoreChanged")


def id_of(event: Event) -> str:
    return str(event["detail"]["metadata"]["id"])


def survey_of(event: Event) -> str:
    return str(event["detail"]["data"]["survey"])
