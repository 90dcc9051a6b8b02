"""Two campaigns in which every customer was asked by mail, and what became of each mail.

The product itself decides who is asked. What follows is drawn: mails that arrive, bounce or are opened, people who
respond, are reminded or want no more mails.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from random import Random

from earshot.adapters.dynamodb.accounts import DynamoDBAccounts
from earshot.adapters.dynamodb.campaigns import DynamoDBCampaigns
from earshot.adapters.dynamodb.funnels import cohort_updates
from earshot.adapters.dynamodb.invitation_items import attempt_value, comment_item, invitation_item
from earshot.adapters.dynamodb.invitations import DynamoDBInvitations
from earshot.adapters.dynamodb.people import DynamoDBPeople
from earshot.adapters.dynamodb.suppressions import DynamoDBSuppressions
from earshot.adapters.dynamodb.table import marshalled
from earshot.domain import ids
from earshot.domain.bot_detection import Comment, SubmitAttempt
from earshot.domain.campaign import Campaign, CampaignState, Plan
from earshot.domain.delivery_events import CLICKED, UNSUBSCRIBED, VISITED, delivery_event_of
from earshot.domain.eligibility import Reason, next_reminder
from earshot.domain.invitation import Invitation, InvitationState, Mail
from earshot.domain.invitation_cohorts import moves
from earshot.domain.iso_time import day_of
from earshot.domain.person import Person, PersonDraft
from earshot.domain.person_id import BUCKETS, bucket_of
from earshot.domain.submission import Submission
from earshot.domain.survey import Survey
from earshot.ports.funnel import Tally
from earshot.ports.people import HashKey
from earshot.services.invitations.check_reminder import DATED_BY_DAY
from earshot.services.invitations.invite_people import InviteDeps, Wish, invite_known
from earshot.services.invitations.respond_to_invitation import Words, statement_of
from earshot_cli.local.demo_company.comments import comment
from earshot_cli.local.demo_company.table_in_memory import NAME, TableInMemory
from earshot_cli.local.demo_company.year import score_on, signed

SECOND, MINUTE, HOUR = 1_000, 60_000, 3_600_000
DAY = 24 * HOUR
# Each begins so many days before today, with so many mails a day at eight in the morning.
CAMPAIGNS = {"first-round": 170, "second-round": 40}
DAILY_BUDGET, OPENS, BETWEEN_MAILS = 100, 8 * HOUR, 4 * SECOND
# What becomes of a mail, each with its share; of the rest nothing is known but that it was delivered.
BOUNCED, COMPLAINED, OPTED_OUT = 0.015, 0.004, 0.02
OPENED, OPENED_BY_MACHINE, ONLY_LOOKED = 0.5, 0.12, 0.06
# The share of those who got a mail and respond to it, wave by wave, and of these who write something.
RESPONDING, COMMENTS = (0.2, 0.12, 0.06), 0.5
# They do so within a day or two, and before the next mail.
SOON, LATEST = 10 * HOUR, 60 * HOUR
# The share of the detractors who respond again on the company's pages, and better, and how long after.
HELPED, HELPED_AFTER, HELPED_BEFORE = 0.4, 12 * DAY, 24 * DAY


@dataclass(frozen=True, slots=True)
class Asking:
    """What asking by mail works with; the table holds the people of the company already.

    `visits` are the times at which people responded on the company's pages (Unix milliseconds).
    """

    table: TableInMemory
    hash_key: HashKey
    survey: Survey
    people: Sequence[Person]
    visits: Mapping[str, Sequence[int]]
    today: int
    rng: Random


def run_campaigns(asking: Asking) -> list[Submission]:
    """Put the campaigns with their invitations and the funnel into the table; return what people responded."""
    made: list[Submission] = []
    tallies: list[Tally] = []
    for name, back in CAMPAIGNS.items():
        for invitation, person in _asked(asking, name, asking.today - back * DAY):
            done = _outcome(asking, invitation, person)
            _keep(asking.table, done.invitation)
            tallies.append(Tally(invitation.id, asking.today, moves(None, done.invitation)))
            made += done.submissions
    asking.table.transact_write_items(
        TransactItems=[{write.action: dict(write.request)} for write in cohort_updates(tallies)]
    )
    return made


def _asked(asking: Asking, name: str, began: int) -> Iterator[tuple[Invitation, Person]]:
    """Decide about each person of a campaign in its order, and keep it as it ended; yields those who get a mail."""
    first = began + OPENS
    campaign = Campaign(
        id=name,
        survey=asking.survey.id,
        plan=Plan(daily_budget=DAILY_BUDGET),
        started_at=first,
        started_on=day_of(first, asking.survey.zone),
        due_at=first,
        correlation=f"{name}-sample",
    )
    people = DynamoDBPeople(asking.table, NAME)
    for person in sorted(asking.people, key=lambda person: (bucket_of(person.id), person.id)):
        days, place = divmod(campaign.asked, DAILY_BUDGET)
        now = first + days * DAY + place * BETWEEN_MAILS
        known = people.get(person.id)
        if not isinstance(known, Person):
            raise ValueError(f"the company lacks {person.id}")
        invitation = _decided(asking, campaign, known, now)
        is_declined = invitation.state is InvitationState.DECLINED
        campaign = replace(campaign, seen=campaign.seen + 1, day=day_of(now, asking.survey.zone), due_at=now)
        campaign = campaign.counted(invitation.reason if is_declined else None)
        yield invitation, known
    ended = replace(campaign, place=BUCKETS, asked_that_day=campaign.asked % DAILY_BUDGET or DAILY_BUDGET)
    DynamoDBCampaigns(asking.table, NAME).put(ended.over(CampaignState.FINISHED, campaign.due_at, None), None)


def _decided(asking: Asking, campaign: Campaign, person: Person, now: int) -> Invitation:
    """Return the invitation of a person as the product decides it, and as it is kept."""
    table, invitations = asking.table, DynamoDBInvitations(asking.table, NAME)
    deps = InviteDeps(
        people=DynamoDBPeople(table, NAME),
        accounts=DynamoDBAccounts(table, NAME),
        suppressions=_suppressions(asking),
        hash_key=asking.hash_key,
        invitations=invitations,
        queue=_NoQueue(),
        pause=_no_pause,
        new_id=lambda: "",
        now=now,
        correlation=campaign.correlation,
    )
    wish = Wish(PersonDraft(person.id, {}), properties=person.properties, seed=campaign.seed)
    decided = invite_known(asking.survey, wish, person, deps)
    kept = invitations.get(person.id, decided.id)
    return decided if kept is None else kept


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What became of an invitation, and the responses that came of it."""

    invitation: Invitation
    submissions: Sequence[Submission] = ()


