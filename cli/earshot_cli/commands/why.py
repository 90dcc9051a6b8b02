"""`earshot why`: why someone was asked, or was not."""

from typing import Annotated

import typer

from earshot_cli import options
from earshot_cli.client import named, person_path
from earshot_cli.connection import connect
from earshot_cli.drawing.decisions import decision_in_words
from earshot_cli.screen import say, say_json


def why(
    person: Annotated[str, typer.Argument(metavar="PERSON", help="The person's id.", show_default=False)],
    json: options.Json = False,
    url: options.Url = None,
    api_key: options.ApiKey = None,
) -> None:
    """Show every decision about asking a person, the oldest first: when, for which survey, what and why.

    Whoever has no id of yours goes by the one that Earshot made of their address.

    [bold]earshot why customer-1[/bold]
    """
    answer = connect(url, api_key).get(person_path(named(person), "invitations"))
    if json:
        say_json(answer)
        return
    for invitation in answer["invitations"]:
        say(decision_in_words(invitation))
    if not answer["invitations"]:
        say(f"Nobody ever wished that {person} be asked.")
