"""The items of the restored table: how each family is written to it, through the services that wrote them before."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from botocore.exceptions import ClientError

from earshot.adapters.dynamodb import table_keys
from earshot.adapters.dynamodb.alerts import DynamoDBAlerts
from earshot.adapters.dynamodb.case_figures import row_item
from earshot.adapters.dynamodb.case_items import read_case
from earshot.adapters.dynamodb.cases import DynamoDBCases
from earshot.adapters.dynamodb.deliveries import DynamoDBDeliveries
from earshot.adapters.dynamodb.funnels import cohort_updates
from earshot.adapters.dynamodb.imports import SUMS
from earshot.adapters.dynamodb.invitation_items import read_invitation
from earshot.adapters.dynamodb.invitations import DynamoDBInvitations
from earshot.adapters.dynamodb.ledger import DynamoDBLedger
from earshot.adapters.dynamodb.people import DynamoDBPeople
from earshot.adapters.dynamodb.reached_places import DynamoDBReachedPlaces
from earshot.adapters.dynamodb.response_items import read_response
from earshot.adapters.dynamodb.segment_items import is_places, read_value
from earshot.adapters.dynamodb.showings import DynamoDBShowings
from earshot.adapters.dynamodb.stream import tally_of
from earshot.adapters.dynamodb.suppressions import DynamoDBSuppressions
from earshot.adapters.dynamodb.survey_items import read_survey
from earshot.adapters.dynamodb.surveys import DynamoDBSurveys
from earshot.adapters.dynamodb.table import ABSENT, Key, Table, delete, key_of, marshalled, put, setting, unmarshalled
from earshot.adapters.dynamodb.table import update as update_item
from earshot.bootstrap import now, pause
from earshot.domain.bot_detection import Comment
from earshot.domain.cases import figures_of
from earshot.domain.errors import BusyError
from earshot.domain.invitation import Invitation
from earshot.domain.merge import follows, merge
from earshot.domain.response import Response
from earshot.domain.statement import Statement
from earshot.ports.ledger import Change
from earshot.ports.people import HashKey
from earshot.services.alerts.withdraw_alerts import WithdrawAlerts
from earshot.services.cases.leave_cases import LeaveCases
from earshot.services.invitations.show_widget_question import delete_showings
from earshot.services.people.erase_person import ErasePersonDeps, Erasure, erase
from earshot.services.responses.update_response import update
from earshot.services.supersession.reconcile_one import reconcile
from earshot_cli.ops.restore.carry_over_rules import Family, Item, restricted

UNDOING = ("undone_at", "below", "finished_at")
ATTEMPTS = 12
CORRELATION = "restore"

Write = Callable[[Item, Item | None], object]


class RestoredItems:
    """Writes what an item of the old table says into the restored one.

    Until it is `in_service` its stream is off, so that no event repeats what the old table published; then what the
    funnel counts of an invitation is added here.
    """

    def __init__(self, dynamodb: Any, old: str, new: str, hash_key: HashKey, *, in_service: bool) -> None:
        self._dynamodb, self._new, self._hash_key, self._in_service = dynamodb, new, hash_key, in_service
        self._old_items, self._items = Table(dynamodb, old), Table(dynamodb, new)
        self._ledger, self._people = DynamoDBLedger(dynamodb, new), DynamoDBPeople(dynamodb, new)
        self._surveys, self._invitations = DynamoDBSurveys(dynamodb, new), DynamoDBInvitations(dynamodb, new)
        self._suppressions = DynamoDBSuppressions(dynamodb, new, hash_key)
        self._cases = DynamoDBCases(dynamodb, new)
        self._writes: dict[Family, Write] = {
            Family.SURVEY: self._restrict,
            Family.VALUE: self._write_value,
            Family.SUPPRESSION: self._suppress,
            Family.KEY: self._keep_key,
            Family.ERASED_PERSON: self._erase,
            Family.RESPONSE: self._erase_response,
            Family.REMOVED_COMMENT: self._remove_comment,
            Family.NEW_RESPONSE: self._restate,
            Family.CASE: self._write_case,
            Family.DIGEST_SENDING: self._write_sending,
            Family.INVITATION: self._write_invitation,
            Family.ASKED_PERSON: self._note_asked,
            Family.MAILBOX: self._note_mailbox,
            Family.IMPORT: self._begin_import,
            Family.UNDONE_IMPORT: self._begin_import,
        }

    def write(self, family: Family, old: Item, new: Item | None) -> None:
        """Write what an item of the old table says, where the restored one has `new`, or nothing."""
        self._writes.get(family, self._copy)(old, new)

    def undo_import(self, old: Item) -> None:
        """Mark an import as undone, as it is in the old table."""
        undone = {name: value for name, value in unmarshalled(old).items() if name in UNDOING}
        self._items.write(update_item(table_keys.key(old["pk"]["S"], old["sk"]["S"]), setting(*undone), **undone))

    def _copy(self, old: Item, new: Item | None) -> None:
        self._put(old, ABSENT if new is None else "")

    def _put(self, item: Item, condition: str = "", **request: Any) -> None:
        if condition:
            request["ConditionExpression"] = condition
        try:
            self._dynamodb.put_item(TableName=self._new, Item=dict(item), **request)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise

    def _set(self, item: Item, values: Mapping[str, Any], more: str = "", **request: Any) -> None:
        """Set attributes of an item of the restored table, and count its revision on."""
        change = ", ".join(f"{name} = :{name}" for name in values)
        given = {f":{name}": value for name, value in values.items()}
        self._dynamodb.update_item(
            TableName=self._new,
            Key={name: item[name] for name in ("pk", "sk")},
            UpdateExpression=f"SET {change}, v = if_not_exists(v, :none) + :one{more}",
            ExpressionAttributeValues={**given, ":none": {"N": "0"}, ":one": {"N": "1"}},
            **request,
        )

    def _restrict(self, old: Item, _: Item | None) -> None:
        """Write a survey made since, or what was restricted of one: closed, tokens revoked, retention shortened."""
        before = read_survey(unmarshalled(old))
        for attempt in range(ATTEMPTS):
            there = self._surveys.get(before.id)
            wanted = before if there is None else restricted(before, there)
            if wanted == there or self._surveys.put(self._revised(wanted, there), there):
                return
            pause(attempt)
        raise self._busy()

    @staticmethod
    def _revised(wanted: Any, there: Any) -> Any:
        return wanted if there is None else replace(wanted, revision=there.revision + 1)

    def _write_value(self, old: Item, _: Item | None) -> None:
        """Write a value as it is in the old table; its segment then waits for a backfill."""
        item = unmarshalled(old)
        if not is_places(item):
            self._flag_incomplete(item["pk"].removeprefix(table_keys.values("")), read_value(item).segment)
        self._put(old)

    def _flag_incomplete(self, survey_id: str, segment: str) -> None:
        for attempt in range(ATTEMPTS):
            there = self._surveys.get(survey_id)
            if there is None or segment in there.incomplete or segment not in there.segments:
                return
            incomplete = (*there.incomplete, segment)
            if self._surveys.put(replace(there, incomplete=incomplete, revision=there.revision + 1), there):
                return
            pause(attempt)
        raise self._busy()

    def _write_case(self, old: Item, new: Item | None) -> None:
        """Write what belongs to a case; the row under which the restored table lists it is there no more."""
        self._copy(old, new)
        item = unmarshalled(old)
        if new is None or item.get("type") != "case":
            return
        before, after = (figures_of(read_case(each)) for each in (unmarshalled(new), item))
        row = None if before.state.is_closed else key_of(row_item(before))
        if row is not None and (after.state.is_closed or key_of(row_item(after)) != row):
            self._items.write(delete(row))

    def _write_sending(self, old: Item, _: Item | None) -> None:
        """Write what became of a digest, unless the restored table knows something later by now."""
        self._put(old, f"{ABSENT} OR v < :v", ExpressionAttributeValues={":v": old["v"]})

    def _write_invitation(self, old: Item, _: Item | None) -> None:
        """Write an invitation with what the funnel counts of it, and its comments as they are in the old table."""
        item = unmarshalled(old)
        there = self._items.get({name: item[name] for name in ("pk", "sk")})
        if self._in_service:
            self._put(old, ABSENT)
            self._copy_comments(read_invitation(item))
            return
        moved = cohort_updates([tally_of("", 0, marshalled(there) if there else None, old)])
        if not self._items.write_together(put(item), *moved):
            raise self._busy()
        if there:
            self._delete_comments(read_invitation(there), read_invitation(item))

    def _delete_comments(self, there: Invitation, before: Invitation) -> None:
        """Delete the comments that were erased from an invitation since."""
        gone = {attempt.comment for attempt in there.attempts} - {attempt.comment for attempt in before.attempts}
        for comment in gone:
            if comment:
                self._dynamodb.delete_item(TableName=self._new, Key=marshalled(_comment_key(there, comment)))

    def _copy_comments(self, invitation: Invitation) -> None:
        """Copy what was written with the attempts of an invitation that the restored table did not have."""
        comments = {attempt.comment for attempt in invitation.attempts if attempt.comment}
        for item in self._old_items.get_many([_comment_key(invitation, comment) for comment in comments]):
            self._put(marshalled(item), ABSENT)

    def _begin_import(self, old: Item, _: Item | None) -> None:
        """Write an import as if it had recorded nothing yet: its figures grow with what is recorded of it."""
        self._put({name: value for name, value in old.items() if name not in (*SUMS, *UNDOING)}, ABSENT)

    def _begin_its_import(self, response: Response) -> None:
        """Write the import of a response that is about to be written: it is recorded only where its import is known."""
        if response.import_id is None:
            return
        found = self._old_items.get(table_keys.import_key(response.survey, response.import_id))
        if found:
            self._begin_import(marshalled(found), None)

    def _suppress(self, old: Item, _: Item | None) -> None:
        digest = old["pk"]["S"].partition("#")[2]
        self._suppressions.add_hash(digest, old["reason"]["S"], int(old["time"]["N"]))

    def _keep_key(self, old: Item, new: Item | None) -> None:
        if new is None:
            self._put(old, ABSENT)
            return
        self._dynamodb.update_item(
            TableName=self._new,
            Key={name: old[name] for name in ("pk", "sk")},
            UpdateExpression="SET revoked_at = if_not_exists(revoked_at, :time)",
            ExpressionAttributeValues={":time": old["revoked_at"]},
        )

    def _erase(self, old: Item, _: Item | None) -> None:
        """Erase the person again, with everything restored about them."""
        person, subtract = old["pk"]["S"].partition("#")[2], old["subtract"]["BOOL"]
        alerts = DynamoDBAlerts(self._dynamodb, self._new)
        delete_showings(person, self._surveys, DynamoDBShowings(self._dynamodb, self._new))
        erase(
            Erasure(person, subtract, int(old["erased_at"]["N"]), CORRELATION, unknown=True),
            lambda: True,
            ErasePersonDeps(
                people=self._people,
                suppressions=self._suppressions,
                hash_key=self._hash_key,
                ledger=self._ledger,
                invitations=self._invitations,
                alerts=WithdrawAlerts(
                    alerts=alerts,
                    deliveries=DynamoDBDeliveries(self._dynamodb, self._new),
                    cases=LeaveCases(alerts, self._cases, pause),
                    pause=pause,
                    clock=now,
                ),
                places=DynamoDBReachedPlaces(self._dynamodb, self._new),
                pause=pause,
            ),
        )

    def _remove_comment(self, old: Item, _: Item | None) -> None:
        """Take the words out of a response; its score stays as restored."""
        response = read_response(unmarshalled(old))
        for attempt in range(ATTEMPTS):
            there = self._ledger.find(response.survey, response.id)
            if there is None or there.statement.comment is None:
                return
            wordless = replace(there.statement, comment=None, comment_score=None)
            new = replace(there, statement=wordless, revision=there.revision + 1)
            if self._ledger.commit([Change(there, new)]) is None:
                return
            pause(attempt)
        raise self._busy()

    def _erase_response(self, old: Item, new: Item | None) -> None:
        """Take an erased or anonymised response, and what was written of it, out of its cases, and restate it."""
        response = read_response(unmarshalled(old))
        LeaveCases(DynamoDBAlerts(self._dynamodb, self._new), self._cases, pause).leave(response)
        self._restate(old, new)

    def _restate(self, old: Item, _: Item | None) -> None:
        """Write the old table's response if its statement is the later one, and count it.

        It keeps its revision, and so the ids of its events, unless the restored one has a greater revision by itself.
        Which of the person's responses comes next is the restored table's own.
        """
        response = read_response(unmarshalled(old))
        statement = response.statement
        self._begin_its_import(response)

        def join(there: Response, statement: Statement, correlation: str) -> Response:
            new = merge(there, statement, correlation)
            if new is there:
                return there
            if response.revision <= there.revision:
                return replace(new, history=response.history)
            return replace(response, superseded_on=there.superseded_on if follows(there, response) else None)

        for attempt in range(ATTEMPTS):
            if update(
                response.survey,
                response.id,
                lambda _: statement,
                response.correlation,
                join=join,
                ledger=self._ledger,
                people=self._people,
                pause=pause,
            ):
                return
            if self._ledger.commit([Change(None, response)]) is None:
                if response.person is not None and response.counts:
                    reconcile(response, response, ledger=self._ledger, people=self._people, pause=pause)
                return
            pause(attempt)
        raise self._busy()

    def _note_asked(self, old: Item, _: Item | None) -> None:
        asked = {name: old[name] for name in ("last_invited_at", "last_invitation") if name in old}
        self._set(old, asked, ConditionExpression="attribute_not_exists(erased_at)")

    def _note_mailbox(self, old: Item, _: Item | None) -> None:
        """Write when a mailbox was last asked, and that its owner was erased; then nothing of theirs is kept there."""
        names = ("last_invited_at", "erased") if "erased" in old else ("last_invited_at", "last_invitation")
        noted = {name: old[name] for name in names if name in old}
        self._set(old, noted, " REMOVE last_invitation" if "erased" in old else "")

    def _busy(self) -> BusyError:
        return BusyError(f"{self._new} is busy; run the same command again: it continues here")


def _comment_key(invitation: Invitation, comment: Comment) -> Key:
    return table_keys.comment_key(invitation.person, invitation.id, comment.id)
