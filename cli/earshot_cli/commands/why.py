"""`earshot why`: why a person was invited, or was not."""

from typing import Annotated

import typer

from earshot_cli import options
from earshot_cli.client import read_of_person
from earshot_cli.connection import connect
from earshot_cli.naming import person_named
from earshot_cli.rendering.invitation_history import decision_in_words
from earshot_cli.screen import write, write_json


def why(
    person: Annotated[str, typer.Argument(metavar="PERSON", help="Their id or address.", show_default=False)],
    json: options.Json = False,
    url: options.Url = None,
    api_key: options.ApiKey = None,
) -> None:
    """Show every decision to invite a person, oldest first: when, for which survey, the result and its reason.

    [bold]earshot why customer-1
    earshot why ann@example.com[/bold]
    """
    client = connect(url, api_key)
    reply = read_of_person(client, person_named(client, person), "invitations", named="person")
    if json:
        write_json(reply)
        return
    for invitation in reply["invitations"]:
        write(decision_in_words(invitation))
    if not reply["invitations"]:
        write(f"No invitation was ever requested for {person}.")
