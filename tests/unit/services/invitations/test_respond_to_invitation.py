"""The result of an invitation's submissions, in whatever order they are written."""

from dataclasses import replace

from earshot.domain.bot_detection import Comment, SubmitAttempt
from earshot.domain.invitation import InvitationState
from earshot.domain.statement import StatementKind
from earshot.services.invitations.respond_to_invitation import submit
from tests.factories import NOON, make_invitation
from tests.fakes.invitations import InMemoryInvitations
from tests.fakes.queues_and_bus import InMemoryQueue


def test_a_statement_of_more_submissions_wins_over_one_of_fewer_whichever_clock_was_behind() -> None:
    invitations, queue = InMemoryInvitations(), InMemoryQueue()
    read = replace(make_invitation(), state=InvitationState.SENT)
    assert invitations.decline(read)
    # Two functions take a submission at once, and the one whose clock is ahead writes first.
    for attempt in (SubmitAttempt(9, NOON + 2), SubmitAttempt(3, NOON + 1, comment=Comment.of("words"))):
        submit(read, attempt, invitations=invitations, queue=queue, correlation="c")
    latest = max((submission.statement for submission in queue.take()), key=lambda statement: statement.received_at)
    assert (latest.score, latest.comment, latest.comment_score) == (9, "words", 3)


def test_a_later_submission_decides_whether_contact_is_requested() -> None:
    invitations, queue = InMemoryInvitations(), InMemoryQueue()
    read = replace(make_invitation(), state=InvitationState.SENT)
    assert invitations.decline(read)
    stated = []
    for time, wanted in enumerate((True, True, False), NOON):
        attempt = SubmitAttempt(3, time, contact_requested=wanted)
        read = submit(read, attempt, invitations=invitations, queue=queue, correlation="c").invitation
        (submission,) = queue.take()
        stated.append((submission.statement.kind, submission.statement.contact_requested))
    # The same sent again is no change.
    final, change = StatementKind.FINAL, StatementKind.CHANGED_BY_RESPONDENT
    assert stated == [(final, True), (final, True), (change, False)]
