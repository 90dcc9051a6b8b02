"""`earshot rebuild`: damaged counts corrected to a recount of the responses."""

from datetime import date, timedelta
from typing import Annotated

import typer

from earshot_cli import options
from earshot_cli.errors import UsageError
from earshot_cli.ops.stack import find_stack
from earshot_cli.ops.stack_clock import require_begun

# The last day that has a next one.
LAST = date.max - timedelta(days=1)

Day = Annotated[str | None, typer.Option(metavar="DAY", help="Only this local day, such as 2026-11-21.")]
First = Annotated[str | None, typer.Option("--from", metavar="DAY", help="From this local day on.")]
End = Annotated[str | None, typer.Option("--to", metavar="DAY", help="Up to this local day, exclusive.")]
Links = Annotated[bool, typer.Option("--links", help="Instead of counts, link each response to its person's next.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Print what differs; change nothing.")]


def rebuild(  # noqa: PLR0913, PLR0917 each is an option to type
    survey: options.Survey,
    day: Day = None,
    first: First = None,
    end: End = None,
    links: Links = False,
    dry_run: DryRun = False,
    stack: options.Stack = None,
    region: options.Region = None,
    profile: options.Profile = None,
) -> None:
    """Correct the counts of a survey to a recount of its responses, day by day, while responses keep arriving.

    [bold]earshot rebuild demo --dry-run
    earshot rebuild demo --from 2026-11-01 --to 2026-12-01 --stack earshot
    earshot rebuild demo --links[/bold]

    Exit code: 0 when they are equal now, 1 when they are not. Needs AWS credentials.
    """
    days = _days(day, first, end)
    found = find_stack(stack, region, profile)
    if links:
        from earshot_cli.ops.rebuild_links import rebuild_links  # noqa: PLC0415 boto3 is dear

        rebuild_links(found, survey, days, dry_run=dry_run)
        return
    if days is not None:
        require_begun(found, days[0], "--day" if day is not None else "--from")
    from earshot_cli.ops.rebuild import rebuild as run  # noqa: PLC0415 boto3 is dear

    run(found, survey, days, dry_run=dry_run)


def _days(day: str | None, first: str | None, end: str | None) -> tuple[date, date] | None:
    if day is not None:
        if first is not None or end is not None:
            raise UsageError("Pass either --day or --from and --to.")
        only = _read(day, "--day")
        return only, only + timedelta(days=1)
    if first is None and end is None:
        return None
    if first is None or end is None:
        raise UsageError("--from and --to go together; --to is the day after the last.")
    days = _read(first, "--from"), _read(end, "--to")
    if days[0] >= days[1]:
        raise UsageError(f"--to {end} is not after --from {first}: there is no day in between.")
    return days


def _read(text: str, option: str) -> date:
    try:
        return min(date.fromisoformat(text), LAST)
    except ValueError:
        raise UsageError(f"{option} {text!r} is not a day: write one such as 2026-11-21.") from None
