"""`python -m benchmarks [NAME …] [--write]`: measure, print the tables, and write README.md, or the part named."""

import signal
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from benchmarks import (
    alert_units,
    bodies,
    case_units,
    console_pages,
    delivery,
    first_run,
    init,
    latency,
    machine,
    mails,
    operations,
    planning,
    rate,
    reading,
    recording,
    returning,
    sick,
    statistics,
    trend,
    widget,
)
from benchmarks.errors import BenchError
from benchmarks.lab import Lab
from benchmarks.readme import spliced
from benchmarks.report import Section
from benchmarks.steps import Steps
from earshot_cli.local.aws import leave_the_users_account_alone

README = Path(__file__).with_name("README.md")
WRITE = "--write"
PAGE = 140  # columns, where there is no terminal to ask
# The instructions are counted before anything else runs.
BENCHES: dict[str, Callable[[Lab], list[Section]]] = {
    "init": init.measure,
    "bodies": bodies.measure,
    "statistics": statistics.measure,
    "recording": recording.measure,
    "returning": returning.measure,
    "reading": reading.measure,
    "trend": trend.measure,
    "mails": mails.measure,
    "planning": planning.measure,
    "operations": operations.measure,
    "latency": latency.measure,
    "alerts": alert_units.measure,
    "cases": case_units.measure,
    "console": console_pages.measure,
    "delivery": delivery.measure,
    "sick": sick.measure,
    "rate": rate.measure,
    "widget": widget.measure,
    "first_run": first_run.measure,
}
PREFACE = """# Benchmarks

Ratios count, milliseconds do not: both sides of each ratio were measured in one run, on one machine and one engine.

- Command: `make bench`; `make bench ARGS="init reading"` prints only those
- Date: {date}, in {minutes:.0f} min {seconds:02.0f} s
- Machine: {machine}; load average {load:.1f} at the start, {last:.1f} at the end
"""


def main(arguments: Sequence[str]) -> int:
    """Run the chosen benches, or all; 1 if a target is missed."""
    console = Console()
    chosen = [name for name in arguments if name != WRITE]
    if not console.is_terminal:
        console.width = PAGE
    if unknown := [name for name in chosen if name not in BENCHES]:
        console.print(f"There is no bench {', '.join(unknown)}; there are {', '.join(BENCHES)}.", style="red")
        return 2
    leave_the_users_account_alone()
    load, start = machine.load(), time.monotonic()
    console.print(f"[dim]{machine.describe()}; load average {load:.1f}[/]")
    if load > machine.BUSY:
        console.print("This machine is busy: the times below will not be worth much.", style="yellow")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        sections = _run(console, [name for name in BENCHES if name in chosen or not chosen])
    except BenchError as error:
        console.print(f"Nothing was written: {error}", style="red", markup=False)
        return 1
    except KeyboardInterrupt:
        console.print("Stopped; nothing was written.")
        return 130
    if not chosen:
        README.write_text(_written(sections, load, time.monotonic() - start), encoding="utf-8")
        console.print(f"Written to {README}")
    elif WRITE in arguments:
        README.write_text(spliced(README.read_text(encoding="utf-8"), sections, chosen, load), encoding="utf-8")
        console.print(f"Written into {README}")
    return int(any(row.met is False for section in sections for row in section.rows))


def _run(console: Console, names: Sequence[str]) -> list[Section]:
    steps = Steps(console)
    sections: list[Section] = []
    with steps.progress, Lab(steps) as lab:
        for name in names:
            found = BENCHES[name](lab)
            for section in found:
                section.show(console)
            sections += found
    return sections


def _written(sections: Sequence[Section], load: float, seconds: float) -> str:
    minutes, rest = divmod(seconds, 60)
    today = datetime.now(UTC).date()
    preface = PREFACE.format(
        date=today, minutes=minutes, seconds=rest, machine=machine.describe(), load=load, last=machine.load()
    )
    return "\n".join([preface, *(section.markdown() for section in sections)])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
