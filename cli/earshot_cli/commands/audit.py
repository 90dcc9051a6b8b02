"""`earshot audit`: the counts of a survey held against a recount."""

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn

from earshot_cli import options
from earshot_cli.connection import connect
from earshot_cli.ops.audit.histograms import Difference
from earshot_cli.ops.audit.survey_audit import SurveyAudit
from earshot_cli.screen import notes, say, say_json


def audit(
    survey: options.Survey,
    json: options.Json = False,
    url: options.Url = None,
    api_key: options.ApiKey = None,
) -> None:
    """Recount every response and compare with the counts that scores are made of.

    [bold]earshot audit demo[/bold]

    Exit code: 0 when they are equal, 1 when they are not; answers may go on arriving meanwhile.
    """
    run = SurveyAudit(connect(url, api_key), survey)
    _read(run)
    found = run.differences()
    if json:
        say_json(_result(survey, run, found))
    else:
        _tell(survey, run, found)
    if found:
        raise typer.Exit(1)


def _read(run: SurveyAudit) -> None:
    columns = SpinnerColumn(), TextColumn("{task.description}", markup=False)
    with Progress(*columns, console=notes, transient=True, disable=not notes.is_terminal) as progress:
        task = progress.add_task("Recounting responses")
        for responses in run.pages():
            progress.update(task, description=f"Recounting responses: {responses:,}")
        for number, series in enumerate(run.series(), 1):
            progress.update(task, description=f"Reading counts: series {number:,}, {series}")


def _totals(run: SurveyAudit) -> tuple[int, int]:
    places = run.counted.places.keys() | run.recounted.places.keys()
    return len({series for series, _ in places}), len({day for _, day in places})


def _tell(survey: str, run: SurveyAudit, found: list[Difference]) -> None:
    for series, day, score, counted, recounted in found:
        say(f"{series} {day} score {score}: counted {counted:,}, recounted {recounted:,}", "red")
    series_total, days = _totals(run)
    totals = f"{run.recounted.responses:,} responses, {series_total:,} series, {days:,} days"
    if found:
        say(f"{survey}: {len(found):,} counts differ from a recount of {totals}.", "bold red")
    else:
        say(f"{survey}: counts equal a recount of {totals}.", "green")


def _result(survey: str, run: SurveyAudit, found: list[Difference]) -> dict[str, object]:
    series, days = _totals(run)
    return {
        "survey": survey,
        "equal": not found,
        "responses": run.recounted.responses,
        "series": series,
        "days": days,
        "differences": [difference._asdict() for difference in found],
    }
