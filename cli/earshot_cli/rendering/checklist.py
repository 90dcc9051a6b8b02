"""The results of the doctor's checks as a list."""

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from earshot_cli.ops.doctor.results import CheckResult, Finding
from earshot_cli.phrases import counted, listed

PASSED, FAILED, UNCHECKED = ("✓", "green"), ("✗", "red"), ("?", "yellow")
ASCII = {"✓": "+", "✗": "x", "?": "?", "→": "->"}


def checklist(results: Sequence[CheckResult], ascii_only: bool = False) -> Table:
    """Return a table with a row for each check, and below it one for each finding with how to fix it."""
    table = Table.grid(padding=(0, 2, 0, 0))
    for overflow in ("ellipsis", "ellipsis", "fold"):
        table.add_column(no_wrap=overflow != "fold", overflow=overflow)
    for result in results:
        sign, color = UNCHECKED if result.unchecked else FAILED if result.findings else PASSED
        facts = Text(result.unchecked or result.summary, "dim")
        table.add_row(Text(_shown(sign, ascii_only), color), Text(result.check, "bold"), facts)
        for finding in result.findings:
            table.add_row("", "", _finding(finding, ascii_only))
    return table


def verdict(results: Sequence[CheckResult]) -> tuple[str, str]:
    """Return the results in one sentence, with its color."""
    findings = sum(len(result.findings) for result in results)
    unchecked = [result.check for result in results if result.unchecked]
    missing = f"; could not check {listed(unchecked)}" if unchecked else ""
    if findings:
        return f"{counted(findings, 'problem')} found{missing}.", "bold red"
    if unchecked:
        return f"No problems found{missing}.", "bold yellow"
    return "All is well.", "bold green"


def _finding(finding: Finding, ascii_only: bool) -> Text:
    where = f" (docs/runbooks/{finding.runbook}.md)" if finding.runbook else ""
    arrow = _shown("→", ascii_only)
    return Text.assemble(
        (finding.subject, "bold red"), f": {finding.fault}\n", (f"{arrow} ", "red"), finding.fix, (where, "dim")
    )


def _shown(sign: str, ascii_only: bool) -> str:
    return ASCII[sign] if ascii_only else sign
