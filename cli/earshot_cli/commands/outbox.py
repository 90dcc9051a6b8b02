"""`earshot outbox`: the mails that the local Earshot sent."""

from typing import Annotated, Any

import typer
from rich import box
from rich.table import Table

from earshot_cli import options
from earshot_cli.client import Client
from earshot_cli.connection import connect
from earshot_cli.errors import CommandError, UsageError
from earshot_cli.problems import RefusedError
from earshot_cli.screen import out, write, write_json

OPEN = "Show the plain text of this mail; 1 is the newest."


def outbox(
    open_: Annotated[int | None, typer.Option("--open", metavar="N", min=1, help=OPEN)] = None,
    json: options.Json = False,
    url: options.Url = None,
    api_key: options.ApiKey = None,
) -> None:
    """List the mails sent, newest first; only the local Earshot of `make run` keeps them.

    [bold]earshot outbox
    earshot outbox --open 1[/bold]
    """
    client = connect(url, api_key)
    mails = _mails(client)
    if open_ is not None and open_ > len(mails):
        raise UsageError(f"There is no mail {open_}: {len(mails):,} were sent.")
    shown = mails if open_ is None else [mails[open_ - 1]]
    if json:
        write_json({"mails": shown})
    elif open_ is not None:
        _show(shown[0])
    elif mails:
        out.print(_table(mails))
        write(f"{client.url}/outbox shows them as a mail program would.", "dim")
    else:
        write("No mail has been sent yet.")


def _mails(client: Client) -> list[dict[str, Any]]:
    try:
        mails: list[dict[str, Any]] = client.get("/outbox.json")["mails"]
    except RefusedError as refused:
        if refused.status != 404:
            raise
        raise CommandError(f"{client.url} has no outbox: only the local Earshot of `make run` keeps mails.") from None
    return mails


def _show(mail: dict[str, Any]) -> None:
    for name, field in (("Sent", "sent_at"), ("From", "from"), ("To", "to"), ("Subject", "subject")):
        write(f"{name}: {_printable(mail[field])}")
    write("\n" + "\n".join(_printable(line) for line in mail["text"].splitlines()))


def _table(mails: list[dict[str, Any]]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("", justify="right")
    for column in ("sent", "to", "subject"):
        table.add_column(column, overflow="fold")
    for number, mail in enumerate(mails, 1):
        table.add_row(str(number), *(_printable(mail[field]) for field in ("sent_at", "to", "subject")))
    return table


def _printable(text: Any) -> str:
    """Keep control characters of a mail away from the terminal."""
    return "".join(character if character.isprintable() else " " for character in str(text))
