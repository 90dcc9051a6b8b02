"""What is carried over into a restored table: everything that must outlive it, once, however often it is tried."""

from collections import Counter
from dataclasses import replace
from datetime import date
from typing import Any

import boto3
import pytest

from earshot.adapters.dynamodb.api_keys import DynamoDBApiKeys
from earshot.adapters.dynamodb.calendars import DynamoDBCalendars
from earshot.adapters.dynamodb.campaigns import DynamoDBCampaigns
from earshot.adapters.dynamodb.cases import DynamoDBCases
from earshot.adapters.dynamodb.counts import DynamoDBCounts
from earshot.adapters.dynamodb.digest_sendings import DynamoDBDigestSendings, sending_item
from earshot.adapters.dynamodb.digests import DynamoDBDigests
from earshot.adapters.dynamodb.funnels import DynamoDBFunnels
from earshot.adapters.dynamodb.imports import DynamoDBImports
from earshot.adapters.dynamodb.invitations import DynamoDBInvitations
from earshot.adapters.dynamodb.ledger import DynamoDBLedger
from earshot.adapters.dynamodb.people import DynamoDBPeople
from earshot.adapters.dynamodb.showings import DynamoDBShowings
from earshot.adapters.dynamodb.suppressions import DynamoDBSuppressions
from earshot.adapters.dynamodb.surveys import DynamoDBSurveys
from earshot.adapters.dynamodb.table import marshalled
from earshot.domain.alerts import Alert
from earshot.domain.anonymization import anonymized
from earshot.domain.api_key import ApiKey
from earshot.domain.bot_detection import Comment, SubmitAttempt
from earshot.domain.business_time import Calendar
from earshot.domain.campaign import STOPPED_BY_KEY, Campaign, CampaignState, Plan
from earshot.domain.case_facts import CaseChange, FactKind, changed
from earshot.domain.cases import Case, CaseOutcome, CaseState, OpenCaseFilter, RootCause, SubjectKind
from earshot.domain.digest_sendings import DigestSending, SendingState
from earshot.domain.digests import Digest, DigestRole, Every, Period, Schedule
from earshot.domain.events import repeated_events
from earshot.domain.funnel import stages
from earshot.domain.imports import Import
from earshot.domain.invitation import Invitation, InvitationState
from earshot.domain.invitation_cohorts import moves
from earshot.domain.merge import merge
from earshot.domain.opened_cases import opened_by
from earshot.domain.person import ErasedPerson, Person
from earshot.domain.response import Response
from earshot.domain.segment_values import Source, Value, ValueStatus
from earshot.domain.statement import Statement, StatementKind
from earshot.domain.survey import Survey
from earshot.domain.widget import Question, Showing, Shown
from earshot.ports.funnel import Tally
from earshot.ports.ledger import Change
from earshot.ports.people import PersonChange
from earshot_cli.ops.restore.carry_over import CarryOver, hash_key_of
from earshot_cli.ops.restore.carry_over_rules import ON_REQUEST, Family
from earshot_cli.ops.restore.restored_items import RestoredItems
from tests.factories import NOON, make_invitation, make_person, make_response, make_statement, make_survey, uuid7
from tests.integration.adapters.conftest import TABLE, aws, dynamodb, table_properties

__all__ = ["aws", "dynamodb"]

RESTORED = "restored"
KEY = ApiKey("0" * 12, "mine", "hash", ("keys",), "2026-11-01T00:00:00Z")


