"""Each place where the recorder calls AWS fails, and each call of the publisher; nothing is lost."""

import random
from collections.abc import Iterator, Mapping
from itertools import chain, zip_longest
from typing import Any

import pytest

from earshot import bootstrap
from earshot.adapters.dynamodb.people import DynamoDBPeople
from earshot.domain.statement import StatementKind
from tests.e2e import scenario
from tests.e2e.conftest import Stack
from tests.e2e.fault_injection import (
    SIDE_BY_SIDE,
    Call,
    CallsAtOnce,
    FaultInjection,
    InjectedFault,
    counted,
    links,
    open_fault_injection,
    pointers,
    recounted,
    responses,
    wanted_links,
    wanted_pointers,
)

MANNERS = [
    *((moment, manner) for moment in ("before", "after") for manner in ("crash", "lost")),
    ("before", "throttled"),
]

Item = dict[str, Any]
State = dict[tuple[str, str | None], tuple[Any, ...]]
# A call of a story: the batch it serves, and which one of that batch's calls it is.
Place = tuple[int, int]
Undisturbed = tuple[State, list[list[Call]], list[Item]]


@pytest.fixture(scope="module")
def lab(stack: Stack) -> Iterator[FaultInjection]:
    with open_fault_injection(stack.engine_endpoint) as it:
        yield it


@pytest.fixture(scope="module")
def undisturbed(lab: FaultInjection, stack: Stack) -> Undisturbed:
    """How the story ends when nothing fails, the AWS calls each batch takes, and its stream."""
    with lab.new_table(scenario.survey()):
        calls = deliver(lab, scenario.batches())
        return state(lab), calls, lab.stream(stack.client("dynamodbstreams"))


def test_the_undisturbed_story_ends_as_it_should(undisturbed: Undisturbed) -> None:
    names = {sent: char for char, sent in scenario.IDS.items()}
    ends = {(names[sent], person): fate[:2] for (sent, person), fate in undisturbed[0].items()}
    partial, final, changed, erased = (
        StatementKind.PARTIAL,
        StatementKind.FINAL,
        StatementKind.CHANGED_WITH_KEY,
        (StatementKind.ERASED, None),
    )
    assert ends == {
        ("a", "p1"): (changed, 6), ("b", None): (final, 10), ("c", None): erased, ("d", None): erased,
        ("e", None): erased, ("f", None): (final, 4), ("g", "p2"): (changed, 0), ("h", "p2"): (final, 4),
        ("h", "p6"): (changed, 5), ("i", "p2"): (final, 6), ("j", None): (partial, 7), ("k", None): (final, 9),
        ("n", "p4"): (changed, 5), ("n", "p5"): (final, 10), ("p", "p1"): (final, 1), ("q", None): (changed, 1),
        ("r", None): (final, 10),
    }  # fmt: skip


@pytest.mark.parametrize(("moment", "manner"), MANNERS)
def test_wherever_the_recorder_calls_and_fails_the_counts_equal_a_recount_and_the_end_is_the_same(
    lab: FaultInjection, undisturbed: Undisturbed, moment: str, manner: str
) -> None:
    end, reported, _ = undisturbed
    struck: set[Call] = set()
    for places in stories(reported):
        strikes = {batch: InjectedFault(call, moment, manner) for batch, call in places}
        with lab.new_table(scenario.survey()):
            deliver(lab, scenario.batches(), strikes)
            where = [str(reported[batch][call]) for batch, call in places]
            assert len(lab.line.struck) == len(places), f"{manner} {moment} was not met everywhere: {where}"
            assert state(lab) == end, f"{manner} {moment} {where}"
            struck.update(lab.line.struck)
    left_out = set(chain(*reported)) - struck
    assert not left_out, f"{manner} {moment} was never met at: {[str(site) for site in left_out]}"


@pytest.mark.parametrize(("moment", "manner"), MANNERS)
def test_where_one_of_several_calls_at_once_fails_while_others_are_under_way_the_end_is_the_same(
    lab: FaultInjection, undisturbed: Undisturbed, monkeypatch: pytest.MonkeyPatch, moment: str, manner: str
) -> None:
    monkeypatch.setattr(DynamoDBPeople, "_side_by_side", SIDE_BY_SIDE)
    calls = CallsAtOnce()
    with calls.watched(bootstrap.client("dynamodb")):
        with lab.new_table(scenario.survey()):
            made = deliver_with_calls_at_once(lab, calls, {})
            assert state(lab) == undisturbed[0]
        at_once = {batch: number for batch, number in enumerate(made) if number}
        assert at_once, "the story makes no calls at once"
        for last in (False, True):
            strikes = {
                batch: InjectedFault(number - 1 if last else 0, moment, manner) for batch, number in at_once.items()
            }
            calls.others.clear()
            with lab.new_table(scenario.survey()):
                deliver_with_calls_at_once(lab, calls, strikes)
                assert state(lab) == undisturbed[0]
            assert len(calls.others) == len(strikes)
            assert min(calls.others) > 0, "no other call was under way"


