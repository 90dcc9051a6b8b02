"""The campaigns' handler: what is due takes its turn, and one campaign's trouble is none of another's."""

from typing import Any

from earshot.domain.campaign import Campaign, CampaignState, Plan
from tests.aws_events import LambdaContext, sqs_event
from tests.factories import NOON, make_person
from tests.unit.functions.conftest import World, load

CLOCK = {"all_campaigns": True}


def plan(*tasks: Any, left: int = 60_000) -> list[str]:
    reply = load("plan_campaigns").lambda_handler(sqs_event(tasks, "CampaignQueue"), LambdaContext(left))
    return [each["itemIdentifier"] for each in reply["batchItemFailures"]]


def start(world: World, **plan: Any) -> None:
    for name in ("ann", "ben", "cai"):
        world.people.kept[name] = make_person(id=name, email=f"{name}@example.com")
    campaign = Campaign("spring", "demo", Plan(**plan), NOON, "2026-11-21", NOON)
    world.campaigns.kept["demo", "spring"] = campaign


def test_the_clock_lets_what_is_due_ask_until_it_is_over(world: World) -> None:
    start(world, segment="plan=pro", daily_budget=10)
    assert plan(CLOCK) == []
    turns = 0
    while tasks := world.tasks.take():
        turns += 1
        assert plan(*tasks, left=0) == []
    assert turns == 1024 // 128
    assert sorted(task["person"] for task in world.mails.take()) == ["ann", "ben", "cai"]
    assert world.campaigns.kept["demo", "spring"].state is CampaignState.FINISHED
    assert plan(CLOCK) == []
    assert world.tasks.take() == []


def test_as_long_as_there_is_time_a_turn_does_all(world: World) -> None:
    start(world, daily_budget=10)
    assert plan({"survey": "demo", "campaign": "spring"}) == []
    assert world.tasks.take() == []
    assert world.campaigns.kept["demo", "spring"].state is CampaignState.FINISHED


def test_a_campaign_of_too_many_turns_is_parked_and_goes_on_after_a_redrive(world: World) -> None:
    start(world, daily_budget=10)
    assert plan({"survey": "demo", "campaign": "spring", "turn": 21}) == []
    assert world.campaigns.kept["demo", "spring"].place == 0
    assert plan(*world.tasks.take()) == []
    assert world.campaigns.kept["demo", "spring"].state is CampaignState.FINISHED


def test_poison_fails_alone(world: World) -> None:
    start(world, daily_budget=10)
    poison = ("{", "[]", {"survey": "demo"}, {"survey": "demo", "campaign": "spring", "turn": "x"})
    assert plan(*poison, {"survey": "demo", "campaign": "spring"}) == [f"message-{number}" for number in range(4)]
    assert world.campaigns.kept["demo", "spring"].state is CampaignState.FINISHED


def test_a_campaign_that_is_gone_is_no_trouble(world: World) -> None:
    assert plan({"survey": "demo", "campaign": "gone"}) == []