class Both:
    """The old table and the restored one, which begin alike."""

    def __init__(self, dynamodb: Any) -> None:
        self.dynamodb = dynamodb
        dynamodb.create_table(TableName=RESTORED, **table_properties())
        secret = boto3.client("secretsmanager")
        secret.create_secret(Name="hashes", SecretString="k" * 64)
        self.hash_key = hash_key_of(secret, "hashes")
        self.ids = [uuid7(seed=name) for name in "abcd"]
        for table in (TABLE, RESTORED):
            self.begin(table)

    def begin(self, table: str) -> None:
        ledger = DynamoDBLedger(self.dynamodb, table)
        for number, one in enumerate(self.ids[:3]):
            statement = make_statement(9, person="ann" if number == 0 else None, comment="words")
            first = make_response(9, id=one, digest=statement.digest, person=statement.person, comment="words")
            assert ledger.commit([Change(None, first)]) is None
        assert DynamoDBPeople(self.dynamodb, table).put([PersonChange(None, make_person())])
        DynamoDBApiKeys(self.dynamodb, table).put(KEY)

    def record(self, response: str, statement: Statement, table: str = TABLE) -> None:
        ledger = DynamoDBLedger(self.dynamodb, table)
        old = ledger.find("demo", response)
        assert old
        assert ledger.commit([Change(old, merge(old, statement))]) is None

    def carry(self, *, in_service: bool = False, write: bool = True, responses: bool = False) -> dict[Family, int]:
        families = frozenset(Family) - (frozenset() if responses else ON_REQUEST)
        carry_over = CarryOver(self.dynamodb, TABLE, RESTORED, self.hash_key, families)
        list(carry_over.run(in_service=in_service, write=write))
        return dict(carry_over.carried)

    def found(self, response: str) -> Any:
        return DynamoDBLedger(self.dynamodb, RESTORED).find("demo", response)

    def counted(self) -> int:
        days = DynamoDBCounts(self.dynamodb, RESTORED).days("demo", "all", "2000-01-01", "2100-01-01")
        return sum(sum(histogram.counts) for histogram in days.values())


@pytest.fixture
def both(dynamodb: Any) -> Both:
    return Both(dynamodb)


def test_tables_that_are_alike_have_nothing_to_carry(both: Both) -> None:
    assert both.carry() == {}


def test_an_erased_response_is_erased_and_counts_no_more(both: Both) -> None:
    both.record(both.ids[1], Statement(StatementKind.ERASED, NOON + 1))

    assert both.carry(write=False) == {Family.RESPONSE: 1}
    assert both.found(both.ids[1]).score == 9
    assert both.carry() == {Family.RESPONSE: 1}
    assert (both.found(both.ids[1]).kind, both.found(both.ids[1]).statement.comment) == (StatementKind.ERASED, None)
    assert both.counted() == 2
    assert both.carry() == {}


def test_a_response_made_and_erased_since_cannot_come_back(both: Both) -> None:
    erased = make_response(
        None, id=both.ids[3], kind=StatementKind.ERASED, digest=Statement(StatementKind.ERASED, NOON).digest
    )
    assert DynamoDBLedger(both.dynamodb, TABLE).commit([Change(None, erased)]) is None

    assert both.carry() == {Family.RESPONSE: 1}
    assert both.found(both.ids[3]).kind is StatementKind.ERASED
    assert both.counted() == 3


@pytest.mark.parametrize(("subtract", "left"), [(False, 3), (True, 2)])
def test_an_erased_person_is_erased_with_what_was_restored_of_them(both: Both, subtract: bool, left: int) -> None:
    people = DynamoDBPeople(both.dynamodb, TABLE)
    ann = people.get("ann")
    assert isinstance(ann, Person)
    assert people.put_tombstone(ErasedPerson("ann", NOON + 5, subtract, 2), ann)

    assert both.carry() == {Family.ERASED_PERSON: 1}
    gone = DynamoDBPeople(both.dynamodb, RESTORED).get("ann")
    assert isinstance(gone, ErasedPerson)
    assert (gone.erased_at, gone.subtract) == (NOON + 5, subtract)
    assert (both.found(both.ids[0]).person, both.found(both.ids[0]).statement.comment) == (None, None)
    assert both.counted() == left
    suppressions = DynamoDBSuppressions(both.dynamodb, RESTORED, both.hash_key)
    assert suppressions.is_suppressed("ann@example.com") == "erased"
    assert both.carry(in_service=True) == {}


def test_an_anonymised_response_loses_its_person_and_counts_as_before(both: Both) -> None:
    old = DynamoDBLedger(both.dynamodb, TABLE).find("demo", both.ids[0])
    assert old
    both.record(both.ids[0], anonymized(old, NOON + 5, subtract=False))

    assert both.carry() == {Family.RESPONSE: 1}
    assert (both.found(both.ids[0]).kind, both.found(both.ids[0]).person) == (StatementKind.ANONYMISED, None)
    assert both.counted() == 3
    assert both.carry() == {}


