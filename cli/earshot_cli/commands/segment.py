"""`earshot segment`: list, accept, ignore, remove and merge the values of a segment."""

from typing import Annotated, Any

import typer

from earshot_cli import options
from earshot_cli.client import survey_path
from earshot_cli.connection import connect
from earshot_cli.errors import CommandError
from earshot_cli.group import CommandGroup
from earshot_cli.rendering.segment_values import decided, values_card
from earshot_cli.screen import confirmed, out, write, write_json

app = typer.Typer(
    cls=CommandGroup,
    help="List the values of a segment, and decide which have a score of their own.",
    no_args_is_help=True,
    rich_markup_mode="rich",
)

Segment = Annotated[str, typer.Argument(metavar="SEGMENT", help="The tracked property, such as plan.")]
Values = Annotated[list[str], typer.Argument(metavar="VALUE…", help="One value or more.", show_default=False)]


@app.command("list")
def list_values(
    survey: options.Survey,
    segment: Segment,
    json: options.Json = False,
    url: options.Url = None,
    api_key: options.ApiKey = None,
) -> None:
    """List the values of a segment: those with a score, candidates with their responses, and your decisions."""
    known = connect(url, api_key).get(survey_path(survey, "values"), {"segment": segment})
    if json:
        write_json(known)
    else:
        out.print(values_card(known))


@app.command()
def accept(
    survey: options.Survey,
    segment: Segment,
    values: Values,
    url: options.Url = None,
    api_key: options.ApiKey = None,
) -> None:
    """Accept values: each gets a series, and the responses it has in (other) are moved there.

    [bold]earshot segment accept demo plan gold silver[/bold]
    """
    _decide(survey, {"segment": segment, "accept": values}, url, api_key)


@app.command()
def ignore(
    survey: options.Survey,
    segment: Segment,
    values: Values,
    url: options.Url = None,
    api_key: options.ApiKey = None,
) -> None:
    """Remove values from the candidates for good; their responses still count in (other)."""
    _decide(survey, {"segment": segment, "ignore": values}, url, api_key)


@app.command()
def remove(
    survey: options.Survey,
    segment: Segment,
    values: Values,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask first.")] = False,
    url: options.Url = None,
    api_key: options.ApiKey = None,
) -> None:
    """Remove the score of values; their responses are moved to (other). Asks first."""
    asked = f"Move all responses of {', '.join(values)} to {segment}=(other)?"
    if not yes and not confirmed(asked, "remove the series"):
        raise CommandError("Nothing was changed.")
    _decide(survey, {"segment": segment, "remove": values}, url, api_key)


@app.command()
def merge(
    survey: options.Survey,
    segment: Segment,
    value: Annotated[str, typer.Argument(metavar="VALUE", help="The value to count in another's score.")],
    into: Annotated[str, typer.Argument(metavar="INTO", help="The value with that score.")],
    url: options.Url = None,
    api_key: options.ApiKey = None,
) -> None:
    """Merge a value into another: its responses count in the other's score; accepting it undoes that.

    [bold]earshot segment merge demo plan Pro pro[/bold]
    """
    _decide(survey, {"segment": segment, "merge": [{"value": value, "into": into}]}, url, api_key)


def _decide(survey: str, body: dict[str, Any], url: str | None, api_key: str | None) -> None:
    known = connect(url, api_key).call("PATCH", survey_path(survey, "values"), body)
    write(decided(known))
