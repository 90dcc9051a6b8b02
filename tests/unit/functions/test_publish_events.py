"""The publisher's handler: table images in, events out."""

from dataclasses import replace

import pytest

from earshot.adapters.dynamodb.daily_evaluations import evaluation_items
from earshot.adapters.dynamodb.deliveries import delivery_item
from earshot.adapters.dynamodb.response_items import alias_item, person_item
from earshot.adapters.dynamodb.table import marshalled
from earshot.domain.alert_settings import AlertSettings, ScoreTarget
from earshot.domain.daily_evaluation import DailyEvaluation, EmittedTargetStatus, ScoreChange, TargetStatus
from earshot.domain.deliveries import Delivery
from earshot.domain.destinations import Destination
from earshot.domain.invitation import InvitationState
from earshot.domain.response import Alias
from earshot.domain.score import Histogram
from tests.aws_events import invitation_image, load_event, stored, stream_event
from tests.factories import NOON, make_invitation, make_response, revised, uuid7
from tests.unit.functions.conftest import World, load

QUIET = {"batchItemFailures": []}  # type: ignore[var-annotated]


def test_a_new_detractor_is_published(world: World) -> None:
    event = stream_event((None, stored(make_response(3))))
    assert load("publish_events").lambda_handler(event, None) == QUIET
    assert [each.detail_type for each in world.bus.published] == ["ResponseRecorded", "DetractorIdentified"]


def test_a_case_that_opened_is_queued_for_a_webhook_that_asks(world: World) -> None:
    settings = {"url": "https://example.com", "types": ["case.opened"]}
    world.alert_destinations.put(Destination("board", "webhook", "Board", settings), None)
    for sample in ("case_opened", "case_closed"):
        assert load("publish_events").lambda_handler(load_event(f"publish_events/{sample}"), None) == QUIET
    ((task, delay),) = world.delivery_queue.tasks
    assert (task["destination"], task["type"], delay) == ("board", "case.opened", 0)
    assert [each.detail_type for each in world.bus.published] == ["CaseOpened", "CaseClosed"]


def test_a_batch_asks_once_for_the_scores_of_each_survey(world: World) -> None:
    first, second = make_response(3, series=("plan=pro",)), make_response(9, id=uuid7(seed="b"))
    moved = revised(second, score=2)
    other = make_response(9, id=uuid7(seed="c"), survey="other")
    event = stream_event(
        (None, stored(first)), (stored(second), stored(moved)), (None, stored(other)), (None, stored(second))
    )
    load("publish_events").lambda_handler(event, None)
    assert world.score_tasks.take() == [
        {"survey": "demo", "series": ["all", "plan=pro"]},
        {"survey": "other", "series": ["all"]},
    ]


def test_aliases_pointers_counts_and_settings_publish_nothing(world: World) -> None:
    response = make_response(3, person="ann")
    count = {"pk": {"S": "C#demo#all"}, "sk": {"S": "2026-11-21"}, "h3": {"N": "1"}}
    items = [
        *map(marshalled, (alias_item(Alias("demo", "a", "b")), person_item(response))),
        count,
        {"pk": {"S": "KEYS"}, "sk": {"S": "x"}},
    ]
    load("publish_events").lambda_handler(stream_event(*((None, item) for item in items)), None)
    assert world.bus.published == []
    assert world.tasks.sent == []


def test_a_score_is_published_when_it_changed(world: World) -> None:
    def score(windows: str, time: int) -> dict[str, dict[str, str]]:
        return {
            "pk": {"S": "S#demo"},
            "sk": {"S": "all"},
            "series": {"S": "all"},
            "survey": {"S": "demo"},
            "computed_at": {"N": str(time)},
            "windows": {"S": windows},
        }

    event = stream_event(
        (None, score("{}", 1)), (score("{}", 1), score("{}", 2)), (score("{}", 2), score('{"7d":1}', 3))
    )
    load("publish_events").lambda_handler(event, None)
    assert [each.detail_type for each in world.bus.published] == ["ScoreRecomputed"] * 2


