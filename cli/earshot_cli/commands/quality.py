"""`earshot quality`: how reliable the responses of a survey are."""

from typing import Annotated

import typer

from earshot_cli import options
from earshot_cli.client import survey_path
from earshot_cli.connection import connect
from earshot_cli.rendering.quality_panel import quality_panel
from earshot_cli.screen import out, write_json


def quality(
    survey: options.Survey,
    window: Annotated[
        str, typer.Option(parser=options.window, metavar="DAYS", help="How many days, such as 30d or 4w.")
    ] = "30d",
    as_of: Annotated[
        str | None, typer.Option(metavar="DAY", help="The last day of the window; default: today.")
    ] = None,
    json: options.Json = False,
    url: options.Url = None,
    api_key: options.ApiKey = None,
) -> None:
    """Show the shares of hasty, repeated, machine-made and excluded responses, and whether fewer people respond.

    [bold]earshot quality demo --window 90d[/bold]
    """
    found = connect(url, api_key).get(survey_path(survey, "quality"), {"window": window, "as_of": as_of})
    if json:
        write_json(found)
    else:
        out.print(quality_panel(found, ascii_only=not out.encoding.lower().startswith("utf"), width=out.width))