def test_suppressions_are_carried_and_the_stronger_reason_stands(both: Both) -> None:
    here, there = (DynamoDBSuppressions(both.dynamodb, table, both.hash_key) for table in (TABLE, RESTORED))
    here.add("bob@example.com", "unsubscribed", NOON)
    here.add("cy@example.com", "erased", NOON)
    there.add("cy@example.com", "bounced", NOON)
    here.add("di@example.com", "bounced", NOON)
    there.add("di@example.com", "unsubscribed", NOON)

    assert both.carry() == {Family.SUPPRESSION: 2}
    reasons = {name: there.is_suppressed(f"{name}@example.com") for name in ("bob", "cy", "di")}
    assert reasons == {"bob": "unsubscribed", "cy": "erased", "di": "unsubscribed"}
    assert both.carry() == {}


def test_keys_revoked_or_made_since_are_what_they_are(both: Both) -> None:
    here, there = (DynamoDBApiKeys(both.dynamodb, table) for table in (TABLE, RESTORED))
    here.revoke(KEY.id, "2026-11-22T00:00:00Z")
    here.put(replace(KEY, id="1" * 12))

    assert both.carry() == {Family.KEY: 2}
    assert there.get(KEY.id) == replace(KEY, revoked_at="2026-11-22T00:00:00Z")
    assert there.get("1" * 12) == replace(KEY, id="1" * 12)
    assert both.carry() == {}


def test_a_digest_sent_or_stopped_since_is_neither_sent_again_nor_begun_again(both: Both) -> None:
    here, there = (DynamoDBDigestSendings(both.dynamodb, table) for table in (TABLE, RESTORED))
    period = Period(date(2026, 11, 9), date(2026, 11, 16))
    waits = DigestSending("weekly", "ann", period, SendingState.WAITING, NOON)
    for sendings in (here, there):
        assert sendings.put(waits, None)
    sent = waits.claimed().ended(SendingState.SENT, NOON + 1)
    other = replace(sent, recipient="bob", version=1)
    assert here.put(sent, waits)
    assert here.put(other, None)
    here.unsubscribe("weekly", "bob", NOON + 2)

    assert both.carry(write=False) == {Family.DIGEST_SENDING: 2, Family.STOPPED_DIGEST: 1}
    assert both.carry() == {Family.DIGEST_SENDING: 2, Family.STOPPED_DIGEST: 1}
    assert there.since("weekly", period.last) == [other, sent]
    assert there.is_unsubscribed("weekly", "bob")
    assert both.carry(in_service=True) == {}


def test_what_the_restored_table_knows_later_of_a_digest_stands(both: Both) -> None:
    here, there = (DynamoDBDigestSendings(both.dynamodb, table) for table in (TABLE, RESTORED))
    period = Period(date(2026, 11, 9), date(2026, 11, 16))
    claimed = DigestSending("weekly", "ann", period, SendingState.UNKNOWN, NOON)
    sent = claimed.ended(SendingState.SENT, NOON + 1)
    assert here.put(claimed, None)
    assert there.put(claimed, None)
    assert there.put(sent, claimed)
    assert both.carry(in_service=True) == {}
    restored = RestoredItems(both.dynamodb, TABLE, RESTORED, both.hash_key, in_service=True)
    restored.write(Family.DIGEST_SENDING, marshalled(sending_item(claimed)), None)
    assert there.find("weekly", period, "ann") == sent


def test_digests_and_calendars_made_since_are_there(both: Both) -> None:
    digest = Digest("weekly", DigestRole.LEAD, "demo", ("ann",), Schedule(Every.WEEK, 7), next_at=NOON)
    calendar = Calendar("office", "Europe/Berlin", {"mon": (("09:00", "17:00"),)}, ())
    assert DynamoDBDigests(both.dynamodb, TABLE).put(digest, None)
    assert DynamoDBCalendars(both.dynamodb, TABLE).put(calendar, None)

    assert both.carry() == {Family.DIGEST: 1, Family.CALENDAR: 1}
    assert DynamoDBDigests(both.dynamodb, RESTORED).list() == [digest]
    assert DynamoDBCalendars(both.dynamodb, RESTORED).get("office") == calendar
    assert both.carry() == {}


