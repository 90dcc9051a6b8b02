"""What invitations and budgets keep, the fake ones and the real adapters alike."""

from dataclasses import replace
from typing import Any, NamedTuple
from zlib import crc32

import pytest

from earshot.adapters.dynamodb.invitations import DynamoDBInvitations
from earshot.adapters.dynamodb.people import DynamoDBPeople
from earshot.domain.anonymized_invitation import anonymized
from earshot.domain.bot_detection import Comment, SubmitAttempt
from earshot.domain.invitation import MOST_ATTEMPTS, Invitation, InvitationFacts, InvitationState, Mail
from earshot.domain.invitation_cohorts import Cohort, Count, WaveStage, moves
from earshot.domain.person import Asked, ErasedPerson, Person, moved_to
from earshot.ports.people import PersonChange
from tests.factories import DAY, NOON, make_invitation, make_person, uuid7
from tests.fakes.invitations import InMemoryInvitations
from tests.fakes.people import InMemoryPeople

ANN = make_person()
FULL = make_invitation(properties={"plan": "pro", "Größe": "💬"}, correlation="c", asked_mailbox=ANN.mailbox)


class Store(NamedTuple):
    """Invitations, and the people they belong to."""

    invitations: Any
    people: Any

    def asked(self) -> int | None:
        found = self.people.get("ann")
        assert isinstance(found, Person)
        return found.last_invited_at

    def now(self, invitation: Invitation = FULL) -> Invitation:
        found = self.invitations.get(invitation.person, invitation.id)
        assert isinstance(found, Invitation)
        return found


@pytest.fixture(params=["fake", "dynamodb"])
def store(request: pytest.FixtureRequest) -> Store:
    if request.param == "fake":
        people: Any = InMemoryPeople()
        made = Store(InMemoryInvitations(people), people)
    else:
        client = request.getfixturevalue("watched")
        made = Store(DynamoDBInvitations(client, "earshot"), DynamoDBPeople(client, "earshot"))
    made.people.put([PersonChange(None, ANN)])
    return made


def test_an_invitation_is_kept_as_it_is_and_its_person_counts_as_asked(store: Store) -> None:
    assert store.invitations.get("ann", FULL.id) is None
    assert store.invitations.open(FULL, ANN)
    assert store.now() == FULL
    assert store.asked() == NOON
    assert (store.people.get("ann").revision, store.people.get("ann").asked_revision) == (1, 1)


def test_an_invitation_is_opened_once(store: Store) -> None:
    assert store.invitations.open(FULL, ANN)
    assert not store.invitations.open(replace(FULL, due_at=NOON + 1), store.people.get("ann"))
    assert store.now() == FULL
    assert store.asked() == NOON


def test_of_two_who_ask_one_person_the_slower_gets_a_conflict_and_keeps_nothing(store: Store) -> None:
    other = make_invitation(id=uuid7(seed="other"))
    assert store.invitations.open(FULL, ANN)
    assert not store.invitations.open(other, ANN)
    assert store.invitations.get("ann", other.id) is None


def test_nobody_who_was_erased_is_asked(store: Store) -> None:
    store.people.put_tombstone(ErasedPerson("ann", NOON, subtract=False, revision=2), ANN)
    assert not store.invitations.open(FULL, ANN)
    assert store.invitations.get("ann", FULL.id) is None


def test_a_decision_not_to_ask_is_kept_once_and_never_due(store: Store) -> None:
    declined = replace(FULL, state=InvitationState.DECLINED, reason="quiet-period")
    assert store.invitations.decline(declined)
    assert not store.invitations.decline(replace(declined, reason="suppressed"))
    assert not store.invitations.open(FULL, ANN)
    assert store.now() == declined
    assert store.asked() is None
    assert due(store) == []


def test_an_invitation_is_claimed_once(store: Store) -> None:
    store.invitations.open(FULL, ANN)
    assert store.invitations.claim(FULL, NOON + 1)
    assert not store.invitations.claim(FULL, NOON + 2)
    assert store.now() == replace(FULL, state=InvitationState.CLAIMED, claimed_at=NOON + 1)
    assert due(store) == []


