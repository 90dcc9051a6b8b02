"""SES's events, read: what the samples say, what counts as a machine, and what is garbage."""

import json
from typing import Any

import pytest

from earshot.adapters.ses_events import read_feedback
from earshot.domain.email_feedback import FeedbackKind
from earshot.domain.errors import InvalidError
from tests.aws_events import load_event

INVITATION = "019aa7a0-7d00-8abc-9def-0123456789ab"
GARBAGE = (InvalidError, KeyError, TypeError, ValueError, AttributeError)


def sample(name: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(load_event(f"receive_feedback/{name}")["Records"][0]["body"])
    return read


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("delivery", FeedbackKind.DELIVERED),
        ("permanent_bounce", FeedbackKind.BOUNCED),
        ("transient_bounce", FeedbackKind.SOFT_BOUNCED),
        ("undetermined_bounce", FeedbackKind.SOFT_BOUNCED),
        ("complaint", FeedbackKind.COMPLAINED),
        ("rejection", FeedbackKind.REJECTED),
        ("open_by_a_person", FeedbackKind.OPENED),
        ("open_by_apples_proxy", FeedbackKind.OPENED_BY_MACHINE),
        ("open_by_googles_proxy", FeedbackKind.OPENED_BY_MACHINE),
        ("open_at_once", FeedbackKind.OPENED_BY_MACHINE),
        ("click_by_a_person", FeedbackKind.CLICKED),
    ],
)
def test_a_sample_names_the_delivery_event_and_the_mail(name: str, kind: FeedbackKind) -> None:
    feedback = read_feedback(sample(name))
    assert feedback.kind is kind
    assert feedback.origin is not None
    assert (feedback.origin.person, feedback.origin.invitation, feedback.origin.wave) == ("customer-1", INVITATION, 1)
    assert feedback.message_id.endswith("-000000")
    assert feedback.addresses == (("ann@example.com",) if kind.suppression or "bounce" in name else ())


def test_it_happened_when_ses_dates_it() -> None:
    assert read_feedback(sample("permanent_bounce")).time == 1_795_294_809_120
    # A rejection has no time of its own: then it is the event's.
    assert read_feedback(sample("rejection")).time == 1_795_294_809_000


def test_a_time_without_a_zone_is_utc() -> None:
    event = sample("permanent_bounce")
    event["detail"]["bounce"]["timestamp"] = "2026-11-21T21:00:09.120"
    assert read_feedback(event).time == 1_795_294_809_120


@pytest.mark.parametrize("name", ["bounce_of_a_message_nobody_sent", "delivery_of_a_message_nobody_sent"])
def test_a_message_nobody_sent_has_no_origin(name: str) -> None:
    assert read_feedback(sample(name)).origin is None


def test_a_bounce_names_the_intended_recipient_as_well_as_the_bounced_one() -> None:
    event = sample("permanent_bounce")
    event["detail"]["bounce"]["bouncedRecipients"] = [{"emailAddress": "Ann <elsewhere@example.org>"}]
    assert read_feedback(event).addresses == ("elsewhere@example.org", "ann@example.com")


def test_of_a_mail_to_several_only_those_who_bounced_are_named() -> None:
    event = sample("permanent_bounce")
    event["detail"]["mail"]["destination"] = ["ann@example.com", "ben@example.com"]
    assert read_feedback(event).addresses == ("ann@example.com",)


def test_a_complaint_with_withheld_recipients_is_about_the_intended_recipient() -> None:
    event = sample("complaint")
    event["detail"]["complaint"]["complainedRecipients"] = []
    assert read_feedback(event).addresses == ("ann@example.com",)


def test_who_takes_a_mail_out_of_the_spam_does_not_complain() -> None:
    event = sample("complaint")
    event["detail"]["complaint"]["complaintFeedbackType"] = "not-spam"
    assert read_feedback(event).kind is FeedbackKind.NOT_SPAM
    assert FeedbackKind.NOT_SPAM.suppression is None


@pytest.mark.parametrize("sub_type", ["General", "NoEmail", "Suppressed", "OnAccountSuppressionList", "new one"])
def test_every_permanent_bounce_is_one_whatever_its_sub_type(sub_type: str) -> None:
    event = sample("permanent_bounce")
    event["detail"]["bounce"]["bounceSubType"] = sub_type
    assert read_feedback(event).kind is FeedbackKind.BOUNCED


@pytest.mark.parametrize("section", ["open", "click"])
@pytest.mark.parametrize(
    ("agent", "machine"),
    [
        ("Mozilla/5.0", True),
        ("", True),
        (None, True),
        ("YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html", True),
        ("Mozilla/5.0 (via ggpht.com GoogleImageProxy)", True),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148", False),
    ],
)
def test_a_machine_is_known_by_its_name(section: str, agent: str | None, machine: bool) -> None:
    event = sample("open_by_a_person" if section == "open" else "click_by_a_person")
    event["detail"][section]["userAgent"] = agent
    assert read_feedback(event).kind.value == ("opened" if section == "open" else "clicked") + "-by-machine" * machine


@pytest.mark.parametrize(("time", "machine"), [("21:00:02.999Z", True), ("21:00:03.000Z", False)])
def test_who_opens_within_three_seconds_is_a_machine(time: str, machine: bool) -> None:
    event = sample("open_by_a_person")
    event["detail"]["open"]["timestamp"] = f"2026-11-21T{time}"
    assert (read_feedback(event).kind is FeedbackKind.OPENED_BY_MACHINE) is machine


def test_an_unknown_event_type_is_named_with_those_we_know() -> None:
    with pytest.raises(InvalidError, match=r"Email Bounced.*aws\.ses"):
        read_feedback(sample("unknown_event_type"))


def test_only_ses_may_report_what_became_of_a_mail() -> None:
    with pytest.raises(InvalidError):
        read_feedback(sample("permanent_bounce") | {"source": "shop"})


def breakages() -> list[Any]:
    def bounce(**changes: Any) -> dict[str, Any]:
        event = sample("permanent_bounce")
        event["detail"]["bounce"] |= changes
        return event

    def mail(**changes: Any) -> dict[str, Any]:
        event = sample("permanent_bounce")
        event["detail"]["mail"] |= changes
        return event

    return [
        {},
        sample("permanent_bounce") | {"detail": None},
        sample("permanent_bounce") | {"detail": {}},
        sample("permanent_bounce") | {"id": ""},
        sample("permanent_bounce") | {"detail-type": "Email Delivered"},
        bounce(bounceType="Perpetual"),
        bounce(bounceType=None),
        bounce(timestamp="yesterday"),
        bounce(bouncedRecipients=[{}]),
        bounce(bouncedRecipients=[{"emailAddress": ""}]),
        bounce(bouncedRecipients=7),
        mail(messageId=""),
        mail(messageId=None),
        {**mail(destination=[]), "detail": {**mail(destination=[])["detail"], "bounce": {"bounceType": "Permanent"}}},
    ]


@pytest.mark.parametrize("event", breakages())
def test_garbage_is_refused_and_never_read_as_something_else(event: Any) -> None:
    with pytest.raises(GARBAGE):
        read_feedback(event)
