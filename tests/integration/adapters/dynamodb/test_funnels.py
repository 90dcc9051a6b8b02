"""What funnels keep, the fake ones and the real ones alike; and what the real ones write."""

from collections.abc import Mapping
from typing import Any

import pytest

from earshot.adapters.dynamodb import table_keys
from earshot.adapters.dynamodb.funnels import KEPT_SECONDS, SLICE, DynamoDBFunnels
from earshot.adapters.dynamodb.stream import read_tally
from earshot.domain.errors import BusyError
from earshot.domain.funnel import STAGES, Funnel, Row
from earshot.ports.funnel import Place, Tally
from earshot.services.funnel.count_funnel import MOST_EVENTS, count
from tests.factories import NOON
from tests.fakes.fake_time import no_pause
from tests.fakes.funnel import InMemoryFunnels
from tests.unit.services.funnel.test_count_funnel import RECORDS, days, recount, recounted_days, shown

FIRST, SECOND = Row("demo", "email", 1), Row("demo", "email", 2)


@pytest.fixture(params=["fake", "dynamodb"])
def funnels(request: pytest.FixtureRequest) -> Any:
    if request.param == "fake":
        return InMemoryFunnels()
    return DynamoDBFunnels(request.getfixturevalue("dynamodb"), "earshot")


def tally(event: str, moves: Mapping[tuple[Place, str], int], time: int = NOON) -> Tally:
    return Tally(event, time, moves)


SCHEDULED = tally("a", {(FIRST, "scheduled"): 1, (FIRST, "waiting"): 1})
CLAIMED = tally("b", {(FIRST, "waiting"): -1, (FIRST, "claimed"): 1}, NOON + 2 * SLICE)
REMINDING = tally("c", {(FIRST, "claimed"): -1, (FIRST, "sent"): 1, (SECOND, "waiting"): 1, (SECOND, "scheduled"): 1})


def test_a_survey_nobody_was_asked_of_has_no_rows(funnels: Any) -> None:
    assert funnels.read("demo") == Funnel({})


def test_events_are_counted_together_and_a_survey_reads_its_own(funnels: Any) -> None:
    other = tally(
        "d", {(Row("demo2", "email", 1), "soft-bounced"): 1, (Row("demo2", "text", 1), "opened-by-machine"): 1}
    )
    assert funnels.add([SCHEDULED, CLAIMED, other]) is None
    assert funnels.add([REMINDING]) is None
    assert shown(funnels.read("demo")) == {FIRST: {"scheduled": 1, "sent": 1}, SECOND: {"scheduled": 1, "waiting": 1}}
    assert shown(funnels.read("demo2")) == {
        Row("demo2", "email", 1): {"soft-bounced": 1},
        Row("demo2", "text", 1): {"opened-by-machine": 1},
    }


def test_what_was_counted_before_is_named_and_nothing_is_counted(funnels: Any) -> None:
    assert funnels.add([SCHEDULED]) is None
    assert funnels.add([SCHEDULED, CLAIMED, REMINDING]) == {"a"}
    assert shown(funnels.read("demo")) == {FIRST: {"scheduled": 1, "waiting": 1}}
    assert funnels.add([CLAIMED, REMINDING]) is None
    assert funnels.add([CLAIMED, REMINDING]) == {"b", "c"}


def test_changes_that_cancel_each_other_are_still_counted_once(funnels: Any) -> None:
    there, back = tally("x", {(FIRST, "waiting"): 1}), tally("y", {(FIRST, "waiting"): -1})
    assert funnels.add([there, back]) is None
    assert funnels.add([back]) == {"y"}
    assert funnels.read("demo").total("waiting") == 0


def test_as_many_events_and_rows_as_one_transaction_takes(funnels: Any) -> None:
    rows = [Row("demo", "email", wave) for wave in range(1, MOST_EVENTS + 1)]
    many = [
        tally(str(row.wave), dict.fromkeys(((row, stage) for stage in STAGES), 1), NOON + row.wave * SLICE)
        for row in rows
    ]
    assert funnels.add(many) is None
    assert funnels.add(many) == {each.event for each in many}
    one_slice = [tally(f"o{number}", {(FIRST, "sent"): 1}) for number in range(MOST_EVENTS)]
    assert funnels.add(one_slice) is None
    assert funnels.add(one_slice[:1]) == {"o0"}
    assert funnels.read("demo").total("sent") == 2 * MOST_EVENTS


def test_a_stream_delivered_twice_counts_as_a_recount_does(funnels: Any) -> None:
    for batch in (RECORDS[:70], RECORDS[40:90], RECORDS[60:], RECORDS):
        count(batch, read=read_tally, funnels=funnels, pause=no_pause)
    assert shown(funnels.read("demo")) == recount().rows
    assert days(funnels) == recounted_days()
    first, *_, last = sorted(recounted_days())
    assert set(funnels.days("demo", first, last)) == set(recounted_days()) - {last}
    assert funnels.days("other", first, last) == {}


def test_a_note_expires_once_the_stream_cannot_deliver_again(dynamodb: Any) -> None:
    DynamoDBFunnels(dynamodb, "earshot").add([SCHEDULED])
    key = {"pk": {"S": table_keys.counted(NOON // SLICE)}, "sk": {"S": table_keys.META}}
    note = dynamodb.get_item(TableName="earshot", Key=key)["Item"]
    assert int(note["expires"]["N"]) == NOON // 1000 + KEPT_SECONDS
    assert len(note["seen"]["SS"]) == 1


def test_fifty_events_of_a_steady_stream_write_few_items(dynamodb: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[int] = []
    transact = dynamodb.transact_write_items

    def watched(**request: Any) -> Any:
        written.append(len(request["TransactItems"]))
        return transact(**request)

    monkeypatch.setattr(dynamodb, "transact_write_items", watched)
    # Ten a second, as RECORDS come: two or three notes, the rows of two waves, and of the four days they lie on.
    count(RECORDS[:50], read=read_tally, funnels=DynamoDBFunnels(dynamodb, "earshot"), pause=no_pause)
    assert len(written) == 1
    assert written[0] <= 9


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
        reasons = [{"Code": "None"}, {"Code": "TransactionConflict"}]
        reply = {"Error": {"Code": "TransactionCanceledException"}, "CancellationReasons": reasons}
        raise dynamodb.exceptions.TransactionCanceledException(reply, "TransactWriteItems")

    monkeypatch.setattr(dynamodb, "transact_write_items", contended)
    assert DynamoDBFunnels(dynamodb, "earshot").add([SCHEDULED]) == frozenset()
