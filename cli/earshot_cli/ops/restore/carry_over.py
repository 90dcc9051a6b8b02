"""Carries over, from the old table into the restored one, what must outlive a restore; again is the same as once."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from botocore.exceptions import ClientError

from earshot.adapters.dynamodb import table_keys
from earshot.adapters.dynamodb.imports import SUMS
from earshot.adapters.dynamodb.invitation_items import read_invitation
from earshot.adapters.dynamodb.invitations import DynamoDBInvitations
from earshot.adapters.dynamodb.ledger import DynamoDBLedger
from earshot.adapters.dynamodb.people import DynamoDBPeople
from earshot.adapters.dynamodb.response_items import read_response
from earshot.adapters.dynamodb.suppressions import DynamoDBSuppressions
from earshot.adapters.dynamodb.table import Key, Table, marshalled, unmarshalled
from earshot.adapters.secrets import SecretsManagerSecret
from earshot.bootstrap import now, pause
from earshot.domain.bot_detection import Comment
from earshot.domain.errors import BusyError
from earshot.domain.invitation import Invitation
from earshot.domain.merge import merge
from earshot.domain.response import Response
from earshot.domain.statement import Statement
from earshot.ports.ledger import Change
from earshot.ports.people import HashKey
from earshot.services.people.erase_person import ErasePersonDeps, Erasure, erase
from earshot.services.responses.update_response import update
from earshot.services.supersession.reconcile_one import reconcile
from earshot_cli.ops.restore.carry_over_rules import Family, Item, family_of, is_missing

PAGE = 100
UNDOING = ("undone_at", "below", "finished_at")
ATTEMPTS = 12
CORRELATION = "restore"
# Once the restored table is written to, its own invitations are the later ones.
BEFORE_SERVICE_ONLY = frozenset({Family.INVITATION, Family.ASKED_PERSON, Family.ASKED_MAILBOX, Family.BUDGET})
# An erasure leaves nothing in the place of these, so that one which is missing then may be one that was erased.
LEAVES_NOTHING = frozenset({Family.SUBMISSION_COMMENT})


@dataclass
class CarryOver:
    """The way from one table to the other; `carried` counts what was wanting, by family."""

    dynamodb: Any
    old: str
    new: str
    hash_key: HashKey
    families: frozenset[Family]
    carried: Counter[Family] = field(default_factory=Counter)
    unreadable: int = 0

    def run(self, *, in_service: bool, write: bool = True) -> Iterator[int]:
        """Walk through the old table; yields how many items were looked at so far.

        `in_service` once functions write to the restored table; without `write` it only counts what is wanting.
        """
        looked = 0
        undone: list[Item] = []
        for page in self._pages():
            looked += len(page)
            for family, old, new in self._compared(page):
                if not self._is_missing(family, old, new, in_service=in_service):
                    continue
                if write:
                    self._act(family)(old, new)
                if write and in_service and family is Family.INVITATION:
                    self._copy_comments(old)
                undone += [old] if write and family is Family.UNDONE_IMPORT else []
                self.carried[family] += 1
            yield looked
        # An undone import records nothing more, so its responses come first.
        for old in undone:
            self._undo(old)

    def _pages(self) -> Iterator[list[Item]]:
        pages = self.dynamodb.get_paginator("scan").paginate(TableName=self.old, ConsistentRead=True)
        for page in pages:
            items = page["Items"]
            yield from (items[first : first + PAGE] for first in range(0, len(items), PAGE))

    def _compared(self, page: Sequence[Item]) -> Iterator[tuple[Family, Item, Item | None]]:
        """Return the items of a page that are carried, each with what the restored table has in its place."""
        relevant = [(family, item) for item in page if (family := self._family(item)) in self.families and family]
        keys = [table_keys.key(item["pk"]["S"], item["sk"]["S"]) for _, item in relevant]
        restored = Table(self.dynamodb, self.new).get_many(keys)
        there = {(item["pk"], item["sk"]): marshalled(item) for item in restored}
        for family, item in relevant:
            yield family, item, there.get((item["pk"]["S"], item["sk"]["S"]))

    def _family(self, item: Item) -> Family | None:
        try:
            return family_of(item)
        except (KeyError, ValueError, TypeError):
            self._cannot_read()
            return None

    def _is_missing(self, family: Family, old: Item, new: Item | None, *, in_service: bool) -> bool:
        if in_service and (family in LEAVES_NOTHING or (new is not None and family in BEFORE_SERVICE_ONLY)):
            return False
        try:
            return is_missing(family, old, new)
        except (KeyError, ValueError, TypeError):
            self._cannot_read()
            return False

    def _cannot_read(self) -> None:
        """An item that is damaged is a reason for a restore, and none to stop it."""
        self.unreadable += 1

    def _act(self, family: Family) -> Callable[[Item, Item | None], object]:
        return {
            Family.SUPPRESSION: self._suppress,
            Family.KEY: self._keep_key,
            Family.ERASED_PERSON: self._erase,
            Family.RESPONSE: self._restate,
            Family.NEW_RESPONSE: self._restate,
            Family.INVITATION: self._copy_invitation,
            Family.ASKED_PERSON: self._note_asked,
            Family.ASKED_MAILBOX: self._note_asked,
            Family.IMPORT: self._begin_import,
            Family.UNDONE_IMPORT: self._begin_import,
        }.get(family, self._copy)

    def _copy(self, old: Item, new: Item | None) -> None:
        self._put(old, only_new=new is None)

    def _copy_invitation(self, old: Item, new: Item | None) -> None:
        """Copy an invitation, and delete the comments that were erased from it since."""
        self._copy(old, new)
        if new is None:
            return
        there, before = read_invitation(unmarshalled(new)), read_invitation(unmarshalled(old))
        gone = {attempt.comment for attempt in before.attempts}
        for comment in {attempt.comment for attempt in there.attempts if attempt.comment} - gone:
            if comment:
                self.dynamodb.delete_item(TableName=self.new, Key=marshalled(_comment_key(there, comment)))

    def _copy_comments(self, invitation: Item) -> None:
        """Copy what was written with the attempts of an invitation that the restored table did not have."""
        one = read_invitation(unmarshalled(invitation))
        comments = {attempt.comment for attempt in one.attempts if attempt.comment}
        wanted = [_comment_key(one, comment) for comment in comments]
        for item in Table(self.dynamodb, self.old).get_many(wanted):
            self._put(marshalled(item), only_new=True)

    def _put(self, item: Item, *, only_new: bool) -> None:
        condition = {"ConditionExpression": "attribute_not_exists(pk)"} if only_new else {}
        try:
            self.dynamodb.put_item(TableName=self.new, Item=dict(item), **condition)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise

    def _begin_import(self, old: Item, _: Item | None) -> None:
        """Write an import as if it had recorded nothing yet: its figures grow with what is recorded of it."""
        self._put({name: value for name, value in old.items() if name not in (*SUMS, *UNDOING)}, only_new=True)

    def _undo(self, old: Item) -> None:
        fields = {name: old[name] for name in UNDOING if name in old}
        self.dynamodb.update_item(
            TableName=self.new,
            Key={name: old[name] for name in ("pk", "sk")},
            UpdateExpression="SET " + ", ".join(f"{name} = :{name}" for name in fields),
            ExpressionAttributeValues={f":{name}": value for name, value in fields.items()},
        )

    def _begin_its_import(self, response: Response) -> None:
        """Write the import of a response that is about to be written: it is recorded only where its import is known."""
        if response.import_id is None:
            return
        key = marshalled(table_keys.import_key(response.survey, response.import_id))
        found = self.dynamodb.get_item(TableName=self.old, Key=key, ConsistentRead=True)
        if "Item" in found:
            self._begin_import(found["Item"], None)

    def _suppress(self, old: Item, _: Item | None) -> None:
        digest = old["pk"]["S"].partition("#")[2]
        self._suppressions().add_hash(digest, old["reason"]["S"], int(old["time"]["N"]))

    def _keep_key(self, old: Item, new: Item | None) -> None:
        if new is None:
            self._put(old, only_new=True)
            return
        self.dynamodb.update_item(
            TableName=self.new,
            Key={name: old[name] for name in ("pk", "sk")},
            UpdateExpression="SET revoked_at = if_not_exists(revoked_at, :time)",
            ExpressionAttributeValues={":time": old["revoked_at"]},
        )

    def _erase(self, old: Item, _: Item | None) -> None:
        """Erase the person again, with everything restored about them."""
        person, subtract = old["pk"]["S"].partition("#")[2], old["subtract"]["BOOL"]
        erase(
            Erasure(person, subtract, int(old["erased_at"]["N"]), CORRELATION, unknown=True),
            lambda: True,
            ErasePersonDeps(
                people=DynamoDBPeople(self.dynamodb, self.new),
                suppressions=self._suppressions(),
                hash_key=self.hash_key,
                ledger=self._ledger(),
                invitations=DynamoDBInvitations(self.dynamodb, self.new),
                pause=pause,
            ),
        )

    def _restate(self, old: Item, _: Item | None) -> None:
        """Apply a response of the old table again: the order of statements decides, and counts follow."""
        response, ledger = read_response(unmarshalled(old)), self._ledger()
        statement = response.statement
        self._begin_its_import(response)

        def join(there: Response, statement: Statement, correlation: str) -> Response:
            """Who corrected it, when and why, is known in the old table alone; what was anonymized in it stays so."""
            new = merge(there, statement, correlation)
            return new if new is there else replace(new, history=response.history)

        people = DynamoDBPeople(self.dynamodb, self.new)
        for attempt in range(ATTEMPTS):
            if update(
                response.survey,
                response.id,
                lambda _: statement,
                response.correlation,
                join=join,
                ledger=ledger,
                people=people,
                pause=pause,
            ):
                return
            if ledger.commit([Change(None, response)]) is None:
                if response.person is not None and response.counts:
                    reconcile(response, response, ledger=ledger, people=people, pause=pause)
                return
            pause(attempt)
        raise BusyError(f"{self.new} is busy; run the same command again: it continues here")

    def _note_asked(self, old: Item, _: Item | None) -> None:
        fields = {name: old[name] for name in ("last_invited_at", "last_invitation") if name in old}
        values = {f":{name}": value for name, value in fields.items()} | {":none": {"N": "0"}, ":one": {"N": "1"}}
        self.dynamodb.update_item(
            TableName=self.new,
            Key={name: old[name] for name in ("pk", "sk")},
            UpdateExpression="SET v = if_not_exists(v, :none) + :one, "
            + ", ".join(f"{name} = :{name}" for name in fields),
            ConditionExpression="attribute_not_exists(erased_at) AND attribute_not_exists(erased)",
            ExpressionAttributeValues=values,
        )

    def _ledger(self) -> DynamoDBLedger:
        return DynamoDBLedger(self.dynamodb, self.new)

    def _suppressions(self) -> DynamoDBSuppressions:
        return DynamoDBSuppressions(self.dynamodb, self.new, self.hash_key)


def _comment_key(invitation: Invitation, comment: Comment) -> Key:
    return table_keys.comment_key(invitation.person, invitation.id, comment.id)


def hash_key_of(client: Any, name: str) -> HashKey:
    """Return what reads the key that addresses are hashed with."""
    return SecretsManagerSecret(client, name, now).key
