"""`earshot redrive`: failed messages sent back to work."""

from typing import Annotated

import typer

from earshot_cli import options
from earshot_cli.ops.stack import find_stack

QUEUE = "A dead-letter queue such as ResponseDeadLetters, or its work queue; default: list all."
MOST = "Move at most this many messages."

DryRun = Annotated[bool, typer.Option("--dry-run", help="Print how many messages would go where; move nothing.")]


def redrive(
    queue: Annotated[str | None, typer.Argument(metavar="QUEUE", help=QUEUE, show_default=False)] = None,
    most: Annotated[int | None, typer.Option(min=1, help=MOST)] = None,
    dry_run: DryRun = False,
    stack: options.Stack = None,
    region: options.Region = None,
    profile: options.Profile = None,
) -> None:
    """Send the messages of a dead-letter queue back to their work queue, once the cause is fixed.

    [bold]earshot redrive
    earshot redrive ResponseDeadLetters --dry-run
    earshot redrive DeliveryQueue --stack earshot --most 10[/bold]

    Each message is sent first and deleted afterwards: none is lost, and one that arrives twice is counted once.
    Needs AWS credentials.
    """
    found = find_stack(stack, region, profile)
    from earshot_cli.ops import redrive as operation  # noqa: PLC0415 boto3 is dear

    if queue is None:
        operation.list_queues(found)
    else:
        operation.redrive(found, queue, most, dry_run=dry_run)
