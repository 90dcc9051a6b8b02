"""`earshot audit-log`: which key did what, and when, from the stack's log."""

from typing import Annotated

import typer

from earshot_cli import options
from earshot_cli.listing import Form, Format, Limit
from earshot_cli.ops.stack import find_stack

DAYS = "How many days back."
KEY = "Only what this key did: its id, as `earshot key list` shows it."
PERSON = "Only what concerned this person, by id or address."
ACTION = "Only actions that contain these words, such as erase."


def audit_log(  # noqa: PLR0913, PLR0917 each is an option to type
    days: Annotated[int, typer.Option(min=1, help=DAYS)] = 30,
    key: Annotated[str | None, typer.Option(metavar="ID", help=KEY)] = None,
    person: Annotated[str | None, typer.Option(metavar="ID", help=PERSON)] = None,
    action: Annotated[str | None, typer.Option(metavar="WORDS", help=ACTION)] = None,
    limit: Limit = 100,
    form: Form = Format.TEXT,
    stack: options.Stack = None,
    region: options.Region = None,
    profile: options.Profile = None,
) -> None:
    """List what API keys did to people, keys, secrets, surveys and responses, newest last.

    [bold]earshot audit-log --person cust-77
    earshot audit-log --action erase --days 365 --format csv --stack earshot[/bold]

    The log names people by a keyed hash. Needs AWS credentials.
    """
    found = find_stack(stack, region, profile)
    from earshot_cli.ops import audit_log  # noqa: PLC0415 boto3 is dear

    audit_log.show(found, audit_log.Wanted(days, key, person, action), limit, form)
