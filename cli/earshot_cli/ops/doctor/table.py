"""The table: what keeps its data safe, and what makes its changes known."""

from collections.abc import Iterator
from dataclasses import dataclass

from earshot_cli.ops.doctor.results import Examined, Finding, counted, listed
from earshot_cli.ops.stack import Stack

IMAGES = "NEW_AND_OLD_IMAGES"
# What each index is for, and so what fails without it.
INDEXES = {
    "DueIndex": "nobody is asked or reminded",
    "MailboxIndex": "nobody knows who shares an address",
    "PeopleIndex": "people are neither listed nor found by their id",
    "NameIndex": "nobody is found by their name",
}
EXPIRES = "expires"
TABLE = "Table"


@dataclass(frozen=True)
class TableState:
    """What DynamoDB says of the table; `expires_by` is the attribute that lets an item expire, if one does."""

    name: str
    status: str
    stream: str | None
    expires_by: str | None
    recoverable: bool
    protected: bool
    indexes: dict[str, str]
    items: int = 0


def examine(stack: Stack) -> Examined:
    """Look at the table's own settings."""
    if TABLE not in stack.resources:
        mend = "Run the same `earshot restore` again: it goes on from there."
        return Examined("Table", "none", [Finding(TABLE, "the stack has none: a restore stopped.", mend, "restore")])
    table = read(stack, stack.physical(TABLE))
    if table is None:
        return Examined("Table", "gone", [Finding(TABLE, "it is gone.", "Restore it.", "restore")])
    seen = f"{table.status}, about {counted(table.items, 'item')}"
    return Examined("Table", seen, judge(table, must_be_protected=not stack.is_local))


def judge(table: TableState, *, must_be_protected: bool) -> list[Finding]:
    """Find what a table in service must have and this one lacks; a restored one comes without any of it."""
    aws = f"--table-name {table.name}"
    faults = [*_of_its_changes(table, aws), *_of_its_safety(table, aws, must_be_protected=must_be_protected)]
    if table.status not in {"ACTIVE", "UPDATING"}:
        faults.append((f"its status is {table.status}", "Read in the DynamoDB console why."))
    return [Finding(TABLE, f"{fault}.", mend) for fault, mend in faults]


def _of_its_changes(table: TableState, aws: str) -> Iterator[tuple[str, str]]:
    again = "Deploy the stack again, then `earshot replay --since` the moment it was changed."
    if table.stream is None:
        yield "its stream is off, so no change is announced or reaches the funnel", again
    elif table.stream != IMAGES:
        yield f"its stream shows {table.stream} and not {IMAGES}, so changes cannot be announced", again
    for index, fails in INDEXES.items():
        if table.indexes.get(index) == "ACTIVE":
            continue
        others = listed(sorted(table.indexes)) or "none"
        yield (
            f"its index {index} is not active (it has {others}), so {fails}",
            f"Wait if it is being built (`aws dynamodb describe-table {aws}`), else deploy the stack again.",
        )


def _of_its_safety(table: TableState, aws: str, *, must_be_protected: bool) -> Iterator[tuple[str, str]]:
    if table.expires_by != EXPIRES:
        yield (
            "its time to live is off, so the notes of what is in the funnels pile up",
            (
                f"Run `aws dynamodb update-time-to-live {aws} --time-to-live-specification "
                f"Enabled=true,AttributeName={EXPIRES}`."
            ),
        )
    if not table.recoverable:
        yield (
            "its point-in-time recovery is off, so damage done now could not be taken back",
            (
                f"Run `aws dynamodb update-continuous-backups {aws} --point-in-time-recovery-specification "
                "PointInTimeRecoveryEnabled=true`."
            ),
        )
    if must_be_protected and not table.protected:
        mend = f"Run `aws dynamodb update-table {aws} --deletion-protection-enabled`."
        yield "its deletion protection is off", mend


def read(stack: Stack, name: str) -> TableState | None:
    """Read the settings of a table of the stack's account; None if there is none of that name."""
    dynamodb = stack.client("dynamodb")
    try:
        told = dynamodb.describe_table(TableName=name)["Table"]
        expiry = dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
        backups = dynamodb.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    except dynamodb.exceptions.ResourceNotFoundException:
        return None
    stream = told.get("StreamSpecification", {})
    recovery = backups.get("PointInTimeRecoveryDescription", {}).get("PointInTimeRecoveryStatus")
    return TableState(
        name=name,
        status=told["TableStatus"],
        stream=stream.get("StreamViewType") if stream.get("StreamEnabled") else None,
        expires_by=expiry.get("AttributeName") if expiry.get("TimeToLiveStatus") in {"ENABLED", "ENABLING"} else None,
        recoverable=recovery == "ENABLED",
        protected=bool(told.get("DeletionProtectionEnabled")),
        indexes={
            index["IndexName"]: index.get("IndexStatus", "ACTIVE") for index in told.get("GlobalSecondaryIndexes", [])
        },
        items=int(told.get("ItemCount", 0)),
    )