def test_an_invitation_that_was_sent_since_is_not_sent_again(both: Both) -> None:
    here, there = (DynamoDBInvitations(both.dynamodb, table) for table in (TABLE, RESTORED))
    scheduled = make_invitation()
    assert here.decline(scheduled)
    assert there.decline(scheduled)
    assert here.claim(scheduled, NOON)

    assert both.carry(in_service=True) == {}, "the restored one is the later once it is written to"
    assert both.carry() == {Family.INVITATION: 1}
    assert there.get("ann", scheduled.id) == here.get("ann", scheduled.id)
    assert both.carry() == {}


def test_comments_of_submissions_are_carried_and_those_erased_since_are_not_there_again(both: Both) -> None:
    here, there = (DynamoDBInvitations(both.dynamodb, table) for table in (TABLE, RESTORED))
    kept, erased = make_invitation(state=InvitationState.SENT), make_invitation(id="i-2", state=InvitationState.SENT)
    for invitations in (here, there):
        assert invitations.decline(kept)
        assert invitations.decline(erased)
        assert invitations.add_attempt(
            "ann", "i-2", "r-2", SubmitAttempt(2, NOON, comment=Comment.of("take this back"))
        )
    assert here.add_attempt("ann", kept.id, "r-1", SubmitAttempt(3, NOON, comment=Comment.of("since")))
    assert here.erase_response(invitation_of(here, "i-2"))

    assert both.carry() == {Family.INVITATION: 2, Family.SUBMISSION_COMMENT: 1}
    assert there.read_comment(kept, Comment(Comment.of("since").id)) == "since"
    assert there.read_comment(erased, Comment(Comment.of("take this back").id)) is None
    assert both.carry() == {}


def test_a_comment_that_was_erased_in_the_restored_table_does_not_come_back(both: Both) -> None:
    here, there = (DynamoDBInvitations(both.dynamodb, table) for table in (TABLE, RESTORED))
    names = ("i-1", "i-2")
    for invitations in (here, there):
        for name in names:
            assert invitations.decline(make_invitation(id=name, state=InvitationState.SENT))
            assert invitations.add_attempt(
                "ann", name, f"r-{name}", SubmitAttempt(2, NOON, comment=Comment.of("take this back"))
            )
    assert there.anonymise(invitation_of(there, "i-1"))
    assert there.erase_response(invitation_of(there, "i-2"))

    assert both.carry(in_service=True) == {}
    comment = Comment(Comment.of("take this back").id)
    assert [there.read_comment(make_invitation(id=name), comment) for name in names] == [None, None]


def test_an_invitation_made_until_the_switch_comes_with_its_comments(both: Both) -> None:
    here, there = (DynamoDBInvitations(both.dynamodb, table) for table in (TABLE, RESTORED))
    late = make_invitation(state=InvitationState.SENT)
    assert here.decline(late)
    assert here.add_attempt("ann", late.id, "r-1", SubmitAttempt(3, NOON, comment=Comment.of("just now")))

    assert both.carry(in_service=True) == {Family.INVITATION: 1}
    assert there.read_comment(late, Comment(Comment.of("just now").id)) == "just now"


def invitation_of(invitations: DynamoDBInvitations, name: str) -> Invitation:
    found = invitations.get("ann", name)
    assert found is not None
    return found


def test_responses_since_stay_behind_unless_requested(both: Both) -> None:
    statement = make_statement(2, received_at=NOON + 9)
    new = make_response(2, id=both.ids[3], received_at=NOON + 9, digest=statement.digest)
    assert DynamoDBLedger(both.dynamodb, TABLE).commit([Change(None, new)]) is None
    corrected = make_statement(0, kind=StatementKind.CHANGED_WITH_KEY, received_at=NOON + 9, comment="words")
    both.record(both.ids[2], corrected)

    assert both.carry() == {}
    assert both.carry(responses=True) == {Family.NEW_RESPONSE: 2}
    assert (both.found(both.ids[3]).score, both.found(both.ids[2]).score) == (2, 0)
    assert both.counted() == 4
    assert both.carry(responses=True) == {}


