"""`earshot replay`: responses published again from the table, under the same event ids."""

from typing import Annotated

import typer

from earshot_cli import options
from earshot_cli.errors import UsageError
from earshot_cli.ops.replay_options import MOST_WITHOUT_LIMIT, ReplayOptions, Since, read_moment, read_since
from earshot_cli.ops.stack import find_stack
from earshot_cli.ops.stack_clock import require_past

SINCE = "From when: a day (2026-11-01) or a time in UTC; or what an interrupted replay printed, to continue there."
UNTIL = "Until when, exclusive; default: now."
MOST = f"Replay at most this many responses, then print where to continue; required above {MOST_WITHOUT_LIMIT:,}."

Surveys = Annotated[list[str] | None, typer.Option("--survey", help="Only this survey; may be repeated. Default: all.")]
Only = Annotated[bool, typer.Option("--detractors-only", help="Only DetractorIdentified, of those who are one still.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Print what would be published; publish nothing.")]
Rate = Annotated[int, typer.Option(min=1, max=10_000, help="At most this many events a second.")]


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
    """Publish again the events of responses received since a moment: the latest state of each, under the ids they had.

    [bold]earshot replay --since 2026-11-01 --dry-run
    earshot replay --since 2026-11-24T21:00Z --detractors-only --stack earshot[/bold]

    Consumers recognise repeated events by their id, the CRM by its idempotency key. Needs AWS credentials.
    """
    start, end = _span(since, until)
    replay_options = ReplayOptions(start, end, tuple(survey or ()), detractors_only, most, rate, dry_run)
    found = find_stack(stack, region, profile)
    require_past(found, start.time, "--since", start.typed)
    from earshot_cli.ops.replay import replay as run  # noqa: PLC0415 boto3 is dear

    run(found, replay_options)


def _span(since: str, until: str | None) -> tuple[Since, int | None]:
    start, end = read_since(since), read_moment(until, "--until") if until is not None else None
    if end is not None and end <= start.time:
        raise UsageError(f"--until {until} is not after --since {start.typed}: there is nothing in between.")
    return start, end
