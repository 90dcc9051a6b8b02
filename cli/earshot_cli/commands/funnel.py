"""`earshot funnel`: how far the invitations of a survey came."""

from earshot_cli import options
from earshot_cli.client import survey_path
from earshot_cli.connection import connect
from earshot_cli.rendering.funnel_panel import funnel_panel
from earshot_cli.screen import out, write_json


def funnel(
    survey: options.Survey, json: options.Json = False, url: options.Url = None, api_key: options.ApiKey = None
) -> None:
    """Show how many were invited, reached, reminded and responded, with the response rate and the score.

    [bold]earshot funnel demo[/bold]
    """
    found = connect(url, api_key).get(survey_path(survey, "funnel"))
    if json:
        write_json(found)
    else:
        out.print(funnel_panel(found, ascii_only=not out.encoding.lower().startswith("utf"), width=out.width))
