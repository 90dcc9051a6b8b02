"""The days of the first mails: who was asked then, what became of it, and that changes add up to it."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earshot.domain.bot_detection import SubmitAttempt
from earshot.domain.funnel import Row, stages
from earshot.domain.invitation import Invitation, InvitationState, Mail
from earshot.domain.invitation_cohorts import (
    COLUMNS,
    Cohort,
    Count,
    WaveStage,
    columns,
    columns_of,
    day_of_first_mail,
    funnel_of,
    moves,
    rate_of,
    settled,
)
from tests.factories import DAY, NOON, make_invitation
from tests.unit.domain.test_funnel import invitations

TODAY, UNSENT = Cohort("demo", "2026-11-21"), Cohort("demo", None)
SENT = make_invitation(state=InvitationState.SENT, sent_at=NOON, mails=(Mail(1, NOON, "m1"),))
BURST = tuple(SubmitAttempt(score, NOON + score) for score in (1, 5, 9))


def held(invitation: Invitation) -> set[str]:
    counted = {count: number for (cohort, count), number in moves(None, invitation).items() if cohort == TODAY}
    assert set(counted.values()) <= {1}
    return set(columns(counted))


def test_who_was_never_mailed_stands_on_no_day() -> None:
    for state in (InvitationState.SCHEDULED, InvitationState.CLAIMED, InvitationState.DECLINED):
        counted = moves(None, make_invitation(state=state, claimed_at=NOON))
        assert {cohort for cohort, _ in counted} == {UNSENT}
        assert all(isinstance(count, WaveStage) for _, count in counted)


def test_a_change_takes_away_where_it_stood_and_adds_where_it_stands() -> None:
    waiting = make_invitation()
    scheduled, wait, claim, sent = (
        WaveStage("email", 1, stage) for stage in ("scheduled", "waiting", "claimed", "sent")
    )
    assert moves(None, waiting) == {(UNSENT, scheduled): 1, (UNSENT, wait): 1}
    claimed = replace(waiting, state=InvitationState.CLAIMED, claimed_at=NOON)
    assert moves(waiting, claimed) == {(UNSENT, wait): -1, (UNSENT, claim): 1}
    assert moves(claimed, replace(claimed, properties={"plan": "pro"})) == {}
    assert moves(claimed, None) == {(UNSENT, scheduled): -1, (UNSENT, claim): -1}
    left = {(UNSENT, scheduled): -1, (UNSENT, claim): -1}
    assert moves(claimed, SENT) == left | {(TODAY, scheduled): 1, (TODAY, sent): 1, (TODAY, "asked"): 1}


@pytest.mark.parametrize(
    ("attempts", "columns"),
    [
        ((), {"asked"}),
        ((SubmitAttempt(9, NOON),), {"asked", "responded", "submitted"}),
        (BURST, {"asked", "submitted", "quarantined"}),
        ((*BURST, SubmitAttempt(3, NOON + 60_000)), {"asked", "responded", "submitted", "quarantined"}),
        (tuple(replace(attempt, released=True) for attempt in BURST), {"asked", "responded", "submitted"}),
        ((SubmitAttempt(9, NOON, honeypot=True),), {"asked", "submitted", "quarantined"}),
    ],
    ids=["asked", "responded", "a machine", "a person after a machine", "released", "honeypot"],
)
def test_what_became_of_a_first_mail(attempts: tuple[SubmitAttempt, ...], columns: set[str]) -> None:
    assert held(replace(SENT, attempts=attempts)) == columns


def test_the_day_is_that_of_the_first_mail_whatever_follows() -> None:
    later = replace(SENT, sent_at=NOON + 3 * DAY, wave=2, mails=(Mail(1, NOON, "m1"), Mail(2, NOON + 3 * DAY, "m2")))
    assert held(later) == held(SENT) == {"asked"}
    assert held(replace(SENT, mails=())) == {"asked"}


def test_a_submission_proves_that_an_unrecorded_mail_went_out() -> None:
    unknown = make_invitation(state=InvitationState.CLAIMED, claimed_at=NOON)
    assert held(replace(unknown, attempts=(SubmitAttempt(9, NOON),))) == {"asked", "responded", "submitted"}


@given(st.lists(invitations, min_size=1, max_size=8))
def test_the_changes_of_any_history_add_up_to_where_it_ends(history: list[Invitation]) -> None:
    total: Counter[tuple[Cohort, Count]] = Counter()
    for old, new in zip([None, *history], history, strict=False):
        total.update(moves(old, new))
    last = history[-1]
    cohort = Cohort("demo", day_of_first_mail(last))
    of_its_day = columns_of(last) if cohort.day is not None else []
    reached = [WaveStage(last.channel, wave, stage) for stage, wave in stages(last)]
    assert {place: n for place, n in total.items() if n} == dict.fromkeys(
        ((cohort, count) for count in (*reached, *of_its_day)), 1
    )


def test_the_cohorts_of_a_survey_add_up_to_its_funnel() -> None:
    sent, reminded = WaveStage("email", 1, "sent"), WaveStage("email", 2, "sent")
    funnel = funnel_of(
        "demo", [{sent: 2, reminded: 1, "asked": 2}, {sent: 3, "asked": 3}, {WaveStage("text", 1, "sent"): 4}]
    )
    assert {row: dict(counts) for row, counts in funnel.rows.items()} == {
        Row("demo", "email", 1): {"sent": 5},
        Row("demo", "email", 2): {"sent": 1},
        Row("demo", "text", 1): {"sent": 4},
    }
    assert columns({sent: 2, **dict.fromkeys(COLUMNS, 1)}) == dict.fromkeys(COLUMNS, 1)


def test_days_add_up_to_a_rate() -> None:
    rate = rate_of([{"asked": 10, "responded": 2, "submitted": 3}, {"asked": 10}])
    assert (rate.asked, rate.responded, rate.share) == (20, 2, 0.1)


@pytest.mark.parametrize(("reminders", "days"), [((), 7), ((3, 7), 14), ((30,), 37)])
def test_a_mail_is_assessed_a_week_after_its_last_reminder(reminders: tuple[int, ...], days: int) -> None:
    assert settled(reminders) == timedelta(days)