def imported(both: Both, response: str, *, table: str = TABLE) -> None:
    DynamoDBImports(both.dynamodb, table).declare(Import("demo", "spring", NOON, accepted=1, refused=0))
    statement = make_statement(2, received_at=NOON + 9)
    new = make_response(2, id=response, received_at=NOON + 9, digest=statement.digest, import_id="spring")
    assert DynamoDBLedger(both.dynamodb, table).commit([Change(None, new)]) is None


def withdrawn(both: Both, response: str) -> None:
    imports = DynamoDBImports(both.dynamodb, TABLE)
    assert imports.begin_undo("demo", "spring", NOON + 10)
    both.record(response, Statement(StatementKind.WITHDRAWN, NOON + 10))
    imports.finish_undo("demo", "spring", NOON + 11)


def test_an_import_begun_since_goes_on_recording_what_still_waits(both: Both) -> None:
    imported(both, both.ids[3])

    assert both.carry() == {Family.IMPORT: 1}
    there = DynamoDBImports(both.dynamodb, RESTORED).get("demo", "spring")
    assert there
    assert (there.accepted, there.new, there.undone_at) == (1, 0, None)
    assert both.found(both.ids[3]) is None
    assert both.carry(responses=True) == {Family.NEW_RESPONSE: 1}
    assert both.found(both.ids[3]).score == 2
    assert DynamoDBImports(both.dynamodb, RESTORED).get("demo", "spring") == replace(there, new=1)
    assert both.carry(responses=True) == {}


def test_an_import_undone_since_is_undone_with_its_responses(both: Both) -> None:
    for table in (TABLE, RESTORED):
        imported(both, both.ids[3], table=table)
    withdrawn(both, both.ids[3])

    assert both.carry() == {}
    assert both.carry(responses=True) == {Family.NEW_RESPONSE: 1, Family.UNDONE_IMPORT: 1}
    assert both.found(both.ids[3]).kind is StatementKind.WITHDRAWN
    there, here = (DynamoDBImports(both.dynamodb, table).get("demo", "spring") for table in (RESTORED, TABLE))
    assert there == here
    assert both.counted() == 3
    assert both.carry(responses=True) == {}


def test_an_import_begun_and_undone_since_counts_for_nothing(both: Both) -> None:
    imported(both, both.ids[3])
    withdrawn(both, both.ids[3])

    assert both.carry(responses=True) == {Family.NEW_RESPONSE: 1, Family.UNDONE_IMPORT: 1}
    assert both.found(both.ids[3]).kind is StatementKind.WITHDRAWN
    there = DynamoDBImports(both.dynamodb, RESTORED).get("demo", "spring")
    assert there
    assert there.undone_at == NOON + 10
    assert both.counted() == 3


def corrections(both: Both, response: str) -> list[tuple[str, str | None, str | None]]:
    return [(one.action, one.by, one.reason) for one in both.found(response).history.corrections]


def test_corrections_keep_their_author_and_reason(both: Both) -> None:
    statement = make_statement(
        2, kind=StatementKind.CHANGED_WITH_KEY, received_at=NOON + 8, by="key", excluded=True, reason="a test"
    )
    both.record(both.ids[2], replace(statement, exclusion_reason="a test"))
    both.record(both.ids[2], replace(statement, received_at=NOON + 9, excluded=False, reason="no test"))

    assert both.carry(responses=True) == {Family.NEW_RESPONSE: 1}
    assert corrections(both, both.ids[2]) == [("excluded", "key", "a test"), ("included", "key", "no test")]


