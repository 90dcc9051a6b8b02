"""Campaigns on the deployed stack: a budget a day, started twice, and an empty segment."""

import json
import uuid
from typing import TYPE_CHECKING, Any

from typer.testing import CliRunner

from earshot_cli.main import app
from tests.e2e.invitation_client import a_survey, decisions, eventually, id_of, mails_to
from tests.e2e.survey_client import physical

if TYPE_CHECKING:
    from tests.e2e.bus_listener import Listener
    from tests.e2e.conftest import Stack


def some_people(stack: "Stack", plan: str, number: int) -> list[str]:
    """Create people that no other test knows; return their addresses."""
    names = [f"{plan}.{uuid.uuid4().hex[:10]}@example.net" for _ in range(number)]
    people = [{"id": id_of(name), "email": name, "properties": {"plan": plan}} for name in names]
    assert stack.call("POST", "/v1/people", {"people": people}).status == 200
    return names


def tick(stack: "Stack") -> None:
    """Run the clock now, instead of within five minutes."""
    queue = physical(stack, "CampaignQueue")
    stack.client("sqs").send_message(QueueUrl=queue, MessageBody=json.dumps({"all_campaigns": True}))


def campaign(stack: "Stack", survey: str, name: str) -> dict[str, Any]:
    reply = stack.call("GET", f"/v1/surveys/{survey}/campaigns/{name}")
    assert reply.status == 200, reply.body
    return dict(reply.body)


def command(stack: "Stack", *words: str) -> str:
    done = CliRunner().invoke(app, words, env={"EARSHOT_URL": stack.url, "EARSHOT_API_KEY": stack.api_key})
    assert done.exit_code == 0, done.output
    return done.stdout


def asked(stack: "Stack", people: list[str], survey: str) -> list[str]:
    return [name for name in people if [each for each in decisions(stack, id_of(name)) if each["survey"] == survey]]


def test_a_campaign_asks_a_days_budget_of_its_segment_and_started_twice_no_more(stack: "Stack") -> None:
    survey, plan = a_survey(stack), f"pro{uuid.uuid4().hex[:6]}"
    segment, others = some_people(stack, plan, 5), some_people(stack, "free", 3)
    path, body = f"/v1/surveys/{survey}/campaigns/spring", {"segment": f"plan={plan}", "daily_budget": 2}
    assert stack.call("PUT", path, body).status == 201
    assert stack.call("PUT", path, body).status == 200
    assert stack.call("PUT", path, body | {"daily_budget": 3}).status == 409
    tick(stack)
    tick(stack)
    spent = eventually(lambda: campaign(stack, survey, "spring"), lambda seen: seen["waiting_for"])
    assert (spent["state"], spent["waiting_for"], spent["asked"]) == ("running", "daily-budget", 2)
    tick(stack)
    eventually(lambda: sum(len(mails_to(stack, name)) for name in segment), lambda mails: mails == 2)
    assert len(asked(stack, segment, survey)) == campaign(stack, survey, "spring")["asked"] == 2
    assert asked(stack, others, survey) == []
    (one, *_) = asked(stack, segment, survey)
    assert decisions(stack, id_of(one))[0]["reason"] == "eligible"
    assert stack.call("POST", f"{path}/stop").body["state"] == "stopped"
    tick(stack)
    listed = stack.call("GET", f"/v1/surveys/{survey}/campaigns").body["campaigns"]
    assert [(each["id"], each["state"], each["asked"]) for each in listed] == [("spring", "stopped", 2)]


def test_a_campaign_to_all_of_a_segment_finishes_and_is_published(stack: "Stack", published: "Listener") -> None:
    survey, plan = a_survey(stack), f"pro{uuid.uuid4().hex[:6]}"
    people = some_people(stack, plan, 4)
    stack.call("DELETE", f"/v1/people/{id_of(people[0])}?id={id_of(people[0])}")
    output = command(
        stack, "campaign", "start", survey, "all", "--segment", f"plan={plan}", "--budget", "9", "--watch", "--yes"
    )
    assert "finished" in output
    assert "3 invited, 0 not invited, of 3 matching" in output
    data = published.wait_for(survey, "CampaignFinished")["detail"]["data"]
    assert (data["campaign"], data["matched"], data["asked"], data["declined"]) == ("all", 3, 3, {})
    assert sorted(asked(stack, people, survey)) == sorted(people[1:])
    assert "3 invited" in command(stack, "campaign", "list", survey)


def test_a_plan_for_every_day_asks_all_of_its_segment_today_and_waits_for_tomorrow(stack: "Stack") -> None:
    survey, plan = a_survey(stack), f"pro{uuid.uuid4().hex[:6]}"
    people = some_people(stack, plan, 3)
    path = f"/v1/surveys/{survey}/campaigns/daily"
    too_often = stack.call("PUT", path, {"segment": f"plan={plan}", "every_days": 1})
    assert "until the survey's last reminder" in too_often.body["errors"][0]["reason"]
    stack.call("PATCH", f"/v1/surveys/{survey}", {"rules": {"reminders": []}})
    assert stack.call("PUT", path, {"segment": f"plan={plan}", "every_days": 1}).status == 201
    slept = eventually(lambda: campaign(stack, survey, "daily"), lambda seen: seen["waiting_for"])
    assert (slept["state"], slept["waiting_for"], slept["asked"]) == ("running", "next-day", 3)
    assert sorted(asked(stack, people, survey)) == sorted(people)
    for _ in range(2):
        tick(stack)
    assert campaign(stack, survey, "daily") == slept
    refused = stack.call("PUT", f"{path}-2", {"every_days": 0, "daily_budget": True, "who": "all"})
    assert {fault["field"] for fault in refused.body["errors"]} == {"every_days", "daily_budget", "who"}


def test_an_empty_segment_is_reported_and_published(stack: "Stack", published: "Listener") -> None:
    survey = a_survey(stack)
    output = command(
        stack, "campaign", "start", survey, "none", "--segment", "plan=nonsuch", "--budget", "5", "--watch", "--yes"
    )
    assert "nobody is in plan=nonsuch" in output
    data = published.wait_for(survey, "CampaignFinished")["detail"]["data"]
    assert (data["campaign"], data["matched"], data["asked"]) == ("none", 0, 0)
    assert len(published.of(survey, "CampaignFinished")) == 1