def test_a_claim_that_is_given_back_is_due_again_and_knows_what_paid_for_it(store: Store) -> None:
    store.invitations.open(FULL, ANN)
    assert not store.invitations.release(FULL)
    paid = replace(FULL, charged_on="2026-11-21")
    assert store.invitations.claim(paid, NOON + 1)
    assert store.invitations.release(paid)
    assert not store.invitations.release(paid)
    assert store.now() == paid
    assert due(store) == [("ann", FULL.id)]
    assert store.invitations.claim(FULL, NOON + 2)


def test_only_what_is_claimed_can_be_sent_and_only_once(store: Store) -> None:
    store.invitations.open(FULL, ANN)
    assert not store.invitations.record_sent(FULL, "m-1", NOON, None)
    store.invitations.claim(FULL, NOON + 1)
    assert store.invitations.record_sent(FULL, "m-1", NOON + 2, None)
    assert not store.invitations.record_sent(FULL, "m-2", NOON + 3, NOON + DAY)
    sent = replace(FULL, state=InvitationState.SENT, claimed_at=NOON + 1, sent_at=NOON + 2, message_id="m-1")
    sent = replace(sent, mails=(Mail(1, NOON + 2, "m-1"),))
    for refused in (
        store.invitations.claim(FULL, NOON + 4),
        store.invitations.release(FULL),
        store.invitations.cancel(FULL, "suppressed"),
        store.invitations.postpone(FULL, store.people.get("ann"), NOON + DAY, "outside-hours"),
    ):
        assert refused is False
    assert store.now() == sent


def test_what_is_called_off_is_never_sent(store: Store) -> None:
    store.invitations.open(FULL, ANN)
    assert store.invitations.cancel(FULL, "suppressed")
    assert not store.invitations.cancel(FULL, "erased")
    assert not store.invitations.claim(FULL, NOON)
    assert store.now() == replace(FULL, state=InvitationState.DECLINED, reason="suppressed", stopped="suppressed")
    assert due(store) == []


def test_a_reminder_is_due_at_its_time_and_not_before(store: Store) -> None:
    reminder = reminded(store)
    assert reminder == replace(
        FULL,
        wave=2,
        due_at=NOON + 3 * DAY,
        claimed_at=NOON,
        sent_at=NOON,
        message_id="m-1",
        mails=(Mail(1, NOON, "m-1"),),
        previously_invited_at=None,
    )
    assert due(store, NOON + 3 * DAY - 1) == []
    assert due(store, NOON + 3 * DAY) == [("ann", FULL.id)]
    assert store.invitations.claim(reminder, NOON + 3 * DAY)
    assert due(store, NOON + 3 * DAY) == []
    assert store.invitations.record_sent(reminder, "m-2", NOON + 3 * DAY, None)
    mails = (Mail(1, NOON, "m-1"), Mail(2, NOON + 3 * DAY, "m-2"))
    last = store.now()
    assert (last.state, last.wave, last.mails, last.message_id) == (InvitationState.SENT, 2, mails, "m-2")
    assert due(store, NOON + 99 * DAY) == []


def test_a_stale_reader_of_the_first_mail_claims_moves_and_declines_no_reminder(store: Store) -> None:
    reminder = reminded(store)
    asked = store.people.get("ann")
    for refused in (
        store.invitations.claim(FULL, NOON + 9 * DAY),
        store.invitations.claim(replace(FULL, due_at=reminder.due_at), NOON + 9 * DAY),
        store.invitations.claim(replace(reminder, due_at=NOON), NOON + 9 * DAY),
        store.invitations.postpone(FULL, asked, NOON + DAY, "outside-hours"),
        store.invitations.postpone(replace(FULL, due_at=reminder.due_at), asked, NOON + DAY, "outside-hours"),
        store.invitations.cancel(FULL, "erased"),
        store.invitations.cancel(replace(FULL, wave=2), "erased"),
    ):
        assert refused is False
    assert store.now() == reminder
    assert store.people.get("ann") == asked


def test_a_stale_reader_of_submissions_claims_nothing(store: Store) -> None:
    reminder = reminded(store)
    submitted = store.invitations.add_attempt("ann", FULL.id, "r-1", SubmitAttempt(9, NOON + 1))
    assert not store.invitations.claim(reminder, NOON + 3 * DAY)
    assert store.invitations.claim(submitted, NOON + 3 * DAY)


