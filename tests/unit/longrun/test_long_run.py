"""The long run, shortened: nobody asked too often, nobody left out, nobody mailed after unsubscribing."""

import re

import pytest

from benchmarks.longrun import population
from benchmarks.longrun.__main__ import PAGE
from benchmarks.longrun.broken_ports import BROKEN_PORTS
from benchmarks.longrun.faults import SENT_AGAIN, SEVERAL
from benchmarks.longrun.ports import in_process
from benchmarks.longrun.timeline import MINUTE
from benchmarks.longrun.verifier import KINDS, Verdict, Verifier
from benchmarks.longrun.world import Plan, World

PEOPLE, DAYS = 300, 60


def ran(people: int, seed: int, broken: str | None = None) -> tuple[World, Verdict]:
    plan = Plan(population.Size(people, DAYS, seed), planning=30 * MINUTE)
    change = BROKEN_PORTS[broken].change if broken else lambda ports: ports
    world = World(plan, lambda surveys: change(in_process(surveys)))
    world.run()
    return world, Verifier(world.facts, world.end).verify()


def test_each_call_that_is_sent_again_or_noted_is_one_of_a_port() -> None:
    world, ports = World(Plan(population.Size(1, 1, 1)), in_process), in_process({})
    named = [name.split(".") for name in SENT_AGAIN | world.recorder.noted]

    assert [f"{port}.{method}" for port, method in named if not hasattr(getattr(ports, port), method)] == []


def test_the_page_names_the_calls_and_the_violations_as_they_are_called() -> None:
    page, world, ports = (
        PAGE.read_text(encoding="utf-8"),
        World(Plan(population.Size(1, 1, 1)), in_process),
        in_process({}),
    )
    calls = [call.split(".") for call in re.findall(r"^\| `([^`]+)` \|", page, re.MULTILINE)]
    real = {f"queue of {name}": queue for name, queue in world.queues.items()} | {"mailer": world.mailbox}
    unknown = [port for port, method in calls if not hasattr(real.get(port) or getattr(ports, port), method)]

    assert calls
    assert unknown == []
    assert [kind for kind in KINDS if f"\n| {kind} | " not in page] == []


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_whatever_breaks_nobody_is_asked_too_often_and_nobody_is_left_out(seed: int) -> None:
    world, verdict = ran(PEOPLE, seed)

    found = [(each.kind, each.what, world.facts.story(each.person)) for each in verdict.violations]
    assert found == []
    # The verifier had something to look at, and something was in the way.
    assert {mail.wave for mail in world.facts.mails} == {1, 2, 3}
    assert len(world.facts.mails) > 2 * PEOPLE
    assert all(
        world.counts[name] for name in ("answer", "unsubscribe", "bounced", "soft-bounced", "complained", "erased")
    )
    assert world.facts.unknown
    often = {name for name, times in world.faults.calls.items() if times >= 2 * SEVERAL}
    assert {(name, how) for name in often for how in ("before", "after")} <= world.faults.broken.keys()
    assert {"invitations.claim", "invitations.record_sent", "mailer.send", "people.responses_since"} <= often
    assert not any(queue.waiting for queue in world.queues.values())


def test_the_same_seed_makes_the_same_run() -> None:
    (one, _), (other, _) = ran(30, 7), ran(30, 7)

    assert one.facts.mails == other.facts.mails
    assert one.faults.broken == other.faults.broken


@pytest.mark.parametrize("name", BROKEN_PORTS)
def test_the_verifier_finds_what_is_broken(name: str) -> None:
    # Half as many people show it, but for what seldom happens.
    seldom = ("submissions overlooked", "erasures overlooked", "a claim without a condition")
    _, verdict = ran(PEOPLE if name in seldom else PEOPLE // 2, 1, name)

    assert verdict.by_kind[BROKEN_PORTS[name].found] > 0


def test_every_kind_of_violation_has_been_seen_or_is_a_plain_comparison() -> None:
    """What no broken port brings about is shown by hand in test_verifier.py."""
    by_hand = {"asked twice for one wish", "counts that differ from a recount"}

    assert {broken.found for broken in BROKEN_PORTS.values()} | by_hand == set(KINDS)
