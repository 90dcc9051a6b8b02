"""What funnels keep, the fake ones and the real ones alike; and what the real ones write."""

from collections.abc import Mapping
from random import Random
from typing import Any
from zlib import crc32

import pytest

from benchmarks.capacity import item_bytes
from earshot.adapters.dynamodb import table_keys
from earshot.adapters.dynamodb.funnels import CODES, FULL, KEPT_SECONDS, MINUTE, PART, DynamoDBFunnels
from earshot.adapters.dynamodb.stream import read_tally
from earshot.domain.errors import BusyError
from earshot.domain.funnel import STAGES, Funnel, Row
from earshot.domain.invitation_cohorts import COLUMNS, Cohort, Count, WaveStage
from earshot.ports.funnel import Tally
from earshot.services.funnel.count_funnel import MOST_EVENTS, count
from tests.factories import NOON
from tests.fakes.fake_time import no_pause
from tests.fakes.funnel import InMemoryFunnels
from tests.unit.services.funnel.test_count_funnel import (
    RECORDS,
    days,
    history,
    records,
    recount,
    recounted_days,
    shown,
)

ROW, SECOND_ROW = Row("demo", "email", 1), Row("demo", "email", 2)
CONFLICT = {"Code": "TransactionConflict"}
DAY, UNSENT = Cohort("demo", "2026-11-21"), Cohort("demo", None)


@pytest.fixture(params=["fake", "dynamodb"])
def funnels(request: pytest.FixtureRequest) -> Any:
    if request.param == "fake":
        return InMemoryFunnels()
    return DynamoDBFunnels(request.getfixturevalue("dynamodb"), "earshot")


def reached(stage: str, wave: int = 1, channel: str = "email") -> WaveStage:
    return WaveStage(channel, wave, stage)


def tally(event: str, moves: Mapping[tuple[Cohort, Count], int], time: int = NOON) -> Tally:
    return Tally(event, time, moves)


SCHEDULED = tally("a", {(UNSENT, reached("scheduled")): 1, (UNSENT, reached("waiting")): 1})
CLAIMED = tally("b", {(UNSENT, reached("waiting")): -1, (UNSENT, reached("claimed")): 1}, NOON + 2 * MINUTE)
REMINDING = tally(
    "c",
    {
        (UNSENT, reached("claimed")): -1,
        (UNSENT, reached("scheduled")): -1,
        **{(DAY, reached(stage)): 1 for stage in ("scheduled", "sent")},
        **{(DAY, reached(stage, 2)): 1 for stage in ("scheduled", "waiting")},
        (DAY, "asked"): 1,
    },
)


def test_a_survey_nobody_was_asked_of_has_no_rows(funnels: Any) -> None:
    assert funnels.read("demo") == Funnel({})


def test_events_are_counted_together_and_a_survey_reads_its_own(funnels: Any) -> None:
    other = tally(
        "d",
        {
            (Cohort("demo2", "2026-11-20"), reached("soft-bounced")): 1,
            (Cohort("demo2", "2026-11-21"), reached("soft-bounced")): 2,
            (Cohort("demo2", None), reached("opened-by-machine", channel="text#1")): 1,
        },
    )
    assert funnels.add([SCHEDULED, CLAIMED, other]) is None
    assert funnels.add([REMINDING]) is None
    assert shown(funnels.read("demo")) == {
        ROW: {"scheduled": 1, "sent": 1},
        SECOND_ROW: {"scheduled": 1, "waiting": 1},
    }
    assert shown(funnels.read("demo2")) == {
        Row("demo2", "email", 1): {"soft-bounced": 3},
        Row("demo2", "text#1", 1): {"opened-by-machine": 1},
    }


def test_only_cohorts_with_a_first_mail_are_days(funnels: Any) -> None:
    assert funnels.add([SCHEDULED, CLAIMED]) is None
    assert days(funnels) == {}
    assert funnels.add([REMINDING]) is None
    assert days(funnels) == {"2026-11-21": {"asked": 1}}


