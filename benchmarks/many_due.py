"""A table of invitations for the planner: very many that are not due yet, loaded as DynamoDB loads them, from S3."""

import csv
import gzip
import io
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from benchmarks.errors import BenchError
from benchmarks.in_process import definition
from earshot.adapters.dynamodb.invitation_items import due_place, key_of_invitation
from earshot.adapters.dynamodb.table import marshalled
from earshot.domain import ids
from earshot.domain.invitation import Invitation, InvitationState
from earshot_cli.local.aws import client
from earshot_cli.local.endpoint import Endpoint

BUCKET, PREFIX = "earshot-bench-import", "invitations-"
HEADER = ("pk", "sk", "due_shard", "due_order")
OBJECT_ITEMS = 100_000
BATCH = 25
PATIENCE = 600


def scheduled(number: int, due: int) -> Invitation:
    """Make the invitation of person `number`, due then (Unix milliseconds)."""
    person = f"customer-{number:07d}"
    return Invitation(
        ids.mint(due, person.encode()), "planned", person, due, due, InvitationState.SCHEDULED, "eligible"
    )


def keys_of(invitation: Invitation) -> dict[str, Any]:
    """Return what the planner's index stores of an invitation: the table's keys and its own."""
    return marshalled({**key_of_invitation(invitation), **due_place(invitation)})


@contextmanager
def table_of(endpoint: Endpoint, name: str, invitations: Iterable[Invitation]) -> Iterator[Any]:
    """Make a table with nothing but the keys of these invitations for a while; yield a client of it."""
    store, table = client("s3", endpoint), client("dynamodb", endpoint)
    store.create_bucket(Bucket=BUCKET)
    try:
        _upload(store, invitations)
        parameters = {"TableName": name, **definition(table)}
        parameters.pop("StreamSpecification")
        _import(table, parameters)
    finally:
        for found in store.list_objects_v2(Bucket=BUCKET).get("Contents", ()):
            store.delete_object(Bucket=BUCKET, Key=found["Key"])
        store.delete_bucket(Bucket=BUCKET)
    try:
        yield table
    finally:
        table.delete_table(TableName=name)


def put(table: Any, name: str, invitations: Iterable[Invitation]) -> None:
    """Put the keys of some more invitations."""
    puts = [{"PutRequest": {"Item": keys_of(invitation)}} for invitation in invitations]
    for start in range(0, len(puts), BATCH):
        if table.batch_write_item(RequestItems={name: puts[start : start + BATCH]})["UnprocessedItems"]:
            raise BenchError(f"{name} took not all of the items")


def objects(invitations: Iterable[Invitation], most: int) -> Iterator[bytes]:
    """Write the keys of invitations as compressed CSV, at most so many a piece."""
    text, rows = io.StringIO(), 0
    for invitation in invitations:
        item = keys_of(invitation)
        csv.writer(text).writerow(item[name]["S"] for name in HEADER)
        rows += 1
        if rows == most:
            yield gzip.compress(text.getvalue().encode(), 1)
            text, rows = io.StringIO(), 0
    if rows:
        yield gzip.compress(text.getvalue().encode(), 1)


def _upload(store: Any, invitations: Iterable[Invitation]) -> None:
    for number, body in enumerate(objects(invitations, OBJECT_ITEMS)):
        store.put_object(Bucket=BUCKET, Key=f"{PREFIX}{number:03d}.csv.gz", Body=body)


def _import(table: Any, parameters: dict[str, Any]) -> None:
    """Import what was uploaded; BenchError unless every item came in."""
    state = table.import_table(
        S3BucketSource={"S3Bucket": BUCKET, "S3KeyPrefix": PREFIX},
        InputFormat="CSV",
        InputFormatOptions={"Csv": {"HeaderList": list(HEADER)}},
        InputCompressionType="GZIP",
        TableCreationParameters=parameters,
    )["ImportTableDescription"]
    deadline = time.monotonic() + PATIENCE
    while state["ImportStatus"] == "IN_PROGRESS" and time.monotonic() < deadline:
        time.sleep(0.5)
        state = table.describe_import(ImportArn=state["ImportArn"])["ImportTableDescription"]
    if state["ImportStatus"] != "COMPLETED":
        raise BenchError(f"the import of {parameters['TableName']} ended as {state['ImportStatus']}: {state}")
