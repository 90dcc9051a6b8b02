"""What is marked, stopped and tried again, and how far the suppression list was read: fakes and adapters alike."""

from dataclasses import replace
from typing import Any, NamedTuple

import pytest

from earshot.adapters.dynamodb.invitation_feedback import DynamoDBFeedback
from earshot.adapters.dynamodb.invitations import DynamoDBInvitations
from earshot.adapters.dynamodb.people import DynamoDBPeople
from earshot.domain.email_feedback import RETRY_AFTER
from earshot.domain.invitation import Invitation, InvitationState, Mail
from earshot.ports.people import PersonChange
from tests.factories import DAY, NOON, make_invitation, make_person
from tests.fakes.feedback import InMemoryFeedback
from tests.fakes.invitations import InMemoryInvitations
from tests.fakes.people import InMemoryPeople

FIRST = make_invitation(properties={"plan": "pro"}, asked_mailbox=make_person().mailbox)
MAIL = Mail(1, NOON, "m-1")
SENT = replace(FIRST, state=InvitationState.SENT, sent_at=NOON, message_id="m-1", mails=(MAIL,))
REMINDING = replace(SENT, state=InvitationState.SCHEDULED, wave=2, due_at=NOON + 3 * DAY)
LATE = NOON + 100 * DAY


class Store(NamedTuple):
    """Feedback, and the invitations it is of."""

    feedback: Any
    invitations: Any
    people: Any

    def keep(self, invitation: Invitation) -> Invitation:
        """Keep an invitation as it is, in the index while it is scheduled."""
        assert self.invitations.open(invitation, self.people.get("ann"))
        return self.now()

    def now(self) -> Invitation:
        found = self.invitations.get("ann", FIRST.id)
        assert isinstance(found, Invitation)
        return found

    def due(self, now: int = LATE) -> list[tuple[str, str]]:
        return [entry for shard in range(8) for entry in self.invitations.due(shard, now, 10)[0]]


@pytest.fixture(params=["fake", "dynamodb"])
def store(request: pytest.FixtureRequest) -> Store:
    if request.param == "fake":
        people: Any = InMemoryPeople()
        invitations: Any = InMemoryInvitations(people)
        made = Store(InMemoryFeedback(invitations), invitations, people)
    else:
        client = request.getfixturevalue("dynamodb")
        made = Store(
            DynamoDBFeedback(client, "earshot"),
            DynamoDBInvitations(client, "earshot"),
            DynamoDBPeople(client, "earshot"),
        )
    made.people.put([PersonChange(None, make_person())])
    return made


def test_delivery_events_gather_and_each_stands_once(store: Store) -> None:
    store.keep(SENT)
    assert store.feedback.add_delivery_events("ann", FIRST.id, frozenset({"delivered#1"})).delivery_events == {
        "delivered#1"
    }
    store.feedback.add_delivery_events("ann", FIRST.id, frozenset({"delivered#1"}))
    changed = store.feedback.add_delivery_events("ann", FIRST.id, frozenset({"opened#1", "clicked#1"}))
    assert changed == store.now() == replace(SENT, delivery_events=frozenset({"delivered#1", "opened#1", "clicked#1"}))


def test_a_delivery_event_does_not_create_a_missing_invitation(store: Store) -> None:
    assert store.feedback.add_delivery_events("ann", FIRST.id, frozenset({"delivered#1"})) is None
    assert store.feedback.add_delivery_events("nobody", FIRST.id, frozenset({"delivered#1"})) is None
    assert store.invitations.get("ann", FIRST.id) is None
    assert store.people.get("nobody") is None


def test_a_delivery_event_leaves_what_is_due_due(store: Store) -> None:
    store.keep(REMINDING)
    store.feedback.add_delivery_events("ann", FIRST.id, frozenset({"delivered#1"}))
    assert store.due() == [("ann", FIRST.id)]


def test_a_reminder_that_is_stopped_is_never_due_and_what_was_sent_stays_sent(store: Store) -> None:
    store.keep(REMINDING)
    assert store.feedback.stop(REMINDING, "complained")
    assert store.now() == replace(REMINDING, state=InvitationState.SENT, stopped="complained")
    assert store.due() == []
    assert not store.feedback.stop(REMINDING, "bounced")
    assert store.now().stopped == "complained"
    assert not store.invitations.claim(REMINDING, NOON)


def test_a_first_mail_that_is_stopped_is_declined(store: Store) -> None:
    store.keep(FIRST)
    assert store.feedback.stop(FIRST, "bounced")
    assert store.now() == replace(FIRST, state=InvitationState.DECLINED, reason="bounced", stopped="bounced")
    assert store.due() == []


@pytest.mark.parametrize("state", [InvitationState.CLAIMED, InvitationState.SENT, InvitationState.DECLINED])
def test_only_what_is_scheduled_can_be_stopped(store: Store, state: InvitationState) -> None:
    kept = store.keep(replace(SENT, state=state))
    assert not store.feedback.stop(kept, "bounced")
    assert store.now() == kept


def test_a_stop_that_rests_on_what_was_is_refused(store: Store) -> None:
    store.keep(REMINDING)
    assert not store.feedback.stop(FIRST, "bounced")
    assert not store.feedback.stop(replace(REMINDING, wave=3), "bounced")
    assert not store.feedback.stop(replace(REMINDING, id="none"), "bounced")
    assert store.now() == REMINDING
    assert store.invitations.get("ann", "none") is None


@pytest.mark.parametrize("kept", [SENT, REMINDING], ids=["the last wave", "before a reminder"])
def test_the_last_mail_is_tried_again_once_for_each_time_it_bounces(store: Store, kept: Invitation) -> None:
    store.keep(kept)
    due = NOON + RETRY_AFTER
    assert store.feedback.retry(kept, 1, due)
    again = replace(
        kept, state=InvitationState.SCHEDULED, wave=1, due_at=due, delivery_events=frozenset({"soft-bounced#1"})
    )
    assert store.now() == again
    assert store.due(due) == [("ann", FIRST.id)]
    assert store.due(due - 1) == []
    assert not store.feedback.retry(kept, 1, due + 1)
    assert not store.feedback.retry(again, 1, due + 1)
    assert store.now() == again
    assert store.invitations.claim(again, due)
    assert not store.feedback.retry(kept, 1, due + 1)


@pytest.mark.parametrize(
    "kept",
    [
        replace(SENT, message_id="m-2"),
        replace(SENT, wave=2),
        replace(SENT, stopped="complained"),
        replace(SENT, state=InvitationState.DECLINED),
        replace(SENT, state=InvitationState.CLAIMED),
        replace(REMINDING, wave=3),
    ],
)
def test_what_is_no_longer_the_last_mail_is_not_tried_again(store: Store, kept: Invitation) -> None:
    store.keep(kept)
    assert not store.feedback.retry(SENT, 1, NOON + DAY)
    assert store.now() == kept


def test_a_mail_that_was_tried_again_is_tried_once_more(store: Store) -> None:
    kept = replace(SENT, message_id="m-2", mails=(MAIL, Mail(1, NOON + DAY, "m-2")))
    store.keep(kept)
    assert store.feedback.retry(kept, 1, NOON + 2 * DAY)
    assert (store.now().wave, store.now().due_at, store.now().mails) == (1, NOON + 2 * DAY, kept.mails)
