"""`earshot nps`: the score of a survey."""

from typing import Annotated

import typer

from earshot_cli import options
from earshot_cli.client import survey_path
from earshot_cli.connection import connect
from earshot_cli.drawing.score_panel import score_panel
from earshot_cli.screen import out, say_json


def nps(  # noqa: PLR0913, PLR0917 each is an option to type
    survey: Annotated[str, typer.Argument(metavar="SURVEY", help="Its id; several, with commas, are added up.")],
    window: Annotated[
        str,
        typer.Option(
            parser=options.window,
            metavar="WINDOW",
            help="Whole days that end with --as-of, such as 7d, 4w or 365d; month, quarter; or all.",
        ),
    ] = "30d",
    as_of: Annotated[
        str | None, typer.Option(metavar="DATE", help="The last day of the window; default today.")
    ] = None,
    segment: Annotated[
        str | None, typer.Option(metavar="NAME=VALUE", help="Only this value of a tracked segment.")
    ] = None,
    basis: Annotated[
        str | None, typer.Option(help="all: every response (default); latest: of each person the latest in the window.")
    ] = None,
    json: options.Json = False,
    url: options.Url = None,
    api_key: options.ApiKey = None,
) -> None:
    """Show the score with its interval, its histogram and its change.

    [bold]earshot nps demo
    earshot nps demo --window 365d --as-of 2015-08-02 --segment cabin=Economy
    earshot nps shop,support --window quarter[/bold]
    """
    query = {"window": window, "as_of": as_of, "segment": segment, "basis": basis}
    path, which = ("/v1/nps", {"surveys": survey}) if "," in survey else (survey_path(survey, "nps"), {})
    score = connect(url, api_key).get(path, {**which, **query})
    if json:
        say_json(score)
    else:
        out.print(score_panel(score, ascii_only=not out.encoding.lower().startswith("utf"), width=out.width))
