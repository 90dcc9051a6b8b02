"""What is carried over into a restored table: everything that must outlive it, once, however often it is tried."""

from dataclasses import replace
from typing import Any

import boto3
import pytest

from earshot.adapters.dynamodb.api_keys import DynamoDBApiKeys
from earshot.adapters.dynamodb.counts import DynamoDBCounts
from earshot.adapters.dynamodb.imports import DynamoDBImports
from earshot.adapters.dynamodb.invitations import DynamoDBInvitations
from earshot.adapters.dynamodb.ledger import DynamoDBLedger
from earshot.adapters.dynamodb.people import DynamoDBPeople
from earshot.adapters.dynamodb.suppressions import DynamoDBSuppressions
from earshot.domain.anonymization import anonymized
from earshot.domain.api_key import ApiKey
from earshot.domain.bot_detection import Comment, SubmitAttempt
from earshot.domain.imports import Import
from earshot.domain.invitation import Invitation, InvitationState
from earshot.domain.merge import merge
from earshot.domain.person import ErasedPerson, Person
from earshot.domain.statement import Statement, StatementKind
from earshot.ports.ledger import Change
from earshot.ports.people import PersonChange
from earshot_cli.ops.restore.carry_over import CarryOver, hash_key_of
from earshot_cli.ops.restore.carry_over_rules import ON_REQUEST, Family
from tests.factories import NOON, make_invitation, make_person, make_response, make_statement, uuid7
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
    both.record(both.ids[2], make_statement(0, kind=StatementKind.CHANGED_WITH_KEY, received_at=NOON + 9))

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
