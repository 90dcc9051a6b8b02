"""`earshot clock`: show the local stack's time, and move it forward."""

from typing import Annotated

import typer

from earshot_cli import options
from earshot_cli.clock_offset import in_words, moment, read_move
from earshot_cli.connection import LocalStack, local_stack
from earshot_cli.errors import CommandError, UsageError
from earshot_cli.local.clock import FURTHEST_AHEAD, Clock
from earshot_cli.local.engine import backlog
from earshot_cli.screen import write

MOVE = "How far to move, such as +3d, +12h, +30m, +2w or +1d12h; or the time to move to, such as 2027-01-31T09:00."


def clock(
    move: Annotated[str | None, typer.Argument(metavar="MOVE", help=MOVE, show_default=False)] = None,
    url: options.Url = None,
) -> None:
    """Show the time of the local Earshot of `make run`, or move it forward; it never goes back.

    What falls due in between happens at once, such as reminders.

    [bold]earshot clock
    earshot clock +3d[/bold]
    """
    stack = local_stack(url)
    its = Clock(stack.clock)
    if move is None:
        write(f"It is {moment(its.now)}, {_ahead(its)}.")
    else:
        _move_on(its, move, stack)


def _move_on(its: Clock, move: str, stack: LocalStack) -> None:
    by = read_move(move, its.now)
    if its.ahead + by > FURTHEST_AHEAD:
        raise UsageError(f"The clock is {in_words(its.ahead)} ahead; it moves at most a century.")
    if backlog(stack.engine) is None:
        raise CommandError(
            f"The local Earshot at {stack.url} is not running: start it with `make run`, then move the clock."
        )
    its.move_on(by)
    write(f"Moved forward by {in_words(by)}: it is {moment(its.now)}, {_ahead(its)}.")
    _ring(stack)
    write("Mails that fell due go out in the next seconds: `earshot outbox` shows them.")
    write("A mail outside its survey's sending hours still waits: `earshot why` shows until when.")


def _ring(stack: LocalStack) -> None:
    # boto3 takes longer to import than every other command takes to run.
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

    from earshot_cli.local.aws import leave_the_users_account_alone  # noqa: PLC0415
    from earshot_cli.local.schedules import ring  # noqa: PLC0415

    leave_the_users_account_alone(stack.engine.token)
    try:
        rang, silent = ring(stack.engine)
    except (BotoCoreError, ClientError) as error:
        raise CommandError(
            f"The schedules could not be started, so they start when they are next due: {error}"
        ) from error
    write(f"Started what was scheduled in between: {', '.join(rang) or 'nothing'}.")
    if silent:
        write(f"Not started, since their target is neither a queue nor a function: {', '.join(silent)}.")


def _ahead(its: Clock) -> str:
    return f"{in_words(its.ahead)} ahead of the real time" if its.ahead else "the real time"
