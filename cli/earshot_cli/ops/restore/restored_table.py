"""The restored table: whether it is one of ours, and what a restore leaves off it."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Any

from earshot.adapters.dynamodb import table_keys
from earshot_cli.errors import CommandError, UsageError
from earshot_cli.ops.doctor.table import TableState, of_properties, read
from earshot_cli.ops.stack import Stack

# Tags of a restored table: the table whose place it takes, and what the command needs when it is run again.
INSTEAD_OF = "earshot:restored-instead-of"
POLL_SECONDS = 0.5
# An index of a large table takes hours.
LONGEST_SECONDS = 4 * 3600

Properties = Mapping[str, Any]
# What a table lacks, in words, and what turns it on.
Alignment = tuple[str, Callable[[], object]]


@dataclass(frozen=True)
class RestoredTable:
    """A table that shall be, or is, in use; `properties` are those of the table in the template."""

    stack: Stack
    name: str
    properties: Properties

    def check(self) -> None:
        """Refuse a table that is none of ours, or is not ready; CommandError says why, and nothing was done."""
        table = read(self.stack, self.name)
        if table is None:
            raise UsageError(f"There is no table {self.name!r} in the stack's account and region: restore one first.")
        if table.status != "ACTIVE":
            raise CommandError(f"{self.name} is {table.status}: wait until it is ACTIVE, then try again.")
        if table.keys != of_properties(self.properties).keys or not self._holds(table_keys.SURVEYS):
            raise UsageError(f"{self.name} is not an Earshot table: it has other keys, or holds no survey.")

    def align(self, *, stream: bool) -> list[str]:
        """Turn on what the template turns on and the table lacks; return what that was. The stream only if wanted."""
        done = []
        lacking = (self._indexes_lacking(), self._settings_lacking(), self._stream_lacking() if stream else ())
        for setting, turn_on in chain.from_iterable(lacking):
            turn_on()
            self._settle()
            done.append(setting)
        return done

    def _indexes_lacking(self) -> Iterator[Alignment]:
        """Yield how to make each index that is missing, or is not as in the template; only one can be made at once."""
        wanted, there = of_properties(self.properties).indexes, self._state().indexes
        for index in self.properties.get("GlobalSecondaryIndexes", ()):
            name = index["IndexName"]
            if name in there and there[name].shape == wanted[name].shape:
                continue
            if name in there:
                yield f"{name} as it was", partial(self._change_index, Delete={"IndexName": name})
            yield name, partial(self._change_index, Create=dict(index))

    def _settings_lacking(self) -> Iterator[Alignment]:
        table, dynamodb = self._state(), self.stack.client("dynamodb")
        if not self.stack.is_local and not table.protected:
            yield "deletion protection", partial(self._update, DeletionProtectionEnabled=True)
        for name, change, is_on in (
            ("PointInTimeRecoverySpecification", dynamodb.update_continuous_backups, table.recoverable),
            ("TimeToLiveSpecification", dynamodb.update_time_to_live, table.expires_by),
        ):
            if not is_on:
                yield _words(name), partial(change, TableName=self.name, **{name: self.properties[name]})

    def _stream_lacking(self) -> Iterator[Alignment]:
        wanted, there = of_properties(self.properties).stream, self._state().stream
        if there == wanted:
            return
        if there is not None:
            yield "the stream as it was", self.turn_stream_off
        setting = {"StreamEnabled": True, "StreamViewType": wanted}
        yield "the stream", partial(self._update, StreamSpecification=setting)

    def _change_index(self, **change: Any) -> None:
        more = {"AttributeDefinitions": self._attributes(change["Create"])} if "Create" in change else {}
        self._update(GlobalSecondaryIndexUpdates=[change], **more)

    def _attributes(self, index: Properties) -> list[Mapping[str, str]]:
        """Return the attributes of the keys of the table with another index; DynamoDB takes no others."""
        table = self._state()
        keys = chain(table.keys, *(one.keys for one in table.indexes.values()))
        names = {name for name, _ in keys} | {key["AttributeName"] for key in index["KeySchema"]}
        return [one for one in self.properties["AttributeDefinitions"] if one["AttributeName"] in names]

    def _update(self, **change: Any) -> None:
        self.stack.client("dynamodb").update_table(TableName=self.name, **change)

    def turn_stream_off(self) -> None:
        """Turn the stream off; the next one begins empty."""
        if self._described().get("StreamSpecification", {}).get("StreamEnabled"):
            self._update(StreamSpecification={"StreamEnabled": False})
            self._settle()

    @property
    def arn(self) -> str:
        """Return its ARN."""
        return str(self._described()["TableArn"])

    @property
    def stream_arn(self) -> str:
        """Return the ARN of its stream."""
        return str(self._described()["LatestStreamArn"])

    @property
    def is_restored(self) -> bool:
        """Return whether a restore made it; it did not make the table of an earlier stack, nor a copy by hand."""
        return "RestoreSummary" in self._described()

    @property
    def began_at(self) -> int:
        """Return the moment it was restored to (Unix milliseconds); of one made in another way, when it was made."""
        described = self._described()
        moment = described.get("RestoreSummary", {}).get("RestoreDateTime", described["CreationDateTime"])
        return int(moment.timestamp() * 1000)

    def tags(self) -> dict[str, str]:
        """Return its tags."""
        tags = self.stack.client("dynamodb").list_tags_of_resource(ResourceArn=self.arn)["Tags"]
        return {tag["Key"]: tag["Value"] for tag in tags}

    def tag(self, **values: str) -> None:
        """Tag it with what the command needs when it is run again."""
        tags = [{"Key": f"earshot:{name.replace('_', '-')}", "Value": value} for name, value in values.items()]
        self.stack.client("dynamodb").tag_resource(ResourceArn=self.arn, Tags=tags)

    def untag(self, *names: str) -> None:
        """Take tags off again."""
        self.stack.client("dynamodb").untag_resource(ResourceArn=self.arn, TagKeys=list(names))

    def _settle(self) -> None:
        """Wait until the table and its indexes are active."""
        deadline = time.monotonic() + LONGEST_SECONDS
        while not self._is_settled():
            if time.monotonic() > deadline:
                raise CommandError(f"{self.name} is still being changed: run the same command again in a while.")
            time.sleep(POLL_SECONDS)

    def _is_settled(self) -> bool:
        table = self._state()
        return {table.status, *(index.status for index in table.indexes.values())} == {"ACTIVE"}

    def _holds(self, partition: str) -> bool:
        reply = self.stack.client("dynamodb").query(
            TableName=self.name,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": partition}},
            Limit=1,
        )
        return bool(reply["Items"])

    def _state(self) -> TableState:
        table = read(self.stack, self.name)
        if table is None:
            raise CommandError(f"{self.name} is gone.")
        return table

    def _described(self) -> dict[str, Any]:
        return dict(self.stack.client("dynamodb").describe_table(TableName=self.name)["Table"])


def _words(specification: str) -> str:
    return (
        "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in specification)
        .strip()
        .removesuffix(" specification")
    )
