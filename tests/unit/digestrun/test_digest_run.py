"""The run of digests, shortened: none twice, none missed without a reason, none to those who are gone."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from random import Random
from typing import Any

import pytest

from benchmarks.digestrun.verifier import Kind, verify
from benchmarks.digestrun.world import ZONES, World, names
from benchmarks.longrun.broken_ports import Replaced
from earshot.domain.digest_sendings import NO_MEMBER, UNSUBSCRIBED, DigestSending, SendingState

RECIPIENTS = 60


def ran(seed: int, change: Callable[[World], None] = lambda _: None) -> World:
    world = World(Random(seed), RECIPIENTS)
    change(world)
    world.run_a_year()
    return world


@pytest.mark.parametrize("seed", [16, 17])
def test_whatever_breaks_each_period_of_each_recipient_has_one_outcome_and_none_comes_twice(seed: int) -> None:
    world = ran(seed)
    assert verify(world) == []
    # There was something to look at, and something was in the way.
    states, reasons = Counter[SendingState](), Counter[str | None]()
    for each in world.sendings.all():
        states[each.state] += 1
        reasons[each.why] += 1
    assert world.died > 100
    assert states[SendingState.SENT] > 0.8 * sum(states.values())
    assert states[SendingState.UNKNOWN] > 10
    # The five days without anything cost each daily digest some days, with the reason.
    assert states[SendingState.SKIPPED] > RECIPIENTS
    assert reasons[UNSUBSCRIBED] > 5
    assert reasons[NO_MEMBER] > 5


def test_a_recipient_who_moves_to_another_zone_misses_no_day_and_gets_none_twice() -> None:
    world = World(Random(17), RECIPIENTS)
    homes = Random(18)
    for _ in range(60):
        world.run(world.now + homes.randrange(30) * 3_600_000)
        for name in homes.sample(names(60), 12):
            world.members[name] = replace(world.members[name], timezone=homes.choice(ZONES))
    world.run(world.now + 40 * 86_400_000)

    assert max(Counter((mail.digest, mail.address, mail.period) for mail in world.sent).values()) == 1
    for digest in world.digests.list():
        for who in digest.to:
            periods = sorted(each.period for each in world.sendings.all_of(digest.id) if each.recipient == who)
            assert periods
            for before, after in pairwise(periods):
                assert before.end == after.first, (digest.id, who)


def claims_everything(world: World) -> None:
    def put(real: Any, *args: Any) -> bool:
        real(*args)
        return True

    world.dying_sendings = Replaced(world.dying_sendings, find=lambda *_: None, put=put)  # type: ignore[assignment]


def drops_reasons(world: World) -> None:
    def put(real: Any, sending: DigestSending, known: DigestSending | None) -> Any:
        return real(replace(sending, why=None), known)

    world.dying_sendings = Replaced(world.dying_sendings, put=put)  # type: ignore[assignment]


def overlooks_stops(world: World) -> None:
    world.dying_sendings = Replaced(world.dying_sendings, is_unsubscribed=lambda *_: False)  # type: ignore[assignment]


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (claims_everything, Kind.TWICE),
        (drops_reasons, Kind.UNEXPLAINED),
        (overlooks_stops, Kind.UNWANTED),
    ],
)
def test_the_verifier_sees_what_a_broken_port_does(change: Callable[[World], None], found: Kind) -> None:
    world = World(Random(3), 20, leaving=5)
    change(world)
    world.run_a_year()
    assert found in {each.kind for each in verify(world)}


def test_the_verifier_sees_what_is_not_there_and_what_did_not_happen() -> None:
    world = World(Random(3), 20)
    world.run_a_year()
    assert verify(world) == []
    lost = world.sent.pop(100)
    assert {each.kind for each in verify(world)} <= {Kind.UNTRUE}
    world.sent.append(lost)
    assert verify(world) == []
    of_an_older_day = sorted(world.sendings.kept["d-000"])[3]
    del world.sendings.kept["d-000"][of_an_older_day]
    assert {each.kind for each in verify(world)} == {Kind.MISSED, Kind.UNTRUE}
