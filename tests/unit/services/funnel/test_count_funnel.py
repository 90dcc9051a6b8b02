"""Counting the funnel: repeats, overlapping batches, crashes, others at work, and what cannot be read."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import pairwise
from random import Random
from typing import Any

import pytest

from earshot.adapters.dynamodb.invitation_items import attempt_value
from earshot.adapters.dynamodb.stream import read_tally
from earshot.adapters.dynamodb.table import marshalled
from earshot.domain.bot_detection import Comment, SubmitAttempt
from earshot.domain.errors import BusyError
from earshot.domain.funnel import Funnel, Row, stages
from earshot.domain.invitation import Invitation, InvitationState, Mail
from earshot.domain.invitation_cohorts import columns_of, day_of_first_mail
from earshot.services.funnel.count_funnel import ATTEMPTS, MOST_COHORTS, MOST_EVENTS, Counted, count
from tests.aws_events import invitation_image, stored, stream_record
from tests.factories import DAY, NOON, make_invitation, make_response, uuid7
from tests.fakes.crash import CrashError
from tests.fakes.fake_time import no_pause
from tests.fakes.funnel import InMemoryFunnels

Record = Mapping[str, Any]


def history(number: int) -> list[Invitation]:
    """Go through an invitation: sent, delivered, reminded of or responded to, stopped."""
    waiting = make_invitation(id=uuid7(seed=str(number)), person=f"p{number}")
    claimed = replace(waiting, state=InvitationState.CLAIMED, claimed_at=NOON)
    mailed = NOON - number % 4 * DAY
    mails = (Mail(1, mailed, "m1"),)
    sent = replace(claimed, state=InvitationState.SCHEDULED, wave=2, sent_at=mailed, mails=mails)
    delivered = replace(sent, delivery_events=frozenset({"delivered#1"}))
    responded = replace(
        delivered, attempts=(SubmitAttempt(9, NOON + DAY, comment=Comment.of("fine") if number % 2 else None),)
    )
    stopped = replace(responded, state=InvitationState.SENT, stopped="answered")
    if number % 5 == 0:
        return [replace(waiting, state=InvitationState.DECLINED, reason="quiet-period")]
    return [waiting, claimed, sent, delivered, *([responded, stopped] if number % 3 else [])]


def image(invitation: Invitation | None) -> dict[str, Any] | None:
    """Return the item of an invitation with its submissions, which no one writes at once."""
    if invitation is None:
        return None
    attempts = [attempt_value(attempt) for attempt in invitation.attempts]
    return invitation_image(invitation) | marshalled({"submissions": attempts or None})


def records(histories: Iterable[list[Invitation]], apart: float = 0.1) -> list[Record]:
    """Return the records of histories, woven into each other but each in its order, so many seconds apart."""
    chance, left = Random(4), [list(pairwise([None, *each])) for each in histories]
    made: list[Record] = []
    while left := [each for each in left if each]:
        old, new = chance.choice(left).pop(0)
        made.append(
            stream_record(old=image(old), new=image(new), number=len(made), time=NOON // 1000 + len(made) * apart)
        )
    return made


HISTORIES = [history(number) for number in range(40)]
RECORDS = records(HISTORIES)


def recount(histories: Iterable[list[Invitation]] = HISTORIES) -> Funnel:
    """Count the invitations as they stand, the slow and certain way."""
    rows: dict[Row, dict[str, int]] = {}
    for *_, last in histories:
        for stage, wave in stages(last):
            counts = rows.setdefault(Row(last.survey, last.channel, wave), {})
            counts[stage] = counts.get(stage, 0) + 1
    return Funnel(rows)


def recounted_days(histories: Iterable[list[Invitation]] = HISTORIES) -> Mapping[str, Mapping[str, int]]:
    """Count the days of the first mails again."""
    found: dict[str, dict[str, int]] = {}
    for *_, last in histories:
        day = day_of_first_mail(last)
        for column in columns_of(last) if day is not None else ():
            numbers = found.setdefault(day or "", {})
            numbers[column] = numbers.get(column, 0) + 1
    return found


def days(funnels: Any) -> Mapping[str, Mapping[str, int]]:
    found = funnels.days("demo", "2026-01-01", "2027-01-01")
    return {day: {column: n for column, n in numbers.items() if n} for day, numbers in found.items()}


def shown(funnel: Funnel) -> Mapping[Row, Mapping[str, int]]:
    return {row: {stage: n for stage, n in counts.items() if n} for row, counts in funnel.rows.items()}


def counted(batch: Iterable[Record], funnels: InMemoryFunnels) -> Counted:
    return count(batch, read=read_tally, funnels=funnels, pause=no_pause)


def test_a_funnel_is_the_recount_of_all_invitations() -> None:
    funnels = InMemoryFunnels()
    done = counted(RECORDS, funnels)
    assert shown(funnels.read("demo")) == recount().rows
    assert days(funnels) == recounted_days()
    assert (done.counted, done.repeated, done.unreadable) == (len(RECORDS), 0, [])


@pytest.mark.parametrize("seed", range(8))
def test_batches_that_come_again_overlap_and_differ_count_each_record_once(seed: int) -> None:
    chance, funnels, start = Random(seed), InMemoryFunnels(), 0
    while start < len(RECORDS):
        end = start + chance.randint(1, 30)
        counted(RECORDS[max(0, start - chance.randint(0, 20)) : end], funnels)
        counted(RECORDS[start : start + chance.randint(0, 5)] * 2, funnels)
        start = end
    counted(RECORDS, funnels)
    assert shown(funnels.read("demo")) == recount().rows
    assert days(funnels) == recounted_days()


def test_the_order_of_records_does_not_matter() -> None:
    funnels, shuffled = InMemoryFunnels(), list(RECORDS)
    Random(1).shuffle(shuffled)
    counted(shuffled, funnels)
    assert shown(funnels.read("demo")) == recount().rows
    assert days(funnels) == recounted_days()


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("call", [1, 2, 3])
def test_a_crash_at_a_transaction_loses_and_doubles_nothing(moment: str, call: int) -> None:
    funnels = InMemoryFunnels()

    def crash() -> None:
        if len(funnels.calls) == call:
            raise CrashError

    setattr(funnels, moment, crash)
    with pytest.raises(CrashError):
        counted(RECORDS, funnels)
    counted(RECORDS, funnels)
    assert shown(funnels.read("demo")) == recount().rows
    assert days(funnels) == recounted_days()


def test_others_at_work_are_waited_for_and_a_batch_that_never_gets_through_comes_again() -> None:
    funnels = InMemoryFunnels()
    waits: list[int] = []
    funnels.is_contended = lambda: len(funnels.calls) < 3
    count(RECORDS, read=read_tally, funnels=funnels, pause=waits.append)
    assert waits == [0, 1]
    assert shown(funnels.read("demo")) == recount().rows
    assert days(funnels) == recounted_days()
    funnels = InMemoryFunnels()
    funnels.is_contended = lambda: True
    with pytest.raises(BusyError):
        counted(RECORDS, funnels)
    assert len(funnels.calls) == ATTEMPTS


def test_no_transaction_is_larger_than_the_store_takes() -> None:
    funnels = InMemoryFunnels()
    many = [[make_invitation(id=uuid7(seed=str(n)), survey=f"s{n % 80}")] for n in range(200)]
    counted(records([*HISTORIES, *many]), funnels)
    assert len({invitation.survey for (invitation,) in many}) > MOST_COHORTS
    assert max(len(call) for call in funnels.calls) <= MOST_EVENTS
    assert sum(funnels.read(f"s{n}").total("waiting") for n in range(80)) == 200


def test_what_moves_nothing_writes_nothing() -> None:
    funnels, invitation = InMemoryFunnels(), make_invitation()
    renamed = invitation_image(replace(invitation, properties={"plan": "pro"}))
    batch = [
        stream_record(old=invitation_image(invitation), new=renamed),
        stream_record(old=renamed, number=1),
        stream_record(new=stored(make_response()), number=2),
        stream_record(new={"pk": {"S": "F#demo"}, "sk": {"S": "2026-11-21"}}, number=3),
    ]
    assert counted(batch, funnels) == Counted(0, 0, [])
    assert funnels.calls == []


def test_an_unreadable_item_stands_nowhere_and_comes_in_with_the_change_that_fixes_it() -> None:
    funnels, (waiting, claimed, sent, *_) = InMemoryFunnels(), history(1)
    broken = invitation_image(claimed) | {"state": {"S": "from the future"}}
    garbage: Record = {"eventID": "x", "dynamodb": {}}
    first = stream_record(new=invitation_image(waiting))
    second = stream_record(old=invitation_image(waiting), new=broken, number=1)
    third = stream_record(old=broken, new=invitation_image(sent), number=2)
    assert counted([first, garbage, second], funnels).unreadable == [garbage, second]
    assert shown(funnels.read("demo")) == {Row("demo", "email", 1): {}}
    assert counted([third], funnels).unreadable == [third]
    assert shown(funnels.read("demo")) == recount([[sent]]).rows