def test_erased_parts_of_corrections_stay_erased(both: Both) -> None:
    statement = make_statement(
        2, kind=StatementKind.CHANGED_WITH_KEY, received_at=NOON + 8, by="key", reason="Ann called"
    )
    for table in (TABLE, RESTORED):
        both.record(both.ids[2], statement, table)
    both.record(both.ids[2], Statement(StatementKind.ERASED, NOON + 9, by="key"))

    assert both.carry() == {Family.RESPONSE: 1}
    assert corrections(both, both.ids[2]) == [("revised", "key", None), ("erased", "key", None)]


def test_unreadable_items_stop_nothing(both: Both) -> None:
    both.dynamodb.put_item(TableName=TABLE, Item={"pk": {"S": "R#demo#0"}, "sk": {"S": "x"}, "type": {"S": "response"}})
    both.record(both.ids[1], Statement(StatementKind.ERASED, NOON + 1))

    assert both.carry() == {Family.RESPONSE: 1}


def test_a_carried_response_keeps_the_revision_under_which_its_events_were_published(both: Both) -> None:
    for moment, score in ((8, 3), (9, 5)):
        changed = make_statement(
            score, kind=StatementKind.CHANGED_WITH_KEY, received_at=NOON + moment, by="key", comment="words"
        )
        both.record(both.ids[2], changed)

    assert both.carry(responses=True) == {Family.NEW_RESPONSE: 1}
    old = DynamoDBLedger(both.dynamodb, TABLE).find("demo", both.ids[2])
    assert isinstance(old, Response)
    assert both.found(both.ids[2]) == old
    assert [event.id for event in repeated_events(old)] == [
        event.id for event in repeated_events(both.found(both.ids[2]))
    ]
    assert both.counted() == 3


def test_a_comment_that_was_removed_since_stays_removed_and_the_score_is_as_restored(both: Both) -> None:
    both.record(both.ids[2], make_statement(0, kind=StatementKind.CHANGED_WITH_KEY, received_at=NOON + 9, by="key"))

    assert both.carry() == {Family.REMOVED_COMMENT: 1}
    assert (both.found(both.ids[2]).statement.comment, both.found(both.ids[2]).score) == (None, 9)
    assert both.counted() == 3
    assert both.carry() == {}
    assert both.carry(in_service=True) == {}


def campaign_of(both: Both, table: str) -> Campaign:
    found = DynamoDBCampaigns(both.dynamodb, table).get("demo", "spring")
    assert found
    return found


def test_a_campaign_that_was_stopped_since_stays_stopped_whenever_it_is_carried(both: Both) -> None:
    running = Campaign("spring", "demo", Plan(), NOON, "2026-11-20", NOON)
    stopped = replace(running.over(CampaignState.STOPPED, NOON + 1, STOPPED_BY_KEY), revision=2)
    for table in (TABLE, RESTORED):
        assert DynamoDBCampaigns(both.dynamodb, table).put(running, None)
    assert DynamoDBCampaigns(both.dynamodb, TABLE).put(stopped, running)

    assert both.carry(in_service=True) == {Family.CAMPAIGN: 1}
    assert campaign_of(both, RESTORED) == stopped
    assert DynamoDBCampaigns(both.dynamodb, RESTORED).due(NOON + 10, 5) == ([], None)
    assert both.carry() == both.carry(in_service=True) == {}


def test_a_campaign_goes_on_where_it_was_and_asks_nobody_twice(both: Both) -> None:
    began = Campaign("spring", "demo", Plan(), NOON, "2026-11-20", NOON)
    for table in (TABLE, RESTORED):
        assert DynamoDBCampaigns(both.dynamodb, table).put(began, None)
    further = replace(began, place=40, asked=70, after="ann", revision=9, due_at=NOON + 600)
    assert DynamoDBCampaigns(both.dynamodb, TABLE).put(further, began)
    started = replace(began, id="started-since")
    assert DynamoDBCampaigns(both.dynamodb, TABLE).put(started, None)

    assert both.carry() == {Family.CAMPAIGN: 2}
    assert campaign_of(both, RESTORED) == further
    assert DynamoDBCampaigns(both.dynamodb, RESTORED).get("demo", "started-since") == started
    # Then the restored table's own progress is the later one.
    beyond = replace(further, place=50, revision=10)
    assert DynamoDBCampaigns(both.dynamodb, RESTORED).put(beyond, further)
    assert both.carry(in_service=True) == {}


