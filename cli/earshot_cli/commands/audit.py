"""`earshot audit`: the counts of a survey and the figures of its cases, compared with a recount."""

import typer

from earshot_cli import options
from earshot_cli.client import Client
from earshot_cli.connection import connect
from earshot_cli.ops.audit import Audit, Difference
from earshot_cli.ops.case_audit import AuditedCases, CaseAudit
from earshot_cli.phrases import counted
from earshot_cli.problems import RefusedError
from earshot_cli.screen import note, spinner, write, write_json

FORBIDDEN = 403


def audit(
    survey: options.Survey,
    json: options.Json = False,
    url: options.Url = None,
    api_key: options.ApiKey = None,
) -> None:
    """Recount every response and compare with the counts that scores are computed from.

    Cases are put together from their facts, and compared with their states and their measures.

    [bold]earshot audit demo[/bold]

    Exit code: 0 when they are equal, 1 when they are not. Responses may arrive meanwhile.
    """
    client = connect(url, api_key)
    run = Audit(client, survey)
    with spinner("Recounting responses") as show:
        for responses in run.recount():
            show(f"Recounting responses: {responses:,}")
        for number, series in enumerate(run.read_counts(), 1):
            show(f"Reading counts: series {number:,}, {series}")
    differences, cases = run.differences(), _audit_cases(client, survey)
    if json:
        write_json(_as_json(survey, run, differences) | {"cases": cases and cases.as_json()})
    else:
        _print(survey, run, differences)
        if cases is not None:
            _print_cases(survey, cases)
    if differences or (cases is not None and cases.differences):
        raise typer.Exit(1)


def _audit_cases(client: Client, survey: str) -> AuditedCases | None:
    """Recount the cases of a survey; None, with a remark, if the key may not read them."""
    run = CaseAudit(client, survey)
    try:
        with spinner("Recounting cases") as show:
            for cases in run.read():
                show(f"Recounting cases: {cases:,}")
        return AuditedCases(run.number, run.differences())
    except RefusedError as error:
        if error.status != FORBIDDEN:
            raise
        note("Cases are not recounted: that needs a key with the scope cases:read.")
        return None


def _print_cases(survey: str, cases: AuditedCases) -> None:
    for what, kept, recounted in cases.differences:
        write(f"{what}: kept {_shown(kept)}, recounted {_shown(recounted)}", "red")
    of = counted(cases.number, "case")
    if cases.differences:
        number = counted(len(cases.differences), "figure differs", "figures differ")
        write(f"{survey}: {number} from a recount of {of} by their facts.", "bold red")
    else:
        write(f"{survey}: figures equal a recount of {of} by their facts.", "green")


def _shown(value: object) -> str:
    return "none" if value is None else str(value)


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