def _outcome(asking: Asking, invitation: Invitation, person: Person) -> _Outcome:
    """Draw what became of the mails of an invitation; of one that was declined nothing did."""
    if invitation.state is InvitationState.DECLINED:
        return _Outcome(invitation)
    rng, at, hashed = asking.rng, invitation.due_at, _suppressions(asking).hash_of(str(person.email))
    asked = replace(invitation, recipient_hash=hashed)
    for wave, share in enumerate(RESPONDING, 1):
        asked = _mailed(asked, wave, at)
        if (unwelcome := _unwelcome(rng)) is not None:
            return _Outcome(_stopped(asking, asked, unwelcome, at + MINUTE + int(rng.random() * HOUR)))
        asked = _with(asked, *_seen(rng), "delivered")
        if rng.random() < share:
            return _responded(asking, asked, person, at + MINUTE + int(min(rng.expovariate(1 / SOON), LATEST)))
        following = next_reminder(asking.survey.rules, wave, at)
        if following is None:
            break
        if any(invitation.decided_at - DATED_BY_DAY <= visit < following for visit in asking.visits.get(person.id, ())):
            return _Outcome(_reminder_stopped(asking.survey, asked, Reason.RESPONDED.value))
        at = following
    return _Outcome(asked)


def _mailed(invitation: Invitation, wave: int, at: int) -> Invitation:
    """Return an invitation after the mail of a wave went out, with no further one planned."""
    message = sha256(f"{invitation.id}/{wave}".encode()).hexdigest()[:32]
    return replace(
        invitation,
        state=InvitationState.SENT,
        wave=wave,
        due_at=at,
        claimed_at=at,
        sent_at=at,
        message_id=message,
        mails=(*invitation.mails, Mail(wave, at, message)),
    )


