"""The table in use: whether it has every setting that the template gives the stack's own one, and is not retired."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from earshot_cli.ops.doctor.deployed_template import DeployedTemplate
from earshot_cli.ops.doctor.results import CheckResult, Finding
from earshot_cli.ops.restore.retired import Retirement, read_retirement
from earshot_cli.ops.stack import Stack
from earshot_cli.phrases import counted, listed

# What fails without each index.
INDEXES = {
    "DueIndex": "no invitation or reminder is sent",
    "MailboxIndex": "people who share an address are not recognised",
    "PeopleIndex": "people can be neither listed nor found by their id",
    "NameIndex": "people cannot be found by their name",
}
TABLE = "Table"
KIND = "AWS::DynamoDB::Table"
ACTIVE = "ACTIVE"
ALIGN = "Run `earshot restore --align`."

Keys = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Index:
    """An index of a table: its keys with their types (HASH, RANGE), what it projects, and its status."""

    keys: Keys
    projection: str
    status: str = ACTIVE

    @property
    def shape(self) -> tuple[Keys, str]:
        """Return what cannot be changed of it."""
        return self.keys, self.projection


@dataclass(frozen=True)
class TableState:
    """The settings of a table; `expires_by` is the attribute by which items expire, if they do."""

    name: str
    status: str
    keys: Keys
    stream: str | None
    expires_by: str | None
    recoverable: bool
    protected: bool
    indexes: Mapping[str, Index]
    items: int = 0
    retirement: Retirement | None = field(default=None)


def check(stack: Stack, template: DeployedTemplate) -> CheckResult:
    """Check the settings of the table in use against those of the template."""
    table = read(stack, stack.table)
    if table is None:
        return CheckResult("Table", "gone", [Finding(TABLE, "it no longer exists.", "Restore it.", "restore")])
    faulty = faults(table, wanted(template), must_be_protected=not stack.is_local)
    findings = [Finding(TABLE, f"{fault}.", *fix) for fault, *fix in faulty]
    return CheckResult("Table", f"{table.status}, about {counted(table.items, 'item')}", findings)


def faults(table: TableState, wanted: TableState, *, must_be_protected: bool) -> Iterator[tuple[str, ...]]:
    """Yield what a table in use lacks of what is wanted, its fix, and for some its runbook."""
    if table.retirement is not None:
        fault = f"{table.name} is retired: {table.retirement.by} took its place, and what happened since is not in it"
        yield fault, f"Deploy with the parameter RestoredTable={table.retirement.by}, at once.", "restore"
    if table.keys != wanted.keys:
        yield f"its keys are {dict(table.keys)}, not {dict(wanted.keys)}", "Restore a table of Earshot.", "restore"
    yield from _faults_of_stream(table, wanted)
    yield from _faults_of_indexes(table, wanted)
    yield from _faults_of_settings(table, wanted)
    if must_be_protected and not table.protected:
        aws = f"--table-name {table.name} --deletion-protection-enabled"
        yield "its deletion protection is off", f"Run `aws dynamodb update-table {aws}`."
    if table.status not in {ACTIVE, "UPDATING"}:
        yield f"its status is {table.status}", "Read why in the DynamoDB console."


def _faults_of_stream(table: TableState, wanted: TableState) -> Iterator[tuple[str, ...]]:
    if table.stream is None:
        yield "its stream is off, so changes are neither published nor counted in funnels", ALIGN, "restore"
    elif table.stream != wanted.stream:
        yield f"its stream shows {table.stream} and not {wanted.stream}, so changes cannot be published", ALIGN


def _faults_of_settings(table: TableState, wanted: TableState) -> Iterator[tuple[str, str]]:
    aws = f"--table-name {table.name}"
    if table.expires_by != wanted.expires_by:
        setting = f"--time-to-live-specification Enabled=true,AttributeName={wanted.expires_by}"
        fault = "its time to live is off, so records of counted funnel events accumulate"
        yield fault, f"Run `aws dynamodb update-time-to-live {aws} {setting}`."
    if not table.recoverable:
        setting = "--point-in-time-recovery-specification PointInTimeRecoveryEnabled=true"
        fault = "its point-in-time recovery is off, so damage done now could not be undone"
        yield fault, f"Run `aws dynamodb update-continuous-backups {aws} {setting}`."


def _faults_of_indexes(table: TableState, wanted: TableState) -> Iterator[tuple[str, str]]:
    for name, index in wanted.indexes.items():
        there, fails = table.indexes.get(name), INDEXES.get(name, "what reads it fails")
        if there is None or there.status != ACTIVE:
            others = listed(sorted(other for other, one in table.indexes.items() if one.status == ACTIVE)) or "none"
            wait = f"Wait if it is being built (`aws dynamodb describe-table --table-name {table.name}`). Else: {ALIGN}"
            yield f"its index {name} is not active (it has {others}), so {fails}", wait
        elif there.shape != index.shape:
            yield f"its index {name} has other keys or attributes than the template's, so {fails}", ALIGN


def wanted(template: DeployedTemplate) -> TableState:
    """Return the table as the template describes it."""
    return of_properties(template.of_kind(KIND)[TABLE])


def of_properties(properties: Mapping[str, Any]) -> TableState:
    """Return the table that a template's properties describe."""
    expiry, recovery = properties["TimeToLiveSpecification"], properties["PointInTimeRecoverySpecification"]
    return TableState(
        name=TABLE,
        status=ACTIVE,
        keys=_keys(properties["KeySchema"]),
        stream=properties["StreamSpecification"]["StreamViewType"],
        expires_by=expiry["AttributeName"] if expiry["Enabled"] else None,
        recoverable=bool(recovery["PointInTimeRecoveryEnabled"]),
        protected=True,
        indexes=_indexes(properties.get("GlobalSecondaryIndexes", ())),
    )


def read(stack: Stack, name: str) -> TableState | None:
    """Read the settings of a table of the stack's account; None if there is none of that name."""
    dynamodb = stack.client("dynamodb")
    try:
        found = dynamodb.describe_table(TableName=name)["Table"]
        expiry = dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
        backups = dynamodb.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    except dynamodb.exceptions.ResourceNotFoundException:
        return None
    stream, recovery = found.get("StreamSpecification", {}), backups.get("PointInTimeRecoveryDescription", {})
    keys = _keys(found["KeySchema"])
    return TableState(
        name=name,
        status=found["TableStatus"],
        keys=keys,
        stream=stream.get("StreamViewType") if stream.get("StreamEnabled") else None,
        expires_by=expiry.get("AttributeName") if expiry.get("TimeToLiveStatus") in {"ENABLED", "ENABLING"} else None,
        recoverable=recovery.get("PointInTimeRecoveryStatus") == "ENABLED",
        protected=bool(found.get("DeletionProtectionEnabled")),
        indexes=_indexes(found.get("GlobalSecondaryIndexes", ())),
        items=int(found.get("ItemCount", 0)),
        retirement=read_retirement(dynamodb, name) if [name for name, _ in keys] == ["pk", "sk"] else None,
    )


def _keys(schema: Sequence[Mapping[str, str]]) -> Keys:
    return tuple((key["AttributeName"], key["KeyType"]) for key in schema)


def _indexes(described: Sequence[Mapping[str, Any]]) -> dict[str, Index]:
    return {
        index["IndexName"]: Index(
            _keys(index["KeySchema"]), index["Projection"]["ProjectionType"], index.get("IndexStatus", ACTIVE)
        )
        for index in described
    }
