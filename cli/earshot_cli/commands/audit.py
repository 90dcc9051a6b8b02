"""`earshot audit`: the counts of a survey compared with a recount."""

import typer

from earshot_cli import options
from earshot_cli.connection import connect
from earshot_cli.ops.audit import Audit, Difference
from earshot_cli.phrases import counted
from earshot_cli.screen import spinner, write, write_json


def audit(
    survey: options.Survey,
    json: options.Json = False,
    url: options.Url = None,
    api_key: options.ApiKey = None,
) -> None:
    """Recount every response and compare with the counts that scores are computed from.

    [bold]earshot audit demo[/bold]

    Exit code: 0 when they are equal, 1 when they are not. Responses may arrive meanwhile.
    """
    run = Audit(connect(url, api_key), survey)
    with spinner("Recounting responses") as show:
        for responses in run.recount():
            show(f"Recounting responses: {responses:,}")
        for number, series in enumerate(run.read_counts(), 1):
            show(f"Reading counts: series {number:,}, {series}")
    differences = run.differences()
    if json:
        write_json(_as_json(survey, run, differences))
    else:
        _print(survey, run, differences)
    if differences:
        raise typer.Exit(1)


def _print(survey: str, run: Audit, differences: list[Difference]) -> None:
    for series, day, score, count, recounted in differences:
        write(f"{series} {day} score {score}: counted {count:,}, recounted {recounted:,}", "red")
    series_total, days = _totals(run)
    responses = counted(run.recounted.responses, "response")
    totals = f"{responses}, {series_total:,} series, {counted(days, 'day')}"
    if differences:
        number = counted(len(differences), "count differs", "counts differ")
        write(f"{survey}: {number} from a recount of {totals}.", "bold red")
    else:
        write(f"{survey}: counts equal a recount of {totals}.", "green")


def _totals(run: Audit) -> tuple[int, int]:
    return len({cell.series for cell in run.cells}), len({cell.day for cell in run.cells})


def _as_json(survey: str, run: Audit, differences: list[Difference]) -> dict[str, object]:
    series, days = _totals(run)
    return {
        "survey": survey,
        "equal": not differences,
        "responses": run.recounted.responses,
        "series": series,
        "days": days,
        "differences": [difference._asdict() for difference in differences],
    }
