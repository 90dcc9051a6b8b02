"""`python -m benchmarks.digestrun`: send the digests of a year while all fails, and check each one."""

import argparse
import sys
import time
from collections import Counter
from random import Random

from rich.console import Console

from benchmarks.digestrun.verifier import Kind, Violation, expected, verify
from benchmarks.digestrun.world import ZONES, World
from benchmarks.report import Row, Section
from earshot.domain.digest_sendings import SendingState

STORIES = 5
HOW = (
    "The real services on a moved clock, from January 2026 to January 2027, with all changes of each zone's clock. A "
    "write may be the last thing that a run does, done or not; ticks are lost or come twice, messages come twice; SES "
    "refuses for a while, or takes a mail and never says so; for five days nothing runs. In August some stop their "
    "digest or leave the team. The verifier counts the mails that went out, and has a calendar of its own."
)


def main(arguments: list[str]) -> int:
    """Run, print what happened and what was found; 1 if that is anything."""
    parser = argparse.ArgumentParser("python -m benchmarks.digestrun", description=__doc__)
    parser.add_argument("--recipients", type=int, default=500, help="how many recipients there are (500)")
    parser.add_argument("--seed", type=int, default=1, help="what all chance is drawn from (1)")
    options = parser.parse_args(arguments)
    console, began = Console(), time.monotonic()
    world = World(Random(options.seed), options.recipients)
    world.run_a_year()
    found = verify(world)
    where = f"{options.recipients:,} recipients in {len(ZONES)} zones over a year, seed {options.seed}"
    for section in sections(f"{where}, {time.monotonic() - began:.0f} s", world, found):
        section.show(console)
    for each in found[:STORIES]:
        console.print(f"{each.kind.value}: {' '.join(each.where)}", markup=False, highlight=False)
    return int(bool(found))


def sections(title: str, world: World, found: list[Violation]) -> list[Section]:
    """Return the tables of a run: what happened, and what must be 0."""
    sendings = world.sendings.all()
    states = Counter(each.state for each in sendings)
    reasons = Counter(each.why for each in sendings if each.state is SendingState.SKIPPED)
    happened = {
        "digests": len(world.digests.list()),
        "periods of a recipient that were due": len(expected(world)),
        "mails that went out": len(world.sent),
        **{state.value: states[state] for state in SendingState if states[state]},
        "of the unknown ones: did come": len(world.sent) - states[SendingState.SENT],
        **{f"skipped: {why}": number for why, number in sorted(reasons.items(), key=lambda each: str(each[0]))},
        "runs that died": world.died,
    }
    rows = [Row((what, f"{number:,}")) for what, number in happened.items()]
    wrong = Counter(each.kind for each in found)
    verdict = [Row((kind.value, str(wrong[kind])), "0", wrong[kind] == 0) for kind in Kind]
    return [Section(title, ("what happened", "times"), rows, HOW), Section("Found", ("what", "times"), verdict, "")]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
