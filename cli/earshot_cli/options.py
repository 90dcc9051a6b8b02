"""Options that several commands share."""

import re
from typing import Annotated

import typer

Url = Annotated[
    str | None,
    typer.Option("--url", envvar="EARSHOT_URL", help="The address of Earshot.", rich_help_panel="Connection"),
]
ApiKey = Annotated[
    str | None,
    typer.Option("--api-key", envvar="EARSHOT_API_KEY", help="An API key.", rich_help_panel="Connection"),
]
WHOLE_DAYS = re.compile(r"([0-9]{1,4})([dw]?)", re.ASCII)


def window(typed: str) -> str:
    """Return a window as the API writes it: `30` is 30d, `4w` is 28d; all else as typed."""
    found = WHOLE_DAYS.fullmatch(typed.strip())
    return f"{int(found[1]) * (7 if found[2] == 'w' else 1)}d" if found else typed


Survey = Annotated[str, typer.Argument(metavar="SURVEY", help="The survey's id, such as demo.", show_default=False)]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Stack = Annotated[
    str | None,
    typer.Option(
        "--stack",
        envvar="EARSHOT_STACK",
        metavar="NAME",
        help="The name of a deployed CloudFormation stack; default: the local one of `make run`.",
        rich_help_panel="Stack",
    ),
]
Region = Annotated[str | None, typer.Option(help="The stack's AWS region.", rich_help_panel="Stack")]
Profile = Annotated[str | None, typer.Option(help="The AWS profile to use.", rich_help_panel="Stack")]