def test_postponing_a_reminder_asks_nobody_again(store: Store) -> None:
    reminder = reminded(store)
    asked = store.people.get("ann")
    assert store.invitations.postpone(reminder, asked, NOON + 4 * DAY, "outside-hours")
    assert not store.invitations.postpone(reminder, asked, NOON + 5 * DAY, "outside-hours")
    assert store.now() == replace(reminder, due_at=NOON + 4 * DAY, reason="outside-hours")
    assert store.people.get("ann") == asked
    assert due(store, NOON + 4 * DAY - 1) == []
    assert due(store, NOON + 4 * DAY) == [("ann", FULL.id)]


@pytest.mark.parametrize("is_claimed", [False, True])
def test_a_reminder_that_is_stopped_leaves_its_person_asked(store: Store, is_claimed: bool) -> None:
    reminder = reminded(store)
    asked = store.people.get("ann")
    if is_claimed:
        assert store.invitations.claim(reminder, NOON + 3 * DAY)
    stop = store.invitations.reject if is_claimed else store.invitations.cancel
    assert stop(reminder, "answered")
    assert not stop(reminder, "erased")
    stopped = store.now()
    assert (stopped.state, stopped.wave, stopped.stopped, stopped.reason) == (
        InvitationState.SENT,
        2,
        "answered",
        "eligible",
    )
    assert store.people.get("ann") == asked
    assert due(store, NOON + 9 * DAY) == []
    assert not store.invitations.claim(reminder, NOON + 9 * DAY)


def test_a_reminder_that_is_given_back_is_due_again_and_still_known_by_the_address_of_a_mail(store: Store) -> None:
    reminder = replace(reminded(store), recipient_hash="hash")
    assert store.invitations.claim(reminder, NOON + 3 * DAY)
    assert store.invitations.release(reminder)
    assert store.now() == replace(reminder, claimed_at=None)
    assert due(store, NOON + 3 * DAY) == [("ann", FULL.id)]


def test_a_mail_does_not_keep_what_paid_for_it(store: Store) -> None:
    store.invitations.open(FULL, ANN)
    paid = replace(FULL, charged_on="2026-11-21")
    store.invitations.claim(paid, NOON)
    assert store.now().charged_on == "2026-11-21"
    store.invitations.record_sent(paid, "m-1", NOON, NOON + DAY)
    assert store.now().charged_on is None


def test_what_is_postponed_is_due_then_and_its_person_asked_then(store: Store) -> None:
    store.invitations.open(FULL, ANN)
    asked = store.people.get("ann")
    assert store.invitations.postpone(FULL, asked, NOON + DAY, "outside-hours")
    assert not store.invitations.postpone(FULL, store.people.get("ann"), NOON + 2 * DAY, "daily-budget")
    assert store.now() == replace(FULL, due_at=NOON + DAY, reason="outside-hours")
    assert store.asked() == NOON + DAY
    assert due(store) == []
    assert due(store, NOON + DAY) == [("ann", FULL.id)]


def test_a_postponement_never_moves_back_when_a_person_was_asked_and_loses_against_who_was_faster(store: Store) -> None:
    store.invitations.open(FULL, ANN)
    late = make_invitation(id=uuid7(seed="late"), due_at=NOON + 9 * DAY)
    stale = store.people.get("ann")
    assert store.invitations.open(late, stale)
    assert not store.invitations.postpone(FULL, stale, NOON + DAY, "outside-hours")
    assert store.invitations.postpone(FULL, store.people.get("ann"), NOON + DAY, "outside-hours")
    assert store.asked() == NOON + 9 * DAY


@pytest.mark.parametrize("before", [None, NOON - DAY])
@pytest.mark.parametrize("is_claimed", [False, True])
def test_who_was_not_asked_after_all_is_not_left_quiet(store: Store, before: int | None, is_claimed: bool) -> None:
    first = make_invitation(id=uuid7(seed="first"), decided_at=NOON - DAY, due_at=NOON - DAY)
    if before is not None:
        assert store.invitations.open(first, ANN)
    assert store.invitations.open(FULL, store.people.get("ann"))
    assert store.asked() == NOON
    if is_claimed:
        store.invitations.claim(FULL, NOON)
        assert not store.invitations.cancel(store.now(), "suppressed")
    else:
        assert not store.invitations.reject(store.now(), "rejected")
    called_off = store.invitations.reject if is_claimed else store.invitations.cancel
    revision = store.people.get("ann").asked_revision
    assert called_off(store.now(), "rejected")
    assert (store.now().state, store.now().reason) == (InvitationState.DECLINED, "rejected")
    assert store.asked() == before
    assert store.people.get("ann").asked_revision == revision + 1
    assert due(store) == ([] if before is None else [("ann", first.id)])
    assert store.invitations.open(make_invitation(id=uuid7(seed="again")), store.people.get("ann"))


