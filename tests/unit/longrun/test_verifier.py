"""The verifier by hand: one mail too many, one too few, and what excuses either."""

from dataclasses import replace

import pytest

from benchmarks.longrun.facts import Ask, Facts, FormSubmission, Moment, Sent
from benchmarks.longrun.timeline import DAY, HOUR, MINUTE
from benchmarks.longrun.verifier import Verifier
from earshot.domain.eligibility import Rules
from tests.factories import NOON, make_survey

END = NOON + 90 * DAY


def at(time: int, what: str = "") -> Moment:
    return Moment(time, time // 1000, what)


def sent(time: int = NOON, wave: int = 1, **overrides: object) -> Sent:
    mail = Sent(at(time - 1000), time, "ann@example.com", "ann", "demo", "i", "a", wave, f"m-{time}")
    return replace(mail, **overrides)  # type: ignore[arg-type]


def facts(*mails: Sent, rules: Rules | None = None) -> Facts:
    known = Facts({"demo": make_survey(rules=rules or Rules(reminders=()))})
    known.zones["ann"], known.addresses["ann"] = "UTC", "ann@example.com"
    known.asks["a"] = Ask("a", "ann", "demo", NOON - 5000, 0, NOON - 5000)
    known.mails += mails
    return known


def found(known: Facts) -> list[str]:
    return [violation.kind for violation in Verifier(known, END).verify().violations]


def test_one_mail_for_one_wish_is_right() -> None:
    assert found(facts(sent())) == []


def test_two_invitations_in_a_quiet_period_are_found_and_after_it_are_not() -> None:
    again = sent(NOON + 20 * DAY, invitation="j", ask="b")

    assert found(facts(sent(), again)) == ["asked twice in a quiet period"]
    assert found(facts(sent(), replace(again, time=NOON + 30 * DAY))) == []


def test_two_invitations_for_one_wish_are_found_however_long_lies_between() -> None:
    assert found(facts(sent(), sent(NOON + 40 * DAY, invitation="j"))) == ["asked twice for one wish"]


def test_a_wave_twice_is_found_unless_the_mailbox_was_full() -> None:
    known = facts(sent(), sent(NOON + DAY))
    assert found(known) == ["the same wave twice"]

    known.soft_bounces["i", 1] = 1
    assert found(known) == []


@pytest.mark.parametrize("wait", [2 * DAY, 3 * DAY - 1])
def test_a_reminder_before_its_time_is_found(wait: int) -> None:
    assert found(facts(sent(), sent(NOON + wait, 2), rules=Rules(reminders=(3,)))) == ["a reminder too early"]


def test_a_reminder_too_many_is_found() -> None:
    assert "one reminder too many" in found(facts(sent(), sent(NOON + 3 * DAY, 2)))


def test_a_reminder_after_a_recorded_response_is_found_and_one_that_had_begun_is_not() -> None:
    known = facts(sent(), sent(NOON + 3 * DAY, 2), rules=Rules(reminders=(3,)))
    began = known.mails[1].began

    known.recorded["ann", "demo"] = [Moment(began.time, began.step - 1, str(NOON + DAY))]
    assert found(known) == ["reminded after a response"]
    known.recorded["ann", "demo"] = [Moment(began.time, began.step + 1, str(NOON + DAY))]
    assert found(known) == []


def test_a_reminder_a_quarter_of_an_hour_after_a_submission_is_right_and_earlier_is_not() -> None:
    known = facts(sent(), sent(NOON + 3 * DAY, 2), rules=Rules(reminders=(3,)))
    submission = FormSubmission(at(known.mails[1].began.time - 15 * MINUTE), "ann", "demo", is_machine=False)

    known.submissions["i"] = [submission]
    assert found(known) == []
    known.submissions["i"] = [replace(submission, at=at(submission.at.time + 1000))]
    assert found(known) == ["reminded while the response was on its way"]
    known.submissions["i"] = [replace(submission, at=at(submission.at.time + 1000), is_machine=True)]
    assert found(known) == []


def test_a_mail_after_a_no_is_found_however_the_address_is_written() -> None:
    known = facts(sent())
    known.refuse("Ann@Example.com", at(NOON - HOUR, "unsubscribed"))

    assert found(known) == ["mailed after saying no"]


def test_a_mail_after_an_erasure_or_to_a_closed_survey_is_found() -> None:
    known = facts(sent())
    known.erased["ann"] = known.closed["demo"] = at(NOON - HOUR)

    assert found(known) == ["mailed after an erasure", "mailed about a closed survey"]


def test_a_mail_at_night_is_found_in_the_persons_own_zone() -> None:
    known = facts(sent())
    known.zones["ann"] = "Asia/Tokyo"

    assert found(known) == ["mailed outside their hours"]


def test_a_mail_beyond_the_days_budget_is_found() -> None:
    known = facts(*(sent(NOON + n, invitation=f"i-{n}", ask=f"a-{n}", person=f"p-{n}") for n in range(3)))
    known.zones |= {f"p-{n}": "UTC" for n in range(3)}
    known.surveys["demo"] = make_survey(rules=Rules(reminders=(), daily_budget=2))
    known.asks.clear()

    assert found(known) == ["more mails a day than the budget"]


def test_a_wish_without_a_mail_is_found_unless_there_is_a_reason() -> None:
    known = facts()
    assert found(known) == ["due and left unasked"]

    known.unknown["i"] = at(NOON, "ann")
    assert found(known) == []


def test_a_wish_that_nobody_took_is_found() -> None:
    known = facts(sent())
    known.asks["b"] = Ask("b", "ann", "demo", NOON, 0)

    assert found(known) == ["due and left unasked"]


def test_a_reminder_that_never_came_is_found_unless_there_is_a_reason() -> None:
    known = facts(sent(), rules=Rules(reminders=(3,)))
    assert found(known) == ["due and left unreminded"]

    known.submissions["i"] = [FormSubmission(at(NOON + DAY), "ann", "demo", is_machine=False)]
    assert found(known) == []


def test_a_response_a_day_before_the_invitation_ends_its_reminders_and_an_earlier_one_does_not() -> None:
    known = facts(sent(), rules=Rules(reminders=(3,)))
    asked = known.asks["a"].time

    known.recorded["ann", "demo"] = [at(NOON, str(asked - 25 * HOUR))]
    assert found(known) == []
    known.recorded["ann", "demo"] = [at(NOON, str(asked - 25 * HOUR - 1))]
    assert found(known) == ["due and left unreminded"]


def test_counts_that_are_no_recount_are_found() -> None:
    known = facts(sent())
    known.counts_differ = True

    assert found(known) == ["counts that differ from a recount"]
