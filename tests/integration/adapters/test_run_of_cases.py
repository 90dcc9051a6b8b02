"""The run of cases over the real adapters, shortened: what is stored of each case is what happened to it."""

from typing import Any

from benchmarks.caserun.stores import in_a_table
from benchmarks.caserun.verifier import Verifier
from benchmarks.caserun.world import Plan, World
from benchmarks.longrun.timeline import DAY, MINUTE
from tests.integration.adapters.conftest import TABLE


def test_figures_and_board_in_the_table_are_those_of_the_facts_whatever_breaks(dynamodb: Any) -> None:
    plan = Plan(cases=12, days=6, seed=3, planning=60 * MINUTE, quiet=9 * DAY)
    world = World(plan, lambda team: in_a_table(team, dynamodb, TABLE))
    world.run()
    verifier = Verifier(world.facts, world.real, world.line.now)
    assert verifier.verify() == []
    assert len(world.facts.stories) >= plan.cases
    assert world.counts["broken runs"] > 20