def test_only_the_last_to_ask_gives_its_person_back(store: Store) -> None:
    """Two that are due at the same moment are distinguished, too."""
    other = make_invitation(id=uuid7(seed="other"))
    store.invitations.open(FULL, ANN)
    store.invitations.open(other, store.people.get("ann"))
    assert store.invitations.cancel(store.now(), "suppressed")
    assert store.asked() == NOON
    assert store.invitations.cancel(store.now(other), "suppressed")
    assert store.asked() == NOON


def test_what_is_postponed_and_then_called_off_gives_its_person_back(store: Store) -> None:
    store.invitations.open(FULL, ANN)
    store.invitations.postpone(FULL, store.people.get("ann"), NOON + DAY, "outside-hours")
    store.invitations.postpone(store.now(), store.people.get("ann"), NOON + 2 * DAY, "outside-hours")
    assert store.asked() == NOON + 2 * DAY
    assert store.invitations.cancel(store.now(), "survey-closed")
    assert store.asked() is None


def test_what_is_postponed_beyond_another_gives_back_when_the_other_asked(store: Store) -> None:
    other = make_invitation(id=uuid7(seed="other"), due_at=NOON + DAY)
    store.invitations.open(FULL, ANN)
    store.invitations.open(other, store.people.get("ann"))
    assert store.invitations.postpone(FULL, store.people.get("ann"), NOON + 2 * DAY, "daily-budget")
    assert store.asked() == NOON + 2 * DAY
    assert store.invitations.cancel(store.now(), "survey-closed")
    assert store.asked() == NOON + DAY


def test_a_person_who_changed_meanwhile_is_given_back_with_the_change(store: Store) -> None:
    store.invitations.open(FULL, ANN)
    known = store.people.get("ann")
    assert store.people.put([PersonChange(known, replace(known, email=None, revision=known.revision + 1))])
    assert store.invitations.cancel(FULL, "no-address")
    assert store.asked() is None
    assert store.people.get("ann").name == "Ann"


def test_calling_off_never_brings_the_erased_back(store: Store) -> None:
    store.invitations.open(FULL, ANN)
    tombstone = ErasedPerson("ann", NOON, subtract=False, revision=3)
    assert store.people.put_tombstone(tombstone, store.people.get("ann"))
    assert store.invitations.cancel(FULL, "erased")
    assert store.now().state is InvitationState.DECLINED
    assert store.people.get("ann") == tombstone


def moved(store: Store, email: str | None) -> Person:
    """Write another address of ann's, as the service does."""
    known = store.people.get("ann")
    mailbox = f"hash of {email}" if email else None
    asked = store.people.mailboxes([mailbox])[mailbox] if mailbox else Asked()
    new = moved_to(replace(known, email=email, revision=known.revision + 1), mailbox, known, asked)
    assert store.people.put([PersonChange(known, new)])
    found = store.people.get("ann")
    assert isinstance(found, Person)
    return found


def test_two_ids_of_one_mailbox_meet_one_condition(store: Store) -> None:
    store.people.put([PersonChange(None, make_person(id="ben", email="Ann@Example.com"))])
    ann, ben = store.people.get("ann"), store.people.get("ben")
    assert store.invitations.open(FULL, ann)
    other = make_invitation(id=uuid7(seed="other"), person="ben", asked_mailbox=ben.mailbox)
    assert not store.invitations.open(other, ben)
    assert store.invitations.get("ben", other.id) is None
    assert (store.people.get("ben").last_invited_at, store.people.get("ben").last_invitation) == (NOON, FULL.id)
    assert store.people.get("ben").revision == 1


