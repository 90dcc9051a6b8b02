"""`earshot restore`: put a table restored to a point in time into service."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from earshot_cli import options
from earshot_cli.errors import UsageError
from earshot_cli.ops.aws_errors import plain_errors
from earshot_cli.ops.stack import find_stack
from earshot_cli.screen import note, notes, quoted, write

if TYPE_CHECKING:
    from collections import Counter

    from earshot_cli.ops.restore.carry_over_rules import Family

NAME = re.compile(r"[\w.-]{3,255}", re.ASCII)
TABLE = "The table that `aws dynamodb restore-table-to-point-in-time` created."
RESPONSES = "Also carry over responses and corrections since the restored moment."
BUCKET = "Where CloudFormation finds templates; default: the bucket the functions were deployed from."


def restore(  # noqa: PLR0917 - typer takes what can be typed as arguments
    table: Annotated[str, typer.Argument(metavar="TABLE", help=TABLE, show_default=False)],
    stack: options.Stack = None,
    region: options.Region = None,
    profile: options.Profile = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do it; otherwise only print what would be done.")] = False,
    with_responses: Annotated[bool, typer.Option("--with-responses", help=RESPONSES)] = False,
    bucket: Annotated[str | None, typer.Option(help=BUCKET)] = None,
) -> None:
    """Put a restored table into service, keeping all erasures and suppressions since.

    [bold]earshot restore earshot-restored --stack earshot[/bold]         (prints what it would do)
    [bold]earshot restore earshot-restored --stack earshot --yes[/bold]

    If it stops, run it again: it continues. docs/runbooks/restore.md has every step.
    """
    # It brings boto3 along, which takes longer to import than every other command takes to run.
    from earshot_cli.ops.restore.restore import Restore  # noqa: PLC0415

    if not NAME.fullmatch(table):
        raise UsageError(f"{quoted(table)} is not a table name: those have 3 to 255 of a-z, A-Z, 0-9, '_', '-', '.'.")
    found = find_stack(stack, region, profile)
    run = Restore(found, table, with_responses, _step, bucket)
    with plain_errors(found.place), _stopping(yes):
        if yes:
            _report("Carried over", run.run())
            write(f"{found.place} now uses {table}.", "bold green")
            write("Now `earshot doctor`, `earshot audit SURVEY`, and `earshot replay --since` the restored moment.")
        else:
            _report("Would be carried over", run.preview())
            write(f"Nothing was changed. {_next(run.of_stack, table)}", "bold")


@contextmanager
def _stopping(yes: bool) -> Iterator[None]:
    """Print what Ctrl-C leaves behind."""
    try:
        yield
    except KeyboardInterrupt:
        done = "run the same command again; it continues. Until then responses may wait in their queues"
        note(f"Stopped: {done if yes else 'nothing was changed'}.", "yellow")
        raise typer.Exit(130) from None


def _next(of_stack: str | None, table: str) -> str:
    if of_stack == table:
        return f"The stack already uses {table}; --yes finishes what an earlier run may have left undone."
    return f"Add --yes to put {table} into service."


def _report(what: str, carried: "Counter[Family]") -> None:
    from earshot_cli.ops.restore.restore import listed  # noqa: PLC0415

    write(f"{what}: {', '.join(listed(carried)) or 'nothing'}.")


@contextmanager
def _step(name: str) -> Iterator[Callable[[str], None]]:
    """Show what is being done and how far it is, then how long it took."""
    start = time.monotonic()
    with notes.status(name) as status:
        yield lambda more: status.update(f"{name}: {more}")
    notes.print(f"{name}, {time.monotonic() - start:.1f} s", style="dim", soft_wrap=True)
