"""The table: the settings that keep its data safe and publish its changes."""

from collections.abc import Iterator
from dataclasses import dataclass

from earshot_cli.ops.doctor.results import CheckResult, Finding
from earshot_cli.ops.stack import Stack
from earshot_cli.phrases import counted, listed

IMAGES = "NEW_AND_OLD_IMAGES"
# What fails without each index.
INDEXES = {
    "DueIndex": "no invitation or reminder is sent",
    "MailboxIndex": "people who share an address are not recognised",
    "PeopleIndex": "people can be neither listed nor found by their id",
    "NameIndex": "people cannot be found by their name",
}
EXPIRES = "expires"
TABLE = "Table"


@dataclass(frozen=True)
class TableState:
    """The settings of a table; `expires_by` is the attribute by which items expire, if they do."""

    name: str
    status: str
    stream: str | None
    expires_by: str | None
    recoverable: bool
    protected: bool
    indexes: dict[str, str]
    items: int = 0


def check(stack: Stack) -> CheckResult:
    """Check the table's own settings."""
    if TABLE not in stack.resources:
        fix = "Run the same `earshot restore` again: it continues where it stopped."
        return CheckResult("Table", "none", [Finding(TABLE, "the stack has none: a restore stopped.", fix, "restore")])
    table = read(stack, stack.physical(TABLE))
    if table is None:
        return CheckResult("Table", "gone", [Finding(TABLE, "it no longer exists.", "Restore it.", "restore")])
    findings = [Finding(TABLE, f"{fault}.", fix) for fault, fix in faults(table, must_be_protected=not stack.is_local)]
    return CheckResult("Table", f"{table.status}, about {counted(table.items, 'item')}", findings)


def faults(table: TableState, *, must_be_protected: bool) -> Iterator[tuple[str, str]]:
    """Yield what a table in service needs and this one lacks, and its fix; a restored table comes without any of it."""
    aws = f"--table-name {table.name}"
    yield from _faults_of_stream_and_indexes(table, aws)
    if table.expires_by != EXPIRES:
        setting = f"--time-to-live-specification Enabled=true,AttributeName={EXPIRES}"
        fault = "its time to live is off, so records of counted funnel events accumulate"
        yield fault, f"Run `aws dynamodb update-time-to-live {aws} {setting}`."
    if not table.recoverable:
        setting = "--point-in-time-recovery-specification PointInTimeRecoveryEnabled=true"
        fault = "its point-in-time recovery is off, so damage done now could not be undone"
        yield fault, f"Run `aws dynamodb update-continuous-backups {aws} {setting}`."
    if must_be_protected and not table.protected:
        yield "its deletion protection is off", f"Run `aws dynamodb update-table {aws} --deletion-protection-enabled`."
    if table.status not in {"ACTIVE", "UPDATING"}:
        yield f"its status is {table.status}", "Read why in the DynamoDB console."


def _faults_of_stream_and_indexes(table: TableState, aws: str) -> Iterator[tuple[str, str]]:
    redeploy = "Deploy the stack again, then run `earshot replay --since` the moment of the change."
    if table.stream is None:
        yield "its stream is off, so changes are neither published nor counted in funnels", redeploy
    elif table.stream != IMAGES:
        yield f"its stream shows {table.stream} and not {IMAGES}, so changes cannot be published", redeploy
    for index, fails in INDEXES.items():
        if table.indexes.get(index) != "ACTIVE":
            others = listed(sorted(table.indexes)) or "none"
            wait = f"Wait if it is being built (`aws dynamodb describe-table {aws}`), else deploy the stack again."
            yield f"its index {index} is not active (it has {others}), so {fails}", wait


def read(stack: Stack, name: str) -> TableState | None:
    """Read the settings of a table of the stack's account; None if there is none of that name."""
    dynamodb = stack.client("dynamodb")
    try:
        found = dynamodb.describe_table(TableName=name)["Table"]
        expiry = dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
        backups = dynamodb.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    except dynamodb.exceptions.ResourceNotFoundException:
        return None
    stream, indexes = found.get("StreamSpecification", {}), found.get("GlobalSecondaryIndexes", [])
    recovery = backups.get("PointInTimeRecoveryDescription", {}).get("PointInTimeRecoveryStatus")
    return TableState(
        name=name,
        status=found["TableStatus"],
        stream=stream.get("StreamViewType") if stream.get("StreamEnabled") else None,
        expires_by=expiry.get("AttributeName") if expiry.get("TimeToLiveStatus") in {"ENABLED", "ENABLING"} else None,
        recoverable=recovery == "ENABLED",
        protected=bool(found.get("DeletionProtectionEnabled")),
        indexes={index["IndexName"]: index.get("IndexStatus", "ACTIVE") for index in indexes},
        items=int(found.get("ItemCount", 0)),
    )
