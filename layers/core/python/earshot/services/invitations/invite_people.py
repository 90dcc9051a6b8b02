"""Invite people: decide for each whether they may be asked now, keep the decision, and hand it to the sender."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from earshot.domain import ids
from earshot.domain.eligibility import Decision, EligibilityFacts, Outcome, Reason, decide, draw_of
from earshot.domain.errors import BusyError
from earshot.domain.invitation import Invitation, InvitationState
from earshot.domain.person import Person, PersonDraft
from earshot.domain.person import SaveOutcome as Kept
from earshot.domain.survey import Survey
from earshot.ports.accounts import Accounts
from earshot.ports.invitations import Invitations
from earshot.ports.messaging import TaskQueue
from earshot.ports.pause import Pause
from earshot.ports.people import HashKey, People
from earshot.ports.suppressions import Suppressions
from earshot.services.people.manage_people import Saved, identify, save

ATTEMPTS = 8
# SQS holds a message back for 15 minutes at most; what is due later waits in the table's index.
LONGEST_DELAY = 900


@dataclass(frozen=True, slots=True)
class Wish:
    """A request to invite a person: who, after how many seconds, with which properties for the response.

    A wish that may come again has a `seed`: to the same person under the same seed there is one invitation.
    """

    draft: PersonDraft
    delay: int = 0
    properties: Mapping[str, str] = field(default_factory=dict)
    seed: str | None = None


@dataclass(frozen=True, slots=True)
class InviteDeps:
    """What inviting needs: its ports, and the moment it happens at (Unix milliseconds)."""

    people: People
    accounts: Accounts
    suppressions: Suppressions
    hash_key: HashKey
    invitations: Invitations
    queue: TaskQueue
    pause: Pause
    new_id: Callable[[], str]
    now: int
    correlation: str = ""


def invite(survey: Survey, wishes: Sequence[Wish], deps: InviteDeps) -> list[Invitation]:
    """Decide about each wish and keep the decision; return the invitations, the declined ones too.

    Of two wishes for one person the later is decided as if it had come in a call of its own, right after.
    """
    decided = [invitation for round_ in _rounds(wishes, deps.hash_key) for invitation in _decided(survey, round_, deps)]
    for invitation in decided:
        hand_over(invitation, deps.queue, deps.now)
    return decided


def invite_known(survey: Survey, wish: Wish, person: Person, deps: InviteDeps) -> Invitation:
    """Do the same for one person who was just read and is not changed."""
    decided = _invite(survey, wish, Saved(person.id, Kept.UNCHANGED, person), deps)
    hand_over(decided, deps.queue, deps.now)
    return decided


def would_decide(survey: Survey, wish: Wish, person: Person, deps: InviteDeps) -> Decision:
    """Return what would be decided about one person who was just read, ignoring the same request."""
    invitation_id = _id(survey, wish, Saved(person.id, Kept.UNCHANGED, person), deps)
    return _decide(invitation_id, survey, person, wish, deps)


def hand_over(invitation: Invitation, queue: TaskQueue, now: int) -> None:
    """Send a scheduled invitation to the sender, unless it is due too late for the queue."""
    wait = max(0, -(-(invitation.due_at - now) // 1000))
    if invitation.state is InvitationState.SCHEDULED and wait <= LONGEST_DELAY:
        queue.send([{"person": invitation.person, "invitation": invitation.id}], delay=wait)


def _rounds(wishes: Sequence[Wish], hash_key: HashKey) -> Iterator[list[Wish]]:
    """Cut requests, in order, into rounds with each person once: one write cannot change a person twice."""
    round_: list[Wish] = []
    there: set[str] = set()
    for wish, person_id in zip(wishes, identify([wish.draft for wish in wishes], hash_key), strict=True):
        if person_id in there:
            yield round_
            round_, there = [], set()
        round_.append(wish)
        there.add(person_id)
    yield round_


def _decided(survey: Survey, wishes: Sequence[Wish], deps: InviteDeps) -> Iterator[Invitation]:
    drafts = [wish.draft for wish in wishes]
    # Who is asked is noted as asked: a unit for each mail is saved.
    saved = save(
        drafts,
        deps.now,
        notes=False,
        people=deps.people,
        accounts=deps.accounts,
        suppressions=deps.suppressions,
        hash_key=deps.hash_key,
        pause=deps.pause,
    )
    for wish, known in zip(wishes, saved, strict=True):
        yield _invite(survey, wish, known, deps)


def _invite(survey: Survey, wish: Wish, saved: Saved, deps: InviteDeps) -> Invitation:
    person: Person | None = saved.person
    invitation_id = _id(survey, wish, saved, deps)
    for attempt in range(ATTEMPTS):
        decided = deps.invitations.get(saved.id, invitation_id) if wish.seed is not None else None
        if decided is not None and not decided.is_anonymous:
            return decided
        decision = _decide(invitation_id, survey, person, wish, deps)
        invitation = _invitation(invitation_id, survey, saved.id, wish, decision, deps)
        if person is None:
            # Nothing is kept of an erased person, by id or by address: not even that they were to be asked.
            return invitation
        if decision.outcome is Outcome.DECLINED:
            kept = deps.invitations.decline(invitation)
        else:
            kept = deps.invitations.open(invitation, person)
        if kept:
            return invitation
        deps.pause(attempt)
        found = deps.people.get_many([saved.id]).get(saved.id)
        person = found if isinstance(found, Person) else None
    raise BusyError("another request is inviting this person; try again")


def _id(survey: Survey, wish: Wish, saved: Saved, deps: InviteDeps) -> str:
    """Make an invitation's id: of the seed, the survey and the person where there is a seed, else a new one."""
    if wish.seed is None:
        return deps.new_id()
    return ids.mint(0, f"invitation\n{survey.id}\n{saved.id}\n{wish.seed}".encode())


def _decide(invitation_id: str, survey: Survey, person: Person | None, wish: Wish, deps: InviteDeps) -> Decision:
    """Decide with the facts of now; a delay moves the sending, which checks again."""
    if person is None:
        return Decision(Outcome.DECLINED, Reason.ERASED, deps.now)
    facts = EligibilityFacts(
        zone=ZoneInfo(person.timezone or survey.timezone),
        draw=draw_of(survey.id, person.id, invitation_id),
        last_invited_at=person.last_invited_at,
        survey_is_open=survey.is_open,
        has_address=person.email is not None,
        is_suppressed=person.email is not None and deps.suppressions.is_suppressed(person.email) is not None,
    )
    return decide(survey.rules, facts, deps.now + wish.delay * 1000)


def _invitation(
    invitation_id: str, survey: Survey, person_id: str, wish: Wish, decision: Decision, deps: InviteDeps
) -> Invitation:
    declined = decision.outcome is Outcome.DECLINED
    return Invitation(
        id=invitation_id,
        survey=survey.id,
        person=person_id,
        decided_at=deps.now,
        due_at=deps.now if declined else decision.at,
        state=InvitationState.DECLINED if declined else InvitationState.SCHEDULED,
        reason=decision.reason.value,
        # They are for the response: a person who is not asked gives none.
        properties={} if declined else wish.properties,
        correlation=deps.correlation,
    )