def test_calling_off_gives_the_mailbox_back_to_everyone_who_has_it(store: Store) -> None:
    store.people.put([PersonChange(None, make_person(id="ben"))])
    store.invitations.open(FULL, store.people.get("ann"))
    assert store.invitations.cancel(FULL, "suppressed")
    assert store.people.get("ben").last_invited_at is None
    again = make_invitation(id=uuid7(seed="again"), person="ben", asked_mailbox=ANN.mailbox)
    assert store.invitations.open(again, store.people.get("ben"))


def test_a_reader_of_the_mailbox_before_an_erasure_opens_no_invitation(store: Store) -> None:
    store.people.put([PersonChange(None, make_person(id="ben"))])
    ann, ben = store.people.get("ann"), store.people.get("ben")
    assert store.people.put_tombstone(ErasedPerson("ann", NOON, subtract=False, revision=2, mailbox=ann.mailbox), ann)
    assert not store.invitations.open(FULL, ann)
    assert not store.invitations.open(make_invitation(person="ben", asked_mailbox=ben.mailbox), ben)
    assert store.invitations.of_person("ann") == store.invitations.of_person("ben") == []


def test_a_person_read_before_an_erasure_opens_nothing_though_the_mailbox_was_read_after(store: Store) -> None:
    """The mailbox is a read of its own: what was read of it may be newer than what was read of the person."""
    ann = store.people.get("ann")
    store.people.put_tombstone(ErasedPerson("ann", NOON, subtract=False, revision=2), ann)
    box = store.people.mailboxes([ann.mailbox])[ann.mailbox]
    assert not store.invitations.open(FULL, replace(ann, asked_revision=box.revision))


@pytest.mark.parametrize("before", [None, NOON - 9 * DAY, NOON + 9 * DAY])
def test_a_change_of_address_takes_the_later_of_both(store: Store, before: int | None) -> None:
    if before is not None:
        ben = make_person(id="ben", email="new@example.com")
        store.people.put([PersonChange(None, ben)])
        first = make_invitation(id=uuid7(seed="ben"), person="ben", decided_at=before, due_at=before)
        assert store.invitations.open(first, ben)
    store.invitations.open(FULL, ANN)
    assert moved(store, "new@example.com").last_invited_at == max(before or 0, NOON)
    store.people.put([PersonChange(None, make_person(id="eve"))])
    assert store.people.get("eve").last_invited_at == NOON


def test_a_reader_of_the_old_address_opens_no_invitation_after_the_change(store: Store) -> None:
    stale = store.people.get("ann")
    new = moved(store, "new@example.com")
    assert not store.invitations.open(FULL, stale)
    box = store.people.mailboxes([stale.mailbox])[stale.mailbox]
    assert not store.invitations.open(FULL, replace(stale, asked_revision=box.revision))
    assert store.invitations.open(FULL, new)
    assert store.people.get("ann").last_invited_at == NOON


def test_who_has_no_address_any_more_keeps_when_they_were_asked_until_they_have_one_again(store: Store) -> None:
    store.invitations.open(FULL, ANN)
    assert moved(store, None).last_invited_at == NOON
    found = moved(store, "new@example.com")
    assert (found.last_invited_at, found.mailbox) == (NOON, "hash of new@example.com")
    store.people.put([PersonChange(None, make_person(id="ben", email="new@example.com"))])
    assert store.people.get("ben").last_invited_at == NOON


def test_calling_off_after_a_change_of_address_frees_the_new_mailbox(store: Store) -> None:
    store.invitations.open(FULL, ANN)
    moved(store, "new@example.com")
    assert store.invitations.cancel(FULL, "survey-closed")
    assert store.asked() is None
    assert store.people.mailboxes([ANN.mailbox])[ANN.mailbox].last_invited_at is None


def test_two_who_swap_their_addresses_take_along_when_they_were_asked(store: Store) -> None:
    store.people.put([PersonChange(None, make_person(id="ben", email="ben@example.com"))])
    store.invitations.open(FULL, ANN)
    ann, ben = store.people.get("ann"), store.people.get("ben")
    boxes = store.people.mailboxes([ann.mailbox, ben.mailbox])
    swapped = [
        PersonChange(old, moved_to(replace(old, email=new.email, revision=2), new.mailbox, old, boxes[new.mailbox]))
        for old, new in ((ann, ben), (ben, ann))
    ]
    assert store.people.put(swapped)
    assert not store.people.put(swapped)
    assert store.people.get("ann").last_invited_at == store.people.get("ben").last_invited_at == NOON


