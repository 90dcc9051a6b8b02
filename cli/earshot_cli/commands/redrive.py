"""`earshot redrive`: what could not be done, back on its way."""

from typing import Annotated

import typer

from earshot_cli import options
from earshot_cli.ops.stack import find_stack

QUEUE = "A queue of dead letters (ResponseDeadLetters), or its work queue; without one, all are listed."
MOST = "Move at most so many."

DryRun = Annotated[bool, typer.Option("--dry-run", help="Say how many would go where; move nothing.")]


def redrive(
    queue: Annotated[str | None, typer.Argument(metavar="QUEUE", help=QUEUE, show_default=False)] = None,
    most: Annotated[int | None, typer.Option(min=1, help=MOST)] = None,
    dry_run: DryRun = False,
    stack: options.Stack = None,
    region: options.Region = None,
    profile: options.Profile = None,
) -> None:
    """Bring what waits in a queue of dead letters back to its work queue, once its cause is mended.

    [bold]earshot redrive
    earshot redrive ResponseDeadLetters --dry-run
    earshot redrive CrmQueue --stack earshot --most 10[/bold]

    Each is sent first and deleted then: none is lost, and what comes twice is counted once. Takes AWS credentials.
    """
    found = find_stack(stack, region, profile)
    from earshot_cli.ops import redrive as operation  # noqa: PLC0415 boto3 is dear

    if queue is None:
        operation.overview(found)
    else:
        operation.redrive(found, queue, most, dry_run=dry_run)
