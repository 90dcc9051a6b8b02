"""What the doctor found, as a checklist."""

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from earshot_cli.ops.doctor.results import Examined, Finding, counted, listed

WELL, ILL, UNSEEN = ("✓", "green"), ("✗", "red"), ("?", "yellow")
ASCII = {"✓": "+", "✗": "x", "?": "?", "→": "->"}


def checklist(examined: Sequence[Examined], ascii_only: bool = False) -> Table:
    """Draw a line for each room, and below it one for each fault with what to do."""
    table = Table(box=None, show_header=False, padding=(0, 1), show_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for room in examined:
        sign, colour = _mark(room)
        table.add_row(
            Text(_shown(sign, ascii_only), colour), Text(room.room, "bold"), Text(room.unseen or room.seen, "dim")
        )
        for finding in room.findings:
            table.add_row("", "", _fault(finding, ascii_only))
    return table


def verdict(examined: Sequence[Examined]) -> tuple[str, str]:
    """Say the whole in one sentence, with its colour."""
    faults = sum(len(room.findings) for room in examined)
    unseen = [room.room for room in examined if room.unseen]
    missing = f"; {listed(unseen)} could not be looked at" if unseen else ""
    if faults:
        return f"{counted(faults, 'thing')} to mend{missing}.", "bold red"
    if unseen:
        return f"Nothing wrong where I could look{missing}.", "bold yellow"
    return "All is well.", "bold green"


def _mark(room: Examined) -> tuple[str, str]:
    return UNSEEN if room.unseen else ILL if room.findings else WELL


def _fault(finding: Finding, ascii_only: bool) -> Text:
    where = f" (docs/runbooks/{finding.runbook}.md)" if finding.runbook else ""
    arrow = _shown("→", ascii_only)
    return Text.assemble(
        (finding.subject, "bold red"), f": {finding.fault}\n", (f"{arrow} ", "red"), finding.mend, (where, "dim")
    )


def _shown(sign: str, ascii_only: bool) -> str:
    return ASCII[sign] if ascii_only else sign
