"""Each kind of item of the table: written by the adapters from fixed values, and read back by them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from earshot.adapters.dynamodb.accounts import DynamoDBAccounts
from earshot.adapters.dynamodb.alert_rules import DynamoDBAlertRules
from earshot.adapters.dynamodb.alerts import DynamoDBAlertLimits, DynamoDBAlerts
from earshot.adapters.dynamodb.api_keys import DynamoDBApiKeys
from earshot.adapters.dynamodb.budgets import DynamoDBBudgets
from earshot.adapters.dynamodb.bulk_erasures import DynamoDBBulkErasures
from earshot.adapters.dynamodb.calendars import DynamoDBCalendars
from earshot.adapters.dynamodb.campaigns import DynamoDBCampaigns
from earshot.adapters.dynamodb.cases import DynamoDBCases
from earshot.adapters.dynamodb.counts import DynamoDBCounts
from earshot.adapters.dynamodb.daily_evaluations import DynamoDBDailyEvaluations
from earshot.adapters.dynamodb.deliveries import DynamoDBDeliveries
from earshot.adapters.dynamodb.destinations import DynamoDBDestinations
from earshot.adapters.dynamodb.digest_sendings import DynamoDBDigestSendings
from earshot.adapters.dynamodb.digests import DynamoDBDigests
from earshot.adapters.dynamodb.funnels import DynamoDBFunnels
from earshot.adapters.dynamodb.imports import DynamoDBImports
from earshot.adapters.dynamodb.inbound_calls import DynamoDBInboundCalls
from earshot.adapters.dynamodb.invitation_feedback import DynamoDBFeedback
from earshot.adapters.dynamodb.invitations import DynamoDBInvitations
from earshot.adapters.dynamodb.ledger import DynamoDBLedger
from earshot.adapters.dynamodb.members import DynamoDBMembers
from earshot.adapters.dynamodb.people import DynamoDBPeople
from earshot.adapters.dynamodb.people_directory import DynamoDBPeopleDirectory
from earshot.adapters.dynamodb.people_lists import DynamoDBPeopleLists
from earshot.adapters.dynamodb.rate_limits import DynamoDBRateLimits
from earshot.adapters.dynamodb.reached_places import DynamoDBReachedPlaces
from earshot.adapters.dynamodb.reconciliations import DynamoDBReconciliations
from earshot.adapters.dynamodb.scores import DynamoDBScores
from earshot.adapters.dynamodb.segment_items import flag_unlisted
from earshot.adapters.dynamodb.sending_pauses import DynamoDBSendingPauses
from earshot.adapters.dynamodb.sessions import DynamoDBSessions
from earshot.adapters.dynamodb.showings import DynamoDBShowings
from earshot.adapters.dynamodb.sign_ins import DynamoDBSignIns
from earshot.adapters.dynamodb.suppressions import DynamoDBSuppressions
from earshot.adapters.dynamodb.surveys import DynamoDBSurveys
from earshot.adapters.dynamodb.turns import DynamoDBTurns
from earshot.domain.access import Access, Role, scopes_of
from earshot.domain.accounts import Account
from earshot.domain.alert_rules import AlertRule, CaseBy, When, Where
from earshot.domain.alert_settings import AlertSettings, ScoreTarget
from earshot.domain.alerts import Alert, AlertState, deletion_of
from earshot.domain.api_key import ApiKey
from earshot.domain.bot_detection import Comment, SubmitAttempt
from earshot.domain.brand import Brand
from earshot.domain.bulk_erasure import BulkErasure
from earshot.domain.business_time import Calendar
from earshot.domain.campaign import Campaign, Plan, Wait
from earshot.domain.campaign import CampaignState as Progress
from earshot.domain.case_facts import CaseChange, CaseFact, FactKind, changed
from earshot.domain.case_settings import CaseSettings, Priority, Targets, TargetsByPriority
from earshot.domain.cases import Case, CaseOutcome, CaseState, OpenCaseFilter, OwnedBy, RootCause, SubjectKind
from earshot.domain.circuit_breaker import Breaker
from earshot.domain.daily_evaluation import DailyEvaluation, EmittedTargetStatus, ScoreChange
from earshot.domain.daily_evaluation import TargetStatus as StatusOfTarget
from earshot.domain.deliveries import Attempt, Delivery, DeliveryState, Reached
from earshot.domain.destinations import BY_RESPONSE, Destination, DestinationState
from earshot.domain.digest_sendings import DigestSending, SendingState
from earshot.domain.digests import Digest, DigestRole, Every, Schedule, read_period
from earshot.domain.eligibility import Rules
from earshot.domain.funnel import STAGES, Row
from earshot.domain.identity_claims import TokenRules
from earshot.domain.imports import Import
from earshot.domain.invitation import Invitation, InvitationState, Mail
from earshot.domain.invitation_cohorts import COLUMNS, Cohort, Count, WaveStage
from earshot.domain.members import Absence, Member, removed
from earshot.domain.merge import merge
from earshot.domain.opened_cases import Opening, opened_by, opened_by_hand
from earshot.domain.person import ErasedPerson, Person
from earshot.domain.person_id import bucket_of
from earshot.domain.response import Placement, Response, first_response
from earshot.domain.score import Histogram
from earshot.domain.score_snapshot import scored
from earshot.domain.score_summary import Camps, ScoreHistory, ScoreSummary
from earshot.domain.segment_values import Source, Value, ValueStatus
from earshot.domain.sending_quota import SendingPause
from earshot.domain.sessions import Session, hash_of
from earshot.domain.sign_ins import Asking, Given, TeamInvitation, address_hash
from earshot.domain.statement import Rank, StatementKind
from earshot.domain.submission_policy import Period
from earshot.domain.survey import Survey
from earshot.domain.widget import Link, Question, Showing, Shown, Widget
from earshot.domain.window import rolling
from earshot.ports.alerts import Limited
from earshot.ports.cases import OfAnonymous
from earshot.ports.funnel import Tally
from earshot.ports.ledger import Change
from earshot.ports.people import PersonChange
from earshot_cli.ops.restore.retired import Retirement, note_retirement, read_retirement
from tests.factories import DAY, NOON, make_invitation, make_statement, make_submission, make_survey, uuid7

Table = tuple[Any, str]  # a client and the name of a table
MAILBOX = "5c3e" * 16
ZONE = ZoneInfo("Europe/Berlin")
KEY = b"a key for golden files"


@dataclass(frozen=True)
class Kept:
    """A value with what writes it to a table, and what reads it there; `seen` is what is read, if it is another."""

    name: str
    value: Any
    write: Callable[[Table, Any], object]
    read: Callable[[Table], Any]
    seen: Any = None

    @property
    def expected(self) -> Any:
        return self.value if self.seen is None else self.seen


def changes() -> list[Change]:
    """Return writes of responses that together have every attribute, each as the domain makes it."""
    import_id = {"import_id": "reviews", "rank": Rank.KEYED, "by": "0f1e"}
    first = first_response(
        make_submission(
            3,
            comment="Zu langsam, “leider” \u2028",
            properties={"plan": "pro", "land": "Österreich"},
            person="ann",
            channel="email",
            seconds=1.5,
            cleaned=True,
            contact_requested=True,
            correlation="request-1",
            id=uuid7(NOON - 2 * DAY),
            **import_id,
        ),
        ZONE,
    )
    first = first.placed(Placement(("plan=pro", "land=(other)"), {"land": 1}))
    revised = merge(replace(first, is_repeat=True, superseded_on="2026-11-22"), stated_with_key(5, comment="Besser"))
    revised = replace(revised, history=replace(revised.history, left_out=2), correlation="request-2")
    kept = first_response(make_submission(7, channel="link", id=uuid7(seed="b")), ZONE)
    excluded = merge(kept, stated_with_key(7, excluded=True, exclusion_reason="a test", reason="ours"))
    unsigned = make_submission(10, unverified_email="Ann@Example.com", emit_events=False, id=uuid7(seed="c"))
    hashed = replace(unsigned, statement=replace(unsigned.statement, email_hash=MAILBOX, comment_score=9))
    clicked = make_submission(9, kind=StatementKind.PARTIAL, channel="email", rank=Rank.SIGNED, id=uuid7(seed="d"))
    imported = first_response(make_submission(0, id=uuid7(seed="e"), **import_id), ZONE)
    withdrawn = merge(imported, make_statement(None, kind=StatementKind.WITHDRAWN, received_at=NOON + 3, by="0f1e"))
    late = merge(kept, stated_with_key(2, seconds=12.25, cleaned=True, contact_requested=True))
    erased = merge(kept, make_statement(None, kind=StatementKind.ERASED, received_at=NOON + 4, by="0f1e"))
    return [
        Change(None, first),
        Change(first, revised, "reviews"),
        Change(None, excluded),
        Change(None, first_response(hashed, ZONE)),
        Change(None, first_response(clicked, ZONE)),
        Change(None, imported),
        Change(imported, withdrawn),
        Change(None, replace(erased, id=uuid7(seed="f"))),
        Change(None, replace(late, id=uuid7(seed="g"))),
    ]


def stated_with_key(score: int, **more: Any) -> Any:
    """Return a correction by the holder of a key."""
    return make_statement(
        score, kind=StatementKind.CHANGED_WITH_KEY, received_at=NOON + 1, by="0f1e", properties={"plan": "pro"}, **more
    )


def write_responses(table: Table, values: Sequence[Change]) -> None:
    DynamoDBImports(*table).declare(Import("demo", "reviews", NOON, accepted=1))
    for change in values:
        assert DynamoDBLedger(*table).commit([change]) is None


def read_responses(table: Table) -> list[Response]:
    """Read the responses by their ids, and check what stands of them elsewhere."""
    ledger, people, counts = DynamoDBLedger(*table), DynamoDBPeople(*table), DynamoDBCounts(*table)
    wanted = [change.new.id for change in changes()[1:]]
    (pointer,), _ = people.responses("ann", 9)
    (unsigned,), _ = people.unsigned(MAILBOX, 9)
    assert [pointer.response, unsigned.response] == [wanted[0], wanted[2]]
    assert counts.quality_flags("demo", "2026-10", "2026-12")
    assert counts.superseded("demo", "all", "2026-10", "2026-12")
    assert counts.candidates("demo", "land") == {1: 1}
    return [found for one in dict.fromkeys(wanted) if (found := ledger.find("demo", one)) is not None]


def recorded_responses() -> list[Response]:
    """Return the responses as they stand after all changes."""
    return list({change.new.id: change.new for change in changes()}.values())


def aliased() -> Response:
    """Return a response that was sent under an id from a wrong clock."""
    return first_response(make_submission(8, id=uuid7(NOON - 400 * DAY), received_at=NOON), ZONE)


ANN = Person(
    "ann",
    email="Ann@Example.com",
    name="Änn “A.” Smith",
    account="Acme",
    locale="de-AT",
    timezone="Europe/Vienna",
    properties={"plan": "pro"},
    mailbox=MAILBOX,
    written_at=NOON,
)
BOB = Person("bob", last_invited_at=NOON, last_invitation=uuid7(), revision=2)
GONE = ErasedPerson("gone", NOON, subtract=True, revision=2, mailbox=MAILBOX, made=("p-1", "p-2"))


def write_people(table: Table, found: Sequence[Person | ErasedPerson]) -> None:
    people, invitations = DynamoDBPeople(*table), DynamoDBInvitations(*table)
    ann, bob, gone = found
    assert isinstance(ann, Person)
    assert isinstance(bob, Person)
    assert isinstance(gone, ErasedPerson)
    assert people.put(
        [
            PersonChange(None, ann),
            PersonChange(None, replace(bob, last_invited_at=None, last_invitation=None, revision=1)),
        ]
    )
    asked = make_invitation(id=bob.last_invitation, person="bob", due_at=NOON, decided_at=NOON)
    assert invitations.open(asked, replace(bob, last_invited_at=None, last_invitation=None, revision=1))
    assert people.put([PersonChange(None, Person("gone", revision=1))])
    assert people.put_tombstone(gone, Person("gone", revision=1))


def read_people(table: Table) -> list[Person | ErasedPerson]:
    people, lists = DynamoDBPeople(*table), DynamoDBPeopleLists(*table)
    assert lists.by_id("a", 9)[0] == lists.by_name("ä", 9)[0] == people.sharing(MAILBOX) == ["ann"]
    assert DynamoDBPeopleDirectory(*table).page(bucket_of("ann"), 9)[0] == ["ann"]
    assert people.mailboxes([MAILBOX])[MAILBOX].erased is True
    return [found for one in ("ann", "bob", "gone") if (found := people.get(one)) is not None]


ATTEMPTS = (
    SubmitAttempt(2, NOON + 10, comment=Comment.of("Schlecht"), contact_requested=True),
    SubmitAttempt(9, NOON + 20, honeypot=True, comment=Comment.of("")),
)
CLICK = SubmitAttempt(4, NOON + 5)
MAILED = make_invitation(
    person="ann",
    channel="email",
    properties={"plan": "pro"},
    correlation="request-1",
)
ASKED = replace(ANN, last_invited_at=NOON - 90 * DAY, last_invitation=uuid7(seed="x"), asked_revision=0)


def write_invitation(table: Table, invitation: Invitation) -> None:
    """Take an invitation the whole way: opened, sent, clicked, submitted, and to be reminded."""
    invitations, feedback, people = DynamoDBInvitations(*table), DynamoDBFeedback(*table), DynamoDBPeople(*table)
    assert people.put([PersonChange(None, ANN)])
    assert invitations.open(invitation, ASKED)
    kept = replace(found(table), charged_on="2026-11-21", recipient_hash=MAILBOX)
    assert invitations.claim(kept, NOON + 1)
    assert invitations.record_sent(replace(kept, state=InvitationState.CLAIMED), "message-1", NOON + 2, NOON + 3 * DAY)
    response = uuid7(seed="r")
    assert feedback.add_delivery_events("ann", invitation.id, frozenset({"delivered#1", "opened#1"}))
    assert invitations.click("ann", invitation.id, response, CLICK, frozenset({"clicked#1"}))
    for attempt in ATTEMPTS:
        assert invitations.add_attempt("ann", invitation.id, response, attempt)
    assert invitations.rewrite(found(table), [*ATTEMPTS[:1], replace(ATTEMPTS[1], released=True, burst=True)])


def found(table: Table, person: str = "ann") -> Invitation:
    """Return the only invitation of a person."""
    (invitation,) = DynamoDBInvitations(*table).of_person(person)
    return invitation


def read_invitation(table: Table) -> Invitation:
    invitations = DynamoDBInvitations(*table)
    due = [pair for shard in range(8) for pair in invitations.due(shard, NOON + 4 * DAY, 9)[0]]
    kept = found(table)
    assert due == [("ann", kept.id)]
    assert kept.attempts[0].comment is not None
    assert invitations.read_comment(kept, Comment(kept.attempts[0].comment.id)) == "Schlecht"
    assert DynamoDBPeople(*table).get("ann") == replace(
        ANN, last_invited_at=NOON, last_invitation=kept.id, asked_revision=1, mailbox=MAILBOX
    )
    return kept


REMINDED = replace(
    MAILED,
    state=InvitationState.SCHEDULED,
    wave=2,
    due_at=NOON + 3 * DAY,
    claimed_at=NOON + 1,
    sent_at=NOON + 2,
    message_id="message-1",
    previously_invited_at=NOON - 90 * DAY,
    recipient_hash=MAILBOX,
    asked_mailbox=MAILBOX,
    response=uuid7(seed="r"),
    attempts=(ATTEMPTS[0], replace(ATTEMPTS[1], released=True, burst=True)),
    clicks=(CLICK,),
    mails=(Mail(1, NOON + 2, "message-1"),),
    delivery_events=frozenset({"delivered#1", "opened#1", "clicked#1"}),
)
ENDED = (
    make_invitation(id=uuid7(seed="s"), person="bob", channel="email", correlation="request-2"),
    make_invitation(id=uuid7(seed="t"), person="cid", state=InvitationState.DECLINED, reason="quiet-period"),
    make_invitation(
        id=uuid7(seed="u"),
        person="dan",
        state=InvitationState.CLAIMED,
        claimed_at=NOON,
        charged_on="2026-11-21",
        mails=(Mail(1, NOON - DAY, "message-0"),),
        wave=2,
        is_erased=True,
    ),
    make_invitation(
        id=uuid7(seed="v"), person="eve", state=InvitationState.SENT, sent_at=NOON, message_id="m", stopped="suppressed"
    ),
)


def write_ended(table: Table, ended: Sequence[Invitation]) -> None:
    """Write invitations as they are, and anonymise the first."""
    for invitation in ended:
        assert DynamoDBInvitations(*table).decline(invitation)
    sent = replace(ended[0], state=InvitationState.SENT, sent_at=NOON, mails=(Mail(1, NOON, "m"),))
    assert DynamoDBInvitations(*table).decline(replace(sent, person="fay"))
    assert DynamoDBInvitations(*table).anonymise(replace(sent, person="fay"))


def read_ended(table: Table) -> Sequence[Invitation]:
    facts = found(table, "fay").facts
    assert facts is not None
    assert (facts.stages, facts.day, facts.columns) == (
        frozenset({"scheduled#1", "sent#1"}),
        "2026-11-21",
        frozenset({"asked"}),
    )
    return tuple(found(table, person) for person in ("bob", "cid", "dan", "eve"))


RUNNING = Campaign(
    "spring",
    "demo",
    Plan("plan=pro", 90, 50),
    NOON,
    "2026-11-21",
    NOON + 1,
    wait=Wait.DAILY_BUDGET,
    place=3,
    after="ann",
    skipped=1,
    day="2026-11-22",
    asked_that_day=2,
    seen=9,
    matched=8,
    asked=5,
    declined={"quiet-period": 2, "no-address": 1},
    correlation="request-1",
    revision=4,
)
STOPPED = Campaign("once", "demo", Plan(), NOON, "2026-11-21", NOON, Progress.STOPPED, ended_at=NOON, note="by a key")


def write_campaigns(table: Table, campaigns: Sequence[Campaign]) -> None:
    for campaign in campaigns:
        assert DynamoDBCampaigns(*table).put(campaign, None)


def read_campaigns(table: Table) -> Sequence[Campaign | None]:
    campaigns = DynamoDBCampaigns(*table)
    assert campaigns.due(NOON + 1, 9)[0] == [("demo", "spring")]
    return [campaigns.get("demo", name) for name in ("spring", "once")]


SURVEY = make_survey(
    name="Schnell & “gut”",
    question="Würden Sie uns empfehlen?",
    timezone="Europe/Berlin",
    segments=("plan", "land"),
    open_segments=("land",),
    state="closed",
    kind="transactional",
    owner="Owner@example.com",
    cases=CaseSettings("ann", "betreuer", Role.FRONTLINE, "berlin", TargetsByPriority(Targets(4, 20), Targets(12, 60))),
    updated_at="2026-02-01T00:00:00.000Z",
    revision=3,
    incomplete=("land",),
    rules=Rules(60, 0.5, 100, 9, 17, (2, 5), clicked_scores=False),
    brand=Brand("Ärzte", "#1d4ed8", "https://example.com/logo.png"),
    alerts=AlertSettings(90, 0.01, 50),
    target=ScoreTarget(40, 30, 90),
    bands=((-100, "schlecht"), (50, "gut")),
    widget=Widget(
        origins=("https://shop.example.com",),
        placement="bar",
        urls=("/thanks*",),
        delay=5,
        scroll=50,
        sample=0.25,
        quiet_days=60,
        partials=False,
        contact_box=True,
        rate=None,
        hourly_cap=500,
        longest_token_hours=24,
        follow_ups={"detractor": "Warum?"},
        thanks={"promoter": "Danke!"},
        link=Link("Bewerten", "https://example.com/review"),
    ),
    retention_days=365,
    identity=TokenRules(2, NOON),
)
PLAIN = make_survey(id="plain", zone_is_fixed=False)


def write_surveys(table: Table, surveys: Sequence[Survey]) -> None:
    for survey in surveys:
        assert DynamoDBSurveys(*table).put(survey, None)


def read_surveys(table: Table) -> list[Survey]:
    surveys = DynamoDBSurveys(*table)
    found = surveys.list()
    assert [surveys.get(survey.id) for survey in found] == found
    assert [surveys.submission_policy(survey.id) for survey in found] == [survey.submission_policy for survey in found]
    return found


VALUES = (
    Value("plan", "(odd) = ü", ValueStatus.SERIES, Source.KEY),
    Value("plan", "open", ValueStatus.SERIES, Source.OPEN),
    Value("plan", "new", ValueStatus.CANDIDATE, number=1),
    Value("plan", "old", ValueStatus.MERGED, into="open", number=2),
)


class Backfills:
    """A queue nobody reads."""

    def send(self, *_: object, **__: object) -> None: ...


def write_values(table: Table, values: Sequence[Value]) -> None:
    surveys = DynamoDBSurveys(*table, Backfills())
    survey = make_survey(segments=("plan",))
    assert surveys.put(survey, None)
    keyed, opened, candidate, merged = values
    surveys.admit("demo", "plan", [keyed.name], Source.KEY)
    surveys.admit("demo", "plan", [opened.name], Source.OPEN)
    surveys.propose("demo", "plan", [candidate.name, merged.name])
    assert surveys.decide(survey, [merged], "2026-02-01T00:00:00.000Z")
    surveys._table.write(flag_unlisted("demo", "plan"))


def read_values(table: Table) -> Sequence[Value]:
    found = {value.name: value for value in DynamoDBSurveys(*table).values("demo", "plan")}
    return tuple(found[value.name] for value in VALUES)


EVALUATED = DailyEvaluation(
    "demo",
    "2026-11-21",
    AlertSettings(90, 0.01, 50),
    tuple(
        ScoreChange(f"plan={number}", Histogram((9, *(0,) * 9, 1)), Histogram((1, *(0,) * 9, 9)))
        for number in range(201)
    ),
    EmittedTargetStatus("2026-11-20", ScoreTarget(40, None, 90), StatusOfTarget.WITHIN_NOISE, Histogram((1,) * 11)),
)


def write_suppressions(table: Table, reasons: Mapping[str, str]) -> None:
    suppressions = DynamoDBSuppressions(*table, lambda: KEY)
    for address, reason in reasons.items():
        assert suppressions.add(address, reason, NOON)
    suppressions.unsubscribe(suppressions.hash_of("ann@example.com"), NOON + 1)


def read_suppressions(table: Table) -> dict[str, str | None]:
    suppressions = DynamoDBSuppressions(*table, lambda: KEY)
    found = {address: suppressions.is_suppressed(address) for address in ("Ann@example.com", "bob@example.com")}
    assert suppressions.undo_unsubscribe(suppressions.hash_of("ann@example.com"), NOON)
    assert suppressions.is_suppressed("ann@example.com") == "bounced"
    return found


GOOD = ApiKey("0f1e2d3c4b5a", "CRM", "a hash", ("people:read", "keys"), "2026-01-01T00:00:00.000Z", expires_at=NOON)
ROLE = ApiKey(
    *("1f1e2d3c4b5a", "BI", "a hash", scopes_of(Role.ANALYST), "2026-01-01T00:00:00.000Z"),
    role=Role.ANALYST,
    access=Access(("demo",), ("region", "emea")),
)


def write_keys(table: Table, values: Sequence[ApiKey]) -> None:
    keys = DynamoDBApiKeys(*table)
    for value in values:
        keys.put(replace(value, revoked_at=None))
        if value.revoked_at is not None:
            keys.revoke(value.id, value.revoked_at)
    keys.note_use(values[0].id, "2026-11-21")


def read_keys(table: Table) -> list[ApiKey | None]:
    keys = DynamoDBApiKeys(*table)
    assert keys.last_used([GOOD.id]) == {GOOD.id: "2026-11-21"}
    return [keys.get(key.id) for key in keys.list()]


DAY_OF_MAILS, UNSENT = Cohort("demo", "2026-11-21"), Cohort("demo", None)
MOVES: dict[tuple[Cohort, Count], int] = {
    **{(DAY_OF_MAILS, WaveStage("email", 2, stage)): number for number, stage in enumerate(STAGES, 1)},
    **{(DAY_OF_MAILS, column): number for number, column in enumerate(COLUMNS, 1)},
    (UNSENT, WaveStage("email", 1, "waiting")): 1,
}


def write_funnels(table: Table, tallies: Sequence[Tally]) -> None:
    assert DynamoDBFunnels(*table).add(tallies) is None


def read_funnels(table: Table) -> Any:
    funnels = DynamoDBFunnels(*table)
    assert funnels.add([Tally("e1", NOON, MOVES)]) == frozenset({"e1"})
    return funnels.read("demo").rows, funnels.days("demo", "2026-11", "2026-12")


IMPORT = Import(
    "demo", "reviews", NOON, "0f1e", "répons.csv", 5, 1, known=2, undone_at=NOON + 1, finished_at=None, below=uuid7()
)
FINISHED = replace(IMPORT, id="done", finished_at=NOON + 2, below=None)


def write_imports(table: Table, imports: Sequence[Import]) -> None:
    adapter = DynamoDBImports(*table)
    for one in imports:
        adapter.declare(one)
        adapter.note_known("demo", one.id, "part-1", one.known, NOON)
        adapter.begin_undo("demo", one.id, one.undone_at or 0)
        adapter.keep_place("demo", one.id, uuid7())
        if one.finished_at is not None:
            adapter.finish_undo("demo", one.id, one.finished_at)


def read_imports(table: Table) -> list[Import]:
    adapter = DynamoDBImports(*table)
    adapter.note_known("demo", "reviews", "part-1", 2, NOON)  # is noted already
    return sorted(adapter.of_survey("demo"), key=lambda one: one.id, reverse=True)


ERASURE = BulkErasure("demo", "5c3e" * 4, 9, NOON, 3, uuid7())
WINDOWS = {"90d": scored(rolling("90d", date(2026, 11, 21)), Histogram.of([9, 9, 10, 7, 8, 3]))}
HISTORY = ScoreHistory(Camps(30, 20, 10), (Camps(1, 0, 0), Camps(2, 2, 1)))
SHOWN = Question(Showing.SHOWN, uuid7())


def write_showings(table: Table, responses: Mapping[str, int]) -> None:
    showings = DynamoDBShowings(*table)
    showings.note("demo", "ann", Question(Showing.SHOWN), Shown(), NOON - 1, NOON + 7 * DAY)
    for response, time in responses.items():
        showings.note("demo", "ann", Question(Showing.CLOSED, response), Shown(), time, NOON + 7 * DAY)


RULES = [
    AlertRule(
        id="rule-1",
        survey="demo",
        when=When.COMMENT,
        destinations=("owner", "to-1"),
        name="Rückerstattung",
        at_most=8,
        words=("refund", "kündig*"),
        where=Where({"plan": ("pro", "länd")}, key_account=True),
        opens_case=True,
        case_by=CaseBy.ACCOUNT,
        owner="ann",
        role=Role.FRONTLINE,
        muted_until=NOON,
        most_per_hour=5,
        made_at=NOON - DAY,
        revision=3,
    ),
    AlertRule("rule-2", "demo", When.SCORE_CHANGED, ("owner",), made_at=NOON),
]


def write_rules(table: Table, rules: Sequence[AlertRule]) -> None:
    for rule in rules:
        assert DynamoDBAlertRules(*table).put(rule, None)


ON_A_RESPONSE = Alert(
    "demo",
    "rule-1",
    uuid7(),
    NOON,
    destinations=("owner", "to-1"),
    state=AlertState.MUTED,
    revision=2,
    event="an-event",
    detail_type="ResponseRevised",
    case="a-case",
    correlation="r-1",
    sends="response.detractor",
)
ON_THE_SCORE = Alert(
    "demo",
    "rule-2",
    "an-event",
    NOON,
    ("owner",),
    event="an-event",
    data={"survey": "demo", "score": 12.5, "series": "plan=prö"},
    detail_type="ScoreChanged",
    sends="score.changed",
)


def write_alerts(table: Table, alerts: Sequence[Alert]) -> None:
    for alert in alerts:
        assert DynamoDBAlerts(*table).raise_once(alert) is None
    assert DynamoDBAlertLimits(*table).take(Limited("demo", "rule-1", "mail", NOON // 3_600_000), "d-1") == 1


def read_alerts(table: Table) -> list[Alert | None]:
    assert DynamoDBAlertLimits(*table).take(Limited("demo", "rule-1", "mail", NOON // 3_600_000), "d-2") == 2
    alerts = DynamoDBAlerts(*table)
    return [*alerts.of_response("demo", uuid7()), alerts.get("demo", "an-event", "rule-2")]


CASES = [
    opened_by(replace(ON_A_RESPONSE, case=None), SubjectKind.ACCOUNT, "Büro & Söhne"),
    opened_by(replace(ON_A_RESPONSE, rule="rule-3", case=None), SubjectKind.PERSON, "ann"),
    opened_by(replace(ON_A_RESPONSE, rule="rule-4", case=None), SubjectKind.RESPONSE),
    opened_by(replace(ON_A_RESPONSE, rule="rule-5", case=None), SubjectKind.COLLECTIVE),
]
OFFICE = Calendar("office", "Europe/Berlin", {"mon": (("09:00", "17:00"),), "tue": (("09:00", "17:00"),)})
OPENING = Opening(2, Priority.HIGH, "mia", OwnedBy.TURN, OFFICE, Targets(2, 10))
BY_HAND = opened_by_hand("by-hand", "demo", SubjectKind.PERSON, "bob", NOON, OPENING)
OPENED_BY_HAND = CaseFact(FactKind.OPENED, NOON, "key:k-1", None, CaseState.OPEN, 1, "They rang.", "mia")
CLOSING = CaseChange(FactKind.RESOLVED, "Refunded.", outcome=CaseOutcome.COMPENSATED, root_cause=RootCause.PRICE)
CHANGED = [BY_HAND]
CASE_FACTS = [OPENED_BY_HAND]
for step in (
    CaseChange(FactKind.CONTACTED),
    CaseChange(FactKind.WAITING),
    CaseChange(FactKind.RESUMED),
    CLOSING,
    CaseChange(FactKind.RESPONDED_AGAIN, extra={"at": NOON + 20_000_000_000, "score": 9}),
    CaseChange(FactKind.REOPENED),
    CaseChange(FactKind.RESPONSE_CHANGED, response="r-9"),
    CaseChange(FactKind.WAITING),
    CaseChange(FactKind.RESUMED),
    CaseChange(FactKind.WAITING),
):
    case_after, fact_of_it = changed(CHANGED[-1], step, NOON + 1_000_000_000 * len(CHANGED), "key:k-1", OFFICE)
    CHANGED.append(case_after)
    CASE_FACTS.append(fact_of_it)
CASE_REMINDED = replace(CHANGED[-1], steps=frozenset({"2.close.50"}), next_step_at=NOON)
CASES.append(CASE_REMINDED)


def write_cases(table: Table, kept: Sequence[Case]) -> None:
    cases = DynamoDBCases(*table)
    for case in kept[:-1]:
        assert cases.open(replace(ON_A_RESPONSE, rule=case.rule or "", case=None), case).is_made
    assert cases.join(replace(ON_A_RESPONSE, rule="rule-6", subject="later", case=kept[0].id)).is_made
    assert cases.open_by_hand(BY_HAND, OPENED_BY_HAND)
    for old, new, fact in zip(CHANGED, CHANGED[1:], CASE_FACTS[1:], strict=False):
        assert cases.change(old, new, fact)
    assert cases.note_steps(CHANGED[-1], CASE_REMINDED)
    closed, fact = changed(kept[2], CLOSING, NOON + 9, "destination:desk")
    assert cases.change(kept[2], closed, fact)


def read_cases(table: Table) -> list[Case | None]:
    cases = DynamoDBCases(*table)
    of_account, of_person, of_response, collective, by_hand = CASES
    assert cases.of_account("demo", "Büro & Söhne") == of_account.id
    assert cases.of_person("demo", "ann").case == of_person.id
    assert cases.of_anonymous("demo") == OfAnonymous(0, collective.id)
    joined = cases.joined(of_account.id, 9)
    assert [(fact.kind, fact.response) for fact in joined] == [(FactKind.JOINED, "later")]
    assert cases.facts(by_hand.id) == CASE_FACTS
    assert {each.id for each in cases.listed(OpenCaseFilter(survey="demo"), 9)[0]} == {
        each.id for each in CASES if each != of_response
    }
    assert len(list(cases.figures("demo", "2026-11"))) == len(CASES)
    return [cases.get(each.id) for each in CASES]


WEBHOOK = Destination(
    "to-1",
    "webhook",
    "Büro",
    {"url": "https://hooks.example.com/?token=t", "types": ["response.detractor"]},
    include=("person", "comment"),
    contact="ops@example.com",
    state=DestinationState.BROKEN,
    reason="it replied 401: the credential is refused",
    has_credentials=True,
    credentials=("bot_token",),
    inbound=True,
    made_at=NOON,
    revision=2,
)
SENT = Delivery("sent", "to-1", "an-alert", "rule-1", "demo", uuid7(), "response.matched", NOON, 2, case="a-case")
TRIED = replace(SENT, correlation="r-1", maybe_doubled=True).started(NOON, '{"type":"response.matched"}')
WRITTEN = replace(SENT, id="written").started(NOON, "{}", BY_RESPONSE).delivered(NOON + 1, "ticket/1", 200)
DELIVERIES = [
    TRIED.delivered(NOON + 1, "vendor-1", 200),
    replace(TRIED, id="tried"),
    replace(TRIED, id="parked").parked("it replied 422", Attempt(NOON, "rejected", 422)),
    replace(TRIED, id="held").held(NOON, NOON + 30_000, "it is away", Attempt(NOON, "down")),
    replace(TRIED, id="far", number=9).failed(Attempt(NOON, "ambiguous"), "it is away", lambda: 0.5, None),
    WRITTEN,
    deletion_of(WRITTEN.anonymized(), uuid7(), NOON),
    replace(SENT, id="muted", state=DeliveryState.MUTED, reason="above the limit", version=1),
]
BREAKERS = [
    Breaker("to-1", failures=5, until=NOON, pause=30_000, probe_until=NOON + 60_000, revision=1),
    Breaker("to-2", is_releasing=True, revision=1),
]


def write_destinations(table: Table, destinations: Sequence[Destination]) -> None:
    for destination in destinations:
        assert DynamoDBDestinations(*table).put(destination, None)
    gone = replace(WEBHOOK, id="to-2")
    assert DynamoDBDestinations(*table).put(gone, None)
    assert DynamoDBDestinations(*table).delete(gone, NOON)
    for delivery in DELIVERIES:
        assert DynamoDBDeliveries(*table).put(delivery, None)
    for breaker in BREAKERS:
        assert DynamoDBDeliveries(*table).put_breaker(breaker)
    DynamoDBInboundCalls(*table).note("to-1", "msg_1", NOON)


def read_destinations(table: Table) -> list[Destination]:
    deliveries = DynamoDBDeliveries(*table)
    assert [deliveries.find(each.key) for each in DELIVERIES] == DELIVERIES
    assert [deliveries.breaker(each.destination) for each in BREAKERS] == BREAKERS
    assert deliveries.waiting("to-1", 10) == [("to-1", NOON, "held")]
    due = deliveries.due(NOON + 2 * 14 * DAY, 10)
    deletion = deletion_of(WRITTEN, uuid7(), NOON)
    assert DynamoDBInboundCalls(*table).is_known("to-1", "msg_1", NOON)
    assert (due.deliveries, sorted(due.breakers)) == ([deletion.key, ("to-1", NOON, "far")], ["to-1", "to-2"])
    return DynamoDBDestinations(*table).list()


CALENDAR = Calendar(
    "office", "Europe/Berlin", {"mon": (("09:00", "12:00"), ("13:00", "17:00"))}, ("2026-12-25",), revision=2
)


def write_calendar(table: Table, calendar: Calendar) -> None:
    former = replace(calendar, revision=1)
    assert DynamoDBCalendars(*table).put(former, None)
    assert DynamoDBCalendars(*table).put(calendar, former)


REACHED = [Reached("crm"), Reached("to-1", deletion_of(WRITTEN, uuid7(), NOON).key)]


def write_reached(table: Table, reached: Sequence[Reached]) -> None:
    DynamoDBReachedPlaces(*table).note("zoë", reached, NOON)


def read_reached(table: Table) -> list[Reached]:
    return DynamoDBReachedPlaces(*table).of_person("zoë")


MEMBER = Member(
    id="ann",
    email="ann@example.com",
    name="Änn",
    role=Role.FRONTLINE,
    lead="bob",
    deputy="cleo",
    away=Absence(date(2026, 12, 24), date(2026, 12, 31)),
    timezone="Europe/Berlin",
    locale="pt-BR",
    calendar="berlin",
    access=Access(("demo",), ("region", "emea"), own_accounts=True),
    made_at=NOON,
    revision=3,
)
TEAM = [
    MEMBER,
    *(Member(role.value, f"{role.value}@example.com", None, role, made_at=NOON) for role in Role),
    removed(replace(MEMBER, id="zoe"), NOON + 1),
]
ACCOUNTS = [Account("Büro & Söhne", made_at=NOON), Account("ACME", "Acme Inc.", "ann", {"plan": "prö"}, NOON, 2)]


DIGESTS = [
    Digest("daily", DigestRole.FRONTLINE, "demo", ("ann",), Schedule(Every.WORKDAY, 7), made_at=NOON, since=NOON),
    Digest(
        id="weekly",
        role=DigestRole.DEPARTMENT,
        survey="demo",
        to=("ann", "bob@example.com", "to-0123456789ab"),
        schedule=Schedule(Every.WEEK, 0, weekday=3),
        segment=("plan", "prö"),
        timezone="Europe/Berlin",
        locale="de",
        made_at=NOON,
        since=NOON + 1,
        next_at=NOON + 2,
        revision=3,
    ),
]
_WEEK = read_period("2026-11-09/2026-11-15")
SENDINGS = [
    DigestSending("weekly", "ann", _WEEK, SendingState.SENT, NOON, ended_at=NOON + 1, version=2),
    DigestSending("weekly", "@0123456789abcdef01234567", _WEEK, SendingState.SKIPPED, NOON, "why not", NOON, None, 2),
    DigestSending("weekly", "to-0123456789ab", _WEEK, SendingState.QUEUED, NOON, None, NOON, "d1", 2),
]


def write_digests(table: Table, digests: Sequence[Digest]) -> None:
    adapter = DynamoDBDigests(*table)
    for digest in digests:
        assert adapter.put(digest, None)
    adapter.note_sent("weekly", NOON + 3)
    adapter.note_skipped("weekly", _WEEK, "why not")


def write_sendings(table: Table, sendings: Sequence[DigestSending]) -> None:
    for sending in sendings:
        assert DynamoDBDigestSendings(*table).put(sending, None)
    DynamoDBDigestSendings(*table).unsubscribe("weekly", "ann", NOON)


def read_sendings(table: Table) -> list[DigestSending | None]:
    adapter = DynamoDBDigestSendings(*table)
    assert adapter.is_unsubscribed("weekly", "ann")
    return [adapter.find(each.digest, each.period, each.recipient) for each in SENDINGS]


SESSIONS = [
    Session(hash_of("phone"), "ann", NOON + 1, NOON + 1),
    Session(hash_of("desk"), "ann", NOON, NOON + 2, "Firefox on Linux"),
]


ASKING = Asking(
    hash_of("browser"),
    address_hash("ann@example.com"),
    NOON,
    "/app/cases",
    Given("ann", hash_of("link"), hash_of("code")),
)
INVITED = TeamInvitation(hash_of("letter"), "ann", address_hash("ann@example.com"), NOON)


def write_sign_ins(table: Table, kept: tuple[Asking, TeamInvitation]) -> None:
    adapter, (asking, invited) = DynamoDBSignIns(*table), kept
    adapter.ask(replace(asking, given=None))
    assert asking.given is not None
    assert adapter.give(asking.hash, asking.given)
    assert adapter.count_try(asking.hash) is not None
    adapter.invite(invited)


def read_sign_ins(table: Table) -> tuple[Asking | None, TeamInvitation | None]:
    adapter = DynamoDBSignIns(*table)
    return adapter.asking(ASKING.hash), adapter.invitation(INVITED.hash)


def write_sessions(table: Table, sessions: Sequence[Session]) -> None:
    for session in sessions:
        DynamoDBSessions(*table).start(replace(session, seen_at=session.made_at))
    DynamoDBSessions(*table).note_seen(sessions[1], NOON + 2)


def write_team(table: Table, team: Sequence[Member]) -> None:
    for member in team:
        assert DynamoDBMembers(*table).put(member, None)


def read_team(table: Table) -> list[Member]:
    found = DynamoDBMembers(*table).all()
    return [found[member.id] for member in TEAM]


def write_accounts(table: Table, accounts: Sequence[Account]) -> None:
    DynamoDBAccounts(*table).make_bare([accounts[0].id], NOON)
    assert DynamoDBAccounts(*table).put(accounts[1], None)


def spent(table: Table) -> bool:
    return not DynamoDBBudgets(*table).spend("demo", "2026-11-21", 1)


STORED = (
    Kept("responses", changes(), write_responses, read_responses, recorded_responses()),
    Kept(
        "aliases",
        aliased(),
        lambda t, value: DynamoDBLedger(*t).commit([Change(None, value)]),
        lambda t: DynamoDBLedger(*t).find("demo", uuid7(NOON - 400 * DAY)),
    ),
    Kept("people", (ANN, BOB, GONE), write_people, read_people, [replace(ANN, asked_revision=1), BOB, GONE]),
    Kept("invitation", MAILED, write_invitation, read_invitation, REMINDED),
    Kept("invitations", ENDED, write_ended, read_ended),
    Kept("campaigns", [RUNNING, STOPPED], write_campaigns, read_campaigns),
    Kept(
        "retirement",
        Retirement("earshot-restored", NOON),
        lambda t, value: note_retirement(*t, value),
        lambda t: read_retirement(*t),
    ),
    Kept("surveys", [SURVEY, PLAIN], write_surveys, read_surveys),
    Kept("segment_values", VALUES, write_values, read_values),
    Kept(
        "evaluations",
        EVALUATED,
        lambda t, value: DynamoDBDailyEvaluations(*t).put(value),
        lambda t: DynamoDBDailyEvaluations(*t).between("demo", "2026-11", "2026-12")[0],
    ),
    Kept("alert_rules", RULES, write_rules, lambda t: DynamoDBAlertRules(*t).of_survey("demo")),
    Kept("alerts", [ON_A_RESPONSE, ON_THE_SCORE], write_alerts, read_alerts),
    Kept("reached", REACHED, write_reached, read_reached),
    Kept(
        "cases",
        CASES,
        write_cases,
        read_cases,
        [
            replace(CASES[0], responses=2, revision=2),
            CASES[1],
            changed(CASES[2], CLOSING, NOON + 9, "destination:desk")[0],
            *CASES[3:],
        ],
    ),
    Kept("destinations", [WEBHOOK], write_destinations, read_destinations),
    Kept("calendar", CALENDAR, write_calendar, lambda t: DynamoDBCalendars(*t).get("office")),
    Kept("team", TEAM, write_team, read_team),
    Kept(
        "sessions",
        SESSIONS,
        write_sessions,
        lambda t: DynamoDBSessions(*t).of_member("ann"),
    ),
    Kept("sign_ins", (ASKING, INVITED), write_sign_ins, read_sign_ins, (replace(ASKING, tries=1), INVITED)),
    Kept(
        "turns",
        Role.FRONTLINE,
        lambda t, role: DynamoDBTurns(*t).next(role),
        lambda t: DynamoDBTurns(*t).next(Role.FRONTLINE),
        2,
    ),
    Kept(
        "digests",
        DIGESTS,
        write_digests,
        lambda t: DynamoDBDigests(*t).list(),
        [DIGESTS[0], replace(DIGESTS[1], last_sent_at=NOON + 3, skipped=(_WEEK.name, "why not"))],
    ),
    Kept("digest_sendings", SENDINGS, write_sendings, read_sendings),
    Kept(
        "accounts",
        ACCOUNTS,
        write_accounts,
        lambda t: [DynamoDBAccounts(*t).get(account.id) for account in ACCOUNTS],
    ),
    Kept(
        "suppressions",
        {"ann@example.com": "bounced", "bob@example.com": "erased"},
        write_suppressions,
        read_suppressions,
        {"Ann@example.com": "unsubscribed", "bob@example.com": "erased"},
    ),
    Kept(
        "api_keys",
        [GOOD, ROLE, replace(GOOD, id="revoked", expires_at=None, revoked_at="2026-02-01")],
        write_keys,
        read_keys,
    ),
    Kept(
        "funnels",
        [Tally("e1", NOON, MOVES), Tally("e2", NOON + 4999, {})],
        write_funnels,
        read_funnels,
        (
            {
                Row("demo", "email", 1): {"waiting": 1},
                Row("demo", "email", 2): {stage: number for number, stage in enumerate(STAGES, 1)},
            },
            {"2026-11-21": {column: number for number, column in enumerate(COLUMNS, 1)}},
        ),
    ),
    Kept("imports", [IMPORT, FINISHED], write_imports, read_imports),
    Kept(
        "bulk_erasures",
        ERASURE,
        lambda t, value: DynamoDBBulkErasures(*t).begin(value),
        lambda t: DynamoDBBulkErasures(*t).get("demo", ERASURE.filters),
    ),
    Kept(
        "scores",
        (WINDOWS, HISTORY),
        lambda t, value: DynamoDBScores(*t).put("demo", "plan=prö", NOON, *value),
        lambda t: DynamoDBScores(*t).summaries([("demo", "plan=prö")]),
        {("demo", "plan=prö"): ScoreSummary(NOON, date(2026, 11, 21), Camps(3, 2, 1), HISTORY)},
    ),
    Kept(
        "showings",
        {SHOWN.response: NOON},
        write_showings,
        lambda t: DynamoDBShowings(*t).read("demo", "ann"),
        Shown(NOON, {uuid7(): NOON}),
    ),
    Kept("budgets", 1, lambda t, most: DynamoDBBudgets(*t).spend("demo", "2026-11-21", most), spent, seen=True),
    Kept(
        "rate_limits",
        2,
        lambda t, weight: DynamoDBRateLimits(*t).take("demo", "a hash", Period("h495", NOON), weight),
        lambda t: DynamoDBRateLimits(*t).take("demo", "a hash", Period("h495", NOON), 1, most=3),
        seen=3,
    ),
    Kept(
        "reconciliations",
        NOON,
        lambda t, began: DynamoDBReconciliations(*t).note(began),
        lambda t: DynamoDBReconciliations(*t).last(),
    ),
    Kept(
        "sending_pauses",
        SendingPause("SES has paused sending for this account", NOON),
        lambda t, pause: DynamoDBSendingPauses(*t).record(pause),
        lambda t: DynamoDBSendingPauses(*t).latest(),
    ),
)
