"""The days of the first mails: who was asked then, and what became of it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earshot.domain.bot_detection import SubmitAttempt
from earshot.domain.invitation import Invitation, InvitationState, Mail
from earshot.domain.invitation_cohorts import MailDay, day_moves, rate_of, settled
from tests.factories import DAY, NOON, make_invitation

TODAY = MailDay("demo", "2026-11-21")
SENT = make_invitation(state=InvitationState.SENT, sent_at=NOON, mails=(Mail(1, NOON, "m1"),))
BURST = tuple(SubmitAttempt(score, NOON + score) for score in (1, 5, 9))


def held(invitation: Invitation) -> set[str]:
    return {column for (where, column), change in day_moves(None, invitation).items() if where == TODAY and change == 1}


def test_who_was_never_mailed_stands_on_no_day() -> None:
    for state in (InvitationState.SCHEDULED, InvitationState.CLAIMED, InvitationState.DECLINED):
        assert day_moves(None, make_invitation(state=state, claimed_at=NOON)) == {}


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


stages = st.sampled_from([SENT, replace(SENT, attempts=BURST), replace(SENT, attempts=(SubmitAttempt(3, NOON),)), None])


@given(st.lists(stages, min_size=1))
def test_all_changes_together_leave_where_it_stands(history: list[Invitation | None]) -> None:
    sums: dict[tuple[MailDay, str], int] = {}
    for old, new in zip([None, *history], history, strict=False):
        for place, change in day_moves(old, new).items():
            sums[place] = sums.get(place, 0) + change
    assert {place: change for place, change in sums.items() if change} == day_moves(None, history[-1])


def test_days_add_up_to_a_rate() -> None:
    rate = rate_of([{"asked": 10, "responded": 2, "submitted": 3}, {"asked": 10}])
    assert (rate.asked, rate.responded, rate.share) == (20, 2, 0.1)


@pytest.mark.parametrize(("reminders", "days"), [((), 7), ((3, 7), 14), ((30,), 37)])
def test_a_mail_is_assessed_a_week_after_its_last_reminder(reminders: tuple[int, ...], days: int) -> None:
    assert settled(reminders) == timedelta(days)
