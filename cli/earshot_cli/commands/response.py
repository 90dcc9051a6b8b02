"""`earshot response`: show, revise, exclude, include or erase one response."""

from typing import Annotated, Any

import typer

from earshot_cli import options
from earshot_cli.client import survey_path
from earshot_cli.connection import connect
from earshot_cli.errors import UsageError
from earshot_cli.group import CommandGroup
from earshot_cli.rendering.response_card import response_card
from earshot_cli.screen import confirmed, out, write, write_json

app = typer.Typer(
    cls=CommandGroup,
    help="Show, revise, exclude, include and erase one response.",
    no_args_is_help=True,
    rich_markup_mode="rich",
)

Id = Annotated[str, typer.Argument(metavar="ID", help="The response's id, or the id as sent.", show_default=False)]
Why = Annotated[
    str | None, typer.Option("--reason", metavar="TEXT", help="Why; kept in the history.", show_default=False)
]


@app.command()
def show(
    survey: options.Survey,
    response: Id,
    json: options.Json = False,
    url: options.Url = None,
    api_key: options.ApiKey = None,
) -> None:
    """Show a response, and who changed it, when and why."""
    _show(connect(url, api_key).get(survey_path(survey, "responses", response)), json)


@app.command()
def revise(  # noqa: PLR0913, PLR0917 each is an option to type
    survey: options.Survey,
    response: Id,
    score: Annotated[int | None, typer.Option(metavar="N", help="The new score, from 0 to 10.")] = None,
    comment: Annotated[str | None, typer.Option(metavar="TEXT", help="The new comment; '' removes it.")] = None,
    property_: Annotated[
        list[str] | None,
        typer.Option("--property", metavar="NAME=VALUE", help="A property; NAME= removes it; others stay."),
    ] = None,
    contact_requested: Annotated[
        bool | None, typer.Option(help="Whether the respondent wants to be contacted.", show_default=False)
    ] = None,
    reason: Annotated[str | None, typer.Option(metavar="TEXT", help="Why; kept in the history.")] = None,
    json: options.Json = False,
    url: options.Url = None,
    api_key: options.ApiKey = None,
) -> None:
    """Revise the score, the comment, properties or the wish for contact; counts are updated at once.

    [bold]earshot response revise demo 019a… --score 9 --reason "Misheard on the phone"[/bold]

    [bold]earshot response revise demo 019a… --property plan=pro[/bold]
    """
    given = {"score": score, "comment": comment, "contact_requested": contact_requested}
    changes: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    if not changes and not property_:
        raise UsageError(
            "Pass what to revise: --score N, --comment TEXT, --property NAME=VALUE, --contact-requested or "
            "--no-contact-requested, or several."
        )
    changes |= {"reason": reason} if reason is not None else {}
    if property_:
        properties = dict(map(_property, property_))
        known = connect(url, api_key).get(survey_path(survey, "responses", response))
        changes["properties"] = {name: value for name, value in (known["properties"] | properties).items() if value}
    _patch(survey, response, changes, json, url, api_key)


@app.command()
def exclude(
    survey: options.Survey,
    response: Id,
    reason: Why = None,
    json: options.Json = False,
    url: options.Url = None,
    api_key: options.ApiKey = None,
) -> None:
    """Exclude a response from the score; it stays visible, with the reason.

    [bold]earshot response exclude demo 019a… --reason "A test of our own staff"[/bold]
    """
    _patch(survey, response, {"excluded": True, "reason": _changes(reason, "excluded")}, json, url, api_key)


@app.command()
def include(
    survey: options.Survey,
    response: Id,
    reason: Why = None,
    json: options.Json = False,
    url: options.Url = None,
    api_key: options.ApiKey = None,
) -> None:
    """Include an excluded response in the score again."""
    _patch(survey, response, {"excluded": False, "reason": _changes(reason, "included again")}, json, url, api_key)


@app.command()
def erase(
    survey: options.Survey,
    response: Id,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask first; this cannot be undone.")] = False,
    url: options.Url = None,
    api_key: options.ApiKey = None,
) -> None:
    """Erase a response for good; asks first. To only remove it from the score, exclude it."""
    client = connect(url, api_key)
    if not yes and not confirmed(f"Erase the response {response} for good? This cannot be undone", "erase it"):
        write("Nothing was erased.")
        raise typer.Exit(1)
    client.call("DELETE", survey_path(survey, "responses", response))
    write(f"{response} is erased: only the fact, the time and the key are kept.")


def _property(typed: str) -> tuple[str, str]:
    name, equals, value = map(str.strip, typed.partition("="))
    if not equals or not name:
        raise UsageError(f"--property {typed}: write --property NAME=VALUE; NAME= removes the property.")
    return name, value


def _changes(reason: str | None, done: str) -> str:
    if reason is None or not reason.strip():
        raise UsageError(f"Pass the reason why the response is {done}: --reason TEXT is kept in its history.")
    return reason


def _patch(survey: str, response: str, changes: dict[str, Any], json: bool, url: str | None, key: str | None) -> None:
    _show(connect(url, key).call("PATCH", survey_path(survey, "responses", response), changes), json)


def _show(response: dict[str, Any], json: bool) -> None:
    if json:
        write_json(response)
    else:
        out.print(response_card(response, ascii_only=not out.encoding.lower().startswith("utf"), width=out.width))