def test_an_invitation_is_published_when_it_is_sent_or_declined_and_never_its_person(world: World) -> None:
    waiting = make_invitation(person="ann@example.com", properties={"plan": "pro"})
    claimed = replace(waiting, state=InvitationState.CLAIMED, claimed_at=NOON)
    sent = replace(claimed, state=InvitationState.SENT, sent_at=NOON)
    declined = replace(waiting, id=uuid7(seed="b"), state=InvitationState.DECLINED, reason="quiet-period")
    called_off = replace(waiting, state=InvitationState.DECLINED, reason="suppressed")
    steps = [
        (None, waiting),
        (waiting, claimed),
        (claimed, sent),
        (sent, sent),
        (None, declined),
        (waiting, called_off),
    ]
    images = [(invitation_image(old) if old else None, invitation_image(new)) for old, new in steps]
    load("publish_events").lambda_handler(stream_event(*images, (invitation_image(waiting), None)), None)
    rows = [(each.detail_type, each.detail["data"]["reason"]) for each in world.bus.published]
    assert rows == [
        ("InvitationSent", "eligible"),
        ("InvitationDeclined", "quiet-period"),
        ("InvitationDeclined", "suppressed"),
    ]
    assert not any("ann@" in each.to_json() or "plan" in each.to_json() for each in world.bus.published)


def test_an_evaluation_is_published_when_it_is_kept_and_never_again(world: World) -> None:
    good, bad = Histogram.of([9] * 40), Histogram.of([3] * 40)
    status = EmittedTargetStatus("2026-11-20", ScoreTarget(50), TargetStatus.NOT_REACHED, bad)
    changes = (ScoreChange("all", good, bad), ScoreChange("plan=pro", good, bad))
    evaluation = DailyEvaluation("demo", "2026-11-20", AlertSettings(), changes, status)
    (item,) = map(marshalled, evaluation_items(evaluation))
    load("publish_events").lambda_handler(stream_event((None, item), (item, item), (item, None)), None)
    first = [(each.detail_type, each.detail["data"]["series"]) for each in world.bus.published]
    assert first == [("ScoreChanged", "all"), ("ScoreChanged", "plan=pro"), ("TargetMissed", "all")]
    load("publish_events").lambda_handler(stream_event((None, item)), None)
    assert len({each.id for each in world.bus.published}) == 3


def test_a_suppression_is_published_once_by_its_hash_and_reason(world: World) -> None:
    def kept(reason: str, time: int) -> dict[str, dict[str, str]]:
        return {"pk": {"S": "X#0a1b"}, "sk": {"S": "META"}, "reason": {"S": reason}, "time": {"N": str(time)}}

    event = stream_event((None, kept("unsubscribed", 1)), (kept("unsubscribed", 1), kept("erased", 2)))
    load("publish_events").lambda_handler(event, None)
    assert [(each.detail_type, each.detail["data"]) for each in world.bus.published] == [
        ("RespondentSuppressed", {"address_hash": "0a1b", "reason": "unsubscribed"})
    ]


def test_a_delivery_is_published_when_it_is_parked_and_never_its_body(world: World) -> None:
    waits = Delivery("d-1", "hook", "a-1", "default", "demo", uuid7(), "response.detractor", NOON)
    trying = waits.started(NOON, "secret words")
    parked = trying.parked("it refuses the contents")
    steps = [(None, trying), (trying, parked), (parked, parked), (parked, parked.released())]
    images = [tuple(marshalled(delivery_item(each)) if each else None for each in step) for step in steps]
    event = stream_event(*images, (marshalled(delivery_item(parked)), None))  # type: ignore[arg-type]
    load("publish_events").lambda_handler(event, None)
    (published,) = world.bus.published
    assert (published.detail_type, published.detail["data"]["reason"]) == ("DeliveryParked", "it refuses the contents")
    assert "secret" not in published.to_json()


@pytest.mark.parametrize("spoiled", ["score", "v", "kind", "day"])
def test_a_poison_record_is_parked_by_its_keys_and_the_shard_goes_on(world: World, spoiled: str) -> None:
    response = make_response(3, comment="secret")
    poison = stored(response) | {spoiled: {"B": b"x"}}
    event = stream_event((None, poison), (stored(response), stored(revised(response, score=9))))
    assert load("publish_events").lambda_handler(event, None) == QUIET
    assert [each.detail_type for each in world.bus.published] == ["ResponseRevised"]
    alert, parked = world.tasks.take()
    assert parked["keys"]["sk"] == response.id
    assert [fact["revision"] for fact in alert["responses"]] == [2]
    assert "secret" not in str(parked)
