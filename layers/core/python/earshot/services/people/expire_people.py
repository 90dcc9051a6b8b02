"""Delete people without contact for long, some at a time; scores, counts and the funnel stay."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from earshot.domain.anonymization import anonymized
from earshot.domain.eligibility import DAY
from earshot.domain.invitation import Invitation, InvitationState
from earshot.domain.keyed_hash import made_id
from earshot.domain.person import Person
from earshot.domain.response import RETENTION, Response
from earshot.domain.statement import Statement
from earshot.domain.turn import Turn
from earshot.ports.invitations import Invitations
from earshot.ports.ledger import Ledger
from earshot.ports.messaging import TaskQueue
from earshot.ports.pause import Pause
from earshot.ports.people import HashKey, People, PeopleLists, PersonResponse
from earshot.services.alerts.withdraw_alerts import WithdrawAlerts
from earshot.services.invitations.erase_invitation_responses import anonymise_all
from earshot.services.people.erase_person import is_unsigned, pages_of
from earshot.services.people.manage_people import NOTED_AGAIN
from earshot.services.responses.update_response import update

if TYPE_CHECKING:
    from earshot.domain.cases import Case
    from earshot.ports.cases import Cases

PAGE = 100


@dataclass(frozen=True, slots=True)
class Task:
    """What remains of a run: people ordered by id after one, or one alone, without contact since before a moment.

    `before` is in Unix milliseconds. A person with cases has a message alone: it comes again until the person is gone
    and their cases have lost them, too.
    """

    before: int
    after: str = ""
    person: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Write the task as a message."""
        place = {"person": self.person} if self.person else {"after": self.after}
        return {"retention": {"people": {"before": self.before, **place}}}


@dataclass(frozen=True, slots=True)
class ExpirePeopleDeps:
    """The ports that deleting people without contact needs."""

    lists: PeopleLists
    people: People
    hash_key: HashKey
    invitations: Invitations
    ledger: Ledger
    cases: "Cases"
    alerts: WithdrawAlerts
    queue: TaskQueue
    pause: Pause


def begin(days: int, now: int, *, queue: TaskQueue) -> None:
    """Ask for a look at all people, if they are kept for some days without contact alone (0: for good)."""
    if days:
        queue.send([Task(now - days * DAY).to_dict()])


def apply(task: Task, now: int, correlation: str, turn: Turn, deps: ExpirePeopleDeps) -> int:
    """Delete people who were silent for too long while there is time, queue the rest; return how many were deleted.

    A message that comes twice finds no one left. BusyError leaves the page to the next try: a person who was deleted
    in part is still in the list.
    """
    if task.person:
        return _expire_one(task, now, correlation, turn, deps)
    after, done = task.after, 0
    while True:
        page, following = deps.lists.by_id("", PAGE, after)
        for person, cases in _silent(page, task.before, deps):
            if cases:
                deps.queue.send([replace(task, person=person.id).to_dict()])
                continue
            gone = _delete(person, task.before, now, correlation, turn.has_time, deps)
            if gone is None:
                deps.queue.send([turn.next(replace(task, after=after).to_dict())])
                return done
            done += gone
        if following is None:
            return done
        after = following
        if not turn.has_time():
            deps.queue.send([turn.next(replace(task, after=after).to_dict())])
            return done


def _expire_one(task: Task, now: int, correlation: str, turn: Turn, deps: ExpirePeopleDeps) -> int:
    """Delete a person with cases, if they are silent still, and take them out of their cases; return 1 if so.

    The cases come last: a person who is heard of at this very moment stays, and so do theirs. An earlier try may have
    deleted the person already.
    """
    is_deleted = False
    for person, _ in _silent([task.person], task.before, deps):
        gone = _delete(person, task.before, now, correlation, turn.has_time, deps)
        if gone is None:
            deps.queue.send([turn.next(task.to_dict())])
            return 0
        is_deleted = gone
    if not isinstance(deps.people.get(task.person, asked=False), Person):
        deps.alerts.cases.anonymize(task.person)
    return int(is_deleted)