def test_an_invitation_whose_person_is_not_there_can_be_called_off(store: Store) -> None:
    lost = make_invitation(person="nobody", state=InvitationState.SCHEDULED)
    assert store.invitations.decline(lost)
    assert store.invitations.cancel(lost, "erased")
    assert store.people.get("nobody") is None


def test_a_submission_is_kept_and_the_first_gives_the_response_its_id(store: Store) -> None:
    assert store.invitations.add_attempt("ann", FULL.id, "r-1", SubmitAttempt(9, NOON)) is None
    store.invitations.open(FULL, ANN)
    attempts = (SubmitAttempt(9, NOON), SubmitAttempt(2, NOON + 1, honeypot=True))
    assert store.invitations.add_attempt("ann", FULL.id, "r-1", attempts[0]).attempts == attempts[:1]
    assert store.invitations.add_attempt("ann", FULL.id, "r-2", attempts[1]) == replace(
        FULL, response="r-1", attempts=attempts
    )
    assert store.now() == replace(FULL, response="r-1", attempts=attempts)


def test_submissions_are_released_together_and_a_machine_gets_no_further_than_thirty(store: Store) -> None:
    store.invitations.open(FULL, ANN)
    for number in range(MOST_ATTEMPTS):
        assert store.invitations.add_attempt("ann", FULL.id, "r-1", SubmitAttempt(1, NOON + number))
    assert store.invitations.add_attempt("ann", FULL.id, "r-1", SubmitAttempt(1, NOON)) is None
    released = tuple(replace(attempt, released=True) for attempt in store.now().attempts)
    assert not store.invitations.rewrite(FULL, released[:-1])
    assert store.invitations.rewrite(FULL, released)
    assert store.now().attempts == released


def submitted_invitation(store: Store) -> Invitation:
    """Ask Ann, who clicks a score, clicks Send twice and is reminded of nothing; return what is kept."""
    store.invitations.open(FULL, ANN)
    claimed = replace(FULL, recipient_hash="a hash")
    assert store.invitations.claim(claimed, NOON)
    assert store.invitations.record_sent(claimed, "m-1", NOON, None)
    assert store.invitations.click("ann", FULL.id, "r-1", SubmitAttempt(7, NOON), frozenset({"clicked#1"}))
    assert store.invitations.add_attempt(
        "ann", FULL.id, "r-1", SubmitAttempt(9, NOON + DAY, comment=Comment.of("It is me, Ann"))
    )
    return store.now()


def counts_of(invitation: Invitation | None) -> set[tuple[Cohort, Count]]:
    return set(moves(None, invitation))


def test_an_erased_person_leaves_of_an_invitation_what_the_funnel_counts_and_nothing_else(store: Store) -> None:
    read = submitted_invitation(store)
    assert store.invitations.anonymise(read)
    left = store.now()
    assert left == anonymized(read)
    assert counts_of(left) == counts_of(read)
    assert store.invitations.of_person("ann") == [left]
    assert store.invitations.anonymise(left)
    assert store.now() == left
    assert store.people.mailboxes([ANN.mailbox])[ANN.mailbox].last_invitation is None


def test_nothing_is_noted_of_what_happens_to_an_anonymised_invitation(store: Store) -> None:
    read = submitted_invitation(store)
    store.invitations.anonymise(read)
    left = store.now()
    assert store.invitations.add_attempt("ann", FULL.id, "r-1", SubmitAttempt(1, NOON)) is None
    assert store.invitations.click("ann", FULL.id, "r-1", SubmitAttempt(1, NOON), frozenset({"clicked#1"})) is None
    assert not store.invitations.rewrite(read, read.attempts)
    assert not store.invitations.cancel(read, "erased")
    assert not store.invitations.claim(read, NOON)
    assert not store.invitations.record_sent(read, "m-2", NOON, None)
    assert store.now() == left


