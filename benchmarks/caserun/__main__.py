"""`python -m benchmarks.caserun`: let a thousand cases run for a quarter while all fails, and check each step."""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console

from benchmarks.caserun.stores import Stores, in_process
from benchmarks.caserun.verifier import Kind, Verifier
from benchmarks.caserun.world import Plan, World
from benchmarks.longrun.timeline import MINUTE
from benchmarks.report import Row, Section
from earshot.domain.case_facts import FactKind
from earshot.domain.members import Member

STORIES = 5
HOW = (
    "The real services on a simulated clock. Every call to a port may die before its effect or after it, or halt while "
    "other runs go on; queues deliver twice, late and again; SES refuses, hangs, or takes a mail and the run dies. "
    "Members are away, one leaves, two people change one case at a time, a calendar changes in the middle, and for a "
    "night and for a day and a half nothing runs. The verifier looks at the mails that were really sent and at the "
    "facts, and reckons hours, states and measures itself."
)


def main(arguments: list[str]) -> int:
    """Run, print what happened and what was found; 1 if that is anything."""
    parser = argparse.ArgumentParser("python -m benchmarks.caserun", description=__doc__)
    parser.add_argument("--cases", type=int, default=1_000, help="how many cases open (1000)")
    parser.add_argument("--days", type=int, default=91, help="over how many days they open (91)")
    parser.add_argument("--seed", type=int, default=1, help="what all chance is drawn from (1)")
    parser.add_argument("--table", action="store_true", help="run on the DynamoDB adapters and a table of moto")
    options = parser.parse_args(arguments)
    console, began = Console(), time.monotonic()
    plan = Plan(options.cases, options.days, options.seed, planning=(60 if options.table else 5) * MINUTE)
    with _stores(in_a_table=options.table) as made:
        world = World(plan, made)
        world.run()
        verifier = Verifier(world.facts, world.real, world.line.now)
        found = verifier.verify()
    where = "on the adapters over a table" if options.table else "in process"
    happened = f"{plan.cases:,} cases over {plan.days} days, seed {plan.seed}, {where}"
    title = f"{happened}, {time.monotonic() - began:.0f} s"
    for section in sections(title, world, verifier, Counter(each.kind for each in found)):
        section.show(console)
    for each in found[:STORIES]:
        console.print(f"{each.kind.value}: case {each.case}: {each.what}", markup=False, highlight=False)
    return int(bool(found))


@contextmanager
def _stores(*, in_a_table: bool) -> Iterator[Callable[[list[Member]], Stores]]:
    if not in_a_table:
        yield in_process
        return
    # Only here are AWS's SDK and its stand-in wanted.
    from benchmarks.caserun.moto_table import table_of_moto  # noqa: PLC0415

    with table_of_moto() as made:
        yield made


def sections(title: str, world: World, verifier: Verifier, found: Counter[Kind]) -> list[Section]:
    """Return the tables of a run: what happened, and what must be 0."""
    facts = world.facts
    kinds = Counter(fact.kind for story in facts.stories.values() for fact, _ in story.facts)
    mails = Counter(mail.step.split(".")[2] for mail in facts.mails if mail.step.split(".")[1] != "owner")
    happened = {
        "responses": len(facts.arrived),
        "cases": len(facts.stories),
        "mails that somebody owns a case": sum(mail.step.split(".")[1] == "owner" for mail in facts.mails),
        "mails at 50 % and 80 %": mails["50"] + mails["80"],
        "mails at 100 %": mails["100"],
        "mails at 200 %": mails["200"],
        "of all mails sent once more after an unknown outcome, and marked so": verifier.repeated,
        "first contacts": kinds[FactKind.CONTACTED],
        "closed": sum(number for kind, number in kinds.items() if kind.closes),
        "opened again": kinds[FactKind.REOPENED],
        "waited": kinds[FactKind.WAITING],
        "given to another, or handed over": kinds[FactKind.ASSIGNED] + kinds[FactKind.HANDED_OVER],
        "moved with a calendar": kinds[FactKind.MOVED],
        "two at one case": world.counts["faster"],
        "broken runs": world.counts["broken runs"],
        "calls that broke": sum(number for (_, how), number in world.faults.broken.items() if how != "sent again"),
    }
    rows = [Row((what, f"{number:,}")) for what, number in happened.items()]
    verdict = [Row((kind.value, str(found[kind])), "0", found[kind] == 0) for kind in Kind]
    return [Section(title, ("what happened", "times"), rows, HOW), Section("Found", ("what", "times"), verdict, "")]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