def test_a_detractor_of_every_crashed_story_is_in_its_stream_once(
    lab: FaultInjection, stack: Stack, undisturbed: Undisturbed
) -> None:
    _, reported, stream = undisturbed
    expected = sorted(detractors_in(stream))
    for batch, call in all_places(reported)[:: 3 * len(MANNERS)]:
        with lab.new_table(scenario.survey()):
            deliver(lab, scenario.batches(), {batch: InjectedFault(call, "after", "crash")})
            assert sorted(detractors_in(lab.stream(stack.client("dynamodbstreams")))) == expected


@pytest.mark.parametrize(("moment", "manner"), MANNERS)
def test_whichever_call_of_the_publisher_fails_every_detractor_is_published_with_the_same_event_id(
    lab: FaultInjection, undisturbed: Undisturbed, moment: str, manner: str
) -> None:
    stream = with_garbage(undisturbed[2])
    lab.heard()
    lab.evaluated()
    with lab.new_table(scenario.survey()):
        calls = publish(lab, stream)
        undisturbed_ids, undisturbed_facts = ids(lab.heard()), lab.evaluated()
        assert len(undisturbed_facts) >= len(detractors_in(stream)) > 0
        for call in range(len(calls)):
            publish(lab, stream, InjectedFault(call, moment, manner))
            heard = lab.heard()
            assert ids(heard) == undisturbed_ids, f"{manner} {moment} call {call} ({calls[call]})"
            assert lab.evaluated() == undisturbed_facts, f"{manner} {moment} call {call} ({calls[call]})"
            published = {
                (event["detail"]["data"]["response"], event["detail"]["data"]["revision"])
                for event in heard
                if event["detail-type"] == "DetractorIdentified"
            }
            assert published == set(detractors_in(stream))


def test_of_events_that_the_bus_did_not_take_only_those_are_put_again(
    lab: FaultInjection, undisturbed: Undisturbed
) -> None:
    stream = undisturbed[2]
    lab.heard()
    with lab.new_table(scenario.survey()):
        calls = publish(lab, stream)
        heard = [event["detail"]["metadata"]["id"] for event in lab.heard()]
        puts = [number for number, call in enumerate(calls) if call.operation == "PutEvents"]
        assert puts
        for call in puts:
            publish(lab, stream, InjectedFault(call, "after", "fail"))
            again = [event["detail"]["metadata"]["id"] for event in lab.heard()]
            assert set(again) == set(heard)
            assert len(again) == len(heard) + 1


@pytest.mark.parametrize("seed", range(12))
def test_in_whatever_order_and_however_often_the_messages_come_the_end_is_the_same(
    lab: FaultInjection, undisturbed: Undisturbed, seed: int
) -> None:
    chance = random.Random(seed)
    messages = [body for batch in scenario.batches() for body in batch] * 2
    chance.shuffle(messages)
    batches = []
    while messages:
        size = chance.randint(1, 10)
        batches.append(messages[:size])
        messages = messages[size:]
    with lab.new_table(scenario.survey()):
        deliver(lab, batches)
        assert state(lab) == undisturbed[0]


def test_a_shuffled_story_survives_crashes_too(lab: FaultInjection, undisturbed: Undisturbed) -> None:
    chance = random.Random(7)
    for _ in range(25):
        batches = [chance.sample(batch, len(batch)) for batch in scenario.batches()]
        chance.shuffle(batches)
        moment, manner = chance.choice(MANNERS)
        batch, call = chance.choice(all_places(undisturbed[1]))
        with lab.new_table(scenario.survey()):
            deliver(lab, batches, {batch: InjectedFault(call, moment, manner)})
            assert state(lab) == undisturbed[0]