def test_what_changed_since_it_was_read_is_not_anonymised(store: Store) -> None:
    store.invitations.open(FULL, ANN)
    assert store.invitations.claim(FULL, NOON)
    assert not store.invitations.anonymise(FULL)
    read = late = store.now()
    assert store.invitations.add_attempt("ann", FULL.id, "r-1", SubmitAttempt(9, NOON))
    assert not store.invitations.anonymise(read)
    assert store.invitations.anonymise(store.now())
    assert late != store.now()


@pytest.mark.parametrize("outcome", ["sent", "reject", "release"])
def test_of_a_mail_that_was_being_sent_only_its_outcome_is_noted_after_the_erasure(store: Store, outcome: str) -> None:
    store.invitations.open(FULL, ANN)
    store.invitations.claim(FULL, NOON)
    claimed = store.now()
    assert store.invitations.anonymise(claimed)
    if outcome == "sent":
        assert store.invitations.record_sent(claimed, "m-1", NOON, NOON + DAY)
        assert not store.invitations.record_sent(claimed, "m-1", NOON, NOON + DAY)
        wanted = InvitationFacts(frozenset({"scheduled#1", "sent#1"}), "2026-11-21", frozenset({"asked"}))
    else:
        step = (
            store.invitations.release if outcome == "release" else lambda it: store.invitations.reject(it, "rejected")
        )
        assert step(claimed)
        wanted = InvitationFacts(frozenset({"scheduled#1", "stopped#1"}))
    assert store.now().facts == wanted
    assert store.invitations.due(crc32(FULL.id.encode()) % 8, NOON + 9 * DAY, 10) == ([], None)


def test_an_erased_response_leaves_submissions_without_scores_and_takes_no_more(store: Store) -> None:
    read = submitted_invitation(store)
    assert store.invitations.erase_response(read)
    left = store.now()
    assert [(each.score, each.received_at, each.comment) for each in (*left.clicks, *left.attempts)] == [
        (None, NOON, None),
        (None, NOON + DAY, None),
    ]
    assert (left.is_dead, left.has_counting_attempt, left.response, left.mails) == (True, True, "r-1", read.mails)
    assert counts_of(read) - counts_of(left) == {(Cohort("demo", "2026-11-21"), WaveStage("email", 1, "commented"))}
    assert store.invitations.add_attempt("ann", FULL.id, "r-1", SubmitAttempt(1, NOON)) is None
    assert store.invitations.click("ann", FULL.id, "r-1", SubmitAttempt(1, NOON), frozenset({"clicked#1"})) is None
    assert not store.invitations.rewrite(read, read.attempts)
    assert store.invitations.erase_response(left)
    assert store.now() == left


def test_an_invitation_whose_response_is_erased_can_still_lose_its_person(store: Store) -> None:
    read = submitted_invitation(store)
    store.invitations.erase_response(read)
    left = store.now()
    assert store.invitations.anonymise(left)
    assert counts_of(store.now()) == counts_of(left)


def test_the_recipient_of_a_mail_is_kept_as_a_hash_while_it_may_have_gone_out(store: Store) -> None:
    store.invitations.open(FULL, ANN)
    mailed = replace(FULL, recipient_hash="0a" * 32)
    assert store.invitations.claim(mailed, NOON)
    assert store.now() == replace(mailed, state=InvitationState.CLAIMED, claimed_at=NOON)
    assert store.invitations.release(mailed)
    assert store.now() == FULL


def test_what_is_due_comes_page_by_page_the_longest_due_first(store: Store) -> None:
    made = [make_invitation(id=uuid7(seed=str(n)), due_at=NOON + n) for n in range(40)]
    for invitation in made:
        assert store.invitations.open(invitation, store.people.get("ann"))
    pages = [page for shard in range(8) for page in paged(store, shard, NOON + 29)]
    assert all(len(page) <= 2 for page in pages)
    found = [entry for page in pages for entry in page]
    assert sorted(found) == sorted(("ann", invitation.id) for invitation in made[:30])
    order = {invitation.id: invitation.due_at for invitation in made}
    for shard in range(8):
        times = [order[entry[1]] for page in paged(store, shard, NOON + 39) for entry in page]
        assert times == sorted(times)
    assert due(store, NOON - 1) == []
    # The next page is asked for by a container whose clock is behind.
    assert [store.invitations.due(shard, NOON - 1, 2, f"{NOON:014d}#a") for shard in range(8)] == [([], None)] * 8


