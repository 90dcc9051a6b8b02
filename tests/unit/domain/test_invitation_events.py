"""The events of an invitation: one for each mail that went out, and one if it was declined."""

from dataclasses import replace

from earshot.domain.events import iso
from earshot.domain.invitation import InvitationState, Mail
from earshot.domain.invitation_events import invitation_events
from tests.factories import DAY, NOON, make_invitation

TIME = "2026-11-21T12:00:00.000Z"
SCHEDULED = make_invitation(due_at=NOON)
SENT = replace(SCHEDULED, state=InvitationState.SENT, mails=(Mail(1, NOON + 60_000, "m-1"),), due_at=NOON + 3 * DAY)
REMINDED = replace(SENT, wave=2, mails=(*SENT.mails, Mail(2, NOON + 4 * DAY, "m-2")), due_at=NOON + 9 * DAY)


def test_each_mail_is_an_event_with_the_time_at_which_it_was_due() -> None:
    (invited,) = invitation_events(SCHEDULED, SENT, TIME)
    (reminded,) = invitation_events(SENT, REMINDED, TIME)
    assert (invited.detail_type, reminded.detail_type) == ("InvitationSent", "ReminderSent")
    assert [each.detail["data"]["due_at"] for each in (invited, reminded)] == [iso(NOON), iso(NOON + 3 * DAY)]


def test_what_is_published_again_has_the_ids_of_the_first_time() -> None:
    first = [*invitation_events(SCHEDULED, SENT, TIME), *invitation_events(SENT, REMINDED, TIME)]
    assert [each.id for each in invitation_events(None, REMINDED, TIME)] == [each.id for each in first]


def test_a_mail_that_was_tried_again_under_its_wave_is_not_new() -> None:
    again = replace(SENT, mails=(Mail(1, NOON + 120_000, "m-9"),))
    assert invitation_events(SENT, again, TIME) == []


def test_a_declined_invitation_is_an_event_once() -> None:
    declined = replace(SCHEDULED, state=InvitationState.DECLINED, reason="suppressed")
    (event,) = invitation_events(SCHEDULED, declined, TIME)
    assert (event.detail_type, event.detail["data"]["reason"]) == ("InvitationDeclined", "suppressed")
    assert invitation_events(declined, replace(declined, due_at=NOON + DAY), TIME) == []
