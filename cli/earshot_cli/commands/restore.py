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
from earshot_cli.ops.stack import Stack, find_stack
from earshot_cli.phrases import listed
from earshot_cli.screen import note, notes, quoted, write

if TYPE_CHECKING:
    from collections import Counter

    from earshot_cli.ops.restore.carry_over_rules import Family

NAME = re.compile(r"[\w.-]{3,100}", re.ASCII)
TABLE = "The table that `aws dynamodb restore-table-to-point-in-time` created."
RESPONSES = "Also carry over responses and corrections since the restored moment."
RESUME = "Only resume the queue consumers, from any state."
ALIGN = "Only turn on what the table in use lacks of the template: stream, indexes, recovery and the like."
CHECK = "Only check that a deployment with the parameter RestoredTable=TABLE (none: without) uses no retired table."


def restore(  # noqa: PLR0913, PLR0917 - typer takes what can be typed as arguments
    table: Annotated[str | None, typer.Argument(metavar="TABLE", help=TABLE, show_default=False)] = None,
    stack: options.Stack = None,
    region: options.Region = None,
    profile: options.Profile = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do it; otherwise only print what would be done.")] = False,
    with_responses: Annotated[bool, typer.Option("--with-responses", help=RESPONSES)] = False,
    resume: Annotated[bool, typer.Option("--resume", help=RESUME)] = False,
    align: Annotated[bool, typer.Option("--align", help=ALIGN)] = False,
    check: Annotated[bool, typer.Option("--check", help=CHECK)] = False,
) -> None:
    """Put a restored table into service, keeping all erasures and suppressions since.

    [bold]earshot restore earshot-restored --stack earshot[/bold]         (prints what it would do)
    [bold]earshot restore earshot-restored --stack earshot --yes[/bold]

    If it stops, run it again: it continues. docs/runbooks/restore.md has every step.
    """
    _check_words(table, resume=resume, align=align, check=check)
    found = find_stack(stack, region, profile)
    with plain_errors(found.place), _stopping(changes=yes or resume or align):
        if resume:
            _resume(found)
        elif align:
            _align(found)
        elif check:
            _check(found, table or "")
        else:
            _restore(found, table or "", yes=yes, with_responses=with_responses)


def _check_words(table: str | None, *, resume: bool, align: bool, check: bool) -> None:
    if resume + align + check > 1:
        raise UsageError("--resume, --align and --check are three commands: use one of them.")
    if table is None and not (resume or align or check):
        raise UsageError("Which table? Name the one that `aws dynamodb restore-table-to-point-in-time` created.")
    if table is not None and (resume or align):
        raise UsageError("--resume and --align work on the table in use: leave the table out.")
    if table is not None and not NAME.fullmatch(table):
        raise UsageError(
            f"{quoted(table)} is no name for a restored table: use 3 to 100 of a-z, A-Z, 0-9, '_', '-', '.'."
        )


# What a command needs brings boto3 along, which takes longer to import than every other command takes to run.
def _restore(stack: Stack, table: str, *, yes: bool, with_responses: bool) -> None:
    from earshot_cli.ops.restore.restore import Restore  # noqa: PLC0415

    run = Restore(stack, table, with_responses, _step)
    if yes:
        _report("Carried over", run.run())
        write(f"{stack.place} now uses {table}.", "bold green")
        write("Now run `earshot doctor` and `earshot audit SURVEY`.")
    else:
        _report("Would be carried over", run.preview())
        write(f"Nothing was changed. {_next(stack.table, table)}", "bold")


def _resume(stack: Stack) -> None:
    from earshot_cli.ops.restore import restore as restoring  # noqa: PLC0415

    restoring.resume(stack, _step)
    write(f"The queue consumers of {stack.place} are on.", "bold green")


def _align(stack: Stack) -> None:
    from earshot_cli.ops.restore import restore as restoring  # noqa: PLC0415

    done = restoring.align(stack, _step)
    write(f"{stack.table}: turned on {listed(done)}." if done else f"{stack.table} is as in the template.", "green")


def _check(stack: Stack, table: str) -> None:
    from earshot_cli.ops.restore import restore as restoring  # noqa: PLC0415

    restoring.refuse_retired(stack, table)
    write(f"{table or 'The table of the stack'} is not retired.", "green")


@contextmanager
def _stopping(*, changes: bool) -> Iterator[None]:
    """Print what Ctrl-C leaves behind."""
    try:
        yield
    except KeyboardInterrupt:
        done = (
            "run the same command again; it continues. Until then, or until `earshot restore --resume`, responses may "
        )
        note(f"Stopped: {f'{done}wait in their queues' if changes else 'nothing was changed'}.", "yellow")
        raise typer.Exit(130) from None


def _next(in_use: str, table: str) -> str:
    if in_use == table:
        return f"The stack already uses {table}; --yes finishes what an earlier run may have left undone."
    return f"Add --yes to put {table} into service."


def _report(what: str, carried: "Counter[Family]") -> None:
    from earshot_cli.ops.restore.restore import listed as families  # noqa: PLC0415

    write(f"{what}: {', '.join(families(carried)) or 'nothing'}.")


@contextmanager
def _step(name: str) -> Iterator[Callable[[str], None]]:
    """Show what is being done and how far it is, then how long it took."""
    start = time.monotonic()
    with notes.status(name) as status:
        yield lambda more: status.update(f"{name}: {more}")
    notes.print(f"{name}, {time.monotonic() - start:.1f} s", style="dim", soft_wrap=True)