def _silent(page: Sequence[str], before: int, deps: ExpirePeopleDeps) -> Iterator[tuple[Person, Sequence[str]]]:
    """Yield those of a page who were not written, asked, mailed or heard of since a moment, with their cases.

    Nor is a case of theirs open, or was changed since. What is asked for of everybody is one item; the rest is of those
    who were not written since. A write that changes nothing is noted once a week, so it counts for a week more.
    """
    people, written = deps.people, before - NOTED_AGAIN
    unwritten = [
        who.id
        for who in people.get_many(page, asked=False).values()
        if isinstance(who, Person) and (who.written_at or 0) < written
    ]
    for person in people.get_many(unwritten).values():
        if not isinstance(person, Person) or (person.last_invited_at or 0) >= before:
            continue
        if _last_response_at(person, deps) < before and not any(
            _is_recent(one, before) for one in _invitations(person, deps)
        ):
            cases = list(deps.cases.cases_of_person(person.id, None))
            if not any(_is_worked_on(case, before) for case in deps.cases.get_many(cases)):
                yield person, cases


def _last_response_at(person: Person, deps: ExpirePeopleDeps) -> int:
    """Return when a person last responded (Unix milliseconds), as themselves or known by their address; 0 if never."""
    people = deps.people
    moments = [people.last_response_at(person.id, person.mailbox)]
    if person.email:
        moments.append(people.last_response_at(made_id(person.email, deps.hash_key()), None))
    return max(moment or 0 for moment in moments)


def _is_recent(invitation: Invitation, before: int) -> bool:
    """Return whether something of an invitation happened since a moment, or is to come.

    A claim without news is as old as it is.
    """
    to_come = invitation.due_at if invitation.state is InvitationState.SCHEDULED else None
    attempted = (attempt.received_at for attempt in (*invitation.attempts, *invitation.clicks))
    moments = (to_come, invitation.claimed_at, invitation.sent_at, *attempted)
    return any((moment or 0) >= before for moment in moments)


def _is_worked_on(case: "Case", before: int) -> bool:
    """Return whether a case is open, or something was noted on it since a moment."""
    return not case.state.is_closed or max(case.opened_at, case.changed_at or 0) >= before


def _invitations(person: Person, deps: ExpirePeopleDeps) -> list[Invitation]:
    return [one for one in deps.invitations.of_person(person.id) if not one.is_anonymous]


def _delete(
    person: Person, before: int, now: int, correlation: str, has_time: Callable[[], bool], deps: ExpirePeopleDeps
) -> bool | None:
    """Take a person out of their responses, and delete them last; return whether they are gone.

    None: there was no time for all of it, and the next try goes on, as each response is done for good. A person who is
    written, asked or heard of at this very moment stays, and so do their responses since. No tombstone stands in their
    place and no address is suppressed: no one asked for it, and they may come again.
    """
    people, pause = deps.people, deps.pause
    shares = person.mailbox is not None and _is_shared(person, people)
    own: list[tuple[Any, Callable[[Response], bool]]] = [
        (partial(people.responses, person.id), lambda old: old.person == person.id)
    ]
    if person.mailbox is not None and not shares:
        own.append((partial(people.unsigned, person.mailbox), lambda old: is_unsigned(old, person.mailbox or "")))
    for read, is_theirs in own:
        for found in pages_of(read):
            if not has_time():
                return None
            _anonymize(found, is_theirs, before, now, correlation, deps)
    if not has_time():
        return None
    anonymise_all(person.id, now, invitations=deps.invitations, suppressions=None, pause=pause)
    # Their invitations are taken out of the mailbox as well, so it is another by now.
    left = people.get(person.id)
    if not isinstance(left, Person) or left.revision != person.revision or (left.last_invited_at or 0) >= before:
        return False
    return people.delete(left, with_mailbox=left.mailbox is not None and not shares)


def _anonymize(
    found: PersonResponse,
    is_theirs: Callable[[Response], bool],
    before: int,
    now: int,
    correlation: str,
    deps: ExpirePeopleDeps,
) -> None:
    """Take the person out of a response of before, whose alerts are withdrawn while its pointer leads to it."""
    wanted: Response | None = None

    def statement_of(old: Response) -> Statement | None:
        nonlocal wanted
        wanted = old if is_theirs(old) and old.responded_at < before else None
        if wanted is None:
            return None
        deps.alerts.withdraw(old)
        return anonymized(old, now, subtract=False, by=RETENTION)

    update(
        found.survey,
        found.response,
        statement_of,
        correlation,
        ledger=deps.ledger,
        people=deps.people,
        pause=deps.pause,
    )
    if wanted is not None:
        deps.alerts.delete(wanted)


def _is_shared(person: Person, people: People) -> bool:
    """Return whether another person has the address, or had it and was erased: the mailbox is then shared."""
    mailbox = person.mailbox or ""
    others = [other for other in people.sharing(mailbox) if other != person.id]
    return bool(others) or people.mailboxes([mailbox])[mailbox].erased is not None