def both_surveys(both: Both, **settings: Any) -> Survey:
    survey = make_survey(updated_at="2026-11-20T10:00:00Z", **settings)
    for table in (TABLE, RESTORED):
        assert DynamoDBSurveys(both.dynamodb, table).put(survey, None)
    return survey


def test_a_survey_that_was_closed_since_stays_closed_and_its_revoked_tokens_stay_revoked(both: Both) -> None:
    survey, surveys = both_surveys(both), DynamoDBSurveys(both.dynamodb, RESTORED)
    closed = replace(
        survey,
        name="another name",
        state="closed",
        retention_days=90,
        identity=survey.identity.turned(NOON, 0),
        updated_at="2026-11-21T10:00:00Z",
        revision=2,
    )
    assert DynamoDBSurveys(both.dynamodb, TABLE).put(closed, survey)

    assert both.carry() == {Family.SURVEY: 1}
    there = surveys.get("demo")
    assert there
    assert (there.state, there.retention_days, there.identity) == ("closed", 90, closed.identity)
    assert (there.name, surveys.list()) == (survey.name, [there])
    assert both.carry() == both.carry(in_service=True) == {}
    # Opened again in the restored table, it stays open.
    opened = replace(there, state="open", updated_at="2026-11-22T10:00:00Z", revision=there.revision + 1)
    assert surveys.put(opened, there)
    assert both.carry(in_service=True) == {}


def test_a_value_that_was_removed_since_stays_removed_and_a_backfill_moves_its_responses(both: Both) -> None:
    both_surveys(both, segments=("plan",))
    here, there = (DynamoDBSurveys(both.dynamodb, table) for table in (TABLE, RESTORED))
    for surveys in (here, there):
        assert surveys.admit("demo", "plan", ["pro", "free"], Source.KEY)
    known = here.get("demo")
    assert known
    assert here.decide(known, [Value("plan", "pro", ValueStatus.REMOVED)], "2026-11-21T10:00:00Z")

    # The value, and the places that its segment has left.
    assert both.carry() == {Family.VALUE: 2}
    assert there.values("demo", "plan") == here.values("demo", "plan")
    restored, before = there.get("demo"), here.get("demo")
    assert restored
    assert before
    assert restored.incomplete == ("plan",)
    assert there.with_values(restored).places == here.with_values(before).places
    assert both.carry() == both.carry(in_service=True) == {}


def test_what_a_widget_showed_and_what_was_evaluated_since_is_not_repeated(both: Both) -> None:
    both_surveys(both)
    here, there = (DynamoDBShowings(both.dynamodb, table) for table in (TABLE, RESTORED))
    question = Question(Showing.SHOWN)
    here.note("demo", "bob", question, Shown(), NOON, NOON + 9)
    evaluation = {"pk": {"S": "E#demo"}, "sk": {"S": "2026-11-20"}, "type": {"S": "evaluation"}}
    both.dynamodb.put_item(TableName=TABLE, Item=evaluation)

    assert both.carry() == {Family.SHOWING: 1, Family.EVALUATION: 1}
    assert there.read("demo", "bob") == here.read("demo", "bob") == Shown(NOON)
    assert both.carry() == {}
    # Once it is in service, one that is missing may have been deleted with its person.
    there.delete("bob", ["demo"])
    assert both.carry(in_service=True) == {}


def test_what_widgets_kept_of_a_person_erased_since_is_deleted(both: Both) -> None:
    both_surveys(both)
    there = DynamoDBShowings(both.dynamodb, RESTORED)
    there.note("demo", "ann", Question(Showing.SHOWN), Shown(), NOON, NOON + 9)
    people = DynamoDBPeople(both.dynamodb, TABLE)
    ann = people.get("ann")
    assert isinstance(ann, Person)
    assert people.put_tombstone(ErasedPerson("ann", NOON + 5, False, 2), ann)

    assert both.carry() == {Family.ERASED_PERSON: 1}
    assert there.read("demo", "ann") == Shown()


