"""`earshot replay`: what the table holds, announced again under the same ids."""

from typing import Annotated

import typer

from earshot_cli import options
from earshot_cli.errors import UsageError
from earshot_cli.ops.replay_options import MOST_UNASKED, Order, Since, read_moment, read_since
from earshot_cli.ops.stack import find_stack
from earshot_cli.ops.stack_clock import must_have_come

SINCE = "From when: a day (2026-11-01) or a time, UTC; or what an interrupted replay printed, to go on there."
UNTIL = "Until when, exclusive; default: now."
MOST = f"Announce at most so many responses, then say where to go on; needed for more than {MOST_UNASKED:,}."

Surveys = Annotated[list[str] | None, typer.Option("--survey", help="Only this survey; may be repeated. Default: all.")]
Only = Annotated[bool, typer.Option("--detractors-only", help="Only DetractorIdentified, of who still is one.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be announced; announce nothing.")]
Rate = Annotated[int, typer.Option(min=1, max=10_000, help="Events a second, at most: think of who listens.")]


def replay(  # noqa: PLR0913, PLR0917 each is an option to type
    since: Annotated[str, typer.Option(help=SINCE, show_default=False)],
    until: Annotated[str | None, typer.Option(help=UNTIL, show_default=False)] = None,
    survey: Surveys = None,
    detractors_only: Only = False,
    most: Annotated[int | None, typer.Option(min=1, help=MOST)] = None,
    rate: Rate = 100,
    dry_run: DryRun = False,
    stack: options.Stack = None,
    region: options.Region = None,
    profile: options.Profile = None,
) -> None:
    """Announce again what was said since a moment: the last state of each response, under the id it had.

    [bold]earshot replay --since 2026-11-01 --dry-run
    earshot replay --since 2026-11-24T21:00Z --detractors-only --stack earshot[/bold]

    Consumers drop what they have by its id, and the CRM by its idempotency key. Takes AWS credentials.
    """
    start, end = _span(since, until)
    order = Order(start, end, tuple(survey or ()), detractors_only, most, rate, dry_run)
    found = find_stack(stack, region, profile)
    must_have_come(found, start.time, "--since", start.typed)
    from earshot_cli.ops.replay import replay as announce_again  # noqa: PLC0415 boto3 is dear

    announce_again(found, order)


def _span(since: str, until: str | None) -> tuple[Since, int | None]:
    start, end = read_since(since), read_moment(until, "--until") if until is not None else None
    if end is not None and end <= start.time:
        raise UsageError(f"--until {until} is not after --since {start.typed}: nothing lies between.")
    return start, end
