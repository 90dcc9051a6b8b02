"""The restored table before it is put into service: whether it is one of ours, and what a restore leaves off it."""

import time
from dataclasses import dataclass
from typing import Any

from earshot.adapters.dynamodb import table_keys
from earshot_cli.errors import CommandError, UsageError
from earshot_cli.ops.doctor.table import EXPIRES, IMAGES, INDEXES
from earshot_cli.ops.restore.template_rewrite import Names
from earshot_cli.ops.stack import Stack

KEYS = {"pk": "HASH", "sk": "RANGE"}
FROM = "earshot:restored-instead-of"
POLL_SECONDS = 0.5
LONGEST_SECONDS = 600


@dataclass(frozen=True)
class RestoredTable:
    """A table that shall take the place of the stack's; `instead_of` is the one it took or takes it from."""

    stack: Stack
    name: str

    def check(self) -> None:
        """Refuse a table that is none of ours, or is not ready; CommandError says why, and nothing was done."""
        described = self._described()
        if described is None:
            raise UsageError(f"There is no table {self.name!r} in the stack's account and region: restore one first.")
        if described["TableStatus"] != "ACTIVE":
            raise CommandError(f"{self.name} is {described['TableStatus']}: wait until it is ACTIVE, then try again.")
        if {key["AttributeName"]: key["KeyType"] for key in described["KeySchema"]} != KEYS or not self._holds(
            table_keys.SURVEYS
        ):
            raise UsageError(f"{self.name} is not an Earshot table: it has other keys, or holds no survey.")
        there = {index["IndexName"] for index in described.get("GlobalSecondaryIndexes", ())}
        if missing := next((index for index in INDEXES if index not in there), None):
            raise CommandError(f"{self.name} has no index {missing}: restore again, with all indexes.")

    def old(self, of_stack: str | None) -> str | None:
        """Return the table it replaces: the stack's, or once that is this one, the one noted in its tag."""
        if of_stack not in {None, self.name}:
            return of_stack
        tags = self.stack.client("dynamodb").list_tags_of_resource(ResourceArn=self._table()["TableArn"])["Tags"]
        return next((tag["Value"] for tag in tags if tag["Key"] == FROM), None)

    def exists(self, name: str) -> bool:
        """Return whether there still is a table of that name."""
        dynamodb = self.stack.client("dynamodb")
        try:
            dynamodb.describe_table(TableName=name)
        except dynamodb.exceptions.ResourceNotFoundException:
            return False
        return True

    def set_up(self, instead_of: str | None) -> None:
        """Turn on what a restore leaves off, but for the stream."""
        dynamodb = self.stack.client("dynamodb")
        if instead_of:
            tag = {"Key": FROM, "Value": instead_of}
            dynamodb.tag_resource(ResourceArn=self._table()["TableArn"], Tags=[tag])
        if not self.stack.is_local and not self._table().get("DeletionProtectionEnabled"):
            dynamodb.update_table(TableName=self.name, DeletionProtectionEnabled=True)
            self._settled()
        recovery = {"PointInTimeRecoveryEnabled": True}
        dynamodb.update_continuous_backups(TableName=self.name, PointInTimeRecoverySpecification=recovery)
        self._expire()

    def turn_stream_on(self) -> Names:
        """Turn the stream on, and return the names by which the stack will know the table.

        What was written before is in no stream, and so is not published again.
        """
        self._stream()
        described = self._table()
        return Names(self.name, described["TableArn"], described["LatestStreamArn"])

    def _stream(self) -> None:
        specification = self._table().get("StreamSpecification", {})
        if specification.get("StreamEnabled") and specification.get("StreamViewType") == IMAGES:
            return
        wanted = {"StreamEnabled": True, "StreamViewType": IMAGES}
        self.stack.client("dynamodb").update_table(TableName=self.name, StreamSpecification=wanted)
        self._settled()

    def _expire(self) -> None:
        dynamodb = self.stack.client("dynamodb")
        described = dynamodb.describe_time_to_live(TableName=self.name)["TimeToLiveDescription"]
        if described.get("TimeToLiveStatus") not in {"ENABLED", "ENABLING"}:
            wanted = {"AttributeName": EXPIRES, "Enabled": True}
            dynamodb.update_time_to_live(TableName=self.name, TimeToLiveSpecification=wanted)

    def _settled(self) -> None:
        deadline = time.monotonic() + LONGEST_SECONDS
        while self._table()["TableStatus"] != "ACTIVE":
            if time.monotonic() > deadline:
                raise CommandError(f"{self.name} is still being changed: run the same command again in a while.")
            time.sleep(POLL_SECONDS)

    def _holds(self, partition: str) -> bool:
        reply = self.stack.client("dynamodb").query(
            TableName=self.name,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": partition}},
            Limit=1,
        )
        return bool(reply["Items"])

    def _table(self) -> dict[str, Any]:
        described = self._described()
        if described is None:
            raise CommandError(f"{self.name} is gone.")
        return described

    def _described(self) -> dict[str, Any] | None:
        dynamodb = self.stack.client("dynamodb")
        try:
            table: dict[str, Any] = dynamodb.describe_table(TableName=self.name)["Table"]
        except dynamodb.exceptions.ResourceNotFoundException:
            return None
        return table