def _unwelcome(rng: Random) -> str | None:
    """Draw for which reason an address is not written to again after a mail; None for most."""
    drawn = rng.random()
    for reason, share in (("bounced", BOUNCED), ("complained", COMPLAINED), (UNSUBSCRIBED, OPTED_OUT)):
        if drawn < share:
            return reason
        drawn -= share
    return None


def _seen(rng: Random) -> tuple[str, ...]:
    """Draw what is known of the reading of a mail."""
    opened = "opened" if rng.random() < OPENED else "opened-by-machine" if rng.random() < OPENED_BY_MACHINE else ""
    looked = VISITED if opened and rng.random() < ONLY_LOOKED else ""
    return tuple(filter(None, (opened, looked)))


def _with(invitation: Invitation, *events: str) -> Invitation:
    added = {delivery_event_of(event, invitation.wave) for event in events}
    return replace(invitation, delivery_events=invitation.delivery_events | added)


def _stopped(asking: Asking, invitation: Invitation, reason: str, at: int) -> Invitation:
    """Return an invitation whose person gets no more mails, and note that of the address."""
    _suppressions(asking).add_hash(invitation.recipient_hash or "", reason, at)
    before = () if reason == "bounced" else ("delivered",)
    return _reminder_stopped(asking.survey, _with(invitation, reason, *before), reason)


def _reminder_stopped(survey: Survey, invitation: Invitation, reason: str) -> Invitation:
    """Return an invitation whose next mail was planned and is stopped; behind the last one nothing is."""
    due = next_reminder(survey.rules, invitation.wave, invitation.sent_at or 0)
    return invitation if due is None else replace(invitation, wave=invitation.wave + 1, due_at=due, stopped=reason)


def _responded(asking: Asking, invitation: Invitation, person: Person, at: int) -> _Outcome:
    """Return an invitation that somebody responded to, with the response, and a later one of those who were helped."""
    rng, back = asking.rng, (asking.today - at) // DAY + 1
    score = score_on(person.properties["plan"], back, rng)
    words = comment(rng, person.locale or "en", score, late=False) if rng.random() < COMMENTS else None
    attempt = SubmitAttempt(score, at, comment=Comment.of(words) if words else None)
    correlation = sha256(f"{invitation.id}/response".encode()).hexdigest()[:32]
    seen = replace(
        _with(invitation, "opened", VISITED, CLICKED),
        attempts=(attempt,),
        response=ids.mint(at, f"invitation/{invitation.id}/{correlation}".encode()),
    )
    given = statement_of(seen, attempt, at, correlation, Words(words, score) if words else None)
    # As all of the year: history, which is no news.
    submissions = [replace(given, statement=replace(given.statement, emit_events=False))]
    is_helped = score <= 6 and rng.random() < HELPED
    again = at + int(rng.uniform(HELPED_AFTER, HELPED_BEFORE))
    if is_helped and again < asking.today:
        better = rng.choice((7, 8, 9, 9, 10))
        thanks = comment(rng, person.locale or "en", better, late=False)
        submissions.append(signed(asking.survey.id, person, again, better, thanks, rng))
    return _Outcome(_reminder_stopped(asking.survey, seen, Reason.RESPONDED.value), submissions)


def _keep(table: TableInMemory, invitation: Invitation) -> None:
    """Put an invitation and what was written on its page in the place of what is kept of it."""
    item = invitation_item(invitation)
    if invitation.attempts:
        item["submissions"] = [attempt_value(attempt) for attempt in invitation.attempts]
    written = [attempt.comment for attempt in invitation.attempts if attempt.comment]
    comments = [comment_item(invitation.person, invitation.id, words) for words in written]
    table.put_all(marshalled(each) for each in (item, *comments))


def _suppressions(asking: Asking) -> DynamoDBSuppressions:
    return DynamoDBSuppressions(asking.table, NAME, asking.hash_key)


class _NoQueue:
    """Takes no task: nothing is sent for the sample."""

    def send(self, tasks: object, delay: int = 0) -> None:
        """Drop tasks."""


def _no_pause(_attempt: int) -> None:
    """Wait for nobody: there is no other writer."""
