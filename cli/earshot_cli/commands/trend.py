"""`earshot trend`: a score over time, in the terminal and as a picture."""

import os
from pathlib import Path
from typing import Annotated, Any

import typer

from earshot.charts.trend_svg import trend_svg
from earshot_cli import options
from earshot_cli.client import Client, survey_path
from earshot_cli.connection import connect
from earshot_cli.errors import CommandError
from earshot_cli.rendering.trend_panel import trend_panel
from earshot_cli.screen import note, out, write, write_json
from earshot_cli.segment_values import hint_at_values


def trend(  # noqa: PLR0913, PLR0917 each is an option to type
    survey: Annotated[
        str, typer.Argument(metavar="SURVEY", help="Its id; several, separated by commas, are combined.")
    ],
    window: Annotated[
        str,
        typer.Option(
            parser=options.window, metavar="WINDOW", help="Whole days such as 7d, 4w or 365d; month, quarter; or all."
        ),
    ] = "30d",
    first: Annotated[
        str | None, typer.Option("--from", metavar="DATE", help="The first day; default: 90 days ago.")
    ] = None,
    end: Annotated[str | None, typer.Option("--to", metavar="DATE", help="The day after the last one.")] = None,
    segment: Annotated[
        str | None, typer.Option(metavar="NAME=VALUE", help="Only this value of a tracked segment.")
    ] = None,
    basis: Annotated[str | None, typer.Option(help="latest: only each person's latest response in the window.")] = None,
    svg: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write a picture to this file, with interval and number of responses."),
    ] = None,
    json: options.Json = False,
    url: options.Url = None,
    api_key: options.ApiKey = None,
) -> None:
    """Show the score over time, one point a day, with its interval and number of responses.

    [bold]earshot trend demo
    earshot trend shop,support --window 90d --from 2026-01-01 --to 2026-07-01 --svg score.svg[/bold]
    """
    if svg is not None and svg.is_dir():
        raise CommandError(f"--svg {svg} is a folder: name the file in it, such as {svg / 'trend.svg'}.")
    if svg is not None and not svg.absolute().parent.is_dir():
        raise CommandError(f"There is no folder {svg.absolute().parent} to write {svg.name} into.")
    client = connect(url, api_key)
    query = {"window": window, "from": first, "to": end, "segment": segment, "basis": basis}
    trend = _trend(client, survey, query)
    if json:
        write_json(trend)
    elif svg is None:
        out.print(trend_panel(trend, ascii_only=not out.encoding.lower().startswith("utf"), width=out.width))
    if svg is not None:
        _write(svg, trend_svg(trend, target=_target(client, trend)))
        if not json:
            (write if svg.is_file() else note)(f"Written to {svg}.")
    if segment and "survey" in trend and not any(point["responses"] for point in trend["points"]):
        hint_at_values(client, survey, segment)


def _trend(client: Client, survey: str, query: dict[str, str | None]) -> dict[str, Any]:
    if "," in survey:
        return dict(client.get("/v1/trend", {"surveys": survey, **query}))
    return dict(client.get(survey_path(survey, "trend"), query))


def _target(client: Client, trend: dict[str, Any]) -> int | None:
    """The survey's target, if the course is of the whole of one survey."""
    if "survey" not in trend or trend["segment"]:
        return None
    target = client.get(survey_path(trend["survey"], "nps"), {}).get("target")
    return target["score"] if target else None


def _write(file: Path, content: str) -> None:
    """Put the whole picture there, or leave what was there before; through a link, a pipe or a device it is written."""
    temporary = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        if file.is_symlink() or (file.exists() and not file.is_file()):
            file.write_text(content, encoding="utf-8")
            return
        temporary.write_text(content, encoding="utf-8")
        temporary.replace(file)
    except OSError as exc:
        temporary.unlink(missing_ok=True)
        raise CommandError(f"{file} cannot be written: {exc.strerror}.") from exc
