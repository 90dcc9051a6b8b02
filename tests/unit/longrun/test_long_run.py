"""The long run, shortened: nobody asked too often, nobody forgotten, nobody mailed after saying no."""

import pytest

from benchmarks.longrun import cast
from benchmarks.longrun.faults import SEVERAL
from benchmarks.longrun.judge import KINDS, Judge, Verdict
from benchmarks.longrun.ports import in_process
from benchmarks.longrun.sabotage import SABOTAGES
from benchmarks.longrun.timeline import MINUTE
from benchmarks.longrun.world import Plan, World

PEOPLE, DAYS = 300, 60


def ran(people: int, seed: int, sabotage: str | None = None) -> tuple[World, Verdict]:
    plan = Plan(cast.Size(people, DAYS, seed), planning=30 * MINUTE)
    change = SABOTAGES[sabotage].change if sabotage else lambda ports: ports
    world = World(plan, lambda surveys: change(in_process(surveys)))
    world.run()
    return world, Judge(world.facts, world.end).judge()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_whatever_breaks_nobody_is_asked_too_often_and_nobody_forgotten(seed: int) -> None:
    world, verdict = ran(PEOPLE, seed)

    found = [(each.kind, each.what, world.facts.story(each.person)) for each in verdict.violations]
    assert found == []
    # The judge had something to look at, and something was in the way.
    assert {mail.wave for mail in world.facts.mails} == {1, 2, 3}
    assert len(world.facts.mails) > 2 * PEOPLE
    assert all(
        world.counts[name] for name in ("answer", "unsubscribe", "bounced", "soft-bounced", "complained", "erased")
    )
    assert world.facts.unknown
    often = {name for name, times in world.faults.calls.items() if times >= 2 * SEVERAL}
    assert {(name, how) for name in often for how in ("before", "after")} <= world.faults.broken.keys()
    assert {"invitations.claim", "invitations.mark_sent", "mailer.send", "people.answered_since"} <= often
    assert not any(queue.waiting for queue in world.queues.values())


def test_the_same_seed_makes_the_same_run() -> None:
    (one, _), (other, _) = ran(30, 7), ran(30, 7)

    assert one.facts.mails == other.facts.mails
    assert one.faults.broken == other.faults.broken


@pytest.mark.parametrize("name", SABOTAGES)
def test_the_judge_finds_out_what_is_sabotaged(name: str) -> None:
    # Half as many people show it, but for what seldom happens.
    _, verdict = ran(PEOPLE if name in ("presses overlooked", "erasures overlooked") else PEOPLE // 2, 1, name)

    assert verdict.by_kind[SABOTAGES[name].found] > 0


def test_every_kind_of_violation_has_been_seen_or_is_a_plain_comparison() -> None:
    """What no sabotage brings about is shown by hand in test_judge.py."""
    by_hand = {"asked twice for one wish", "counts that differ from a recount"}

    assert {sabotage.found for sabotage in SABOTAGES.values()} | by_hand == set(KINDS)
