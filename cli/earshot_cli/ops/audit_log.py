"""The audit lines of a stack: read out of its log group, narrowed and shown."""

import json
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from rich.table import Table

from earshot import bootstrap
from earshot.api.access import AUDIT, PERSON
from earshot.domain.events import iso
from earshot.domain.keyed_hash import audit_name
from earshot_cli.listing import Format, csv_row, json_line
from earshot_cli.ops.aws_errors import plain_errors
from earshot_cli.ops.restore.carry_over import hash_key_of
from earshot_cli.ops.stack import Stack
from earshot_cli.screen import note, out, write_line

DAY = 86_400_000
COLUMNS = ("time", "key", "member", "action", "object", "status", "request")


@dataclass(frozen=True)
class Wanted:
    """Which lines are wanted: of so many days, of a key, about a person, with words in their action."""

    days: int
    key: str | None = None
    person: str | None = None
    action: str | None = None


def show(stack: Stack, wanted: Wanted, limit: int, form: Format) -> None:
    """Print the newest lines, at most `limit` (0 for all), in the order of their time."""
    with plain_errors(stack.place):
        name = _name_of(stack, wanted.person) if wanted.person else None
        rows = list(deque(_rows(stack, wanted, name), limit or None))
    if form is Format.JSONL:
        for row in rows:
            write_line(json_line(row) + "\n")
    elif form is Format.CSV:
        write_line(csv_row(COLUMNS))
        for row in rows:
            write_line(csv_row([_shown(row[column]) for column in COLUMNS]))
    elif rows:
        table = Table(*COLUMNS, box=None, pad_edge=False)
        for row in rows:
            table.add_row(*(_shown(row[column]) for column in COLUMNS))
        out.print(table)
    if not rows:
        note(f"No matching entries in the log of the last {wanted.days} days.")


def _rows(stack: Stack, wanted: Wanted, name: str | None) -> Iterator[dict[str, Any]]:
    pages = stack.client("logs").get_paginator("filter_log_events")
    began = bootstrap.now() - wanted.days * DAY
    # A word, which the local engine knows too, and not a path of JSON; other lines that hold it are left out below.
    pattern = f'"{AUDIT}"'
    group = stack.physical("LogGroup")
    for page in pages.paginate(logGroupName=group, startTime=began, filterPattern=pattern):
        for event in page["events"]:
            line = _line(event["message"])
            if line is not None and _is_wanted(line, wanted, name):
                yield {
                    "time": iso(event["timestamp"]),
                    "key": line["key"],
                    "member": line.get("member", ""),
                    "action": line["action"],
                    "object": line["object"],
                    "status": line["status"],
                    "request": line["correlation_id"],
                }


def _line(message: str) -> dict[str, Any] | None:
    """Return an audit line; None for any other line of the log."""
    try:
        line = json.loads(message)
    except ValueError:
        return None
    return line if isinstance(line, dict) and line.get("message") == AUDIT else None


def _is_wanted(line: dict[str, Any], wanted: Wanted, name: str | None) -> bool:
    return (
        (wanted.key is None or line["key"] == wanted.key)
        and (name is None or line["object"].get(PERSON) == name)
        and (wanted.action is None or wanted.action.lower() in line["action"])
    )


def _name_of(stack: Stack, person: str) -> str:
    hash_key = hash_key_of(stack.client("secretsmanager"), stack.physical("HashSecret"))
    return audit_name(person, hash_key())


def _shown(value: Any) -> str:
    return " ".join(f"{name}={part}" for name, part in value.items()) if isinstance(value, dict) else str(value)
