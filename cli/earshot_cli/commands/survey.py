"""`earshot survey`: surveys shown, created and closed."""

from typing import Annotated, Any

import typer
from rich import box
from rich.table import Table

from earshot_cli import options
from earshot_cli.client import Client, survey_path
from earshot_cli.connection import connect
from earshot_cli.errors import CommandError
from earshot_cli.problems import RefusedError
from earshot_cli.screen import out, say, say_json

app = typer.Typer(help="Show, list, create and close surveys.", no_args_is_help=True, rich_markup_mode="rich")


@app.command()
def show(
    survey: options.Survey,
    json: options.Json = False,
    url: options.Url = None,
    api_key: options.ApiKey = None,
) -> None:
    """Show one survey."""
    known = connect(url, api_key).get(survey_path(survey))
    if json:
        say_json(known)
    else:
        out.print(_card(known))


@app.command("list")
def list_surveys(json: options.Json = False, url: options.Url = None, api_key: options.ApiKey = None) -> None:
    """List the surveys."""
    answer = connect(url, api_key).get("/v1/surveys")
    if json:
        say_json(answer)
    else:
        out.print(_table(answer["surveys"]))


@app.command()
def create(  # noqa: PLR0917 each is an option to type
    survey: options.Survey,
    name: Annotated[str | None, typer.Option(help="What people call it; default its id.")] = None,
    question: Annotated[str | None, typer.Option(help="The question asked; default the usual one.")] = None,
    timezone: Annotated[str, typer.Option(help="Where its days begin; fixed after the first answer.")] = "UTC",
    segment: Annotated[list[str] | None, typer.Option(help="A property whose values get a score each.")] = None,
    url: options.Url = None,
    api_key: options.ApiKey = None,
) -> None:
    """Create a survey; one that exists is left as it is.

    [bold]earshot survey create demo --name "Demo airline" --timezone Europe/Berlin --segment cabin[/bold]
    """
    client = connect(url, api_key)
    _must_be_new(client, survey)
    settings = {"name": name or survey, "timezone": timezone, "segments": segment or []}
    client.call("PUT", survey_path(survey), settings | ({"question": question} if question else {}))
    say(f"Survey {survey} is open; its days begin at midnight in {timezone}.")


@app.command()
def close(survey: options.Survey, url: options.Url = None, api_key: options.ApiKey = None) -> None:
    """Close a survey: it keeps its responses and takes no more."""
    connect(url, api_key).call("PATCH", survey_path(survey), {"state": "closed"})
    say(f"Survey {survey} is closed.")


def _must_be_new(client: Client, survey: str) -> None:
    try:
        client.get(survey_path(survey))
    except RefusedError as refused:
        if refused.status == 404:
            return
        raise
    raise CommandError(f"There is a survey {survey} already: `earshot survey show {survey}` shows it.")


def _card(survey: dict[str, Any]) -> Table:
    card = Table.grid(padding=(0, 2))
    card.add_column(style="dim")
    card.add_column(overflow="fold")
    for field in ("id", "name", "question", "timezone", "state", "kind", "created"):
        card.add_row(field, str(survey.get(field) or ""))
    for segment in survey.get("segments", []):
        card.add_row("segment", _segment(survey, segment))
    return card


def _segment(survey: dict[str, Any], segment: str) -> str:
    values = len(survey.get("values", {}).get(segment, []))
    counting = ", older responses are still being counted" if segment in survey.get("incomplete", []) else ""
    return f"{segment}: {values:,} value{'' if values == 1 else 's'}{counting}"


def _table(surveys: list[dict[str, Any]]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in ("id", "name", "state", "timezone", "segments"):
        table.add_column(column, overflow="fold")
    for survey in surveys:
        segments = ", ".join(survey.get("segments", []))
        table.add_row(survey["id"], survey["name"], survey["state"], survey["timezone"], segments)
    return table
