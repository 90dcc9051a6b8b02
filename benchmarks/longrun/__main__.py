"""`python -m benchmarks.longrun`: let simulated people be asked for weeks, and check every mail."""

import argparse
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from benchmarks.longrun.population import Size
from benchmarks.longrun.ports import Made, in_process
from benchmarks.longrun.report import Outcome, document, sections
from benchmarks.longrun.timeline import MINUTE
from benchmarks.longrun.verifier import Verifier
from benchmarks.longrun.world import Plan, World

PAGE = Path(__file__).parents[2] / "docs/reliability.md"
WIDTH = 120  # columns, where there is no terminal to ask
STORIES = 3


def main(arguments: list[str]) -> int:
    """Run, print the tables, and write them if asked to; 1 if the verifier found anything."""
    options = _read(arguments)
    console = Console()
    if not console.is_terminal:
        console.width = WIDTH
    # The engine replies in milliseconds, not microseconds: there the planner is woken every three hours.
    size = Size(options.people, options.days, options.seed)
    plan = Plan(size, planning=180 * MINUTE if options.engine else 5 * MINUTE)
    with _stores(engine=options.engine) as made:
        began = time.monotonic()
        world = World(plan, made)
        with _Progress(console, world) as show_day:
            world.run(show_day)
    verdict = Verifier(world.facts, world.end).verify()
    where = "on the adapters over the local engine" if options.engine else "in process"
    found = sections(Outcome(world, verdict, time.monotonic() - began, where))
    for section in found:
        section.show(console)
    for violation in verdict.violations[:STORIES]:
        console.print(f"{violation.kind}: {violation.what}", style="red")
        console.print("\n".join(world.facts.story(violation.person)), markup=False, highlight=False)
    if options.write:
        PAGE.write_text(document(_command(options), datetime.now(UTC).date().isoformat(), found), encoding="utf-8")
        console.print(f"Written to {PAGE}")
    return int(bool(verdict.violations))


def _read(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m benchmarks.longrun", description=__doc__)
    parser.add_argument("--people", type=_number, default=10_000, help="how many people take part (10000)")
    parser.add_argument("--days", type=_number, default=60, help="over how many days they are asked (60)")
    parser.add_argument("--seed", type=int, default=1, help="what all chance is drawn from (1)")
    parser.add_argument("--engine", action="store_true", help="run on the DynamoDB adapters and the local engine")
    parser.add_argument("--write", action="store_true", help="write the tables into docs/reliability.md")
    return parser.parse_args(arguments)


def _number(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 1_000_000:
        raise argparse.ArgumentTypeError(f"{text} is no number from 1 to 1000000")
    return int(text)


def _stores(*, engine: bool) -> AbstractContextManager[Made]:
    if not engine:
        return nullcontext(in_process)
    from benchmarks.longrun.engine import over_engine  # noqa: PLC0415 - only here is AWS's SDK wanted

    return over_engine()


def _command(options: argparse.Namespace) -> str:
    engine = " --engine" if options.engine else ""
    return f'make longrun ARGS="--people {options.people} --days {options.days} --seed {options.seed}{engine}"'


class _Progress:
    """Shows how far a run is: as a bar on a terminal, as a line every ten days elsewhere."""

    def __init__(self, console: Console, world: World) -> None:
        self._console = console
        self._world = world
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        self._bar = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
        self._task = self._bar.add_task("day", total=world.days)

    def __enter__(self) -> Callable[[int], None]:
        self._bar.start()
        return self._report

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def _report(self, day: int) -> None:
        mails = len(self._world.facts.mails)
        self._bar.update(self._task, completed=day, description=f"day {day}, {mails:,} mails")
        if not self._console.is_terminal and day % 10 == 0:
            self._console.print(f"day {day} of {self._world.days}: {mails:,} mails", highlight=False)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
