"""`earshot invite`: invite one person, now or later."""

from typing import Annotated

import typer

from earshot_cli import options
from earshot_cli.client import survey_path
from earshot_cli.connection import connect
from earshot_cli.rendering.invitation_history import decision_in_words
from earshot_cli.screen import write, write_json


def invite(  # noqa: PLR0913, PLR0917 each is an option to type
    survey: options.Survey,
    email: Annotated[str, typer.Option(metavar="ADDRESS", help="The person's address.", show_default=False)],
    person: Annotated[str | None, typer.Option("--id", help="The person's id; default: made from the address.")] = None,
    name: Annotated[str | None, typer.Option(help="The person's name.")] = None,
    locale: Annotated[str | None, typer.Option(help="The person's language, such as de or pt-BR.")] = None,
    delay: Annotated[int, typer.Option(metavar="SECONDS", min=0, help="Invite this many seconds later.")] = 0,
    json: options.Json = False,
    url: options.Url = None,
    api_key: options.ApiKey = None,
) -> None:
    """Invite one person, if they may be invited now; print the decision and its reason.

    [bold]earshot invite demo --email ann@example.com --name Ann --locale de[/bold]
    """
    given = {"id": person, "email": email, "name": name, "locale": locale}
    wish = {"person": {field: value for field, value in given.items() if value}, "delay": delay}
    # The second of two calls would find the person asked already and say so, although it was the first that asked.
    reply = connect(url, api_key).call(
        "POST", survey_path(survey, "invitations"), {"invitations": [wish]}, repeatable=False
    )
    if json:
        write_json(reply)
        return
    for invitation in reply["invitations"]:
        write(decision_in_words(invitation))
        if invitation["outcome"] == "scheduled" and invitation["reason"] == "outside-hours":
            opens = invitation["due_at"][:19]
            write(f"Under `make run`, `earshot clock {opens}` moves the clock there and sends the mail.")
        write(f"`earshot why {invitation['person']}` shows what happens next.", "dim")