def test_what_was_counted_before_is_named_and_nothing_is_counted(funnels: Any) -> None:
    assert funnels.add([SCHEDULED]) is None
    assert funnels.add([SCHEDULED, CLAIMED, REMINDING]) == {"a"}
    assert shown(funnels.read("demo")) == {ROW: {"scheduled": 1, "waiting": 1}}
    assert funnels.add([CLAIMED, REMINDING]) is None
    assert funnels.add([CLAIMED, REMINDING]) == {"b", "c"}


def test_changes_that_cancel_each_other_are_still_counted_once(funnels: Any) -> None:
    there, back = tally("x", {(UNSENT, reached("waiting")): 1}), tally("y", {(UNSENT, reached("waiting")): -1})
    assert funnels.add([there, back]) is None
    assert funnels.add([back]) == {"y"}
    assert funnels.read("demo").total("waiting") == 0


def test_as_many_events_and_cohorts_as_one_transaction_takes(funnels: Any) -> None:
    everything = [reached(stage, wave) for stage in STAGES for wave in (1, 2, 3)]
    many = [
        tally(
            str(number),
            {(Cohort(f"demo{number}", "2026-11-21"), count): 1 for count in everything},
            NOON + number * MINUTE,
        )
        for number in range(MOST_EVENTS)
    ]
    assert funnels.add(many) is None
    assert funnels.add(many) == {each.event for each in many}
    one_minute = [tally(f"o{number}", {(DAY, reached("sent")): 1}) for number in range(MOST_EVENTS)]
    assert funnels.add(one_minute) is None
    assert funnels.add(one_minute[:1]) == {"o0"}
    assert funnels.read("demo").total("sent") == MOST_EVENTS


def burst(start: int, end: int) -> list[Tally]:
    """Return changes of one minute, in all parts of it."""
    times = [NOON + number * 7_919 % MINUTE for number in range(end)]
    return [tally(f"burst{number}", {(DAY, reached("sent")): 1}, times[number]) for number in range(start, end)]