def deliver(
    lab: FaultInjection, batches: list[list[str]], strikes: Mapping[int, InjectedFault] | None = None
) -> list[list[Call]]:
    """Deliver all batches, a failed one again, and recount after every delivery; the AWS calls each batch took.

    A strike is planned for a batch, by its number, and counts that batch's calls alone.
    """
    lab.line.struck.clear()
    found = []
    for number, batch in enumerate(batches):
        lab.line.clear((strikes or {}).get(number))
        for _ in lab.record_until_done(batch):
            made, planned = lab.line.calls, lab.line.fault
            lab.line.clear()
            audit(lab)
            lab.line.calls, lab.line.fault = made, planned
        found.append(lab.line.calls)
    lab.line.clear()
    items = lab.items()
    assert links(items) == wanted_links(items)
    return found


def deliver_with_calls_at_once(
    lab: FaultInjection, calls: CallsAtOnce, strikes: Mapping[int, InjectedFault]
) -> list[int]:
    """Deliver the story as `deliver` does, with strikes at calls made at once; return how many each batch has."""
    found = []
    for number, batch in enumerate(scenario.batches()):
        calls.plan(strikes.get(number))
        made = None
        for _ in lab.record_until_done(batch):
            made = calls.made if made is None else made
            audit(lab)
        found.append(made or 0)
    items = lab.items()
    assert links(items) == wanted_links(items)
    return found


def stories(calls: list[list[Call]]) -> list[list[Place]]:
    """The first call of every site and a last one, in few stories, at most one to a batch.

    A batch that failed ends as one that did not, so that the next can be struck in the same story. The last call of a
    site is its last in that batch which has the fewest strikes to bear.
    """
    at: dict[Call, list[Place]] = {}
    for batch, call in all_places(calls):
        at.setdefault(calls[batch][call], []).append((batch, call))
    strikes: list[set[Place]] = [set() for _ in calls]
    for places in at.values():
        strikes[places[0][0]].add(places[0])
    for places in at.values():
        batch, call = min(dict(places).items(), key=lambda place: len(strikes[place[0]]))
        strikes[batch].add((batch, call))
    return [[place for place in places if place] for places in zip_longest(*map(sorted, strikes))]


def all_places(value: list[list[Call]]) -> list[Place]:
    return [(batch, call) for batch, calls in enumerate(value) for call in range(len(calls))]


def audit(lab: FaultInjection) -> None:
    """Counts and pointers are what the responses say, at this moment."""
    items = lab.items()
    assert counted(items) == recounted(items)
    assert pointers(items) == wanted_pointers(items)
    assert all(item.get(f"h{score}", 0) >= 0 for item in items if item["pk"].startswith("C#") for score in range(11))


def state(lab: FaultInjection) -> State:
    """Return what became of each response, by id as sent and person: all but how often it was written, and when."""
    made, planned = lab.line.calls, lab.line.fault
    lab.line.clear()
    found = {
        scenario.name_of(item): (
            item["kind"],
            item.get("score"),
            item["received_at"],
            item["day"],
            item.get("comment"),
            sorted(item.get("series", ())) if item["kind"] != StatementKind.ERASED else None,
            item.get("emit_events"),
        )
        for item in responses(lab.items())
    }
    lab.line.calls, lab.line.fault = made, planned
    return found


def publish(lab: FaultInjection, stream: list[Item], fault: InjectedFault | None = None) -> list[Call]:
    """Feed the stream to publish_events in batches; the AWS calls it took."""
    lab.line.clear(fault)
    for start in range(0, len(stream), 25):
        lab.publish(stream[start : start + 25])
    made = lab.line.calls
    lab.line.clear()
    return made


def ids(events: list[Item]) -> set[str]:
    return {event["detail"]["metadata"]["id"] for event in events}


def with_garbage(stream: list[Item]) -> list[Item]:
    """The stream with a record in it that nobody can read, which must be parked and hold up nothing."""
    garbage = {"eventID": "garbage", "dynamodb": {"Keys": {"pk": {"S": "R#x#0"}, "sk": {"S": "?"}}, "NewImage": {}}}
    return [*stream[:5], garbage, *stream[5:]]


def detractors_in(stream: list[Item]) -> list[tuple[str, int]]:
    """Each write of the stream that made a response an audible detractor: its id and revision."""
    found = []
    for record in stream:
        new, old = record["dynamodb"].get("NewImage", {}), record["dynamodb"].get("OldImage", {})
        if is_audible_detractor(new) and not is_audible_detractor(old):
            found.append((new["sk"]["S"], int(new["v"]["N"])))
    return found


def is_audible_detractor(item: Item) -> bool:
    score = int(item.get("score", {"N": 11})["N"])
    return (
        "responded_at" in item
        and "emit_events" not in item
        and item["kind"]["N"] != str(StatementKind.ERASED.value)
        and score <= 6
    )