def test_the_mailbox_of_somebody_made_and_erased_since_stays_erased(both: Both) -> None:
    people = DynamoDBPeople(both.dynamodb, TABLE)
    bob = make_person(id="bob", email="bob@example.com", mailbox="m" * 32)
    assert people.put([PersonChange(None, bob)])
    assert people.put_tombstone(ErasedPerson("bob", NOON + 5, True, 2, mailbox="m" * 32), bob)

    carried = both.carry()
    assert carried[Family.MAILBOX] == 1
    assert DynamoDBPeople(both.dynamodb, RESTORED).mailboxes(["m" * 32])["m" * 32].erased is True
    assert both.carry() == both.carry(in_service=True) == {}


def test_the_funnel_has_what_was_carried_once(both: Both) -> None:
    here, there = (DynamoDBInvitations(both.dynamodb, table) for table in (TABLE, RESTORED))
    first, second = make_invitation(), make_invitation(id="i-2")
    for invitations in (here, there):
        assert invitations.decline(first)
    funnels = DynamoDBFunnels(both.dynamodb, RESTORED)
    assert funnels.add([Tally("counted before", NOON, moves(None, first))]) is None
    assert here.claim(first, NOON)
    assert here.decline(second)

    assert both.carry() == {Family.INVITATION: 2}
    expected = Counter(stages(invitation_of(here, first.id)))
    expected.update(stages(invitation_of(here, second.id)))
    rows = funnels.read("demo").rows
    counted = {(stage, row.wave): number for row, counts in rows.items() for stage, number in counts.items() if number}
    assert counted == dict(expected)
    assert both.carry() == {}
    assert funnels.read("demo").rows == rows


def case_of(both: Both) -> tuple[DynamoDBCases, DynamoDBCases, Case]:
    """Open a case with the second response in both tables; return the cases of both, and that one."""
    alert = Alert("demo", "own", both.ids[1], NOON)
    case = opened_by(alert, SubjectKind.PERSON, "ann")
    tables = [DynamoDBCases(both.dynamodb, table) for table in (TABLE, RESTORED)]
    for cases in tables:
        assert cases.open(alert, case).is_made
        called, fact = changed(case, CaseChange(FactKind.CONTACTED, "rang Ann"), NOON, "key:k")
        assert cases.change(case, called, fact)
    return tables[0], tables[1], called


@pytest.mark.parametrize("is_closed", [True, False])
def test_a_case_goes_on_where_it_was_and_is_listed_as_it_is(both: Both, is_closed: bool) -> None:
    old, restored, case = case_of(both)
    closing = CaseChange(FactKind.RESOLVED, outcome=CaseOutcome.EXPLAINED, root_cause=RootCause.PRICE)
    change = closing if is_closed else CaseChange(FactKind.ASSIGNED, owner="mia")
    assert old.change(case, *changed(case, change, NOON + 5, "key:k"))
    both.carry()
    assert (restored.get(case.id), restored.facts(case.id)) == (old.get(case.id), old.facts(case.id))
    assert restored.listed(OpenCaseFilter(), 9) == old.listed(OpenCaseFilter(), 9)
    assert list(restored.figures("demo", "2026-11")) == list(old.figures("demo", "2026-11"))
    assert restored.of_person("demo", "ann") == old.of_person("demo", "ann")
    assert both.carry() == {}


@pytest.mark.parametrize("kind", [StatementKind.ERASED, StatementKind.ANONYMISED])
def test_what_was_written_of_a_response_that_was_erased_since_is_gone_also_in_service(
    both: Both, kind: StatementKind
) -> None:
    old, restored, case = case_of(both)
    both.record(both.ids[1], Statement(kind, NOON + 1, 9 if kind is StatementKind.ANONYMISED else None))
    old.leave(case.id, both.ids[1])
    both.carry(in_service=True)
    left = restored.get(case.id)
    assert left is not None
    assert (left.response, [fact.note for fact in restored.facts(case.id)]) == (None, [None])
    assert left.state is CaseState.CONTACTED