def test_a_minute_with_many_events_counts_each_once_before_and_after_it_is_full(funnels: Any) -> None:
    every = burst(0, 7 * MOST_EVENTS)
    assert len(every) > 2 * FULL
    for start in range(0, len(every), MOST_EVENTS):
        assert funnels.add(every[start : start + MOST_EVENTS]) is None
    assert funnels.read("demo").total("sent") == len(every)
    # In chunks that are cut differently from the first time, and one by one.
    for start in range(0, len(every), 37):
        chunk = every[start : start + 37]
        assert funnels.add(chunk) == {each.event for each in chunk}
    for each in every[:: FULL // 5]:
        assert funnels.add([each]) == {each.event}
    assert funnels.read("demo").total("sent") == len(every)


def test_a_stream_delivered_twice_counts_as_a_recount_does(funnels: Any) -> None:
    for batch in (RECORDS[:70], RECORDS[40:90], RECORDS[60:], RECORDS):
        count(batch, read=read_tally, funnels=funnels, pause=no_pause)
    assert shown(funnels.read("demo")) == recount().rows
    assert days(funnels) == recounted_days()
    first, *_, last = sorted(recounted_days())
    assert set(funnels.days("demo", first, last)) == set(recounted_days()) - {last}
    assert funnels.days("other", first, last) == {}


def notes(dynamodb: Any) -> dict[str, Any]:
    """Return the notes of the minute of noon by their sort keys."""
    asked = {":pk": {"S": table_keys.counted(NOON // MINUTE)}}
    found = dynamodb.query(TableName="earshot", KeyConditionExpression="pk = :pk", ExpressionAttributeValues=asked)
    return {item["sk"]["S"]: item for item in found["Items"]}


@pytest.mark.parametrize("seed", range(6))
def test_whatever_comes_again_in_whatever_batches_the_funnel_equals_a_recount(
    dynamodb: Any, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """A minute is full on the way; readings lag, and others are in the way of one transaction in five."""
    chance, histories = Random(seed), [history(number) for number in range(60)]
    found = records(histories, apart=chance.choice([0.02, 0.2, 0.7]))
    read, transact = dynamodb.batch_get_item, dynamodb.transact_write_items
    old: list[Any] = [{"earshot": []}]

    def lagging(**request: Any) -> Any:
        reply = read(**request)
        if request["RequestItems"]["earshot"]["ConsistentRead"]:
            return reply
        old.append(reply["Responses"])
        wanted = [key["pk"] for key in request["RequestItems"]["earshot"]["Keys"]]
        before = [item for item in chance.choice(old[-4:])["earshot"] if item["pk"] in wanted]
        return {**reply, "Responses": {"earshot": before}}

    def contended(**request: Any) -> Any:
        if chance.random() < 0.2:
            reply = {"Error": {"Code": "TransactionCanceledException"}, "CancellationReasons": [CONFLICT]}
            raise dynamodb.exceptions.TransactionCanceledException(reply, "TransactWriteItems")
        return transact(**request)

    monkeypatch.setattr(dynamodb, "batch_get_item", lagging)
    monkeypatch.setattr(dynamodb, "transact_write_items", contended)
    funnels, start = DynamoDBFunnels(dynamodb, "earshot"), 0
    while start < len(found):
        end = start + chance.randint(1, 100)
        batch = found[max(0, start - chance.randint(0, 60)) : end]
        # Each shard is in the order of its own changes, and they come in any order among each other.
        for shard in chance.sample(range(4), 4):
            of_shard = [each for each in batch if crc32(each["dynamodb"]["Keys"]["pk"]["S"].encode()) % 4 == shard]
            count(of_shard, read=read_tally, funnels=funnels, pause=no_pause)
        start = end
    chance.shuffle(found)
    done = count(found, read=read_tally, funnels=funnels, pause=no_pause)

    assert done.counted == 0
    assert shown(funnels.read("demo")) == recount(histories).rows
    assert days(funnels) == recounted_days(histories)


def test_a_note_expires_once_the_stream_cannot_deliver_again(dynamodb: Any) -> None:
    late = NOON // MINUTE * MINUTE + MINUTE - 1
    DynamoDBFunnels(dynamodb, "earshot").add([tally("late", {(DAY, reached("sent")): 1}, late)])
    (note,) = notes(dynamodb).values()
    assert int(note["expires"]["N"]) >= late // 1000 + 86_400
    assert int(note["expires"]["N"]) == NOON // MINUTE * 60 + KEPT_SECONDS
    assert len(note["seen"]["SS"]) == 1


def test_a_full_minute_stays_as_it_is_and_its_parts_have_notes_of_their_own(dynamodb: Any) -> None:
    funnels, size = DynamoDBFunnels(dynamodb, "earshot"), 40
    for start in range(0, FULL + 1, size):
        assert funnels.add(burst(start, start + size)) is None
    full = notes(dynamodb)
    assert set(full) == {table_keys.META}
    assert FULL <= len(full[table_keys.META]["seen"]["SS"]) < FULL + size
    assert funnels.add(burst(1000, 1000 + size)) is None
    after = notes(dynamodb)
    assert after[table_keys.META] == full[table_keys.META]
    assert set(after) - {table_keys.META} == {f"{part:02d}" for part in range(MINUTE // PART)}


def test_a_writer_who_does_not_know_that_a_minute_is_full_counts_each_event_once(dynamodb: Any) -> None:
    """Reading what is full may lag: here it never sees a note at first."""
    funnels = DynamoDBFunnels(dynamodb, "earshot")
    for start in range(0, FULL + 1, MOST_EVENTS):
        assert funnels.add(burst(start, start + MOST_EVENTS)) is None
    counted, full = funnels.read("demo").total("sent"), notes(dynamodb)[table_keys.META]
    read = dynamodb.batch_get_item

    def lagging(RequestItems: Any) -> Any:  # noqa: N803
        reply = read(RequestItems=RequestItems)
        if not RequestItems["earshot"]["ConsistentRead"]:
            reply["Responses"]["earshot"] = []
        return reply

    dynamodb.batch_get_item = lagging
    assert funnels.add(burst(1000, 1010)) is None
    for again in (burst(1005, 1010), burst(0, 3)):
        assert funnels.add(again) == frozenset(each.event for each in again)
    assert funnels.read("demo").total("sent") == counted + 10
    assert notes(dynamodb)[table_keys.META] == full


def test_the_largest_item_costs_as_little_as_the_smallest(dynamodb: Any) -> None:
    """A cohort of a million people in every stage of three waves has less than a kilobyte, a note less than two."""
    funnels, survey = DynamoDBFunnels(dynamodb, "earshot"), "s" * 63
    day = Cohort(survey, "2026-11-21")
    counts: list[Count] = [*(reached(stage, wave) for stage in STAGES for wave in (1, 2, 3)), *COLUMNS]
    assert funnels.add([tally("e", {(day, count): 1_234_567 for count in counts}, NOON + MINUTE)]) is None
    for start, end in ((0, 49), (49, 98), (98, FULL - 50), (FULL - 50, FULL - 1), (FULL - 1, FULL - 1 + MOST_EVENTS)):
        assert funnels.add(burst(start, end)) is None
    items = dynamodb.scan(TableName="earshot")["Items"]
    (cohort,) = (item for item in items if item["pk"]["S"] == table_keys.funnel(survey))
    (note,) = (item for item in items if item["pk"]["S"] == table_keys.counted(NOON // MINUTE))
    assert item_bytes(cohort) <= 1024
    assert len(note["seen"]["SS"]) == FULL - 1 + MOST_EVENTS
    # DynamoDB does not document what the members of a set cost: at most a byte more each.
    assert item_bytes(note) + len(note["seen"]["SS"]) <= 2048


def test_every_stage_has_a_code_of_its_own() -> None:
    assert set(CODES) == set(STAGES)
    assert len(set(CODES.values())) == len(CODES)


def test_fifty_events_of_a_steady_stream_write_few_items(dynamodb: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[int] = []
    transact = dynamodb.transact_write_items

    def watched(**request: Any) -> Any:
        written.append(len(request["TransactItems"]))
        return transact(**request)

    monkeypatch.setattr(dynamodb, "transact_write_items", watched)
    # Ten a second, as RECORDS come: a note or two, the four days they lie on, and those who got no mail yet.
    count(RECORDS[:50], read=read_tally, funnels=DynamoDBFunnels(dynamodb, "earshot"), pause=no_pause)
    assert len(written) == 1
    assert written[0] <= 7


def test_a_table_that_is_away_is_busy(dynamodb: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def throttled(**_: Any) -> None:
        reply = {
            "Error": {"Code": "TransactionCanceledException"},
            "CancellationReasons": [{"Code": "ThrottlingError"}],
        }
        raise dynamodb.exceptions.TransactionCanceledException(reply, "TransactWriteItems")

    monkeypatch.setattr(dynamodb, "transact_write_items", throttled)
    with pytest.raises(BusyError):
        DynamoDBFunnels(dynamodb, "earshot").add([SCHEDULED])


def test_another_writer_in_the_way_is_no_repeat(dynamodb: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def contended(**_: Any) -> None:
        reasons = [{"Code": "None"}, CONFLICT]
        reply = {"Error": {"Code": "TransactionCanceledException"}, "CancellationReasons": reasons}
        raise dynamodb.exceptions.TransactionCanceledException(reply, "TransactWriteItems")

    monkeypatch.setattr(dynamodb, "transact_write_items", contended)
    assert DynamoDBFunnels(dynamodb, "earshot").add([SCHEDULED]) == frozenset()