def test_decisions_come_the_oldest_first_whatever_their_ids(store: Store) -> None:
    late = make_invitation(id="00000000-0000-8000-8000-000000000000", decided_at=NOON + 1)
    for decided in (late, FULL):
        store.invitations.decline(replace(decided, state=InvitationState.DECLINED))
    assert [decided.id for decided in store.invitations.of_person("ann")] == [FULL.id, late.id]
    assert store.invitations.of_person("ben") == []


def reminded(store: Store) -> Invitation:
    """Send the first mail at noon, with a reminder three days later."""
    assert store.invitations.open(FULL, ANN)
    assert store.invitations.claim(FULL, NOON)
    assert store.invitations.record_sent(FULL, "m-1", NOON, NOON + 3 * DAY)
    return store.now()


def due(store: Store, now: int = NOON) -> list[tuple[str, str]]:
    return [entry for shard in range(8) for entry in store.invitations.due(shard, now, 10)[0]]


def paged(store: Store, shard: int, now: int) -> list[list[tuple[str, str]]]:
    pages, after = [], ""
    for _ in range(50):
        page, more = store.invitations.due(shard, now, 2, after)
        pages.append(page)
        if more is None:
            return pages
        after = more
    raise AssertionError("there is no end")


def comments_of(store: Store, invitation: Invitation) -> list[str | None]:
    """Return what was written with each submission that wrote something."""
    written = [attempt.comment for attempt in invitation.attempts if attempt.comment]
    return [store.invitations.read_comment(invitation, Comment(comment.id)) for comment in written]


def test_the_comment_of_a_submission_is_read_apart_from_it(store: Store) -> None:
    store.invitations.open(FULL, ANN)
    comments = [Comment.of("slow"), None, Comment.of(""), Comment.of("fast"), Comment.of("slow")]
    for number, comment in enumerate(comments):
        assert store.invitations.add_attempt("ann", FULL.id, "r-1", SubmitAttempt(9, NOON + number, comment=comment))
    read = store.now()
    assert [attempt.comment for attempt in read.attempts] == comments
    assert all(attempt.comment.text is None for attempt in read.attempts if attempt.comment)
    assert comments_of(store, read) == ["slow", "fast", "slow"]
    assert store.invitations.read_comment(read, Comment("")) == ""
    assert store.invitations.read_comment(read, Comment(Comment.of("never written").id)) is None


def test_an_erased_response_takes_its_comments_along(store: Store) -> None:
    read = submitted_invitation(store)
    assert comments_of(store, read) == ["It is me, Ann"]
    assert store.invitations.erase_response(read)
    assert comments_of(store, read) == [None]


def test_an_erased_person_takes_all_comments_along(store: Store) -> None:
    read = submitted_invitation(store)
    assert store.invitations.anonymise(read)
    assert comments_of(store, read) == [None]


def test_a_refused_submission_leaves_no_comment(store: Store) -> None:
    read = submitted_invitation(store)
    store.invitations.anonymise(read)
    late = SubmitAttempt(1, NOON, comment=Comment.of("too late"))
    assert store.invitations.add_attempt("ann", FULL.id, "r-1", late) is None
    assert comments_of(store, replace(read, attempts=(late,))) == [None]


def test_a_submission_over_the_limit_leaves_the_same_comment_of_an_earlier_one(store: Store) -> None:
    store.invitations.open(FULL, ANN)
    same, another = (SubmitAttempt(9, NOON, comment=Comment.of(text)) for text in ("said before", "another"))
    for _ in range(MOST_ATTEMPTS):
        assert store.invitations.add_attempt("ann", FULL.id, "r-1", same)
    assert store.invitations.add_attempt("ann", FULL.id, "r-1", same) is None
    assert store.invitations.add_attempt("ann", FULL.id, "r-1", another) is None
    read = store.now()
    assert comments_of(store, read) == ["said before"] * MOST_ATTEMPTS
    assert comments_of(store, replace(read, attempts=(another,))) == [None]


def test_the_comment_of_an_interrupted_submission_is_erased_with_the_person(store: Store) -> None:
    read = submitted_invitation(store)
    store.invitations.delete_comments("an")
    assert comments_of(store, read) == ["It is me, Ann"]
    store.invitations.delete_comments("ann")
    assert comments_of(store, read) == [None]
