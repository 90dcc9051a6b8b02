"""A score that really changed is told once on the bus, with both windows, whatever is repeated."""

import json
from datetime import UTC, date, datetime, timedelta

from tests.e2e.asking import Survey, physical, server_id, settle, until
from tests.e2e.conftest import Stack
from tests.e2e.listening import Event, Listener

GOOD, BAD = (10, 9, 9, 9, 8, 9, 7, 3), (9, 3, 0, 5, 8, 9, 7, 3)


def judged_day() -> date:
    """The day that was over an hour ago."""
    return (datetime.now(UTC) - timedelta(hours=1)).date() - timedelta(1)


def history(last: date) -> list[dict[str, object]]:
    """Eight answers a day: good ones until thirty days before the last day, bad ones since."""
    rows: list[dict[str, object]] = []
    for age in range(60):
        moment = datetime.combine(last - timedelta(age), datetime.min.time(), UTC)
        at = int(moment.timestamp() * 1000)
        rows += [
            {"id": server_id(at), "score": score, "responded_at": moment.isoformat()}
            for score in (BAD if age < 30 else GOOD)
        ]
    return rows


def let_the_clock_ask(survey: Survey) -> None:
    """Do what the hourly schedule does, for one survey and at once."""
    survey.stack.client("sqs").send_message(
        QueueUrl=physical(survey.stack, "ScoreQueue"), MessageBody=json.dumps({"survey": survey.id}), DelaySeconds=0
    )


def told(announced: Listener, survey: Survey) -> list[Event]:
    return [event for event in announced.of(survey.id) if event["detail-type"] != "ScoreRecomputed"]


def test_an_imported_history_with_a_real_change_is_told_once(stack: Stack, announced: Listener) -> None:
    survey = Survey(stack, target={"score": 50, "baseline": 40})
    last = judged_day()
    rows = history(last)
    survey.batch(*rows)
    survey.counted(480)
    let_the_clock_ask(survey)
    until(lambda: told(announced, survey), lambda events: len(events) == 2)
    for _ in range(2):
        survey.batch(*rows)
        let_the_clock_ask(survey)
    settle(stack)
    assert survey.nps(window="all")["responses"] == 480

    events = {event["detail-type"]: event["detail"]["data"] for event in told(announced, survey)}
    assert len(told(announced, survey)) == 2
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
    assert shown["target"] == {"score": 50, "baseline": 40, "current": -25, "standing": "not reached"}
    assert shown["band"] == {"label": "poor", "scale": "account-management"}
